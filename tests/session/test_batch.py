"""The samples of a batch are named in rules."""

import pytest

from engine.explain import explain
from engine.expression import to_text
from tests.iterations import at_step, inside
from visualizer.session import wording
from visualizer.session.batch import over_samples


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
