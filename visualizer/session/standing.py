"""Where a person stands in one trace: the place in it, and the moves at every level and between them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Self

from engine.expression import Reference
from visualizer.session import cursor
from visualizer.session.appearance import Appearance, Level
from visualizer.session.blocks import Folds
from visualizer.session.change import Change
from visualizer.session.cursor import Position
from visualizer.session.pace import Pace
from visualizer.session.showing import Showing


class Standing(Showing):
    """A ``position`` in the trace. Places are of arrays and their elements at every level, so they carry over."""

    def __init__(self) -> None:
        super().__init__()
        self.position = Position()

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
        change = Change.POSITION | self._left(position)
        if self.level == "scalar" and not self._scalar_moves.shows(position) and self._look_around(position):
            change |= Change.LEVEL
        self._tell(change)

    def _left(self, position: Position) -> Change:
        """Go to another place; gives what else becomes another."""
        self.position = position
        return Change(0)

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
    def scalar_place(self) -> int:
        """How many steps of single numbers have been taken."""
        return self._scalar_moves.place(self.position)

    @property
    def receiver(self) -> Reference | None:
        """The array, and below whole steps the element of it, that has just been given a number; None at the start."""
        step = cursor.current_step(self.trace, self.position)
        if step is None:
            return None
        if self.level == "scalar":
            return self._scalar_moves.receiver(self.position)
        if self.level == "neuron":
            return self._here(self.position)
        return Reference(self.trace.receiver(step), "gradient" if step.phase == "backward" else "value")

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
        other.position = position
        return other
