"""The whole picture at rest: units, biases, captions and the room for matrices, to the right or down.

It depends on the graph's shape alone, so that another iteration of the same network looks the same, and is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from engine.units import Bundle, Group, Units
from visualizer.session.appearance import Direction
from visualizer.session.neuron.captions import LETTER, Caption, Line, Rect, Words, column_lines, strand_line
from visualizer.session.neuron.columns import SMALLEST, Columns, arrange_columns

MARGIN = 12.0
USUAL, CLOSEST = (662.0, 490.0), 1.7  # pixels that a picture has in a small window; there it is seen at most so large
NAME, QUIET = 12.0, 11.0  # heights of letters in pixels there
LINE = 1.35  # of a line, by the height of its letters
PASSES = 3  # until what is written and the picture that it is written on suit each other
ASIDE, LANE = 12.0, 36.0  # from the outermost unit to the captions; where edges may run between
WIDEST, WORDY = 150.0, 260.0  # pixels: a caption beside its row; one of a heat map there
SHORTEST, LONGEST, SHARE = 110.0, 240.0, 0.42  # the longer side of a heat map: a share of the columns' height
LARGEST_CELL, SMALLEST_CELL = 14.0, 1.0
BESIDE = 4.0  # pixels between a heat map and the words along its sides
LONG = 2  # columns: edges that lead farther may run outside
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
    parts = {None: ""} if incoming is None else {incoming: "incoming"}
    other = "" if incoming is None else "made of"
    words = tuple((node.name, node.op, parts.get(node.id, other)) for node in units.graph.nodes)
    return _arranged(units.groups, units.bundles, words, direction, strongest)


@lru_cache(maxsize=16)
def _arranged(
    groups: tuple[Group, ...], bundles: tuple[Bundle, ...], words: Words, direction: Direction, strongest: int
) -> Arrangement:
    crowded = [bundle for bundle in bundles if bundle.pattern == "dense" and bundle.total > strongest]
    columns = arrange_columns(groups, bundles, crowded, direction)
    picture = _Picture(groups, columns, direction == "right")
    captions = picture.column_captions(words)
    matrices, more = picture.matrices(
        crowded, strongest, max((_end(caption.rect, 1) for caption in captions), default=0.0)
    )
    return picture.framed(direction, [*captions, *more], matrices)


def _end(rect: Rect, axis: int) -> float:
    return rect[axis] + rect[axis + 2]


class _Picture:
    """Turns along and across into x and y, and places what stands around the units."""

    def __init__(self, groups: Sequence[Group], columns: Columns, rightwards: bool) -> None:
        self._groups, self._columns, self._rightwards = groups, columns, rightwards
        self._start, self._end = float(columns.start.min()), float(columns.end.max())
        larger = min((self._end - self._start) / LETTERED, MOST_LETTERED)
        if rightwards and len(columns.middle) > 1:
            larger = min(larger, float(np.diff(columns.middle).min()) / APART)
        self._name, self._quiet = NAME * max(larger, 1.0), QUIET * max(larger, 1.0)

    def _turned(self, along: Array, across: Array) -> tuple[Array, Array]:
        return (along, across) if self._rightwards else (across, along)

    # Captions -------------------------------------------------------------------------------------------------------

    def column_captions(self, words: Words) -> list[Caption]:
        """Below each column, or to the left of each row."""
        found = []
        for number, members in enumerate(self._columns.ranks):
            room = self._room(number)
            letters = int((room if self._rightwards else WIDEST * self._name / NAME) / (LETTER * self._name))
            lines = column_lines(words, self._groups, members, letters)
            if self._rightwards:
                found += self._below(lines, float(self._columns.middle[number]), room)
            else:
                found += self._beside(lines, float(self._columns.middle[number]))
        return found

    def _room(self, number: int) -> float:
        """How wide the caption of a column may be."""
        steps = np.diff(self._columns.middle)
        near = steps[max(number - 1, 0) : number + 1]
        widest = WIDEST * self._name / NAME
        return min(float(near.min()) - 8, widest) if len(near) else widest

    def _below(self, lines: Sequence[Line], middle: float, room: float) -> list[Caption]:
        found, y = [], self._end + ASIDE
        for text, quiet, group in lines:
            height = self._quiet if quiet else self._name
            width = min(len(text) * LETTER * height, room)
            found.append(Caption(text, (middle - width / 2, y, width, height * LINE), height, "middle", quiet, group))
            y += height * LINE
        return found

    def _beside(self, lines: Sequence[Line], middle: float) -> list[Caption]:
        heights = [self._quiet if quiet else self._name for _, quiet, _ in lines]
        y, found = middle - sum(heights) * LINE / 2, []
        for (text, quiet, group), height in zip(lines, heights, strict=True):
            width = len(text) * LETTER * height
            rect = (self._start - ASIDE - width, y, width, height * LINE)
            found.append(Caption(text, rect, height, "right", quiet, group))
            y += height * LINE
        return found

    # Heat maps ------------------------------------------------------------------------------------------------------

    def matrices(
        self, crowded: Sequence[Bundle], strongest: int, below: float
    ) -> tuple[dict[int, Rect], list[Caption]]:
        """Beside the gap that leads to the target: below everything, or to the right of it. With a line above each."""
        side = min(max(SHARE * (self._end - self._start), SHORTEST), LONGEST)
        used: dict[int, float] = defaultdict(float)
        rects, captions = {}, []
        for bundle in crowded:
            gap = int(self._columns.column[bundle.target]) - 1
            before, after = self._columns.middle[gap], self._columns.middle[gap + 1]
            middle, room = float(before + after) / 2, float(after - before) - 2 * FRAME
            line = self._quiet * LINE
            head = line + FRAME
            along = min(room if self._rightwards else room - head, LONGEST)
            width, height = _matrix_size(bundle, *((along, side) if self._rightwards else (side, along)))
            letters = int((float(after - before) if self._rightwards else WORDY) / (LETTER * self._quiet)) - 1
            words = strand_line(bundle, strongest, letters)
            wide = max(len(words) * LETTER * self._quiet, width)
            if self._rightwards:
                left, top = middle - width / 2, below + MARGIN / 2 + used[gap] + head
                used[gap] += head + height + 2 * FRAME
            else:
                left, top = self._end + ASIDE + FRAME + used[gap], middle - (head + height) / 2 + head
                used[gap] += wide + 3 * FRAME
            rects[bundle.number] = (left, top, width, height)
            text_left = left + width / 2 - wide / 2 if self._rightwards else left
            captions.append(
                Caption(
                    words,
                    (text_left, top - head, wide, line),
                    self._quiet,
                    "middle" if self._rightwards else "left",
                    True,
                    strand=bundle.number,
                )
            )
        return rects, captions

    # All together ---------------------------------------------------------------------------------------------------

    def framed(self, direction: Direction, captions: Sequence[Caption], matrices: dict[int, Rect]) -> Arrangement:
        """Moved so that everything lies within the picture, and so large that the smallest unit can be seen."""
        columns = self._columns
        x, y = self._turned(columns.along, columns.across)
        radius = columns.radius
        unit, node = _biases(self._groups, columns)
        rects = [caption.rect for caption in captions] + [
            (left - FRAME, top - FRAME, width + 2 * FRAME, height + 2 * FRAME)
            for left, top, width, height in matrices.values()
        ]
        left = min([float((x - radius).min()), *(rect[0] for rect in rects)]) - MARGIN
        top = min([float((y - radius).min()), *(rect[1] for rect in rects)]) - MARGIN
        right = max([float((x + radius).max()), *(_end(rect, 0) for rect in rects)]) + MARGIN
        bottom = max([float((y + radius).max()), *(_end(rect, 1) for rect in rects)]) + MARGIN
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


def _matrix_size(bundle: Bundle, width: float, height: float) -> tuple[float, float]:
    """Cells are squares as long as they can be seen; then the larger of the two sides is pressed together."""
    targets, sources = bundle.shape
    cell = min(max(min(width / sources, height / targets), SMALLEST_CELL), LARGEST_CELL)
    return min(cell * sources, width), min(cell * targets, height)


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
