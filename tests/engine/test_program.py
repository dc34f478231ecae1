"""Programs become graphs, and what cannot become one is refused with the line, the names and the shapes."""

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import GradStepError, ProgramError, parse_program
from engine.program import check_name


def refused(program: str, **arguments: Any) -> ProgramError:
    with pytest.raises(ProgramError) as caught:
        parse_program(program, **arguments)
    assert 10 < len(caught.value.sentence) < 400
    return caught.value


def test_lines_become_nodes_in_order_and_values_without_a_name_are_named_by_their_text() -> None:
    graph = parse_program("n = x * w + b\no = tanh(n)", {"x": 2.0}, {"w": -3.0, "b": 0.5})
    assert [(node.name, node.op, node.inputs, node.line) for node in graph.nodes] == [
        ("x", "input", (), None),
        ("w", "parameter", (), None),
        ("b", "parameter", (), None),
        ("x * w", "multiply", (0, 1), 1),
        ("n", "add", (3, 2), 1),
        ("o", "tanh", (4,), 2),
    ]
    assert graph.output == 5


def test_an_expression_written_twice_is_two_nodes_and_a_number_written_twice_is_one() -> None:
    graph = parse_program("y = (x + 2) * (x + 2) * (x + 2)", {"x": 1.0})
    assert [node.name for node in graph.nodes][1:5] == ["2", "x + 2", "x + 2 (2)", "(x + 2) * (x + 2)"]
    assert graph.nodes[5].name == "x + 2 (3)"


def test_numbers_as_values() -> None:
    graph = parse_program("half = 1 / 2\ny = half * x", {"x": 3.0})
    assert graph.node("half").op == "constant"
    assert graph.leaves[graph.node("half").id] == 0.5


@pytest.mark.parametrize(("op", "keywords"), [("axis=0", (("axis", 0.0),)), ("axis=-1", (("axis", -1.0),))])
def test_keywords_become_attributes(op: str, keywords: tuple[tuple[str, float], ...]) -> None:
    graph = parse_program(f"y = sum(sum(x, {op}))", {"x": [[1.0, 2.0]]})
    assert graph.nodes[1].attributes == keywords


def test_the_sizes_of_reshape() -> None:
    graph = parse_program("y = sum(reshape(x, 2, 3))", {"x": [1.0, 2, 3, 4, 5, 6]})
    assert graph.nodes[1].shape == (2, 3)


def test_the_output_may_be_any_value_and_takes_an_incoming_gradient() -> None:
    graph = parse_program("h = W @ x\nl = sum(h)", {"x": [1.0, 2.0]}, {"W": [[1.0, 2.0]]}, output="h", incoming="h - 1")
    assert graph.nodes[graph.output].name == "h"
    assert graph.incoming is not None
    assert graph.nodes[graph.incoming].scope == "incoming"


@pytest.mark.parametrize(
    ("program", "line", "said"),
    [
        ("y = tanhh(x)", 1, ["“tanhh”", "did you mean “tanh”?"]),
        ("y = print(x)", 1, ["there is no operation “print”"]),
        ("y = x + nowhere", 1, ["“nowhere” has no value"]),
        ("a = 1\ny = tanh", 2, ["only renames tanh"]),
        ("y = x + tanh", 1, ["“tanh” is an operation: write tanh(…)"]),
        ("y = b * 2\nb = x * 2", 1, ["“b” is used before line 2"]),
        ("y = x * 2\ny = x * 3", 2, ["“y” already has a value"]),
        ("x = 3 * 2", 1, ["“x” already has a value"]),
        ("two = 2\ntwo = 3\ny = x * two", 2, ["“two” already has a value"]),
        ("a = x * 2\n\ny = a", 3, ["“y = a” only renames a"]),
        ("a = b * 2\nb = c * 2\nc = a * 2", 1, ["a value cannot depend on itself: b ← c ← a ← b"]),
        ("a = a * 2", 1, ["a value cannot depend on itself: a ← a"]),
        ("y = tanh(x, x)", 1, ["tanh takes 1 (x), not 2"]),
        ("y = tanh()", 1, ["tanh takes 1 (x), not 0"]),
        ("y = concatenate()", 1, ["at least 1 input"]),
        ("y = tanh(x, axis=0)", 1, ["tanh has no keyword “axis”: it takes none"]),
        ("y = sum(v, along=0)", 1, ["sum has no keyword “along”: it knows axis"]),
        ("a = x * 2\ny = sum(v, axis=1)", 2, ["“y” cannot be computed", "shape 3 has no axis 1"]),
        ("y = sum(v, axis=0.5)", 1, ["no axis 0.5"]),
        ("y = sum(v, axis=1e300)", 1, ["no axis 1e+300"]),
        ("y = M @ v", 1, ["“y” cannot be computed", "2×2", "M: 2×2, v: 3"]),
        ("y = M + v", 1, ["2×2 and 3 do not broadcast together", "M: 2×2, v: 3"]),
        ("y = mse(v, M)", 1, ["3 and 2×2 must be equal"]),
        ("y = linear(M, v, v)", 1, ["takes 2 features", "has 3"]),
        ("y = cross_entropy(v, v + M)", 1, ["broadcast"]),
        ("y = reshape(v, 2, 2)", 1, ["3 elements and cannot become 2×2"]),
        ("y = reshape(v, 1.5, 2)", 1, ["whole numbers"]),
        ("y = reshape(v, x)", 1, ["whole numbers"]),
        ("y = reshape(v, -3)", 1, ["whole numbers"]),
        ("y = reshape(v, 1, 1, 1, 1, 3)", 1, ["up to four"]),
        ("y = concatenate(v, M)", 1, ["3 and 2×2 cannot be joined along axis 0"]),
        ("y = concatenate(x, x)", 1, ["not scalars"]),
        ("lambda = 2", 1, ["is not valid"]),
        ("tanh = x * 2", 1, ["“tanh” is an operation"]),
        ("__y = x * 2", 1, ["“__y” cannot be a name", "may not begin with two underscores"]),
        ("None = x * 2", 1, ["is not valid"]),
        ("", None, ["the program is empty"]),
        ("# nothing but a remark", None, ["the program is empty"]),
        ("y = v * 2", None, ["the output “y” has shape 3", "starts from a scalar", "[backward]", "incoming="]),
    ],
)
def test_what_cannot_become_a_graph(program: str, line: int | None, said: list[str]) -> None:
    error = refused(program, inputs={"x": 1.0, "v": [1.0, 2.0, 3.0], "M": [[1.0, 2.0], [3.0, 4.0]]})
    assert error.line == line
    for part in said:
        assert part in str(error)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"output": "z"}, "the output “z” is not a value of the program"),
        ({"incoming": "v"}, "the incoming gradient has shape 3, but the output “y” has shape scalar"),
        ({"incoming": "z * 2"}, "“z” has no value"),
        ({"incoming": "__import__('os')"}, "not a number"),
        ({"inputs": {"x y": 1.0}}, "“x y” cannot be a name"),
        ({"inputs": {"lambda": 1.0}}, "“lambda” cannot be a name: it is a reserved word of Python"),
        ({"inputs": {"𝐱": 1.0}}, "“𝐱” cannot be a name"),
        ({"inputs": {"": 1.0}}, "cannot be a name"),
        ({"inputs": {"q" * 61: 1.0}}, "cannot be a name: it has more than 60 characters"),
        ({"inputs": {3: 1.0}}, "3 cannot be a name: names are text"),
        ({"incoming": 3}, "an expression is text, not a value of type int"),
        ({"inputs": {"sum": 1.0}}, "“sum” is an operation"),
        ({"parameters": {"x": 1.0}}, "“x” already has a value"),
    ],
)
def test_arguments_that_do_not_fit(arguments: dict[str, Any], said: str) -> None:
    given = {"inputs": {"x": 1.0, "v": [1.0, 2.0, 3.0]}} | arguments
    assert said in str(refused("y = tanh(0.5)", **given))


