"""A choice of one among a few, side by side in a frame. What is chosen is raised, bold and underlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from visualizer.ui.theme import text_width

PADDING = 9
SIZE = 12  # pixels, as the style sheet says
UNDERLINE = 2.0


class Choice(NamedTuple):
    """``name`` is what is told, ``text`` what is written, ``tip`` what is said and read aloud."""

    name: str
    text: str
    tip: str


class Segments(QFrame):
    """``chosen`` carries the name of what a person asks for; only ``show_chosen`` changes what is shown as chosen."""

    chosen = Signal(str)

    def __init__(
        self, choices: Sequence[Choice], spoken: str, parent: QWidget | None = None, padding: int = PADDING
    ) -> None:
        super().__init__(parent, objectName="segments")
        self.setAccessibleName(spoken)
        self._shown = ""
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        self.buttons: dict[str, QPushButton] = {}
        for choice in choices:
            button = _Segment(choice.text, padding)
            button.setToolTip(choice.tip)
            button.setAccessibleName(choice.tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
            button.clicked.connect(lambda _=False, name=choice.name: self._choose(name))
            self._group.addButton(button)
            row.addWidget(button)
            self.buttons[choice.name] = button

    def show_chosen(self, name: str) -> None:
        """Show what is chosen now."""
        self._shown = name
        self.buttons[name].setChecked(True)

    def write(self, texts: Sequence[str]) -> None:
        """Other texts on the segments, shorter ones where there is less room."""
        for button, text in zip(self.buttons.values(), texts, strict=True):
            button.setText(text)
            button.updateGeometry()

    def _choose(self, name: str) -> None:
        before = self._shown
        if before:
            self.buttons[before].setChecked(True)  # until it is so
        if name != before:
            self.chosen.emit(name)


class _Segment(QPushButton):
    """A button of the frame, as wide as its text in bold, with ``padding`` pixels at both sides."""

    def __init__(self, text: str, padding: int) -> None:
        super().__init__(text, checkable=True, objectName="segment")
        self._padding = padding

    def sizeHint(self) -> QSize:
        width = text_width(self.text(), SIZE, "semibold") + 2 * self._padding
        return QSize(round(width), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        roles = QPalette.ColorRole
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            width = min(18.0, self.width() - 2.0 * self._padding)
            bar = QRectF((self.width() - width) / 2, self.height() - UNDERLINE - 1, width, UNDERLINE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.palette().color(roles.Highlight))
            painter.drawRoundedRect(bar, 1, 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.palette().color(roles.Highlight))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.end()
