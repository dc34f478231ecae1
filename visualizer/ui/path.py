"""A path of frames on one line, each of which may lead somewhere; painted, because it changes with every step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.session.crumbs import Crumb
from visualizer.ui.pen import Pen, elided, painting
from visualizer.ui.theme import Theme, Weight, color, text_width

SIZE = 12.0
GAP = 14.0  # from frame to frame, where the › stands
PAD = 4.0  # around a frame's text
BEFORE_NOTE = 14.0


def path_width(frames: Sequence[Crumb], phase: str | None) -> float:
    """The pixels that ``frames`` take."""
    texts = sum(text_width(frame.text, SIZE, _weight(frames, place, phase)) for place, frame in enumerate(frames))
    return texts + 2 * PAD * len(frames) + GAP * (len(frames) - 1)


def _weight(frames: Sequence[Crumb], place: int, phase: str | None) -> Weight:
    return "semibold" if place == len(frames) - 1 or frames[place].text == phase else "regular"


class Path(QWidget):
    """Frames, the last of which is where one is, and a note behind them that may be cut. ``chosen`` carries a depth.

    The keyboard reaches it by Tab; Left and Right go from frame to frame, Enter chooses.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.frames: tuple[Crumb, ...] = ()
        self._phase: str | None = None
        self._note = self._written = ""
        self._rects: list[QRectF] = []
        self._hovered: int | None = None
        self._marked = 0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the line that it is on were painted as well
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Place")

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def say(self, frames: tuple[Crumb, ...], phase: str | None, note: str) -> None:
        """Show ``frames``, that of the ``phase`` in its colour, and the note."""
        if (frames, phase, note) == (self.frames, self._phase, self._note):
            return
        self.frames, self._phase, self._note = frames, phase, note
        self._hovered, x = None, 0.0
        self._rects = []
        for place, frame in enumerate(frames):
            width = text_width(frame.text, SIZE, _weight(frames, place, phase)) + 2 * PAD
            self._rects.append(QRectF(x, 0, width, 22))
            x += width + GAP
        self._marked = min(self._marked, len(frames) - 1)
        leads = any(map(self.leads, range(len(frames))))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if leads else Qt.FocusPolicy.NoFocus)
        self.update()

    def leads(self, place: int) -> bool:
        """Whether a frame can be chosen: all but the last that lead somewhere."""
        return place < len(self.frames) - 1 and self.frames[place].depth is not None

    def rect_of(self, place: int) -> QRectF:
        """Where a frame stands in the widget."""
        return self._rects[place].translated(0, (self.height() - 22) / 2)

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.fillRect(self.rect(), color(self._theme.panel))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(Pen(painter))

    def _paint(self, pen: Pen) -> None:
        theme, baseline = self._theme, self.height() / 2 + 4.3
        muted = color(theme.muted)
        for place, frame in enumerate(self.frames):
            rect, last = self.rect_of(place), place == len(self.frames) - 1
            if place == self._hovered:
                pen.box(rect, 5, color(theme.raised))
            if self.hasFocus() and place == self._marked:
                pen.box(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, None, color(theme.backward))
            tone = theme.ink(theme.phase(self._phase)) if frame.text == self._phase else muted
            if last or place == self._hovered:
                tone = tone if frame.text == self._phase else color(theme.text)
            weight = _weight(self.frames, place, self._phase)
            pen.text(rect.left() + PAD, baseline, frame.text, tone, SIZE, weight)
            if not last:
                pen.text(rect.right() + GAP / 2 - 2.5, baseline, "›", muted, SIZE)
        end = self._rects[-1].right() + BEFORE_NOTE if self._rects else 0.0
        self._written = elided(self._note, self.width() - end, SIZE) if self._note else ""
        if self._written:
            pen.text(end, baseline, self._written, muted, SIZE)

    # Gestures and keys ----------------------------------------------------------------------------------------------

    def _at(self, point: QPointF) -> int | None:
        return next((place for place in range(len(self.frames)) if self.rect_of(place).contains(point)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        self._hover(place if place is not None and self.leads(place) else None)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self._choose(place)

    def _choose(self, place: int) -> None:
        if self.leads(place):
            self.chosen.emit(self.frames[place].depth)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is not None:
            self._marked = min(max(self._marked + by, 0), len(self.frames) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._marked)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip(QPointF(event.pos())), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.accept()  # else they would step
            return True
        return super().event(event)

    def tip(self, point: QPointF) -> str:
        """What is said of a point: where a frame leads, or all of the note."""
        place = self._at(point)
        if place is not None:
            return self.frames[place].tip
        return self._note if self._written != self._note and point.x() > self._rects[-1].right() else ""
