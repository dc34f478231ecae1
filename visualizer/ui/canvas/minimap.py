"""The whole picture, small, in the corner of the canvas while only a part of it is in view."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from visualizer.ui.pen import painting
from visualizer.ui.theme import Theme, color

LARGEST = (190.0, 128.0)  # pixels
LEAST = 26.0  # of the shorter side
PAD = 5.0
CORNER, ARM = 8, 3  # how long and how thick the corners of the frame around the view are, in pixels


class Minimap(QWidget):
    """``moved`` carries the point of the scene that is to be in the middle of the view."""

    moved = Signal(QPointF)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: QPixmap | None = None
        self._whole = (1.0, 1.0)
        self._seen = QRectF()
        # not marked as opaque: that cuts a hole into what the canvas paints, which costs more than it saves
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Overview of the whole graph")
        self.setToolTip("The whole graph: click or drag to look elsewhere")
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours; the picture has to be shown anew."""
        self._theme = theme
        self._picture = None

    def set_whole(self, whole: tuple[float, float]) -> None:
        """The size of the scene; the picture has to be shown anew."""
        self._whole, self._picture = whole, None
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        width, height = self._whole
        scale = self.scale
        return QSize(round(max(width * scale, LEAST) + 2 * PAD), round(max(height * scale, LEAST) + 2 * PAD))

    @property
    def scale(self) -> float:
        """Pixels per scene unit."""
        width, height = self._whole
        return min(LARGEST[0] / max(width, 1), LARGEST[1] / max(height, 1))

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture, which may be of an earlier moment."""
        return self._picture is not None

    def show_picture(self, paint) -> None:
        """Have ``paint``, given a painter in scene units, paint the small picture."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(color(self._theme.ground))
        with painting(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(*self._origin())
            painter.scale(self.scale, self.scale)
            paint(painter)
        self._picture = picture
        self.update()

    def show_view(self, seen: QRectF) -> None:
        """Say which part of the scene is in view."""
        if seen != self._seen:
            self._seen = seen
            self.update()

    def _origin(self) -> tuple[float, float]:
        width, height = self._whole
        return (self.width() - width * self.scale) / 2, (self.height() - height * self.scale) / 2

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with painting(self) as painter:
            if self._picture is None:
                painter.fillRect(self.rect(), color(theme.ground))
            else:
                painter.drawPixmap(0, 0, self._picture)
            seen = self._seen_here()
            veil = QColor(color(theme.ground))
            veil.setAlpha(120)
            for rect in QRegion(self.rect()) - QRegion(seen):
                painter.fillRect(rect, veil)
            self._frame(painter, seen)
            painter.setPen(color(theme.faint))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _seen_here(self) -> QRect:
        """The part of the scene that is in view, in pixels of the minimap."""
        (x, y), scale, seen = self._origin(), self.scale, self._seen
        place = QRectF(x + seen.x() * scale, y + seen.y() * scale, seen.width() * scale, seen.height() * scale)
        return place.toAlignedRect() & self.rect().adjusted(2, 2, -2, -2)

    def _frame(self, painter: QPainter, seen: QRect) -> None:
        """A thin frame around the view with strong corners, which are seen where colours are not."""
        tone = color(self._theme.text)
        painter.setPen(tone)
        painter.drawRect(seen.adjusted(0, 0, -1, -1))
        across, down = min(CORNER, seen.width() // 2), min(CORNER, seen.height() // 2)
        for x in (seen.left() - 1, seen.right() - across + 2):
            for y in (seen.top() - 1, seen.bottom() - ARM + 2):
                painter.fillRect(x, y, across, ARM, tone)
        for x in (seen.left() - 1, seen.right() - ARM + 2):
            for y in (seen.top() - 1, seen.bottom() - down + 2):
                painter.fillRect(x, y, ARM, down, tone)

    # The pointer ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._move_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event) -> None:
        event.ignore()  # the canvas zooms

    def _move_to(self, point: QPointF) -> None:
        x, y = self._origin()
        self.moved.emit(QPointF((point.x() - x) / self.scale, (point.y() - y) / self.scale))
