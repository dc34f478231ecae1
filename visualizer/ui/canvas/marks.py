"""Rings around what was found."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTransform

from engine.expression import Reference
from visualizer.session.finding import Found
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.pen import Pen, line
from visualizer.ui.theme import Theme, color, mix, text_on, text_width

MOST = 400  # rings at once; the one that is looked at always has its own
AROUND = 4.0  # pixels between a ring and what it marks
LEAST = 12.0  # the smallest width and height of a ring, in pixels


class Marks:
    """Where the matches of a search stand in a picture."""

    def __init__(self) -> None:
        self._of: tuple[Picture, tuple[Reference, ...]] | None = None
        self._rects = np.zeros((0, 4))  # left, top, width and height
        self._current: QRectF | None = None
        self._number = 0
        self._circles = False

    def find(self, found: Found | None, picture: Picture, circles: bool) -> None:
        """Mark what was found; nothing for None. ``circles`` says that what is square in a picture is round."""
        self._circles = circles
        matches = () if found is None else found.matches
        if self._of != (picture, matches):
            self._of = (picture, matches)
            rects = [rect.getRect() for rect in map(picture.bounds, matches) if rect is not None]
            self._rects = np.array(rects, dtype=np.float64).reshape(-1, 4)
        self._current = None
        if found is not None and found.current is not None:
            self._current, self._number = picture.bounds(found.current), found.at + 1

    def paint(self, painter: QPainter, theme: Theme, transform: QTransform, width: int, height: int) -> None:
        """The rings that are in sight; the one of the match that is looked at is stronger and bears its number."""
        if not len(self._rects):
            return
        tone = color(theme.update)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(line(mix(tone, color(theme.ground), 0.75), 1.6))
        for rect in self._in_sight(transform, width, height):
            self._ring(painter, rect)
        if self._current is not None:
            self._paint_current(painter, theme, transform)

    def _in_sight(self, transform: QTransform, width: int, height: int) -> list[QRectF]:
        scale = transform.m11()
        x = self._rects[:, 0] * scale + transform.dx()
        y = self._rects[:, 1] * scale + transform.dy()
        wide, high = self._rects[:, 2] * scale, self._rects[:, 3] * scale
        seen = np.flatnonzero((x < width) & (y < height) & (x + wide > 0) & (y + high > 0))[:MOST]
        return [QRectF(x[i], y[i], wide[i], high[i]) for i in seen]

    def _paint_current(self, painter: QPainter, theme: Theme, transform: QTransform) -> None:
        assert self._current is not None
        rect, tone = transform.mapRect(self._current), color(theme.update)
        painter.setPen(line(color(theme.ground), 6.0))
        ring = self._ring(painter, rect)
        painter.setPen(line(tone, 3.0))
        self._ring(painter, rect)
        text, pen = f"{self._number:,}", Pen(painter)
        wide = text_width(text, 11, "semibold") + 12
        badge = QRectF(QPointF(ring.left() - wide / 2, ring.top() - 9), QPointF(ring.left() + wide / 2, ring.top() + 9))
        pen.box(badge, 9, tone, color(theme.ground), 1.5)
        pen.centered(badge, text, text_on(tone), 11, "semibold")

    def _ring(self, painter: QPainter, rect: QRectF) -> QRectF:
        """A ring around ``rect``; its rectangle."""
        wide, high = max(rect.width() + 2 * AROUND, LEAST), max(rect.height() + 2 * AROUND, LEAST)
        ring = QRectF(rect.center().x() - wide / 2, rect.center().y() - high / 2, wide, high)
        radius = min(wide, high) / 2 if self._circles and max(wide, high) < 1.4 * min(wide, high) else 8.0
        painter.drawRoundedRect(ring, radius, radius)
        return ring
