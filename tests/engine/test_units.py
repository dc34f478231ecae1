"""The neurons of any graph: every number has one place, and what is shown there is what was recorded."""

from functools import cache

import numpy as np
import pytest

from engine.explain import jacobian
from engine.graph import Graph
from engine.network import graph_of, parse_network
from engine.program import parse_program
from engine.trace import Trace, record
from engine.units import (
    Bundle,
    Units,
    edge_of,
    gradients,
    index_of,
    is_turned,
    messages,
    unit_of,
    unit_shape,
    units_of,
    values,
    weight_gradients,
    weight_index,
    weight_updates,
    weights,
)
from engine.units.groups import untransposed
from tests.engine.neurons import ODD, graphs, network

GRAPHS = graphs()
each_graph = pytest.mark.parametrize("name", GRAPHS)


@cache
def recorded(name: str) -> tuple[Trace, Units]:
    trace = record(GRAPHS[name]())
    return trace, units_of(trace.graph)


def by_sample(units: Units, node: int, array: np.ndarray) -> np.ndarray:
    """(samples, units): an array with one row for each sample, or one row that all share."""
    axis = units.axes.get(node)
    return array.reshape(1, -1) if axis is None else np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)


# Places ---------------------------------------------------------------------------------------------------------------


@each_graph
def test_every_node_has_one_place(name: str) -> None:
    trace, units = recorded(name)
    assert not set(units.group_of) & set(units.bundle_of)
    assert set(units.group_of) | set(units.bundle_of) == set(range(len(trace.graph.nodes)))
    stages = [stage for group in units.groups for stage in group.stages]
    biases = {bias for group in units.groups for _, bias in group.biases}
    assert len(stages) == len(set(stages))
    assert not set(stages) & biases
    for node in trace.graph.nodes:
        if node.id in units.group_of and node.id not in stages and node.id not in biases:
            assert node.op == "constant"
    for group in units.groups:
        assert group.size > 0
        assert all(units.group_of[stage] == group.number for stage in group.stages)
        assert all(stage in group.stages for stage, _ in group.biases)


@each_graph
def test_every_element_has_one_unit_or_edge_for_each_sample(name: str) -> None:
    _, units = recorded(name)
    for node in units.graph.nodes:
        if node.op == "constant":
            continue
        found = set()
        for index in np.ndindex(*node.shape):
            group, unit, sample = unit_of(units, node.id, index)
            if node.id in units.bundle_of:
                number, target, source = edge_of(units, node.id, index)
                bundle = units.bundles[number]
                assert (group, unit) == (bundle.target, target)
                assert target < bundle.shape[0]
                assert source < bundle.shape[1]
                found.add((target, source, sample))
                if bundle.via == node.id:
                    assert index_of(units, node.id, source, sample) == index
                else:
                    turned = is_turned(units, node.id)
                    assert weight_index(units, bundle, target, source) == (index[::-1] if turned else index)
            else:
                assert 0 <= unit < units.groups[group].size
                assert index_of(units, node.id, unit, sample) == index
                found.add((unit, sample))
        assert len(found) == node.size


@each_graph
def test_edges_join_what_the_graph_joins(name: str) -> None:
    _, units = recorded(name)
    for bundle in units.bundles:
        source, target = units.groups[bundle.source], units.groups[bundle.target]
        consumer = units.graph.nodes[bundle.consumer]
        assert source.rank < target.rank
        assert bundle.stage in source.stages
        assert consumer.inputs[bundle.slot] == bundle.stage
        assert bundle.shape == (target.size, source.size)
        assert units.bundle_at[bundle.consumer, bundle.slot] == bundle.number
        if bundle.via is None:
            assert bundle.consumer in target.stages
        else:
            assert bundle.consumer == bundle.via
            ((added, _),) = units.graph.consumers[bundle.via]
            assert added in target.stages
        if bundle.weight is not None:
            assert bundle.weight_slot is not None
            weight, turned = untransposed(units.graph, consumer.inputs[bundle.weight_slot])
            assert weight == bundle.weight
            assert all(units.group_of.get(node) is None for node in turned)
            assert bundle.number in units.bundles_of[bundle.weight]
        targets, sources = bundle.ends()
        assert len(targets) == len(sources) == len(set(zip(targets, sources, strict=True))) == bundle.total
        assert targets.max() < target.size


