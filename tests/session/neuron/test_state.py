"""What is known at any moment equals what was recorded, part by part; and what changes is all that changes."""

import random
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from engine.expression import Index
from engine.parts import part, part_count
from engine.trace import Trace
from engine.units import Units, index_of, weight_index
from tests.session.neuron.pictures import ODD, picture, recorded
from visualizer.session.appearance import Appearance
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.state import Moment, NeuronChange, NeuronState, Numbers, change_between, state_at

SMALL = ("neuron-by-hand", "fully-connected-layer", "backpropagation-by-hand-exact", "2-3-1", *ODD)
SHOWS = ("message", "gradient", "weight", "update")


class Known:
    """What the parts of the steps have given so far, straight from the trace: by node, arrays with NaN."""

    def __init__(self, trace: Trace, units: Units, sample: int) -> None:
        self._trace, self._units, self._sample = trace, units, sample
        self.values = {
            node.id: trace.values[node.id].copy() if node.is_leaf else np.full(node.shape, np.nan)
            for node in trace.graph.nodes
        }
        self.known = {node.id: np.full(node.shape, node.is_leaf) for node in trace.graph.nodes}
        self.gradients = {node.id: np.full(node.shape, np.nan) for node in trace.graph.nodes}
        self.arrived = {node.id: np.zeros(node.shape, dtype=int) for node in trace.graph.nodes}
        self.updated = {node.id: np.zeros(node.shape, dtype=bool) for node in trace.graph.nodes}

    def moments(self) -> Iterator[tuple[Moment, bool]]:
        """Every (step, part), with whether it is the last of its step; the numbers follow."""
        yield (0, -1), True
        for number, step in enumerate(self._trace.steps, start=1):
            count = part_count(self._units, self._trace, step)
            for one in range(count):
                found = part(self._units, self._trace, step, one, self._sample)
                for index in found.elements:
                    self._give(number, step.phase, found.node, index)
                yield (number, one), one == count - 1

    def _give(self, number: int, phase: str, node: int, index: Index) -> None:
        if phase == "backward":
            state = self._trace.gradient_state(node, number)
            self.gradients[node][index] = state.value[index]
            self.arrived[node][index] = state.arrived
            return
        numbers = self._trace.values[node] if phase == "forward" else self._trace.updates[node].after
        self.values[node][index], self.known[node][index] = numbers[index], True
        self.updated[node][index] |= phase == "update"


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=True)


@cache
def places(name: str, node: int, sample: int) -> np.ndarray:
    """Where the elements of a node that stand in its units lie in its array, flat."""
    _, units = recorded(name)
    shape = units.graph.nodes[node].shape
    size = units.groups[units.group_of[node]].size
    indices = [index_of(units, node, unit, sample) for unit in range(size)]
    return np.array([int(np.ravel_multi_index(index, shape)) if shape else 0 for index in indices])


def check_units(state: NeuronState, known: Known, name: str, sample: int) -> None:
    scene = state.scene
    for group in scene.units.groups:
        part_of = slice(*scene.first[[group.number, group.number + 1]])
        stages = [state.stage(number) for number in range(len(group.stages))]
        for node, numbers in zip(group.stages, stages, strict=True):
            flat = places(name, node, sample)
            assert same(numbers.value[part_of], known.values[node].flat[flat])
            assert same(numbers.value_known[part_of], known.known[node].flat[flat])
            assert same(numbers.gradient[part_of], known.gradients[node].flat[flat])
            assert same(numbers.arrived[part_of], known.arrived[node].flat[flat])
            assert (numbers.total[part_of] == len(scene.trace.arrivals[node])).all()
        check_present(state, stages, range(part_of.start, part_of.stop))
    for group in scene.units.groups:
        for _, bias in group.biases:
            own = (scene.bias_node == bias) & (scene.group[scene.bias_unit] == group.number)
            flat = places(name, bias, sample)
            flat = flat if scene.trace.graph.nodes[bias].size > 1 else np.zeros(group.size, dtype=int)
            assert same(state.biases.value[own], known.values[bias].flat[flat])
            assert same(state.biases.gradient[own], known.gradients[bias].flat[flat])
            assert same(state.biases.arrived[own], known.arrived[bias].flat[flat])


