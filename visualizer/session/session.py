"""The one mutable object: what the user is looking at. It tells its subscribers what changed.

Everything that a person can do in the window is a call here, so scripts, tests and the command line can do it too.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any

import numpy as np

from engine import Trace, record
from engine.errors import GradStepError
from engine.expression import Index, Reference
from visualizer.session import anchors, cursor
from visualizer.session.card import Card, build_card
from visualizer.session.cursor import Position
from visualizer.session.document import Document
from visualizer.session.scene import Scene, build_scene
from visualizer.session.training.lab import Lab
from visualizer.session.training.recipe import Recipe

MOST_CARDS = 64  # that are kept, for coming back to


class Change(Flag):
    """What a subscriber is told. DOCUMENT comes with another file, LAB with other runs, RECORDS with further iterations
    of them, TRACE with other numbers, the rest within one."""

    DOCUMENT = auto()
    LAB = auto()
    RECORDS = auto()
    TRACE = auto()
    POSITION = auto()
    PICK = auto()
    HOVER = auto()
    REVEAL = auto()


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


def prepare(document: Document) -> Prepared:
    """Run a document once and lay its picture out. Raises GradStepError where it cannot be run."""
    if document.recipes:
        return prepare_iteration(Lab(document), 0)
    trace = record(document.graph, document.learning_rate)
    return Prepared(document, trace, build_scene(document, trace))


def prepare_iteration(lab: Lab, iteration: int, which: int = 0) -> Prepared:
    """Lay out the steps of an iteration of one of the runs. Raises GradStepError where it is not recorded."""
    iteration = lab.reachable(iteration, which)
    trace = lab.trace(iteration, which)
    document = lab.document_of(which).of(trace.graph)
    return Prepared(document, trace, build_scene(document, trace), lab, iteration, which)


class Session:
    """One open document, its trace and the place in it.

    Holds ``document``, ``trace``, ``position``, ``picked`` (the element whose arithmetic is shown), ``selected`` (a
    node) and ``hovered`` (what the pointer is on). A document with data has a ``lab`` with its runs, of which the trace
    is that of iteration ``position.iteration`` of run ``which``. Subscribers are called with a ``Change`` after every
    change.
    """

    def __init__(self, document: Document | Prepared) -> None:
        self._subscribers: list[Callable[[Change], None]] = []
        self._undo: list[Document] = []
        self._redo: list[Document] = []
        self._load(document)
        self.position = Position()

    # Telling --------------------------------------------------------------------------------------------------------

    def subscribe(self, subscriber: Callable[[Change], None]) -> Callable[[], None]:
        """Have ``subscriber`` called with every change; gives a function that ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def _tell(self, change: Change) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(change)

    # Documents and edits --------------------------------------------------------------------------------------------

    def open(self, document: Document | Prepared) -> None:
        """Show another document from its start. Raises GradStepError where it cannot be run; nothing changes then."""
        before = self.lab
        self._load(document)
        self._undo.clear()
        self._redo.clear()
        self.position = Position()
        self._tell_of_other(Change.DOCUMENT, before)

    def _load(self, document: Document | Prepared) -> None:
        prepared = document if isinstance(document, Prepared) else prepare(document)
        self.document, self.trace, self.scene = prepared.document, prepared.trace, prepared.scene
        self.lab, self.which = prepared.lab, prepared.which
        self.picked: Reference | None = None
        self.hovered: Reference | None = None
        self.selected: int | None = None
        self.revealed: set[int] = set()
        self._sections = anchors.sections(self.document, self.trace)
        self._cards: dict[tuple[object, ...], Card] = {}

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
        prepared = document if isinstance(document, Prepared) else prepare(document)
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
        lab = self.lab
        picked, selected, revealed = self.picked, self.selected, self.revealed
        shapes = [node.shape for node in self.document.graph.nodes]
        self._load(document)
        same_shapes = shapes == [node.shape for node in self.document.graph.nodes]
        self.revealed = revealed
        if same_shapes:
            self.picked, self.selected = picked, selected
        iteration = document.iteration if isinstance(document, Prepared) else 0
        self.position = cursor.at_step(self.trace, Position(iteration), self.position.step)
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

    # Moving ---------------------------------------------------------------------------------------------------------

    def step_forward(self) -> None:
        """One step on at the present depth."""
        self._move(cursor.forward(self.trace, self.position))

    def step_back(self) -> None:
        """One step back at the present depth."""
        self._move(cursor.back(self.trace, self.position))

    def step_into(self) -> None:
        """Down to the single paths of this step."""
        self._move(cursor.into(self.trace, self.position))

    def step_out(self) -> None:
        """Back up to whole steps."""
        self._move(cursor.out(self.trace, self.position))

    def first(self) -> None:
        """To the start."""
        self._move(Position(self.position.iteration))

    def last(self) -> None:
        """To the end."""
        self.go_to(len(self.trace.steps))

    def go_to(self, step: int) -> None:
        """To after ``step`` steps."""
        self._move(cursor.at_step(self.trace, self.position, step))

    def _move(self, position: Position) -> None:
        if position == self.position:
            return
        if position.step != self.position.step:
            self.picked = None
        self.position = position
        self._tell(Change.POSITION)

    @property
    def at_end(self) -> bool:
        """True where there is no further step."""
        return cursor.forward(self.trace, self.position) == self.position

    @property
    def at_start(self) -> bool:
        """True where there is no earlier step."""
        return self.position.step == 0

    # Looking --------------------------------------------------------------------------------------------------------

    def pick(self, reference: Reference | None) -> None:
        """Choose the element whose arithmetic, or whose terms, are to be seen."""
        if reference != self.picked:
            self.picked = reference
            self._tell(Change.PICK)

    def select(self, node: int | None) -> None:
        """Choose a node; its steps are shown on the timeline."""
        if node != self.selected:
            self.selected = node
            self._tell(Change.PICK)

    def hover(self, reference: Reference | None) -> None:
        """Say what the pointer is on, so that it lights up everywhere."""
        if reference != self.hovered:
            self.hovered = reference
            self._tell(Change.HOVER)

    def steps_touching(self, node: int) -> tuple[int, ...]:
        """The positions of all steps in which a node takes part: computed, used, sending or receiving, updated."""
        graph = self.trace.graph
        found = []
        for position, step in enumerate(self.trace.steps, start=1):
            uses = step.phase == "forward" and node in graph.nodes[step.node].inputs
            if step.node == node or self.trace.receiver(step) == node or uses:
                found.append(position)
        return tuple(found)

    @property
    def sections(self) -> tuple[tuple[int, str], ...]:
        """The lesson's sections: (position of the first step, title)."""
        return self._sections

    @property
    def asking(self) -> bool:
        """True while the present step's numbers are hidden behind its question."""
        return self.asks_at(self.position.step)

    def asks_at(self, step: int) -> bool:
        """True where that step has a question that has not been answered."""
        if step in self.revealed:
            return False
        note = anchors.note_at(self.document, self.trace, step)
        return note is not None and bool(note.ask)

    def reveal(self) -> None:
        """Show the numbers behind the question of the present step."""
        if self.asking:
            self.revealed.add(self.position.step)
            self._tell(Change.REVEAL)

    def answer(self, numbers: tuple[float, ...]) -> bool:
        """Check a guess at the present step's result, row by row, as exact as people round; a right one reveals it."""
        step = cursor.current_step(self.trace, self.position)
        if step is None:
            raise GradStepError("there is no question before the first step")
        result = self.card.result.ravel() if self.card.result is not None else ()
        right = len(numbers) == len(result) and all(
            math.isclose(guess, true, rel_tol=5e-3, abs_tol=5e-4) for guess, true in zip(numbers, result, strict=True)
        )
        if right:
            self.reveal()
        return right

    @property
    def card(self) -> Card:
        """The step card for the present place."""
        key = (self.position, self.picked, self.asking)
        if key not in self._cards:
            if len(self._cards) >= MOST_CARDS:
                self._cards.clear()
            self._cards[key] = build_card(self.document, self.trace, self.position, self.picked, self.asking)
        return self._cards[key]

    # Ahead ----------------------------------------------------------------------------------------------------------

    @property
    def neighbours(self) -> tuple[Position, ...]:
        """Where a step forward and a step back would lead."""
        moves = (cursor.forward(self.trace, self.position), cursor.back(self.trace, self.position))
        return tuple(position for position in dict.fromkeys(moves) if position != self.position)

    def glimpse(self, position: Position) -> Session:
        """This session as it would be after a move to ``position``, to look at only: nobody is told of it."""
        other = copy.copy(self)
        other._subscribers = []
        if position.step != self.position.step:
            other.picked = None
        other.position = position
        return other
