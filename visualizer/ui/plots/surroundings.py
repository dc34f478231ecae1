"""What stands around the curves of a chart: scales, title, legend, names."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient

from visualizer.session.plots.scales import Tick, linear_ticks, whole_ticks
from visualizer.ui.pen import Pen, dashes, elided
from visualizer.ui.plots.chart import Entry, Label
from visualizer.ui.plots.geometry import LINE, SMALL, SWATCH, TINY, TITLE, Placed, gap_area
from visualizer.ui.plots.styles import see_through
from visualizer.ui.theme import Theme, Weight, color, text_width

BACKED = 0.82  # how much of a text's own ground is seen over curves


def x_ticks(placed: Placed) -> tuple[Tick, ...]:
    """Ticks with room for their numbers."""
    low, high = placed.chart.x
    widest = max(text_width(f"{high:,.0f}", TINY), 24.0) + 26.0 if placed.chart.whole else 46.0
    most = max(1, int(placed.frame.width() / widest))
    return whole_ticks(low, high, most) if placed.chart.whole else linear_ticks(low, high, most)


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


class Surroundings:
    """Paints them in one theme, with a pen that may write text as outlines."""

    def __init__(self, pen: Pen, theme: Theme) -> None:
        self.pen = pen
        self.theme = theme

    def paint(self, placed: Placed) -> None:
        """All but the grid, which lies behind the curves."""
        self._texts_over_curves(placed)
        for label, area in placed.labels:
            self._label(label, area)
        self._captions(placed)
        self._title(placed)
        for entry, rect in placed.entries:
            self._entry(entry, rect, in_frame=placed.frame.contains(rect))
        self._ramp(placed)
        if not placed.chart.nothing:
            self._x_axis(placed)
            self._y_axis(placed)

    def paint_grid(self, placed: Placed) -> None:
        """A line across at each tick."""
        if placed.chart.y_ticks is not None or placed.chart.nothing:
            return
        for place, _ in y_ticks(placed):
            y = round(placed.y(place)) + 0.5
            if placed.frame.top() + 2 < y < placed.frame.bottom() - 2:
                self.pen.stroke(placed.frame.left(), y, placed.frame.right(), y, color(self.theme.hairline))

    def _x_axis(self, placed: Placed) -> None:
        frame, muted = placed.frame, color(self.theme.muted)
        baseline = frame.bottom() + 15
        for place, text in x_ticks(placed):
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
        for place, text in y_ticks(placed):
            y = placed.y(place)
            if frame.top() - 0.5 <= y <= frame.bottom() + 0.5:
                self.pen.right(frame.left() - 7, min(y + 3.8, frame.bottom() + 1), text, muted, TINY)

    # Words ----------------------------------------------------------------------------------------------------------

    def _texts_over_curves(self, placed: Placed) -> None:
        """What thresholds are called, and what kind of numbers a gap has."""
        frame, danger = placed.frame, color(self.theme.danger)
        for gap in placed.chart.gaps:
            area, width = gap_area(placed, gap), text_width(gap.text, TINY, "semibold")
            if not area.isEmpty():
                x = area.left() - width - 6 if area.left() - width - 10 > frame.left() else area.left() + 8
                self._backed(x, frame.top() + 14, gap.text, danger, "semibold")
        for rule, rect in placed.rules if not placed.chart.nothing else ():
            self._backed(rect.left() + 3, rect.bottom() - 3.5, rule.text, rule.color)

    def _backed(self, x: float, baseline: float, text: str, tone: QColor, weight: Weight = "regular") -> None:
        """A text over curves, on a ground of its own."""
        over = see_through(color(self.theme.ground), BACKED)
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
        self.pen.box(rect.adjusted(-4, 1, 4, -1), 3, see_through(color(theme.ground), BACKED) if in_frame else None)
        painter.setPen(dashes(tone, 2.0, (2.0, 1.2)) if entry.dashed else dashes(tone, 2.0, (100.0, 1.0)))
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.left() + SWATCH, middle))
        ink = ink if shown else color(theme.faint)
        text = elided(entry.text, rect.width() - SWATCH - 3, SMALL, "medium")
        self.pen.text(rect.left() + SWATCH + 4, middle + 4, text, ink, SMALL, "medium")

    def _label(self, label: Label, area: QRectF) -> None:
        """The name of a line beside it."""
        self.pen.box(area, 3, see_through(color(self.theme.ground), BACKED))
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
