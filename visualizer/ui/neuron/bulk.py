"""Many small things at once: squares, discs and points in one call for each colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import Shiboken

from engine.draws import Indices
from engine.ops import Array
from visualizer.ui.heat import Colors


def touching(x: Array, y: Array, reach: Array, rects: Sequence[QRectF]) -> Indices:
    """The things (n,) that reach into any of some rectangles; ``reach`` may be that across and that down, (2, n)."""
    across, down = reach if reach.ndim == 2 else (reach, reach)
    inside = np.zeros(len(x), dtype=np.bool_)
    for rect in rects:
        inside |= (
            (x + across >= rect.left()) & (x - across <= rect.right())
            & (y + down >= rect.top()) & (y - down <= rect.bottom())
        )  # fmt: skip
    return np.flatnonzero(inside)


def runs(tones: Colors) -> tuple[Indices, list[tuple[QColor, slice]]]:
    """An order in which equal colours are neighbours, and each colour with the part of the order that has it."""
    order = np.argsort(tones, kind="stable")
    sorted_tones = tones[order]
    starts = np.flatnonzero(np.diff(sorted_tones.astype(np.int64), prepend=-1)).tolist()
    ends = [*starts[1:], len(order)]
    parts = zip(sorted_tones[starts].tolist(), starts, ends, strict=True) if starts else ()
    return order, [(QColor.fromRgb(tone), slice(start, end)) for tone, start, end in parts]


def draw_squares(painter: QPainter, centres: Array, half: Array, tones: Colors) -> None:
    """Squares in one call for each colour; ``half`` a side (n,), or half of width and height (n, 2)."""
    half = half if half.ndim == 2 else half[:, None]
    rects = np.empty((len(centres), 4))
    order, parts = runs(tones)
    np.subtract(centres, half, out=rects[:, :2])
    rects[:, 2:] = 2 * half
    rects = rects.take(order, axis=0)
    painter.setPen(Qt.PenStyle.NoPen)
    for tone, part in parts:
        draw_rects(painter, rects[part], tone)


def draw_rects(painter: QPainter, rects: Array, fill: QColor | None) -> None:
    """Rectangles (n, 4) in one call, with the painter's pen around them."""
    if len(rects):
        painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else fill)
        painter.drawRects(Shiboken.wrapInstance(rects.ctypes.data, QRectF), len(rects))


def draw_discs(painter: QPainter, centres: Array, radius: Array, tones: Colors) -> None:
    """Discs in one call for each colour and radius."""
    for size in np.unique(radius).tolist():
        among = np.flatnonzero(radius == size)
        order, parts = runs(tones[among])
        for tone, part in parts:
            pen = QPen(tone, 2 * size)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            draw_points(painter, centres[among[order[part]]], pen)


def draw_points(painter: QPainter, points: Array, pen: QPen) -> None:
    """Many points (n, 2) in one call: Qt reads them where they are."""
    if len(points):
        points = np.ascontiguousarray(points, dtype=np.float64)
        painter.setPen(pen)
        painter.drawPoints(Shiboken.wrapInstance(points.ctypes.data, QPointF), len(points))
