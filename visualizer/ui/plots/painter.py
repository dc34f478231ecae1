"""Charts on a QPainter, as they are placed: the same for the window and for pictures."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPolygonF

from visualizer.session.drawing import Gap, outlines
from visualizer.session.scales import Tick, linear_ticks, whole_ticks
from visualizer.ui.pen import Pen, dashes, elided
from visualizer.ui.plots.chart import Entry, Label, Raster
from visualizer.ui.plots.geometry import LINE, SMALL, SWATCH, TINY, TITLE, Placed
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
from visualizer.ui.plots.styles import see_through
from visualizer.ui.theme import Theme, Weight, color, mix, text_width

THINNEST_GAP = 6.0  # pixels: a single iteration has to be seen
EDGE = 5.0  # how round the frame is


class ChartPainter:
    """Paints in one theme. ``on_screen`` is fast, and cuts what leaves a frame; files are drawn with all that Qt can,
    and nothing is cut in them, for not every format knows that.
    """

    def __init__(self, pen: Pen, theme: Theme, on_screen: bool) -> None:
        self.pen = pen
        self.theme = theme
        self._on_screen = on_screen

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
        self._grid(placed)
        self._areas(placed)
        self._gaps(placed)
        if not placed.chart.nothing:
            self._rules(placed)
        self._lines(placed)
        self._marks(placed)
        painter.restore()
        self._dots(placed)
        pen.box(frame, EDGE, None, color(theme.hairline))
        self._texts_over_curves(placed)
        for label, area in placed.labels:
            self._label(label, area)
        self._captions(placed)
        self._title(placed)
        for entry, rect in placed.entries:
            self._entry(entry, rect, in_frame=placed.frame.contains(rect))
        self._ramp(placed)
        self._x_axis(placed)
        self._y_axis(placed)
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
        painter.drawImage(self._area(placed, raster.area), raster.image)
        for hole in raster.holes:
            rect = self._area(placed, hole)
            rect.setWidth(max(rect.width(), 2.0))
            painter.fillRect(rect, mix(color(theme.danger), color(theme.ground), 0.2))
            hatch(painter, rect, color(theme.danger))
        for zero in raster.zeros:
            dot(painter, self._area(placed, zero), color(theme.muted))

    @staticmethod
    def _area(placed: Placed, area: tuple[float, float, float, float]) -> QRectF:
        """A rectangle of x and places in pixels, no farther than the frame."""
        left, right, low, high = area
        found = QRectF(QPointF(placed.x(left), placed.y(high)), QPointF(placed.x(right), placed.y(low)))
        return found

    def _gaps(self, placed: Placed) -> None:
        """Where numbers are not finite: hatched from top to bottom, behind the curves that go on."""
        danger, ground = color(self.theme.danger), color(self.theme.ground)
        for gap in placed.chart.gaps:
            rect = self._gap_area(placed, gap)
            self.pen.painter.fillRect(rect, mix(danger, ground, 0.12))
            hatch(self.pen.painter, rect, mix(danger, ground, 0.6))

    @staticmethod
    def _gap_area(placed: Placed, gap: Gap) -> QRectF:
        """The strip of a gap within the frame, wide enough to be seen; empty where the gap is not shown."""
        frame = placed.frame
        left, right = placed.x(gap.first), placed.x(gap.last)
        if right < frame.left() - 0.5 or left > frame.right() + 0.5:
            return QRectF()
        wider = max(THINNEST_GAP - (right - left), 0.0) / 2
        left, right = max(left - wider, frame.left()), min(right + wider, frame.right())
        return QRectF(left, frame.top(), right - left, frame.height())

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

    # Scales ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def x_ticks(placed: Placed) -> tuple[Tick, ...]:
        """Ticks with room for their numbers."""
        low, high = placed.chart.x
        widest = max(text_width(f"{high:,.0f}", TINY), 24.0) + 26.0 if placed.chart.whole else 46.0
        most = max(1, int(placed.frame.width() / widest))
        return whole_ticks(low, high, most) if placed.chart.whole else linear_ticks(low, high, most)

    @staticmethod
    def y_ticks(placed: Placed) -> tuple[Tick, ...]:
        """Ticks far enough apart; as percent where the chart is."""
        chart = placed.chart
        if chart.y_ticks is not None:
            return tuple(Tick(*tick) for tick in chart.y_ticks)
        most = max(2, int(placed.frame.height() / 27.0))
        if chart.y_whole:
            return whole_ticks(chart.y.low, chart.y.high, most)
        ticks = chart.y.ticks(most)
        if chart.percent and not chart.y.log:
            return tuple(Tick(tick.place, f"{100 * tick.place:.4g} %".replace("-", "−")) for tick in ticks)
        return ticks

    def _grid(self, placed: Placed) -> None:
        if placed.chart.y_ticks is not None or placed.chart.nothing:
            return
        for place, _ in self.y_ticks(placed):
            y = round(placed.y(place)) + 0.5
            if placed.frame.top() + 2 < y < placed.frame.bottom() - 2:
                self.pen.stroke(placed.frame.left(), y, placed.frame.right(), y, color(self.theme.hairline))

    def _x_axis(self, placed: Placed) -> None:
        frame, muted = placed.frame, color(self.theme.muted)
        if placed.chart.nothing:
            return
        baseline = frame.bottom() + 15
        for place, text in self.x_ticks(placed):
            x = placed.x(place)
            if frame.left() - 0.5 <= x <= frame.right() + 0.5:
                self.pen.stroke(x, frame.bottom(), x, frame.bottom() + 3, color(self.theme.faint))
                half = text_width(text, TINY) / 2
                x = min(x - half, placed.rect.right() - 2 * half)
                self.pen.text(x, baseline, text, muted, TINY)
        if placed.chart.x_name:
            self.pen.right(frame.left() - 8, baseline, placed.chart.x_name, muted, TINY)

    def _y_axis(self, placed: Placed) -> None:
        frame, muted = placed.frame, color(self.theme.muted)
        if placed.chart.nothing:
            return
        for place, text in self.y_ticks(placed):
            y = placed.y(place)
            if frame.top() - 0.5 <= y <= frame.bottom() + 0.5:
                self.pen.right(frame.left() - 7, min(y + 3.8, frame.bottom() + 1), text, muted, TINY)

    def _rules(self, placed: Placed) -> None:
        painter, frame = self.pen.painter, placed.frame
        for rule, _ in placed.rules:
            y = min(max(placed.y(rule.place), frame.top() + 1.0), frame.bottom() - 1.0)
            painter.setPen(dashes(mix(rule.color, color(self.theme.ground), 0.8), 1.2, (5.0, 3.5)))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))

    # Words ----------------------------------------------------------------------------------------------------------

    def _texts_over_curves(self, placed: Placed) -> None:
        """What thresholds are called, and what kind of numbers a gap has."""
        frame, danger = placed.frame, color(self.theme.danger)
        for gap in placed.chart.gaps:
            area, width = self._gap_area(placed, gap), text_width(gap.text, TINY, "semibold")
            if not area.isEmpty():
                x = area.left() - width - 6 if area.left() - width - 10 > frame.left() else area.left() + 8
                self._backed(x, frame.top() + 14, gap.text, danger, "semibold")
        for rule, rect in placed.rules if not placed.chart.nothing else ():
            self._backed(rect.left() + 3, rect.bottom() - 3.5, rule.text, rule.color)

    def _backed(self, x: float, baseline: float, text: str, tone: QColor, weight: Weight = "regular") -> None:
        """A text over curves, on a ground of its own."""
        over = see_through(color(self.theme.ground), 0.82)
        self.pen.box(QRectF(x - 3, baseline - 10.5, text_width(text, TINY, weight) + 6, 14), 3, over)
        self.pen.text(x, baseline, text, self.theme.ink(tone), TINY, weight)

    def _title(self, placed: Placed) -> None:
        theme, baseline = self.theme, placed.rect.top() + 15.5
        self.pen.text(placed.frame.left(), baseline, placed.chart.title, color(theme.text), TITLE, "semibold")
        x, said = placed.subtitle
        self.pen.text(x, baseline, said, color(theme.muted), SMALL)

    def _entry(self, entry: Entry, rect: QRectF, in_frame: bool) -> None:
        """A name in the legend: faint where its curve is switched off."""
        theme, shown = self.theme, entry.shown is not False
        tone = entry.color if shown else color(theme.faint)
        ink = theme.ink(entry.color) if shown else color(theme.faint)
        middle = rect.center().y()
        if entry.place is not None:
            text = elided(entry.text, rect.width(), TINY, "medium")
            self.pen.text(rect.left(), middle + 3.8, text, ink, TINY, "medium")
            if not shown:
                self.pen.stroke(rect.left(), middle, rect.right() - 3, middle, color(theme.faint))
            return
        painter = self.pen.painter
        self.pen.box(rect.adjusted(-4, 1, 4, -1), 3, see_through(color(theme.ground), 0.82) if in_frame else None)
        painter.setPen(dashes(tone, 2.0, (2.0, 1.2)) if entry.dashed else dashes(tone, 2.0, (100.0, 1.0)))
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.left() + SWATCH, middle))
        ink = ink if shown else color(theme.faint)
        text = elided(entry.text, rect.width() - SWATCH - 3, SMALL, "medium")
        self.pen.text(rect.left() + SWATCH + 4, middle + 4, text, ink, SMALL, "medium")

    def _label(self, label: Label, area: QRectF) -> None:
        """The name of a line beside it."""
        self.pen.box(area, 3, see_through(color(self.theme.ground), 0.82))
        tone = self.theme.ink(label.line.color)
        self.pen.text(area.left() + 3, area.bottom() - 3.5, label.text, tone, SMALL, "semibold")

    def _captions(self, placed: Placed) -> None:
        for number, (text, tone) in enumerate(placed.chart.captions):
            text = elided(text, placed.frame.width() - 14, TINY)
            self._backed(placed.frame.left() + 8, placed.frame.top() + 15 + LINE * number, text, tone)
        for raster in placed.chart.rasters:
            if raster.text:
                top = placed.y(raster.area[3])
                self._backed(placed.frame.left() + 8, top + 15, raster.text, color(self.theme.text), "semibold")

    def _ramp(self, placed: Placed) -> None:
        ramp, frame = placed.chart.ramp, placed.frame
        if ramp is None:
            return
        bar = QRectF(frame.right() + 8, frame.top(), 8, frame.height())
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        for i in range(17):
            gradient.setColorAt(i / 16, ramp.colors[min(i * 16, len(ramp.colors) - 1)])
        painter = self.pen.painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 2, 2)
        for share, text in ramp.texts:
            y = bar.bottom() - share * bar.height()
            baseline = min(max(y + 3.8, bar.top() + 8.5), bar.bottom() - 0.5)
            self.pen.text(bar.right() + 5, baseline, text, color(self.theme.muted), TINY)
