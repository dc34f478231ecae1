"""When each number of a picture of neurons appears: made once for a scene and a sample, so that a moment is a cut.

A cell is a number of the picture: one stage of a unit, or a bias. All are slices of recorded arrays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine import units as neurons
from engine.draws import Indices
from engine.ops import Array
from engine.trace import Trace
from engine.units import Bundle, Units, unit_shape
from visualizer.session.appearance import Shows
from visualizer.session.neuron.scene import NeuronScene, Strand
from visualizer.session.neuron.strands import shown
from visualizer.session.neuron.track import Moment, Track, TrackWriter


@dataclass(frozen=True, eq=False)
class Versions:
    """What all edges of a strand show in the course of an iteration: whole arrays in the shape of the weights.

    From step ``steps[i]`` on it is ``arrays[i]``; part p of that step brings row p (``rows[i]``: the edges to target
    unit p) or column p (those from source unit p). ``initial`` is what is known before, None for nothing.
    """

    initial: Array | None = None
    steps: tuple[int, ...] = ()
    arrays: tuple[Array, ...] = ()
    rows: tuple[bool, ...] = ()

    def reached(self, moment: Moment) -> tuple[int, int | None]:
        """How many of the arrays have begun to come, and the part of the last that has been done; None for all."""
        step, unit = moment
        begun = bisect_right(self.steps, step)
        within = begun > 0 and self.steps[begun - 1] == step and unit >= 0
        return begun, unit if within else None


@dataclass(frozen=True, eq=False)
class Timeline:
    """``values`` and ``gradients`` are tracks of cells, ``edges`` one of all drawn edges of the scene.

    ``cells`` (stages, n) are the cells of each stage of all units, -1 where a unit has fewer stages; ``bias_cells``
    (b,) those of the biases, which come after the ``stage_cells`` others. ``cell_units`` is the unit of each of those.
    ``versions`` are, by strand, what all its edges show.
    """

    values: Track
    gradients: Track
    edges: Track
    cells: Indices
    bias_cells: Indices
    stage_cells: int
    cell_units: Indices
    versions: tuple[Versions, ...]

    def brought(self, first: int, last: int) -> list[int]:
        """The strands of whose numbers any come in the steps from ``first`` to ``last``."""
        steps, strands = self._arrivals
        begin, end = np.searchsorted(steps, (first, last + 1))
        return sorted({*strands[begin:end].tolist()})

    @cached_property
    def _arrivals(self) -> tuple[Indices, Indices]:
        """The steps of all versions in order, and whose they are."""
        found = sorted((step, number) for number, version in enumerate(self.versions) for step in version.steps)
        steps, strands = np.array(found, dtype=np.intp).reshape(-1, 2).T
        return steps, strands


def timeline_of(scene: NeuronScene, sample: int | None) -> Timeline:
    """The timeline of a scene; kept with it."""
    if sample not in scene.timelines:
        scene.timelines.clear()
        scene.timelines[sample] = _build(scene, sample)
    return scene.timelines[sample]


def _build(scene: NeuronScene, sample: int | None) -> Timeline:
    cells = _Cells(scene)
    values, gradients = TrackWriter(cells.count), TrackWriter(cells.count)
    source = _Source(scene, sample)
    for node, places in cells.of_nodes():
        parts = _parts(scene.units, node, len(places))
        for step, numbers in source.values(node):
            whole = np.broadcast_to(numbers, len(places))
            if step == 0:
                values.give(places, whole)
            else:
                values.add(step, parts, places, whole)
        for step, numbers in source.gradients(node):
            gradients.add(step, parts, places, np.broadcast_to(numbers, len(places)))
    versions = tuple(source.versions(strand.bundle, scene.appearance.shows) for strand in scene.strands)
    edges = _edge_track(scene, versions)
    return Timeline(
        values.written(), gradients.written(), edges, cells.stages, cells.biases, cells.staged, cells.units, versions
    )


class _Cells:
    """Numbers the cells: stage after stage of all groups, then the biases."""

    def __init__(self, scene: NeuronScene) -> None:
        self._scene = scene
        groups = scene.units.groups
        most = max(len(group.stages) for group in groups)
        self.stages: Indices = np.full((most, len(scene.x)), -1, dtype=np.intp)
        self.count = 0
        for group in groups:
            for stage in range(len(group.stages)):
                part = slice(scene.first[group.number], scene.first[group.number + 1])
                self.stages[stage, part] = self.count + np.arange(group.size)
                self.count += group.size
        self.staged = self.count
        self.units = np.zeros(self.count, dtype=np.intp)
        for cells in self.stages:
            self.units[cells[cells >= 0]] = np.flatnonzero(cells >= 0)
        self.biases = self.count + np.arange(len(scene.bias_unit))
        self.count += len(self.biases)

    def of_nodes(self) -> Iterator[tuple[int, Indices]]:
        """Every stage and every bias of a group with its cells, in the order of the units."""
        scene, at = self._scene, 0
        for group in scene.units.groups:
            for node in group.stages:
                yield node, np.arange(at, at + group.size)
                at += group.size
        for group in scene.units.groups:
            for _, bias in group.biases:
                yield bias, np.arange(at, at + group.size)
                at += group.size


def _parts(units: Units, node: int, count: int) -> Indices:
    """Which part of a step gives a number to each unit: its own, or the only one where all share a number."""
    alone = len(unit_shape(units.graph.nodes[node], units.axes)) == 0 or units.graph.nodes[node].size == 1
    return np.zeros(count, dtype=np.intp) if alone else np.arange(count)


class _Source:
    """The recorded numbers of one sample with the steps from which they are known."""

    def __init__(self, scene: NeuronScene, sample: int | None) -> None:
        self._trace, self._units, self._sample = scene.trace, scene.units, sample
        after = {node: update.after for node, update in self._trace.updates.items()}
        values = tuple(after.get(node, value) for node, value in enumerate(self._trace.values))
        self._after = replace(self._trace, values=values)  # the trace as it stands when all updates are made

    def values(self, node: int) -> Iterator[tuple[int, Array]]:
        """(step, numbers) of a value: step 0 for what is given, and then of its update."""
        yield self._trace.value_at[node], neurons.values(self._trace, self._units, node, self._sample)
        if node in self._trace.updates:
            yield self._trace.update_at[node], neurons.values(self._after, self._units, node, self._sample)

    def gradients(self, node: int) -> Iterator[tuple[int, Array]]:
        """(step, numbers) of a gradient as its messages arrive: sums of those so far, and at last the recorded one."""
        for step, trace in self._arriving(node):
            gradient = neurons.gradients(trace, self._units, node, self._sample)
            assert gradient is not None
            yield step, gradient

    def _arriving(self, node: int) -> Iterator[tuple[int, Trace]]:
        """The steps of a gradient's messages, with the trace as it stands then. Sums as ``Trace.gradient_state``."""
        arrivals = self._trace.arrivals[node]
        partial: Array | None = None
        for step in arrivals[:-1]:
            message = self._trace.message_of(self._trace.steps[step - 1])
            with np.errstate(all="ignore"):
                partial = message if partial is None else np.asarray(partial + message)
            gradients = list(self._trace.gradients)
            gradients[node] = partial
            yield step, replace(self._trace, gradients=tuple(gradients))
        if arrivals:
            yield arrivals[-1], self._trace

    # Edges ----------------------------------------------------------------------------------------------------------

    def versions(self, bundle: Bundle, shows: Shows) -> Versions:
        """What all edges of a bundle show."""
        weight = bundle.weight
        if shows == "message":
            numbers = shown(self._trace, self._units, bundle, "message", self._sample)
            step = self._message_steps.get((bundle.consumer, bundle.slot))
            return Versions() if numbers is None or step is None else Versions(None, (step,), (numbers,), (False,))
        if weight is None:
            return Versions()
        if shows == "gradient":
            found = [(step, neurons.weight_gradients(trace, bundle)) for step, trace in self._arriving(weight)]
        elif shows == "update":
            found = [(step, neurons.weight_updates(self._trace, bundle)) for step in self._updated(weight)]
        else:
            found = [(step, neurons.weights(self._after, bundle)) for step in self._updated(weight)]
        return Versions(
            neurons.weights(self._trace, bundle) if shows == "weight" else None,
            tuple(step for step, _ in found),
            tuple(numbers for _, numbers in found if numbers is not None),
            tuple(self._row_by_row(bundle, weight, step) for step, _ in found),
        )

    def _updated(self, weight: int) -> tuple[int, ...]:
        step = self._trace.update_at.get(weight)
        return () if step is None else (step,)

    def _row_by_row(self, bundle: Bundle, weight: int, number: int) -> bool:
        """Whether a step's parts are rows of ``bundle``: they are of the bundle that the step comes along."""
        step = self._trace.steps[number - 1]
        along = self._units.bundle_at.get((step.node, step.slot)) if step.slot is not None else None
        other = self._units.bundles[self._units.bundle_of[weight] if along is None else along]
        return other.inputs_first == bundle.inputs_first

    @cached_property
    def _message_steps(self) -> dict[tuple[int, int], int]:
        """By (consumer, slot): the step that delivers a message, counted from 1."""
        return {
            (step.node, step.slot): number
            for number, step in enumerate(self._trace.steps, start=1)
            if step.phase == "backward" and step.slot is not None
        }


