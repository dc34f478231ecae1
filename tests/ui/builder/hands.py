"""The hands of a person at the builder, and somebody behind it who does with its recipes what the window does."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget

from engine.network import parse_network, program_of
from visualizer.session.builder.choices import DataFacts, facts_of, known_facts, refitted
from visualizer.session.training.recipe import Recipe, labels_of
from visualizer.session.training.samples import load_samples
from visualizer.ui.builder.panel import BuilderPanel
from visualizer.ui.builder.rows import ControlRow
from visualizer.ui.builder.stepper import Stepper

PLAYGROUND = Recipe(parse_network("2-4-2-1 tanh, output tanh, loss half_squared, bias 0.1"))
OWN_PROGRAM = "z = w * x\nloss = mse(z, t)"


class Builder:
    """``panel`` with what it told: ``told`` are (recipes, selected), one for each signal. ``typed``, ``pick`` and
    ``press`` are what a person does."""

    def __init__(self, panel: BuilderPanel, folder: Path) -> None:
        self.panel = panel
        self.told: list[tuple[tuple[Recipe, ...], int]] = []
        self.facts: DataFacts | None = None
        self._folder = folder
        panel.recipes_changed.connect(self._answer)

    def show(self, recipes: tuple[Recipe, ...], selected: int = 0) -> None:
        """Show recipes as the window does: with the steps and the facts of their samples."""
        samples = load_samples(recipes[0].data, self._folder)
        self.facts = known_facts(recipes[0].data) or facts_of(samples.raw_train)
        network = recipes[selected].network
        program = OWN_PROGRAM if network is None else program_of(network)
        self.panel.show_recipes(recipes, labels_of(recipes), selected, program, samples.steps, self.facts)

    def _answer(self, recipes: tuple[Recipe, ...], selected: int) -> None:
        self.told.append((recipes, selected))
        self.show(refitted(recipes, self._folder, self.facts), selected)

    @property
    def recipe(self) -> Recipe:
        """The selected run, as told last."""
        recipes, selected = self.told[-1]
        return recipes[selected]

    def row(self, name: str) -> ControlRow:
        """The row of a control."""
        panel = self.panel
        for rows in (panel.data.controls, panel.network, panel.training, panel.stop):
            if name in rows.rows:
                return rows.rows[name]
        raise KeyError(name)

    def typed(self, box: QWidget, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
        """Type over what is in a field."""
        widget = box.edit if isinstance(box, Stepper) else box
        widget.setFocus()
        (widget.lineEdit() if isinstance(widget, QComboBox) else widget).selectAll()
        QTest.keyClick(widget, Qt.Key.Key_Delete)
        QTest.keyClicks(widget, text)
        QTest.keyClick(widget, end)

    def press(self, widget: QWidget, *keys: Qt.Key) -> None:
        """Press keys in a widget."""
        widget.setFocus()
        for key in keys:
            QTest.keyClick(widget, key)

    def click(self, widget: QWidget) -> None:
        """Click into the middle of a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
