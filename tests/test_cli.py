"""The command line: what it writes, what it refuses and with which exit code, and that it loads only what it needs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.gradcheck import Check
from visualizer import cli, machine
from visualizer.session.lessons import lesson_names, lesson_path

ROOT = Path(__file__).resolve().parent.parent
NEURON_STEPS = 18

BAD = 'format = 1\ntitle = "t"\nprogram = "y = __import__(2)"\n'
GOOD = 'format = 1\ntitle = "Mine"\nprogram = "y = x * w"\ninputs.x = 2.0\nparameters.w = 3.0\n'

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process; gives the exit code, the output and the errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err

    return run


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """Run what must be refused with status 2; gives the one sentence that it is refused with."""

    def refused(*arguments: str) -> str:
        status, output, errors = run(*arguments)
        assert (status, output) == (2, "")
        sentence = errors.splitlines()[-1]
        assert sentence.startswith("gradstep")
        return sentence

    return refused


def start(*arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "visualizer", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, check=False, timeout=120)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    return path


# --- lessons, --version, --help


def test_lessons_are_listed_in_order(run: Run) -> None:
    status, output, _ = run("lessons")
    assert status == 0
    assert [line.split()[0] for line in output.splitlines()] == list(lesson_names())
    assert "One neuron, by hand" in output


def test_version(run: Run) -> None:
    status, output, errors = run("--version")
    assert (status, errors) == (0, "")
    assert output.startswith("gradstep")


@pytest.mark.parametrize("command", [(), *((name,) for name in cli.COMMANDS)])
def test_help(run: Run, command: tuple[str, ...]) -> None:
    status, output, _ = run(*command, "--help")
    assert status == 0
    assert output.startswith("usage: gradstep")
    assert "exit codes: 0 fine, 1 a check failed, 2 bad input or usage, 3 the machine lacks something" in output


LOADED = """
import sys
from visualizer.cli import main
status = main({arguments!r})
print(" ".join(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
sys.exit(status)
"""


def loaded(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", LOADED.format(arguments=arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return set(done.stderr.decode().split())


@pytest.mark.parametrize(
    "arguments",
    [("trace", "neuron-by-hand"), ("trace", "neuron-by-hand", "--format", "json"), ("check", "neuron-by-hand")],
)
def test_no_qt_is_loaded_for_text(arguments: tuple[str, ...]) -> None:
    assert not loaded(*arguments) & {"PySide6", "shiboken6", "pyqtgraph", "networkx"}


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("trace", "--help"), ("lessons",)])
def test_no_numpy_is_loaded_for_a_line(arguments: tuple[str, ...]) -> None:
    assert not loaded(*arguments) & {"PySide6", "shiboken6", "pyqtgraph", "networkx", "numpy", "msgspec"}


# --- trace


def traced(run: Run, lesson: str) -> dict[str, Any]:
    status, output, errors = run("trace", lesson, "--format", "json")
    assert (status, errors) == (0, "")
    data: dict[str, Any] = json.loads(output)
    return data


def gradients(data: dict[str, Any]) -> dict[str, Any]:
    return {node["name"]: node["gradient"] for node in data["nodes"]}


def values(data: dict[str, Any]) -> dict[str, Any]:
    return {node["name"]: node["value"] for node in data["nodes"]}


def test_the_neuron_in_json(run: Run) -> None:
    data = traced(run, "neuron-by-hand")
    assert values(data)["o"] == pytest.approx(0.7071, abs=5e-5)
    assert gradients(data) == pytest.approx(
        {
            "o": 1,
            "n": 0.5,
            "x1w1 + x2w2": 0.5,
            "b": 0.5,
            "x1w1": 0.5,
            "x2w2": 0.5,
            "x2": 0.5,
            "w2": 0,
            "x1": -1.5,
            "w1": 1,
        }
    )
    assert len(data["steps"]) == NEURON_STEPS


def test_backpropagation_by_hand_in_json(run: Run) -> None:
    data = traced(run, "backpropagation-by-hand")
    found = values(data)
    assert found["z1"] == [-1, 3, 5, 3]
    assert found["a1"] == [0, 3, 5, 3]
    assert found["z2"] == found["a2"] == [2, 4]
    assert found["z3"] == [3, 3, -1]
    found = gradients(data)
    assert found["z3"] == found["b3"] == [0.5, -0.5, 0]
    assert found["W3"] == [[1, 2], [-1, -2], [0, 0]]
    assert found["a2"] == found["z2"] == found["b2"] == [1, -1]
    assert found["W2"] == [[0, 3, 5, 3], [0, -3, -5, -3]]
    assert found["a1"] == [1, -2, 2, -1]
    assert found["z1"] == found["b1"] == [0, -2, 2, -1]
    assert found["W1"] == [[0, 0, 0], [-4, -2, -6], [4, 2, 6], [-2, -1, -3]]


def test_the_exact_twin_in_json(run: Run) -> None:
    found = gradients(traced(run, "backpropagation-by-hand-exact"))
    assert found["z3"] == pytest.approx([0.49546, 0.49546 - 1, 0.00907], abs=1e-5)


def test_the_linear_layer_in_json(run: Run) -> None:
    """dX = G W^T and dW = X^T G."""
    data = traced(run, "linear-under-the-hood")
    X, W, G = (values(data)[name] for name in ("X", "W", "G"))
    assert gradients(data)["X"] == [[g[0] * W[0][0], g[0] * W[1][0]] for g in G]
    assert gradients(data)["W"] == [[sum(x[i] * g[0] for x, g in zip(X, G, strict=True))] for i in (0, 1)]


def test_a_file_is_traced(run: Run, document: Path) -> None:
    status, output, _ = run("trace", str(document))
    assert status == 0
    assert output.startswith("Mine\n")
    assert "∂y/∂w = ∂y/∂y · x" in output


def test_a_file_named_like_a_command(run: Run, document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document.rename(document.with_name("trace"))
    monkeypatch.chdir(document.parent)
    assert run("trace", "./trace")[0] == 0
    assert run("trace", "trace")[0] == 0


def test_a_file_named_like_an_option(run: Run, document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document.rename(document.with_name("--format"))
    monkeypatch.chdir(document.parent)
    assert run("trace", "--", "--format")[0] == 0


# --- check


@pytest.mark.parametrize("lesson", lesson_names())
def test_every_lesson_passes_the_check(run: Run, lesson: str) -> None:
    status, output, _ = run("check", lesson)
    assert status == 0
    assert "agree with central differences." in output


def test_a_gradient_that_is_off_ends_with_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [Check("w1", 1.0, 2.0, 0.5, "off", 1, 1), Check("w2", 0.0, 0.0, 0.0, "right", 1, 1)]
    monkeypatch.setattr("engine.gradcheck.check_gradients", lambda *_: iter(wrong))
    status, output, _ = run("check", "neuron-by-hand")
    assert status == 1
    assert "\n1 of 2 gradients are off: w1.\n" in output


def test_an_expected_number_that_is_off_ends_with_1(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "promise.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = w * w"\nparameters.w = 3.0\nexpect."y.value" = 8\n')
    status, output, _ = run("check", str(path))
    assert status == 1
    assert output.endswith("1 of 1 expected numbers is off:\n  y.value: 8 is expected, and it is 9\n")


def test_a_gradient_that_is_not_finite_cannot_be_judged(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "root.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = sqrt(w)"\nparameters.w = 0.0\n')
    status, output, _ = run("check", str(path))
    assert status == 0
    assert "1 of 2 gradients cannot be judged, for want of finite numbers: w.\nThe other one agrees" in output


# --- bad input and bad usage


@pytest.mark.parametrize("command", ["trace", "check", "export"])
def test_bad_documents(refused: Callable[..., str], tmp_path: Path, command: str) -> None:
    more = ("--step", "last", "--format", "png", "--out", str(tmp_path / "x.png")) if command == "export" else ()
    bad = tmp_path / "bad.toml"
    bad.write_text(BAD)
    assert f"{bad}, line 3: program: there is no operation “__import__”" in refused(command, str(bad), *more)
    assert "is a folder" in refused(command, str(tmp_path), *more)
    assert "does not exist" in refused(command, str(tmp_path / "none.toml"), *more)
    assert "did you mean “neuron-by-hand”" in refused(command, "neuron-by-hnd", *more)
    assert "is neither a file nor a lesson" in refused(command, "", *more)
    assert refused(command, "a" * 5000, *more)
    assert refused(command, "a\0b", *more)
    assert refused(command, "-", *more)


def test_what_cannot_be_run_names_the_file(refused: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "classes.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = cross_entropy(z, t)"\ninputs.z = [1, 2]\ninputs.t = 7\n')
    assert f"{path}: “y” cannot be computed in line 1 of the program: a class index" in refused("trace", str(path))


@pytest.mark.parametrize(
    "arguments",
    [
        ("trace",),
        ("check",),
        ("export",),
        ("trace", "neuron-by-hand", "extra"),
        ("trace", "neuron-by-hand", "--format", "xml"),
        ("trace", "neuron-by-hand", "--form", "json"),
        ("trace", "neuron-by-hand", "--version"),
        ("lessons", "extra"),
        ("check", "neuron-by-hand", "--fast"),
        ("neuron-by-hand", "trace"),
        ("--fast",),
        ("--version=3",),
    ],
)
def test_bad_usage(refused: Callable[..., str], arguments: tuple[str, ...]) -> None:
    assert "error: " in refused(*arguments)


EXPORT = {"--step": "last", "--format": "png", "--out": "x.png"}


def export_arguments(document: str = "neuron-by-hand", **changes: str | None) -> list[str]:
    options = {**EXPORT, **{f"--{name}": value for name, value in changes.items()}}
    return ["export", document, *(f"{name}={value}" for name, value in options.items() if value is not None)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"step": None}, "required: --step"),
        ({"format": None}, "required: --format"),
        ({"out": None}, "required: --out"),
        ({"step": "first"}, "“first” is not a step"),
        ({"step": "-1"}, "“-1” is not a step"),
        ({"step": "1.5"}, "“1.5” is not a step"),
        ({"step": ""}, "“” is not a step"),
        ({"step": "١"}, "is not a step"),
        ({"step": "9" * 5000}, "is not a step"),
        ({"step": "19"}, "there are 18 steps, so give a number from 0 to 18, last or all"),
        ({"format": "pdf"}, "invalid choice: 'pdf'"),
        ({"size": "800"}, "“800” is not a size such as 1280x800"),
        ({"size": "800x"}, "is not a size"),
        ({"size": "800x-600"}, "is not a size"),
        ({"size": "nanxnan"}, "is not a size"),
        ({"size": "199x800"}, "from 200 to 8000, not 199x800"),
        ({"size": "800x8001"}, "from 200 to 8000"),
        ({"size": "8000x8000", "scale": "1.01"}, "65 megapixels, and at most 64"),
        ({"size": "1280x800", "scale": "8"}, "66 megapixels, and at most 64"),
        ({"scale": "0.4"}, "“0.4” is not a number from 0.5 to 8"),
        ({"scale": "8.1"}, "is not a number from 0.5 to 8"),
        ({"scale": "nan"}, "is not a number from 0.5 to 8"),
        ({"scale": "inf"}, "is not a number from 0.5 to 8"),
        ({"scale": "big"}, "is not a number from 0.5 to 8"),
        ({"theme": "blue"}, "invalid choice: 'blue'"),
        ({"out": "x.svg"}, "ends in .svg, and --format is png: make them agree"),
        ({"out": "x.JPG"}, "ends in .jpg"),
        ({"out": "none/x.png"}, "the folder none does not exist"),
        ({"out": "."}, "--out . is a folder: name a file in it"),
        ({"out": "/dev/null"}, "--out /dev/null is not a regular file"),
        ({"out": "a" * 300}, "cannot be written: File name too long"),
        ({"out": "a\0b"}, "cannot be written"),
    ],
)  # fmt: skip
def test_bad_exports(
    refused: Callable[..., str],
    changes: dict[str, str | None],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refused(*export_arguments(**changes))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.os, "access", lambda *_: False)  # root may write everywhere
    assert "cannot be written to" in refused(*export_arguments(out=str(tmp_path / "x.png")))


# --- export


class Exports:
    """Stands in for the painter: keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def __call__(self, document: Any, steps: Any, *rest: Any) -> list[Path]:
        self.asked.append((document.title, list(steps), *rest))
        return [rest[1]]


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> Exports:
    exports = Exports()
    monkeypatch.setattr("visualizer.ui.export.export_pictures", exports)
    return exports


@pytest.mark.parametrize(
    ("step", "steps"), [("0", [0]), ("7", [7]), ("18", [18]), ("last", [18]), ("all", list(range(1, 19)))]
)
def test_which_steps_are_exported(
    run: Run, exports: Exports, step: str, steps: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, output, _ = run(*export_arguments(step=step))
    assert (status, output) == (0, "x.png\n")
    assert exports.asked == [("One neuron, by hand", steps, "png", Path("x.png"), (1280, 800), 1.0, "light")]


def test_how_a_picture_is_exported(run: Run, exports: Exports, tmp_path: Path) -> None:
    out = tmp_path / "x.svg"
    arguments = export_arguments(format="svg", size="8000x200", scale="2.5", theme="dark", out=str(out))
    assert run(*arguments)[0] == 0
    assert exports.asked[0][2:] == ("svg", out, (8000, 200), 2.5, "dark")


@pytest.mark.slow
@pytest.mark.parametrize("format", ["png", "svg"])
def test_pictures_are_painted(format: str, tmp_path: Path) -> None:
    done = start(*export_arguments(step="3", format=format, out=f"x.{format}"), folder=tmp_path)
    assert (done.returncode, done.stdout.decode().strip()) == (0, f"x.{format}"), done.stderr.decode()
    content = (tmp_path / f"x.{format}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml"}[format])


# --- what the machine lacks


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Qt's libraries."""
    monkeypatch.setattr(machine, "missing_libraries", lambda window: {"libgone1": ("libgone.so.1",)})


@pytest.mark.usefixtures("bare")
def test_an_export_without_qts_libraries_names_the_apt_line(run: Run, tmp_path: Path) -> None:
    status, _, errors = run(*export_arguments(out=str(tmp_path / "x.png")))
    assert status == 3
    assert "apt-get install" in errors
    assert "libgone1" in errors


def test_a_qt_that_cannot_be_imported_ends_with_3(
    run: Run, exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file", name="PySide6.QtGui")

    monkeypatch.setattr("visualizer.ui.export.export_pictures", fail)
    status, _, errors = run(*export_arguments(out=str(tmp_path / "x.png")))
    assert status == 3
    assert errors == "gradstep: Qt cannot be loaded: libGL.so.1: cannot open shared object file\n"


# --- the window, and without one


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(machine, "has_display", lambda: False)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("no_display")
def test_without_a_display_the_neuron_is_told_and_the_lessons_are_painted(run: Run, exports: Exports) -> None:
    status, output, errors = run()
    assert status == 0
    assert errors.count("\n") == 1
    assert "there is no display" in errors
    assert output.startswith("One neuron, by hand\n")
    assert [asked[3] for asked in exports.asked] == [Path(f"gradstep-pictures/{name}.png") for name in lesson_names()]
    assert all(f"gradstep-pictures/{name}.png" in output for name in lesson_names())
    assert exports.asked[0][1:3] == ([15], "png")  # the neuron's last message
    assert Path("gradstep-pictures").is_dir()


@pytest.mark.usefixtures("no_display")
def test_without_a_display_the_named_document_is_told(run: Run, exports: Exports, document: Path) -> None:
    status, output, _ = run(str(document))
    assert status == 0
    assert output.startswith("Mine\n")
    assert exports.asked[-1][0] == "Mine"
    assert exports.asked[-1][3] == Path("gradstep-pictures/mine.png")


@pytest.mark.usefixtures("no_display")
def test_a_document_with_a_lessons_name_gets_a_picture_of_its_own(run: Run, exports: Exports, document: Path) -> None:
    document = document.rename(document.with_name("neuron-by-hand.toml"))
    assert run(str(document))[0] == 0
    assert exports.asked[-1][3] == Path("gradstep-pictures/neuron-by-hand-document.png")
    exports.asked.clear()
    assert run(str(lesson_path("neuron-by-hand")))[0] == 0
    assert len(exports.asked) == len(lesson_names())


@pytest.mark.usefixtures("no_display")
def test_without_a_display_a_bad_document_is_refused(refused: Callable[..., str]) -> None:
    assert "does not exist" in refused("none.toml")


@pytest.mark.usefixtures("no_display", "bare")
def test_without_qts_libraries_the_text_is_still_written(run: Run) -> None:
    status, output, errors = run("linear-under-the-hood")
    assert status == 3
    assert output.startswith("A linear layer under the hood\n")
    assert "apt-get install" in errors


def test_where_no_pictures_can_be_kept(run: Run, exports: Exports, no_display: Path) -> None:
    (no_display / "gradstep-pictures").write_text("in the way")
    status, output, errors = run()
    assert status == 3
    assert output.startswith("One neuron, by hand\n")
    assert "the folder gradstep-pictures cannot be made here: File exists" in errors


@pytest.mark.slow
def test_a_fresh_machine_without_a_display_gets_text_and_pictures(tmp_path: Path) -> None:
    done = start(folder=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr.decode()
    pictures = sorted(path.stem for path in (tmp_path / "gradstep-pictures").iterdir())
    assert pictures == sorted(lesson_names())


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """A machine with a display; the list keeps what windows were opened on."""
    opened: list[str | None] = []

    def run(argument: str | None) -> int:
        opened.append(argument)
        return 0

    monkeypatch.setattr(machine, "has_display", lambda: True)
    monkeypatch.setattr(machine, "ensure", lambda window, install: 0)
    monkeypatch.setattr("visualizer.ui.app.run", run)
    return opened


def test_the_window_opens_on_what_was_typed(run: Run, opened: list[str | None], document: Path) -> None:
    assert [run()[0], run("neuron-by-hand")[0], run(str(document))[0]] == [0, 0, 0]
    assert opened == [None, "neuron-by-hand", str(document)]


def test_no_window_opens_on_a_bad_document(refused: Callable[..., str], opened: list[str | None]) -> None:
    assert "is neither a file nor a lesson" in refused("nothing")
    assert opened == []


def test_a_window_without_its_libraries(run: Run, monkeypatch: pytest.MonkeyPatch, opened: list[str | None]) -> None:
    monkeypatch.setattr(machine, "ensure", lambda window, install: 3 if window else 0)
    assert run()[0] == 3
    assert opened == []


# --- what goes wrong around us


def test_a_mistake_of_ours_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise KeyError("a\nb")

    monkeypatch.setattr(cli, "_find", fail)
    status, _, errors = run("trace", "neuron-by-hand")
    assert status == 70
    assert errors.count("\n") == 1
    assert "KeyError" in errors
    assert "--debug" in errors
    for arguments in (["--debug", "trace", "neuron-by-hand"], ["trace", "--debug", "neuron-by-hand"]):
        with pytest.raises(KeyError):
            cli.main(arguments)


def test_too_little_memory(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise MemoryError

    monkeypatch.setattr(cli, "_find", fail)
    assert run("trace", "neuron-by-hand")[0] == 3


def test_an_interrupt_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_find", interrupt)
    assert run("trace", "neuron-by-hand") == (130, "", "")


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files and signals")


@posix
def test_a_reader_that_stops_reading(tmp_path: Path) -> None:
    """`gradstep trace large.toml --format json | head -1`: what is left is more than a pipe holds."""
    path = tmp_path / "large.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = sum(x)"\ninputs.x = { shape = [100000], fill = [0.1] }\n')
    command = [sys.executable, "-m", "visualizer", "trace", str(path), "--format", "json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.wait(timeout=60) == 128 + signal.SIGPIPE
        assert process.stderr.read() == b""


@posix
def test_a_full_disk() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "visualizer", "trace", "neuron-by-hand"]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 3
    assert done.stderr == b"gradstep: the output cannot be written: No space left on device\n"


@posix
def test_closed_streams() -> None:
    command = f"exec {sys.executable} -m visualizer trace neuron-by-hand >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("settings", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {}])
def test_output_is_utf_8_in_every_locale(settings: dict[str, str]) -> None:
    done = start("trace", "neuron-by-hand", **settings)
    assert done.returncode == 0
    assert "∂o/∂n = ∂o/∂o · (1 − o²)" in done.stdout.decode("utf-8")


def test_an_encoding_that_was_asked_for_is_kept() -> None:
    done = start("trace", "neuron-by-hand", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"?o/?n = ?o/?o" in done.stdout


@posix
def test_a_name_that_is_no_text_can_be_told() -> None:
    command = [sys.executable.encode(), b"-m", b"visualizer", b"trace", b"\xff\x1b[31m.toml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"does not exist" in done.stderr
    assert b"\x1b" not in done.stderr
