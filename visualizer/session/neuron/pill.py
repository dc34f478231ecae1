"""The number that has just arrived, where it is a single one, and where it is written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine import units as neurons
from engine.draws import Indices
from engine.ops import Array
from engine.trace import Step
from visualizer.session.formatting import number_text
from visualizer.session.neuron.scene import NeuronScene

Pill = tuple[str, tuple[float, float] | None]
NONE: Pill = ("", None)


def pill(scene: NeuronScene, step: Step, receivers: Indices, biases: Indices, edges: Indices) -> Pill:
    """The number that a step gives to one unit, one bias or one drawn edge; none where there are more of them."""
    if len(receivers) + len(biases) + len(edges) > 1 and len(receivers) != 1:
        return NONE
    numbers = arrived(scene, step)
    if len(receivers) == 1:
        unit = int(receivers[0])
        place = (float(scene.x[unit]), float(scene.y[unit] - scene.radius[unit]))
        return _written(numbers, int(scene.unit[unit])), place
    if len(biases) == 1:
        bias = int(biases[0])
        place = (float(scene.bias_x[bias]), float(scene.bias_y[bias]))
        return _written(numbers, int(scene.unit[scene.bias_unit[bias]])), place
    return _of_edge(scene, step, int(edges[0]), numbers) if len(edges) == 1 else NONE


def arrived(scene: NeuronScene, step: Step) -> Array:
    """What a step gives, for the sample of the scene: a value, a message or an updated value, flat."""
    trace, receiver = scene.trace, scene.trace.receiver(step)
    if step.phase == "forward":
        given = trace.values[receiver]
    else:
        given = trace.message_of(step) if step.phase == "backward" else trace.updates[receiver].after
    values = (*trace.values[:receiver], given, *trace.values[receiver + 1 :])
    return neurons.values(replace(trace, values=values), scene.units, receiver, scene.sample)


def _of_edge(scene: NeuronScene, step: Step, edge: int, numbers: Array) -> Pill:
    strand = scene.strand_of(edge)
    place, bundle = edge - strand.first, strand.bundle
    if strand.matrix is not None:
        return NONE
    points = strand.points[place]
    x, y = (points[(len(points) - 1) // 2] + points[len(points) // 2]) / 2
    target, source = int(strand.target_units[place]), int(strand.source_units[place])
    receiver = scene.trace.receiver(step)
    if bundle.via == receiver:
        return _written(numbers, source), (float(x), float(y))
    index = neurons.weight_index(scene.units, bundle, target, source)
    if neurons.is_turned(scene.units, receiver):
        index = index[::-1]
    shape = scene.trace.graph.nodes[receiver].shape
    at = int(np.ravel_multi_index(index, shape)) if shape else 0
    return _written(numbers, at), (float(x), float(y))


def _written(numbers: Array, at: int) -> str:
    """A number of several, or the one that all share."""
    return number_text(float(numbers[at if len(numbers) > 1 else 0]))
