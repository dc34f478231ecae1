"""What is explained is what was recorded: each written-out number, for each step and each element."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Step, Trace, parse_program, record
from engine.explain import (
    FUNCTIONS,
    Explanation,
    element,
    explain,
    jacobian,
    local_derivative,
    number,
    paths,
    recorded,
    references,
)
from engine.expression import Call, Expression, Number, Reference, Symbol, evaluate, to_text, walk
from engine.ops import OPS, Array
from tests.engine.programs import array_program, scalar_program


def text(trace: Trace, expression: Expression) -> str:
    """An expression with the names of nodes; gradients with a ∂ before them."""

    def leaf(node: Number | Symbol | Reference) -> str:
        if isinstance(node, Reference):
            index = "" if not node.index else str(list(node.index))
            return ("∂" if node.kind == "gradient" else "") + trace.graph.nodes[node.node].name + index
        return node.name or f"{node.value:g}" if isinstance(node, Number) else node.name

    return to_text(expression, leaf)


def step(trace: Trace, phase: Any, name: str, slot: int | None = None) -> Step:
    return Step(phase, trace.graph.node(name).id, slot)


@pytest.fixture
def by_hand() -> Trace:
    inputs = {"x": [2.0, 1.0], "t": [0.0, 1.0]}
    parameters = {"W": [[1.0, -1.0], [0.5, 2.0]], "b": [0.0, -1.0]}
    return record(parse_program("z = linear(W, x, b)\na = relu(z)\nl = cross_entropy(a, t)", inputs, parameters))


@pytest.mark.parametrize(
    ("which", "target", "relation", "rule"),
    [
        (("forward", "z"), "z", "=", "W @ x + b"),
        (("forward", "a"), "a", "=", "relu(z)"),
        (("backward", "l"), "∂l", "=", "1"),
        (("backward", "a", 0), "∂z", "=", "∂a · {1 if z > 0, else 0}"),
        (("backward", "z", 0), "∂W", "=", "∂z @ xᵀ"),
        (("backward", "z", 1), "∂x", "=", "Wᵀ @ ∂z"),
        (("backward", "z", 2), "∂b", "=", "∂z"),
        (("update", "W"), "W", "←", "W − η · ∂W"),
    ],
)
def test_rules(by_hand: Trace, which: Any, target: str, relation: str, rule: str) -> None:
    explanation = explain(by_hand, step(by_hand, *which))
    assert isinstance(explanation, Explanation)
    assert text(by_hand, explanation.target) == target
    assert explanation.relation == relation
    assert text(by_hand, explanation.rule) == rule


@pytest.mark.parametrize(
    ("which", "index", "written"),
    [
        (("forward", "z"), (1,), "W[1, 0] · x[0] + W[1, 1] · x[1] + b[1]"),
        (("backward", "z", 0), (0, 1), "∂z[0] · x[1]"),
        (("backward", "z", 1), (1,), "∂z[0] · W[0, 1] + ∂z[1] · W[1, 1]"),
        (("backward", "z", 2), (1,), "∂z[1]"),
        (("backward", "a", 0), (0,), "∂a[0] · {1 if z[0] > 0, else 0}"),
        (("backward", "l", 0), (1,), "∂l · (exp(a[1]) / (exp(a[0]) + exp(a[1])) − t[1])"),
        (("update", "b"), (1,), "b[1] − η · ∂b[1]"),
    ],
)
def test_elements_written_out(by_hand: Trace, which: Any, index: tuple[int, ...], written: str) -> None:
    assert text(by_hand, element(by_hand, step(by_hand, *which), index)) == written


def test_several_messages_add_up() -> None:
    trace = record(parse_program("y = x * x + x", {"x": 3.0}))
    relations = [explain(trace, s).relation for s in trace.steps if s.phase == "backward" and trace.receiver(s) == 0]
    assert relations == ["+=", "+=", "+="]


def test_the_incoming_gradient_is_explained_by_its_expression() -> None:
    trace = record(parse_program("y = 2 * x", {"x": [1.0, 2.0], "t": [0.0, 3.0]}, output="y", incoming="y - t"))
    seed = step(trace, "backward", "y")
    assert text(trace, explain(trace, seed).rule) == "y − t"
    assert [number(trace, element(trace, seed, (i,))) for i in range(2)] == [2.0, 1.0]


def test_an_input_as_the_incoming_gradient() -> None:
    trace = record(parse_program("y = 2 * x", {"x": [1.0, 2.0], "g": [5.0, 7.0]}, output="y", incoming="g"))
    assert text(trace, element(trace, step(trace, "backward", "y"), (1,))) == "g[1]"


def result_of(trace: Trace, at: Step) -> Array:
    if at.phase == "forward":
        return trace.values[at.node]
    return trace.updates[at.node].after if at.phase == "update" else trace.message_of(at)


def is_condition(part: Expression) -> bool:
    return isinstance(part, Call) and part.operation in ("less", "greater", "equal")


def held_to_the_record(trace: Trace, relative: float = 1e-12) -> None:
    for at in trace.steps:
        result = result_of(trace, at)
        np.testing.assert_array_equal(explain(trace, at).result, result)
        for index in np.ndindex(*result.shape):
            written = element(trace, at, index)
            if not np.isfinite(result[index]):
                np.testing.assert_array_equal(number(trace, written), result[index])
                continue
            # Where terms cancel, a sum is known to the last bit of its terms only.
            scale = max(abs(number(trace, part)) for part in walk(written) if not is_condition(part))
            if scale < 1e100:
                expected = pytest.approx(float(result[index]), rel=relative, abs=scale * relative)
                assert number(trace, written) == expected


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_each_element_of_array_programs_comes_to_the_recorded_number(seed: int) -> None:
    held_to_the_record(record(array_program(seed)))


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_each_element_of_scalar_programs_comes_to_the_recorded_number(seed: int) -> None:
    held_to_the_record(record(scalar_program(seed)))


@pytest.mark.parametrize("target", [[0.0, 1.0, 0.0], [0.2, 0.3, 0.5], [0.4, 0.4, 0.4], 2.0])
def test_cross_entropy_leaves_out_a_sum_of_probabilities_that_is_one(target: Any) -> None:
    trace = record(parse_program("z = 2 * x\nl = cross_entropy(z, t)", {"x": [1.0, -0.5, 0.2], "t": target}))
    held_to_the_record(trace)
    written = element(trace, step(trace, "backward", "l", 0), (0,))
    summed = any(
        isinstance(part, Call) and part.operation == "add" and all(isinstance(a, Reference) for a in part.arguments)
        for part in walk(written)
    )
    assert summed == (target == [0.4, 0.4, 0.4])


@pytest.mark.parametrize("answers", [[0.0, 1.0, 1.0], [1.0, 0.0, 0.25]])
def test_a_certain_answer_is_written_out_without_its_impossible_side(answers: list[float]) -> None:
    trace = record(parse_program("l = binary_cross_entropy(p, t)", {"p": [0.0, 1.0, 0.5], "t": answers}))
    at = step(trace, "forward", "l")
    written = element(trace, at, ())
    assert not any(isinstance(part, Call) and part.operation == "where" for part in walk(written))
    np.testing.assert_array_equal(number(trace, written), trace.value("l"))
    for index in range(3):
        message = number(trace, element(trace, step(trace, "backward", "l", 0), (index,)))
        np.testing.assert_array_equal(message, trace.gradient("p")[index])


def test_numbers_that_are_not_finite_are_explained_without_a_word() -> None:
    trace = record(parse_program("y = log(x) / x\nz = y * y", {"x": 0.0}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for at in trace.steps:
            number(trace, element(trace, at, ()))


def test_references_are_the_recorded_numbers_in_reading_order(by_hand: Trace) -> None:
    found = list(references(element(by_hand, step(by_hand, "forward", "z"), (0,))))
    assert [recorded(by_hand, reference) for reference in found] == [1.0, 2.0, -1.0, 1.0, 0.0]
    with pytest.raises(TypeError):
        recorded(by_hand, Symbol("x"))


def test_paths_walk_every_term_of_every_element(by_hand: Trace) -> None:
    assert list(paths(by_hand, step(by_hand, "forward", "z"))) == [((i,), term) for i in range(2) for term in range(3)]
    assert len(list(paths(by_hand, step(by_hand, "backward", "z", 1)))) == 4


def test_the_jacobian_of_a_linear_layer_is_its_weight_matrix(by_hand: Trace) -> None:
    layer = by_hand.graph.node("z").id
    np.testing.assert_array_equal(jacobian(by_hand, layer, 1), by_hand.value("W"))
    np.testing.assert_array_equal(jacobian(by_hand, layer, 2), np.eye(2))
    np.testing.assert_array_equal(jacobian(by_hand, layer, 0)[0], [2.0, 1.0, 0.0, 0.0])


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_messages_are_gradients_times_jacobians(seed: int) -> None:
    trace = record(array_program(seed))
    for (consumer, slot), message in trace.messages.items():
        gradient = trace.gradients[consumer]
        assert gradient is not None
        expected = gradient.ravel() @ jacobian(trace, consumer, slot)
        np.testing.assert_allclose(message.ravel(), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.elementwise], ids=lambda op: op.name)
def test_local_derivatives_are_the_diagonals(op: Any) -> None:
    names = [f"u{i}" for i in range(len(op.inputs))]
    trace = record(parse_program(f"y = {op.name}({', '.join(names)})", {n: 0.4 + i for i, n in enumerate(names)}))
    node = trace.graph.node("y")
    for slot in range(len(names)):
        derivative = local_derivative(node, slot)
        assert derivative is not None
        value = evaluate(derivative, lambda leaf: recorded(trace, leaf), FUNCTIONS)
        assert value == pytest.approx(jacobian(trace, node.id, slot)[0, 0], rel=1e-12)


def test_only_elementwise_operations_have_one_local_derivative(by_hand: Trace) -> None:
    assert local_derivative(by_hand.graph.node("z"), 0) is None
