"""Layered graph layout: units in columns from left to right, links as smooth curves that never pass through a unit.

All lengths are scene units, that is pixels at zoom 1; y grows downwards. The stages are those of K. Sugiyama, S. Tagawa
and M. Toda, "Methods for visual understanding of hierarchical system structures", IEEE Trans. SMC 11 (1981): columns,
dummies for long links, order inside columns, coordinates, curves. Nothing here knows what a unit shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np

from visualizer.session.layout.alignment import align_rows
from visualizer.session.layout.columns import columns_of, connected_parts, graph_of
from visualizer.session.layout.ordering import order_rows
from visualizer.session.layout.routing import Floats, Grid, crossed_at, curves, cut_links, passes
from visualizer.session.pace import UNHURRIED, Pace

# A large picture is seen from afar, and has to be there soon.
SWEEPS, LEAST_SWEEPS = 12, 2  # of sorting
PASSES, LEAST_PASSES = 24, 3  # of aligning
WORK = 20_000  # rows and hops to sort in all sweeps together, until the least number is reached; aligning twice that


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

    def renamed(self, keys: Mapping[int, int]) -> "Layout":
        """The same places under other keys, `keys` by the present ones; what has no other key is left out."""
        positions = {keys[key]: place for key, place in self.positions.items() if key in keys}
        routes = tuple(
            Route(Link(keys[route.link.source], keys[route.link.target], route.link.slot), route.points)
            for route in self.routes
            if route.link.source in keys and route.link.target in keys
        )
        return Layout(MappingProxyType(positions), routes, self.size)


def arrange(
    units: Sequence[Unit],
    links: Sequence[Link],
    *,
    column_gap: float = 64.0,
    row_gap: float = 18.0,
    like: Layout | None = None,
    pace: Pace = UNHURRIED,
) -> Layout:
    """Place `units` in columns and route `links` between them; the same input gives the same layout.

    Connected parts are laid out alone and stacked, the one with the smallest key on top. `like` is a layout that people
    know, such as that before an edit, with the same keys for the same things: the order of its units is kept unless
    another has fewer crossings. `pace` is asked at least every 50 ms whether to go on.

    Raises ValueError for a repeated key, a link without its unit or port, a cycle, and gaps that are not positive, and
    Cancelled as `pace` does.
    """
    if column_gap <= 0 or row_gap <= 0:
        raise ValueError(f"gaps must be positive, got column_gap={column_gap}, row_gap={row_gap}")
    by_key = {unit.key: unit for unit in sorted(units, key=lambda unit: unit.key)}
    if len(by_key) < len(units):
        raise ValueError("two units share a key")
    pace.reach(0.0)
    ends = _ends(by_key, links)
    graph = graph_of(by_key, ends)
    pace.check()
    columns = columns_of(graph, ends, pace)
    left, right = _column_edges(by_key, columns, column_gap)
    pace.check()
    ways = {} if like is None else _ways(like)
    positions: dict[int, tuple[float, float]] = {}
    routes: dict[int, Route] = {}
    bottom = -row_gap
    for part, indices in connected_parts(graph, ends):
        here, part_links = [by_key[key] for key in part], [links[index] for index in indices]
        own_pace = pace.part(len(positions) / len(by_key), (len(positions) + len(part)) / len(by_key))
        own_pace.reach(0.0)
        grid = _grid(here, part_links, columns)
        own_pace.check()
        known = None if like is None else _remembered(like, ways, here, grid)
        top = _tops(grid, known, row_gap, own_pace)
        top += bottom + row_gap - top.min()
        bottom = float((top + grid.height).max())
        x = [float(left[columns[unit.key]] if unit.ports else right[columns[unit.key]] - unit.width) for unit in here]
        positions.update(zip(part, zip(x, top.tolist(), strict=False), strict=True))
        edges = np.array(x) + [unit.width for unit in here]
        lines = curves(grid, top, edges, left, right, own_pace)
        for index, line in zip(indices, lines, strict=True):
            routes[index] = Route(links[index], line)
    pace.reach(1.0)
    return Layout(
        MappingProxyType({key: positions[key] for key in by_key}),
        tuple(routes[index] for index in range(len(links))),
        (float(right[-1]), bottom) if units else (0.0, 0.0),
    )


def crossings(layout: Layout) -> int:
    """Points at which lines cross; the links of one source count once where they run together.

    For small graphs: every pair is compared.
    """
    found = {
        (one.link.source, other.link.source, round(x, 3))
        for one, other in combinations(sorted(layout.routes, key=lambda route: route.link.source), 2)
        for x in crossed_at(one.points, other.points)
    }
    return len(found)


def through_units(layout: Layout, units: Sequence[Unit]) -> int:
    """Routes that pass, more than 0.5 deep, through a unit that is not their end. For small graphs, as `crossings`."""

    def passes_through(route: Route, unit: Unit) -> bool:
        x, y = layout.positions[unit.key]
        return passes(route.points, x + 0.5, y + 0.5, x + unit.width - 0.5, y + unit.height - 0.5)

    return sum(
        any(passes_through(route, unit) for unit in units if unit.key not in (route.link.source, route.link.target))
        for route in layout.routes
    )


def _ends(units: Mapping[int, Unit], links: Sequence[Link]) -> list[tuple[int, int]]:
    """The keys at both ends of each link, checked."""
    for link in links:
        if link.source not in units or link.target not in units:
            raise ValueError(f"{link} has no unit at an end")
        if not 0 <= link.slot < len(units[link.target].ports):
            raise ValueError(f"{link} has no port: unit {link.target} has {len(units[link.target].ports)}")
    return [(link.source, link.target) for link in links]


def _column_edges(units: Mapping[int, Unit], columns: Mapping[int, int], column_gap: float) -> tuple[Floats, Floats]:
    """Left and right edge of each column, which is as wide as its widest unit."""
    width = [0.0] * (max(columns.values(), default=-1) + 1)
    for key, column in columns.items():
        width[column] = max(width[column], units[key].width)
    right = np.cumsum(width) + column_gap * np.arange(len(width))
    return right - width, right


def _grid(units: Sequence[Unit], links: Sequence[Link], columns: Mapping[int, int]) -> Grid:
    """One connected part as arrays."""
    row = {unit.key: index for index, unit in enumerate(units)}
    ends = [(link.slot, units[row[link.target]].ports) for link in links]
    return cut_links(
        column=np.array([columns[unit.key] for unit in units], dtype=np.int64),
        height=np.array([unit.height for unit in units], dtype=np.float64),
        exits=np.array([unit.exit for unit in units], dtype=np.float64),
        source=np.array([row[link.source] for link in links], dtype=np.int64),
        target=np.array([row[link.target] for link in links], dtype=np.int64),
        ports=np.array([ports[slot] for slot, ports in ends], dtype=np.float64),
        slots=np.array([(slot + 0.5) / len(ports) - 0.5 for slot, ports in ends], dtype=np.float64),
    )


def _ways(like: Layout) -> dict[int, Floats]:
    """The longest way from each unit, by key."""
    ways: dict[int, Floats] = {}
    for route in like.routes:
        longest = ways.get(route.link.source)
        if longest is None or route.points[-1, 0] > longest[-1, 0]:
            ways[route.link.source] = route.points
    return ways


def _remembered(like: Layout, ways: Mapping[int, Floats], units: Sequence[Unit], grid: Grid) -> Floats:
    """How high the middle of each row stood, NaN for what was not there; a dummy at the same part of its way."""
    heights = np.full(len(grid.column), np.nan)
    for row, unit in enumerate(units):
        if unit.key in like.positions:
            heights[row] = like.positions[unit.key][1] + unit.height / 2
    for row in np.flatnonzero(grid.length).tolist():
        way = ways.get(units[row].key)
        if way is not None:
            first, length = grid.first[row], grid.length[row]
            x = np.linspace(way[0, 0], way[-1, 0], length + 2)[1:-1]
            heights[first : first + length] = np.interp(x, way[:, 0], way[:, 1])
    return heights


def _tops(grid: Grid, known: Floats | None, row_gap: float, pace: Pace) -> Floats:
    """Top of each row."""
    affordable = WORK // (len(grid.column) + len(grid.source))
    sweeps = max(LEAST_SWEEPS, min(SWEEPS, affordable))
    passes = max(LEAST_PASSES, min(PASSES, 2 * affordable))
    order = order_rows(grid, known, sweeps, pace.part(0.1, 0.6))
    return align_rows(grid, order, row_gap, passes, pace.part(0.6, 0.9))
