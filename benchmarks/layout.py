"""The layered layout against networkx's multipartite layout, from the nodes and links of a graph to where all stand.

networkx needs to be told the layers: its time includes finding them (``topological_generations``) and writing them to
the nodes, as ours includes finding the columns. Its graph is made beforehand; our units and links are what we are
given. Told beside it is the ratio to ``multipartite_layout`` alone, with all of ours. Ours also keeps links off the
nodes, orders the columns for few crossings, and makes the curves; networkx places points.

Crossings are counted in the finished picture by pairs of links, where several that run together count each. They are
held to what was reached when they were written down; before links of one source shared their way, and neighbours
changed places, the scalar networks had 17,600 and 103,868.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/layout.py`

from benchmarks.common import Missing, Row, at_most, duration, main, ratio, take_turns
from visualizer.session.layout import Layout, Link, Unit, arrange

try:
    import networkx as nx
except ImportError:
    nx = None

TITLE = "layered layout, against networkx.multipartite_layout with its layers found"
Parts = tuple[list[Unit], list[Link]]


@dataclass(frozen=True, slots=True)
class Case:
    """A graph, what its layout may take of networkx's time, and the crossings that were reached."""

    name: str
    make: Callable[[], Parts]
    goal: float | None = None
    crossings: int | None = None


class _Growing:
    """Units and links, one operation after another."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.links: list[Link] = []

    def add(self, *inputs: int) -> int:
        key = len(self.units)
        ports = tuple(10 + 8 * (slot - (len(inputs) - 1) / 2) for slot in range(len(inputs)))
        self.units.append(Unit(key, 60, 20, ports, 10.0))
        self.links += [Link(source, key, slot) for slot, source in enumerate(inputs)]
        return key


def scalar_network(*sizes: int) -> Parts:
    """Every multiplication, addition and activation, sums as micrograd writes them: ((b + w1 x1) + w2 x2) + ..."""
    graph = _Growing()
    before = [graph.add() for _ in range(sizes[0])]
    for size in sizes[1:]:
        layer = []
        for _ in range(size):
            total = graph.add()
            for unit in before:
                total = graph.add(total, graph.add(graph.add(), unit))
            layer.append(graph.add(total))
        before = layer
    return graph.units, graph.links


def dense(*sizes: int) -> Parts:
    """Layers in which everything feeds everything in the next."""
    graph = _Growing()
    layers: list[list[int]] = [[graph.add() for _ in range(sizes[0])]]
    for _, size in pairwise(sizes):
        layers.append([graph.add(*layers[-1]) for _ in range(size)])
    return graph.units, graph.links


def chain_with_hub(lines: int) -> Parts:
    """``v = tanh(v * w)`` so many times, as in a recurrent network."""
    graph = _Growing()
    hub, value = graph.add(), graph.add()
    for _ in range(lines):
        value = graph.add(graph.add(value, hub))
    return graph.units, graph.links


CASES = (
    Case("2-26-26-1, 2,370 nodes", lambda: scalar_network(2, 26, 26, 1), 15.0, 13_383),
    Case("2-47-47-1, 7,242 nodes", lambda: scalar_network(2, 47, 47, 1), 40.0, 78_853),
    Case("8-32-32-32-32-4 dense, 3,456 links", lambda: dense(8, 32, 32, 32, 32, 4), None, 670_670),
    Case("500 lines with a hub", lambda: chain_with_hub(500), 40.0, 0),
    Case("2,000 lines with a hub", lambda: chain_with_hub(2000), 40.0),
)


def crossings(layout: Layout) -> int:
    """Pairs of links that change sides, counted again in each gap between two columns."""
    ends = [round(float(route.points[at, 0]), 6) for route in layout.routes for at in (0, -1)]
    x = np.array(sorted(set(ends)))
    heights = np.full((len(layout.routes), len(x)), np.nan)
    for row, route in enumerate(layout.routes):
        first, last = np.searchsorted(x, (route.points[0, 0] - 1e-4, route.points[-1, 0] + 1e-4))
        heights[row, first:last] = np.interp(x[first:last], route.points[:, 0], route.points[:, 1])
    heights = heights.round(4)  # links that run together meet exactly
    found = 0
    for before, after in zip(heights.T, heights.T[1:], strict=False):
        here = ~np.isnan(before) & ~np.isnan(after)
        in_order = np.lexsort((after[here], before[here]))
        left, right = before[here][in_order], after[here][in_order]
        for row in range(len(left)):
            found += int(np.count_nonzero((left[:row] < left[row]) & (right[:row] > right[row])))
    return found


def by_networkx(parts: Parts, times: dict[str, float]) -> Callable[[], float]:
    """A contender, which also notes how long the layout alone took."""
    graph = nx.DiGraph()
    graph.add_nodes_from(unit.key for unit in parts[0])
    graph.add_edges_from((link.source, link.target) for link in parts[1])

    def turn() -> float:
        start = time.perf_counter()
        for layer, nodes in enumerate(nx.topological_generations(graph)):
            for node in nodes:
                graph.nodes[node]["layer"] = layer
        found = time.perf_counter()
        nx.multipartite_layout(graph, subset_key="layer")
        times["alone"] = time.perf_counter() - found
        return time.perf_counter() - start

    return turn


def by_us(parts: Parts) -> Callable[[], float]:
    def turn() -> float:
        start = time.perf_counter()
        arrange(*parts)
        return time.perf_counter() - start

    return turn


def measure(quick: bool) -> Iterator[Row | Missing]:
    """Time and crossings of every case."""
    if nx is None:
        yield Missing("networkx", "pip install networkx")
    for case in CASES:
        parts = case.make()
        if nx is not None:
            yield from _times(case, parts, rounds=3 if quick else 15)
        if case.crossings is not None:
            found = crossings(arrange(*parts))
            detail = f"{found:,} against {case.crossings:,}"
            yield at_most("  crossings over those stored", (found + 1) / (case.crossings + 1), 1.0, detail)
    short, long = chain_with_hub(500), chain_with_hub(2000)
    runs = take_turns({"short": by_us(short), "long": by_us(long)}, rounds=3 if quick else 15)
    detail = f"{duration(runs['long'])} against {duration(runs['short'])}"
    yield at_most("2,000 lines with a hub / 500", ratio(runs["long"], runs["short"]), 6.0, detail)


def _times(case: Case, parts: Parts, rounds: int) -> Iterator[Row]:
    alone: list[float] = []
    last: dict[str, float] = {}
    theirs = by_networkx(parts, last)

    def noted() -> float:
        seconds = theirs()
        alone.append(last["alone"])
        return seconds

    runs = take_turns({"ours": by_us(parts), "networkx": noted}, rounds)
    found, detail = (
        ratio(runs["ours"], runs["networkx"]),
        f"{duration(runs['ours'])} against {duration(runs['networkx'])}",
    )
    yield Row(case.name, found, detail=detail) if case.goal is None else at_most(case.name, found, case.goal, detail)
    yield Row("  to multipartite_layout alone", ratio(runs["ours"], alone[1:]), detail=duration(alone[1:]))


if __name__ == "__main__":
    main(TITLE, measure)
