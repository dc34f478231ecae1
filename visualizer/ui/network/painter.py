"""Paints a network: edges with their gradients, units with their pictures or values, and words below each column."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.network.edges import Edges
from visualizer.session.network.layout import ARC
from visualizer.session.network.scene import NetworkScene
from visualizer.session.training.snapshot import Snapshot
from visualizer.ui.network.bands import paint_bands
from visualizer.ui.network.captions import paint_captions
from visualizer.ui.network.lines import (
    DOT,
    THICKEST,
    ZERO,
    draw_curves,
    draw_dashed,
    draw_dotted,
    draw_lines,
    kinds_of,
    pens,
    segments,
    thickest_of,
)
from visualizer.ui.network.look import Look
from visualizer.ui.network.units import CORNER, paint_units
from visualizer.ui.pen import Pen, line
from visualizer.ui.theme import Theme, color, mix

DIMMED = 0.22  # what is left of the other edges while one unit's are lit
LIT_GAP = 22.0  # from that pitch on single edges can be lit between bands
ARROWED = 40.0  # from that width on a skip connection has an arrowhead


class NetworkPainter:
    """Paints one scene in one theme."""

    def __init__(self, scene: NetworkScene, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme
        self._arcs = segments(np.array(scene.arcs).reshape(-1, ARC, 2))

    def paint(self, painter: QPainter, snapshot: Snapshot, edges: tuple[Edges, ...], look: Look) -> None:
        """Everything but the legend. ``edges`` are those drawn before each column, from the first layer's on."""
        pen = Pen(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_arcs(painter)
        if self.scene.banded:
            paint_bands(painter, self.scene, self.theme, snapshot, look)
        else:
            self._paint_edges(painter, edges, look)
        if look.lit_edges is not None and self.scene.pitch > LIT_GAP:
            self._paint_lit(painter, *look.lit_edges, look)
        paint_units(pen, self.scene, self.theme, snapshot, look)
        self._paint_marks(pen, look)
        paint_captions(pen, self.scene, self.theme, snapshot)

    def _paint_edges(self, painter: QPainter, edges: tuple[Edges, ...], look: Look) -> None:
        strength = 1.0 if look.lit_edges is None else DIMMED
        curves, kinds = [], []
        for column, drawn in enumerate(edges, start=1):
            points, found = self._curves(painter, column, drawn, look, strength)
            curves.append(points)
            kinds.append(found)
        thickest = thickest_of(sum(map(len, kinds)))
        table = pens(self.theme, look.shows, strength, thickest)
        draw_curves(painter, np.concatenate(curves), np.concatenate(kinds), table, self.theme)

    def _paint_lit(self, painter: QPainter, column: int, lit: Edges, look: Look) -> None:
        """Edges before a column in their full colours."""
        points, kinds = self._curves(painter, column, lit, look, 1.0)
        table = pens(self.theme, look.shows, 1.0, THICKEST)
        draw_lines(painter, segments(points), line(mix(color(self.theme.text), color(self.theme.ground), 0.2), 5.6))
        draw_curves(painter, points, kinds, table, self.theme)

    def _curves(
        self, painter: QPainter, column: int, drawn: Edges, look: Look, strength: float
    ) -> tuple[Array, Indices]:
        """Edges that have a size, and the kinds of them; those that have none are painted."""
        scene, theme = self.scene, self.theme
        left, right = scene.gap(column)
        fine = max(round((right - left) / DOT), 4) + 1
        if drawn.numbers is None:
            draw_dashed(painter, scene.curves(column, drawn.sources, drawn.targets, 2 * fine), theme, strength)
            return np.empty((0, scene.curve_points, 2)), np.empty(0, dtype=np.intp)
        kinds = kinds_of(drawn.numbers, look.shows, look.scales.decades, look.scales.weight)
        zero = kinds == ZERO
        if zero.any():
            draw_dotted(painter, scene.curves(column, drawn.sources[zero], drawn.targets[zero], fine), theme, strength)
        sources, targets = drawn.sources[~zero], drawn.targets[~zero]
        return scene.curves(column, sources, targets, scene.curve_points), kinds[~zero]

    def _paint_arcs(self, painter: QPainter) -> None:
        """The skip connections."""
        tone = mix(self.theme.role("activation"), color(self.theme.ground), 0.8)
        draw_lines(painter, self._arcs, line(tone, 1.2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        for points in self.scene.arcs:
            (x1, y1), (x2, y2) = points[-3], points[-1]
            if x2 - points[0][0] >= ARROWED:
                angle = math.atan2(y2 - y1, x2 - x1)
                corners = [
                    QPointF(x2 - 6 * math.cos(angle + side), y2 - 6 * math.sin(angle + side)) for side in (-0.5, 0.5)
                ]
                painter.drawPolygon(QPolygonF([QPointF(x2, y2), *corners]))

    def _paint_marks(self, pen: Pen, look: Look) -> None:
        """Rings around the selected unit and the one under the pointer."""
        accent = color(self.theme.backward if look.focused else self.theme.text)
        for place, tone, width in ((look.selected, accent, 2.2), (look.lit, color(self.theme.text), 1.6)):
            if place is not None:
                column = self.scene.columns[place[0]]
                if place[1] < column.shown:
                    rect = QRectF(*column.rect(place[1])).adjusted(-2.5, -2.5, 2.5, 2.5)
                    pen.box(rect, CORNER + 2 if column.tiles else 2.5, None, tone, width)
