"""The whole picture at rest: units, biases, captions and the room for matrices, to the right or down.

It depends on the graph's shape alone, so that another iteration of the same network looks the same, and is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from engine.units import Bundle, Group, Units
from visualizer.session.appearance import Direction
from visualizer.session.neuron.beside import Beside
from visualizer.session.neuron.captions import Caption, Rect, Words
from visualizer.session.neuron.columns import SMALLEST, Columns, arrange_columns

MARGIN = 12.0
USUAL, CLOSEST = (662.0, 490.0), 1.7  # pixels that a picture has in a small window; how large it is seen at most
PASSES = 4  # until what is written and the picture that it is written on suit each other
BIAS_SIDE, BIAS_AT = 0.3, 0.9  # half the side of a bias and how far it stands aside, by the radius of its unit


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Positions of all units (n,) and biases (b,) in the picture, captions, and by bundle number the heat maps.

    ``columns`` is the same in along and across; ``origin`` is where along 0 and across 0 are in the picture.
    """

    columns: Columns
    direction: Direction
    grain: float
    size: tuple[float, float]
    origin: tuple[float, float]
    x: Array
    y: Array
    radius: Array
    bias_unit: Indices
    bias_node: Indices
    bias_x: Array
    bias_y: Array
    bias_half: Array
    captions: tuple[Caption, ...]
    matrices: dict[int, Rect]

    def turned(self, points: Array) -> Array:
        """Points (…, 2) of along and across as points of the picture."""
        if self.direction == "down":
            points = points[..., ::-1]
        return np.asarray((points + np.array(self.origin)) * self.grain)


def arrangement_of(units: Units, direction: Direction, strongest: int) -> Arrangement:
    """The picture of a graph's neurons where ``strongest`` edges at most are drawn between two dense layers."""
    incoming = units.graph.incoming

    def part(node: int) -> Literal["", "incoming", "made of"]:
        return "" if incoming is None else "incoming" if node == incoming else "made of"

    words = tuple((node.name, node.op, part(node.id)) for node in units.graph.nodes)
    return _arranged(units.groups, units.bundles, words, direction, strongest)


@lru_cache(maxsize=16)
def _arranged(
    groups: tuple[Group, ...], bundles: tuple[Bundle, ...], words: Words, direction: Direction, strongest: int
) -> Arrangement:
    crowded = [bundle for bundle in bundles if bundle.pattern == "dense" and bundle.total > strongest]
    columns = arrange_columns(groups, bundles, crowded, direction)
    pixel = 1.0
    for _ in range(PASSES):
        beside = Beside(groups, bundles, columns, direction == "right", pixel)
        captions = beside.captions(words)
        matrices, more = beside.matrices(words, crowded, strongest, captions)
        found = _framed(groups, columns, direction, [*captions, *more], matrices, beside.lane)
        wide, high = (size / found.grain for size in found.size)
        pixel = max(wide / USUAL[0], high / USUAL[1], 1 / CLOSEST)
    return found


def _end(rect: Rect, axis: int) -> float:
    return rect[axis] + rect[axis + 2]


def _framed(
    groups: Sequence[Group],
    columns: Columns,
    direction: Direction,
    captions: Sequence[Caption],
    matrices: dict[int, Rect],
    lane: float,
) -> Arrangement:
    """Moved so that everything lies within the picture, and so large that the smallest unit can be seen."""
    rightwards = direction == "right"
    x, y = (columns.along, columns.across) if rightwards else (columns.across, columns.along)
    radius = columns.radius
    unit, node = _biases(groups, columns)
    start, end = float(columns.start.min()) - lane, float(columns.end.max()) + lane
    edges = (0.0, start, 0.0, end - start) if rightwards else (start, 0.0, end - start, 0.0)
    rects = [*(caption.rect for caption in captions), *matrices.values(), edges]
    hanging = (BIAS_AT + BIAS_SIDE) * radius[unit]
    left = min([float((x - radius).min()), *(x[unit] - hanging), *(rect[0] for rect in rects)]) - MARGIN
    top = min([float((y - radius).min()), *(rect[1] for rect in rects)]) - MARGIN
    right = max([float((x + radius).max()), *(_end(rect, 0) for rect in rects)]) + MARGIN
    bottom = max([float((y + radius).max()), *(y[unit] + hanging), *(_end(rect, 1) for rect in rects)]) + MARGIN
    grain = max(1.0, SMALLEST / float(radius.min()))

    def moved(rect: Rect) -> Rect:
        return ((rect[0] - left) * grain, (rect[1] - top) * grain, rect[2] * grain, rect[3] * grain)

    x, y, radius = (x - left) * grain, (y - top) * grain, radius * grain
    return Arrangement(
        columns,
        direction,
        grain,
        ((right - left) * grain, (bottom - top) * grain),
        (-left, -top),
        x,
        y,
        radius,
        unit,
        node,
        x[unit] - BIAS_AT * radius[unit],
        y[unit] + BIAS_AT * radius[unit],
        BIAS_SIDE * radius[unit],
        tuple(replace(caption, rect=moved(caption.rect), height=caption.height * grain) for caption in captions),
        {number: moved(rect) for number, rect in matrices.items()},
    )


def _biases(groups: Sequence[Group], columns: Columns) -> tuple[Indices, Indices]:
    """(unit of the scene, parameter) of every bias."""
    units, nodes = [], []
    for group in groups:
        for _, bias in group.biases:
            units.append(np.arange(columns.first[group.number], columns.first[group.number + 1]))
            nodes.append(np.full(group.size, bias))
    if not units:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    return np.concatenate(units), np.concatenate(nodes).astype(np.intp)