@pytest.mark.filterwarnings("ignore:invalid value")
@each_graph
def test_what_stays_in_a_group_is_done_to_each_unit_by_itself(name: str) -> None:
    """Save for softmax, which is an activation all the same."""
    trace, units = recorded(name)
    for group in units.groups:
        for stage in group.stages[1:]:
            node = trace.graph.nodes[stage]
            for slot, i in enumerate(node.inputs):
                if i not in group.stages or "softmax" in node.op:
                    continue
                before, shape = trace.graph.nodes[i], node.shape
                for row, column in zip(*np.nonzero(np.nan_to_num(jacobian(trace, stage, slot))), strict=True):
                    ends = (np.unravel_index(row, shape), np.unravel_index(column, before.shape))
                    one, other = (unit_of(units, *end) for end in zip((stage, i), map(tuple, ends), strict=True))
                    assert one[1] == other[1]
                    assert other[2] in (None, one[2])


@pytest.mark.parametrize("name", [name for name in GRAPHS if name.startswith(("network", "arrays"))])
def test_columns_are_the_longest_way_and_leaves_stand_by_their_consumers(name: str) -> None:
    _, units = recorded(name)
    for group in units.groups:
        before = [units.groups[bundle.source].rank for bundle in units.bundles if bundle.target == group.number]
        after = [units.groups[bundle.target].rank for bundle in units.bundles if bundle.source == group.number]
        if not before and after:
            assert group.rank == min(after) - 1
        elif after:
            assert group.rank in (max(before) + 1, min(after) - 1)


# Numbers --------------------------------------------------------------------------------------------------------------


@each_graph
def test_slices_are_the_arrays(name: str) -> None:
    trace, units = recorded(name)
    for group in units.groups:
        for node in (*group.stages, *(bias for _, bias in group.biases)):
            value, gradient = by_sample(units, node, trace.values[node]), trace.gradients[node]
            for sample in range(units.samples):
                row = sample if node in units.axes else 0
                np.testing.assert_array_equal(values(trace, units, node, sample), value[row])
                shown = gradients(trace, units, node, sample)
                if gradient is None:
                    assert shown is None
                else:
                    np.testing.assert_array_equal(shown, by_sample(units, node, gradient)[row])
            with np.errstate(all="ignore"):
                np.testing.assert_allclose(values(trace, units, node, None), value.mean(axis=0), rtol=1e-12, atol=1e-15)
            if node in group.stages:
                assert value.shape[1] == group.size


