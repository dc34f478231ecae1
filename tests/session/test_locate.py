"""The line of a field is found in every way in which TOML lets it be written."""

import pytest

from visualizer.session.locate import line_of, program_line

TEXT = '''\
format = 1
program = """
y = x
fake = 1
[fake]
"""
"quoted key" = 1
inputs.x = 2  # a dotted key

[parameters]
W = [
  [1, 2],
  [5]
]
after = "# [[not a comment"
table = { a = 1, b = [
  "]", 2,
] }
last = 3

[[notes]]
text = """first
[notes]
"""
[[notes]]
text = 'second'
  [deep.er]
  "a.b" = 1
[[chapters]]
[chapters.data]
set = "xor"
[[chapters.compare]]
[[chapters.compare]]
[chapters.compare.training]
seed = 1
[[chapters]]
[[chapters.compare]]
training = { seed = 2 }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["format"], 1),
        (["program"], 2),
        (["fake"], None),
        (["quoted key"], 7),
        (["inputs", "x"], 8),
        (["inputs"], 8),
        (["parameters"], 10),
        (["parameters", "W"], 11),
        (["parameters", "W", "0"], 11),
        (["parameters", "after"], 15),
        (["parameters", "table", "a"], 16),
        (["parameters", "last"], 19),
        (["parameters", "missing"], 10),
        (["notes"], 21),
        (["notes", "0", "text"], 22),
        (["notes", "1"], 25),
        (["notes", "1", "text"], 26),
        (["notes", "1", "missing"], 25),
        (["deep"], 27),
        (["deep", "er", "a.b"], 28),
        (["chapters", "0"], 29),
        (["chapters", "0", "data", "set"], 31),
        (["chapters", "0", "compare", "0"], 32),
        (["chapters", "0", "compare", "1", "training", "seed"], 35),
        (["chapters", "1", "compare", "0", "training", "seed"], 38),
        (["chapters", "1", "training"], 36),
        (["nothing"], None),
        ([], None),
    ],
)
def test_the_line_of_a_field(path: list[str], line: int | None) -> None:
    assert line_of(TEXT, path) == line


def test_the_line_of_a_program_line() -> None:
    assert program_line(TEXT, 1) == 3
    assert program_line('program = """y = x"""', 1) == 1
    assert program_line("program = 'y = x'", 1) == 1
    assert program_line("title = 't'", 1) is None
    assert program_line('[variants.a]\nprogram = """\ny = x\nz = y"""', 2, ("variants", "a", "program")) == 4


def test_separators_that_are_no_line_breaks_in_toml() -> None:
    assert line_of("a = '\u2028\x85'\nb = 1", ["b"]) == 2


@pytest.mark.parametrize(
    "value", ['"\\""', "'\"'", "'''a\nb'''", '"""\n[x]\ny = "1"\n"""', '["""\n[\n""", 1,\n]', "[ # [\n]"]
)
def test_a_value_is_passed_over_whole(value: str) -> None:
    text = f"first = {value}\nafter = 1"
    assert line_of(text, ["after"]) == text.count("\n") + 1
    assert line_of(text, ["x"]) is line_of(text, ["y"]) is None
