"""A network as micrograd's draw_dot draws it, redrawn: a record { label | data | grad } for each number and an oval for
each operation, from left to right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from visualizer.session.layout import Layout, Unit
    from visualizer.session.session import Session

LETTERS, HIGH, OVAL, AIR = 14.0, 36.0, 54.0, 16.0  # of the records and ovals, in pixels at their own size
READABLE = 0.62  # the scale of the part that is shown nearer
SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**"}


@dataclass(frozen=True, eq=False)
class Records:
    """``fields`` of a number's record are (text, width). The unit of an operation has the key 2n, its number 2n + 1."""

    layout: Layout
    units: tuple[Unit, ...]
    fields: Mapping[int, tuple[tuple[str, float], ...]]
    signs: Mapping[int, str]


def draw_dot(painter: QPainter, session: Session, area: QRectF) -> None:
    """All of it above, as wide as ``area``; below, its end, near enough to be read."""
    from PySide6.QtCore import QRectF

    records = _records(session)
    width, height = records.layout.size
    fit = area.width() / width
    middle = area.top() + height * fit + 18
    part = QRectF(area.left(), middle, area.width(), area.bottom() - middle)
    _, y = records.layout.positions[max(unit.key for unit in records.units)]
    for rect, scale, top in ((area, fit, area.top()), (part, READABLE, part.center().y() - (y + HIGH / 2) * READABLE)):
        painter.save()
        painter.setClipRect(rect)
        painter.translate(area.right() - width * scale, top)
        painter.scale(scale, scale)
        _paint(painter, records)
        painter.restore()


def _records(session: Session) -> Records:
    from visualizer.session.layout import Link, Unit, arrange
    from visualizer.ui.theme import text_width

    scalars, trace = session.scalars, session.scalars.trace
    fields, units, links = {}, [], []
    for node in trace.graph.nodes:
        gradient = trace.gradients[node.id]
        texts = (
            scalars.labels[node.id],
            f"data {float(trace.values[node.id]):.4f}",
            f"grad {0.0 if gradient is None else float(gradient):.4f}",
        )
        fields[node.id] = tuple((text, text_width(text, LETTERS) + AIR) for text in texts)
        width = sum(wide for _, wide in fields[node.id])
        units.append(Unit(2 * node.id + 1, width, HIGH, (HIGH / 2,), HIGH / 2))
        if node.inputs:
            units.append(Unit(2 * node.id, OVAL, HIGH, (HIGH / 2,) * len(node.inputs), HIGH / 2))
            links.append(Link(2 * node.id, 2 * node.id + 1, 0))
            links += [Link(2 * source + 1, 2 * node.id, slot) for slot, source in enumerate(node.inputs)]
    signs = {node.id: SIGNS.get(node.op, node.op) for node in trace.graph.nodes}
    return Records(arrange(units, links, column_gap=36.0, row_gap=14.0), tuple(units), fields, signs)


def _paint(painter: QPainter, records: Records) -> None:
    from PySide6.QtCore import QPointF, QRectF, Qt
    from PySide6.QtGui import QColor, QPen, QPolygonF

    from visualizer.ui.pen import Pen

    ink, pen = QColor("black"), Pen(painter)
    for route in records.layout.routes:
        painter.setPen(QPen(ink, 1.0))
        points = [QPointF(x, y) for x, y in route.points]
        painter.drawPolyline(points)
        tip, before = points[-1], points[-2]
        turn = math.atan2(tip.y() - before.y(), tip.x() - before.x())
        barbs = [tip - QPointF(10 * math.cos(turn + by), 10 * math.sin(turn + by)) for by in (-0.35, 0.35)]
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([tip, *barbs]))
    for unit in records.units:
        x, y = records.layout.positions[unit.key]
        whole, node = QRectF(x, y, unit.width, unit.height), unit.key // 2
        painter.setPen(QPen(ink, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if unit.key % 2 == 0:
            painter.drawEllipse(whole)
            pen.centered(whole, records.signs[node], ink, LETTERS)
            continue
        painter.drawRect(whole)
        for place, (text, wide) in enumerate(records.fields[node]):
            if place:
                pen.stroke(x, y, x, y + unit.height, ink)
            pen.centered(QRectF(x, y, wide, unit.height), text, ink, LETTERS)
            x += wide
