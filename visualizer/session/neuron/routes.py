"""The ways of edges: from unit to unit, around or between the units of the columns that lie between."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.neuron.columns import Columns

FINE, COARSE, POINTS = 25, 9, 25_000  # points of a curve in a gap, and of all together
MANY = 4000  # edges of a picture; where there are more they are straight
OUTSIDE = 10.0  # how far beyond the outermost unit an edge passes a column
FAR = 8  # columns: edges that pass more of them run outside all of these
TRACKS, TRACK = 3, 5.0  # beside each other on which those of different groups run there, and how far apart


def curve_points(edges: int) -> int:
    """How many points the curve of an edge has, where so many are drawn: the fewer edges, the smoother."""
    return 2 if edges > MANY else min(max(POINTS // max(edges, 1), COARSE), FINE)


def routes(columns: Columns, sources: Indices, targets: Indices, points: int) -> Array:
    """Polylines (edges, points, 2) in along and across, all edges between the same two columns.

    From border to border: level past other units and between the columns' borders and the units, curves in the gaps.
    ``sources`` and ``targets`` are units of the whole scene.
    """
    start, end = _column_of(columns, sources), _column_of(columns, targets)
    pieces, at = [], columns.across[sources]
    begin, finish = columns.border[sources[0]], columns.border[targets[0]]  # all of a group are alike
    if begin < columns.half[start]:
        pieces.append(_point(columns.along[sources] + begin, at))
    for left, right, to in _stops(columns, sources, targets, start, end):
        pieces.append(_gap(left, right, at, to, points))
        at = to
    if finish < columns.half[end]:
        pieces.append(_point(columns.along[targets] - finish, at))
    return np.concatenate(pieces, axis=1)


def _stops(
    columns: Columns, sources: Indices, targets: Indices, start: int, end: int
) -> Iterator[tuple[float, float, Array]]:
    """The gaps in which edges go up or down: where these begin and end along, and where the edges leave them across."""
    left, right = columns.middle + columns.half, columns.middle - columns.half
    if end - start <= FAR:
        for column in range(start + 1, end):
            wanted = _straight(columns, sources, targets, column)
            yield float(left[column - 1]), float(right[column]), _lanes(columns, column, wanted)
        yield float(left[end - 1]), float(right[end]), columns.across[targets]
        return
    between = slice(start + 1, end)
    above = float(columns.across[sources].mean() + columns.across[targets].mean()) <= 0
    outside = OUTSIDE + TRACK * (start % TRACKS)
    level = columns.start[between].min() - outside if above else columns.end[between].max() + outside
    yield float(left[start]), float(right[start + 1]), np.full(len(sources), level)
    yield float(left[end - 1]), float(right[end]), columns.across[targets]


def _column_of(columns: Columns, units: Indices) -> int:
    group = int(np.searchsorted(columns.first, units[0], side="right")) - 1
    return int(columns.column[group])


def _point(along: Array, across: Array) -> Array:
    return np.stack([along, across], axis=1)[:, None, :]


def _gap(left: float, right: float, start: Array, end: Array, points: int) -> Array:
    """Curves that are level at both ends, cubic Bézier curves; straight lines for two points."""
    t = np.linspace(0.0, 1.0, points)
    along = left + (right - left) * (1.5 * t * (1 - t) + t**3)
    rise = 3 * t**2 - 2 * t**3
    found = np.empty((len(start), points, 2))
    found[:, :, 0] = along
    found[:, :, 1] = start[:, None] + (end - start)[:, None] * rise
    return found


def _straight(columns: Columns, sources: Indices, targets: Indices, column: int) -> Array:
    """Where straight lines from source to target would pass a column."""
    start, end = columns.along[sources], columns.along[targets]
    share = (columns.middle[column] - start) / (end - start)
    return np.asarray(columns.across[sources] + (columns.across[targets] - columns.across[sources]) * share)


def _lanes(columns: Columns, column: int, wanted: Array) -> Array:
    """The middles between two units of a column, or the outsides, that are nearest to where edges would pass.

    Where two are as near, the one away from the axis, so that edges that run beside each other take lanes that do.
    """
    units = np.concatenate([np.arange(columns.first[i], columns.first[i + 1]) for i in columns.ranks[column]])
    across, radius = columns.across[units], columns.radius[units]
    lanes = np.concatenate(
        [
            [across[0] - radius[0] - OUTSIDE],
            ((across + radius)[:-1] + (across - radius)[1:]) / 2,
            [across[-1] + radius[-1] + OUTSIDE],
        ]
    )
    aside = wanted + np.sign(wanted) * 1e-6 * (1 + np.abs(wanted))
    after = np.clip(np.searchsorted(lanes, aside), 1, len(lanes) - 1)
    nearer = aside - lanes[after - 1] < lanes[after] - aside
    return np.asarray(lanes[np.where(nearer, after - 1, after)])
