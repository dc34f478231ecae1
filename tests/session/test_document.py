"""Documents: good ones open and are saved whole; bad and hostile ones are refused in one sentence that says where."""

import contextlib
import math
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import GradStepError
from engine.network import parse_network
from engine.trace import record
from visualizer.resources import assets_folder
from visualizer.session import document as module
from visualizer.session.document import load, parse, save
from visualizer.session.files import MAX_FILE_BYTES, DocumentError

NEURON = """\
format = 1
title = "One neuron"
program = \"\"\"
n = x * w + b
o = tanh(n)
\"\"\"

[inputs]
x = 2.0

[parameters]
w = -3.0
b = 6.5
"""
HEAD = 'format = 1\ntitle = "t"\nprogram = "y = x * 2"\n'
LESSONS = sorted((assets_folder() / "lessons").glob("*.toml"))


def refusal(text: str) -> str:
    """What a text is refused with; one line that is fit for a terminal."""
    with pytest.raises(DocumentError) as caught:
        parse(text, Path("bad.toml"))
    return one_sentence(caught.value)


def refused_file(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        load(path)
    return one_sentence(caught.value)


def one_sentence(error: DocumentError) -> str:
    sentence = str(error)
    assert sentence.isprintable()
    assert 0 < len(sentence) <= 600
    return sentence


# --- good documents


def test_a_document_opens() -> None:
    document = parse(NEURON)
    assert document.title == "One neuron"
    assert document.loss_name == "o"
    assert document.program.strip().splitlines() == ["n = x * w + b", "o = tanh(n)"]
    assert record(document.graph).value("o") == np.tanh(0.5)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_lesson_opens_and_is_saved_whole(path: Path, tmp_path: Path) -> None:
    document = load(path)
    save(document, tmp_path / "copy.toml")
    copy = load(tmp_path / "copy.toml")
    assert copy.program.strip() == document.program.strip()
    assert {name: value.tolist() for name, value in copy.leaves.items()} == {
        name: value.tolist() for name, value in document.leaves.items()
    }
    assert copy.specification.notes == document.specification.notes


def test_windows_text_opens(tmp_path: Path) -> None:
    """A byte-order mark and carriage returns, as editors on Windows write them."""
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + NEURON.replace("\n", "\r\n").encode())
    assert load(path).graph.ids.keys() == parse(NEURON).graph.ids.keys()


def test_edits_make_another_document() -> None:
    document = parse(NEURON)
    edited = document.with_leaf("x", 1.0)
    assert (document.leaves["x"], edited.leaves["x"]) == (2.0, 1.0)
    assert document.graph.leaves[document.graph.ids["x"]] == 2.0
    with pytest.raises(GradStepError, match="computed"):
        document.with_leaf("o", 1.0)
    with pytest.raises(GradStepError, match="shape"):
        document.with_leaf("x", [1.0, 2.0])
    with pytest.raises(GradStepError, match="finite"):
        document.with_leaf("x", math.nan)


SIZED = HEAD.replace("y = x * 2", "y = sum(W @ x)") + (
    "[sizes]\nn = 2\nm = 3\n[inputs]\nx = { shape = ['n'], fill = [1, 2] }\n"
    "[parameters]\nW = { shape = ['m', 'n'], fill = [0.5] }\n"
)


def test_sizes_fill_the_leaves_anew() -> None:
    document = parse(SIZED)
    assert document.leaves["W"].shape == (3, 2)
    wider = document.with_size("n", 3)
    assert wider.leaves["x"].tolist() == [1, 2, 1]
    for size in (0, 65, -1):
        with pytest.raises(GradStepError, match="from 1 to 64"):
            document.with_size("n", size)
    with pytest.raises(GradStepError, match="no size named"):
        document.with_size("k", 2)


VARIANTS = HEAD.replace("y = x * 2", "y = sum(W @ x)") + (
    "[inputs]\nx = [1, 2]\n[parameters]\nW = [[1, 2]]\n"
    '[variants.turned]\ntitle = "t"\nprogram = "y = sum(transpose(W) @ x)"\ntranspose = ["W"]\n'
)


