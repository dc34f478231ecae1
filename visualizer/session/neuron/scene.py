"""Every neuron and every edge, as plain data: where they stand. What they show at a moment is in ``state``.

A scene is built once for a trace, a sample and a choice of what edges show. Lengths are scene units, pixels at zoom 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.trace import Trace
from engine.units import Units
from visualizer.session.appearance import Appearance
from visualizer.session.document import Document
from visualizer.session.neuron.arrangement import arrangement_of
from visualizer.session.neuron.captions import Caption, Rect
from visualizer.session.neuron.columns import SQUARE_HALF
from visualizer.session.neuron.places import Bytes, Mark, Places
from visualizer.session.neuron.strands import Strand, choose

if TYPE_CHECKING:
    from visualizer.session.neuron.timeline import Timeline

__all__ = [
    "CIRCLE",
    "DIAMOND",
    "SQUARE",
    "SQUARE_HALF",
    "Caption",
    "Mark",
    "NeuronScene",
    "Rect",
    "Strand",
    "build_neuron_scene",
]

CIRCLE, SQUARE, DIAMOND = 0, 1, 2
_SHAPES = {"units": CIRCLE, "output": DIAMOND}


@dataclass(frozen=True, eq=False)
class NeuronScene(Places):
    """The picture of the neurons of ``trace`` for one sample (None: the mean), with edges chosen by ``appearance``."""

    document: Document
    trace: Trace
    appearance: Appearance
    timelines: dict[int | None, Timeline] = field(default_factory=dict, repr=False)  # see timeline_of


def build_neuron_scene(
    document: Document, trace: Trace, units: Units, appearance: Appearance, sample: int | None
) -> NeuronScene:
    """Lay the units out and choose the edges that are drawn. Another trace of the same graph keeps the layout."""
    placed = arrangement_of(units, appearance.direction, appearance.strongest)
    sizes = [group.size for group in units.groups]
    return NeuronScene(
        units,
        sample,
        placed.size,
        placed.grain,
        placed.x,
        placed.y,
        placed.radius,
        np.repeat(np.arange(len(sizes)), sizes),
        np.concatenate([np.arange(size) for size in sizes]),
        placed.columns.first,
        _shapes(units),
        placed.bias_unit,
        placed.bias_node,
        placed.bias_x,
        placed.bias_y,
        placed.bias_half,
        choose(trace, units, placed, appearance, sample),
        placed.captions,
        document,
        trace,
        appearance,
    )


def _shapes(units: Units) -> Bytes:
    shapes = [_SHAPES.get(group.kind, SQUARE) for group in units.groups]
    return np.repeat(np.array(shapes, dtype=np.uint8), [group.size for group in units.groups])
