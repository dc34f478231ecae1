"""The network at a given size, as plain data: where its columns, units, edges and skip connections stand.

It is laid out once for a shape and a size; what changes while training is numbers alone. Lengths are pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.network_shape import NetworkShape, Place

Rect = tuple[float, float, float, float]

TOP = 20.0
CAPTION_LINE = 16.0
CAPTIONS = 3 * CAPTION_LINE + 12  # three lines and the air above them
FOOT = 58.0  # the legend
NOTE = 16.0  # the line of words above it
LARGEST_TILE, SMALLEST_TILE = 80.0, 16.0
NUMBER_TILE = (62.0, 24.0)  # of a unit that shows its value as a number
WIDEST_PITCH = 300.0  # from column to column
CELL, SMALLEST_CELL = 26.0, 3.0  # heights of the cells of a strip
# A gap narrower than that, or more columns, and single edges cannot be told apart.
NARROWEST_GAP = 44.0
MOST_COLUMNS = 16
# Lines between two columns, and in all: as many as a frame has time for.
MOST_EDGES, ALL_EDGES = 200, 520
# How far apart captions stand: with all words, with the shortest, by number alone.
WORDY, SHORT, SPARSE = 104.0, 62.0, 54.0
# Points of a curve: where there are few, each is seen.
FINE, COARSE, FEW = 21, 13, 120
ARC = 17  # points of a skip connection

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
    polyline (ARC, 2) each.
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
        return min(MOST_EDGES, max(ALL_EDGES // max(len(self.columns) - 1, 1), 40))

    @cached_property
    def curve_points(self) -> int:
        """Points of a curve."""
        return FINE if sum(self.shape.weights) <= FEW else COARSE

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
        x, rise = _curve(points)
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
        places, rise = _curve(65)
        share = float(np.interp((x - left) / (right - left), places, rise))
        start, end = self.columns[column - 1].middles(sources), self.columns[column].middles(targets)
        steep = (end - start) / (right - left) * 1.6
        distance = np.abs(start + (end - start) * share - y) / np.hypot(1, steep)
        found = int(distance.argmin())
        return found if distance[found] <= 5 else None


def _curve(points: int) -> tuple[Array, Array]:
    """A curve from (0, 0) to (1, 1), level at both ends: a cubic Bézier curve's x and y."""
    t = np.linspace(0, 1, points)
    return 1.5 * t * (1 - t) + t**3, 3 * t**2 - 2 * t**3


# Laying out ---------------------------------------------------------------------------------------------------------


def lay_out(shape: NetworkShape, width: float, height: float) -> NetworkScene:
    """The network in a picture of that size, as large as it fits: tiles where they can be read, else strips."""
    count = len(shape.units)
    pitch, captions, start = _across(count, width)
    top = TOP + (_arc_height(shape, pitch) if shape.skips else 0)
    room = max(height - top - CAPTIONS - NOTE - FOOT, 60.0)
    tile = _tile(shape, room, pitch)
    banded = tile is None and (pitch - _strip(pitch) < NARROWEST_GAP or count > MOST_COLUMNS)
    columns = []
    for number, units in enumerate(shape.units):
        middle = start + number * pitch
        if tile is not None and _fits(units, tile[1], room):
            columns.append(_tiles(units, middle, top + room / 2, tile, room))
        else:
            columns.append(_cells(units, middle, top + room / 2, _strip(pitch), room, banded))
    bottom = top + room
    lowest = max(column.bounds[1] + column.bounds[3] for column in columns)
    more = 16.0 if any(column.shown < column.units for column in columns) else 0.0
    caption_top = min(bottom + 8, lowest + more + max((bottom - lowest) * 0.5, 14.0))
    return NetworkScene(
        shape,
        (width, height),
        tuple(columns),
        banded,
        captions,
        _captioned(count, pitch) if captions == "numbers" else tuple(range(count)),
        caption_top,
        tuple(_arc(columns[a], columns[b]) for a, b in shape.skips),
    )


