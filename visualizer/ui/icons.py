"""The icons, drawn: sharp at any resolution, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

Shape = Callable[[QPainter], None]


def _triangle(painter: QPainter, left: float, right: float) -> None:
    painter.drawPolygon(QPolygonF([QPointF(left, 5), QPointF(right, 12), QPointF(left, 19)]))


def _bar(painter: QPainter, x: float) -> None:
    painter.drawRect(QRectF(x, 5, 2.4, 14))


def _first(painter: QPainter) -> None:
    _bar(painter, 5)
    _triangle(painter, 18.5, 8.5)


def _last(painter: QPainter) -> None:
    _bar(painter, 16.6)
    _triangle(painter, 5.5, 15.5)


def _pause(painter: QPainter) -> None:
    painter.drawRect(QRectF(6.5, 5, 3.6, 14))
    painter.drawRect(QRectF(13.9, 5, 3.6, 14))


def _contrast(painter: QPainter) -> None:
    tone = painter.brush().color()
    painter.setPen(QPen(tone, 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(5, 5, 14, 14))
    half = QPainterPath(QPointF(12, 5))
    half.arcTo(QRectF(5, 5, 14, 14), 90, -180)
    half.closeSubpath()
    painter.fillPath(half, tone)


def _down_into(painter: QPainter) -> None:
    _arrow(painter, 4.5, 13.5)


def _up_out(painter: QPainter) -> None:
    _arrow(painter, 15.5, 6.5)


def _arrow(painter: QPainter, tail: float, head: float) -> None:
    """An arrow from ``tail`` to ``head`` over a dot, as debuggers draw step into and step out."""
    tone, way = painter.brush().color(), 1 if head > tail else -1
    painter.setPen(QPen(tone, 2.0))
    painter.drawLine(QPointF(12, tail), QPointF(12, head))
    painter.setPen(Qt.PenStyle.NoPen)
    base, tip = head - way, head + 4 * way
    painter.drawPolygon(QPolygonF([QPointF(7.5, base), QPointF(16.5, base), QPointF(12, tip)]))
    painter.drawEllipse(QPointF(12, 20), 1.7, 1.7)


def _again(painter: QPainter) -> None:
    """An arrow that goes round: from the start once more."""
    tone = painter.brush().color()
    painter.setPen(QPen(tone, 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(5.5, 5.5, 13, 13), 60 * 16, 290 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    painter.drawPolygon(QPolygonF([QPointF(13.2, 3.2), QPointF(19.6, 6.2), QPointF(13.6, 10.2)]))


def _die(painter: QPainter) -> None:
    """A die: other numbers."""
    tone = painter.brush().color()
    painter.setPen(QPen(tone, 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(5, 5, 14, 14), 3, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    for x, y in ((9, 9), (15, 9), (12, 12), (9, 15), (15, 15)):
        painter.drawEllipse(QPointF(x, y), 1.4, 1.4)


def _many(painter: QPainter) -> None:
    """Two triangles: many at once."""
    _triangle(painter, 4.5, 12)
    _triangle(painter, 12, 19.5)


def _chevron(painter: QPainter, way: float) -> None:
    """An angle that points up (−1) or down (1)."""
    _strokes(
        painter,
        QPolygonF([QPointF(6.5, 12 - 2.75 * way), QPointF(12, 12 + 2.75 * way), QPointF(17.5, 12 - 2.75 * way)]),
    )


def _close(painter: QPainter) -> None:
    _strokes(painter, QPolygonF([QPointF(7, 7), QPointF(17, 17)]), QPolygonF([QPointF(17, 7), QPointF(7, 17)]))


def _strokes(painter: QPainter, *lines: QPolygonF) -> None:
    pen = QPen(painter.brush().color(), 1.9)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        painter.drawPolyline(line)


def _trouble(painter: QPainter) -> None:
    """A triangle with an exclamation mark."""
    tone = painter.brush().color()
    edge = QPen(tone, 1.8)
    edge.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF([QPointF(12, 3.5), QPointF(21.5, 20), QPointF(2.5, 20)]))
    painter.drawLine(QPointF(12, 9.5), QPointF(12, 14))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    painter.drawEllipse(QPointF(12, 17), 1.2, 1.2)


SHAPES: dict[str, Shape] = {
    "first": _first,
    "back": lambda painter: _triangle(painter, 17, 7),
    "forward": lambda painter: _triangle(painter, 7, 17),
    "last": _last,
    "play": lambda painter: _triangle(painter, 7, 18),
    "pause": _pause,
    "into": _down_into,
    "out": _up_out,
    "theme": _contrast,
    "reset": _again,
    "new-seed": _die,
    "epoch": _many,
    "up": lambda painter: _chevron(painter, -1),
    "down": lambda painter: _chevron(painter, 1),
    "close": _close,
    "trouble": _trouble,
}


def icon(name: str, tone: QColor, disabled: QColor | None = None) -> QIcon:
    """An icon by name, 24 units square."""
    made = QIcon()
    for mode, paint in ((QIcon.Mode.Normal, tone), (QIcon.Mode.Disabled, disabled or tone)):
        for scale in (1, 2, 3):
            made.addPixmap(_pixmap(SHAPES[name], paint, scale), mode)
    return made


def _pixmap(shape: Shape, tone: QColor, scale: int) -> QPixmap:
    pixmap = QPixmap(24 * scale, 24 * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    painter.setBrush(tone)
    painter.setPen(Qt.PenStyle.NoPen)
    shape(painter)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
