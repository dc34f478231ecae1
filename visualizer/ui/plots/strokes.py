"""Long lines, hatching and dots on a QPainter: fast on the screen, and in files that know no clipping."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import Shiboken

from engine.ops import Array
from visualizer.ui.pen import dashes, line

ON, OFF = 6.0, 4.0  # pixels of a dash, and of the room after it
LONG = 100  # points from which on a line is long
DENSE = 3.0  # points closer than this are dashed by where they are, for the length of such a line means nothing
HATCH, DOTS = 5.0, 6.0  # pixels from one line or dot to the next


def draw_line(painter: QPainter, points: Array, tone: QColor, width: float = 1.0, dashed: bool = False) -> None:
    """A line through ``points`` (count, 2), in pixels, broken at NaN."""
    if not len(points):
        return
    dense = len(points) > 1 and abs(points[-1, 0] - points[0, 0]) < DENSE * (len(points) - 1)
    if dashed and dense:
        points = points.copy()
        points[points[:, 0] % (ON + OFF) > ON, 1] = np.nan
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(dashes(tone, width, (ON / width, OFF / width)) if dashed and not dense else line(tone, width))
    for piece in _pieces(points):
        if len(piece) > 1:
            painter.drawPolyline(polygon(piece))
        else:
            painter.drawPoint(QPointF(*piece[0]))


def draw_long_line(
    painter: QPainter, points: Array, tone: QColor, width: float = 1.0, dashed: bool = False, ratio: float = 1.0
) -> None:
    """The same on a screen with ``ratio`` pixels of its own to each.

    A line of one pixel is drawn twenty times as fast as one that is a little wider. So a wider one is several beside
    each other.
    """
    if len(points) < LONG:
        draw_line(painter, points, tone, width, dashed)
        return
    if dashed:
        points = points.copy()
        points[points[:, 0] % (ON + OFF) > ON, 1] = np.nan
    pen = QPen(tone, 1.0)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    passes = max(1, math.ceil(width * ratio))
    step = (width - 1.0 / ratio) / max(passes - 1, 1)
    for piece in _pieces(points):
        shape = polygon(piece)
        shape.translate(0.0, -step * (passes - 1) / 2)
        for _ in range(passes):
            painter.drawPolyline(shape)
            shape.translate(0.0, step)


def draw_columns(painter: QPainter, points: Array, tone: QColor) -> None:
    """A band ``points`` (count, 3), x, lowest and highest in pixels, as columns of whole pixels that touch."""
    if not len(points):
        return
    edges = np.floor(points[:, 0])
    columns = np.empty((len(points), 4))
    columns[:, 0] = edges
    columns[:, 1] = points[:, 2]
    columns[:, 2] = np.diff(edges, append=edges[-1] + 1.0)
    columns[:, 3] = np.maximum(points[:, 1] - points[:, 2], 1.0)
    columns = np.ascontiguousarray(columns[np.isfinite(columns).all(axis=1)])
    if len(columns):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        painter.drawRects(Shiboken.wrapInstance(columns.ctypes.data, QRectF), len(columns))


def polygon(points: Array) -> QPolygonF:
    """Points (count, 2) as Qt's."""
    found: QPolygonF = arrayToQPolygonF(points[:, 0], points[:, 1])
    return found


def _pieces(points: Array) -> Iterator[Array]:
    """The parts of a line between its NaN."""
    broken = np.flatnonzero(np.isnan(points[:, 1]))
    if not len(broken):
        yield points
        return
    for start, stop in zip([0, *(broken + 1)], [*broken, len(points)], strict=True):
        if stop > start:
            yield points[start:stop]


def hatch(painter: QPainter, rect: QRectF, tone: QColor, width: float = 1.0) -> None:
    """Slanted lines over ``rect``, none of which leaves it."""
    if rect.isEmpty():
        return
    left, right, top, bottom = rect.left(), rect.right(), rect.top(), rect.bottom()
    # Lines x + y = sum; the same ones everywhere, so that neighbouring rectangles look like one.
    sums = np.arange(np.ceil((left + top) / HATCH) * HATCH, right + bottom, HATCH)
    lines = []
    for total in sums:
        x1, x2 = max(left, total - bottom), min(right, total - top)
        lines.append(QLineF(x1, total - x1, x2, total - x2))
    painter.setPen(line(tone, width))
    painter.drawLines(lines)


def dot(painter: QPainter, rect: QRectF, tone: QColor) -> None:
    """Dots over ``rect``."""
    painter.setPen(line(tone, 1.4))
    xs = np.arange(np.ceil(rect.left() / DOTS) * DOTS, rect.right(), DOTS)
    ys = np.arange(np.ceil(rect.top() / DOTS) * DOTS, rect.bottom(), DOTS)
    if not len(ys):
        ys = np.array([rect.center().y()])
    painter.drawPoints([QPointF(x, y) for x in xs for y in ys])


def draw_dots(painter: QPainter, points: Iterable[Array], tone: QColor, radius: float) -> None:
    """A disc at each point."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    for x, y in points:
        painter.drawEllipse(QPointF(x, y), radius, radius)


def draw_triangles(painter: QPainter, xs: Array, y: float, tone: QColor) -> None:
    """Small triangles that stand on ``y`` and point down: a number lies below what is shown."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    for x in xs:
        painter.drawPolygon(QPolygonF([QPointF(x - 3, y - 5), QPointF(x + 3, y - 5), QPointF(x, y)]))
