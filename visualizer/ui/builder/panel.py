"""The builder: the panel in which a person chooses data, network, training and stop rule of one run or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.errors import GradStepError
from engine.network import program_of
from visualizer.session.builder.choices import (
    DataFacts,
    Edit,
    edited,
    known_facts,
    with_file,
    with_run_added,
    with_run_removed,
)
from visualizer.session.builder.controls import Control, network_controls, stop_controls, training_controls
from visualizer.session.builder.network import runs_with_line, with_depth, with_program
from visualizer.session.training.recipe import Recipe, labels_of
from visualizer.ui.builder.compare import Compare
from visualizer.ui.builder.data_section import DataBody
from visualizer.ui.builder.layers import Layers
from visualizer.ui.builder.rows import ROW_GAP, ControlRows, Refusal, labelled
from visualizer.ui.builder.section import Section
from visualizer.ui.builder.text_section import TextBody
from visualizer.ui.theme import Theme

WIDTH, NARROWEST = 230, 200
PADDING = 14


class BuilderPanel(QWidget):
    """Shows the runs' recipes as controls and as text.

    ``recipes_changed`` has the recipes after an edit, and the number of the selected run; ``file_wanted`` asks for a
    CSV file, to be given to ``use_file``. The panel shows an edit at once; what it cannot know by itself, such as the
    steps of the data, follows with ``show_recipes``. After a choice of file or target the networks fit once they are
    ``refitted``. What cannot be is said under its control, and changes nothing.
    """

    recipes_changed = Signal(object, int)
    file_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("builder")
        self.setMinimumWidth(NARROWEST)
        self._recipes: tuple[Recipe, ...] = ()
        self._labels: tuple[str, ...] = ()
        self._selected = 0
        self._program = ""
        self._steps: tuple[tuple[str, str], ...] = ()
        self._facts = DataFacts("", ("x1", "x2"))
        self.compare = Compare(theme)
        self.data = DataBody(theme, self._apply, lambda edit: self._edit(edit, shared=True))
        self.layers = Layers(self._edit)
        self._own_program = QLabel(
            "The document has a program of its own: its layers are what the text says.",
            objectName="muted",
            wordWrap=True,
        )
        self.network = ControlRows(self._apply)
        self.training = ControlRows(self._apply)
        self.stop = ControlRows(self._apply)
        self.text = TextBody(theme, self._apply_line, self._apply_program)
        self.sections = {
            "data": Section("DATA", self.data, self.data.file),
            "network": Section("NETWORK", self._network_body(), self.layers.all_hidden),
            "training": Section("TRAINING", self.training),
            "stop": Section("STOP WHEN", self._stop_body()),
            "text": Section("TEXT", self.text),
        }
        self._connect()
        self._lay_out()

    def _network_body(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(ROW_GAP)
        for widget in (self._own_program, self.layers, self.network):
            layout.addWidget(widget)
        return body

    def _stop_body(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(ROW_GAP)
        layout.addWidget(self.stop)
        always = QLabel("always", objectName="always")
        always.setToolTip("A run stops at the first number that is not finite")
        layout.addLayout(labelled("NaN, infinity", always))
        return body

    def _connect(self) -> None:
        self.data.file_wanted.connect(self.file_wanted)
        self.compare.chosen.connect(lambda number: self._emit(self._recipes, number))
        self.compare.added.connect(lambda: self._try(self._add_run, self.compare.refusal))
        self.compare.removed.connect(lambda number: self._try(lambda: self._remove_run(number), self.compare.refusal))
        self.compare.depth_moved.connect(lambda depth: self._set_depth(depth, True, self.compare.refusal))
        self.layers.depth.moved.connect(lambda depth: self._set_depth(depth, False, self.layers.refusal))
        for section in self.sections.values():
            section.heading.toggled.connect(lambda: self._fill(fresh=False) if self._recipes else None)

    def _lay_out(self) -> None:
        content = QWidget(objectName="builder-content")
        inside = QVBoxLayout(content)
        inside.setContentsMargins(PADDING, 6, PADDING - 2, 16)
        inside.setSpacing(8)
        inside.addWidget(self.compare)
        for section in self.sections.values():
            inside.addWidget(section)
        inside.addStretch(1)
        self.scroll = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.scroll)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 600)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.compare.set_theme(theme)
        self.data.set_theme(theme)
        self.text.set_theme(theme)

    # What is shown ----------------------------------------------------------------------------------------------------

    def show_recipes(
        self,
        recipes: Sequence[Recipe],
        labels: Sequence[str],
        selected: int,
        program: str,
        data_steps: Sequence[tuple[str, str]],
        data_facts: DataFacts,
    ) -> None:
        """Fill all controls, without signals; what a person is just writing stays while its value is the same.

        ``labels`` are what the runs are called, ``selected`` is the run that NETWORK and TRAINING show, ``program`` its
        program text. ``data_steps`` are (title, detail) of what is done to the samples.
        """
        fresh = selected != self._selected or len(recipes) != len(self._recipes)
        self._recipes, self._labels, self._selected = tuple(recipes), tuple(labels), selected
        self._program, self._steps, self._facts = program, tuple(data_steps), data_facts
        self._fill(fresh)

    def _fill(self, fresh: bool) -> None:
        recipe = self._recipes[self._selected]
        self.compare.show_runs(self._recipes, self._labels, self._selected)
        self.data.show_recipe(recipe, self._facts, self._steps, fresh)
        self.layers.setVisible(recipe.network is not None)
        self.layers.depth.setVisible(len(self._recipes) == 1)
        self.layers.all_hidden.setVisible(recipe.network is not None and not self.sections["network"].folded)
        self._own_program.setVisible(recipe.network is None)
        if recipe.network is not None:
            self.layers.show_network(recipe.network, fresh)
        self.network.show_controls(network_controls(recipe, self._facts), fresh)
        self.training.show_controls(training_controls(recipe), fresh)
        self.stop.show_controls(stop_controls(recipe), fresh)
        self.text.show_network(recipe.network, self._program)
        self._chain()

    def _chain(self) -> None:
        """The Tab key goes through what is shown from top to bottom."""
        stops = self.compare.stops()
        for name, section in self.sections.items():
            stops.append(section.heading)
            body = {
                "data": lambda: [self.data.file, *self.data.stops()],
                "network": lambda: [self.layers.all_hidden, *self.layers.stops(), *self.network.stops()],
                "training": self.training.stops,
                "stop": self.stop.stops,
                "text": self.text.stops,
            }[name]
            stops += body()
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    def forget(self) -> None:
        """Give up all that is being written, and what was refused: for another document, or another state of it.

        The fields show what is in force, whether the new recipes have been shown already or come after this.
        """
        self.text.forget()
        if self._recipes:
            self._fill(fresh=True)

    def use_file(self, file: str) -> None:
        """Choose a CSV file, as a person does; ``file`` is its path as seen from the document."""
        self._edit(lambda recipe: with_file(recipe, file), shared=True)

    # What is remembered -----------------------------------------------------------------------------------------------

    def state(self) -> str:
        """Which sections are folded, for ``restore``."""
        return ",".join(name for name, section in self.sections.items() if section.folded)

    def restore(self, state: str) -> None:
        """Fold the sections as they were; names that are not known are passed over."""
        folded = state.split(",")
        for name, section in self.sections.items():
            section.set_folded(name in folded)

    # Edits ------------------------------------------------------------------------------------------------------------

    def _edit(self, edit: Edit, shared: bool = False) -> None:
        """Apply an edit to the selected run, or to all. Raises GradStepError where it cannot be."""
        self._emit(edited(self._recipes, self._selected, edit, shared), self._selected)

    def _apply(self, control: Control, text: str) -> None:
        self._edit(control.edit(text), control.shared)

    def _apply_line(self, text: str) -> None:
        self._emit(runs_with_line(self._recipes, self._selected, text, self._facts), self._selected)

    def _apply_program(self, text: str) -> None:
        self._edit(lambda recipe: with_program(recipe, text, self._facts))

    def _add_run(self) -> None:
        self._emit(*with_run_added(self._recipes, self._selected))

    def _remove_run(self, number: int) -> None:
        self._emit(*with_run_removed(self._recipes, number, self._selected))

    def _set_depth(self, depth: int, all_runs: bool, refusal: Refusal) -> None:
        self._try(lambda: self._edit(lambda recipe: with_depth(recipe, depth), shared=all_runs), refusal)

    def _try(self, change: Callable[[], None], refusal: Refusal) -> None:
        try:
            change()
        except GradStepError as error:
            self._fill(fresh=False)  # a slider does not stay where it cannot be
            refusal.say(str(error))

    def _emit(self, recipes: tuple[Recipe, ...], selected: int) -> None:
        """Show the runs at once, then tell of them."""
        if recipes == self._recipes and selected == self._selected:
            return
        fresh = selected != self._selected or len(recipes) != len(self._recipes)
        if recipes[0].data != self._recipes[0].data:
            self._facts = known_facts(recipes[0].data) or self._facts
        network = recipes[selected].network
        self._program = self._program if network is None else program_of(network)
        self._recipes, self._labels, self._selected = recipes, labels_of(recipes), selected
        self._fill(fresh)
        self.recipes_changed.emit(recipes, selected)
