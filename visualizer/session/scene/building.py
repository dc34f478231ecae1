"""From a trace to its picture: every box is measured, the graph is laid out, and what belongs to a box goes with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.expression import Reference
from engine.graph import Graph
from engine.ops import Array
from engine.trace import Step, Trace
from visualizer.session.appearance import Appearance, Direction
from visualizer.session.blocks import Block, Fold
from visualizer.session.document import Document
from visualizer.session.layout import Layout, Link, Unit, arrange
from visualizer.session.pace import UNHURRIED, Pace
from visualizer.session.roles import roles_of
from visualizer.session.scene.folding import folded_box, homes_of, ribbons_of, room_for
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
    blocks: Sequence[Block] = (),
    folds: Sequence[Fold] = (),
    like: Scene | None = None,
    pace: Pace = UNHURRIED,
) -> Scene:
    """The picture of a trace of ``document``; ``names`` and ``roles`` of its nodes are their own unless given.

    ``blocks`` are the layers that ribbons name, ``folds`` those for which one box stands. What has the same name in
    ``like``, a scene that people have before their eyes, stays about where it is. Raises Cancelled as ``pace`` does.
    """
    graph, direction = document.graph, appearance.direction
    names = [node.name for node in graph.nodes] if names is None else names
    roles = roles_of(document) if roles is None else roles
    deep = direction == "right" and is_deep(graph)
    homes = homes_of(graph, folds)
    drafts = {fold.handed_on: folded_box(trace, fold) for fold in folds}
    for node, name, role in zip(graph.nodes, names, roles, strict=True):
        if homes[node.id] == node.id and node.id not in drafts:
            box = measured(document, trace, node, name, role, deep)
            drafts[node.id] = box if node.is_leaf else with_sign(box, node.rule.symbol, direction)
    ends = _ends(trace, homes)
    ports: dict[int, int] = dict.fromkeys(drafts, 0)
    links = []
    for source, consumer, _ in ends:
        links.append(Link(homes[source], homes[consumer], ports[homes[consumer]]))
        ports[homes[consumer]] += 1
    seeds = seeds_of(trace).values()
    units = [_unit(box, ports[key], key in seeds, direction) for key, box in sorted(drafts.items())]
    before = _remembered(like, graph)
    plain = arrange(units, links, column_gap=COLUMN_GAP, row_gap=ROW_GAP, like=before, pace=pace)
    layout = directed(plain, direction)
    placed = {key: box.moved(*layout.positions[key]) for key, box in drafts.items()}
    ribbons = ribbons_of(blocks, folds, {node: placed[home] for node, home in enumerate(homes)}, direction)
    shift = room_for(ribbons, direction)
    placed = {key: box.moved(*shift) for key, box in placed.items()}
    boxes = tuple(placed[home] for home in homes)
    lines = [route.points + np.array(shift) for route in layout.routes]
    return Scene(
        document,
        trace,
        boxes,
        edges := _edges(graph, trace, ends, lines, boxes, direction),
        (layout.size[0] + shift[0], layout.size[1] + shift[1]),
        edge_numbers(trace, edges, appearance),
        ribbons=tuple(ribbon.moved(*shift) for ribbon in ribbons),
        layout=plain,
    )


def _remembered(like: Scene | None, graph: Graph) -> Layout | None:
    """The layout of another scene, for the nodes of ``graph`` that have the same names there.

    None for the same graph with other numbers: that looks as it always does.
    """
    if like is None or like.layout is None:
        return None
    nodes = like.trace.graph.nodes
    if [(node.name, node.inputs) for node in nodes] == [(node.name, node.inputs) for node in graph.nodes]:
        return None
    ids = {node.name: node.id for node in graph.nodes}
    return like.layout.renamed({node.id: ids[node.name] for node in nodes if node.name in ids})


def _ends(trace: Trace, homes: Sequence[int]) -> list[tuple[int, int, int]]:
    """(source, consumer, slot) of every edge between two boxes; slot SEED for an incoming gradient."""
    found = [
        (source, node.id, slot)
        for node in trace.graph.nodes
        for slot, source in enumerate(node.inputs)
        if homes[source] != homes[node.id]
    ]
    # Laid out as if they used what they are given to, so that they stand to the right of it.
    found += [(node, incoming, SEED) for node, incoming in seeds_of(trace).items()]
    return found


def seeds_of(trace: Trace) -> dict[int, int]:
    """By node that is given a gradient: the node whose value that is."""
    graph = trace.graph
    given = {node: given.rule.node for node, given in trace.given.items() if isinstance(given.rule, Reference)}
    return given if graph.incoming is None else {graph.output: graph.incoming, **given}


def directed(layout: Layout, direction: Direction) -> Layout:
    """A layout from left to right as it is, or turned so that its columns become rows from top to bottom."""
    if direction == "right":
        return layout
    return Layout(
        {key: (y, x) for key, (x, y) in layout.positions.items()},
        tuple(replace(route, points=route.points[:, ::-1]) for route in layout.routes),
        (layout.size[1], layout.size[0]),
    )


def _unit(box: Box, count: int, incoming: bool, direction: Direction) -> Unit:
    """A box with its sign as a thing to be placed, its ``count`` input ports side by side at the sign."""
    left, top, width, height = box.rect
    along, across, middle = (left + width, height, height / 2) if direction == "right" else (
        top + height, 2 * left + width, left + width / 2
    )  # fmt: skip
    inputs = count - incoming
    spread = min(8.0, (OPERATION - 6) / max(inputs - 1, 1))
    ports = tuple(middle + (slot - (inputs - 1) / 2) * spread for slot in range(inputs))
    if incoming:  # the seed's edge reaches the box itself, beside the sign of its operation
        ports = (*ports, across - 10 if inputs else middle)
    return Unit(box.node, along, across, ports, middle)


def _edges(
    graph: Graph,
    trace: Trace,
    ends: Sequence[tuple[int, int, int]],
    lines: Sequence[Array],
    boxes: Sequence[Box],
    direction: Direction,
) -> tuple[Edge, ...]:
    arrives = arrivals_by_edge(trace)
    edges = []
    for (source, consumer, slot), points in zip(ends, lines, strict=True):
        if slot == SEED:
            left, top, _, _ = boxes[consumer].rect
            end = (left, points[-1, 1]) if direction == "right" else (points[-1, 0], top)
            edges.append(seed_edge(trace, source, consumer, np.vstack([points, end])))
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


def seed_edge(trace: Trace, node: int, incoming: int, points: Array) -> Edge:
    """The edge from a node to the one whose value is its incoming gradient."""
    step = Step("backward", node)
    return Edge(incoming, SEED, node, points, trace.steps.index(step) + 1, magnitude(trace.message_of(step)))
