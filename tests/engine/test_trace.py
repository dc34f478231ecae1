"""Traces hold what the worked examples say, and states, steps and numbers agree with each other."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import GradStepError, Graph, Step, Trace, parse_program, record
from tests.engine.programs import array_program, scalar_program

NEURON = "x1w1 = x1 * w1\nx2w2 = x2 * w2\nx1w1x2w2 = x1w1 + x2w2\nn = x1w1x2w2 + b\no = tanh(n)"


def gradients(trace: Trace, **expected: Any) -> None:
    for name, gradient in expected.items():
        np.testing.assert_allclose(trace.gradient(name), gradient, rtol=1e-12, atol=1e-12, err_msg=name)


# The worked examples -------------------------------------------------------------------------------------------------


def test_one_neuron() -> None:
    graph = parse_program(NEURON, {"x1": 2.0, "x2": 0.0}, {"w1": -3.0, "w2": 1.0, "b": 6.8813735870195432})
    trace = record(graph)
    assert trace.value("o") == pytest.approx(0.7071, abs=5e-5)
    gradients(trace, o=1, n=0.5, x1w1x2w2=0.5, b=0.5, x1w1=0.5, x2w2=0.5, x2=0.5, w2=0, x1=-1.5, w1=1)


def test_linear_layer_of_two_data_points() -> None:
    inputs = {"X": [[1.0, 2.0], [3.0, 4.0]], "G": [[10.0], [100.0]]}
    trace = record(parse_program("L = X @ W", inputs, {"W": [[0.5], [-0.25]]}, incoming="1 * G"))
    x, w, g = trace.value("X"), trace.value("W"), trace.value("G")
    gradients(trace, X=g @ w.T, W=x.T @ g)
    # Weights belong to features, gradients to data points.
    np.testing.assert_array_equal(trace.gradient("X")[0], 10.0 * w[:, 0])
    np.testing.assert_array_equal(trace.gradient("X")[1], 100.0 * w[:, 0])


@pytest.mark.parametrize(
    ("program", "weight"),
    [("f = x @ w + b", 0), ("f = linear(w, x, b, inputs_first=1)", 0), ("f = linear(w, x, b)", 1)],
)
def test_fully_connected_layer_in_either_convention(program: str, weight: int) -> None:
    w = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 4.0]])  # (inputs, outputs)
    given = w.T if weight else w
    x, g = np.array([3.0, -2.0]), np.array([0.1, 0.2, 0.3])
    trace = record(parse_program(program, {"x": x, "g": g}, {"w": given, "b": [1.0, 2.0, 3.0]}, "f", "1 * g"))
    np.testing.assert_allclose(trace.value("f"), x @ w + [1.0, 2.0, 3.0])
    gradients(trace, x=w @ g, w=np.outer(g, x) if weight else np.outer(x, g), b=g)


BY_HAND = """
z1 = linear(W1, x, b1)
a1 = relu(z1)
z2 = linear(W2, a1, b2)
a2 = relu(z2)
z3 = linear(W3, a2, b3)
loss = cross_entropy(z3, target)
"""
BY_HAND_PARAMETERS = {
    "W1": [[1, -1, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1]],
    "b1": [-5, 0, 1, -2],
    "W2": [[1, -1, 1, 0], [0, 1, -1, 1]],
    "b2": [0, 3],
    "W3": [[2, 0], [0, 2], [1, 1]],
    "b3": [-1, -5, -7],
}


def test_backpropagation_by_hand_forward() -> None:
    inputs = {"x": [2, 1, 3], "target": [0, 1, 0]}
    trace = record(parse_program(BY_HAND, inputs, BY_HAND_PARAMETERS))
    for name, expected in {
        "z1": [-1, 3, 5, 3],
        "a1": [0, 3, 5, 3],
        "z2": [2, 4],
        "a2": [2, 4],
        "z3": [3, 3, -1],
    }.items():
        np.testing.assert_array_equal(trace.value(name), expected)
    probabilities = trace.gradient("z3") + np.array([0, 1, 0])
    np.testing.assert_allclose(probabilities, [0.49546, 0.49546, 0.00907], atol=1e-5)


def test_backpropagation_by_hand_with_the_rounded_prediction() -> None:
    program = BY_HAND.replace("loss = cross_entropy(z3, target)\n", "")
    inputs = {"x": [2, 1, 3], "target": [0, 1, 0], "prediction": [0.5, 0.5, 0]}
    trace = record(parse_program(program, inputs, BY_HAND_PARAMETERS, "z3", "prediction - target"))
    gradients(
        trace,
        z3=[0.5, -0.5, 0],
        W3=[[1, 2], [-1, -2], [0, 0]],
        b3=[0.5, -0.5, 0],
        a2=[1, -1],
        z2=[1, -1],
        W2=[[0, 3, 5, 3], [0, -3, -5, -3]],
        b2=[1, -1],
        a1=[1, -2, 2, -1],
        z1=[0, -2, 2, -1],
        W1=[[0, 0, 0], [-4, -2, -6], [4, 2, 6], [-2, -1, -3]],
        b1=[0, -2, 2, -1],
    )


# Steps and states ----------------------------------------------------------------------------------------------------


def test_steps_in_order() -> None:
    trace = record(parse_program("y = x * w + x", {"x": 3.0}, {"w": 2.0}))
    assert trace.steps == (
        Step("forward", 2),
        Step("forward", 3),
        Step("backward", 3),
        Step("backward", 3, 0),
        Step("backward", 3, 1),
        Step("backward", 2, 0),
        Step("backward", 2, 1),
        Step("update", 1),
    )
    assert [trace.receiver(step) for step in trace.steps] == [2, 3, 3, 2, 0, 0, 1, 1]
    assert trace.value_at == (0, 0, 1, 2)
    assert trace.arrivals[0] == (5, 6)
    assert trace.update_at == {1: 8}


def test_a_gradient_is_none_then_partial_then_final() -> None:
    trace = record(parse_program("y = x * w + x", {"x": 3.0}, {"w": 2.0}))
    states = [trace.gradient_state(0, position) for position in range(9)]
    assert [state.kind for state in states] == ["none"] * 5 + ["partial"] + ["final"] * 3
    assert [state.value for state in states] == [None] * 5 + [1.0] + [3.0] * 3
    assert [(state.arrived, state.total) for state in states[4:7]] == [(0, 2), (1, 2), (2, 2)]


def test_a_value_used_twice_by_one_operation_is_sent_two_messages() -> None:
    trace = record(parse_program("y = x * x", {"x": 3.0}))
    assert [trace.messages[1, slot] for slot in (0, 1)] == [3.0, 3.0]
    assert trace.gradient("x") == 6.0
    assert trace.message("x", "y") == 6.0
    assert [trace.gradient_state(0, position).kind for position in range(5)] == [
        "none",
        "none",
        "none",
        "partial",
        "final",
    ]


def test_what_no_gradient_reaches_says_so() -> None:
    trace = record(parse_program("beside = x * 2\ny = w * 3", {"x": 1.0}, {"w": 1.0}))
    assert trace.gradient_state(0, len(trace.steps)).kind == "unreached"
    with pytest.raises(GradStepError, match="no gradient reaches “x”: the output “y” does not depend on it"):
        trace.gradient("x")
    with pytest.raises(GradStepError, match="“y” sends no message to “x”"):
        trace.message("x", "y")
    with pytest.raises(GradStepError, match="no value named"):
        trace.value("nowhere")


def test_updates_go_downhill() -> None:
    trace = record(parse_program("y = w * w", None, {"w": 3.0}), learning_rate=0.5)
    (update,) = trace.updates.values()
    assert (update.before, update.gradient, update.after) == (3.0, 6.0, 0.0)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf"), "fast", None])
def test_learning_rates_that_are_refused(rate: Any) -> None:
    with pytest.raises(GradStepError, match="the learning rate must be a positive number"):
        record(parse_program("y = w * w", None, {"w": 3.0}), learning_rate=rate)


def all_arrays(trace: Trace) -> list[Any]:
    found = [*trace.values, *trace.messages.values(), trace.seed]
    found += [gradient for gradient in trace.gradients if gradient is not None]
    for update in trace.updates.values():
        found += [update.before, update.gradient, update.after]
    return found


@pytest.mark.parametrize("program", ["y = x * w + x * w + x", "y = sum(x + w)", "y = tanh(x) * w"])
def test_nothing_recorded_can_be_written_to(program: str) -> None:
    trace = record(parse_program(program, {"x": 0.5}, {"w": 2.0}))
    arrays = all_arrays(trace)
    arrays += [trace.gradient_state(n, p).value for n in range(len(trace.values)) for p in range(len(trace.steps))]
    for array in arrays:
        if array is not None:
            assert array.dtype == np.float64
            assert not array.flags.writeable
    with pytest.raises(TypeError):
        trace.messages[0, 0] = np.zeros(())  # type: ignore[index]


@pytest.mark.parametrize("make", [scalar_program, array_program])
@settings(max_examples=40)
@given(seed=st.integers(0, 10**9))
def test_messages_add_up_to_the_gradient(make: Any, seed: int) -> None:
    trace = record(make(seed))
    end = len(trace.steps)
    for node in trace.graph.nodes:
        gradient = trace.gradients[node.id]
        if gradient is None:
            assert trace.arrivals[node.id] == ()
            continue
        positions = trace.arrivals[node.id]
        with np.errstate(all="ignore"):
            total = trace.message_of(trace.steps[positions[0] - 1])
            for position in positions[1:]:
                total = total + trace.message_of(trace.steps[position - 1])
        np.testing.assert_array_equal(total, gradient)
        assert trace.gradient_state(node.id, end).value is gradient
        if len(positions) > 1:
            before = trace.gradient_state(node.id, positions[-1] - 1)
            assert (before.kind, before.arrived) == ("partial", len(positions) - 1)


# Numbers that are no numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "value", "gradient"),
    [
        ("y = log(x - 2)", np.nan, -1.0),
        ("y = 1 / (x - 1)", np.inf, -np.inf),
        ("y = log(x - 1)", -np.inf, np.inf),
        ("y = exp(x * 1000)", np.inf, np.inf),
        ("y = (x - 2) ** 0.5", np.nan, np.nan),
        ("y = exp(x * 1000) - exp(x * 1000)", np.nan, np.nan),
        ("y = sqrt(x - 1)", 0.0, np.inf),
    ],
)
@pytest.mark.parametrize("shape", [(), (3,)])
def test_what_is_not_finite_is_recorded_without_a_word(
    program: str, value: float, gradient: float, shape: tuple[int, ...]
) -> None:
    graph = parse_program(f"{program}\nloss = sum(y)", {"x": np.ones(shape)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace = record(graph)
        state = trace.gradient_state(0, len(trace.steps))
    np.testing.assert_array_equal(trace.value("y"), np.full(shape, value))
    np.testing.assert_array_equal(trace.gradient("x"), np.full(shape, gradient))
    assert state.kind == "final"


def test_an_operation_that_refuses_its_numbers_says_so() -> None:
    graph: Graph = parse_program("l = cross_entropy(z, t)", {"z": [1.0, 2.0], "t": 5.0})
    with pytest.raises(
        GradStepError, match="“l” cannot be computed in line 1 of the program: a class index is a whole"
    ):
        record(graph)
