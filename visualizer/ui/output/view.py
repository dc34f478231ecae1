"""The output over the features with the samples: a plane in colours, or along a single feature a curve."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from engine.ops import Array
from visualizer.session.output.points import Points, output_range, point_words
from visualizer.session.training.snapshot import Plane, Snapshot
from visualizer.ui.heat import class_color
from visualizer.ui.network.lines import draw_lines
from visualizer.ui.output.axes import BOTTOM, LEFT, RIGHT, TOP, Frame, paint_axes
from visualizer.ui.output.colours import boundaries, legend_rows, output_picture, paint_legend
from visualizer.ui.output.markers import marker_picture, paint_key
from visualizer.ui.pen import Pen, line, painting
from visualizer.ui.theme import Theme, color, mix

ROW = 18.0  # height of a row of the legend
BROADER = 0.8  # a curve's frame is that high against its width
ROOM = 0.12  # above and below the numbers of a curve
SMALLEST = 90.0  # the side of the frame
NARROWEST = 150.0  # the width of the legends


class OutputView(QWidget):
    """Paints ``plane`` of a snapshot with the samples. A pointer on it is told what is there."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._points: Points | None = None
        self._snapshot: Snapshot | None = None
        self._test, self._discrete = False, False
        self._markers: tuple[Hashable, QPixmap] | None = None
        self._pointer: QPointF | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Output over the features")

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._changed()

    def set_points(self, points: Points | None) -> None:
        """Other samples; what is shown of a run goes."""
        self._points, self._snapshot = points, None
        self._changed()

    def set_choices(self, test: bool, discrete: bool) -> None:
        """Whether test samples are shown, and whether the output is reduced to classes."""
        self._test, self._discrete = test, discrete
        self._changed()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the output of a run as it is now."""
        self._snapshot = snapshot
        if self._pointer is not None and QToolTip.isVisible():
            self._tell()
        self.update()

    def _changed(self) -> None:
        self._markers = None
        self.update()

    @property
    def _plane(self) -> Plane | None:
        """What is to be painted; None where nothing fits the samples."""
        plane = self._snapshot.plane if self._snapshot is not None else None
        if plane is None or self._points is None or len(plane.bounds) != 2 * self._points.train.shape[1]:
            return None
        return plane

    # Geometry -------------------------------------------------------------------------------------------------------

    def wanted_height(self, width: float) -> float:
        """How high it would be at that width."""
        plane, points = self._plane, self._points
        if plane is None or points is None:
            return 0.0
        share = 1.0 if plane.output.ndim == 3 else BROADER
        return TOP + (width - LEFT - RIGHT) * share + BOTTOM + self._below(plane, points, width)

    def _below(self, plane: Plane, points: Points, width: float) -> float:
        """The height of the legends."""
        coloured = plane.output.ndim == 3 or len(plane.output) > 1
        rows = legend_rows(points, len(plane.output), max(width - LEFT - RIGHT, NARROWEST)) if coloured else 0
        return 8 + ROW * (rows + 1)

    def _frame(self, plane: Plane, points: Points) -> Frame:
        width, height = self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM
        height = max(height - self._below(plane, points, self.width()), SMALLEST)
        if plane.output.ndim == 3:
            side = float(int(min(width, height)))
            left = LEFT + max((width - side) / 2, 0)
            return Frame(QRectF(round(left), TOP, side, side), plane.bounds[:2], plane.bounds[2:])
        rect = QRectF(LEFT, TOP, int(width), int(min(height, width * BROADER)))
        return Frame(rect, plane.bounds[:2], self._ends(points))

    def _ends(self, points: Points) -> tuple[float, float]:
        """The lowest and the highest number of a curve's frame, which do not move while it learns."""
        low, high = self._limits(points)
        if not points.classes:
            low, high = float(points.train_targets.min()), float(points.train_targets.max())
            if low == high:
                low, high = low - 1, high + 1
        return low - ROOM * (high - low), high + ROOM * (high - low)

    def _limits(self, points: Points) -> tuple[float, float]:
        assert self._snapshot is not None
        return output_range(points, self._snapshot)

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.fillRect(event.rect(), color(self._theme.ground))
            plane, points = self._plane, self._points
            if plane is not None and points is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint(painter, plane, points)

    def _paint(self, painter: QPainter, plane: Plane, points: Points) -> None:
        pen, theme, frame, limits = Pen(painter), self._theme, self._frame(plane, points), self._limits(points)
        flat = plane.output.ndim == 3
        if flat:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            discrete = self._discrete and bool(points.classes)
            painter.drawImage(frame.rect, output_picture(plane.output, limits, theme, discrete))
            if points.classes:
                self._paint_boundaries(painter, plane, frame, limits)
        else:
            self._paint_curves(pen, plane, points, frame)
        painter.drawPixmap(0, 0, self._marked(plane, points, frame, limits))
        names = points.names[:2] if flat else (points.names[0], "output")
        paint_axes(pen, theme, frame, (names[0], names[1]))
        y = frame.rect.bottom() + BOTTOM + 8
        if flat or len(plane.output) > 1:
            below = QRectF(frame.rect.x(), y, max(frame.rect.width(), NARROWEST), 12)
            paint_legend(pen, theme, points, len(plane.output), limits, below)
            y += ROW * legend_rows(points, len(plane.output), below.width())
        paint_key(pen, theme, points, frame.rect.x(), y + 10, self._test)

    def _paint_boundaries(self, painter: QPainter, plane: Plane, frame: Frame, limits: tuple[float, float]) -> None:
        lines, rect = boundaries(plane.output, limits), frame.rect
        lines = np.stack(
            [
                rect.x() + lines[:, 0] * rect.width(), rect.bottom() - lines[:, 1] * rect.height(),
                rect.x() + lines[:, 2] * rect.width(), rect.bottom() - lines[:, 3] * rect.height(),
            ],
            axis=1,
        )  # fmt: skip
        stroke = QPen(mix(color(self._theme.text), color(self._theme.ground), 0.85), 1.3)
        stroke.setCapStyle(Qt.PenCapStyle.FlatCap)
        draw_lines(painter, lines, stroke)

    def _paint_curves(self, pen: Pen, plane: Plane, points: Points, frame: Frame) -> None:
        """The output along the feature: a curve for each output, over the line where it is 0."""
        painter, theme, rect = pen.painter, self._theme, frame.rect
        painter.fillRect(rect, color(theme.panel))
        low, high = frame.up
        if low < 0 < high:
            zero = rect.bottom() + low / (high - low) * rect.height()
            pen.stroke(rect.x(), zero, rect.right(), zero, color(theme.hairline), 1.0)
        painter.save()
        painter.setClipRect(rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x = np.linspace(*plane.bounds, plane.output.shape[1])
        for number, output in enumerate(plane.output):
            tone = class_color(theme, number) if len(plane.output) > 1 else color(theme.text)
            finite = np.isfinite(output)
            reach = 10 * (high - low)
            places = frame.place(
                np.stack([x, np.clip(np.where(finite, output, 0.0), low - reach, high + reach)], axis=1)
            )
            painter.setPen(line(tone, 2.2))
            for part in np.split(np.arange(len(x)), np.flatnonzero(np.diff(finite.astype(int))) + 1):
                if finite[part[0]]:
                    painter.drawPolyline(QPolygonF([QPointF(*place) for place in places[part].tolist()]))
        painter.restore()

    def _marked(self, plane: Plane, points: Points, frame: Frame, limits: tuple[float, float]) -> QPixmap:
        """The samples, painted once for a size."""
        ratio = self.devicePixelRatioF()
        moment = (
            frame.rect.toRect().getRect(), frame.across, frame.up, limits, plane.output.ndim, len(plane.output), ratio
        )  # fmt: skip
        if self._markers is None or self._markers[0] != moment:
            heights = tuple(self._heights(plane, points, frame, limits, test) for test in (False, True))
            made = marker_picture(frame, self.size(), ratio, points, heights, self._theme, self._test)
            self._markers = (moment, made)
        return self._markers[1]

    @staticmethod
    def _heights(plane: Plane, points: Points, frame: Frame, limits: tuple[float, float], test: bool) -> Array:
        """How far up samples stand: by their second feature, their number, or their class."""
        sample, targets = points.drawn(test)
        if plane.output.ndim == 3:
            return sample[:, 1]
        if not points.classes:
            return np.asarray(targets, dtype=np.float64)
        if len(plane.output) == 1 and len(points.classes) == 2:
            return np.where(np.asarray(targets) == 0, *limits)
        return np.full(len(sample), frame.up[0] + 0.04 * (frame.up[1] - frame.up[0]))

    # The pointer ----------------------------------------------------------------------------------------------------

    def words_at(self, point: QPointF) -> str:
        """What is said of a point of the widget; "" beside the frame."""
        plane, points = self._plane, self._points
        if plane is None or points is None:
            return ""
        frame = self._frame(plane, points)
        if not frame.rect.contains(point):
            return ""
        at = frame.numbers(point)[: len(plane.bounds) // 2]
        return point_words(points, plane, self._limits(points), at, self._test)

    def _tell(self) -> None:
        if self._pointer is not None:
            text = self.words_at(self._pointer)
            if text:
                QToolTip.showText(self.mapToGlobal(self._pointer.toPoint()), text, self)
            else:
                QToolTip.hideText()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        inside = bool(self.words_at(self._pointer))
        self.setCursor(Qt.CursorShape.CrossCursor if inside else Qt.CursorShape.ArrowCursor)
        self._tell()

    def leaveEvent(self, event) -> None:
        self._pointer = None
