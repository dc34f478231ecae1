"""What a picture of a graph is made of: cells, boxes, edges and the frames around boxes that belong together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.expression import Index, Kind
from engine.ops import Array

Rect = tuple[float, float, float, float]
# How a box is drawn: in full; or small, for one number of many: its name, value and gradient beside each other
# ("line"), the gradient below the value ("pair"), or all three below each other ("stack").
Form = Literal["full", "line", "pair", "stack"]

SEED = -1  # the slot of the edge that brings an incoming gradient


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one array. ``rows`` and ``columns`` are as drawn: a vector is one column, a scalar one cell.

    ``names`` says that each cell carries its element's name above the number. Labels are the words along the axes.
    """

    kind: Kind
    shape: tuple[int, ...]
    x: float
    y: float
    rows: int
    columns: int
    cell_width: float
    cell_height: float
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    names: bool = False

    def rect(self, index: Index) -> Rect:
        """x, y, width and height of one cell."""
        row, column = drawn_at(index)
        return (
            self.x + column * self.cell_width,
            self.y + row * self.cell_height,
            self.cell_width,
            self.cell_height,
        )

    @property
    def bounds(self) -> Rect:
        """x, y, width and height of all cells."""
        return (self.x, self.y, self.columns * self.cell_width, self.rows * self.cell_height)

    def index_at(self, x: float, y: float) -> Index | None:
        """The element whose cell holds the point, None outside."""
        column, row = math.floor((x - self.x) / self.cell_width), math.floor((y - self.y) / self.cell_height)
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        return (row, column)[: len(self.shape)]

    def indices(self) -> Iterator[Index]:
        """All elements, row by row."""
        return np.ndindex(*self.shape)


@dataclass(frozen=True, slots=True)
class Box:
    """One value: its name, its numbers and, for a computed one, the sign of its operation to the left or above.

    ``grids`` holds the value and, where a gradient can reach, the gradient; it is empty for a summary of a large array.
    """

    node: int
    name: str
    role: str
    rect: Rect
    operation: str
    operation_rect: Rect | None
    grids: tuple[Grid, ...]
    summary: str = ""
    form: Form = "full"

    def grid(self, kind: Kind) -> Grid | None:
        """The grid of that kind, None where there is none."""
        return next((grid for grid in self.grids if grid.kind == kind), None)

    @property
    def covered(self) -> Rect:
        """x, y, width and height of the box with the sign of its operation."""
        left, top, width, height = self.rect
        if self.operation_rect is None:
            return self.rect
        x, y, across, down = self.operation_rect
        right, bottom = max(left + width, x + across), max(top + height, y + down)
        return min(left, x), min(top, y), right - min(left, x), bottom - min(top, y)

    def moved(self, x: float, y: float) -> Box:
        """The same box, that much further to the right and down."""

        def shift(rect: Rect) -> Rect:
            return (rect[0] + x, rect[1] + y, rect[2], rect[3])

        grids = tuple(
            Grid(g.kind, g.shape, g.x + x, g.y + y, g.rows, g.columns, g.cell_width, g.cell_height,
                 g.row_labels, g.column_labels, g.names)
            for g in self.grids
        )  # fmt: skip
        sign = shift(self.operation_rect) if self.operation_rect else None
        return Box(
            self.node, self.name, self.role, shift(self.rect), self.operation, sign, grids, self.summary, self.form
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """From a value to the operation that uses it; ``points`` is a polyline of shape (k, 2).

    With slot SEED it joins the output (``source``) with the node whose value is its incoming gradient (``consumer``).

    ``arrives_at`` is the position at which the message comes back along it, None where none does. ``magnitude`` is the
    message's Euclidean norm, NaN where there is none.
    """

    consumer: int
    slot: int
    source: int
    points: Array
    arrives_at: int | None
    magnitude: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The ground on which boxes stand that belong together."""

    rect: Rect


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The name of a layer beside its boxes, by which it is folded and opened; ``blocks`` are the numbers of layers."""

    title: str
    blocks: tuple[int, ...]
    rect: Rect
    folded: bool

    def moved(self, x: float, y: float) -> Ribbon:
        """The same ribbon, that much further to the right and down."""
        left, top, width, height = self.rect
        return Ribbon(self.title, self.blocks, (left + x, top + y, width, height), self.folded)


def drawn_at(index: Index) -> tuple[int, int]:
    """Row and column of an element: a vector is a column."""
    row, column = (*index, 0, 0)[:2]
    return row, column
