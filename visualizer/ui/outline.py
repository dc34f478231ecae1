"""The panel on the left: what can be chosen about the document, its program, and the steps of the lesson."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from visualizer.session.cursor import current_step
from visualizer.session.session import Change, Session
from visualizer.ui.bars import lay_out_bars
from visualizer.ui.elided import ElidedButton
from visualizer.ui.frames import Frames
from visualizer.ui.pen import Pen, elided, painting
from visualizer.ui.theme import CODE, Theme, color, text_width

WIDTH = 216
PADDING = 16
LINE, ITEM = 25.0, 25.0
CODE_SIZE, CODE_LEADING = 12.0, 17.0
LARGEST_SIZE = 12  # larger layers no longer fit beside each other


@lru_cache(maxsize=8192)  # more than a program has lines: all are asked for at every step
def code_lines(text: str, room: float) -> tuple[str, ...]:
    """A line of a program, broken behind commas, "(" and "=" and before operators where it is wider than ``room``."""
    lines, current = [], ""
    for part in re.split(r"(?<=, )|(?<=\()|(?<= = )|(?= [-+*/@] )", text):
        if current.strip() and text_width((current + part).rstrip(), CODE_SIZE, family=CODE) > room:
            lines.append(current)
            current = "  "
        current += part
    return tuple(elided(line.rstrip(), room, CODE_SIZE, family=CODE) for line in (*lines, current))


class OutlineView(QWidget):
    """The program, its present line marked, and the sections; a click on either goes there."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._targets: list[tuple[QRectF, int, str]] = []  # rectangle, position to go to, full text
        self._frames = Frames(self)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName("Program and sections")

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._frames.clear()
        self.update()

    def refresh(self) -> None:
        """Show the session's present document."""
        self._frames.clear()
        room = self.width() - 2 * PADDING + 6
        lines = [code_lines(text, room) for text in self._session.document.program.splitlines() if text.strip()]
        height = 34 + sum(LINE + (len(parts) - 1) * CODE_LEADING for parts in lines)
        height += 44 + len(self._session.sections) * ITEM if self._session.sections else 0
        bars = self._session.card.bars
        height += 56 + 20 * len(bars) if len(bars) > 1 else 0
        self.setMinimumHeight(round(height) + PADDING)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.drawPixmap(0, 0, self._frame(self._session))

    def prepare(self, session: Session) -> None:
        """Paint the outline for another place, unless that has been done."""
        self._frame(session)

    def _frame(self, session: Session) -> QPixmap:
        def draw(painter: QPainter) -> None:
            pen = Pen(painter)
            self._targets = []
            y = self._program(pen, session, 6.0)
            if session.sections:
                y = self._sections(pen, session, y + 18)
            bars = lay_out_bars(session.card.bars, self._theme, self.width() - 2 * PADDING)
            painter.translate(PADDING, y + 20)
            bars.paint(painter)

        moment = (session.position.step, self.width(), self.height())
        found = self._frames.find(moment)
        return found or self._frames.paint(moment, self._frames.blank(self.size(), color(self._theme.panel)), draw)

    def _heading(self, pen: Pen, y: float, text: str) -> float:
        pen.text(PADDING, y + 12, text, color(self._theme.muted), 10.5, "semibold")
        return y + 24

    def _program(self, pen: Pen, session: Session, y: float) -> float:
        theme = self._theme
        y = self._heading(pen, y, "PROGRAM")
        trace, step = session.trace, current_step(session.trace, session.position)
        at = trace.graph.nodes[step.node].line if step is not None and step.phase != "update" else None
        first_step = {}
        for position, taken in enumerate(trace.steps, start=1):
            if taken.phase == "forward":
                first_step.setdefault(trace.graph.nodes[taken.node].line, position)
        for number, text in enumerate(session.document.program.splitlines(), start=1):
            if not text.strip():
                continue
            parts = code_lines(text, self.width() - 2 * PADDING + 6)
            height = LINE + (len(parts) - 1) * CODE_LEADING
            rect = QRectF(PADDING - 8, y, self.width() - 2 * PADDING + 16, height - 2)
            if number == at and step is not None:
                pen.box(rect, 4, color(theme.raised))
                pen.box(QRectF(PADDING - 8, y, 3, height - 2), 1.5, theme.phase(step.phase))
            for i, part in enumerate(parts):
                pen.text(PADDING, y + 16 + i * CODE_LEADING, part, color(theme.text), CODE_SIZE, family=CODE)
            if number in first_step:
                self._targets.append((rect, first_step[number], text))
            y += height
        return y

    def _sections(self, pen: Pen, session: Session, y: float) -> float:
        theme = self._theme
        y = self._heading(pen, y, "SECTIONS")
        starts = [start for start, _ in session.sections]
        position = session.position.step
        current = max((start for start in starts if start <= max(position, 1)), default=None)
        for start, title in session.sections:
            phase = session.trace.steps[start - 1].phase
            tone = theme.phase(phase)
            dot = QRectF(PADDING, y + 6, 9, 9)
            reached = start <= position
            pen.box(dot, 4.5, tone if reached else None, tone if reached else color(theme.faint), 1.3)
            here = start == current
            weight = "semibold" if here else "regular"
            room = self.width() - 2 * PADDING - 16
            text = elided(title, room, 12.5, weight)
            pen.text(PADDING + 18, y + 15, text, color(theme.text if reached or here else theme.muted), 12.5, weight)
            self._targets.append((QRectF(0, y, self.width(), ITEM), start, title))
            y += ITEM
        return y

    def _target_at(self, event: QMouseEvent) -> tuple[QRectF, int, str] | None:
        return next((target for target in self._targets if target[0].contains(event.position())), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        target = self._target_at(event)
        self.setCursor(Qt.CursorShape.PointingHandCursor if target else Qt.CursorShape.ArrowCursor)
        if target:
            QToolTip.showText(event.globalPosition().toPoint(), f"{target[2]}\nGo to step {target[1]}", self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        target = self._target_at(event)
        if target:
            self._session.go_to(target[1])


class Outline(QWidget):
    """Sizes and variants as controls, the rest as ``OutlineView``. ``complain`` is given a sentence when one is bad."""

    def __init__(
        self, session: Session, theme: Theme, complain: Callable[[str], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._complain = complain
        self.view = OutlineView(session, theme)
        self._choices = QWidget(objectName="choices")
        self._choices_layout = QVBoxLayout(self._choices)
        self._choices_layout.setContentsMargins(PADDING, 12, PADDING, 0)
        self._choices_layout.setSpacing(8)
        self._shown: object = None
        scroll = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._choices)
        layout.addWidget(scroll, 1)
        session.subscribe(self._changed)
        self._rebuild()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 500)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.view.set_theme(theme)

    def _changed(self, change: Change) -> None:
        if Change.TRACE in change:
            self._rebuild()
        elif Change.POSITION in change:
            self.view.update()

    def _rebuild(self) -> None:
        document = self._session.document
        shown = (document.specification, dict(document.sizes), document.variant)
        self.view.refresh()
        if shown == self._shown:
            return
        self._shown = shown
        focused = next((button.accessibleName() for button in self._buttons() if button.hasFocus()), "")
        while self._choices_layout.count():
            item = self._choices_layout.takeAt(0)
            if item.widget():
                item.widget().deleteLater()
        if document.sizes:
            self._choices_layout.addWidget(self._sizes())
        if document.specification.variants:
            self._choices_layout.addWidget(self._variants())
        self._choices.setVisible(bool(document.sizes or document.specification.variants))
        for button in self._buttons():
            if focused and button.accessibleName() == focused:
                button.setFocus()  # so that it can be pressed again

    def _buttons(self) -> list[QPushButton]:
        return self._choices.findChildren(QPushButton)

    def _sizes(self) -> QWidget:
        """One row for each size: fewer, the number, more."""
        rows = QWidget()
        layout = QVBoxLayout(rows)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for name, size in self._session.document.sizes.items():
            row = QHBoxLayout()
            row.addWidget(QLabel(f"{name} = {size}"))
            row.addStretch(1)
            for sign, change, word in (("−", -1, "Decrease"), ("+", 1, "Increase")):
                button = QPushButton(sign, objectName="stepper")
                button.setAccessibleName(f"{word} {name}")
                most = size == LARGEST_SIZE and change > 0
                stops = f"{name} stops at {LARGEST_SIZE}: larger layers no longer fit beside each other"
                button.setToolTip(stops if most else f"{word} {name} and run again")
                button.setEnabled(1 <= size + change <= LARGEST_SIZE)
                button.clicked.connect(
                    lambda _=False, name=name, wanted=size + change: self._try(
                        lambda: self._session.set_size(name, wanted)
                    )
                )
                row.addWidget(button)
            layout.addLayout(row)
        return rows

    def _variants(self) -> QWidget:
        """One button for each way to write the program."""
        frame = QFrame(objectName="segments")
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(3, 3, 3, 3)
        layout.setSpacing(2)
        group = QButtonGroup(frame)
        document = self._session.document
        first = "As written"
        if any("inputs_first" in line for line in document.specification.program.splitlines()):
            first = "Weights (inputs, outputs)"
        choices = {"": first, **{key: variant.title for key, variant in document.specification.variants.items()}}
        for key, title in choices.items():
            button = ElidedButton(title, 12, 9, checkable=True, objectName="segment")
            button.setChecked(key == document.variant)
            button.clicked.connect(lambda _, key=key: self._try(lambda: self._session.set_variant(key)))
            group.addButton(button)
            layout.addWidget(button)
        return frame

    def _try(self, change: Callable[[], None]) -> None:
        try:
            change()
        except ValueError as error:
            self._complain(str(error))
            self._shown = None
            self._rebuild()
