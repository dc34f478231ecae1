"""The network at a given size, as plain data: where its columns, units, edges and skip connections stand.

``network_layout`` makes it, once for a shape and a size; what changes while training is numbers alone. Lengths are
pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.network.shape import NetworkShape, Place

Rect = tuple[float, float, float, float]

CAPTION_LINE = 16.0
CAPTIONS = 3 * CAPTION_LINE + 12  # three lines and the air above them
SHORT = 62.0  # how far apart captions stand at least
# Lines between two columns, and in all: as many as a frame has time for.
MOST_EDGES, ALL_EDGES, LEAST_EDGES = 200, 440, 40
# Points of a curve: where there are few, each is seen.
FINE, COARSE, POINTS = 21, 11, 4_200

Captions = Literal["wordy", "short", "numbers"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of units: tiles with air between them, or a strip of cells. ``shown`` of its ``units`` are drawn.

    ``pitch`` is from one unit's top to the next, ``height`` a unit's own.
    """

    x: float
    y: float
    width: float
    height: float
    pitch: float
    units: int
    shown: int
    tiles: bool

    @property
    def middle(self) -> float:
        """Where the column's middle is, from the left."""
        return self.x + self.width / 2

    @property
    def bounds(self) -> Rect:
        """x, y, width and height of all units shown."""
        return (self.x, self.y, self.width, (self.shown - 1) * self.pitch + self.height)

    def rect(self, unit: int) -> Rect:
        """x, y, width and height of one unit."""
        return (self.x, self.y + unit * self.pitch, self.width, self.height)

    def middles(self, units: Indices | int) -> Array:
        """How far down the middles of units are."""
        return np.asarray(self.y + self.height / 2 + self.pitch * np.asarray(units))

    def unit_at(self, y: float) -> int | None:
        """The unit that far down, None between them."""
        unit = math.floor((y - self.y) / self.pitch)
        return unit if 0 <= unit < self.shown and y - self.y - unit * self.pitch <= self.height else None


@dataclass(frozen=True, eq=False)
class NetworkScene:
    """Where everything stands. ``banded`` says that a band stands for all edges between two columns.

    ``captions`` is how much is said below a column, and ``captioned`` below which. ``arcs`` are the skip connections, a
    polyline (points, 2) each.
    """

    shape: NetworkShape
    size: tuple[float, float]
    columns: tuple[Column, ...]
    banded: bool
    captions: Captions
    captioned: tuple[int, ...]
    caption_top: float
    arcs: tuple[Array, ...]

    @property
    def pitch(self) -> float:
        """From the middle of a column to that of the next."""
        return (self.columns[-1].middle - self.columns[0].middle) / (len(self.columns) - 1)

    @cached_property
    def most_edges(self) -> int:
        """How many edges are drawn between two columns at most."""
        return min(MOST_EDGES, max(ALL_EDGES // (len(self.columns) - 1), LEAST_EDGES))

    @cached_property
    def curve_points(self) -> int:
        """Points of a curve: the fewer curves there are, the smoother they can be."""
        drawn = sum(min(count, self.most_edges) for count in self.shape.weights)
        return min(max(POINTS // drawn, COARSE), FINE)

    @property
    def omitted(self) -> bool:
        """True where not all edges can be drawn."""
        return not self.banded and any(count > self.most_edges for count in self.shape.weights)

    @cached_property
    def tallest(self) -> float:
        """The height of the tallest column."""
        return max(column.bounds[3] for column in self.columns)

    @cached_property
    def axis(self) -> float:
        """How far down the middle of all columns is."""
        _, y, _, height = self.columns[0].bounds
        return y + height / 2

    def gap(self, column: int) -> tuple[float, float]:
        """Where the room before a column begins and ends, from the left."""
        before = self.columns[column - 1]
        return before.x + before.width, self.columns[column].x

    def curves(self, column: int, sources: Indices, targets: Indices, points: int) -> Array:
        """The edges from units of the column before to units of a column: polylines (edges, points, 2)."""
        left, right = self.gap(column)
        x, rise = curve(points)
        start, end = self.columns[column - 1].middles(sources), self.columns[column].middles(targets)
        found = np.empty((len(start), points, 2))
        found[:, :, 0] = left + (right - left) * x
        found[:, :, 1] = start[:, None] + (end - start)[:, None] * rise
        return found

    # What is under a point ------------------------------------------------------------------------------------------

    def unit_at(self, x: float, y: float) -> Place | None:
        """The unit under a point."""
        number = self._nearest(x)
        column = self.columns[number]
        if abs(column.middle - x) > column.width / 2 + min(2.0, (self.pitch - column.width) / 2):
            return None
        unit = column.unit_at(y)
        return None if unit is None else (number, unit)

    def _nearest(self, x: float) -> int:
        return min(max(round((x - self.columns[0].middle) / self.pitch), 0), len(self.columns) - 1)

    def gap_at(self, x: float) -> int | None:
        """The column whose edges lie at that distance from the left."""
        for column in range(1, len(self.columns)):
            left, right = self.gap(column)
            if left < x < right:
                return column
        return None

    def caption_at(self, x: float, y: float) -> int | None:
        """The column whose caption is under a point."""
        if not self.caption_top <= y <= self.caption_top + CAPTIONS:
            return None
        number = self._nearest(x)
        return number if abs(self.columns[number].middle - x) <= max(self.pitch, SHORT) / 2 else None

    def edge_at(self, column: int, sources: Indices, targets: Indices, x: float, y: float) -> int | None:
        """Which of these edges is nearest to a point between the columns; None where none is within 5 pixels."""
        left, right = self.gap(column)
        if not len(sources) or not left < x < right:
            return None
        places, rise = curve(65)
        share = float(np.interp((x - left) / (right - left), places, rise))
        start, end = self.columns[column - 1].middles(sources), self.columns[column].middles(targets)
        steep = (end - start) / (right - left) * 1.6
        distance = np.abs(start + (end - start) * share - y) / np.hypot(1, steep)
        found = int(distance.argmin())
        return found if distance[found] <= 5 else None


def curve(points: int) -> tuple[Array, Array]:
    """A curve from (0, 0) to (1, 1), level at both ends: a cubic Bézier curve's x and y."""
    t = np.linspace(0, 1, points)
    return 1.5 * t * (1 - t) + t**3, 3 * t**2 - 2 * t**3