def sum_to(units: Units, bundle: Bundle, sent: np.ndarray, message: np.ndarray) -> None:
    """Over the targets, ``sent`` of shape (samples, ...) sums to the recorded message."""
    total = sent.sum(axis=1) if bundle.pattern == "dense" else sent
    expected = by_sample(units, bundle.stage, message)
    scale = np.abs(sent).sum() + 1.0
    np.testing.assert_allclose(total[: len(expected)], expected, rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.filterwarnings("ignore:invalid value")
@each_graph
def test_messages_of_units_sum_to_the_recorded_message(name: str) -> None:
    trace, units = recorded(name)
    for bundle in units.bundles:
        message = trace.messages.get((bundle.consumer, bundle.slot))
        sent = [messages(trace, units, bundle, sample) for sample in range(units.samples)]
        mean = messages(trace, units, bundle, None)
        if message is None:
            assert mean is None
            assert all(one is None for one in sent)
            continue
        together = np.array(sent, dtype=np.float64)
        assert together.shape[1:] == (bundle.shape if bundle.pattern == "dense" else bundle.shape[1:])
        sum_to(units, bundle, together, message)
        assert mean is not None
        np.testing.assert_allclose(mean, together.mean(axis=0), rtol=1e-12, atol=1e-12 * np.abs(together).max())


@pytest.mark.filterwarnings("ignore:invalid value")
@each_graph
def test_each_edge_carries_the_gradient_of_its_unit_through_the_jacobian(name: str) -> None:
    trace, units = recorded(name)
    for bundle in units.bundles:
        gradient = trace.gradients[bundle.consumer]
        if (bundle.consumer, bundle.slot) not in trace.messages or gradient is None:
            continue
        each = jacobian(trace, bundle.consumer, bundle.slot) * gradient.reshape(-1, 1)
        if not np.isfinite(each).all():
            continue  # 0 times infinity is not 0, so the Jacobian's zeros say nothing here
        source, consumer = (units.graph.nodes[i] for i in (bundle.stage, bundle.consumer))
        for sample in range(units.samples):
            expected = np.zeros(bundle.shape)
            for row, index in enumerate(np.ndindex(*consumer.shape)):
                _, target, _ = unit_of(units, consumer.id, index)
                for unit in range(bundle.shape[1]):
                    place = index_of(units, source.id, unit, sample)
                    expected[target, unit] += each[row, np.ravel_multi_index(place, source.shape) if place else 0]
            shown, (targets, sources) = messages(trace, units, bundle, sample), bundle.ends()
            assert shown is not None
            np.testing.assert_allclose(shown.ravel(), expected[targets, sources], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(shown.sum(), expected.sum(), rtol=1e-9, atol=1e-12)


@each_graph
def test_weights_make_the_sums(name: str) -> None:
    """A unit is its sources times its weights, plus its bias; a weight's gradient is that of all its products."""
    trace, units = recorded(name)
    for bundle in units.bundles:
        weight = weights(trace, bundle)
        if weight is None:
            assert weight_gradients(trace, bundle) is weight_updates(trace, bundle) is None
            continue
        assert weight.shape == (bundle.shape if bundle.pattern == "dense" else bundle.shape[1:])
        biases = [bias for stage, bias in units.groups[bundle.target].biases if stage == bundle.consumer]
        for sample in range(units.samples):
            source = values(trace, units, bundle.stage, sample)
            made = weight @ source if bundle.pattern == "dense" else weight * source
            if trace.graph.nodes[bundle.consumer].op == "linear":
                made = made + sum(values(trace, units, bias, sample) for bias in biases)
            np.testing.assert_allclose(values(trace, units, bundle.consumer, sample), made, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_gradients_of_weights_are_those_of_their_samples(seed: int) -> None:
    trace = record(network(seed))
    units = units_of(trace.graph)
    for bundle in units.bundles:
        if bundle.weight is None:
            continue
        expected = np.zeros(bundle.shape)
        for sample in range(units.samples):
            gradient = gradients(trace, units, bundle.consumer, sample)
            assert gradient is not None
            expected += np.multiply.outer(gradient, values(trace, units, bundle.stage, sample))
        if len(trace.graph.consumers[bundle.weight]) > 1:
            weight = weights(trace, bundle)
            assert weight is not None
            expected += 0.02 * weight  # of the penalty
        np.testing.assert_allclose(weight_gradients(trace, bundle), expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(weight_updates(trace, bundle), -0.1 * expected, rtol=1e-9, atol=1e-12)


# Pictures that everyone draws -----------------------------------------------------------------------------------------


def drawn(graph: Graph) -> tuple[list[tuple[str, list[str], int]], list[tuple[int, int, str | None]]]:
    """((kind, stages, units) by group, (source, target, weight) by bundle)."""
    units = units_of(graph)
    name = [node.name for node in graph.nodes]
    return (
        [(group.kind, [name[stage] for stage in group.stages], group.size) for group in units.groups],
        [(b.source, b.target, None if b.weight is None else name[b.weight]) for b in units.bundles],
    )


def test_one_neuron_is_one_circle_with_weighted_edges() -> None:
    groups, bundles = drawn(ODD["one neuron"]())
    assert [(kind, size) for kind, _, size in groups] == [("input", 1), ("input", 1), ("units", 1)]
    assert groups[2][1][-1] == "y"
    assert bundles == [(0, 2, "w1"), (1, 2, "w2")]
    units = units_of(ODD["one neuron"]())
    assert [units.graph.nodes[bias].name for _, bias in units.groups[2].biases] == ["b"]


def test_a_network_with_skips() -> None:
    graph = graph_of(parse_network("2-3-3-3-1 tanh, skip 2, loss half_squared"), np.ones((2, 4)), np.ones((1, 4)))
    groups, bundles = drawn(graph)
    assert groups == [
        ("input", ["x"], 2),
        ("units", ["z1", "a1"], 3),
        ("units", ["z2", "a2"], 3),
        ("units", ["z3", "f3", "a3"], 3),
        ("units", ["z4"], 1),
        ("target", ["t"], 1),
        ("output", ["mse(z4, t)", "loss"], 1),
    ]
    assert bundles == [
        (0, 1, "W1"), (1, 2, "W2"), (2, 3, "W3"), (1, 3, None), (3, 4, "W4"), (4, 6, None), (5, 6, None)
    ]  # fmt: skip
    assert [group.rank for group in units_of(graph).groups] == [0, 1, 2, 3, 4, 4, 5]


def test_a_penalty_stands_apart_and_is_added_to_the_loss() -> None:
    groups, bundles = drawn(ODD["penalty first"]())
    assert [(kind, stages[-1]) for kind, stages, _ in groups] == [
        ("parameter", "W * W"), ("parameter", "r"), ("input", "x"), ("units", "W @ x"), ("target", "t"),
        ("output", "mse(W @ x, t)"), ("output", "y"),
    ]  # fmt: skip
    assert bundles == [(0, 1, None), (2, 3, "W"), (3, 5, None), (4, 5, None), (5, 6, None), (1, 6, None)]


def test_weights_may_lie_the_other_way_round() -> None:
    """W is (outputs, inputs), and x @ transpose(W) is what PyTorch's linear layers do."""
    graph = ODD["weights turned"]()
    trace, units = record(graph), units_of(graph)
    first = units.bundles[units.bundle_of[graph.ids["W"]]]
    assert not first.inputs_first
    np.testing.assert_array_equal(weights(trace, first), trace.value("W"))
    assert units.bundle_of[graph.ids["transpose(W)"]] == first.number
    assert {units.bundles[number].inputs_first for number in units.bundles_of[graph.ids["V"]]} == {False, True}


def test_what_comes_from_outside_stands_behind_the_output() -> None:
    for incoming in ("2 * L", "g", "g - L"):
        graph = parse_program("L = W @ x", {"x": [1.0, 2.0], "g": [3.0]}, {"W": [[1.0, -1.0]]}, incoming=incoming)
        units = units_of(graph)
        assert graph.incoming is not None
        arriving = units.groups[units.group_of[graph.incoming]]
        assert arriving.kind == "target"
        assert arriving.rank > units.groups[units.group_of[graph.output]].rank


def test_what_is_joined_keeps_its_places() -> None:
    units = units_of(ODD["joined"]())
    joined = [bundle for bundle in units.bundles if units.graph.nodes[bundle.consumer].name == "j"]
    assert [(bundle.pattern, bundle.offset, bundle.total) for bundle in joined] == [("same", 0, 2), ("same", 2, 3)]


def test_what_each_unit_sends_back_on_the_worksheet() -> None:
    """Backpropagation by hand: dz3 is (.5, −.5, 0) and W3 ((2, 0), (0, 2), (1, 1)), so da2 is (1, −1)."""
    graph = parse_program(
        "z3 = linear(W3, a2, b3)",
        {"a2": [2.0, 4.0], "dz3": [0.5, -0.5, 0.0]},
        {"W3": [[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]], "b3": [-1.0, -5.0, -7.0]},
        incoming="dz3",
    )
    trace, units = record(graph), units_of(graph)
    (bundle,) = units.bundles
    np.testing.assert_array_equal(messages(trace, units, bundle, 0), [[1.0, 0.0], [0.0, -1.0], [0.0, 0.0]])
    np.testing.assert_array_equal(weight_gradients(trace, bundle), [[1.0, 2.0], [-1.0, -2.0], [0.0, 0.0]])


def test_the_mean_over_samples_shows_what_is_not_finite() -> None:
    trace, units = recorded("not finite")
    node = trace.graph.ids["log(W @ x) / 0"]
    assert not np.isfinite(values(trace, units, node, None)).any()


# Large ones -----------------------------------------------------------------------------------------------------------


def test_a_large_network_is_a_few_groups() -> None:
    graph = graph_of(parse_network("784-128-64-10 relu, loss cross_entropy"), np.ones((784, 64)), np.zeros(64))
    units = units_of(graph)
    assert [group.size for group in units.groups] == [784, 128, 64, 10, 1, 1]
    assert [bundle.total for bundle in units.bundles] == [784 * 128, 128 * 64, 64 * 10, 10, 1]
    trace = record(graph)
    sent = messages(trace, units, units.bundles[1], None)
    assert sent is not None
    np.testing.assert_allclose(sent.sum(axis=0), gradients(trace, units, graph.ids["a1"], None), rtol=1e-9, atol=1e-15)


def test_too_many_edges_to_tell_apart_are_left_out() -> None:
    graph = parse_program("y = sum(transpose(x) * t)", {"x": np.ones((50, 60)), "t": np.ones((60, 50))})
    units = units_of(graph)
    (turning,) = (bundle for bundle in units.bundles if graph.nodes[bundle.consumer].op == "transpose")
    assert unit_shape(graph.nodes[turning.stage], units.axes) == (50, 60)
    assert messages(record(graph), units, turning, 0) is None


@pytest.mark.parametrize(
    "line", ["{new} = tanh({old})", "{new} = {old} * w + b", "{new} = {old} + x", "{new} = tanh({old}) + {old}"]
)
def test_a_program_of_two_thousand_lines(line: str) -> None:
    lines = [line.format(new=f"v{number}", old=f"v{number - 1}" if number else "x") for number in range(2000)]
    graph = parse_program("\n".join(lines), {"x": 0.5}, {"w": 0.999, "b": 0.001})
    units = units_of(graph)
    assert set(units.group_of) | set(units.bundle_of) == set(range(len(graph.nodes)))
    ranks = [group.rank for group in units.groups]
    assert all(ranks[bundle.source] < ranks[bundle.target] for bundle in units.bundles)