def check_present(state: NeuronState, stages: list[Numbers], units: range) -> None:
    """A unit shows its last value, and the gradient of its first stage that has any."""
    for unit in units:
        computed = [number for number, stage in enumerate(stages) if stage.value_known[unit]]
        assert state.value_stage[unit] == (computed[-1] if computed else -1)
        assert bool(state.units.value_known[unit]) == bool(computed)
        assert same(state.units.value[unit], stages[computed[-1]].value[unit] if computed else np.nan)
        reached = [number for number, stage in enumerate(stages) if stage.arrived[unit]]
        assert state.gradient_stage[unit] == (reached[0] if reached else len(stages) - 1)
        stage = stages[state.gradient_stage[unit]]
        assert same(state.units.gradient[unit], stage.gradient[unit])
        assert (state.units.arrived[unit], state.units.total[unit]) == (stage.arrived[unit], stage.total[unit])


def check_edges(state: NeuronState, known: Known, sample: int) -> None:
    """Edges by their weights: value, gradient or update; and messages by the parts of the source's gradient."""
    scene, shows = state.scene, state.scene.appearance.shows
    for strand in scene.strands:
        weight = strand.bundle.weight
        numbers, shown, silent = state.strand(strand)
        if weight is None or shows == "message":
            continue
        assert not (shown & silent).any()
        matrix = state.matrix(strand) if strand.bundle.pattern == "dense" else None
        for edge, (target, source) in enumerate(
            zip(strand.target_units.tolist(), strand.source_units.tolist(), strict=True)
        ):
            index = weight_index(scene.units, strand.bundle, target, source)
            if shows == "gradient":
                wanted, there = known.gradients[weight][index], known.arrived[weight][index] > 0
            elif shows == "weight":
                wanted, there = known.values[weight][index], True
            else:
                there = known.updated[weight][index]
                update = scene.trace.updates.get(weight)
                wanted = update.after[index] - update.before[index] if there and update is not None else np.nan
            assert shown[edge] == there
            assert same(numbers[edge], wanted)
            if matrix is not None:
                assert (matrix.known_rows[target] and matrix.known_columns[source]) == there
                if there:
                    assert same(matrix.numbers[target, source], wanted)


@pytest.mark.slow
@pytest.mark.parametrize("shows", SHOWS)
def test_every_number_at_every_moment_is_the_recorded_one(shows: str) -> None:
    choose = random.Random(shows)
    for name in SMALL:
        trace, units = recorded(name)
        sample = units.samples - 1
        scene = picture(name, Appearance(shows=shows), sample)
        known = Known(trace, units, sample)
        share = min(1.0, 20 / sum(part_count(units, trace, step) for step in trace.steps))
        for moment, last in known.moments():
            if choose.random() > share:
                continue
            for one in (moment, (moment[0], -1)) if last else (moment,):
                state = state_at(scene, one, sample)
                if shows == "message":
                    check_units(state, known, name, sample)
                check_edges(state, known, sample)


def test_messages_appear_with_the_units_that_they_reach() -> None:
    for name in ("2-3-1", "backpropagation-by-hand-exact", "8 layers with skips", "neuron-by-hand"):
        trace, units = recorded(name)
        scene = picture(name)
        for strand in scene.strands:
            bundle = strand.bundle
            step = next(
                number
                for number, step in enumerate(trace.steps, start=1)
                if step.phase == "backward" and (step.node, step.slot) == (bundle.consumer, bundle.slot)
            )
            for one in range(part_count(units, trace, trace.steps[step - 1])):
                numbers, known, silent = state_at(scene, (step, one), 0).strand(strand)
                np.testing.assert_array_equal(known, strand.source_units <= one)
                np.testing.assert_array_equal(np.isnan(numbers), ~known)
                assert not silent.any()
            assert state_at(scene, (step, -1), 0).strand(strand)[1].all()
            assert not state_at(scene, (step - 1, -1), 0).strand(strand)[1].any()
            # Together, the edges of a unit bring what was recorded.
            numbers = state_at(scene, (step, -1), 0).strand(strand)[0]
            message = trace.messages[bundle.consumer, bundle.slot]
            axis = units.axes.get(bundle.stage)
            wanted = (message if axis is None else np.take(message, 0, axis)).ravel()
            np.testing.assert_allclose(
                np.bincount(strand.source_units, numbers, minlength=len(wanted)), wanted, rtol=1e-9, atol=1e-12
            )


