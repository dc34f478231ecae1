"""From single numbers to their picture: ledgers and what stands between them are laid out, their edges put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

import numpy as np

from engine.ops import Array
from engine.scalars import Scalars
from engine.trace import Trace
from visualizer.session.appearance import Appearance
from visualizer.session.document import Document
from visualizer.session.layout import Layout, Link, Unit, arrange
from visualizer.session.pace import UNHURRIED, Pace
from visualizer.session.roles import roles_of
from visualizer.session.scalar.labels import labels_of
from visualizer.session.scalar.ledger import Ledger, ledgers_of
from visualizer.session.scalar.placing import Placed, Placer, source_of
from visualizer.session.scalar.sizes import NOTHING, Texts, texts_of
from visualizer.session.scene import SEED, Edge, Form, Frame, Scene, build_scene
from visualizer.session.scene.building import arrivals_by_edge, directed, edge_of, seed_edge
from visualizer.session.scene.numbers import edge_numbers

IN_FULL = 30  # up to so many numbers are drawn as arrays are
IN_PAIRS = 220  # up to so many have gradients below values; more have one line each, since a long column is higher
COLUMN_GAP = {"line": 46.0, "pair": 40.0, "stack": 44.0}
ROW_GAP = {"line": 10.0, "pair": 12.0, "stack": 14.0}
LONGEST_WORD = 8  # of what is no element of an array; anything longer is left to the tooltip
LONGEST_PRODUCT = {"line": 16, "pair": 0, "stack": 0}


def build_scalar_scene(document: Document, scalars: Scalars, appearance: Appearance, pace: Pace = UNHURRIED) -> Scene:
    """The picture of the single numbers of a trace of ``document``. Raises Cancelled as ``pace`` does."""
    trace, graph = scalars.trace, scalars.trace.graph
    roles = _roles(document, scalars)
    if len(graph.nodes) <= IN_FULL:
        return build_scene(document.of(graph), trace, appearance, labels_of(document, scalars), roles, pace=pace)
    form = _form(len(graph.nodes), appearance)
    ledgers = ledgers_of(graph, scalars.is_element)
    names = _names(scalars, labels_of(document, scalars), ledgers, form)
    texts = [texts_of(trace, node.id, name) for node, name in zip(graph.nodes, names, strict=True)]
    placer = Placer(trace, names, roles, texts, form, appearance.direction)
    placed = {ledger.result: placer.place(ledger, rooms) for ledger, rooms in _rooms(scalars, ledgers, texts)}
    inside = {box.node for ledger in placed.values() for box in ledger.boxes}
    placed.update((node.id, placer.alone(node.id)) for node in graph.nodes if node.id not in inside)
    layout = _layout(trace, placed, form, appearance, pace)
    boxes = (box.moved(*layout.positions[key]) for key, ledger in placed.items() for box in ledger.boxes)
    edges = _edges(trace, placed, layout, appearance)
    return Scene(
        document.of(graph),
        trace,
        tuple(sorted(boxes, key=lambda box: box.node)),
        edges,
        layout.size,
        edge_numbers(trace, edges, appearance),
        tuple(
            Frame((*layout.positions[key], *ledger.turned_size))
            for key, ledger in placed.items()
            if len(ledger.boxes) > 1
        ),
    )


def _form(count: int, appearance: Appearance) -> Form:
    """How so many boxes are drawn: side by side where columns are narrow, flat where they are high."""
    if appearance.direction == "down":
        return "stack"
    return "pair" if count <= IN_PAIRS else "line"


def _roles(document: Document, scalars: Scalars) -> list[str]:
    """The role of each number: that of the array whose element it is, or is worked out for."""
    roles = roles_of(document)
    return [roles[reference.node] for reference in scalars.origin]


def _names(scalars: Scalars, labels: Sequence[str], ledgers: Sequence[Ledger], form: Form) -> list[str]:
    """What stands in each box. Products are told by what is beside them, save where lines are too many to follow."""
    products = {row.product for ledger in ledgers for row in ledger.rows}
    names = []
    for node, label, element in zip(scalars.trace.graph.nodes, labels, scalars.is_element, strict=True):
        longest = LONGEST_PRODUCT[form] if node.id in products else LONGEST_WORD
        names.append(label if element or node.is_leaf or len(label) <= longest else "")
    return names


def _rooms(
    scalars: Scalars, ledgers: Sequence[Ledger], texts: Sequence[Texts]
) -> list[tuple[Ledger, tuple[Texts, Texts, Texts]]]:
    """Each ledger with what its three columns have to hold: the same for all elements of an array."""
    found: dict[int, list[Texts]] = {}
    for ledger in ledgers:
        rooms = found.setdefault(scalars.origin[ledger.result].node, [NOTHING] * 3)
        for column, nodes in enumerate(zip(*((row.leaf, row.product, row.total) for row in ledger.rows), strict=True)):
            rooms[column] = reduce(or_, (texts[node] for node in nodes if node is not None), rooms[column])
    paired = []
    for ledger in ledgers:
        shared = found[scalars.origin[ledger.result].node]
        columns = zip(*((row.leaf, row.product, row.total) for row in ledger.rows), strict=True)
        used = [any(node is not None for node in nodes) for nodes in columns]
        leaf, product, total = (room if used[i] else NOTHING for i, room in enumerate(shared))
        paired.append((ledger, (leaf, product, total)))
    return paired


def _layout(trace: Trace, placed: Mapping[int, Placed], form: Form, appearance: Appearance, pace: Pace) -> Layout:
    """Ledgers and single boxes in columns; links are in the order of their ports."""
    home = {box.node: key for key, ledger in placed.items() for box in ledger.boxes}
    units = [
        Unit(key, *ledger.size, tuple(place for _, place in ledger.ports), ledger.exit)
        for key, ledger in placed.items()
    ]
    links = []
    for key, ledger in placed.items():
        for port, (edge, _) in enumerate(ledger.ports):
            links.append(Link(home[source_of(trace, edge)], key, port))
    layout = arrange(units, links, column_gap=COLUMN_GAP[form], row_gap=ROW_GAP[form], pace=pace)
    return directed(layout, appearance.direction)


def _edges(trace: Trace, placed: Mapping[int, Placed], layout: Layout, appearance: Appearance) -> tuple[Edge, ...]:
    """All edges: between ledgers as laid out, and on within them."""
    routes = iter(layout.routes)
    ways: dict[tuple[int, int], Array] = {}
    for key, ledger in placed.items():
        corner = np.array(layout.positions[key])
        inner = {edge: points + corner for edge, points in ledger.lines.items()}
        for edge, _ in ledger.ports:
            route = next(routes)
            source = route.link.source
            start = np.array(layout.positions[source]) + placed[source].start
            inner[edge] = np.vstack([start, route.points[:-1], inner[edge]])
        ways.update(inner)
    arrives, edges = arrivals_by_edge(trace), []
    for (consumer, slot), points in sorted(ways.items(), key=lambda way: way[0]):
        points.flags.writeable = False
        if slot == SEED:
            edges.append(seed_edge(trace, source_of(trace, (consumer, slot)), consumer, points))
        else:
            edges.append(edge_of(trace, arrives, consumer, slot, points))
    return tuple(edges)
