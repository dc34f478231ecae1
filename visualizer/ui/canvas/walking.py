"""Walking a picture by arrow keys: along its edges, and within a column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.expression import Reference
from engine.ops import Array
from engine.units import index_of
from visualizer.session.appearance import Direction
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.scene import Scene
from visualizer.session.session import Session

Way = tuple[int, int]  # across and down: one of them is 0, the other 1 or -1


@dataclass(frozen=True, slots=True)
class Stops:
    """What can be walked to: ``rects`` (n, 4) are left, top, right and bottom.

    ``now`` is the stop that is selected, None for none; ``joined`` gives those that edges join with a stop, and
    ``element`` what a stop is: an array, or an element of it.
    """

    rects: Array
    now: int | None
    start: int
    joined: Callable[[int], Array]
    element: Callable[[int], Reference]


def walked(stops: Stops, way: Way, direction: Direction) -> int | None:
    """The stop that an arrow leads to from the present one, ``start`` where there is none; None where none lies there.

    Along the flow an arrow follows the edges, across it it stays within the column (or the row, where a graph runs
    down).
    """
    if stops.now is None:
        return stops.start
    along_flow = (way[0] != 0) == (direction == "right")
    axis = 0 if way[0] else 1
    sign = sum(way)
    middles = (stops.rects[:, :2] + stops.rects[:, 2:]) / 2
    here, rect = middles[stops.now], stops.rects[stops.now]
    if along_flow:
        candidates = np.asarray(stops.joined(stops.now), dtype=int)
        ahead = (middles[candidates, axis] - here[axis]) * sign > 0
        candidates = candidates[ahead]
        distance = np.abs(middles[candidates, 1 - axis] - here[1 - axis])
    else:
        across = 1 - axis
        overlaps = (stops.rects[:, across] < rect[across + 2]) & (stops.rects[:, across + 2] > rect[across])
        candidates = np.flatnonzero(overlaps & ((middles[:, axis] - here[axis]) * sign > 0))
        distance = np.abs(middles[candidates, axis] - here[axis])
    return int(candidates[np.argmin(distance)]) if len(candidates) else None


def scene_stops(scene: Scene, now: int | None, start: int, element: Callable[[int], Reference]) -> Stops:
    """The boxes of a scene; ``now`` and ``start`` are nodes of its trace."""
    rects = np.array([box.rect for box in scene.boxes]).reshape(-1, 4)
    rects = np.hstack([rects[:, :2], rects[:, :2] + rects[:, 2:]])
    graph = scene.trace.graph

    def joined(node: int) -> Array:
        return np.array([*graph.nodes[node].inputs, *(consumer for consumer, _ in graph.consumers[node])], dtype=int)

    return Stops(rects, now, start, joined, element)


def neuron_stops(scene: NeuronScene, session: Session) -> Stops:
    """The units of a scene."""
    units, sample = scene.units, session.sample or 0
    rects = np.column_stack(
        [scene.x - scene.radius, scene.y - scene.radius, scene.x + scene.radius, scene.y + scene.radius]
    )

    def of(reference: Reference | None) -> int | None:
        return None if reference is None else scene.index(reference)

    now = of(session.picked)
    if now is None and session.selected is not None:
        group = units.group_of.get(session.selected)
        now = None if group is None else int(scene.first[group])
    start = of(session.receiver)

    def joined(stop: int) -> Array:
        group, unit = int(scene.group[stop]), int(scene.unit[stop])
        found = [np.zeros(0, dtype=int)]
        for bundle in units.bundles:
            for here, there, by in ((bundle.source, bundle.target, 1), (bundle.target, bundle.source, -1)):
                if group == here:
                    ends = np.arange(units.groups[there].size)
                    if bundle.pattern == "same":
                        ends = ends[ends == unit + by * bundle.offset]
                    found.append(int(scene.first[there]) + ends)
        return np.concatenate(found)

    def element(stop: int) -> Reference:
        group = units.groups[int(scene.group[stop])]
        node = group.stages[-1]
        return Reference(node, "value", index_of(units, node, int(scene.unit[stop]), sample))

    return Stops(rects, now, 0 if start is None else start, joined, element)
