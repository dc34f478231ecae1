"""The check finds a wrong rule, knows a kink from a mistake, and passes what is right."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Graph, check_gradients, parse_program, record
from engine.network import graph_of, parse_network
from engine.ops import OPS
from tests.engine.programs import array_program


def verdicts(program: str, **inputs: Any) -> dict[str, str]:
    return {check.name: check.verdict for check in check_gradients(parse_program(program, inputs))}


@settings(max_examples=30)
@given(st.integers(0, 10**9))
def test_random_programs_are_right(seed: int) -> None:
    for check in check_gradients(array_program(seed), per_node=4):
        assert check.verdict in ("right", "kink"), check


@pytest.mark.parametrize("wrong", [lambda g, y, x: g * (1.0 + y * y), lambda g, y, x: -g * (1.0 - y * y)])
def test_a_wrong_rule_is_found(wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    table = {**OPS, "tanh": dataclasses.replace(OPS["tanh"], vjps=(wrong,))}
    monkeypatch.setattr("engine.graph.OPS", table)
    found = verdicts("h = 2 * x\ny = tanh(h)\nloss = sum(y)", x=[0.5, -1.0])
    assert found == {"x": "off", "h": "off", "y": "right", "loss": "right"}


def test_a_wrong_number_of_a_trace_is_found() -> None:
    graph = parse_program("y = x * x", {"x": 3.0})
    trace = record(graph)
    gradients = tuple(None if g is None else g + 1e-3 * (node == 0) for node, g in enumerate(trace.gradients))
    checks = list(check_gradients(graph, dataclasses.replace(trace, gradients=gradients)))
    assert [check.verdict for check in checks] == ["off", "right"]
    assert checks[0].difference == pytest.approx(6.0)
    assert checks[0].error == pytest.approx(1e-3 / 6.001, rel=1e-3)


@pytest.mark.parametrize(
    ("program", "x"),
    [("y = relu(x)", 0.0), ("y = leaky_relu(x)", 0.0), ("y = hinge(x, x)", [1.0, -1.0])],
)
def test_a_kink_is_no_mistake(program: str, x: Any) -> None:
    assert verdicts(program, x=x)["x"] == "kink"


def test_away_from_the_kink_it_is_right() -> None:
    assert verdicts("y = relu(x)", x=0.1) == {"x": "right", "y": "right"}


def test_large_arrays_are_checked_at_some_elements() -> None:
    graph = parse_program("y = sum(x * x)", {"x": np.linspace(-1, 1, 1000)})
    first = next(check_gradients(graph, per_node=16))
    assert (first.checked, first.size, first.verdict) == (16, 1000, "right")


def test_an_incoming_gradient_is_checked_as_products_added_up() -> None:
    graph = parse_program("h = W @ x", {"x": [1.0, 2.0]}, {"W": [[1.0, -1.0], [0.5, 2.0]]}, incoming="x * 3")
    assert all(check.verdict == "right" for check in check_gradients(graph))


def test_numbers_that_are_not_finite_cannot_be_judged_and_do_not_stop_the_check() -> None:
    found = verdicts("y = log(x)\nz = y * w", x=-1.0, w=2.0)
    assert set(found) == {"x", "y", "w", "z"}
    assert found["w"] == "unknown"


def test_an_element_that_is_off_counts_more_than_one_that_cannot_be_judged() -> None:
    graph = parse_program("y = sum(sqrt(x))", {"x": [0.0, 1.0]})
    trace = record(graph)
    assert next(check_gradients(graph, trace)).verdict == "unknown"
    wrong = tuple(np.array([np.inf, 2.0]) if node == 0 else g for node, g in enumerate(trace.gradients))
    assert next(check_gradients(graph, dataclasses.replace(trace, gradients=wrong))).verdict == "off"


def powers(count: int, w: float) -> Graph:
    lines = [f"y{i} = {f'y{i - 1}' if i else 'x'} * w" for i in range(count)]
    return parse_program("\n".join(lines), {"x": 1.0}, {"w": w})


def test_the_error_of_the_difference_itself_is_no_mistake() -> None:
    """w to the power of 400 bends so much that a plain central difference is off by 2.6e-6."""
    graph = powers(400, 1.001)
    checks = {check.name: check for check in check_gradients(graph)}
    assert {check.verdict for check in checks.values()} == {"right"}
    assert checks["w"].error < 1e-8


def test_a_mistake_as_small_as_the_error_of_the_difference_is_found() -> None:
    graph = powers(400, 1.001)
    trace = record(graph)
    w = graph.ids["w"]
    wrong = tuple(g * (1 - 2.6e-6) if g is not None and i == w else g for i, g in enumerate(trace.gradients))
    checks = {check.name: check for check in check_gradients(graph, dataclasses.replace(trace, gradients=wrong))}
    assert checks["w"].verdict == "off"


def test_a_kink_between_small_slopes_is_a_kink() -> None:
    graph = parse_program("a = relu(x * w)\nL = a * 0.0002", {"x": 0.0}, {"w": 1.0})
    verdicts = {check.name: check.verdict for check in check_gradients(graph)}
    assert verdicts == {"x": "kink", "w": "right", "x * w": "kink", "a": "right", "L": "right"}


def test_what_is_not_finite_gives_no_warning() -> None:
    graph = parse_program("L = log(x) * exp(y)", {"x": 0.0, "y": 1000.0}, {})
    assert {check.verdict for check in check_gradients(graph)} <= {"unknown", "right", "kink"}


def chaos() -> Graph:
    """20 layers of tanh with large weights, whose gradients explode: the output bends within a step."""
    network = parse_network("2-8x20-1 tanh, init normal, gain 4")
    return graph_of(network, np.linspace(-3, 3, 20).reshape(2, 10), np.ones((1, 10)))


def test_where_the_usual_step_is_too_wide_a_narrower_one_judges() -> None:
    assert {check.verdict for check in check_gradients(chaos())} == {"right"}


def test_a_mistake_is_found_there_too() -> None:
    graph = chaos()
    trace = record(graph)
    b1 = graph.ids["b1"]
    wrong = tuple(g * 1.00001 if g is not None and i == b1 else g for i, g in enumerate(trace.gradients))
    off = [c.name for c in check_gradients(graph, dataclasses.replace(trace, gradients=wrong)) if c.verdict == "off"]
    assert off == ["b1"]
