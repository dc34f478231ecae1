"""How links run through the columns of a layout: hops over one gap each, dummies between them, and their curves.

A row is a unit or a dummy: the thin place that a long link keeps free in a column it only passes. All long links of
one source share one trunk of dummies, from which each branches off in the last gap before its end. A hop joins two rows
of neighbouring columns. Curves live in the gaps, and inside a column a link stays on its own row, so that no link
passes through a unit. Lengths are scene units; y grows downwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visualizer.session.pace import Pace

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DUMMY_HEIGHT = 6.0
SAMPLES = 24  # points of one curve across one gap
BLOCK = 4_000  # hops whose curves are made at once
LEVEL = 1e-6  # what rises less is drawn as a straight line
HOP_PRIORITY = (1.0, 0.25, 4.0)  # by dummies at its ends: a long link bends at its ends, if it must
LEAF_PRIORITY = 0.3  # of a leaf beside something computed: it gives way, and what is computed runs level


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows (units first, then dummies, trunk by trunk) and hops of one connected part.

    By row: `column` and `height`. By unit: its trunk's `first` dummy and `length`, which may be 0. By dummy: the unit
    that is its `owner`. By hop (first the one that ends in each dummy, then the last one of each link): the rows
    `source` and `target`, the offsets `exit` and `port` from their tops, `slot`, the place of the port among its
    unit's as a fraction in (-0.5, 0.5), and `priority`, how much it wants to be short. `gaps` has the hops that cross
    each gap.
    """

    column: Integers
    height: Floats
    first: Integers
    length: Integers
    owner: Integers
    source: Integers
    target: Integers
    exit: Floats
    port: Floats
    slot: Floats
    priority: Floats
    gaps: tuple[Integers, ...]

    @property
    def units(self) -> int:
        """How many units there are: later rows are dummies."""
        return len(self.first)


def cut_links(
    column: Integers, height: Floats, exits: Floats, source: Integers, target: Integers, ports: Floats, slots: Floats
) -> Grid:
    """Cut links into hops with dummies between. `column`, `height` and `exits` are by unit, the others by link."""
    units = len(column)
    span = column[target] - column[source]
    reach = np.zeros(units, dtype=np.int64)
    np.maximum.at(reach, source, span)
    length = np.maximum(reach - 1, 0)
    first = units + np.cumsum(length) - length
    owner = np.repeat(np.arange(units), length)
    dummies = units + np.arange(len(owner))
    step = dummies - first[owner]
    starts, direct = step == 0, span == 1
    branch = np.where(direct, source, first[source] + span - 2)
    hop_source = np.concatenate([np.where(starts, owner, dummies - 1), branch])
    hop_column = np.concatenate([column[owner] + step, column[target] - 1])
    by_gap = np.argsort(hop_column, kind="stable")
    bounds = np.searchsorted(hop_column[by_gap], np.arange(1, column.max(initial=0)))
    middle = np.full(len(owner), DUMMY_HEIGHT / 2)
    priority = np.array(HOP_PRIORITY)[2 - np.concatenate([starts, np.ones(len(span)) + direct]).astype(np.int64)]
    yielding = _yielding(units, source, target, direct)
    priority[: len(owner)][starts & yielding[0][owner]] *= LEAF_PRIORITY
    priority[len(owner) :][yielding[1]] *= LEAF_PRIORITY
    return Grid(
        column=np.concatenate([column, hop_column[: len(owner)] + 1]),
        height=np.concatenate([height, np.full(len(owner), DUMMY_HEIGHT)]),
        first=first,
        length=length,
        owner=owner,
        source=hop_source,
        target=np.concatenate([dummies, target]),
        exit=np.where(hop_source < units, exits[np.minimum(hop_source, units - 1)], DUMMY_HEIGHT / 2),
        port=np.concatenate([middle, ports]),
        slot=np.concatenate([np.zeros(len(owner)), slots]),
        priority=priority,
        gaps=tuple(np.split(by_gap, bounds)) if len(span) else (),
    )


def _yielding(units: int, source: Integers, target: Integers, direct: Bools) -> tuple[Bools, Bools]:
    """The units whose trunk, and the direct links that, give way: those of leaves, to what is computed beside them."""
    leaf = np.ones(units, dtype=np.bool_)
    leaf[target] = False
    beside = np.zeros(units, dtype=np.bool_)
    beside[target[~leaf[source]]] = True
    yielding = leaf[source] & beside[target]
    stands = np.zeros(units, dtype=np.bool_)
    stands[source[~direct & ~yielding]] = True
    return ~stands, yielding & direct


