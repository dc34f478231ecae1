"""The outline of a unit, and the strokes along it that tell how large its gradient is and how much of it has come."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from visualizer.session.neuron.scene import CIRCLE, DIAMOND
from visualizer.ui.neuron.strokes import BINS, NOT_FINITE, NOT_YET, SILENT, ZERO
from visualizer.ui.theme import Theme, color, magnitude_colors, mix

THINNEST, THICKEST = 1.6, 6.0  # pixels that a ring adds at most
WAITING = (3.0, 2.6)  # dashes, in widths of the pen


@lru_cache(maxsize=256)
def outline(shape: int, radius: float) -> QPainterPath:
    """The outline of a unit around (0, 0). It begins at the top and runs with the clock."""
    path = QPainterPath()
    if shape == CIRCLE:
        path.moveTo(0, -radius)
        path.arcTo(QRectF(-radius, -radius, 2 * radius, 2 * radius), 90, -360)
    elif shape == DIAMOND:
        path.moveTo(0, -radius)
        for x, y in ((radius, 0), (0, radius), (-radius, 0), (0, -radius)):
            path.lineTo(x, y)
    else:
        path.addRoundedRect(QRectF(-radius, -radius, 2 * radius, 2 * radius), 0.22 * radius, 0.22 * radius)
    path.closeSubpath()
    return path


def ring_width(kind: int, size: float) -> float:
    """The width of the ring of a unit of so many pixels' radius, in pixels."""
    if not 0 <= kind < NOT_FINITE:
        return 3.0
    return THINNEST + (kind % BINS) / (BINS - 1) * min(0.17 * size, THICKEST)


@lru_cache(maxsize=1024)
def ring_pens(
    theme: Theme, kind: int, share: float, path_length: float, size: int, pixel: float, strength: float
) -> tuple[QPen, ...]:
    """The strokes around a unit whose radius is ``size`` pixels, and whose outline is ``path_length`` scene units long.

    ``share`` of the messages have come. ``pixel`` is a pixel in scene units.
    """
    ground, thick = color(theme.ground), ring_width(kind, size)

    def pen(tone: QColor, width: float, dashes: tuple[float, ...] = (), rounded: bool = False) -> QPen:
        made = QPen(mix(tone, ground, strength), width * pixel)
        made.setCapStyle(Qt.PenCapStyle.RoundCap if rounded else Qt.PenCapStyle.FlatCap)
        made.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if dashes:
            made.setDashPattern(dashes)
        return made

    waiting = pen(color(theme.muted), 1.0, WAITING)
    if kind == SILENT:
        return (pen(color(theme.muted), 1.0),)
    if kind == NOT_YET:
        return (waiting,)
    if kind == ZERO:
        return (pen(color(theme.text), max(1.6, min(2.4, size / 8)), (0.1, 2.0), rounded=True),)
    if kind == NOT_FINITE:
        return pen(color(theme.danger), thick), pen(color(theme.panel), thick * 0.55, (0.6, 1.0))
    tone = magnitude_colors(theme.name)[round(kind % BINS / (BINS - 1) * 255)]
    if share < 1:  # so much of the way around, from the top on
        around = path_length / (thick * pixel)
        return waiting, pen(tone, thick, (share * around, around))
    return (pen(tone, thick),)
