"""The timeline: one block a step in the colour of its phase, the lesson's sections below, and a marker to drag."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.session import wording
from visualizer.session.session import Change, Session
from visualizer.ui.frames import Frames
from visualizer.ui.pen import Pen, elided, painting
from visualizer.ui.theme import Theme, color, mix, text_width

LEFT, RIGHT = 22.0, 22.0
TOP, BLOCK = 18.0, 20.0


class Timeline(QWidget):
    """Shows where the session stands among the steps; a press or a drag goes there."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._frames = Frames(self)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        session.subscribe(self._changed)

    def sizeHint(self) -> QSize:
        return QSize(600, 78)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._frames.clear()
        self.update()

    def _changed(self, change: Change) -> None:
        if Change.TRACE in change:
            self._frames.clear()
        if change & (Change.TRACE | Change.POSITION | Change.PICK):
            self.update()

    def _pitch(self) -> float:
        return (self.width() - LEFT - RIGHT) / max(len(self._session.trace.steps), 1)

    def _step_at(self, x: float) -> int:
        """The step whose block is under ``x``; 0 to the left of all."""
        if x < LEFT:
            return 0
        return min(int((x - LEFT) / self._pitch()) + 1, len(self._session.trace.steps))

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.drawPixmap(0, 0, self._frame(self._session))

    def prepare(self, session: Session) -> None:
        """Paint the timeline for another place, unless that has been done."""
        self._frame(session)

    def _frame(self, session: Session) -> QPixmap:
        def draw(painter: QPainter) -> None:
            painter.fillRect(0, 0, self.width(), 1, color(self._theme.hairline))
            pen = Pen(painter)
            self._blocks(pen, session)
            self._phases(pen, session)
            self._marker(pen, session)

        moment = (session.position.step, session.selected, self.width(), self.height())
        found = self._frames.find(moment)
        return found or self._frames.paint(moment, self._frames.blank(self.size(), color(self._theme.panel)), draw)

    def _blocks(self, pen: Pen, session: Session) -> None:
        theme = self._theme
        pitch, position = self._pitch(), session.position.step
        touching = set(session.steps_touching(session.selected)) if session.selected is not None else set()
        gap = 2.0 if pitch > 8 else 0.5 if pitch > 3 else 0.0
        panel = color(theme.panel)
        pen.painter.setPen(Qt.PenStyle.NoPen)
        for i, step in enumerate(session.trace.steps, start=1):
            tone = theme.phase(step.phase)
            fill = tone if i <= position else mix(tone, panel, 0.24)
            rect = QRectF(LEFT + (i - 1) * pitch, TOP, max(pitch - gap, 0.8), BLOCK)
            pen.painter.setBrush(fill)
            if pitch > 8:
                pen.painter.drawRoundedRect(rect, 3.5, 3.5)
            else:
                pen.painter.drawRect(rect)
            if i in touching:
                pen.painter.setBrush(color(theme.text))
                pen.painter.drawEllipse(QPointF(rect.center().x(), TOP - 6), 2.4, 2.4)

    def _phases(self, pen: Pen, session: Session) -> None:
        """The names of the phases, and the sections that begin within them."""
        theme = self._theme
        pitch, right = self._pitch(), self.width() - RIGHT
        starts = {}
        for i, step in enumerate(session.trace.steps):
            starts.setdefault(step.phase, i)
        for phase, i in starts.items():
            tone = theme.ink(theme.phase(phase))
            pen.text(LEFT + i * pitch, TOP + BLOCK + 16, phase.capitalize(), tone, 11, "semibold")
        marks = [*session.sections, (len(session.trace.steps) + 1, "")]
        current = [start for start, _ in session.sections if start <= max(session.position.step, 1)]
        for (start, title), (end, _) in itertools.pairwise(marks):
            x, room = LEFT + (start - 1) * pitch, (end - start) * pitch - 8
            here = bool(current) and start == current[-1]
            tone = color(theme.text if here else theme.muted)
            if not self._covered(x, current, marks, pitch, right):
                pen.stroke(x, TOP + BLOCK + 23, x, TOP + BLOCK + 34, color(theme.faint))
            width = text_width(title, 10.5, "semibold" if here else "regular")
            room = max(room, min(width, right - x - 6)) if here else room
            text = elided(title, room, 10.5, "semibold" if here else "regular")
            if room > 16 and (here or not self._covered(x, current, marks, pitch, right)):
                pen.text(x + 5, TOP + BLOCK + 33, text, tone, 10.5, "semibold" if here else "regular")

    @staticmethod
    def _covered(x: float, current: list[int], marks: list[tuple[int, str]], pitch: float, right: float) -> bool:
        """True where the present section's title, shown in full, needs the room at ``x``."""
        if not current:
            return False
        title = next(title for start, title in marks if start == current[-1])
        begin = LEFT + (current[-1] - 1) * pitch
        return begin < x < begin + text_width(title, 10.5, "semibold") + 12

    def _marker(self, pen: Pen, session: Session) -> None:
        theme = self._theme
        x = LEFT + (session.position.step - 0.5) * self._pitch() - 1 if session.position.step else LEFT - 7
        pen.painter.setPen(Qt.PenStyle.NoPen)
        pen.painter.setBrush(color(theme.text))
        pen.painter.drawPolygon(QPolygonF([QPointF(x - 6, 4), QPointF(x + 6, 4), QPointF(x, 13)]))
        pen.stroke(x, 12, x, TOP + BLOCK + 4, color(theme.text), 2.0)

    # Gestures -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._session.go_to(self._step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        step = self._step_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._session.go_to(step)
        session = self._session
        if step:
            title = wording.title(session.document, session.trace, session.trace.steps[step - 1])
            QToolTip.showText(event.globalPosition().toPoint(), f"{step}  {title}", self)