def distances(grid: Grid, rows: Integers, row_gap: float) -> Floats:
    """Least distance of each row's top from that of the row above it in a column; two dummies need half the gap."""
    above, below = rows[:-1], rows[1:]
    gap = np.where((above >= grid.units) & (below >= grid.units), row_gap / 2, row_gap)
    return np.concatenate([[0.0], grid.height[above] + gap])


def curves(grid: Grid, top: Floats, edges: Floats, left: Floats, right: Floats, pace: Pace) -> list[Floats]:
    """A read-only polyline (k, 2) for each link, strictly increasing in x: level inside columns, an S across each gap.

    `top` is the y of each row, `edges` the x of the right edge of each unit, `left` and `right` those of each column.
    """
    blocks, counts = [], []
    for begin in range(0, len(grid.source), BLOCK):
        points, kept = _hop_points(grid, slice(begin, begin + BLOCK), top, edges, left, right)
        blocks.append(points[kept])
        counts.append(kept.sum(axis=1))
        pace.check()
    if not blocks:
        return []
    flat, ends = np.concatenate(blocks), np.cumsum(np.concatenate(counts))
    flat.flags.writeable = False
    starts_at, ends_at = [0, *ends[:-1].tolist()], ends.tolist()
    trunk = (grid.first - grid.units).tolist()  # the hop into a unit's first dummy
    owners = grid.owner.tolist()
    lines = []
    for hop, source in enumerate(grid.source[len(owners) :].tolist(), start=len(owners)):
        line = flat[starts_at[hop] : ends_at[hop]]
        if source >= grid.units:
            into = source - grid.units
            line = np.concatenate([flat[starts_at[trunk[owners[into]]] : ends_at[into]], line])
            line.flags.writeable = False
        lines.append(line)
        if not len(lines) % 1000:
            pace.check()
    return lines


def _hop_points(
    grid: Grid, hops: slice, top: Floats, edges: Floats, left: Floats, right: Floats
) -> tuple[Floats, Bools]:
    """Points (hops, SAMPLES + 1, 2) of some hops, and which of them are needed: a level one only has its ends."""
    source, target = grid.source[hops], grid.target[hops]
    gap = grid.column[source]
    of_unit = source < grid.units
    start, end = right[gap][:, None], left[gap + 1][:, None]
    above, below = (top[source] + grid.exit[hops])[:, None], (top[target] + grid.port[hops])[:, None]
    # A Bezier curve whose inner control points stand halfway across, level with its ends.
    along = np.linspace(0.0, 1.0, SAMPLES)
    points = np.empty((len(gap), SAMPLES + 1, 2))
    points[:, 1:, 0] = start + (end - start) * (along * (1.5 - along * (1.5 - along)))
    points[:, 1:, 1] = above + (below - above) * (along * along * (3.0 - 2.0 * along))
    points[of_unit, 0, 0] = edges[source[of_unit]]
    points[:, 0, 1] = above[:, 0]
    kept = np.ones(points.shape[:2], dtype=np.bool_)
    kept[:, 0] = False
    level = np.abs(above - below)[:, 0] < LEVEL
    kept[level] = False
    kept[level, -1] = target[level] < grid.units
    kept[of_unit, 0] = level[of_unit] | (points[of_unit, 0, 0] < start[of_unit, 0])
    return points, kept


def crossed_at(one: Floats, other: Floats) -> list[float]:
    """The x at which two polylines cross: one is above the other before and below it after. Meeting is no crossing."""
    start, end = max(one[0, 0], other[0, 0]), min(one[-1, 0], other[-1, 0])
    if start > end:
        return []
    x = np.union1d(one[:, 0], other[:, 0])
    x = x[(x >= start) & (x <= end)]
    apart = np.interp(x, one[:, 0], one[:, 1]) - np.interp(x, other[:, 0], other[:, 1])
    x, apart = x[np.abs(apart) > LEVEL], apart[np.abs(apart) > LEVEL]
    before = np.flatnonzero(apart[1:] * apart[:-1] < 0)
    share = apart[before] / (apart[before] - apart[before + 1])
    crossed: list[float] = (x[before] + (x[before + 1] - x[before]) * share).tolist()
    return crossed


def passes(points: Floats, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether a polyline has a point inside a rectangle."""
    x, y = points[:, 0], points[:, 1]
    start, end = max(left, x[0]), min(right, x[-1])
    if start >= end:
        return False
    inside = np.concatenate([np.interp([start, end], x, y), y[(x > start) & (x < end)]])
    return bool(inside.max() > top and inside.min() < bottom)
