"""Batches are recognised, and their samples are named."""

import pytest

from engine.explain import explain
from engine.expression import to_text
from engine.program import parse_program
from tests.iterations import at_step, inside
from visualizer.session import wording
from visualizer.session.batch import over_samples, sample_axes

COLUMNS = "z = linear(W, x, b)\na = tanh(z)\nloss = mse(a, t) + sum(W * W)"
SIZES = {"x": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "t": [[0.0, 1.0, 2.0]]}
PARAMETERS = {"W": [[0.5, -0.5]], "b": [0.25]}


def names_of(axes: dict[str, int]) -> dict[str, int]:
    return dict(sorted(axes.items()))


@pytest.mark.parametrize(("turned", "axis"), [(False, 1), (True, 0)])
def test_what_runs_through_a_layer_is_a_batch(turned: bool, axis: int) -> None:
    values = {name: [list(row) for row in zip(*rows, strict=True)] if turned else rows for name, rows in SIZES.items()}
    program = COLUMNS.replace("b)", "b, rows=1)") if turned else COLUMNS
    graph = parse_program(program, values, PARAMETERS)
    found = {graph.nodes[node].name: at for node, at in sample_axes(graph).items()}
    assert names_of(found) == {"a": axis, "t": axis, "x": axis, "z": axis}


def test_a_vector_is_one_sample_and_has_no_axis() -> None:
    graph = parse_program("z = linear(W, x, b)\nloss = sum(z)", {"x": [1.0, 2.0]}, PARAMETERS)
    assert not sample_axes(graph)


def test_sums_over_samples_are_called_so() -> None:
    session = inside()
    trace = at_step(session, "backward", "b1").trace
    rule = over_samples(trace.graph, explain(trace, trace.steps[session.position.step - 1]).rule)
    written = to_text(rule, lambda leaf: wording.leaf_name(session.document, leaf))
    assert written == "sum(∂loss/∂z1, samples=10)"
    assert session.card.rule == rule


def test_softmax_of_each_sample_needs_no_axis() -> None:
    session = inside(network="4-3, loss cross_entropy", data='set = "iris"')
    at_step(session, "backward", "z1")
    rule = session.card.rule
    assert rule is not None
    written = to_text(rule, lambda leaf: wording.leaf_name(session.document, leaf))
    assert written == "∂loss/∂loss · (softmax(z1) − t) / n"


@pytest.mark.parametrize(("name", "summed"), [("W1", True), ("b1", True), ("a1", False)])
def test_what_all_samples_share_is_added_up(name: str, summed: bool) -> None:
    why = at_step(inside(), "backward", name).card.why
    assert why.endswith("The shares of all 10 samples are added up.") == summed
