"""The scales of a picture of neurons: over the whole trace, so that they keep still while one steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.edge_scale import EdgeScale, edge_scale, round_up
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.timeline import timeline_of

SMALLEST = 1e-6  # of the largest: what is smaller lies at the end of a logarithmic scale
IGNORED = 0.03  # the share of the smallest numbers that may lie below the scale
LOOKED_AT = 20_000  # numbers of an array that a scale is found from
BOUNDED = ("tanh", "sigmoid", "softmax")  # their values lie from −1 or 0 to 1


@dataclass(frozen=True, eq=False)
class Scales:
    """``edges`` is that of what edges show, ``gradients`` that of the units' gradients, by their size.

    Where edges show messages the two are one. ``limits`` (stages, n) is the size of a value that has the full colour,
    by stage and unit; ``bias_limit`` that of a bias.
    """

    edges: EdgeScale
    gradients: EdgeScale
    limits: Array
    bias_limit: float

    def shares(self, values: Array, stages: Indices) -> Array:
        """How much colour values of units (n,) at their ``stages`` have, from −1 to 1; NaN stays."""
        limits = self.limits[np.maximum(stages, 0), np.arange(len(values))]
        return np.clip(values / limits, -1.0, 1.0)


def scales_of(scene: NeuronScene) -> Scales:
    """The scales of a scene, for its sample."""
    timeline, appearance = timeline_of(scene, scene.sample), scene.appearance
    shown = [numbers for version in timeline.versions for numbers in (version.initial, *version.arrays)]
    edges, gradients = _told(shown), _told([timeline.gradients.numbers])
    biases = scene.trace.values
    bias_limit = _limit(np.concatenate([biases[node].ravel() for node in {*scene.bias_node}] or [np.zeros(0)]))
    limits = _limits(scene)
    if appearance.shows == "message":
        both = edge_scale(np.concatenate([edges, gradients]), appearance)
        return Scales(both, both, limits, bias_limit)
    # A fixed range is one of what edges show, which the rings do not.
    rings = edge_scale(gradients, replace(appearance, fixed=None))
    signed = appearance.shows in ("weight", "update")
    return Scales(edge_scale(edges, appearance, signed), rings, limits, bias_limit)


def _told(arrays: Iterable[Array | None]) -> Array:
    """The sizes that a scale is to show: of large arrays some, and without the few that are tiny."""
    parts = [np.zeros(0)]
    for array in arrays:
        if array is not None:
            flat = np.abs(array).ravel()
            parts.append(flat[:: max(len(flat) // LOOKED_AT, 1)])
            parts.append(np.atleast_1d(_largest(flat)))
    sizes = np.concatenate(parts)
    sizes = np.sort(sizes[(sizes > 0) & np.isfinite(sizes)])
    if not len(sizes):
        return sizes
    sizes = sizes[int(len(sizes) * IGNORED) :]
    return np.asarray(sizes[sizes >= sizes[-1] * SMALLEST])


def _largest(sizes: Array) -> float:
    """The largest finite size, 0 where there is none."""
    largest = float(sizes.max(initial=0.0))
    return largest if np.isfinite(largest) else float(sizes[np.isfinite(sizes)].max(initial=0.0))


def _limit(numbers: Array) -> float:
    """A round number that no finite size is above."""
    largest = _largest(np.abs(numbers).ravel())
    return round_up(largest) if largest > 0 else 1.0


def _limits(scene: NeuronScene) -> Array:
    """By stage and unit, over all samples: so that they keep still from sample to sample too."""
    groups, graph = scene.units.groups, scene.trace.graph
    found = np.ones((max(len(group.stages) for group in groups), len(scene.x)))
    for group in groups:
        part = slice(scene.first[group.number], scene.first[group.number + 1])
        for number, stage in enumerate(group.stages):
            if graph.nodes[stage].op not in BOUNDED:
                found[number, part] = _limit(scene.trace.values[stage])
    return found
