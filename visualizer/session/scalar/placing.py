"""Where everything in a ledger stands: three columns of boxes, the signs before them, short lines between.

Worked out along and across the direction of the graph, so that rows from left to right become columns downwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.ops import Array
from engine.trace import Trace
from visualizer.session.appearance import Direction
from visualizer.session.scalar.ledger import Edge, Ledger, Row
from visualizer.session.scalar.sizes import NOTHING, Texts, small_box
from visualizer.session.scene import SEED, Box, Form, Rect
from visualizer.session.scene.building import seeds_of

SIGN = {"line": 13.0, "pair": 16.0, "stack": 16.0}  # height of the sign of an operation
GAP = {"line": 5.0, "pair": 7.0, "stack": 7.0}  # between boxes and signs
ROW_GAP = {"line": 2.0, "pair": 5.0, "stack": 6.0}
LANE = {"line": 4.0, "pair": 6.0, "stack": 7.0}  # room above a row for a line that passes its first box
PADDING = {"line": 5.0, "pair": 7.0, "stack": 7.0}  # between the frame and what is in it
ENTRY = 12.0  # from the frame to the first signs, where no boxes stand before these
BEND = 5.0  # radius of a line's bend
SPREAD = 4.0  # between lines that enter one sign

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A ledger, or a single box, at (0, 0). ``lines`` are the ways of its edges, those from a port beginning at it.

    ``start`` is where edges of its result begin. For the layout, along and across the direction of the graph: ``ports``
    and ``exit`` are distances across, ``size`` is (along, across); ``turned_size`` is its width and height.
    """

    boxes: tuple[Box, ...]
    lines: Mapping[Edge, Array]
    ports: tuple[tuple[Edge, float], ...]
    exit: float
    size: tuple[float, float]
    start: Point
    turned_size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Columns:
    """Along the direction: where each column of boxes begins and ends, and the middles of the two columns of signs."""

    leaves: tuple[float, float]
    times: float
    products: tuple[float, float]
    plus: float
    totals: tuple[float, float]


@dataclass
class _Draft:
    """What has been placed so far, in (along, across)."""

    boxes: list[Box] = field(default_factory=list)
    lines: dict[Edge, list[Point]] = field(default_factory=dict)
    ports: list[tuple[Edge, float]] = field(default_factory=list)


