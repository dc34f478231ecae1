"""What is written at edges and biases of a small picture: whose weight it is, how large, and what the edge shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine import units as neurons
from engine.ops import Array
from engine.trace import Trace
from engine.units import weight_index
from visualizer.session.formatting import element_name, shortened
from visualizer.session.neuron.scene import NeuronScene, Strand
from visualizer.session.neuron.state import NeuronState
from visualizer.session.neuron.timeline import entry_at, timeline_of

LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class Tag:
    """``name`` is that of the weight of an edge or of a bias, "" where there is none.

    ``node`` is its array. It is ``before`` the update of step ``updated``, counted from 1, and ``after`` it; None where
    there is none. ``shown`` are all numbers that the edge ever shows beside it.
    """

    name: str
    node: int | None
    before: float
    after: float
    updated: int | None
    shown: tuple[float, ...]


def edge_tags(scene: NeuronScene) -> list[Tag]:
    """The tag of every drawn edge, strand after strand."""
    found = []
    for strand in scene.strands:
        weight = strand.bundle.weight
        shown = _shown(scene, strand)
        if weight is None:
            found += [Tag("", None, np.nan, np.nan, None, numbers) for numbers in shown]
            continue
        before = _flat(neurons.weights(scene.trace, strand.bundle), strand)
        after = _flat(neurons.weights(_updated(scene), strand.bundle), strand)
        step = scene.trace.update_at.get(weight)
        ends = zip(strand.target_units.tolist(), strand.source_units.tolist(), strict=True)
        for place, (target, source) in enumerate(ends):
            name = _named(scene, weight, weight_index(scene.units, strand.bundle, target, source))
            found.append(Tag(name, weight, float(before[place]), float(after[place]), step, shown[place]))
    return found


def bias_tags(scene: NeuronScene) -> list[Tag]:
    """The tag of every bias."""
    found, gradients = [], timeline_of(scene, scene.sample).gradients
    for bias, (node, unit) in enumerate(zip(scene.bias_node.tolist(), scene.bias_unit.tolist(), strict=True)):
        array, place = scene.trace.graph.nodes[node], int(scene.unit[unit])
        index = np.unravel_index(place if array.size > 1 else 0, array.shape) if array.shape else ()
        update = scene.trace.updates.get(node)
        before = float(scene.trace.values[node][index])
        after = before if update is None else float(update.after[index])
        cell = timeline_of(scene, scene.sample).bias_cells[bias]
        shown = gradients.numbers[gradients.cells == cell].tolist()
        name = _named(scene, node, tuple(int(i) for i in index) if array.size > 1 else ())
        found.append(Tag(name, node, before, after, scene.trace.update_at.get(node), tuple(shown)))
    return found


def weight_at(state: NeuronState, tags: list[Tag], edge: int) -> float:
    """The weight of a drawn edge at a moment."""
    tag, (step, unit) = tags[edge], state.moment
    if tag.updated is None or step < tag.updated:
        return tag.before
    if step > tag.updated or unit < 0:
        return tag.after
    mark = state.scene.edge_mark(edge)
    strand = state.scene.strand_of(edge)
    found = entry_at(state.scene, strand, "weight", state.moment, mark.target, mark.source)
    return tag.before if found is None else found


def _shown(scene: NeuronScene, strand: Strand) -> list[tuple[float, ...]]:
    """By edge, what it ever shows other than its weight."""
    if scene.appearance.shows == "weight" and strand.bundle.weight is not None:
        return [()] * len(strand.flat)
    version = timeline_of(scene, scene.sample).versions[strand.number]
    arrays = [array.ravel()[strand.flat] for array in (version.initial, *version.arrays) if array is not None]
    return [tuple(column) for column in np.array(arrays).T.tolist()] if arrays else [()] * len(strand.flat)


def _flat(numbers: Array | None, strand: Strand) -> Array:
    return np.full(len(strand.flat), np.nan) if numbers is None else numbers.ravel()[strand.flat]


def _updated(scene: NeuronScene) -> Trace:
    """The trace as it stands when all updates are made."""
    after = {node: update.after for node, update in scene.trace.updates.items()}
    values = tuple(after.get(node, value) for node, value in enumerate(scene.trace.values))
    return replace(scene.trace, values=values)


def _named(scene: NeuronScene, node: int, index: tuple[int, ...]) -> str:
    array = scene.trace.graph.nodes[node]
    return element_name(shortened(array.name, LONGEST_NAME), index, array.shape)
