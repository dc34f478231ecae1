"""Where a person stands in one trace and what they look at: places, moves, levels, picks and cards."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from engine import Trace
from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session import anchors, cursor
from visualizer.session.appearance import Appearance, Level
from visualizer.session.blocks import Folds
from visualizer.session.card import Card, build_card
from visualizer.session.change import Change
from visualizer.session.cursor import Position
from visualizer.session.depth_card import neuron_card, scalar_card
from visualizer.session.document import Document
from visualizer.session.pace import Pace
from visualizer.session.scene import Scene
from visualizer.session.views import Part, Views

if TYPE_CHECKING:
    from engine.scalars import Scalars
    from engine.units import Units
    from visualizer.session.blocks import Block
    from visualizer.session.depths import NeuronMoves, ScalarMoves
    from visualizer.session.finding import Found
    from visualizer.session.neuron.scene import NeuronScene

MOST_CARDS = 64  # that are kept, for coming back to


class Looking:
    """One trace, the place in it, and how it is looked at.

    Holds ``document``, ``trace``, ``position``, ``picked`` (the element whose arithmetic is shown), ``selected`` (a
    node) and ``hovered`` (what the pointer is on); ``level``, ``sample`` (None for the mean over the batch),
    ``appearance``, ``focus`` (all but its ancestors and descendants fades) and ``found``. Places, picks and selections
    are of arrays and their elements at every level, so they carry over. Subscribers are called with a ``Change`` after
    every change.
    """

    document: Document
    trace: Trace

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Change], None]] = []
        self.position = Position()
        self.level: Level = "layer"
        self.appearance = Appearance()
        self.folds = Folds()

    def _look_at(self, document: Document, trace: Trace, scene: Scene) -> None:
        """Begin with another trace; the place and the level stay."""
        self.document, self.trace = document, trace
        self._views = Views(document, trace, scene)
        self.picked: Reference | None = None
        self.hovered: Reference | None = None
        self.selected: int | None = None
        self.focus: Reference | None = None
        self.found: Found | None = None
        self.sample: int | None = 0
        self._around: Reference | None = None
        self.revealed: set[int] = set()
        self._sections = anchors.sections(document, trace)
        self._cards: dict[tuple[object, ...], Card] = {}

    # Telling --------------------------------------------------------------------------------------------------------

    def subscribe(self, subscriber: Callable[[Change], None]) -> Callable[[], None]:
        """Have ``subscriber`` called with every change; gives a function that ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def _tell(self, change: Change) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(change)

    # Moving ---------------------------------------------------------------------------------------------------------

    def step_forward(self) -> None:
        """One step on at the present level: an array, a neuron or a number; or a single path while these are walked."""
        self._move(self._forward())

    def step_back(self) -> None:
        """One step back at the present level."""
        self._move(self._back())

    def step_into(self) -> None:
        """A level down, to the first part of the present step (of the first step, from the start)."""
        before = self.position
        if self.level == "layer":
            if before.step == 0 or (before.unit < 0 and before.path < 0):
                position = Position(before.iteration, max(before.step, 1), unit=0)
            else:
                position = self._neuron_of_path(before)
            self._enter("neuron", position)
        elif self.level == "neuron":
            self._enter_scalars(first=True)
        else:
            self.step_forward()

    def step_out(self) -> None:
        """A level up; from single paths back to whole steps."""
        position = self.position
        if position.path >= 0:
            self._move(cursor.out(self.trace, position))
        elif self.level == "scalar":
            self._enter("neuron", self._risen(position))
        else:
            self._enter("layer", Position(position.iteration, position.step))

    def walk(self) -> None:
        """Down to the single paths of this step, in the picture of the layers; one path on where these are walked."""
        if self.level == "layer":
            self._move(cursor.into(self.trace, self.position))

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
        change = Change.POSITION
        if self.found is not None and self._find_again():
            change |= Change.LEVEL
        if self.level == "scalar" and not self._scalar_moves.shows(position) and self._look_around(position):
            change |= Change.LEVEL
        self._tell(change)

    def _forward(self) -> Position:
        if self.level == "neuron":
            return self._neuron_moves.forward(self.position)
        if self.level == "scalar":
            return self._scalar_moves.forward(self.position)
        return cursor.forward(self.trace, self.position)

    def _back(self) -> Position:
        if self.level == "neuron":
            return self._neuron_moves.back(self.position)
        if self.level == "scalar":
            return self._scalar_moves.back(self.position)
        return cursor.back(self.trace, self.position)

    @property
    def at_end(self) -> bool:
        """True where there is no further step."""
        return self._forward() == self.position

    @property
    def at_start(self) -> bool:
        """True where there is no earlier step."""
        return self.position.step == 0

    # Levels ---------------------------------------------------------------------------------------------------------

    def set_level(self, level: Level, at: Reference | None = None) -> None:
        """Look at the same place at another level; ``at`` is the element to be in the picture of single numbers."""
        if level == self.level:
            return
        if level == "scalar":
            self._around = at or self._around
            self._enter_scalars(first=False)
        elif level == "neuron":
            position = self._risen(self.position) if self.level == "scalar" else self.position
            whole = position.step > 0 and position.unit < 0
            self._enter(level, self._neuron_moves.end_of(position) if whole else position)
        else:
            self._enter(level, self.position)

    def set_sample(self, sample: int | None) -> None:
        """Choose the sample of a batch whose neurons and numbers are shown, None for the mean. Raises GradStepError."""
        if sample == self.sample:
            return
        if sample is not None and not 0 <= sample < self.samples:
            raise GradStepError(f"there is no sample {sample + 1}: the batch has {self.samples:,}")
        self.sample = sample
        self._tell(Change.LEVEL)

    def set_appearance(self, appearance: Appearance) -> None:
        """Choose what edges show, and how the graph lies."""
        if appearance != self.appearance:
            self.appearance = appearance
            self._tell(Change.LEVEL)

    def set_folds(self, folds: Folds) -> None:
        """Fold layers into boxes, or open them."""
        if folds != self.folds:
            self.folds = folds
            self._tell(Change.LEVEL)

    def toggle_folds(self, blocks: Sequence[int]) -> None:
        """Fold a layer into a box, or open it; of several that one box stands for, open all."""
        if len(blocks) > 1:
            self.set_folds(replace(self.folds, repeats=False))
        else:
            self.set_folds(self.folds.toggled(blocks[0]))

    def set_focus(self, focus: Reference | None) -> None:
        """Let all fade but what this depends on and what depends on it; None ends that."""
        if focus != self.focus:
            self.focus = focus
            self._tell(Change.LEVEL)

    def find(self, text: str) -> None:
        """Look for values by name, by operation or by a condition; nothing is found with "". Raises GradStepError."""
        from visualizer.session.finding import find

        self.found = find(self, text) if text.strip() else None
        self._tell(Change.LEVEL)

    def _find_again(self) -> bool:
        """Other elements may meet a condition at another place; True where other ones do."""
        from visualizer.session.finding import find

        before = self.found
        assert before is not None
        found = find(self, before.text)
        kept = before.current
        if kept is not None and kept in found.matches:
            found = replace(found, at=found.matches.index(kept))
        self.found = found
        return found != before

    def find_next(self, by: int) -> None:
        """Go so many matches on, and select what is there."""
        if self.found is None or not self.found.matches:
            return
        self.found = self.found.moved(by)
        match = self.found.matches[self.found.at]
        self.selected, self.picked = match.node, match if match.index is not None else None
        self._tell(Change.LEVEL | Change.PICK)

    def preparation(
        self,
        level: Level | None = None,
        at: Reference | None = None,
        appearance: Appearance | None = None,
        folds: Folds | None = None,
    ) -> Callable[[Pace], object] | None:
        """What a worker can do so that showing all that is done at once; None where it will be anyway.

        What is not given stays as it is.
        """
        views, sample = self._views, self.sample
        shown, folded = appearance or self.appearance, self.folds if folds is None else folds
        level = level or self.level
        if views.light:
            return None
        if level == "layer":
            return lambda pace: views.layers(shown, folded, pace)
        if level == "neuron":
            return lambda pace: views.neurons(shown, sample)
        part = (sample or 0, at or self._around or self._here(self.position))
        return lambda pace: views.scalar_scene(part, shown, pace)

    @property
    def scene(self) -> Scene:
        """The picture of the arrays."""
        return self._views.layers(self.appearance, self.folds)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The layers that can be folded in the picture of the arrays."""
        return self._views.blocks

    @property
    def repeats(self) -> bool:
        """Whether any layers repeat each other, so that one box with a count can stand for them."""
        return self._views.repeats

    def block_of(self, node: int | None) -> Block | None:
        """The layer that a node belongs to."""
        return next((block for block in self.blocks if node in block.nodes), None)

    @property
    def units(self) -> Units:
        """The neurons of the graph."""
        return self._views.units

    @property
    def samples(self) -> int:
        """How many samples the batch has; 1 where there is none."""
        return self.units.samples

    @property
    def neuron(self) -> NeuronScene:
        """The picture of the neurons."""
        return self._views.neurons(self.appearance, self.sample)

    @property
    def scalars(self) -> Scalars:
        """The single numbers that are shown at their level."""
        return self._views.scalars(self._part)

    @property
    def scalar_scene(self) -> Scene:
        """The picture of the single numbers."""
        return self._views.scalar_scene(self._part, self.appearance)

    @property
    def scalar_place(self) -> int:
        """How many steps of single numbers have been taken."""
        return self._scalar_moves.place(self.position)

    @property
    def scalar_shown(self) -> int:
        """How many of them may be seen: none of a step that is asked about."""
        return self._scalar_moves.before(self.position) if self.asking else self.scalar_place

    @property
    def receiver(self) -> Reference | None:
        """The array, and below whole steps the element of it, that has just been given a number; None at the start."""
        step = cursor.current_step(self.trace, self.position)
        if step is None:
            return None
        if self.level == "scalar":
            return self._scalar_moves.receiver(self.position)
        if self.level == "neuron":
            part = self._neuron_moves.part(self.position)
            assert part is not None
            return Reference(part.node, part.kind, part.elements[0] if part.elements else None)
        kind = "gradient" if step.phase == "backward" else "value"
        return Reference(self.trace.receiver(step), "gradient" if kind == "gradient" else "value")

    @property
    def _part(self) -> Part:
        return self.sample or 0, self._around

    @property
    def _neuron_moves(self) -> NeuronMoves:
        return self._views.neuron_moves(self.sample)

    @property
    def _scalar_moves(self) -> ScalarMoves:
        return self._views.scalar_moves(self._part)

    def _enter(self, level: Level, position: Position) -> None:
        change = Change(0)
        if level != self.level:
            change |= Change.LEVEL
        if position != self.position:
            change |= Change.POSITION
        self.level, self.position = level, position
        if change:
            self._tell(change)

    def _enter_scalars(self, first: bool) -> None:
        """To the single numbers: of the present part the first, or all of them."""
        position = self.position
        if first and position.step == 0:
            position = Position(position.iteration, 1, unit=0)
        self._around = self._around or self._here(position)
        part = self._neuron_moves.part(position)
        if not self._scalar_moves.shows(position):
            self._look_around(position)
        if part is not None and (first or position.unit >= 0):
            scalar = self._scalar_moves.of_part(position, part, last=not first)
            position = Position(position.iteration, position.step, unit=position.unit, scalar=scalar)
        self._enter("scalar", position)

    def _here(self, position: Position) -> Reference | None:
        """The element that the part at ``position`` gives a number to, None before the first step."""
        part = self._neuron_moves.part(position)
        return Reference(part.node, part.kind, part.elements[0]) if part is not None and part.elements else None

    def _look_around(self, position: Position) -> bool:
        """Have the part of the single numbers that is shown hold the step at ``position``; True where it changes."""
        if not self.scalars.words:
            return False
        before, self._around = self._around, self._here(position)
        return before != self._around

    def _risen(self, position: Position) -> Position:
        """From a number to the neuron that it belongs to."""
        receiver = self._scalar_moves.receiver(position)
        if position.scalar < 0 or receiver is None:
            return Position(position.iteration, position.step, unit=position.unit)
        unit = self._neuron_moves.holding(position, receiver)
        return Position(position.iteration, position.step, unit=unit)

    def _neuron_of_path(self, position: Position) -> Position:
        """From a single path, or a neuron that was left, to the neuron."""
        walked = cursor.current_path(self.trace, position)
        if walked is None:
            return Position(position.iteration, position.step, unit=max(position.unit, 0))
        step = self.trace.steps[position.step - 1]
        node = self.trace.receiver(step)
        from engine.units import unit_of

        sample = unit_of(self.units, node, walked[0])[2]
        if sample is not None:
            self.sample = sample
        unit = self._neuron_moves.holding(position, Reference(node, "value", walked[0]))
        return Position(position.iteration, position.step, unit=unit)

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
        """The step card for the present place, in the terms of the level."""
        key = (self.level, self.sample, self._around, self.position, self.picked, self.asking)
        if key not in self._cards:
            if len(self._cards) >= MOST_CARDS:
                self._cards.clear()
            self._cards[key] = self._build_card()
        return self._cards[key]

    def _build_card(self) -> Card:
        position, whole = self.position, build_card(self.document, self.trace, self.position, self.picked, self.asking)
        if position.step == 0 or self.asking or self.level == "layer":
            return whole
        if self.level == "neuron":
            moves = self._neuron_moves
            part = moves.part(position)
            assert part is not None
            count = (moves.unit(position) + 1, moves.count(position))
            return neuron_card(self.document, self.trace, whole, self.units, part, count, self.sample, self.picked)
        return scalar_card(self.document, self.scalars, whole, self.scalar_place)

    # Ahead ----------------------------------------------------------------------------------------------------------

    @property
    def neighbours(self) -> tuple[Position, ...]:
        """Where a step forward and a step back would lead."""
        moves = (self._forward(), self._back())
        return tuple(position for position in dict.fromkeys(moves) if position != self.position)

    def glimpse(self, position: Position) -> Self:
        """This session as it would be after a move to ``position``, to look at only: nobody is told of it."""
        other = copy.copy(self)
        other._subscribers = []
        if position.step != self.position.step:
            other.picked = None
        other.position = position
        return other
