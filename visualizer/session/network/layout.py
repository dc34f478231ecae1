"""Lays out a network: tiles where they can be read, else strips; edges where they can be told apart, else bands."""

from __future__ import annotations

import math

import numpy as np

from engine.ops import Array
from visualizer.session.network.scene import CAPTIONS, SHORT, Captions, Column, NetworkScene, curve
from visualizer.session.network.shape import NetworkShape

TOP = 20.0
FOOT = 58.0  # the legend
NOTE = 16.0  # the line of words above it
LARGEST_TILE, SMALLEST_TILE = 80.0, 16.0
NUMBER_TILE = (62.0, 24.0)  # of a unit that shows its value as a number
WIDEST_PITCH = 300.0  # from column to column
CELL, SMALLEST_CELL = 26.0, 3.0  # heights of the cells of a strip
# A gap narrower than that, or more columns, and single edges cannot be told apart.
NARROWEST_GAP = 44.0
MOST_COLUMNS = 16
WORDY, SPARSE = 104.0, 54.0  # how far apart captions stand: with all words, by number alone
ARC = 17  # points of a skip connection

# How much is said below a column, from what pitch on, and the room to the left of the first and the right of the last
# column's middle. Where numbers stand alone, the words for them stand to the left.
_WIDTHS: tuple[tuple[Captions, float, float, float], ...] = (
    ("wordy", WORDY, 58.0, 58.0),
    ("short", SHORT, 46.0, 46.0),
    ("numbers", 0.0, 76.0, 36.0),
)


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


def _across(count: int, width: float) -> tuple[float, Captions, float]:
    """From column to column, how much is said below them, and where the first one's middle is."""
    fitting = (entry for entry in _WIDTHS if (width - entry[2] - entry[3]) / (count - 1) >= entry[1])
    captions, _, left, right = next(fitting)
    pitch = min((width - left - right) / (count - 1), WIDEST_PITCH)
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
    x, rise = curve(ARC)
    height = min(max((right - left) * 0.2, 10.0), 30.0)
    between = start.y + (end.y - start.y) * rise - 3
    return np.stack([left + (right - left) * x, between - height * 4 * rise * (1 - rise)], axis=1)
