"""Many small things at once: squares, discs and points in one call for each colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import Shiboken

from engine.draws import Indices
from engine.ops import Array
from visualizer.ui.heat import Colors


def touching(x: Array, y: Array, reach: Array, rects: Sequence[QRectF]) -> Indices:
    """The things (n,) that reach into any of some rectangles."""
    inside = np.zeros(len(x), dtype=np.bool_)
    for rect in rects:
        inside |= (
            (x + reach >= rect.left()) & (x - reach <= rect.right())
            & (y + reach >= rect.top()) & (y - reach <= rect.bottom())
        )  # fmt: skip
    return np.flatnonzero(inside)


def runs(tones: Colors) -> Iterator[tuple[QColor, Indices]]:
    """Each colour, with the places that have it."""
    if not len(tones):
        return
    order = np.argsort(tones, kind="stable")
    starts = np.flatnonzero(np.diff(tones[order].astype(np.int64), prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        yield QColor.fromRgb(int(tones[order[start]])), order[start:end]


def draw_squares(painter: QPainter, centres: Array, half: Array, tones: Colors) -> None:
    """Squares in one call for each colour; ``half`` a side (n,), or half of width and height (n, 2)."""
    half = half if half.ndim == 2 else np.repeat(half[:, None], 2, axis=1)
    rects = np.concatenate([centres - half, 2 * half], axis=1)
    painter.setPen(Qt.PenStyle.NoPen)
    for tone, places in runs(tones):
        own = np.ascontiguousarray(rects[places])
        painter.setBrush(tone)
        painter.drawRects(Shiboken.wrapInstance(own.ctypes.data, QRectF), len(places))


def draw_discs(painter: QPainter, centres: Array, radius: Array, tones: Colors) -> None:
    """Discs in one call for each colour and radius."""
    for size in np.unique(radius).tolist():
        among = np.flatnonzero(radius == size)
        for tone, places in runs(tones[among]):
            pen = QPen(tone, 2 * size)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            draw_points(painter, centres[among[places]], pen)


def draw_points(painter: QPainter, points: Array, pen: QPen) -> None:
    """Many points (n, 2) in one call: Qt reads them where they are."""
    if len(points):
        points = np.ascontiguousarray(points, dtype=np.float64)
        painter.setPen(pen)
        painter.drawPoints(Shiboken.wrapInstance(points.ctypes.data, QPointF), len(points))
