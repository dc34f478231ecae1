"""How links run through the columns of a layout: hops over one gap each, dummies between them, and their curves.

A row is a unit or a dummy: the thin place that a long link keeps free in a column it only passes. A hop joins two
rows of neighbouring columns. Curves live in the gaps, and inside a column a link stays on its own row, so that no
link passes through a unit. Lengths are scene units; y grows downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DUMMY_HEIGHT = 6.0
SAMPLES = 24  # points of one curve across one gap
HOP_PRIORITY = (1.0, 0.25, 4.0)  # by dummies at its ends: a long link bends at its ends, if it must
LEAF_PRIORITY = 0.3  # of a leaf beside something computed: it gives way, and what is computed runs level


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows (units first, then dummies) and hops (link by link, each from source to target) of one connected part.

    By row: `column`, `height`, `dummy`. By hop: the rows `source` and `target`, the offsets `exit` and `port` from
    their tops, `slot`, the place of the port among its unit's as a fraction in (-0.5, 0.5), and `priority`, how much
    it wants to be short. `gaps` has the hops that cross each gap.
    """

    column: Integers
    height: Floats
    dummy: Bools
    source: Integers
    target: Integers
    exit: Floats
    port: Floats
    slot: Floats
    priority: Floats
    gaps: tuple[Integers, ...]


def cut_links(
    column: Integers, height: Floats, source: Integers, target: Integers, exits: Floats, ports: Floats, slots: Floats
) -> Grid:
    """Cut links, given by the rows of their units and what `Grid` says of a hop, into hops with dummies between."""
    units = len(column)
    leaf = np.ones(units, dtype=np.bool_)
    leaf[target] = False
    beside = np.zeros(units, dtype=np.bool_)
    beside[target[~leaf[source]]] = True
    span = column[target] - column[source]
    link = np.repeat(np.arange(len(span)), span)
    step = np.arange(len(link)) - np.repeat(np.cumsum(span) - span, span)
    first, last = step == 0, step == span[link] - 1
    gap = column[source[link]] + step
    dummies = units + np.cumsum(~last) - 1  # by hop: the dummy it ends in, the one after it starts in
    by_gap = np.argsort(gap, kind="stable")
    bounds = np.searchsorted(gap[by_gap], np.arange(1, column.max(initial=0)))
    yielding = first & leaf[source[link]] & beside[target[link]]
    middle = DUMMY_HEIGHT / 2
    count = int(np.sum(~last))
    return Grid(
        column=np.concatenate([column, gap[~last] + 1]),
        height=np.concatenate([height, np.full(count, DUMMY_HEIGHT)]),
        dummy=np.arange(units + count) >= units,
        source=np.where(first, source[link], dummies - ~last),
        target=np.where(last, target[link], dummies),
        exit=np.where(first, exits[link], middle),
        port=np.where(last, ports[link], middle),
        slot=np.where(last, slots[link], 0.0),
        priority=np.array(HOP_PRIORITY)[2 - first.astype(np.int64) - last] * np.where(yielding, LEAF_PRIORITY, 1.0),
        gaps=tuple(np.split(by_gap, bounds)) if len(link) else (),
    )


def distances(grid: Grid, rows: Integers, row_gap: float) -> Floats:
    """Least distance of each row's top from that of the row above it in a column; two dummies need half the gap."""
    above, below = rows[:-1], rows[1:]
    gap = np.where(grid.dummy[above] & grid.dummy[below], row_gap / 2, row_gap)
    return np.concatenate([[0.0], grid.height[above] + gap])


