"""The language lets through what the page says, and refuses everything else in one sentence with the right line."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ProgramError
from engine.expression import Call, Expression, Number, Symbol, program_text
from engine.language import MAX_DEPTH, MAX_LINE_LENGTH, MAX_LINE_NODES, MAX_LINES, parse_assignments, parse_expression

X, Y = Symbol("x"), Symbol("y")


def call(operation: str, *arguments: Expression, **keywords: float) -> Call:
    return Call(operation, arguments, tuple(keywords.items()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("2", Number(2.0)),
        ("1e-3", Number(0.001)),
        ("x + y", call("add", X, Y)),
        ("x - y - x", call("subtract", call("subtract", X, Y), X)),
        ("x * y", call("multiply", X, Y)),
        ("x / y", call("divide", X, Y)),
        ("x ** 2", call("power", X, Number(2.0))),
        ("x @ y", call("matmul", X, Y)),
        ("-x", call("negate", X)),
        ("+x", X),
        ("-2", Number(-2.0)),
        ("-x**2", call("negate", call("power", X, Number(2.0)))),
        ("2 * 3 + 1", Number(7.0)),
        ("tanh(x)", call("tanh", X)),
        ("sum(x, axis=-1)", call("sum", X, axis=-1.0)),
        ("((((x))))", X),
        ("λ", Symbol("λ")),
    ],
)
def test_what_is_part_of_the_language(text: str, expected: Expression) -> None:
    assert parse_expression(text) == expected


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("x < y", "less"),
        ("x >= 2", "greater_equal"),
        ("x == y", "equal"),
        ("x != y", "not_equal"),
        ("x < 1 and y > 2", "and"),
        ("x < 1 or not y > 2", "or"),
        ("not x < 1", "not"),
    ],
)
def test_conditions_also_compare_and_join(text: str, operation: str) -> None:
    parsed = parse_expression(text, conditions=True)
    assert isinstance(parsed, Call)
    assert parsed.operation == operation
    with pytest.raises(ProgramError, match="not part of the language"):
        parse_expression(text)


REFUSED = [
    "x.real",
    "x.__class__",
    "().__class__.__base__",
    "x[0]",
    "x[:]",
    "__import__('os')",
    "lambda: x",
    "[x for x in y]",
    "{x for x in y}",
    "(x for x in y)",
    "[x, y]",
    "(x, y)",
    "{}",
    "'text'",
    "b'bytes'",
    "f'{x}'",
    '"\\d"',
    "(x := 1)",
    "x if y else x",
    "x // y",
    "x % y",
    "x << y",
    "x | y",
    "~x",
    "1j",
    "True",
    "None",
    "...",
    "await x",
    "tanh(*x)",
    "tanh(**x)",
    "tanh(x)(y)",
    "sum(x, axis=y)",
    "sum(x, axis=True)",
    "sum(x, axis=0, axis=1)",
    "1(2)",
    "1if x else 2",
    "0777",
    "x!",
    "x y",
    "x;y",
    "\\",
    "x \\",
    "#",
    "",
    "x\0y",
    "\0",
    "\ufeffx",
    "\u202ex",
    "x\u200by",
    "x − y",
    "\ud800",
    "𝟙 ⊕ 𝟙",
    "9**9**9",
    "9.0**9**9",
    "2**1e10",
    "1e999",
    "-1e999",
    "9" * 400,
    "1/0",
    "0**-1",
    "(-8)**0.5",
    "1e308*10",
    "x" * (MAX_LINE_LENGTH + 1),
    "(" * 250 + "x" + ")" * 240,
    "-" * (MAX_DEPTH + 2) + "x",
    "-" * 490 + "x",
    "(" * 490,
    "+".join(["x"] * (MAX_LINE_NODES // 4 + 5)),
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text)[:40])
@pytest.mark.parametrize("conditions", [False, True])
def test_what_is_refused(text: str, conditions: bool) -> None:
    with pytest.raises(ProgramError) as refused:
        parse_expression(text, line=7, conditions=conditions)
    assert refused.value.line == 7
    one_sentence(refused.value)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text)[:40])
def test_what_is_refused_in_a_program_names_its_line(text: str) -> None:
    with pytest.raises(ProgramError) as refused:
        parse_assignments(f"a = 1\n\n# a remark\nb = {text}\nc = 2")
    assert refused.value.line == 4
    one_sentence(refused.value)


def one_sentence(error: ProgramError) -> None:
    assert 10 < len(error.sentence) < 300
    assert all(character.isprintable() for character in str(error))
    assert "object at 0x" not in error.sentence


NOT_ASSIGNMENTS = [
    "x", "x + 1", "x == 1", "x += 1", "x = y = 1", "x, y = 1", "x.a = 1", "x[0] = 1", "x: int = 1", "def f(): pass",
    "import os", "del x", "pass", "x = 1; y = 2", "if x: y = 1", "for x in y: pass", "return 1", "*x = 1", "1 = x",
]  # fmt: skip


@pytest.mark.parametrize("line", NOT_ASSIGNMENTS)
def test_a_line_is_an_assignment_to_one_name(line: str) -> None:
    with pytest.raises(ProgramError) as refused:
        parse_assignments(f"a = 1\n{line}")
    assert refused.value.line == 2
    one_sentence(refused.value)


def test_lines_keep_their_numbers_and_text() -> None:
    found = parse_assignments("\n  a = 1  # one\r\n\n# remark\n\tb = a * 2\n")
    assert [(a.name, a.line, a.text) for a in found] == [("a", 2, "a = 1  # one"), ("b", 5, "b = a * 2")]


def test_the_longest_the_deepest_and_the_largest_that_fit() -> None:
    name = "x" * (MAX_LINE_LENGTH - 4)
    assert parse_expression(f"{name} + y") == call("add", Symbol(name), Y)
    parse_expression("-" * (MAX_DEPTH - 2) + "x")
    assert len(parse_assignments("\n".join(f"a{i} = {i}" for i in range(MAX_LINES)))) == MAX_LINES
    with pytest.raises(ProgramError, match="at most 2,000 lines, and this one has 2,001"):
        parse_assignments("\n" * MAX_LINES + "a = 1")


def test_the_parsers_own_warnings_do_not_leak() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for text in ('"\\d"', "1if x else 2", "1 is 1", "'a' 'b'(1)"):
            with pytest.raises(ProgramError):
                parse_expression(text)
    assert not caught


expressions = st.recursive(
    st.sampled_from([X, Y, Number(2.0), Number(0.5), Number(1e-7), Number(123456789.0)]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["subtract", "divide", "power", "matmul", "add", "multiply"]), inner, inner),
        st.tuples(st.sampled_from(["tanh", "negate"]), inner),
    ).map(lambda parts: Call(parts[0], tuple(parts[1:]))),
    max_leaves=12,
)


@given(expressions)
def test_written_as_a_program_and_read_again(expression: Expression) -> None:
    """What names a value reads as the value; constants are folded, so the second writing is compared."""
    try:
        once = parse_expression(program_text(expression))
    except ProgramError:  # constants that come to no finite number
        return
    assert parse_expression(program_text(once)) == once


@given(st.text(max_size=80))
def test_no_text_raises_anything_else(text: str) -> None:
    for read in (parse_expression, parse_assignments):
        try:
            read(text)
        except ProgramError as error:
            one_sentence(error)


FRAGMENTS = [
    *"xy12.,()[]{}+-*/@=<>:;#'\"\\\n\t ~!%&|^$?`é",
    "**", "axis=", "tanh(", "lambda ", " if ", " for ", " in ", "1e", "0x", "__", "f'", "not ", " and ", ":=", "yield ",
    "\0", "await ", "_1", "1_", "j",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_no_mix_of_pieces_raises_anything_else(text: str) -> None:
    for program in (text, f"a = {text}"):
        try:
            parse_assignments(program)
        except ProgramError as error:
            one_sentence(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("True", "“True” is not a number: only numbers and names may be written here"),
        ("x + None", "“None” is not a number"),
        ("x + ...", "“...” is not a number"),
        ("x + lambda", "“lambda” is a reserved word of Python"),
        ("x y", "“x y” is not valid: invalid syntax"),
    ],
)
def test_what_was_written_is_quoted_and_the_parser_guesses_nothing(text: str, said: str) -> None:
    with pytest.raises(ProgramError) as caught:
        parse_expression(text)
    assert str(caught.value).startswith(said) or str(caught.value).endswith(said)
