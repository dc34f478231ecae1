"""The panel with the step card: painted from its layout, with a line for an answer when the card asks."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from engine.expression import Reference, Symbol
from visualizer.session import wording
from visualizer.session.formatting import full_text, parse_numbers
from visualizer.session.session import Change, Session
from visualizer.ui.card_column import RESULT
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.card_picture import CardLayout
from visualizer.ui.frames import Frames
from visualizer.ui.pen import Pen, painting
from visualizer.ui.theme import Theme, color, mix

PADDING = 18
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own "no limit"
WIDTH = 348


class Room(NamedTuple):
    """What a card may take of the panel, in pixels; a higher one has to do without the width of the scroll bar."""

    width: int
    height: int
    scroll_bar: int


class CardView(QWidget):
    """The card itself. Numbers can be hovered, which lights up their node, and picked."""

    def __init__(self, session: Session, theme: Theme, room: Callable[[Session], Room]) -> None:
        super().__init__()
        self._session = session
        self._room = room
        self._theme = theme
        self._layouts: dict[tuple[object, ...], CardLayout] = {}
        self._frames = Frames(self)
        self._layout: CardLayout | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Step card")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.forget()

    def forget(self) -> None:
        """Lay everything out anew: the numbers or the colours are others."""
        self._layouts.clear()
        self._frames.clear()
        self.refresh()

    def refresh(self) -> None:
        """Show the session's present card."""
        session = self._session
        self._layout = self._layout_of(session)
        height = _height(self._layout)
        if height != self.minimumHeight():
            self.setMinimumHeight(height)
        self.setAccessibleDescription(f"{session.card.title}. {session.card.asked or session.card.why}")
        self.update()

    def prepare(self, session: Session) -> None:
        """Lay out and paint the card for another place, unless that has been done."""
        self._frame(session, self._layout_of(session))

    def _layout_of(self, session: Session) -> CardLayout:
        """The card as wide as there is room: less by the scroll bar where it is higher than the panel."""
        room = self._room(session)
        layout = self._laid_out(session, room.width)
        return layout if _height(layout) <= room.height else self._laid_out(session, room.width - room.scroll_bar)

    def _laid_out(self, session: Session, width: int) -> CardLayout:
        key = (_moment(session), width)
        if key not in self._layouts:
            if len(self._layouts) > 256:
                self._layouts.clear()
            self._layouts[key] = lay_out_card(session.card, self._theme, width - 2 * PADDING)
        return self._layouts[key]

    def _frame(self, session: Session, layout: CardLayout) -> QPixmap:
        def draw(painter: QPainter) -> None:
            painter.translate(PADDING, PADDING)
            layout.paint(painter)

        moment = (_moment(session), layout.width)
        size = QSize(round(layout.width) + 2 * PADDING, _height(layout))
        found = self._frames.find(moment)
        return found or self._frames.paint(moment, self._frames.blank(size, color(self._theme.panel)), draw)

    def resizeEvent(self, event) -> None:
        if self._layout is not self._layout_of(self._session):
            self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            if self._layout is None:
                painter.fillRect(event.rect(), color(self._theme.panel))
                return
            height = _height(self._layout)
            painter.drawPixmap(0, 0, self._frame(self._session, self._layout))
            painter.fillRect(0, height, self.width(), self.height() - height, color(self._theme.panel))
            hovered = self._session.hovered
            if hovered is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.translate(PADDING, PADDING)
                fill = color(self._theme.text)
                pen = Pen(painter)
                for rect, reference in self._layout.regions:
                    if self._session.card.of_arrays(reference) == hovered and rect.width() < self._layout.width:
                        pen.box(rect.adjusted(-1, -1, 1, 1), 4, None, mix(fill, color(self._theme.panel), 0.7), 1.4)

    def _said_at(self, event: QMouseEvent, reference: Reference | None) -> str:
        """The number under the pointer in full, with its name; "" where there is none."""
        card, layout = self._session.card, self._layout
        if layout is None or self._session.asking:
            return ""
        number = layout.number_at(event.position().x() - PADDING, event.position().y() - PADDING)
        if number is not None:
            name = "" if number.name == RESULT else f"{wording.leaf_name(card.document, Symbol(number.name or ''))} = "
            return f"{name}{full_text(number.value)}"
        if reference is None or reference.index is None:
            return ""
        arrays = card.trace.values if reference.kind == "value" else card.trace.gradients
        array = arrays[reference.node]
        if array is None:
            return ""
        return f"{wording.leaf_name(card.document, reference)} = {full_text(float(array[reference.index]))}"

    def _reference_at(self, event: QMouseEvent) -> Reference | None:
        if self._layout is None:
            return None
        return self._layout.reference_at(event.position().x() - PADDING, event.position().y() - PADDING)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        reference = self._reference_at(event)
        self._session.hover(self._session.card.of_arrays(reference))
        self.setCursor(Qt.CursorShape.PointingHandCursor if reference else Qt.CursorShape.ArrowCursor)
        if said := self._said_at(event, reference):
            QToolTip.showText(event.globalPosition().toPoint(), said, self)
        else:
            QToolTip.hideText()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._session.pick(self._session.card.of_arrays(self._reference_at(event)))

    def leaveEvent(self, event) -> None:
        self._session.hover(None)


