"""Numbers that change in the course of an iteration, as events in order: any moment is a cut through them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.draws import Indices
from engine.ops import Array

Flags = np.ndarray[Any, np.dtype[np.bool_]]

# (step, unit) of a Position: so many array steps have been begun, and of the last the parts up to ``unit`` have been
# done; -1 where all of it has.
Moment = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Track:
    """``initial`` numbers of some cells (c,), which of them are ``given``, and what happens to them.

    Event e gives the cell ``cells[e]`` the number ``numbers[e]`` with part ``parts[e]`` of step ``steps[e]``, counted
    from 1. Events are in the order of time.
    """

    initial: Array
    given: Flags
    steps: Indices
    parts: Indices
    cells: Indices
    numbers: Array

    def cut(self, moment: Moment) -> int:
        """The number of events that have happened."""
        step, unit = moment
        begin, end = np.searchsorted(self.steps, (step, step + 1))
        if unit >= 0:
            end = begin + np.searchsorted(self.parts[begin:end], unit, side="right")
        return int(end)

    def at(self, moment: Moment) -> tuple[Array, Indices]:
        """The numbers of all cells, and how many events each has had."""
        cut = self.cut(moment)
        numbers = self.initial.copy()
        numbers[self.cells[:cut]] = self.numbers[:cut]  # of a cell named twice the last one stays
        return numbers, np.bincount(self.cells[:cut], minlength=len(numbers))

    def changed(self, before: Moment, after: Moment) -> Indices:
        """The cells that differ at two moments, in order."""
        low, high = sorted((self.cut(before), self.cut(after)))
        return np.unique(self.cells[low:high])

    @cached_property
    def totals(self) -> Indices:
        """How many events each cell has in all."""
        return np.bincount(self.cells, minlength=len(self.initial))


class TrackWriter:
    """Collects the events of a track, in any order."""

    def __init__(self, cells: int) -> None:
        self._initial, self._given = np.full(cells, np.nan), np.zeros(cells, dtype=bool)
        self._events: list[tuple[int, Indices, Indices, Array]] = []

    def give(self, cells: Indices, numbers: Array) -> None:
        """Cells have numbers (k,) from the start."""
        self._initial[cells], self._given[cells] = numbers, True

    def add(self, step: int, parts: Indices, cells: Indices, numbers: Array) -> None:
        """In step ``step``, counted from 1, with their parts, cells are given numbers; all (k,)."""
        self._events.append((step, parts, cells, numbers))

    def written(self) -> Track:
        """The track."""
        if not self._events:
            none = np.zeros(0, dtype=np.intp)
            return Track(self._initial, self._given, none, none, none, np.zeros(0))
        steps = np.concatenate([np.full(len(cells), step) for step, _, cells, _ in self._events])
        parts, cells, numbers = (np.concatenate([event[i] for event in self._events]) for i in (1, 2, 3))
        order = np.lexsort((parts, steps))
        return Track(self._initial, self._given, steps[order], parts[order], cells[order], numbers[order])
