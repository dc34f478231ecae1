"""What may run level over many columns in a layered layout: trunks of dummies, and paths through units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.session.layout.routing import DUMMY_HEIGHT, Floats, Grid, Integers, distances


@dataclass(frozen=True, slots=True)
class Run:
    """Rows of columns that follow each other, level where each top lies `rises` below that of the first; the first
    one's top would best be `start`, else `end`."""

    rows: list[int]
    rises: list[float]
    start: float
    end: float


def level_paths(grid: Grid, top: Floats, tolerance: float) -> list[Run]:
    """The paths through units that are nearly level, at their mean height.

    Settling column by column ends a little short of that, since a row gains nothing by moving alone.
    """
    main = np.flatnonzero(grid.priority == 1)
    source, target = grid.source[main], grid.target[main]
    rise = np.abs(top[target] + grid.port[main] - top[source] - grid.exit[main])
    # Where many meet many no path stands out.
    only = (np.bincount(source)[source] == 1) | (np.bincount(target)[target] == 1)
    hops = np.intersect1d(_least(source, rise), _least(target, rise))
    hops = main[hops[only[hops] & (rise[hops] <= tolerance)]]
    hops = hops[np.argsort(grid.column[grid.source[hops]], kind="stable")]
    ends = (grid.source[hops], grid.target[hops], grid.exit[hops] - grid.port[hops])
    found: dict[int, tuple[list[int], list[float]]] = {}  # by the row in which a path ends
    for before, after, fall in zip(*(end.tolist() for end in ends), strict=True):
        rows, rises = found.pop(before, ([before], [0.0]))
        rows.append(after)
        rises.append(rises[-1] + fall)
        found[after] = rows, rises
    paths = []
    for rows, rises in found.values():
        mean = float(np.mean(top[rows] - rises))
        paths.append(Run(rows, rises, mean, mean))
    return paths


def _least(index: Integers, values: Floats) -> Integers:
    """The position of the least value, the first of equals, for each index that occurs."""
    by_value = np.lexsort((values, index))
    return by_value[np.unique(index[by_value], return_index=True)[1]]


def trunks(grid: Grid, top: Floats) -> list[Run]:
    """All trunks, level with where they come from, else with where the first of their longest links ends."""
    owners = np.flatnonzero(grid.length)
    firsts = grid.first[owners]
    lasts = firsts + grid.length[owners] - 1
    hops = np.arange(len(grid.owner), len(grid.source))[::-1]
    last_hop = np.zeros(len(top), dtype=np.int64)
    last_hop[grid.source[hops]] = hops
    last_hop = last_hop[lasts]
    starts = top[owners] + grid.exit[firsts - grid.units] - DUMMY_HEIGHT / 2
    ends = top[grid.target[last_hop]] + grid.port[last_hop] - DUMMY_HEIGHT / 2
    each = zip(firsts.tolist(), lasts.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return [
        Run(list(range(first, last + 1)), [0.0] * (last + 1 - first), start, end) for first, last, start, end in each
    ]


def straighten(grid: Grid, order: Sequence[Integers], top: Floats, row_gap: float, runs: Sequence[Run]) -> Floats:
    """Tops with each run level over as many columns as leave room, where it wishes to be if possible."""
    count = len(top)
    above, below, apart = np.full(count, count), np.full(count, count + 1), np.zeros(count + 2)
    for rows in order:
        above[rows[1:]], below[rows[:-1]] = rows[:-1], rows[1:]
        apart[rows] = distances(grid, rows, row_gap)
    tops = [*top.tolist(), -np.inf, np.inf]  # these stand above the first row of a column and below its last
    neighbours = (above.tolist(), below.tolist(), apart.tolist())
    # The second time, those that were in the way of others have moved.
    for run in (*runs, *reversed(runs)):
        _straighten(run, tops, *neighbours)
    return np.array(tops[:count])


def _straighten(run: Run, tops: list[float], above: list[int], below: list[int], apart: list[float]) -> None:
    """Move the rows of one run; where there is no room to go on level, it starts anew."""
    begin, level, low, high = 0, run.start, -np.inf, np.inf
    for at, (row, rise) in enumerate(zip(run.rows, run.rises, strict=True)):
        lowest = tops[above[row]] + apart[row] - rise
        highest = tops[below[row]] - apart[below[row]] - rise
        if max(low, lowest) > min(high, highest):
            level = _nearest(level, run.end, low, high)
            _place(run, begin, at, level, tops)
            begin, low, high = at, lowest, highest
        low, high = max(low, lowest), min(high, highest)
    _place(run, begin, len(run.rows), _nearest(level, run.end, low, high), tops)


def _place(run: Run, begin: int, end: int, level: float, tops: list[float]) -> None:
    for row, rise in zip(run.rows[begin:end], run.rises[begin:end], strict=True):
        tops[row] = level + rise


def _nearest(one: float, other: float, low: float, high: float) -> float:
    """What in [low, high] comes nearest to one of two wishes."""
    at_one, at_other = max(low, min(one, high)), max(low, min(other, high))
    return at_one if abs(at_one - one) <= abs(at_other - other) else at_other