class Placer:
    """Places ledgers of one scene."""

    def __init__(
        self,
        trace: Trace,
        names: Sequence[str],
        roles: Sequence[str],
        texts: Sequence[Texts],
        form: Form,
        direction: Direction,
    ) -> None:
        self._graph, self._names, self._roles, self._texts = trace.graph, names, roles, texts
        self._form, self._direction = form, direction
        self._incoming = frozenset(seeds_of(trace).values())

    def box(self, node: int, room: Texts | None = None) -> Box:
        """A box at (0, 0), by itself or with the room of its column."""
        own = self._texts[node]
        return small_box(node, self._names[node], self._roles[node], own, room or own, self._form)

    def alone(self, node: int) -> Placed:
        """A box that belongs to no ledger."""
        draft = _Draft()
        box = self.box(node)
        along, across = self._turned((box.rect[2], box.rect[3]))
        if node in self._incoming:
            draft.ports.append(((node, SEED), across / 2))
            draft.lines[node, SEED] = [(0.0, across / 2)]
        draft.boxes.append(box)
        return self._finished(draft, (along, across), (along, across / 2))

    def place(self, ledger: Ledger, rooms: tuple[Texts, Texts, Texts]) -> Placed:
        """Place a ledger; ``rooms`` is what its columns of leaves, products and totals have to hold."""
        form, draft = self._form, _Draft()
        columns = self._columns(ledger, rooms)
        across = max(self._extent(room)[1] for room in rooms if room != NOTHING)
        top, middle, before = PADDING[form], 0.0, None
        for row in ledger.rows:
            passed = row.leaf is not None or (row.product is not None and row.total in {node for node, _ in row.ports})
            lane = top + LANE[form] / 2
            top += LANE[form] if passed and row.ports else 0.0
            middle = top + across / 2
            self._row(draft, row, rooms, columns, middle, lane if passed else middle, before)
            before = (row, middle)
            top += across + ROW_GAP[form]
        size = (columns.totals[1] + PADDING[form], top - ROW_GAP[form] + PADDING[form])
        if ledger.result in self._incoming:  # below all rows, and up to the result
            edge, lane, under = (ledger.result, SEED), size[1] - PADDING[form] / 2, sum(columns.totals) / 2
            draft.ports.append((edge, lane))
            draft.lines[edge] = [(0.0, lane), (under, lane), (under, middle + across / 2)]
        return self._finished(draft, size, (columns.totals[1], middle))

    def _columns(self, ledger: Ledger, rooms: tuple[Texts, Texts, Texts]) -> Columns:
        form, gap = self._form, GAP[self._form]
        leaf, product, total = (self._extent(room)[0] if room != NOTHING else 0.0 for room in rooms)
        at = PADDING[form]
        leaves = (at, at + leaf)
        at += leaf + gap if leaf else ENTRY - gap
        times = at + SIGN[form] / 2
        at += SIGN[form] + gap if product else 0.0
        products = (at, at + product)
        at += product + gap if product else 0.0
        widest = max(self._sign(row.total)[0] for row in ledger.rows if row.total is not None)
        plus = at + widest / 2
        at += widest + gap
        return Columns(leaves, times, products, plus, (at, at + total))

    def _extent(self, room: Texts) -> tuple[float, float]:
        """How long a box is along the direction, and across it."""
        return self._turned(room.size(self._form))

    def _turned(self, pair: tuple[float, float]) -> tuple[float, float]:
        """Along and across as x and y, or the other way round."""
        return pair if self._direction == "right" else (pair[1], pair[0])

    def _sign(self, node: int) -> tuple[float, float]:
        """How long the sign of an operation is along the direction, and across it."""
        height = SIGN[self._form]
        width = max(height, len(self._graph.nodes[node].rule.symbol) * 4.6 + 8)
        return self._turned((width, height))

    def _row(
        self,
        draft: _Draft,
        row: Row,
        rooms: tuple[Texts, Texts, Texts],
        columns: Columns,
        middle: float,
        lane: float,
        before: tuple[Row, float] | None,
    ) -> None:
        """Add a row whose boxes have their middles at ``middle``, and whose ports lie at ``lane``."""
        nodes = self._graph.nodes
        if row.leaf is not None:
            draft.boxes.append(self._placed(self.box(row.leaf, rooms[0]), columns.leaves[0], middle))
        if row.product is not None:
            self._operation(draft, row.product, rooms[1], columns.times, columns.products[0], middle)
        if row.total is not None:
            self._operation(draft, row.total, rooms[2], columns.plus, columns.totals[0], middle)
        for node, sign in ((row.product, columns.times), (row.total, columns.plus)):
            if node is None:
                continue
            along, across = self._sign(node)
            ports = [edge for edge in row.ports if edge[0] == node]
            for slot, source in enumerate(nodes[node].inputs):
                edge = (node, slot)
                if edge in ports:
                    away = (ports.index(edge) - (len(ports) - 1) / 2) * SPREAD
                    draft.ports.append((edge, lane + away))
                    straight = [(0.0, lane + away), (sign - along / 2, lane + away)]
                    bent = [(0.0, lane + away), *_bend(sign, lane + away, middle - across / 2)]
                    draft.lines[edge] = straight if lane == middle else bent
                elif source == row.leaf:
                    draft.lines[edge] = [(columns.leaves[1], middle), (sign - along / 2, middle)]
                elif source == row.product:
                    draft.lines[edge] = [(columns.products[1], middle), (sign - along / 2, middle)]
                else:
                    draft.lines[edge] = self._down(columns, before, sign, middle - across / 2)

    def _down(self, columns: Columns, before: tuple[Row, float] | None, sign: float, end: float) -> list[Point]:
        """From the row before to a sign under its total; from a first product around the corner."""
        assert before is not None
        row, middle = before
        if row.total is None:
            return [(columns.products[1], middle), *_bend(sign, middle, end)]
        return [(sign, middle + self._sign(row.total)[1] / 2), (sign, end)]

    def _operation(self, draft: _Draft, node: int, room: Texts, sign: float, start: float, middle: float) -> None:
        """A box and the sign before it."""
        along, across = self._sign(node)
        box = self._placed(self.box(node, room), start, middle)
        rect = self._rect(sign - along / 2, middle - across / 2, along, across)
        draft.boxes.append(replace(box, operation=self._graph.nodes[node].rule.symbol, operation_rect=rect))

    def _placed(self, box: Box, along: float, middle: float) -> Box:
        """A box that begins ``along`` and has its middle at ``middle`` across."""
        _, _, width, height = box.rect
        if self._direction == "right":
            return box.moved(along, middle - height / 2)
        return box.moved(middle - width / 2, along)

    def _rect(self, along: float, across: float, long: float, wide: float) -> Rect:
        return (*self._turned((along, across)), *self._turned((long, wide)))

    def _finished(self, draft: _Draft, size: tuple[float, float], start: Point) -> Placed:
        """What was placed along and across, in x and y."""
        lines = {edge: np.array([self._turned(point) for point in points]) for edge, points in draft.lines.items()}
        return Placed(
            tuple(draft.boxes), lines, tuple(draft.ports), start[1], size, self._turned(start), self._turned(size)
        )


def source_of(trace: Trace, edge: Edge) -> int:
    """The node from which an edge comes: of one with slot SEED, the node that is given a gradient."""
    consumer, slot = edge
    if slot == SEED:
        return next(node for node, incoming in seeds_of(trace).items() if incoming == consumer)
    return trace.graph.nodes[consumer].inputs[slot]


def _bend(along: float, start: float, end: float) -> list[Point]:
    """A quarter turn from running along at ``start`` to running across at ``along``, on to ``end``."""
    radius = min(BEND, end - start)
    angles = np.linspace(0.0, np.pi / 2, 5)
    turn = zip(along - radius + radius * np.sin(angles), start + radius - radius * np.cos(angles), strict=True)
    return [*((float(x), float(y)) for x, y in turn), (along, end)]
