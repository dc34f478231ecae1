"""Charts on a QPainter, as they are placed: the same for the window and for pictures."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF

from visualizer.session.plots.drawing import outlines
from visualizer.ui.pen import Pen, dashes, painting
from visualizer.ui.plots.chart import Raster
from visualizer.ui.plots.geometry import Placed, gap_area
from visualizer.ui.plots.strokes import (
    dot,
    draw_columns,
    draw_dots,
    draw_line,
    draw_long_line,
    draw_triangles,
    hatch,
    polygon,
)
from visualizer.ui.plots.surroundings import Surroundings
from visualizer.ui.theme import Theme, color, mix

EDGE = 5.0  # how round the frame is
FINENESS = 2.0  # pixels of an image in a file, in a unit


class ChartPainter:
    """Paints in one theme. ``on_screen`` is fast, and cuts what leaves a frame; files are drawn with all that Qt can,
    and nothing is cut in them, for not every format knows that.
    """

    def __init__(self, pen: Pen, theme: Theme, on_screen: bool) -> None:
        self.pen = pen
        self.theme = theme
        self._on_screen = on_screen
        self._around = Surroundings(pen, theme)

    def paint(self, placed: Placed) -> None:
        """A whole chart, save for what follows the pointer."""
        pen, theme, frame = self.pen, self.theme, placed.frame
        if frame.width() < 10 or frame.height() < 10:
            return
        painter = pen.painter
        pen.box(frame, EDGE, color(theme.ground))
        painter.save()
        if self._on_screen:
            self._clip(placed)
        for raster in placed.chart.rasters:
            self._raster(placed, raster)
        self._around.paint_grid(placed)
        self._areas(placed)
        self._gaps(placed)
        if not placed.chart.nothing:
            self._rules(placed)
        self._lines(placed)
        self._marks(placed)
        painter.restore()
        self._dots(placed)
        pen.box(frame, EDGE, None, color(theme.hairline))
        self._around.paint(placed)
        if placed.chart.nothing:
            pen.centered(frame, placed.chart.nothing, color(theme.muted), 12)

    def _clip(self, placed: Placed) -> None:
        """Nothing leaves the frame from now on; a picture not even its corners."""
        if placed.chart.rasters:
            path = QPainterPath()
            path.addRoundedRect(placed.frame, EDGE, EDGE)
            self.pen.painter.setClipPath(path)
        else:
            self.pen.painter.setClipRect(placed.frame)

    # Curves ---------------------------------------------------------------------------------------------------------

    def _areas(self, placed: Placed) -> None:
        painter = self.pen.painter
        painter.setPen(Qt.PenStyle.NoPen)
        for band in placed.chart.bands:
            if self._on_screen:
                draw_columns(painter, placed.pixels(band.points), band.color)
            else:
                painter.setBrush(band.color)
                for outline in outlines(band.points):
                    painter.drawPolygon(polygon(placed.pixels(outline)))
        for area in placed.chart.areas:
            painter.setBrush(area.color)
            painter.drawPolygon(polygon(placed.pixels(area.points)))

    def _lines(self, placed: Placed) -> None:
        chart, painter = placed.chart, self.pen.painter
        ratio = painter.device().devicePixelRatio() if self._on_screen else 1.0
        for part in chart.lines:
            pixels = placed.pixels(part.points)
            if self._on_screen:
                draw_long_line(painter, pixels, part.color, part.width, part.dashed, ratio)
            else:
                draw_line(painter, pixels, part.color, part.width, part.dashed)
        for floor in chart.floors:
            draw_triangles(
                painter,
                placed.pixels(np.stack([floor.x, floor.x], axis=1))[:, 0],
                placed.frame.bottom() - 1,
                floor.color,
            )

    def _dots(self, placed: Placed) -> None:
        """The discs on curves, which are whole at the edges too."""
        inside = placed.frame.adjusted(-0.5, -0.5, 0.5, 0.5)
        for part in placed.chart.lines:
            if part.dots:
                points = placed.pixels(part.points)
                kept = [point for point in points if not math.isnan(point[1]) and inside.contains(*point)]
                draw_dots(self.pen.painter, kept, part.color, 2.4 if part.width > 1.5 else 1.9)

    def _raster(self, placed: Placed, raster: Raster) -> None:
        painter, theme = self.pen.painter, self.theme
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        area = self._area(placed, raster.area)
        if self._on_screen:
            painter.drawImage(area, raster.image)
        else:
            self._cut_image(area, placed.frame, raster.image)
        for hole in raster.holes:
            rect = self._area(placed, hole) & placed.frame
            rect.setWidth(max(rect.width(), 2.0))
            painter.fillRect(rect, mix(color(theme.danger), color(theme.ground), 0.2))
            hatch(painter, rect, color(theme.danger))
        for zero in raster.zeros:
            dot(painter, self._area(placed, zero) & placed.frame, color(theme.muted))

    def _cut_image(self, area: QRectF, frame: QRectF, image: QImage) -> None:
        """An image over ``area``, as far as it lies within the frame, for files that know no clipping."""
        seen = area & frame
        cut = QImage(max(round(seen.width() * FINENESS), 1), max(round(seen.height() * FINENESS), 1), image.format())
        with painting(cut) as painter:
            painter.scale(FINENESS, FINENESS)
            painter.drawImage(area.translated(-seen.topLeft()), image)
        self.pen.painter.drawImage(seen, cut)

    @staticmethod
    def _area(placed: Placed, area: tuple[float, float, float, float]) -> QRectF:
        """A rectangle of x and places in pixels."""
        left, right, low, high = area
        return QRectF(QPointF(placed.x(left), placed.y(high)), QPointF(placed.x(right), placed.y(low)))

    def _gaps(self, placed: Placed) -> None:
        """Where numbers are not finite: hatched from top to bottom, behind the curves that go on."""
        danger, ground = color(self.theme.danger), color(self.theme.ground)
        for gap in placed.chart.gaps:
            rect = gap_area(placed, gap)
            self.pen.painter.fillRect(rect, mix(danger, ground, 0.12))
            hatch(self.pen.painter, rect, mix(danger, ground, 0.6))

    def _marks(self, placed: Placed) -> None:
        """Where runs stopped: a red line with a flag."""
        painter, frame, danger = self.pen.painter, placed.frame, color(self.theme.danger)
        for mark in placed.chart.marks:
            x = placed.x(mark.iteration)
            if frame.left() - 1 <= x <= frame.right() + 1:
                x = min(max(x, frame.left() + 1), frame.right() - 1)
                painter.setPen(dashes(danger, 1.4, (4.0, 3.0)))
                painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
                way = -1 if x > frame.center().x() else 1
                flag = [
                    QPointF(x, frame.bottom()),
                    QPointF(x + 9 * way, frame.bottom() - 5),
                    QPointF(x, frame.bottom() - 10),
                ]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(danger)
                painter.drawPolygon(QPolygonF(flag))

    def _rules(self, placed: Placed) -> None:
        painter, frame = self.pen.painter, placed.frame
        for rule, _ in placed.rules:
            y = min(max(placed.y(rule.place), frame.top() + 1.0), frame.bottom() - 1.0)
            painter.setPen(dashes(mix(rule.color, color(self.theme.ground), 0.8), 1.2, (5.0, 3.5)))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
