"""Deep networks: one band for all edges of a layer, as thick and coloured as the norm of its gradient is large."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from visualizer.session.network.edges import size_of
from visualizer.session.network.scene import NetworkScene
from visualizer.session.training.snapshot import Snapshot
from visualizer.ui.network.look import Look
from visualizer.ui.pen import dashes
from visualizer.ui.theme import Theme, color, magnitude_colors

THICKEST, NOT_FINITE = 0.75, 0.5  # of the tallest column
THINNEST = 2.0


def paint_bands(painter: QPainter, scene: NetworkScene, theme: Theme, snapshot: Snapshot, look: Look) -> None:
    """The bands before all columns. They reach behind the columns, which are painted over them."""
    colors, scale, axis = magnitude_colors(theme.name), look.scales.decades, scene.axis
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for number, layer in enumerate(snapshot.layers, start=1):
        left, right = scene.columns[number - 1].middle, scene.columns[number].middle
        size = size_of(layer, look.shows)
        if size is None:
            painter.setPen(dashes(color(theme.faint), 1.0, (3.0, 3.0)))
            painter.drawLine(QPointF(left, axis), QPointF(right, axis))
        elif size == 0:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(dashes(color(theme.muted), 2.4, (0.1, 2.0), rounded=True))
            painter.drawLine(QPointF(left, axis), QPointF(right, axis))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        elif math.isfinite(size):
            share = scale.position(size)
            height = max(share * THICKEST * scene.tallest, THINNEST)
            painter.fillRect(QRectF(left, axis - height / 2, right - left, height), colors[round(share * 255)])
        else:
            height = NOT_FINITE * scene.tallest
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(color(theme.danger), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(QRectF(left, axis - height / 2, right - left, height))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
