"""The check finds a wrong rule, knows a kink from a mistake, and passes what is right."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import check_gradients, parse_program, record
from engine.ops import OPS
from tests.engine.programs import array_program


def verdicts(program: str, **inputs: Any) -> dict[str, str]:
    return {check.name: check.verdict for check in check_gradients(parse_program(program, inputs))}


@settings(max_examples=30)
@given(st.integers(0, 10**9))
def test_random_programs_are_right(seed: int) -> None:
    for check in check_gradients(array_program(seed), per_node=4):
        assert check.verdict != "off", check


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


def test_numbers_that_are_not_finite_are_off_and_do_not_stop_the_check() -> None:
    found = verdicts("y = log(x)\nz = y * w", x=-1.0, w=2.0)
    assert set(found) == {"x", "y", "w", "z"}
    assert found["w"] == "off"


def test_a_kink_between_small_slopes_is_a_kink() -> None:
    graph = parse_program("a = relu(x * w)\nL = a * 0.0002", {"x": 0.0}, {"w": 1.0})
    verdicts = {check.name: check.verdict for check in check_gradients(graph)}
    assert verdicts == {"x": "kink", "w": "right", "x * w": "kink", "a": "right", "L": "right"}


def test_what_is_not_finite_is_off_without_a_warning() -> None:
    graph = parse_program("L = log(x) * exp(y)", {"x": 0.0, "y": 1000.0}, {})
    assert {check.verdict for check in check_gradients(graph)} <= {"off", "right", "kink"}
