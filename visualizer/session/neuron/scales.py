"""The scales of a picture of neurons: over the whole trace, so that they keep still while one steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.ops import Array
from visualizer.session.edge_scale import EdgeScale, edge_scale, round_up
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.timeline import timeline_of

SMALLEST = 1e-6  # of the largest: what is smaller lies at the end of a logarithmic scale
IGNORED = 0.03  # the share of the smallest numbers that may lie below the scale
LOOKED_AT = 20_000  # numbers of an array that a scale is found from
BOUNDED = ("tanh", "sigmoid", "softmax")  # their values lie from −1 or 0 to 1


@dataclass(frozen=True, slots=True)
class Scales:
    """``edges`` is that of what edges show, ``gradients`` that of the units' gradients, by their size.

    Where edges show messages the two are one. ``values`` is, by node of a stage or a bias, the size of a value that has
    the full colour.
    """

    edges: EdgeScale
    gradients: EdgeScale
    values: Mapping[int, float]


def scales_of(scene: NeuronScene) -> Scales:
    """The scales of a scene, for its sample."""
    timeline, appearance = timeline_of(scene, scene.sample), scene.appearance
    shown = [numbers for version in timeline.versions for numbers in (version.initial, *version.arrays)]
    edges, gradients = _told(shown), _told([timeline.gradients.numbers])
    values = _limits(scene)
    if appearance.shows == "message":
        both = edge_scale(np.concatenate([edges, gradients]), appearance)
        return Scales(both, both, values)
    # A fixed range is one of what edges show, which the rings do not.
    rings = edge_scale(gradients, replace(appearance, fixed=None))
    signed = appearance.shows in ("weight", "update")
    return Scales(edge_scale(edges, appearance, signed), rings, values)


def _told(arrays: Iterable[Array | None]) -> Array:
    """The sizes that a scale is to show: of large arrays some, and without the few that are tiny."""
    parts = [np.zeros(0)]
    for array in arrays:
        if array is not None:
            flat = array.ravel()
            parts.append(np.abs(flat[:: max(len(flat) // LOOKED_AT, 1)]))
            parts.append(np.atleast_1d(_largest(flat)))
    sizes = np.concatenate(parts)
    sizes = np.sort(sizes[(sizes > 0) & np.isfinite(sizes)])
    if not len(sizes):
        return sizes
    sizes = sizes[int(len(sizes) * IGNORED) :]
    return np.asarray(sizes[sizes >= sizes[-1] * SMALLEST])


def _largest(numbers: Array) -> float:
    """The largest finite size, 0 where there is none."""
    largest = max(float(numbers.max(initial=0.0)), -float(numbers.min(initial=0.0)))
    return largest if np.isfinite(largest) else float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))


def _limit(numbers: Array) -> float:
    """A round number that no finite size is above."""
    largest = _largest(numbers.ravel())
    return round_up(largest) if largest > 0 else 1.0


def _limits(scene: NeuronScene) -> dict[int, float]:
    """By node, over all samples: so that colours keep still from sample to sample too."""
    found: dict[int, float] = {}
    for group in scene.units.groups:
        for node in (*group.stages, *(bias for _, bias in group.biases)):
            bounded = scene.trace.graph.nodes[node].op in BOUNDED
            found[node] = 1.0 if bounded else _limit(scene.trace.values[node])
    return found
