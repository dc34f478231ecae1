"""One plot on the screen: its picture, and over it what follows the pointer."""

from __future__ import annotations

import math
import time

import pyqtgraph
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.pen import Pen, painting
from visualizer.ui.plots.box import Box
from visualizer.ui.plots.chart import Reading
from visualizer.ui.plots.controls import Corner, style_sheet
from visualizer.ui.plots.desk import Desk
from visualizer.ui.plots.geometry import Placed, place_charts
from visualizer.ui.plots.gestures import Gestures
from visualizer.ui.plots.painter import EDGE, ChartPainter
from visualizer.ui.plots.plot import Context, Plot
from visualizer.ui.plots.readout import paint_crosshair, paint_reading
from visualizer.ui.theme import color

FEW = 3  # rows of numbers that are shown at the iteration looked at
NEAR = 5.0  # pixels from the line of a mark within which it is meant
TABBED = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Sheet(pyqtgraph.GraphicsObject):
    """The one item of a plot's scene that paints."""

    def __init__(self, view: PlotView) -> None:
        super().__init__()
        self._view = view

    def boundingRect(self) -> QRectF:
        return QRectF(self._view.rect())

    def paint(self, painter: QPainter, *_: object) -> None:
        self._view.paint(painter)


class PlotView(pyqtgraph.GraphicsView):
    """One plot. It shows what it is given, and asks the desk for everything else.

    ``y`` are the places that a person has zoomed to, None while they fit what is there; ``held`` are those that stay
    while a threshold is dragged. ``stale`` says that it shows
    what was, for nobody saw it. ``painted`` counts its pictures, and ``seconds`` is what the last took.
    """

    _context: Context | None = None  # for pyqtgraph resizes it while it is made

    def __init__(self, plot: Plot, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.plot = plot
        self.y: tuple[float, float] | None = None
        self.held: tuple[float, float] | None = None
        self.stale = False
        self.painted = 0
        self.seconds = 0.0
        self.placed: list[Placed] = []
        self.pointed_chart = 0
        self._desk = desk
        self._picture: QPixmap | None = None
        self._pointed = (math.nan, math.nan)
        self._by_keyboard = False
        self.gestures = Gestures(self, desk)
        self._sheet = Sheet(self)
        self.box = Box(self.gestures.click, fixed=not plot.over_iterations)
        self.box.sigRangeChangedManually.connect(self._gestured)
        for item in (self._sheet, self.box):
            self.scene().addItem(item)
        self.corner = Corner(
            self, plot.log is not None, plot.picks_layer, lambda: desk.flip(self), lambda layer: desk.pick_layer(layer)
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"Plot: {plot.chip}")

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)

    def sizeHint(self) -> QSize:
        return QSize(380, 200)

    # Showing --------------------------------------------------------------------------------------------------------

    @property
    def fine(self) -> bool:
        """Whether it is shown as finely as it can be."""
        return self._context is None or self._context.fine

    def show_context(self, context: Context) -> None:
        """Shows this from now on."""
        if self._context is None or self._context.theme is not context.theme:
            self.corner.setStyleSheet(style_sheet(context.theme))
        self._context, self.stale = context, False
        layers = context.study.layers if self.plot.picks_layer else ()
        self.corner.show_state(context.is_log(self.plot), layers, context.look.layer)
        self.corner.adjustSize()
        self.corner.move(self.width() - self.corner.width() - 12, 1)
        buttons = self.plot.log is not None or self.plot.picks_layer
        self.placed = place_charts(
            self.plot.charts(context), QRectF(self.rect()), self.corner.width() + 20.0 if buttons else 0.0
        )
        frame = self.placed[0].frame.united(self.placed[-1].frame)
        self.box.setGeometry(frame)
        if self.plot.over_iterations:
            chart = self.placed[0].chart
            self.box.show_range(chart.x, (chart.y.low, chart.y.high))
            self.box.y_fits = self.y is None
        self._picture = None
        if context.fine:
            self.setAccessibleDescription(self._said(context))
        self._sheet.update()

    def show_pointer(self, x: float, place: float) -> None:
        """The crosshair stands at x; NaN for none. ``place`` is NaN where the pointer is in another plot."""
        if not (math.isnan(x) and math.isnan(self._pointed[0])):
            self._pointed = (x, place)
            self._sheet.update()

    def show_iteration(self) -> None:
        """The line at the iteration looked at has moved."""
        self._sheet.update()

    def hold(self, hold: bool = True) -> None:
        """Keeps the scale as it is, for a threshold that is being moved along it."""
        scale = self.placed[0].chart.y
        self.held = (scale.low, scale.high) if hold else None

    def chart_at(self, pixel: float) -> int:
        """The number of the chart at a pixel, where several stand side by side."""
        return next((i for i, placed in enumerate(self.placed) if pixel <= placed.rect.right()), len(self.placed) - 1)

    def _said(self, context: Context) -> str:
        """The title and the numbers at the iteration looked at, for those who do not see the curves."""
        chart = self.placed[0].chart
        at = context.study.shown_iteration if self.plot.over_iterations else 1
        found = self.plot.read(context, 0, at, math.nan) if not chart.nothing else None
        rows = [f"{name} {number}" for _, name, number in found.rows] if found else []
        return "; ".join([", ".join([chart.title, *chart.subtitles[:1]]), *([found.title] if found else []), *rows])

    # Painting -------------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        """The picture, and over it what follows the pointer."""
        context = self._context
        if context is None or not self.placed:
            return
        if self._picture is None:
            self._picture = self._painted(context)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = Pen(painter)
        if self._by_keyboard and self.hasFocus():
            for placed in self.placed:
                pen.box(placed.frame, EDGE, None, color(context.theme.backward), 1.5)
        self._paint_overlay(pen, context)

    def _paint_overlay(self, pen: Pen, context: Context) -> None:
        """The line at the iteration looked at, the one at the pointer, and the numbers there."""
        theme, (x, place) = context.theme, self._pointed
        placed = self.placed[min(self.pointed_chart, len(self.placed) - 1)]
        if placed.chart.nothing:
            return
        looked_at = context.study.iteration if self.plot.over_iterations else None
        if looked_at is not None:
            paint_crosshair(pen, theme, placed, context.study.shown_iteration, firm=True)
        pointed = not math.isnan(x)
        if not pointed and looked_at is None:
            return
        x = x if pointed else context.study.shown_iteration
        reading = self._mark_at(placed, x) if pointed else None
        reading = reading or self.plot.read(context, self.placed.index(placed), x, place)
        # Nobody points, and so nobody asks for numbers that would cover the curves.
        if reading is not None and (pointed or len(reading.rows) <= FEW):
            if pointed:
                paint_crosshair(pen, theme, placed, reading.x, firm=False)
            paint_reading(pen, theme, placed, reading, placed.y(place))

    def _painted(self, context: Context) -> QPixmap:
        self.painted += 1
        start = time.perf_counter()
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(color(context.theme.panel))
        with painting(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            chart_painter = ChartPainter(Pen(painter), context.theme, on_screen=True)
            for placed in self.placed:
                chart_painter.paint(placed)
        self.seconds = time.perf_counter() - start
        return picture

    @staticmethod
    def _mark_at(placed: Placed, x: float) -> Reading | None:
        """What is said where a run stopped, when the pointer is at its line."""
        for mark in placed.chart.marks:
            if abs(placed.x(mark.iteration) - placed.x(x)) <= NEAR:
                return Reading(mark.iteration, "stopped", note=mark.text)
        return None

    # Events ---------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        if not self.gestures.press(event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.gestures.move(event):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.gestures.release():
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.gestures.double_click(event):
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.gestures.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.gestures.key(event):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in TABBED
        super().focusInEvent(event)
        self._sheet.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._sheet.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._context is not None:
            self._sheet.prepareGeometryChange()
            self._desk.renew(self)

    def _gestured(self, *_: object) -> None:
        """The box has another range, by wheel or drag."""
        (first, last), (low, high) = self.box.viewRange()
        shown = self.placed[0].chart.y
        if (low, high) != (shown.low, shown.high):
            self.y = (low, high)
        self._desk.zoom(first, last)