def test_a_program_is_text() -> None:
    with pytest.raises(ProgramError, match="a program is text, not None"):
        parse_program(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "not finite"),
        (float("inf"), "not finite"),
        ([1.0, float("-inf")], "not finite"),
        ([[1.0], [1.0, 2.0]], "rows of numbers of equal length"),
        ("text", "must be a number"),
        ({"a": 1}, "must be a number"),
        (None, "must be a number"),
        ([1.0, None], "must be a number"),
        ("3", "must be a number"),
        ([], "is empty"),
        ([[[[[1.0]]]]], "5 dimensions"),
        (10**400, "must be a number"),
        (np.zeros(500_001), "500,001 elements"),
    ],
    ids=str,
)
def test_values_that_are_refused(value: Any, said: str) -> None:
    with pytest.raises(GradStepError) as caught:
        parse_program("y = sum(x)", {"x": value})
    assert said in str(caught.value)
    assert "“x”" in str(caught.value)


@pytest.mark.parametrize("name", ["x", "x1", "_x", "λ", "größe", "q" * 60])
def test_names(name: str) -> None:
    check_name(name)


def test_a_value_that_would_be_too_large_is_refused_before_it_is_computed() -> None:
    inputs = {"a": np.ones((2000, 1)), "b": np.ones((1, 2000))}
    error = refused("big = a * b\ny = sum(big)", inputs=inputs)
    assert "“big” would have 4,000,000 elements (shape 2000×2000)" in str(error)
    assert error.line == 1


def test_thousands_of_equal_expressions_are_named_at_once() -> None:
    line = " * ".join(["(x + x)"] * 20)
    graph = parse_program("\n".join(f"y{i} = {line}" for i in range(400)), {"x": 1.0})
    assert len(graph.nodes) == 1 + 400 * 39
    assert graph.nodes[-2].name == "x + x (8000)"


PIECES = [
    "a = x * w",
    "b = a + 2",
    "c = tanh(b)",
    "d = M @ v",
    "e = sum(d)",
    "f = e * c",
    "g = relu(M)",
    "h = sum(g, axis=0)",
]
TOKENS = [
    *"abcdefghxwMv+-*/@()=,.\n ",
    "**",
    "tanh(",
    "sum(",
    "axis=",
    "2",
    "1e308",
    "mse(",
    "softmax(",
    "reshape(",
    "linear(",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The valid program with pieces cut out, doubled, put elsewhere and overwritten."""
    text = "\n".join(PIECES)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.integers(0, 6)))
        text = text[:start] + "".join(draw(st.lists(st.sampled_from(TOKENS), max_size=3))) + text[stop:]
    return text


@settings(max_examples=300)
@given(mutated())
def test_no_mutation_of_a_program_raises_anything_else(text: str) -> None:
    inputs = {"x": 0.5, "v": [1.0, 2.0], "M": [[1.0, 2.0], [3.0, 4.0]]}
    parse_program("\n".join(PIECES), inputs, {"w": 2.0}, output="f")
    for output in (None, "f"):
        with contextlib.suppress(GradStepError):
            parse_program(text, inputs, {"w": 2.0}, output=output)