def _edge_track(scene: NeuronScene, versions: tuple[Versions, ...]) -> Track:
    """The drawn edges, out of all."""
    writer = TrackWriter(len(scene.edge_sources))
    for strand, version in zip(scene.strands, versions, strict=True):
        cells = strand.first + np.arange(len(strand.flat))
        if version.initial is not None:
            writer.give(cells, version.initial.ravel()[strand.flat])
        ends = strand.target_units, strand.source_units
        for step, numbers, rows in zip(version.steps, version.arrays, version.rows, strict=True):
            writer.add(step, _edge_parts(scene.units, strand.bundle, rows, *ends), cells, numbers.ravel()[strand.flat])
    return writer.written()


def _edge_parts(units: Units, bundle: Bundle, rows: bool, targets: Indices, sources: Indices) -> Indices:
    """Which part of a step brings each of some edges its number."""
    if bundle.pattern == "same" and bundle.weight is not None and rows:
        return np.zeros_like(sources) if units.graph.nodes[bundle.weight].size == 1 else sources
    return targets if rows else sources


def entry_at(
    scene: NeuronScene, strand: Strand, shows: Shows, moment: Moment, target: int, source: int
) -> float | None:
    """What any edge of a strand would show, whatever the picture shows now; None where that is not known."""
    bundle = strand.bundle
    version = _Source(scene, scene.sample).versions(bundle, shows)
    begun, done = version.reached(moment)
    if done is not None:
        ends = np.array([target]), np.array([source])
        begun -= int(_edge_parts(scene.units, bundle, version.rows[begun - 1], *ends)[0]) > done
    array = version.arrays[begun - 1] if begun else version.initial
    flat = source if bundle.pattern == "same" else target * bundle.shape[1] + source
    return None if array is None else float(array.ravel()[flat])
