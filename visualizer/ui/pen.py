"""Putting text and shapes on a QPainter, as text for the screen or as outlines for files that travel without fonts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPaintDevice, QPainter, QPainterPath, QPen

from visualizer.ui.theme import INTERFACE, Weight, font_for, metrics, text_width


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """A painter that is ended whatever happens: a device that goes away before its painter takes the process along."""
    painter = QPainter(device)
    try:
        yield painter
    finally:
        painter.end()


class Pen:
    """A QPainter with the few things that the pictures are made of.

    ``outlines`` draws text as paths, so that an SVG looks the same everywhere.
    """

    def __init__(self, painter: QPainter, outlines: bool = False) -> None:
        self.painter = painter
        self.outlines = outlines

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        color: QColor,
        size: float = 13,
        weight: Weight = "regular",
        family: str = INTERFACE,
    ) -> None:
        """Text from ``x`` on, standing on ``baseline``."""
        self.text_in(font_for(text, size, weight, family), x, baseline, text, color)

    def text_in(self, face: QFont, x: float, baseline: float, text: str, color: QColor) -> None:
        """Text in a font of one's own."""
        painter = self.painter
        if self.outlines:
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)  # the strokes of some letters overlap
            path.addText(QPointF(x, baseline), face, text)
            painter.fillPath(path, QBrush(color))
            return
        painter.setFont(face)
        painter.setPen(color)
        painter.drawText(QPointF(x, baseline), text)

    def right(
        self, x: float, baseline: float, text: str, color: QColor, size: float = 13, weight: Weight = "regular"
    ) -> None:
        """Text that ends at ``x``."""
        self.text(x - text_width(text, size, weight), baseline, text, color, size, weight)

    def centered(
        self,
        rect: QRectF,
        text: str,
        color: QColor,
        size: float = 13,
        weight: Weight = "regular",
        family: str = INTERFACE,
    ) -> None:
        """Text in the middle of ``rect``."""
        width = text_width(text, size, weight, family)
        measure = metrics(size, weight, family)
        baseline = rect.center().y() + measure.capHeight() / 2
        self.text(rect.center().x() - width / 2, baseline, text, color, size, weight, family)

    def box(
        self, rect: QRectF, radius: float, fill: QColor | None, border: QColor | None = None, width: float = 1.0
    ) -> None:
        """A rounded rectangle."""
        painter = self.painter
        painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        painter.setPen(line(border, width) if border is not None else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)

    def stroke(self, x1: float, y1: float, x2: float, y2: float, color: QColor, width: float = 1.0) -> None:
        """A straight line."""
        self.painter.setPen(line(color, width))
        self.painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))


@lru_cache(maxsize=1024)
def _line(rgba: int, width: float) -> QPen:
    made = QPen(QColor.fromRgba(rgba), width)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def line(color: QColor, width: float = 1.0) -> QPen:
    """A pen for lines."""
    return _line(color.rgba(), width)


@lru_cache(maxsize=256)
def _dashes(rgba: int, width: float, pattern: tuple[float, ...], rounded: bool) -> QPen:
    made = QPen(QColor.fromRgba(rgba), width)
    made.setDashPattern(pattern)
    made.setCapStyle(Qt.PenCapStyle.RoundCap if rounded else Qt.PenCapStyle.FlatCap)
    return made


def dashes(color: QColor, width: float, pattern: tuple[float, ...], rounded: bool = False) -> QPen:
    """A pen for dashed lines; the pattern counts in pen widths."""
    return _dashes(color.rgba(), width, pattern, rounded)


def elided(text: str, width: float, size: float, weight: Weight = "regular", family: str = INTERFACE) -> str:
    """``text``, its end replaced by … where it is wider than ``width``."""
    if text_width(text, size, weight, family) <= width:
        return text
    return metrics(size, weight, family).elidedText(text, Qt.TextElideMode.ElideRight, width)
