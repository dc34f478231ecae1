"""States of a run kept so that any past iteration can be reached again, under a budget of memory."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import numpy as np

from engine.ops import Array


class Checkpoints:
    """State vectors by the number of iterations done, of at most ``budget`` bytes together; the first is always kept.

    One is due every ``spacing`` iterations. When the budget is full the spacing doubles and what no longer lies on it
    is given up, so that the way from the nearest one is equally short everywhere.
    """

    def __init__(self, spacing: int, budget: int) -> None:
        self.spacing = spacing
        self.budget = budget
        self._kept: dict[int, Array] = {}
        self._order: list[int] = []
        self._free: list[Array] = []

    @property
    def used(self) -> int:
        """Bytes, those of vectors that wait to be used again included."""
        return (len(self._kept) + len(self._free)) * self._kept[0].nbytes if self._kept else 0

    @property
    def iterations(self) -> tuple[int, ...]:
        """Where there are checkpoints, in order."""
        return tuple(self._order)

    def is_due(self, iteration: int) -> bool:
        """True where one is to be kept that is not yet."""
        return iteration % self.spacing == 0 and iteration not in self._kept

    def keep(self, iteration: int, parts: Sequence[Array]) -> None:
        """Keeps a copy of ``parts`` in one row, where one is due and the budget has room for more than the first."""
        size = sum(part.size for part in parts)
        if self._kept and 2 * 8 * size > self.budget:
            return
        while self.is_due(iteration) and self._kept and not self._free and self.used + 8 * size > self.budget:
            self._thin()
        if not self.is_due(iteration):
            return
        vector = self._free.pop() if self._free else np.empty(size)
        np.concatenate(parts, out=vector)
        self._kept[iteration] = vector
        bisect.insort(self._order, iteration)

    def nearest(self, iteration: int) -> tuple[int, Array]:
        """The last one at or before ``iteration``: (its iteration, the state)."""
        found = self._order[bisect.bisect_right(self._order, iteration) - 1]
        return found, self._kept[found]

    def _thin(self) -> None:
        self.spacing *= 2
        given_up = [iteration for iteration in self._order if iteration % self.spacing]
        self._free += [self._kept.pop(iteration) for iteration in given_up]
        self._order = [iteration for iteration in self._order if iteration not in set(given_up)]
