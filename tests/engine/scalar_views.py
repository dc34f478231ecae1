"""What must hold of every scalar view, whatever it is of."""

import numpy as np
import pytest

from engine import Step, Trace
from engine.explain import element, explain, number
from engine.expression import Call, Expression, walk
from engine.scalars import Scalars

EXACT = 1e-12


def held_to_the_record(trace: Trace, scalars: Scalars, relative: float = 1e-9) -> None:
    """A view of ``trace`` is well formed, its elements have the recorded numbers, and its steps are true."""
    is_well_formed(trace, scalars)
    has_the_recorded_numbers(trace, scalars)
    steps_follow_the_trace(trace, scalars)
    messages_come_to_gradients(scalars, relative)
    explanations_are_true(scalars, relative)


def is_well_formed(trace: Trace, scalars: Scalars) -> None:
    graph = scalars.trace.graph
    count = len(graph.nodes)
    assert count == scalars.shown <= scalars.total
    assert len(scalars.origin) == len(scalars.is_element) == len(scalars.labels) == len(scalars.trace.values) == count
    assert len(graph.ids) == count
    assert all(node.id == at and node.shape == () for at, node in enumerate(graph.nodes))
    assert all(source < node.id for node in graph.nodes for source in node.inputs)
    for node in graph.nodes:
        assert node.is_leaf == (node.id in graph.leaves)
        if not node.is_leaf:
            assert node.rule.elementwise or node.op in ("reshape", "transpose", "sum")
            assert len(node.inputs) == len(node.rule.inputs)
    for (node, flat), identity in scalars.scalar_of.items():
        origin = scalars.origin[identity]
        assert scalars.is_element[identity]
        assert origin.node == node
        assert (
            np.arange(trace.graph.nodes[node].size).reshape(trace.graph.nodes[node].shape)[origin.index or ()] == flat
        )
    assert sum(scalars.is_element) == len(scalars.scalar_of)
    for identity in scalars.cut:
        assert graph.nodes[identity].is_leaf
        assert not trace.graph.nodes[scalars.origin[identity].node].is_leaf


def has_the_recorded_numbers(trace: Trace, scalars: Scalars) -> None:
    mine = scalars.trace
    for identity, reference in enumerate(scalars.origin):
        if not scalars.is_element[identity]:
            continue
        index = reference.index or ()
        same(mine.values[identity], trace.values[reference.node][index])
        gradient, whole = mine.gradients[identity], trace.gradients[reference.node]
        assert (gradient is None) == (whole is None)
        if gradient is not None and whole is not None:
            same(gradient, whole[index])
        if identity in mine.updates:
            same(mine.updates[identity].after, trace.updates[reference.node].after[index])
            same(mine.updates[identity].gradient, trace.updates[reference.node].gradient[index])


def same(ours: object, theirs: object) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=EXACT, atol=0.0)


def steps_follow_the_trace(trace: Trace, scalars: Scalars) -> None:
    """Each step has what it needs, gives what it says, and stands within the array step that it is a part of."""
    mine = scalars.trace
    assert len(scalars.outer) == len(mine.steps)
    assert np.all(np.diff(scalars.outer) >= 0)
    assert len(set(mine.steps)) == len(mine.steps)
    for position, step in enumerate(mine.steps):
        whole = trace.steps[scalars.outer[position] - 1]
        receiver, origin = mine.receiver(step), scalars.origin[step.node]
        assert step.phase == whole.phase
        if step.phase == "forward":
            assert origin.node == whole.node
            assert all(mine.value_at[source] <= position for source in mine.graph.nodes[step.node].inputs)
        elif step.phase == "update":
            assert origin.node == whole.node
        elif step.slot is None:
            assert scalars.origin[receiver].node == trace.receiver(whole)
        else:
            assert origin.node == whole.node
            assert mine.gradient_state(step.node, position).kind == "final"
            if scalars.is_element[receiver]:
                assert scalars.origin[receiver].node == trace.receiver(whole)
    for node in mine.graph.nodes:
        if not node.is_leaf:
            assert mine.value_at[node.id] > 0
    for steps in range(len(trace.steps) + 1):
        done = scalars.position(steps)
        assert done == np.count_nonzero(scalars.outer <= steps)


def messages_come_to_gradients(scalars: Scalars, relative: float) -> None:
    """Every gradient is there at the end, and is the sum of what has arrived."""
    mine = scalars.trace
    for node in mine.graph.nodes:
        state = mine.gradient_state(node.id, len(mine.steps))
        gradient = mine.gradients[node.id]
        assert state.kind == ("unreached" if gradient is None else "final")
        if gradient is None:
            continue
        same(state.value, gradient)
        arrived = [float(mine.message_of(mine.steps[at - 1])) for at in mine.arrivals[node.id]]
        if np.all(np.isfinite([*arrived, gradient])):
            scale = max(map(abs, [*arrived, float(gradient)]))
            assert sum(arrived) == pytest.approx(float(gradient), rel=relative, abs=scale * relative)
    for identity, value in scalars.others.items():
        assert scalars.other_messages[identity] > 0
        np.testing.assert_array_equal(mine.given[identity].value, value)


def explanations_are_true(scalars: Scalars, relative: float) -> None:
    """What each step's rule comes to is the number that it brings; to the last bit of its terms where they cancel."""
    mine = scalars.trace
    for step in mine.steps:
        explanation = explain(mine, step)
        plain = not explanation.lines or mine.update_rule.is_plain
        rule = explanation.rule if plain else element(mine, step, ())
        explained, result = number(mine, rule), float(explanation.result)
        parts = [abs(number(mine, part)) for part in walk(rule) if not is_condition(part)]
        if not np.isfinite(result):
            assert not np.isfinite(explained)
        elif np.all(np.isfinite(parts)):  # a gate that is shut holds NaN back, which 0 · NaN does not say
            scale = max([*parts, uncertain(mine, step)])
            assert explained == pytest.approx(result, rel=relative, abs=scale * relative)


def uncertain(trace: Trace, step: Step) -> float:
    """How large the messages were that cancelled into the gradient that a step hands on, times its local derivative."""
    gradient = trace.gradients[step.node]
    if step.phase != "backward" or step.slot is None or gradient is None or gradient == 0.0:
        return 0.0
    largest = max(abs(float(trace.message_of(trace.steps[at - 1]))) for at in trace.arrivals[step.node])
    return abs(float(trace.message_of(step)) / float(gradient)) * largest


def is_condition(part: Expression) -> bool:
    return isinstance(part, Call) and part.operation in ("less", "greater", "equal")