def test_variants_write_the_program_another_way() -> None:
    document = parse(VARIANTS)
    turned = document.with_variant("turned")
    assert turned.leaves["W"].shape == (2, 1)
    assert record(turned.graph).value("y") == record(document.graph).value("y")
    with pytest.raises(GradStepError, match="no variant"):
        document.with_variant("other")


def test_the_loss_beyond_an_incoming_gradient_has_a_free_letter() -> None:
    text = HEAD.replace("y = x * 2", "L = x * 2") + '[backward]\noutput = "L"\nincoming = "x"\n[inputs]\nx = 1.0\n'
    assert parse(text).loss_name == "J"


# --- what is wrong, and where


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "the field “format” is missing"),
        (NEURON[:60], 5, "not valid TOML: unterminated string"),
        (NEURON[:84], 8, "not valid TOML: expected"),
        (NEURON.replace('title = "One neuron"', "title = 3"), 2, "title: text is expected here, not a number"),
        (NEURON.replace("format = 1", "format = 2"), 1, "format: this version reads format 1, not 2"),
        (NEURON.replace("format = 1", "format = true"), 1, "format: a whole number is expected here, not true"),
        (NEURON + "z = { }\n", 14, "parameters.z: it is a number, rows of numbers, or a table with a shape and a fill"),
        (NEURON + '"" = 1\n', 14, "parameters.: “” cannot be a name"),
        (NEURON + "z = nan\n", 14, "parameters.z: “z” holds a number that is not finite"),
        (NEURON + "z = [1, inf]\n", 14, "parameters.z: “z” holds a number that is not finite"),
        (NEURON + "z = 1e999\n", 14, "parameters.z: “z” holds a number that is not finite"),
        (NEURON + "z = true\n", 14, "parameters.z: only numbers"),
        (NEURON + "z = '1'\n", 14, "parameters.z: only numbers"),
        (NEURON + "z = 1979-05-27\n", 14, "parameters.z: only numbers"),
        (NEURON + "z = [1, [2]]\n", 14, "parameters.z: “z” must be a number, or rows of numbers of equal length"),
        (NEURON + "z = [[1, 2], [3]]\n", 14, "parameters.z: “z” must be"),
        (NEURON + "z = []\n", 14, "parameters.z: “z” is empty"),
        (NEURON + "z = [[[[[1]]]]]\n", 14, "parameters.z: “z” has 5 dimensions"),
        (NEURON + f"z = {'9' * 400}\n", 14, "parameters.z: a number here is too large"),
        (NEURON + f"z = {'9' * 5000}\n", 14, "a number has more than 1,000 digits"),
        (NEURON + "w = 1\n", 14, "line 14: the key “parameters.w” stands twice"),
        (NEURON + "w.v = 1\n", 14, "stands twice"),
        (NEURON + "v = {a = 1, a = 2}\n", 14, "the key “a” stands twice"),
        (NEURON + "[inputs]\nz = 1\n", 14, "line 14: [inputs] stands twice"),
        (NEURON + "[sizes.n]\n[sizes.n]\n", 15, "line 15: [sizes.n] stands twice"),
        ("backward = 3\n" + NEURON, 1, "backward: a table is expected here, not a number"),
        (NEURON + "z = { shape = 3, fill = [1] }\n", 14, "in shape, a list is expected here, not a number"),
        (NEURON + "z = { shape = [2], fill = ['a'] }\n", 14, "in fill, a number is expected here, not text"),
        (NEURON + "x = 1\n", 14, "parameters.x: it stands under [inputs] too"),
        (NEURON + "tanh = 1\n", 14, "parameters.tanh: “tanh” is an operation"),
        (NEURON + "__class__ = 1\n", 14, "parameters.__class__: “__class__” cannot be a name: names may not"),
        (NEURON + "lambda = 1\n", 14, "“lambda” cannot be a name: it is a reserved word of Python"),
        (NEURON + '"a\\nb" = 1\n', 11, "cannot be a name"),
        (NEURON + '"a\\u001b[31m" = 1\n', 11, "cannot be a name"),
        (NEURON + "[surprise]\n", 14, "surprise: there is no such field"),
        (NEURON + "[[surprise]]\n", 14, "surprise: there is no such field"),
        (NEURON + "[__proto__]\nconstructor = 1\n", 14, "__proto__: there is no such field"),
        (NEURON + "[training]\nlearning_rate = nan\n", 15, "training.learning_rate: the learning rate must be"),
        (NEURON + "[training]\nlearning_rate = inf\n", 15, "training.learning_rate: the learning rate must be"),
        (NEURON + "[training]\nlearning_rate = -1\n", 15, "training.learning_rate: the learning rate must be"),
        (NEURON + "[training]\nlearning_rate = 0\n", 15, "training.learning_rate: the learning rate must be"),
        (NEURON + "[training]\nrate = 1\n", 15, "training.rate: there is no such field"),
        (NEURON + "[sizes]\nn = 0\n", 15, "sizes.n: a size must be from 1 to 64, not 0"),
        (NEURON + "[sizes]\nn = 99999999999999999999\n", 15, "sizes.n: a size must be from 1 to 64"),
        (NEURON + "[sizes]\nn = 2.5\n", 15, "sizes.n: a whole number is expected here, not a decimal number"),
        (NEURON + "[roles]\nb = 'bias'\nw = 3\n", 16, "roles.w: text is expected here, not a number"),
        (NEURON + "[axes]\nw = ['a', 3]\n", 15, "axes.w[2]: text is expected here, not a number"),
        (NEURON + "[axes]\n'$.[...]' = 3\n", 15, "axes.$.[...]: a list is expected here, not a number"),
        (VARIANTS.replace('title = "t"\nprogram = "y = sum(transpose', 'title = 3\nprogram = "y = sum(transpose'), 9,
         "variants.turned.title: text is expected here, not a number"),
        (NEURON + "[roles]\nw = 'hero'\n", 15, "roles.w: “hero” is not a role"),
        (NEURON + "[roles]\nq = 'weight'\n", 15, "roles.q: there is no value named “q”"),
        (NEURON + "[axes]\nq = ['a']\n", 15, "axes.q: there is no value named “q”"),
        (NEURON + "[expect]\n'q.value' = 1\n", 15, "expect.q.value: there is no value named “q”"),
        (NEURON + "[expect]\n'o.worth' = 1\n", 15, "expect.o.worth: end it with .value, .gradient or .after"),
        (NEURON + "[expect]\n'o.value' = 'x'\n", 15, "expect.o.value: only numbers"),
        (NEURON + "[backward]\noutput = 'q'\n", 15, "backward.output: the output “q” is not a value"),
        (NEURON + "[backward]\noutput = 'o'\nincoming = 'q'\n", 16, "backward.incoming: “q” has no value"),
        (NEURON + "[backward]\nincoming = 'w.real'\n", 15, "backward.incoming: “w.real” is not part of the language"),
        (
            NEURON + "[[notes]]\nat = { phase = 'forward', node = 'o' }\ntext = 'a'\n"
            "[[notes]]\nat = { phase = 'forward', node = 'q' }\ntext = 'b'\n",
            18,
            "notes[2].at: there is no value named “q”",
        ),
        (NEURON + "[[notes]]\nat = { phase = 'sideways', node = 'o' }\ntext = 'a'\n", 15,
         "notes[1].at.phase: “sideways” is not known here: choose one of forward, backward, update"),
        (NEURON + "[[notes]]\ntext = 'a'\n", 14, "notes[1]: the field “at” is missing"),
        ("notes = 3\n" + NEURON, 1, "notes: a list is expected here, not a number"),
        (VARIANTS.replace('["W"]', '["V"]'), 11, "variants.turned.transpose: there is no input or parameter “V”"),
        (VARIANTS.replace("transpose(W)", "W"), 10, "program: “W @ x” cannot be computed"),
        (SIZED.replace("['n']", "['k']"), 8, "inputs.x: there is no size named “k”"),
        (SIZED.replace("[1, 2]", "[1, nan]"), 8, "inputs.x: the fill must be"),
        (SIZED.replace("[1, 2]", "[]"), 8, "inputs.x: the fill must be"),
        (SIZED.replace("['n']", "[0]"), 8, "inputs.x: a size must be from 1"),
        (SIZED.replace("['n']", "[-2]"), 8, "inputs.x: a size must be from 1"),
        (SIZED.replace("['n']", "[1000000]"), 8, "inputs.x: a size must be from 1 to 500,000, not 1,000,000"),
        (SIZED.replace("['n']", "[1000, 1000]"), 8, "inputs.x: it would have 1,000,000 elements"),
        (SIZED.replace("['n']", f"[{', '.join(['1'] * 70)}]"), 8, "inputs.x: it has 70 dimensions"),
        (SIZED.replace("['n']", "[true]"), 8, "inputs.x"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named_with_its_line(text: str, line: int, said: str) -> None:
    sentence = refusal(text)
    assert sentence.startswith(f"bad.toml, line {line}: " if line else "bad.toml: "), sentence
    assert said in sentence


@pytest.mark.parametrize(
    ("line_of_program", "said"),
    [
        ("o = __import__('os').system('true')", "is not part of the language"),
        ("o = __import__ + 1", "has no value"),
        ("o = n.__class__", "is not part of the language"),
        ("o = n.tofile", "is not part of the language"),
        ("o = n[0]", "is not part of the language"),
        ("o = 9**9**9", "is not a finite number"),
        ("o = 10**400", "is not a finite number"),
        ("o = 1e999", "too large"),
        ("o = 1 / 0", "is not a finite number"),
        ("o = 'a'", "is not a number"),
        ("o = 1j", "is not a number"),
        ("o = True", "is not a number"),
        ("o = lambda: 1", "is not part of the language"),
        ("o = [n for n in n]", "is not part of the language"),
        ("o = (p := n)", "is not part of the language"),
        ("o = f'{n}'", "is not part of the language"),
        ("import os", "is not an assignment"),
        ("o = n; import os", "is not an assignment"),
        ("n.x = 1", "not a name"),
        ("o = p = n", "is not an assignment"),
        ("o: int = n", "is not an assignment"),
        ("o =", "is not valid"),
        ("o = (n", "is not valid"),
        ("o = eval(n)", "there is no operation “eval”"),
        ("o = tahn(n)", "did you mean “tanh”?"),
        ("o = tanh(n, n)", "tanh takes 1 (x), not 2"),
        ("o = tanh(n, axis=1)", "tanh has no keyword “axis”"),
        ("o = sum(n, **n)", "keyword takes a number"),
        ("o = tanh(*n)", "is not part of the language"),
        ("o = o + 1", "cannot depend on itself"),
        ("o = q", "only renames"),
        ("o = q + 1", "“q” has no value"),
        ("n = x", "only renames"),
        ("n = x + 1", "already has a value"),
        ("lambda = n", "is not valid"),
        ("o = " + "(" * 40 + "n" + ")" * 40 + " * 1", "no scalar"),
        ("o = " + "-" * 60 + "n", "nested 30 deep"),
        ("o = " + "n+" * 300 + "n", "at most 500 characters"),
        ("o = " + "n" * 490, "renames"),
        ("o = sum(" + ",".join("n" * 120) + ")", "at most 200 parts"),
    ],
)  # fmt: skip
def test_the_program_is_data_and_its_lines_are_named(line_of_program: str, said: str) -> None:
    text = NEURON.replace("o = tanh(n)", line_of_program)
    if said == "no scalar":  # brackets alone make nothing deep
        assert parse(text)
        return
    sentence = refusal(text)
    assert sentence.startswith("bad.toml, line 5: program: "), sentence
    assert said in sentence


def test_an_empty_program_is_refused() -> None:
    assert "line 1: program: the program is empty" in refusal('program = ""\nformat = 1\ntitle = "t"\n')


def test_too_many_lines_are_refused() -> None:
    text = NEURON.replace("n = x * w + b\n", "\n" * 2001 + "n = x * w + b\n")
    assert "at most 2,000 lines" in refusal(text)


# --- size and depth: every one of these once hung a reader somewhere

LONG = 1_900_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "[" * LONG,
        HEAD + "[inputs]\nx = " + "[" * LONG,
        HEAD + "[inputs]\nx = " + "[" * 300 + "1" + "]" * 300,
        HEAD + "[inputs]\nx = " + "{a=" * (LONG // 3),
        HEAD + "[inputs]\nx = [" + "1," * (LONG // 2) + "]",
        HEAD + "[inputs]\nx = [" + "[1],[1,2]," * (LONG // 10) + "]",
        HEAD + "[inputs]\nx = { shape = [" + "1," * (LONG // 2) + "], fill = [1] }",
        HEAD + "[inputs]\nx = " + "9" * LONG,
        HEAD + "[inputs]\nx = 0x" + "f" * 5000,
        HEAD + "[inputs]\n" + "".join(f"a{i} = 1\n" for i in range(20_000)),
        HEAD + "[inputs]\nx = [\n[1" + " " * LONG + "\n]]\nq = 's'\n",
        "a." * (LONG // 2) + "b = 1",
        '"a".' * (LONG // 4) + "b = 1",
        "a" * LONG + " = 1",
        '"' * LONG,
        " " * LONG,
        "\n" * LONG,
        'title = """' + "a\n" * (LONG // 2),
        "[a]\n" * (LONG // 4),
        "format = 0x" + "f" * 9000,
        HEAD.replace("x * 2", "x + " * (LONG // 4) + "x"),
        HEAD.replace("title = ", "titel = ") + "#" * LONG,
        VARIANTS + "".join(f"[variants.v{i}]\ntitle = 't'\nprogram = 'y = sum(W @ x)'\n" for i in range(30)),
        HEAD + f"[inputs]\nx = 1\n[roles]\n{'z' * 100_000} = 'weight'\n",
        HEAD + f"[inputs]\nx = 1\n[roles]\nx = '{'z' * 100_000}'\n",
        HEAD + f"[inputs]\nx = 1\n[[notes]]\ntext = ''\nat = {{ node = 'x', phase = '{'z' * 100_000}' }}\n",
        "\0" * LONG,
    ],
    ids=lambda text: f"{text[:12]!r} {text[60:72]!r}",
)
def test_large_and_deep_text_is_refused_in_a_short_sentence(text: str) -> None:
    assert len(refusal(text)) <= 600


# --- files that are no documents


def test_a_missing_file(tmp_path: Path) -> None:
    assert refused_file(tmp_path / "none.toml").endswith("none.toml does not exist")
    assert refused_file(tmp_path / "none" / "none.toml").endswith("does not exist")


def test_a_folder(tmp_path: Path) -> None:
    assert refused_file(tmp_path).endswith("is a folder: name a file in it")


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    assert refused_file(tmp_path / ("a" * 5000))
    assert refused_file(tmp_path / "a\0b")
    assert refused_file(tmp_path / "a\nb\x1b[31m").endswith("does not exist")


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    for content in (b"", b"\n \n"):
        path.write_bytes(content)
        assert refused_file(path).endswith("is empty")


def test_a_file_of_100_megabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert "large.toml has 100.0 MB, and a document has at most 2.0 MB" in refused_file(path)


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "full.toml"
    path.write_text(NEURON + "#" * (MAX_FILE_BYTES - len(NEURON)))
    assert load(path).title == "One neuron"


@pytest.mark.parametrize(
    "content", [bytes(range(256)), b"\x89PNG\r\n\x1a\n\x00\x00", NEURON.encode() + "title = é".encode("latin-1")]
)
def test_binary_and_other_encodings(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(content)
    assert "it is not text in UTF-8" in refused_file(path)


def test_utf_16_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.toml"
    path.write_text(NEURON, encoding="utf-16")
    assert "it is not text in UTF-8" in refused_file(path)


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@posix
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    answers: list[str] = []
    reader = threading.Thread(target=lambda: answers.append(refused_file(pipe)), daemon=True)
    reader.start()
    reader.join(20)
    assert answers
    assert answers[0].endswith("is not a regular file")


@posix
@pytest.mark.parametrize("device", ["/dev/full", "/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device(device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"this machine has no {device}")
    assert refused_file(Path(device)).endswith("is not a regular file")


@posix
def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    circle, broken = tmp_path / "circle.toml", tmp_path / "broken.toml"
    circle.symlink_to(circle)
    broken.symlink_to(tmp_path / "gone.toml")
    assert refused_file(broken).endswith("is a link that leads nowhere")
    assert refused_file(circle)


@posix
def test_an_unreadable_file(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root can read every file")
    path = tmp_path / "secret.toml"
    path.write_text(NEURON)
    path.chmod(0)
    assert "cannot be read: Permission denied" in refused_file(path)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no /proc here")
def test_a_file_whose_reading_fails() -> None:
    assert "cannot be read" in refused_file(Path("/proc/self/mem"))


# --- saving


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("precious")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", fail)
    with pytest.raises(DocumentError, match="cannot be written: No space left on device"):
        save(parse(NEURON), path)
    assert path.read_text() == "precious"
    assert [file.name for file in tmp_path.iterdir()] == ["mine.toml"]


def test_saving_into_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be written"):
        save(parse(NEURON), tmp_path / "gone" / "mine.toml")


def test_what_could_not_be_opened_again_is_not_saved(tmp_path: Path) -> None:
    text = HEAD.replace("y = x * 2", "y = sum(x)") + "[inputs]\nx = { shape = [400000], fill = [0.123456789] }\n"
    with pytest.raises(DocumentError, match="too much to be opened again"):
        save(parse(text), tmp_path / "large.toml")
    assert not list(tmp_path.iterdir())


def test_an_edit_is_saved(tmp_path: Path) -> None:
    save(parse(NEURON).with_leaf("w", 0.1), tmp_path / "mine.toml")
    assert load(tmp_path / "mine.toml").leaves["w"] == 0.1


# --- whatever is written, a document opens or says why not

LESSON_TEXTS = [path.read_text(encoding="utf-8") for path in LESSONS]
FRAGMENTS = st.sampled_from(
    ["[", "]", "{", "}", '"', '"""', "'", "=", ".", ",", "\n", "#", "nan", "inf", "1e999", "-", "9" * 30, "[[notes]]\n",
     "[inputs]\n", "true", "\\", "\\u0000", "x = ", "()", "**", "@", "format = 1\n", "\t", "\x0b", "é", "\u2028", "𝕏"]
)  # fmt: skip


@st.composite
def mutated_lessons(draw: st.DrawFn) -> str:
    """A lesson in which some stretches are cut out, doubled, or replaced."""
    text = draw(st.sampled_from(LESSON_TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        change = draw(st.sampled_from(["cut", "double", "replace"]))
        between = {"cut": "", "double": text[start:end] * 2}.get(change)
        text = text[:start] + (draw(FRAGMENTS) if between is None else between) + text[end:]
    return text


@settings(max_examples=150)
@given(mutated_lessons())
def test_a_damaged_lesson_opens_or_is_refused(text: str) -> None:
    try:
        document = parse(text)
    except DocumentError as error:
        one_sentence(error)
        return
    # Only numbers that an operation refuses may still stand in the way.
    with contextlib.suppress(GradStepError):
        record(document.graph, document.learning_rate)


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    refusal(text)


@given(st.dictionaries(st.sampled_from(["x", "w", "q"]), st.text(max_size=20), min_size=1))
def test_any_names_and_values_open_or_are_refused(values: dict[str, str]) -> None:
    text = HEAD + "[inputs]\nx = 1.0\n[parameters]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())
    try:
        parse(text)
    except DocumentError as error:
        one_sentence(error)


STORY = """
format = 1
title = "A story"
network = "2-3-1 tanh"
[data]
set = "xor"
[[chapters]]
title = "Small"
text = "A small one."
[[chapters]]
title = "Deep"
text = "A deep one."
network = "2-2-1 relu"
[expect]
"W2.value" = 0.5
"""


def test_a_copy_of_a_chapter_is_a_document_without_the_story(tmp_path: Path) -> None:
    document = parse(STORY)
    save(document, tmp_path / "whole.toml")
    assert len(load(tmp_path / "whole.toml").specification.chapters) == 2
    save(document.at_chapter(1), tmp_path / "deep.toml")
    again = load(tmp_path / "deep.toml")
    assert again.specification.chapters == []
    assert again.recipes == document.at_chapter(1).recipes


def test_what_is_said_of_one_network_is_not_said_of_another() -> None:
    document = parse(STORY.replace("W2.value", "W2.after"))
    first = document.recipes[0]
    assert first.network is not None
    single = replace(first, network=parse_network("2-1 linear"))  # there is no W2 any more
    assert document.with_recipes([single]).specification.expect == {}
    assert document.specification.expect
