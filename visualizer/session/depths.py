"""The moves below whole steps: neuron by neuron, and number by number. Pure, as those of ``cursor``.

A step of arrays falls into parts (``engine.parts``), one for a neuron or a row of weights, and into steps of single
numbers (``engine.scalars``). A position at one level has its place at the others: the last part of what has been done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.expression import Reference
from engine.parts import Part, part, part_count
from engine.trace import Trace
from visualizer.session.cursor import Position, current_step

if TYPE_CHECKING:
    from engine.scalars import Scalars
    from engine.units import Units


class NeuronMoves:
    """Among the parts of steps: the neurons of one ``sample`` (None: of the first, where a mean is looked at)."""

    def __init__(self, trace: Trace, units: Units, sample: int | None) -> None:
        self._trace, self._units, self._sample = trace, units, sample

    def count(self, position: Position) -> int:
        """The number of parts of the step just begun; 0 before the first."""
        step = current_step(self._trace, position)
        return part_count(self._units, self._trace, step) if step is not None else 0

    def unit(self, position: Position) -> int:
        """The number of the part just done; -1 before the first step."""
        return position.unit if position.unit >= 0 else self.count(position) - 1

    def part(self, position: Position) -> Part | None:
        """The part just done, None before the first step."""
        step = current_step(self._trace, position)
        if step is None:
            return None
        return part(self._units, self._trace, step, self.unit(position), self._sample)

    def forward(self, position: Position) -> Position:
        """One part on; stays at the end."""
        unit = self.unit(position)
        if unit + 1 < self.count(position):
            return Position(position.iteration, position.step, unit=unit + 1)
        if position.step < len(self._trace.steps):
            return Position(position.iteration, position.step + 1, unit=0)
        return position

    def back(self, position: Position) -> Position:
        """One part back; stays at the start."""
        unit = self.unit(position)
        if unit > 0:
            return Position(position.iteration, position.step, unit=unit - 1)
        return self.end_of(Position(position.iteration, max(position.step - 1, 0)))

    def end_of(self, position: Position) -> Position:
        """The last part of the step that ``position`` stands on."""
        return Position(position.iteration, position.step, unit=self.count(position) - 1)

    def holding(self, position: Position, reference: Reference) -> int:
        """The number of the part of the present step that gives ``reference`` its number; the first where none does."""
        step = current_step(self._trace, position)
        if step is None:
            return -1
        for number in range(self.count(position)):
            found = part(self._units, self._trace, step, number, self._sample)
            if reference.node == found.node and reference.index in found.elements:
                return number
        return 0


class ScalarMoves:
    """Among the steps of single numbers."""

    def __init__(self, scalars: Scalars, steps: int) -> None:
        """``steps`` is how many steps the arrays have: not all of them need be in the picture."""
        self._scalars, self._steps = scalars, steps
        self._outer = np.asarray(scalars.outer)

    def place(self, position: Position) -> int:
        """How many steps of single numbers have been taken."""
        begin, end = self._within(position.step)
        return end if position.scalar < 0 else min(begin + position.scalar + 1, end)

    def before(self, position: Position) -> int:
        """How many steps of single numbers lie before the step of arrays that ``position`` stands on."""
        return self._within(position.step)[0]

    def at(self, iteration: int, place: int) -> Position:
        """The position after ``place`` steps of single numbers."""
        if place <= 0:
            return Position(iteration)
        step = int(self._outer[place - 1])
        return Position(iteration, step, scalar=place - 1 - self._within(step)[0])

    def forward(self, position: Position) -> Position:
        """One number on; stays at the end. A step that is not in the picture is taken too: that has to follow."""
        place = self.place(position)
        if place < len(self._outer) and self._outer[place] <= position.step + 1:
            return self.at(position.iteration, place + 1)
        if position.step < self._steps:
            return Position(position.iteration, position.step + 1, scalar=0)
        return position

    def back(self, position: Position) -> Position:
        """One number back; stays at the start. As forward, it leaves no step out."""
        place = self.place(position)
        if place > self._within(position.step)[0] + 1 or position.step <= 1:
            return self.at(position.iteration, place - 1)
        if place > 1 and self._outer[place - 2] == position.step - 1:
            return self.at(position.iteration, place - 1)
        return Position(position.iteration, position.step - 1)

    def shows(self, position: Position) -> bool:
        """Whether any number of the step just begun is in the picture."""
        begin, end = self._within(position.step)
        return end > begin

    def receiver(self, position: Position) -> Reference | None:
        """The element of an array that the number just made is, or works for; None before the first."""
        place = self.place(position)
        if place == 0:
            return None
        trace = self._scalars.trace
        return self._scalars.origin[trace.receiver(trace.steps[place - 1])]

    def of_part(self, position: Position, part: Part, last: bool) -> int:
        """The number, within the step, of the first or the last of its numbers that belong to ``part``; -1 for none."""
        begin, end = self._within(position.step)
        trace, origin = self._scalars.trace, self._scalars.origin
        wanted = {(part.node, index) for index in part.elements}
        found = -1
        for place in range(begin, end):
            reference = origin[trace.receiver(trace.steps[place])]
            if (reference.node, reference.index) in wanted:
                found = place - begin
                if not last:
                    break
        return found

    def _within(self, step: int) -> tuple[int, int]:
        """The steps of single numbers that lie before a step of arrays, and before the next."""
        return self._scalars.position(step - 1), self._scalars.position(step)
