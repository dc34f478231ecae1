"""The card of a lesson: its picture, its title and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from visualizer.session.gallery import Headline
from visualizer.ui.gallery import CARD, PICTURE
from visualizer.ui.pen import Pen, elided, painting
from visualizer.ui.theme import Theme, color, metrics

if TYPE_CHECKING:
    from visualizer.ui.thumbnail import Thumbnail

FRAME_INTERVAL = 420  # ms between the steps of a thumbnail that plays


class LessonCard(QWidget):
    """One lesson: its picture, its title and a sentence. Under the pointer the picture plays its steps."""

    chosen = Signal(str)

    def __init__(self, headline: Headline, theme: Theme) -> None:
        super().__init__()
        self.headline = headline
        self._theme = theme
        self._thumbnail: Thumbnail | None = None
        self._frames: dict[int, QPixmap] = {}
        self._position = 0
        self._timer = QTimer(self, interval=FRAME_INTERVAL)
        self._timer.timeout.connect(self._next_frame)
        self.setFixedSize(CARD)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(headline.title)
        self.setAccessibleDescription(headline.summary)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._frames.clear()
        self.update()

    @property
    def has_picture(self) -> bool:
        """True once it has something to paint its picture from."""
        return self._thumbnail is not None

    def show_thumbnail(self, thumbnail: Thumbnail) -> None:
        """Give the card what its picture is painted from."""
        self._thumbnail = thumbnail
        self._frames.clear()
        self._position = thumbnail.resting
        self.update()

    def _next_frame(self) -> None:
        if self._thumbnail is not None:
            self._position = (self._position + 1) % self._thumbnail.count
            self.update()

    def _frame(self) -> QPixmap | None:
        """The picture at the present step; painted once for each."""
        if self._thumbnail is None:
            return None
        if self._position not in self._frames:
            ratio = self.devicePixelRatioF()
            width, height = self.width() - 2, PICTURE
            pixmap = QPixmap(round(width * ratio), round(height * ratio))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(color(self._theme.ground))
            area = QRectF(0, 0, width, height).adjusted(14, 12, -14, -12)
            with painting(pixmap) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._thumbnail.paint(painter, area, self._theme, self._position, ratio)
            self._frames[self._position] = pixmap
        return self._frames[self._position]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = Pen(painter)
        active = self.underMouse() or self.hasFocus()
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        pen.box(rect, 10, color(theme.panel))
        frame = self._frame()
        picture = QRectF(1, 1, self.width() - 2, PICTURE)
        painter.save()
        painter.setClipRect(picture)
        pen.box(QRectF(1, 1, self.width() - 2, PICTURE + 20), 10, color(theme.ground))
        if frame is not None:
            painter.drawPixmap(1, 6, frame)
        painter.restore()
        pen.stroke(1, PICTURE, self.width() - 1, PICTURE, color(theme.hairline))
        pen.text(18, PICTURE + 29, self.headline.title, color(theme.text), 15.5, "semibold")
        for i, text in enumerate(_two_lines(self.headline.summary, self.width() - 36)):
            pen.text(18, PICTURE + 52 + i * 18, text, color(theme.muted), 12.5)
        pen.box(rect, 10, None, color(theme.backward if active else theme.hairline), 2.0 if active else 1.0)
        painter.end()

    def enterEvent(self, event) -> None:
        self._timer.start()
        self.update()

    def leaveEvent(self, event) -> None:
        self._timer.stop()
        if self._thumbnail is not None:
            self._position = self._thumbnail.resting
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # so that the release comes here, wherever it is

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.headline.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.headline.name)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.focusNextChild()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)


def _two_lines(text: str, width: float) -> list[str]:
    lines, words = [""], text.split()
    measure = metrics(12.5)
    for i, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if measure.horizontalAdvance(longer) <= width:
            lines[-1] = longer
        elif len(lines) == 1:
            lines.append(word)
        else:
            lines[-1] = elided(" ".join([lines[-1], *words[i:]]), width, 12.5)
            break
    return lines