def test_without_a_sample_all_is_the_mean() -> None:
    for name in ("2-3-1", "iris", "two batches", "joined samples"):
        trace, units = recorded(name)
        scene = picture(name, Appearance(), None)
        for step in range(len(trace.steps) + 1):
            state = state_at(scene, (step, -1), None)
            for group in units.groups:
                part_of = slice(*scene.first[[group.number, group.number + 1]])
                for number, node in enumerate(group.stages):
                    axis = units.axes.get(node)
                    if trace.value_at[node] <= step:
                        value = trace.values[node] if axis is None else trace.values[node].mean(axis)
                        np.testing.assert_array_equal(state.stage(number).value[part_of], value.ravel())
                    found = trace.gradient_state(node, step)
                    if found.value is not None:
                        gradient = found.value if axis is None else found.value.mean(axis)
                        np.testing.assert_array_equal(state.stage(number).gradient[part_of], gradient.ravel())


def check_rest(scene: NeuronScene, one: NeuronState, other: NeuronState, change: NeuronChange) -> None:
    """Two states are equal but for what is said to change."""
    apart = {
        "units": np.isin(np.arange(len(scene.x)), change.units),
        "biases": np.isin(np.arange(len(scene.bias_x)), change.biases),
        "edges": np.isin(np.arange(len(scene.edge_sources)), change.edges),
    }
    for number in range(len(one.timeline.cells)):
        for field in ("value", "value_known", "gradient", "arrived"):
            pair = [getattr(state.stage(number), field)[~apart["units"]] for state in (one, other)]
            assert same(*pair)
    for field in ("value_stage", "gradient_stage"):
        assert same(*[getattr(state, field)[~apart["units"]] for state in (one, other)])
    for field in ("value", "gradient", "arrived"):
        assert same(*[getattr(state.biases, field)[~apart["biases"]] for state in (one, other)])
    for field in ("edges", "edge_known"):
        assert same(*[getattr(state, field)[~apart["edges"]] for state in (one, other)])
    for strand in scene.strands:
        if strand.matrix is not None and strand.number not in change.matrices:
            one_m, other_m = one.matrix(strand), other.matrix(strand)
            known = one_m.known_rows[:, None] & one_m.known_columns
            np.testing.assert_array_equal(known, other_m.known_rows[:, None] & other_m.known_columns)
            np.testing.assert_array_equal(one_m.numbers[known], other_m.numbers[known])


@pytest.mark.parametrize("shows", SHOWS)
def test_what_changes_is_all_that_changes(shows: str) -> None:
    choose = np.random.default_rng(3)
    for name in ("neuron-by-hand", "2-3-1", "8 layers with skips", "shared weight", "shared bias", "two batches"):
        scene = picture(name, Appearance(shows=shows, strongest=5))
        trace, units = recorded(name)
        moments = [(0, -1)]
        for number, step in enumerate(trace.steps, start=1):
            moments += [(number, one) for one in range(part_count(units, trace, step))] + [(number, -1)]
        pairs = list(pairwise(moments))
        pairs += [tuple(moments[i] for i in choose.integers(len(moments), size=2)) for _ in range(20)]
        for before, after in [pairs[i] for i in choose.permutation(len(pairs))[:60]]:
            change = change_between(scene, before, after)
            states = [state_at(scene, moment, 0) for moment in (before, after)]
            check_rest(scene, *states, change)
            back = change_between(scene, after, before)
            np.testing.assert_array_equal(change.units, back.units)
            np.testing.assert_array_equal(change.edges, back.edges)


def test_a_step_of_one_unit_changes_little() -> None:
    scene = picture("784-128-64-10")
    trace, units = recorded("784-128-64-10")
    step = next(n for n, s in enumerate(trace.steps, start=1) if trace.graph.nodes[trace.receiver(s)].name == "z1")
    change = change_between(scene, (step, 4), (step, 5))
    assert change.units.tolist() == [int(scene.first[units.group_of[trace.graph.ids["z1"]]]) + 5]
    assert not len(change.edges)
    assert not change.matrices


def test_nan_and_infinity_are_shown_as_they_are() -> None:
    scene = picture("not finite")
    state = state_at(scene, (len(scene.trace.steps), -1), 0)
    assert np.isnan(state.units.value[state.units.value_known]).any() or np.isinf(state.units.value).any()
    assert state.units.value_known.all()


def test_silent_edges_never_show_anything() -> None:
    scene = picture("2-3-1", Appearance(shows="gradient"))
    last = state_at(scene, (len(scene.trace.steps), -1), 0)
    weightless = [strand for strand in scene.strands if strand.bundle.weight is None]
    assert weightless
    for strand in scene.strands:
        _, known, silent = last.strand(strand)
        assert (known != silent).all()
        assert silent.all() == (strand.bundle.weight is None)
