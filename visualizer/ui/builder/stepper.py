"""A whole number that is stepped or typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from visualizer.ui.builder.boxes import HEIGHT
from visualizer.ui.builder.keys import is_redo, is_undo, settled
from visualizer.ui.theme import font


class Stepper(QFrame):
    """A whole number with − and + beside it; Up and Down step it too. ``chosen`` has the text."""

    chosen = Signal(str)
    abandoned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepper")
        self.setFixedHeight(HEIGHT)
        self._value = 0
        self._refused: str | None = None
        self.edit = _SteppedEdit(self)
        self.edit.stepped.connect(self._step)
        self.edit.abandoned.connect(self._abandon)
        self.edit.editingFinished.connect(self._commit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self.less, self.more = self._button("−", -1), self._button("+", 1)
        layout.addWidget(self.less)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.more)

    def _button(self, sign: str, change: int) -> QPushButton:
        button = QPushButton(sign, objectName="step")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Up and Down do the same from the number itself
        button.setAutoRepeat(True)
        button.setFixedWidth(17)
        button.clicked.connect(lambda: self._step(change))
        return button

    def name(self, spoken: str, hint: str = "") -> None:
        """What the number is called when it is read aloud."""
        self.edit.setAccessibleName(spoken)
        self.less.setAccessibleName(f"Decrease {spoken[0].lower()}{spoken[1:]}")
        self.more.setAccessibleName(f"Increase {spoken[0].lower()}{spoken[1:]}")
        for widget in (self.edit, self.less, self.more):
            widget.setToolTip(hint or widget.accessibleName())

    def set_value(self, value: int) -> None:
        """Show ``value``. What is being typed stays, as long as the value is the same as before."""
        if value != self._value:
            self._value = value
            self.settle()

    def settle(self) -> None:
        """The number was taken: show it as it is written here."""
        self._refused = None
        self.edit.show_applied(f"{self._value}")

    def refuse(self) -> None:
        """The text was refused: it stays to be corrected, and is not tried again as it is."""
        self._refused = self.edit.text()

    def _step(self, change: int) -> None:
        if self._value + change >= 1:
            self.chosen.emit(str(self._value + change))

    def _commit(self) -> None:
        if self.edit.text() not in (f"{self._value}", self._refused):
            self.chosen.emit(self.edit.text())

    def _abandon(self) -> None:
        self.settle()
        self.abandoned.emit()


# A number of more than three digits is set smaller, so that all of it is seen.
LONG = "padding: 4px 0px; font-size: 10px;"


class _SteppedEdit(QLineEdit):
    stepped = Signal(int)
    abandoned = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, alignment=Qt.AlignmentFlag.AlignCenter)
        self.setFont(font(12, tabular=True))
        self.setMinimumWidth(24)
        self._applied = ""

    @property
    def pending(self) -> bool:
        """Whether something stands here that is not in force."""
        return self.text() != self._applied

    def show_applied(self, text: str) -> None:
        """Show what is in force."""
        self._applied = text
        self.setStyleSheet("" if len(text) <= 3 else LONG)
        self.setText(text)

    def event(self, event: QEvent) -> bool:
        return settled(event, self) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
        elif self.pending and (event.key() == Qt.Key.Key_Escape or is_undo(event)):
            self.abandoned.emit()
        elif is_undo(event) or is_redo(event):
            event.setAccepted(self.pending)
        else:
            super().keyPressEvent(event)