def _moment(session: Session) -> Hashable:
    """What the card depends on, beside the document and the colours."""
    return session.level, session.sample, session.position, session.picked, session.asking


def _height(layout: CardLayout) -> int:
    return round(layout.height) + 2 * PADDING


class CardPanel(QWidget):
    """The card in a scroll area, and under it the line for an answer."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._scroll = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        self.view = CardView(session, theme, self._room)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bar_width = 0  # asked for once, when the style is known
        self._answer = self._build_answer()
        self._scroll.setWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._answer)
        layout.addStretch(0)
        session.subscribe(self._changed)
        self._show_answer()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 500)

    def _room(self, session: Session) -> Room:
        below = self._answer.sizeHint().height() if session.asking else 0
        if not self._bar_width:
            self._bar_width = self._scroll.verticalScrollBar().sizeHint().width()
        return Room(self._scroll.width(), self.height() - below, self._bar_width)

    def _build_answer(self) -> QFrame:
        frame = QFrame(objectName="answer")
        self._guess = QLineEdit(placeholderText="row by row")
        self._guess.setAccessibleName("Your answer")
        self._verdict = QLabel("", objectName="muted")
        self._verdict.setWordWrap(True)
        check, reveal = QPushButton("Check", objectName="primary"), QPushButton("Reveal")
        check.clicked.connect(self._check)
        reveal.clicked.connect(self._session.reveal)
        self._guess.returnPressed.connect(self._check)
        row = QHBoxLayout()
        for widget in (self._guess, check, reveal):
            row.addWidget(widget)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(PADDING, 12, PADDING, 16)
        layout.addLayout(row)
        layout.addWidget(self._verdict)
        return frame

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.setAutoFillBackground(True)
        self.view.set_theme(theme)

    def showEvent(self, event) -> None:
        self.setAutoFillBackground(True)  # what is behind then needs no painting; a style sheet takes it back

    def _changed(self, change: Change) -> None:
        if Change.TRACE in change:
            self.view.forget()
        elif change & (Change.POSITION | Change.PICK | Change.REVEAL | Change.LEVEL):
            self.view.refresh()
        else:
            self.view.update()
        if change & (Change.POSITION | Change.TRACE):
            self._scroll.verticalScrollBar().setValue(0)
            if self._guess.text() or self._verdict.text():
                self._guess.clear()
                self._verdict.setText("")
        if change & (Change.POSITION | Change.TRACE | Change.REVEAL):
            self._show_answer()

    def _show_answer(self) -> None:
        asking = self._session.asking
        if asking or self._answer.isVisibleTo(self):
            # A question is short: the line for its answer stands right below it.
            self._scroll.setMaximumHeight(self.view.minimumHeight() if asking else QWIDGETSIZE_MAX)
            if not asking and self._answer.isAncestorOf(self.focusWidget() or self):
                self.view.setFocus()  # not to whatever comes next in the window
            self._answer.setVisible(asking)

    def _check(self) -> None:
        try:
            numbers = parse_numbers(self._guess.text())
        except ValueError as error:
            self._verdict.setText(str(error))
            return
        count = self._session.card.result.size if self._session.card.result is not None else 0
        if len(numbers) != count:
            self._verdict.setText(f"{count} numbers are asked for, and {len(numbers)} are given: type them row by row.")
        elif not self._session.answer(numbers):
            self._verdict.setText("Not yet. Try again, or reveal it.")
