"""Rows of the builder: a label and its field, and under it what became of a choice, and why one could not be taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.errors import GradStepError
from visualizer.session.builder.controls import Control
from visualizer.ui.builder.boxes import HEIGHT, NumberBox, WordBox
from visualizer.ui.builder.reveal import reveal
from visualizer.ui.builder.stepper import Stepper
from visualizer.ui.builder.switch import Switch
from visualizer.ui.elided import ElidedLabel
from visualizer.ui.theme import font

LABEL_WIDTH = 80
GAP = 6
ROW_GAP = 4
INDENT = 8

# Applies a control's text to the runs; raises GradStepError.
Apply = Callable[[Control, str], None]


class Refusal(QLabel):
    """One sentence under a field; nothing where there is nothing to say.

    What is said is scrolled to, with what it is about: with the widget it stands in, where nothing else is given.
    """

    def __init__(self, *about: QWidget) -> None:
        super().__init__("", objectName="refusal", wordWrap=True)
        self._about = about
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence, or with "" take it away."""
        # The engine calls a setting by its name in text: “learning_rate must be …”.
        sentence = re.sub(r"^\w+_\w+", lambda name: f"the {name[0].replace('_', ' ')}", sentence)
        self.setText(sentence[:1].upper() + sentence[1:])
        self.setVisible(bool(sentence))
        if sentence:
            QTimer.singleShot(0, self, self._reveal)  # a row may be shown anew before anyone sees it

    def _reveal(self) -> None:
        if self.isVisible():
            reveal((self, *(self._about or (self.parentWidget(),))))


def attempt(change: Callable[[], None], box: QWidget, refusal: Refusal) -> None:
    """Make a change that a person asked for in ``box``; what cannot be is said under it, and its text stays."""
    try:
        change()
    except GradStepError as error:
        refusal.say(str(error))
        if isinstance(box, NumberBox | Stepper):
            box.refuse()
    else:
        refusal.say("")
        if isinstance(box, NumberBox | Stepper):
            box.settle()


class ControlRow(QWidget):
    """A control as a label and a field."""

    def __init__(self, control: Control, apply: Apply) -> None:
        super().__init__()
        self._control = control
        self._apply = apply
        self._label = field_label(control.label, LABEL_WIDTH - INDENT * control.minor)
        if control.minor:
            self._label.setObjectName("minor")
        self.box = Switch() if control.switch else NumberBox() if control.typed else WordBox()
        self.box.chosen.connect(self._chosen)
        self._note = number_label()
        self._note.setWordWrap(True)
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.refusal = Refusal()
        line = QHBoxLayout()
        line.setContentsMargins(INDENT * control.minor, 0, 0, 0)
        line.setSpacing(GAP)
        line.addWidget(self._label)
        line.addWidget(self.box, 0 if control.switch else 1)
        if control.switch:
            line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._note)
        layout.addWidget(self.refusal)
        if isinstance(self.box, NumberBox):
            self.box.abandoned.connect(lambda: self.refusal.say(""))
        self._label.setBuddy(self.box)
        self.show_control(control, fresh=True)

    @property
    def kind(self) -> tuple[bool, bool, bool]:
        """What cannot be changed once the row is made."""
        return self._control.switch, self._control.typed, self._control.minor

    def show_control(self, control: Control, fresh: bool = False) -> None:
        """Show its present state; ``fresh`` where the row is to forget what was refused before."""
        if fresh or control.value != self._control.value:
            self.refusal.say("")
        self._control = control
        self._label.setText(control.label)
        self._note.setText(control.note)
        self._note.setVisible(bool(control.note))
        if isinstance(self.box, Switch):
            self.box.setChecked(control.value == "on")
            self.box.setAccessibleName(control.spoken)
            self.box.setToolTip(control.hint)
            return
        self.box.set_choice(control.offered, control.value)
        self.box.name(control.spoken, control.hint)
        if fresh and isinstance(self.box, NumberBox):
            self.box.settle()

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at."""
        return [self.box]

    def _chosen(self, text: str) -> None:
        attempt(lambda: self._apply(self._control, text), self.box, self.refusal)
        if not isinstance(self.box, NumberBox):
            self.show_control(self._control)  # what was refused is not shown as if it had been taken


class ControlRows(QWidget):
    """Rows for controls, made and removed as the controls come and go; those that stay keep focus and text."""

    def __init__(self, apply: Apply) -> None:
        super().__init__()
        self._apply = apply
        self.rows: dict[str, ControlRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(ROW_GAP)

    def show_controls(self, controls: Sequence[Control], fresh: bool = False) -> None:
        """Show these controls, in their order."""
        wanted = {control.name: control for control in controls}
        for name, row in list(self.rows.items()):
            control = wanted.get(name)
            if control is None or row.kind != (control.switch, control.typed, control.minor):
                self._layout.removeWidget(row)
                row.hide()
                row.deleteLater()
                del self.rows[name]
        for place, control in enumerate(controls):
            row = self.rows.get(control.name)
            if row is None:
                row = self.rows[control.name] = ControlRow(control, self._apply)
            else:
                row.show_control(control, fresh)
            if self._layout.indexOf(row) != place:
                self._layout.insertWidget(place, row)
        self.rows = {control.name: self.rows[control.name] for control in controls}

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at, in order."""
        return [stop for row in self.rows.values() for stop in row.stops()]


def field_label(text: str, width: int = LABEL_WIDTH) -> ElidedLabel:
    """What stands left of a field."""
    label = ElidedLabel(text)
    label.setObjectName("field")
    label.setFixedSize(width, HEIGHT)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def labelled(text: str, widget: QWidget) -> QHBoxLayout:
    """A label beside a widget, aligned with the controls' fields."""
    label = field_label(text)
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(GAP)
    line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(widget, 1)
    return line


def number_label(text: str = "") -> QLabel:
    """A quiet label in tabular figures."""
    label = QLabel(text, objectName="number")
    label.setFont(font(11, tabular=True))
    return label
