"""DATA: which samples, made inputs, and what is done to the samples, step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.features import FEATURES
from visualizer.session.builder.choices import RAW, DataFacts, Edit, with_input
from visualizer.session.builder.controls import data_controls
from visualizer.session.training.recipe import Recipe
from visualizer.ui.builder.boxes import WordBox
from visualizer.ui.builder.flow import Flow
from visualizer.ui.builder.rows import ROW_GAP, Apply, ControlRows, Refusal, attempt, labelled
from visualizer.ui.builder.set_icons import SIZE, set_icon
from visualizer.ui.theme import Theme, font


class Inputs(QWidget):
    """A toggle for each input that can be made of two features."""

    def __init__(self, change: Callable[[Edit], None]) -> None:
        super().__init__()
        self._change = change
        self._shown: Recipe | None = None
        self.refusal = Refusal()
        chips = QWidget()
        flow = Flow(chips)
        self.buttons: dict[str, QPushButton] = {}
        for name, feature in FEATURES.items():
            button = QPushButton(feature.label, checkable=True, objectName="chip")
            button.setFont(font(11.5))
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            button.setAccessibleName(f"Input {name}")
            button.clicked.connect(lambda on, name=name: self._toggle(name, on))
            flow.addWidget(button)
            self.buttons[name] = button
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(chips)
        layout.addWidget(self.refusal)

    def show_recipe(self, recipe: Recipe, facts: DataFacts, fresh: bool = False) -> None:
        """Check the inputs that are chosen; ``fresh`` where what was refused before is to be forgotten."""
        if fresh or recipe != self._shown:
            self.refusal.say("")
        self._shown = recipe
        names = dict(zip(RAW, facts.feature_names, strict=False))
        for name, button in self.buttons.items():
            button.setChecked(name in (recipe.data.inputs or RAW))
            written = name if name in FEATURES else ""
            for raw, called in names.items():
                written = written.replace(raw, called) if called not in RAW else written
            button.setToolTip(f"{written} as an input of the network")

    def _toggle(self, name: str, chosen: bool) -> None:
        button = self.buttons[name]
        attempt(lambda: self._change(lambda recipe: with_input(recipe, name, chosen)), button, self.refusal)
        button.setChecked(name in ((self._shown.data.inputs if self._shown else ()) or RAW))


# A scaling, “(x − 0.5) / 2”, is read as one where a line has room for it.
SCALING, ONE_LINE = re.compile(r"\((?:[^(),;]|\([^()]*\))* [−+-] \S+\) / \S+"), 26
# A word as long as this may have to go on in the next line.
LONG = re.compile(r"[^\s()]{20,}")


def broken(detail: str) -> str:
    """The text with its lines broken where they are best: no lone 0 or %, no torn scaling, no word cut off.

    >>> broken("noise 0 %, (x − 1) / 2").replace("\\u00a0", "~")
    'noise~0~%, (x~−~1)~/~2'
    """
    detail = SCALING.sub(lambda found: found[0].replace(" ", "\u00a0" if len(found[0]) <= ONE_LINE else " "), detail)
    detail = re.sub(r" (?=[0-9%/])", "\u00a0", detail)
    return LONG.sub(lambda word: re.sub(r"[_./\\-]|[^_./\\-]{12}", "\\g<0>\u200b", word[0]), detail)


class Steps(QWidget):
    """What is done to the samples before training, as a small numbered list."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 4, 0, 0)
        self._layout.setSpacing(2)
        self.labels: list[QLabel] = []

    def show_steps(self, steps: Sequence[tuple[str, str]]) -> None:
        """Show (title, detail) of each."""
        while len(self.labels) > len(steps):
            label = self.labels.pop()
            self._layout.removeWidget(label)
            label.hide()
            label.deleteLater()
        while len(self.labels) < len(steps):
            label = QLabel(objectName="data-step", wordWrap=True)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setFont(font(11.5, tabular=True))
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            self.labels.append(label)
            self._layout.addWidget(label)
        for number, (label, (title, detail)) in enumerate(zip(self.labels, steps, strict=True), start=1):
            said = f"<b>{escape(title)}</b>&nbsp; {escape(broken(detail))}"
            label.setText(f"<table cellspacing=0><tr><td width=13>{number}</td><td>{said}</td></tr></table>")
            label.setAccessibleName(f"Step {number}: {title}, {detail}")
        self.setVisible(bool(steps))


class DataBody(QWidget):
    """The section's controls, inputs and steps. ``file``, for its heading, asks for a CSV file: ``file_wanted``."""

    file_wanted = Signal()

    def __init__(self, theme: Theme, apply: Apply, change: Callable[[Edit], None]) -> None:
        super().__init__()
        self._theme = theme
        self.controls = ControlRows(apply)
        self.inputs = Inputs(change)
        self.file = QPushButton("CSV file…", objectName="link")
        self.file.setAccessibleName("Open a CSV file")
        self.file.setToolTip("Learn from a table of your own")
        self.file.clicked.connect(self.file_wanted)
        self.steps = Steps()
        self._inputs_row = QWidget()
        self._inputs_row.setLayout(labelled("Inputs", self.inputs))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(ROW_GAP)
        layout.addWidget(self.controls)
        layout.addWidget(self._inputs_row)
        layout.addWidget(self.steps)

    def set_theme(self, theme: Theme) -> None:
        """Icons in other colours."""
        self._theme = theme
        self.update()

    def show_recipe(self, recipe: Recipe, facts: DataFacts, steps: Sequence[tuple[str, str]], fresh: bool) -> None:
        """Show the data of a recipe."""
        self.controls.show_controls(data_controls(recipe, facts), fresh)
        box = self.controls.rows["set"].box
        assert isinstance(box, WordBox)
        box.setIconSize(QSize(SIZE, SIZE))
        box.icon_of = lambda name: set_icon(name, self._theme)
        self._inputs_row.setVisible(facts.makes_inputs and recipe.network is not None)
        self.inputs.show_recipe(recipe, facts, fresh)
        self.steps.show_steps(steps)

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at, in order."""
        return [*self.controls.stops(), *self.inputs.buttons.values()]