def straighten(grid: Grid, order: Sequence[Integers], top: Floats, row_gap: float) -> Floats:
    """Tops with the dummies of each long link level over as many columns as leave room, with one end if possible."""
    count = len(top)
    above, below, apart = np.full(count, count), np.full(count, count + 1), np.zeros(count + 2)
    for rows in order:
        above[rows[1:]], below[rows[:-1]] = rows[:-1], rows[1:]
        apart[rows] = distances(grid, rows, row_gap)
    tops = np.append(top, [-np.inf, np.inf]).tolist()  # these stand above the first row of a column and below its last
    above_of, below_of, apart_of = above.tolist(), below.tolist(), apart.tolist()
    leaving = np.flatnonzero(~grid.dummy[grid.source] & grid.dummy[grid.target])
    arriving = np.flatnonzero(grid.dummy[grid.source] & ~grid.dummy[grid.target])
    starts = top[grid.source[leaving]] + grid.exit[leaving] - DUMMY_HEIGHT / 2
    ends = top[grid.target[arriving]] + grid.port[arriving] - DUMMY_HEIGHT / 2
    firsts, lasts = grid.target[leaving], grid.source[arriving]
    chains = list(zip(firsts.tolist(), lasts.tolist(), starts.tolist(), ends.tolist(), strict=True))
    # The second time, those that were in the way of others have moved.
    for first, last, start, end in (*chains, *reversed(chains)):
        run, level, low, high = first, start, -np.inf, np.inf
        for dummy in range(first, last + 1):
            lowest = tops[above_of[dummy]] + apart_of[dummy]
            highest = tops[below_of[dummy]] - apart_of[below_of[dummy]]
            if max(low, lowest) > min(high, highest):
                level = _nearest(level, end, low, high)
                tops[run:dummy] = [level] * (dummy - run)
                run, low, high = dummy, lowest, highest
            low, high = max(low, lowest), min(high, highest)
        tops[run : last + 1] = [_nearest(level, end, low, high)] * (last + 1 - run)
    return np.array(tops[:count])


def _nearest(one: float, other: float, low: float, high: float) -> float:
    """What in [low, high] comes nearest to one of two wishes."""
    at_one, at_other = max(low, min(one, high)), max(low, min(other, high))
    return at_one if abs(at_one - one) <= abs(at_other - other) else at_other


def curves(grid: Grid, top: Floats, edges: Floats, left: Floats, right: Floats) -> list[Floats]:
    """A read-only polyline (k, 2) for each link, strictly increasing in x: level inside columns, an S across each gap.

    `top` is the y of each row, `edges` the x of the right edge of each link's source, `left` and `right` those of
    each column.
    """
    if not grid.gaps:
        return []
    gap = grid.column[grid.source]
    first = ~grid.dummy[grid.source]
    start, end = right[gap][:, None], left[gap + 1][:, None]
    above, below = (top[grid.source] + grid.exit)[:, None], (top[grid.target] + grid.port)[:, None]
    # A Bezier curve whose inner control points stand halfway across, level with its ends.
    along = np.linspace(0.0, 1.0, SAMPLES)
    points = np.empty((len(gap), SAMPLES + 1, 2))
    points[:, 1:, 0] = start + (end - start) * along * (1.5 - along * (1.5 - along))
    points[:, 1:, 1] = above + (below - above) * along * along * (3.0 - 2.0 * along)
    points[first, 0, 0] = edges
    points[:, 0, 1] = above[:, 0]
    kept = np.ones(points.shape[:2], dtype=np.bool_)
    kept[:, 0] = False
    kept[first, 0] = edges < start[first, 0]
    ends = np.cumsum(np.add.reduceat(kept.sum(axis=1), np.flatnonzero(first)))
    flat = points[kept]
    flat.flags.writeable = False
    return np.split(flat, ends[:-1])


def cross(one: Floats, other: Floats) -> bool:
    """Whether two polylines cross: one is above the other at some x and below it at another. Meeting is no crossing."""
    start, end = max(one[0, 0], other[0, 0]), min(one[-1, 0], other[-1, 0])
    if start > end:
        return False
    x = np.union1d(one[:, 0], other[:, 0])
    x = x[(x >= start) & (x <= end)]
    apart = np.interp(x, one[:, 0], one[:, 1]) - np.interp(x, other[:, 0], other[:, 1])
    apart = apart[np.abs(apart) > 1e-6]
    return bool((apart > 0).any() and (apart < 0).any())


def passes(points: Floats, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether a polyline has a point inside a rectangle."""
    x, y = points[:, 0], points[:, 1]
    start, end = max(left, x[0]), min(right, x[-1])
    if start >= end:
        return False
    inside = np.concatenate([np.interp([start, end], x, y), y[(x > start) & (x < end)]])
    return bool(inside.max() > top and inside.min() < bottom)
