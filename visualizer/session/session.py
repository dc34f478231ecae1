"""The one mutable object: what the user is looking at. It tells its subscribers what changed.

Everything that a person can do in the window is a call here, so scripts, tests and the command line can do it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import Trace, record
from engine.errors import GradStepError
from engine.expression import Index
from visualizer.session import cursor
from visualizer.session.change import Change as Change
from visualizer.session.cursor import Position
from visualizer.session.document import Document
from visualizer.session.looking import Looking
from visualizer.session.pace import UNHURRIED, Pace
from visualizer.session.scene import Scene
from visualizer.session.training.lab import Lab
from visualizer.session.training.recipe import Recipe
from visualizer.session.views import layer_scene


@dataclass(frozen=True)
class Prepared:
    """A document that has been run and laid out: the slow part of opening, which a worker can do.

    ``lab`` has the runs of a document with data, None for others; the trace is then that of ``iteration`` of run
    ``which``.
    """

    document: Document
    trace: Trace
    scene: Scene
    lab: Lab | None = None
    iteration: int = 0
    which: int = 0


def prepare(document: Document, like: Scene | None = None, pace: Pace = UNHURRIED) -> Prepared:
    """Run a document once and lay its picture out, about as ``like`` was.

    Raises GradStepError where it cannot be run, and Cancelled as ``pace`` does.
    """
    if document.recipes:
        return prepare_iteration(Lab(document), 0, pace=pace)
    trace = record(document.graph, document.learning_rate)
    return Prepared(document, trace, layer_scene(document, trace, like, pace))


def prepare_iteration(lab: Lab, iteration: int, which: int = 0, pace: Pace = UNHURRIED) -> Prepared:
    """Lay out the steps of an iteration of one of the runs. Raises GradStepError where it is not recorded."""
    iteration = lab.reachable(iteration, which)
    trace = lab.trace(iteration, which)
    document = lab.document_of(which).of(trace.graph)
    return Prepared(document, trace, layer_scene(document, trace, pace=pace), lab, iteration, which)


class Session(Looking):
    """One open document, its trace and the place in it.

    A document with data has a ``lab`` with its runs, of which the trace is that of iteration ``position.iteration`` of
    run ``which``. What is looked at, and how, is ``Looking``'s.
    """

    def __init__(self, document: Document | Prepared) -> None:
        super().__init__()
        self._undo: list[Document] = []
        self._redo: list[Document] = []
        self._load(document)

    # Documents and edits --------------------------------------------------------------------------------------------

    def open(self, document: Document | Prepared) -> None:
        """Show another document from its start. Raises GradStepError where it cannot be run; nothing changes then."""
        before = self.lab
        self._load(document)
        self._undo.clear()
        self._redo.clear()
        self.position, self.level = Position(), "layer"
        self._tell_of_other(Change.DOCUMENT, before)

    def _load(self, document: Document | Prepared) -> None:
        prepared = document if isinstance(document, Prepared) else prepare(document)
        self.lab, self.which = prepared.lab, prepared.which
        self._look_at(prepared.document, prepared.trace, prepared.scene)

    def set_leaf(self, name: str, value: Any) -> None:
        """Give an input or parameter another value and run again; can be undone. Raises GradStepError."""
        document = self.document.with_leaf(name, value)
        if not np.array_equal(document.leaves[name], self.document.leaves[name]):
            self.edit(document)

    def set_element(self, name: str, index: Index, value: float) -> None:
        """Give one element of an input or parameter another value. Raises GradStepError."""
        array = self.trace.values[self.document.graph.node(name).id].copy()
        array[index] = value
        self.set_leaf(name, array)

    def set_size(self, name: str, size: int) -> None:
        """Choose another size of the document; can be undone. Raises GradStepError."""
        document = self.document.with_size(name, size)
        if document.sizes != self.document.sizes:
            self.edit(document)

    def set_variant(self, variant: str) -> None:
        """Write the program the other way; can be undone. Raises GradStepError."""
        if variant != self.document.variant:
            self.edit(self.document.with_variant(variant))

    def change_recipes(self, recipes: Sequence[Recipe]) -> None:
        """Train something else, from the start; can be undone. Raises GradStepError where it cannot be."""
        self.edit(self.source.with_recipes(recipes))

    def open_chapter(self, number: int) -> None:
        """Set the document up as a chapter of its story says; can be undone. Raises GradStepError."""
        self.edit(self.source.at_chapter(number))

    def edit(self, document: Document | Prepared) -> None:
        """Show another version of the document; can be undone. Raises GradStepError where it cannot be run."""
        # may raise; nothing has changed then
        prepared = document if isinstance(document, Prepared) else prepare(document, self.scene)
        self._undo.append(self.source)
        self._redo.clear()
        self._replace(prepared)

    def restart(self, prepared: Prepared | None = None) -> None:
        """Begin the runs anew: the same document, nothing trained. A worker may have ``prepared`` them."""
        self._replace(prepared or self.source)

    def undo(self) -> None:
        """Take the last edit back."""
        if self._undo:
            self._redo.append(self.source)
            self._replace(self._undo.pop())

    def redo(self) -> None:
        """Do again what was taken back."""
        if self._redo:
            self._undo.append(self.source)
            self._replace(self._redo.pop())

    @property
    def source(self) -> Document:
        """The document as it is before all training, whichever iteration is shown."""
        return self.document if self.lab is None else self.lab.document

    @property
    def can_undo(self) -> bool:
        """True where there is an edit to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """True where there is an edit to do again."""
        return bool(self._redo)

    @property
    def edited(self) -> bool:
        """True where the document differs from what was opened."""
        return bool(self._undo)

    def _replace(self, document: Document | Prepared) -> None:
        """Show another version of the document, at the same place in time where it has no runs."""
        if isinstance(document, Document):
            document = prepare(document, self.scene)
        lab = self.lab
        kept = self.picked, self.selected, self.focus, self.sample
        revealed, around = self.revealed, self._around
        shapes = [node.shape for node in self.document.graph.nodes]
        self._load(document)
        self.revealed = revealed
        if shapes == [node.shape for node in self.document.graph.nodes]:
            self.picked, self.selected, self.focus, self.sample = kept
            self._around = around
        self.position = cursor.at_step(self.trace, Position(document.iteration), self.position.step)
        self._tell_of_other(Change.TRACE, lab)

    def _tell_of_other(self, change: Change, lab: Lab | None) -> None:
        """``lab`` is the one before."""
        change |= Change.TRACE | Change.POSITION
        self._tell(change if self.lab is lab else change | Change.LAB)

    # Iterations -----------------------------------------------------------------------------------------------------

    def train(self, iterations: int) -> int:
        """Train all runs for so many iterations, or until one stops; gives how many were made.

        The steps shown stay those of the iteration shown. Raises GradStepError for a document without data.
        """
        made = self._runs.advance(iterations)
        self._tell(Change.RECORDS)
        return made

    def rewind(self, iteration: int) -> None:
        """Go to where ``iteration`` iterations lie behind; the same ones happen again from there. Raises GradStepError
        where these have not been trained."""
        self._runs.seek(iteration)
        self._tell(Change.RECORDS)

    def show_iteration(self, iteration: int, which: int | None = None) -> None:
        """Show the steps of an iteration, from 0, of one of the runs, as it happened, at the same step as now.

        The one after the last recorded is shown before it is trained. Raises GradStepError beyond it.
        """
        self.show(prepare_iteration(self._runs, iteration, self.which if which is None else which))

    def show(self, prepared: Prepared) -> None:
        """Show the steps of an iteration that a worker has laid out."""
        self._replace(prepared)

    @property
    def _runs(self) -> Lab:
        if self.lab is None:
            raise GradStepError("this document has no data to train on: it needs a table [data]")
        return self.lab
