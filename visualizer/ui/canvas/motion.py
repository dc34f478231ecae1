"""Motion: while the steps play, the numbers of a step travel along its edges. No step waits for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPolygonF, QTransform
from PySide6.QtWidgets import QStyle, QWidget

from visualizer.ui.pen import line

LONGEST = 300.0  # ms
OF_PAUSE = 0.6  # of the time between two steps
TICK = 16  # ms
MOST = 24  # dots at once: of more edges, so many evenly chosen ones
DOT, TAIL = 4.5, 0.16  # radius in pixels; the part of the way that a dot has just left and still glows


def reduced_motion(widget: QWidget) -> bool:
    """Whether the system asks for less motion.

    Qt says so by the platform's motion preference where it has one (from 6.12 on), and, as desktops that turn their
    animations off do, by a style whose animations take no time.
    """
    hints = QGuiApplication.styleHints()
    accessibility = hints.accessibility() if hasattr(hints, "accessibility") else None
    preference = getattr(accessibility, "motionPreference", None)
    if preference is not None and preference().name == "ReducedMotion":
        return True
    return widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget) == 0


class Travel:
    """Dots on their ways, as geometry in scene units. ``share`` counts from 0 to 1."""

    def __init__(self, ways: Sequence[QPolygonF]) -> None:
        chosen = np.linspace(0, len(ways) - 1, min(len(ways), MOST)).round().astype(int) if ways else ()
        points = [np.array([point.toTuple() for point in ways[i]]) for i in chosen]
        self._points = [way for way in points if len(way) > 1]
        self._lengths = [np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))]) for way in self._points]

    def __len__(self) -> int:
        return len(self._points)

    def at(self, share: float) -> list[QPointF]:
        """Where the dots are."""
        eased = share * share * (3 - 2 * share)
        places = []
        for way, lengths in zip(self._points, self._lengths, strict=True):
            distance = eased * lengths[-1]
            places.append(QPointF(np.interp(distance, lengths, way[:, 0]), np.interp(distance, lengths, way[:, 1])))
        return places


class Motion(QObject):
    """The dots of one canvas. ``moved`` carries the rectangles of the widget that look different."""

    moved = Signal(list)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._travel = Travel(())
        self._share = 1.0
        self._duration = LONGEST
        self._tone = QColor()
        self._transform = QTransform()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK)
        self._timer.timeout.connect(self._tick)

    @property
    def running(self) -> bool:
        """True while dots are on their way."""
        return self._timer.isActive()

    def start(self, ways: Sequence[QPolygonF], tone: QColor, transform: QTransform, pause: float) -> None:
        """Send a dot along each of ``ways``, to be there before the next step, ``pause`` ms from now."""
        self.stop()
        self._travel, self._tone, self._transform = Travel(ways), tone, QTransform(transform)
        self._duration = min(LONGEST, OF_PAUSE * pause)
        if len(self._travel) and self._duration > 2 * TICK:
            self._share = 0.0
            self._clock.start()
            self._timer.start()

    def stop(self) -> None:
        """Take the dots away."""
        if self.running:
            self._timer.stop()
            rects = self._rects()
            self._share = 1.0
            self.moved.emit(rects)

    def _tick(self) -> None:
        self.go_to(self._clock.elapsed() / self._duration)

    def go_to(self, share: float) -> None:
        """Show the dots at a part of their way, from 0 to 1; at 1 they are there, and gone."""
        before = self._rects()
        self._share = share
        if share >= 1:
            self._timer.stop()
            self.moved.emit(before)
        else:
            self.moved.emit(before + self._rects())

    def _rects(self) -> list[QRectF]:
        around = 2 * DOT + 2
        return [
            QRectF(tail, head).normalized().adjusted(-around, -around, around, around)
            for tail, head in zip(self._places(max(self._share - TAIL, 0.0)), self._places(self._share), strict=True)
        ]

    def _places(self, share: float) -> list[QPointF]:
        return [self._transform.map(point) for point in self._travel.at(min(share, 1.0))]

    def paint(self, painter: QPainter, ground: QColor) -> None:
        """The dots, each with a short glow behind it, in pixels of the widget."""
        if not self.running:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for part, alpha in ((1.0, 45), (0.5, 80)):
            glow = QColor(self._tone)
            glow.setAlpha(alpha)
            painter.setPen(line(glow, 2 * DOT * (1.2 - 0.4 * part)))
            tails = self._places(max(self._share - part * TAIL, 0.0))
            for tail, head in zip(tails, self._places(self._share), strict=True):
                painter.drawLine(tail, head)
        painter.setPen(line(ground, 1.6))
        painter.setBrush(self._tone)
        for head in self._places(self._share):
            painter.drawEllipse(head, DOT, DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)
