"""Layered graph layout: units in columns from left to right, links as smooth curves that never pass through a unit.

All lengths are scene units, that is pixels at zoom 1; y grows downwards. The stages are those of K. Sugiyama, S. Tagawa
and M. Toda, "Methods for visual understanding of hierarchical system structures", IEEE Trans. SMC 11 (1981): columns,
dummies for long links, order inside columns, coordinates, curves. Nothing here knows what a unit shows.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import networkx as nx  # type: ignore[import-untyped, unused-ignore]
import numpy as np

from visualizer.session.routing import Floats, Grid, Integers, cross, curves, cut_links, distances, passes, straighten

# A link pulls with force priority / (softness + |rise|): a spring while softness is large, which spreads units evenly;
# at the end its plain length, which makes some links level instead of all a little slanted.
SOFTNESS = (512.0, 0.25)
ROUNDS = 12  # of sorting and of aligning, fewer where there are many rows
PIN = 1e9  # weight of a row that is pinned
PATIENCE = 4  # sorting rounds without fewer crossings


@dataclass(frozen=True, slots=True)
class Unit:
    """A rectangle to be placed.

    `key` is unique; a smaller key is earlier in the program and breaks ties. `ports` are the y offsets of the input
    ports on the left edge, one per slot, and `exit` that of the output port on the right edge, from the top.
    """

    key: int
    width: float
    height: float
    ports: tuple[float, ...]
    exit: float


@dataclass(frozen=True, slots=True)
class Link:
    """What runs from the exit of unit `source` to the input port `slot` of unit `target`."""

    source: int
    target: int
    slot: int


@dataclass(frozen=True, slots=True)
class Route:
    """A link's curve as a read-only polyline `points` (k, 2), strictly increasing in x, from exit to port."""

    link: Link
    points: Floats


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands: top-left corners by key, routes in the order of the links, and the size from (0, 0)."""

    positions: Mapping[int, tuple[float, float]]
    routes: tuple[Route, ...]
    size: tuple[float, float]


def arrange(units: Sequence[Unit], links: Sequence[Link], *, column_gap: float = 64.0, row_gap: float = 18.0) -> Layout:
    """Place `units` in columns and route `links` between them; the same input gives the same layout.

    Connected parts are laid out alone and stacked, the one with the smallest key on top. Raises ValueError for a
    repeated key, a link without its unit or port, a cycle, and gaps that are not positive.
    """
    if column_gap <= 0 or row_gap <= 0:
        raise ValueError(f"gaps must be positive, got column_gap={column_gap}, row_gap={row_gap}")
    by_key = {unit.key: unit for unit in sorted(units, key=lambda unit: unit.key)}
    if len(by_key) < len(units):
        raise ValueError("two units share a key")
    graph = _graph(by_key, links)
    columns = _columns(graph)
    left, right = _column_edges(by_key, columns, column_gap)
    positions: dict[int, tuple[float, float]] = {}
    routes: dict[int, Route] = {}
    bottom = -row_gap
    for part, indices in _parts(graph, links):
        part_links = [links[index] for index in indices]
        grid = _grid([by_key[key] for key in part], part_links, columns)
        top = _rows(grid, _order(grid), row_gap)
        top += bottom + row_gap - top.min()
        bottom = float((top + grid.height).max())
        for key, y in zip(part, top.tolist(), strict=False):
            column, unit = columns[key], by_key[key]
            positions[key] = (float(left[column] if unit.ports else right[column] - unit.width), y)
        edges = np.array([positions[link.source][0] + by_key[link.source].width for link in part_links])
        lines = curves(grid, top, edges, left, right)
        routes.update((index, Route(links[index], line)) for index, line in zip(indices, lines, strict=True))
    return Layout(
        MappingProxyType({unit.key: positions[unit.key] for unit in units}),
        tuple(routes[index] for index in range(len(links))),
        (float(right[-1]), bottom) if units else (0.0, 0.0),
    )


def crossings(layout: Layout) -> int:
    """Pairs of routes that cross. For small graphs: every pair is compared."""
    return sum(cross(one.points, other.points) for one, other in combinations(layout.routes, 2))


def through_units(layout: Layout, units: Sequence[Unit]) -> int:
    """Routes that pass, more than 0.5 deep, through a unit that is not their end. For small graphs, as `crossings`."""

    def passes_through(route: Route, unit: Unit) -> bool:
        x, y = layout.positions[unit.key]
        return passes(route.points, x + 0.5, y + 0.5, x + unit.width - 0.5, y + unit.height - 0.5)

    return sum(
        any(passes_through(route, unit) for unit in units if unit.key not in (route.link.source, route.link.target))
        for route in layout.routes
    )


def _graph(units: Mapping[int, Unit], links: Sequence[Link]) -> "nx.DiGraph[int]":
    """The units and which feeds which, checked."""
    for link in links:
        if link.source not in units or link.target not in units:
            raise ValueError(f"{link} has no unit at an end")
        if not 0 <= link.slot < len(units[link.target].ports):
            raise ValueError(f"{link} has no port: unit {link.target} has {len(units[link.target].ports)}")
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(units)
    graph.add_edges_from((link.source, link.target) for link in links)
    return graph


def _columns(graph: "nx.DiGraph[int]") -> dict[int, int]:
    """Column of each unit: its layer, but a unit that nothing feeds stands right before its first consumer."""
    try:
        columns = {key: index for index, keys in enumerate(nx.topological_generations(graph)) for key in keys}
    except nx.NetworkXUnfeasible:
        raise ValueError("the links form a cycle") from None
    for key, arriving in graph.in_degree():
        if not arriving:
            columns[key] = min((columns[consumer] for consumer in graph[key]), default=1) - 1
    return columns


def _column_edges(units: Mapping[int, Unit], columns: Mapping[int, int], column_gap: float) -> tuple[Floats, Floats]:
    """Left and right edge of each column, which is as wide as its widest unit."""
    width = np.zeros(max(columns.values(), default=-1) + 1)
    for key, column in columns.items():
        width[column] = max(width[column], units[key].width)
    right = np.cumsum(width) + column_gap * np.arange(len(width))
    return right - width, right


def _parts(graph: "nx.DiGraph[int]", links: Sequence[Link]) -> list[tuple[list[int], list[int]]]:
    """Keys, ascending, and indices of links of each connected part, the one with the smallest key first."""
    parts = [sorted(keys) for keys in nx.connected_components(graph.to_undirected(as_view=True))]
    part_of = {key: index for index, keys in enumerate(parts) for key in keys}
    indices: dict[int, list[int]] = defaultdict(list)
    for index, link in enumerate(links):
        indices[part_of[link.source]].append(index)
    return [(keys, indices[part]) for part, keys in enumerate(parts)]


def _grid(units: Sequence[Unit], links: Sequence[Link], columns: Mapping[int, int]) -> Grid:
    """One connected part as arrays."""
    row = {unit.key: index for index, unit in enumerate(units)}
    targets = [units[row[link.target]] for link in links]
    ends = list(zip(links, targets, strict=True))
    return cut_links(
        column=np.array([columns[unit.key] for unit in units], dtype=np.int64),
        height=np.array([unit.height for unit in units], dtype=np.float64),
        source=np.array([row[link.source] for link in links], dtype=np.int64),
        target=np.array([row[link.target] for link in links], dtype=np.int64),
        exits=np.array([units[row[link.source]].exit for link in links], dtype=np.float64),
        ports=np.array([unit.ports[link.slot] for link, unit in ends], dtype=np.float64),
        slots=np.array([(link.slot + 0.5) / len(unit.ports) - 0.5 for link, unit in ends], dtype=np.float64),
    )


def _rounds(grid: Grid) -> int:
    """How often to sort and to align: a large picture is seen from afar, and has to be there soon."""
    return max(3, min(ROUNDS, 200_000 // len(grid.column)))


def _order(grid: Grid) -> list[Integers]:
    """Rows of each column from top to bottom: barycentre sweeps, the order with the fewest crossings wins."""
    # Units stand in order of their keys, and a dummy begins where the source of its link would.
    first, ends_in_dummy = ~grid.dummy[grid.source], grid.dummy[grid.target]
    key = np.arange(len(grid.column))
    key[grid.target[ends_in_dummy]] = grid.source[first][(np.cumsum(first) - 1)[ends_in_dummy]]
    by_column = np.lexsort((key, grid.column))
    order = np.split(by_column, np.searchsorted(grid.column[by_column], np.arange(1, len(grid.gaps) + 1)))
    place = np.empty(len(grid.column), dtype=np.int64)
    for rows in order:
        place[rows] = np.arange(len(rows))
    best, fewest, stale = list(order), _count_crossings(grid, place), 0
    for sweep in range(_rounds(grid)):
        if not fewest or stale == PATIENCE:
            break
        forward = sweep % 2 == 1
        for column in range(1, len(order)) if forward else range(len(order) - 2, -1, -1):
            _sort_column(grid, order, place, column, forward)
        found, stale = _count_crossings(grid, place), stale + 1
        if found < fewest:
            best, fewest, stale = list(order), found, 0
    return best


def _sort_column(grid: Grid, order: list[Integers], place: Integers, column: int, forward: bool) -> None:
    """Sort a column by the mean place of what its rows are linked to in the column before (backward: after) it.

    `order` and `place`, the places of rows in it, are changed.
    """
    rows = order[column]
    if len(rows) == 1:
        return
    here, there = (grid.target, grid.source) if forward else (grid.source, grid.target)
    slot = np.zeros(len(here)) if forward else grid.slot
    hops = grid.gaps[column - forward]
    wish = _means(place[here[hops]], place[there[hops]] + slot[hops], grid.priority[hops], len(rows))
    lone = np.isnan(wish)
    if lone.any() and 0 < column < len(grid.gaps):
        # What has no link on this side goes beside those it meets in a unit on the other side, in slot order.
        hops = grid.gaps[column - (not forward)]
        near, far = place[there[hops]], place[here[hops]]
        nudge = 1e-3 * (grid.slot - slot)[hops]
        known = ~lone[near]
        meeting = _means(far[known], (wish[near] - nudge)[known], grid.priority[hops][known], int(far.max()) + 1)
        joins = ~known & ~np.isnan(meeting[far])
        found = _means(near[joins], (meeting[far] + nudge)[joins], grid.priority[hops][joins], len(rows))
        wish = np.where(lone, found, wish)
    free = ~np.isnan(wish)
    rows = rows.copy()
    rows[free] = rows[free][np.argsort(wish[free], kind="stable")]
    order[column] = rows
    place[rows] = np.arange(len(rows))


def _means(index: Integers, values: Floats, weights: Floats, size: int) -> Floats:
    """Weighted mean of the values that share an index; NaN where there is none."""
    total = np.bincount(index, weights, size)
    summed = np.bincount(index, values * weights, size)
    means: Floats = np.divide(summed, total, out=np.full(size, np.nan), where=total > 0)
    return means


def _count_crossings(grid: Grid, place: Integers) -> int:
    """Pairs of hops that cross: those that leave in one order and arrive in the other."""
    gap = grid.column[grid.source]
    arrival = place[grid.target] + grid.slot
    in_order = np.lexsort((arrival, place[grid.source], gap))
    # One sorted list serves all gaps, since what arrives in a later gap counts as further down.
    arrived: list[float] = []
    crossings = 0
    for end in (arrival + gap * float(len(place) + 1))[in_order].tolist():
        crossings += len(arrived) - bisect_right(arrived, end)
        insort(arrived, end)
    return crossings


@dataclass(frozen=True, slots=True)
class _Stack:
    """A column in order: its rows, their least distances from its top, and for each hop end here, what it pulls at."""

    rows: Integers
    offset: Floats
    here: Integers  # place in this column
    there: Integers  # row in a neighbouring one
    rise: Floats  # from the top of `there` to where the top of `here` makes the hop level
    priority: Floats


def _stacks(grid: Grid, order: Sequence[Integers], row_gap: float) -> list[_Stack]:
    """What aligning needs to know of each column, in arrays made once."""
    stacks = []
    place = np.empty(len(grid.column), dtype=np.int64)
    none = np.empty(0, dtype=np.int64)
    fall = grid.exit - grid.port
    for rows, arriving, leaving in zip(order, (none, *grid.gaps), (*grid.gaps, none), strict=True):
        place[rows] = np.arange(len(rows))
        stack = _Stack(
            rows=rows,
            offset=np.cumsum(distances(grid, rows, row_gap)),
            here=place[np.concatenate([grid.target[arriving], grid.source[leaving]])],
            there=np.concatenate([grid.source[arriving], grid.target[leaving]]),
            rise=np.concatenate([fall[arriving], -fall[leaving]]),
            priority=grid.priority[np.concatenate([arriving, leaving])],
        )
        stacks.append(stack)
    return stacks


def _rows(grid: Grid, order: Sequence[Integers], row_gap: float) -> Floats:
    """Top of each row: links as short and as level as the order and the gaps between rows allow.

    Column by column, the nearest permitted places to the weighted means of what the links ask for; the weights are
    renewed each time, which turns least squares into least lengths (iteratively reweighted least squares).
    """
    stacks = _stacks(grid, order, row_gap)
    top = np.empty(len(grid.column))
    for stack in stacks:
        top[stack.rows] = stack.offset - (stack.offset[-1] + grid.height[stack.rows[-1]]) / 2
    if not grid.gaps:
        return top
    unpinned = np.full(len(top), np.nan)
    for softness in np.geomspace(*SOFTNESS, _rounds(grid)):
        for stack in stacks + stacks[-2:0:-1]:
            _settle(stack, top, softness, unpinned)
    pinned = _level(grid, top, row_gap)
    for stack in stacks:
        _settle(stack, top, SOFTNESS[-1], pinned)
    return straighten(grid, order, top, row_gap)


def _settle(stack: _Stack, top: Floats, softness: float, pinned: Floats) -> None:
    """Move the rows of one column to where their links pull them, pinned ones (not NaN) to their pins."""
    wish = top[stack.there] + stack.rise
    weight = stack.priority / (softness + np.abs(wish - top[stack.rows][stack.here]))
    pull = np.bincount(stack.here, weight)
    mean = np.bincount(stack.here, weight * wish) / pull
    pins = pinned[stack.rows]
    free = np.isnan(pins)
    tops = _pool(np.where(free, mean, pins) - stack.offset, np.where(free, pull, PIN))
    top[stack.rows] = tops + stack.offset


def _pool(wish: Floats, weight: Floats) -> Floats:
    """The non-decreasing sequence nearest to the wishes in weighted squares (pool adjacent violators)."""
    if not (wish[1:] < wish[:-1]).any():
        return wish
    pools: list[tuple[float, float, int]] = []
    for value, pull in zip(wish.tolist(), weight.tolist(), strict=True):
        count = 1
        while pools and pools[-1][0] > value:
            above, above_pull, above_count = pools.pop()
            value = (value * pull + above * above_pull) / (pull + above_pull)
            pull += above_pull
            count += above_count
        pools.append((value, pull, count))
    values, _, counts = zip(*pools, strict=True)
    return np.repeat(np.array(values), counts)


def _level(grid: Grid, top: Floats, tolerance: float) -> Floats:
    """Where the units of nearly level paths would be wholly level; NaN for other rows.

    Settling column by column ends a little short of that, since a row gains nothing by moving alone.
    """
    main = np.flatnonzero(grid.priority == 1)
    source, target = grid.source[main], grid.target[main]
    rise = np.abs(top[target] + grid.port[main] - top[source] - grid.exit[main])
    # Where many meet many no path stands out.
    only = (np.bincount(source)[source] == 1) | (np.bincount(target)[target] == 1)
    path = np.intersect1d(_least(source, rise), _least(target, rise))
    path = main[path[only[path] & (rise[path] <= tolerance)]]
    path = path[np.argsort(grid.column[grid.source[path]], kind="stable")]
    chain, base = np.arange(len(top)), np.zeros(len(top))
    for hop in path:
        chain[grid.target[hop]] = chain[grid.source[hop]]
        base[grid.target[hop]] = base[grid.source[hop]] + grid.exit[hop] - grid.port[hop]
    size = np.bincount(chain)
    mean = np.bincount(chain, top - base) / np.maximum(size, 1)
    return np.where(size[chain] > 1, mean[chain] + base, np.nan)


def _least(index: Integers, values: Floats) -> Integers:
    """The position of the least value, the first of equals, for each index that occurs."""
    by_value = np.lexsort((values, index))
    return by_value[np.unique(index[by_value], return_index=True)[1]]