# How much is said below a column, from what pitch on, and the room to the left of the first and the right of the last
# column's middle. Where numbers stand alone, the words for them stand to the left.
_WIDTHS: tuple[tuple[Captions, float, float, float], ...] = (
    ("wordy", WORDY, 58.0, 58.0),
    ("short", SHORT, 46.0, 46.0),
    ("numbers", 0.0, 76.0, 36.0),
)


def _across(count: int, width: float) -> tuple[float, Captions, float]:
    """From column to column, how much is said below them, and where the first one's middle is."""
    for captions, least, left, right in _WIDTHS:  # noqa: B007
        pitch = min((width - left - right) / max(count - 1, 1), WIDEST_PITCH)
        if pitch >= least:
            break
    return pitch, captions, left + (width - left - right - pitch * (count - 1)) / 2


def _tile(shape: NetworkShape, room: float, pitch: float) -> tuple[float, float] | None:
    """Width and height of a tile; None where all columns are strips."""
    if len(shape.units) > MOST_COLUMNS:
        return None
    if not shape.maps:
        width, height = NUMBER_TILE
        return NUMBER_TILE if pitch - width >= NARROWEST_GAP and _fits(min(shape.units), height, room) else None
    side = min(LARGEST_TILE, 0.44 * pitch, pitch - NARROWEST_GAP)
    for units in sorted(shape.units, reverse=True):
        fitting = room / (units + 0.16 * (units - 1))
        if fitting >= SMALLEST_TILE:
            side = min(side, fitting)
            break
    side = float(math.floor(side))
    return (side, side) if side >= SMALLEST_TILE else None


def _fits(units: int, height: float, room: float) -> bool:
    return units * height + (units - 1) * 2.5 <= room + 0.5


def _strip(pitch: float) -> float:
    """The width of a strip, in whole pixels where there are some."""
    width = min(pitch * 0.4, 18.0)
    return float(round(width)) if width >= 2 else width


def _tiles(units: int, middle: float, axis: float, tile: tuple[float, float], room: float) -> Column:
    """Tiles stand on whole pixels, so that their pictures are sharp."""
    width, height = tile
    pitch = math.floor(min(height * 1.7, (room - height) / (units - 1))) if units > 1 else height
    top = round(axis - ((units - 1) * pitch + height) / 2)
    return Column(round(middle - width / 2), top, width, height, pitch, units, units, True)


def _cells(units: int, middle: float, axis: float, width: float, room: float, banded: bool) -> Column:
    shown = units
    if units * SMALLEST_CELL > room:  # the line that says how many more there are needs room too
        shown = int((room - 18) / SMALLEST_CELL)
    pitch = min(CELL if banded else CELL * 0.7, room / units if shown == units else SMALLEST_CELL)
    height = shown * pitch
    left = middle - width / 2
    return Column(round(left) if width >= 2 else left, axis - height / 2, width, pitch, pitch, units, shown, False)


def _captioned(count: int, pitch: float) -> tuple[int, ...]:
    """The columns that have a caption, where not all can: the first and the last layer, and every so many between."""
    every = next((step for step in (1, 2, 5, 10, 20, 50, 100, 200) if step * pitch >= SPARSE), 500)
    found: list[int] = []
    for column in (count - 1, *range(every, count, every), 1):
        if column > 0 and all(abs(column - other) * pitch >= SPARSE for other in found):
            found.append(column)
    return tuple(sorted(found))


def _arc_height(shape: NetworkShape, pitch: float) -> float:
    """The height of the highest skip connection."""
    return min(max(max(to - start for start, to in shape.skips) * pitch * 0.2, 10.0), 30.0)


def _arc(start: Column, end: Column) -> Array:
    """A skip connection, from above one column to above another."""
    aside = min(start.width * 0.22, 6.0)
    left, right = start.middle + aside, end.middle - aside
    x, rise = _curve(ARC)
    height = min(max((right - left) * 0.2, 10.0), 30.0)
    between = start.y + (end.y - start.y) * rise - 3
    return np.stack([left + (right - left) * x, between - height * 4 * rise * (1 - rise)], axis=1)
