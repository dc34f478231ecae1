"""From a trace to its picture: every box is measured, the graph is laid out, and what belongs to a box goes with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.graph import Graph, Node
from engine.ops import Array
from engine.trace import Trace
from visualizer.session.appearance import Appearance, Direction
from visualizer.session.document import Document
from visualizer.session.layout import Layout, Link, Unit, arrange
from visualizer.session.roles import roles_of
from visualizer.session.scene.measuring import OPERATION, is_deep, measured, with_sign
from visualizer.session.scene.numbers import edge_numbers, magnitude
from visualizer.session.scene.parts import SEED, Box, Edge
from visualizer.session.scene.scene import Scene

COLUMN_GAP, ROW_GAP = 34.0, 16.0
PLAIN = Appearance()


def build_scene(
    document: Document,
    trace: Trace,
    appearance: Appearance = PLAIN,
    names: Sequence[str] | None = None,
    roles: Sequence[str] | None = None,
) -> Scene:
    """The picture of a trace of ``document``; ``names`` and ``roles`` of its nodes are their own unless given."""
    graph, direction = document.graph, appearance.direction
    names = [node.name for node in graph.nodes] if names is None else names
    roles = roles_of(document) if roles is None else roles
    deep = direction == "right" and is_deep(graph)
    drafts = []
    for node, name, role in zip(graph.nodes, names, roles, strict=True):
        box = measured(document, trace, node, name, role, deep)
        drafts.append(box if node.is_leaf else with_sign(box, node.rule.symbol, direction))
    units = [
        _unit(node, box, node.id == graph.incoming, direction) for node, box in zip(graph.nodes, drafts, strict=True)
    ]
    links = [Link(source, node.id, slot) for node in graph.nodes for slot, source in enumerate(node.inputs)]
    if graph.incoming is not None:
        # Laid out as if it used the output, so that it stands to the right of what it is given to.
        links.append(Link(graph.output, graph.incoming, len(graph.nodes[graph.incoming].inputs)))
    layout = directed(arrange(units, links, column_gap=COLUMN_GAP, row_gap=ROW_GAP), direction)
    boxes = tuple(box.moved(*layout.positions[box.node]) for box in drafts)
    edges = _edges(graph, trace, layout, boxes, direction)
    return Scene(document, trace, boxes, edges, layout.size, edge_numbers(trace, edges, appearance))


def directed(layout: Layout, direction: Direction) -> Layout:
    """A layout from left to right as it is, or turned so that its columns become rows from top to bottom."""
    if direction == "right":
        return layout
    return Layout(
        {key: (y, x) for key, (x, y) in layout.positions.items()},
        tuple(replace(route, points=route.points[:, ::-1]) for route in layout.routes),
        (layout.size[1], layout.size[0]),
    )


def _unit(node: Node, box: Box, incoming: bool, direction: Direction) -> Unit:
    """A box with its sign as a thing to be placed, its input ports side by side at the sign."""
    left, top, width, height = box.rect
    count = len(node.inputs)
    along, across, middle = (left + width, height, height / 2) if direction == "right" else (
        top + height, 2 * left + width, left + width / 2
    )  # fmt: skip
    spread = min(8.0, (OPERATION - 6) / max(count - 1, 1))
    ports = tuple(middle + (slot - (count - 1) / 2) * spread for slot in range(count))
    if incoming:  # the seed's edge reaches the box itself, beside the sign of its operation
        ports = (*ports, across - 10 if count else middle)
    return Unit(node.id, along, across, ports, middle)


def _edges(graph: Graph, trace: Trace, layout: Layout, boxes: Sequence[Box], direction: Direction) -> tuple[Edge, ...]:
    arrives = arrivals_by_edge(trace)
    edges = []
    for route in layout.routes:
        consumer, slot, points = route.link.target, route.link.slot, route.points
        if consumer == graph.incoming and slot == len(graph.nodes[consumer].inputs):
            left, top, _, _ = boxes[consumer].rect
            end = (left, points[-1, 1]) if direction == "right" else (points[-1, 0], top)
            edges.append(seed_edge(trace, route.link.source, consumer, np.vstack([points, end])))
            continue
        edges.append(edge_of(trace, arrives, consumer, slot, points))
    return tuple(edges)


def arrivals_by_edge(trace: Trace) -> Mapping[tuple[int, int], int]:
    """By (consumer, slot): the position at which the message comes back along it."""
    return {
        (step.node, step.slot): position
        for position, step in enumerate(trace.steps, start=1)
        if step.phase == "backward" and step.slot is not None
    }


def edge_of(trace: Trace, arrives: Mapping[tuple[int, int], int], consumer: int, slot: int, points: Array) -> Edge:
    """The edge to an input of ``consumer`` along ``points``."""
    message = trace.messages.get((consumer, slot))
    norm = math.nan if message is None else magnitude(message)
    source = trace.graph.nodes[consumer].inputs[slot]
    return Edge(consumer, slot, source, points, arrives.get((consumer, slot)), norm)


def seed_edge(trace: Trace, output: int, incoming: int, points: Array) -> Edge:
    """The edge from the output to the node whose value is its incoming gradient."""
    seeded = next(i for i, step in enumerate(trace.steps, start=1) if step.phase == "backward")
    return Edge(incoming, SEED, output, points, seeded, magnitude(trace.seed))
