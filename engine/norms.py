"""Euclidean norms of stretches of a vector, noted iteration by iteration at little cost.

For a small network a call of numpy is dearer than its arithmetic. So short stretches that lie side by side are copied,
to be worked on for many iterations at once, and long ones of one length at even distances share one call.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from engine.ops import Array
from engine.optimizers import norm
from engine.scratch import Call

# Times at which something can be noted until the norms are taken out.
CAPACITY = 256
# Numbers up to which a stretch is short.
SHORT = 512
# Stretches in a run from which on one call for all is faster than one for each.
MANY = 4
# Short stretches up to which a call for each is faster than two for all.
FEW = 24
# Copies that are worked on at once, at most, and numbers in them: they are to stay in the processor's cache.
BATCH = 64
WAITING = 1 << 15
# A sum of squares between these has lost nothing to the range of float64.
SMALLEST, LARGEST = 1e-280, math.inf


class Norms:
    """The norms of ``groups`` of stretches of ``vector``: of all numbers of a group together.

    The stretches are disjoint, but for those that several groups have. Where the square of a norm leaves the range of
    float64 the norm itself need not, and is found all the same. It is finite just where all numbers are, but for norms
    beyond the range. Places are filled in order, from 0 on, and from 0 on again after ``taken``; there are CAPACITY.
    """

    def __init__(self, vector: Array, groups: Sequence[Sequence[slice]]) -> None:
        parts, members = _parts_of(groups)
        copied = _worth_copying(parts)
        starts = {part.start for part in copied}
        runs = list(_even(part for part in parts if part.start not in starts))
        place = {part.start: k for k, part in enumerate(itertools.chain(copied, *runs))}
        self._groups = [[place[parts[k].start] for k in group] for group in members]
        self._firsts = np.array([group[0] for group in self._groups])
        # What is noted of a part is the sum of its squares, or minus the norm where that is no use.
        self._noted = np.zeros((CAPACITY, len(parts)))
        self._products, squares = _products(vector, runs)
        self._long = [vector[part] for run in runs for part in run]
        begin, stop = (copied[0].start, copied[-1].stop) if copied else (0, 0)
        self._short = [slice(part.start - begin, part.stop - begin) for part in copied]
        # From each bound to the next there is a sum, also where two stretches have a gap between them.
        self._bounds = np.unique([(part.start, part.stop) for part in self._short])[:-1]
        self._columns = np.searchsorted(self._bounds, [part.start for part in self._short])
        self._batch = max(1, min(BATCH, WAITING // max(stop - begin, 1)))
        self._copies = copies = np.zeros((self._batch, stop - begin))
        self._squared = np.zeros_like(copies)
        self._sums = np.zeros((self._batch, len(copied)))
        blocks = [copies[:, part] for part in self._short] if len(copied) <= FEW else []
        self._by_part = [(b[:, None], b[:, :, None], self._sums[:, k, None, None]) for k, b in enumerate(blocks)]
        # Memory views copy with the least to look up.
        self._source, self._waiting = vector[begin:stop].data, [row.data for row in self._copies]
        self._squares, self._places = squares.data, [row[len(copied) :].data for row in self._noted]

    def note(self, at: int) -> None:
        """Notes the vector as it is now in place ``at``."""
        if self._short:
            number = at % self._batch
            self._waiting[number][:] = self._source
            if number == self._batch - 1:
                self._work_on_copies(at + 1)
        if not self._long:
            return
        for call, arguments in self._products:
            call(*arguments)
        squares = self._squares
        self._places[at][:] = squares
        for square in squares:
            if not SMALLEST < square < LARGEST:
                self._noted[at, len(self._short) :] = [-norm(part) for part in self._long]
                return

    @np.errstate(all="ignore")
    def taken(self, count: int) -> Array:
        """The norms that were noted in the first ``count`` places: shape (count, groups)."""
        if self._short and count % self._batch:
            self._work_on_copies(count)
        noted = self._noted[:count]
        norms = np.where(noted < 0.0, -noted, np.sqrt(np.abs(noted)))
        found = norms[:, self._firsts]
        for number, (_, *others) in enumerate(self._groups):
            for k in others:
                found[:, number] = np.hypot(found[:, number], norms[:, k])
        return found

    def _work_on_copies(self, stop: int) -> None:
        """Works on the copies that wait, of which the last was noted right before place ``stop``."""
        count = (stop - 1) % self._batch + 1
        for arrays in self._by_part:
            np.matmul(*arrays)
        if not self._by_part:
            np.multiply(self._copies, self._copies, self._squared)
            np.add.reduceat(self._squared, self._bounds, 1).take(self._columns, 1, self._sums)
        sums, noted = self._sums[:count], self._noted[stop - count : stop, : len(self._short)]
        noted[...] = sums
        if not (np.minimum.reduce(sums, None) > SMALLEST and np.maximum.reduce(sums, None) < LARGEST):
            for row, k in np.argwhere(~((sums > SMALLEST) & (sums < LARGEST))):
                noted[row, k] = -norm(self._copies[row, self._short[k]])


def norms_of(vector: Array, groups: Iterable[Sequence[slice]]) -> list[float]:
    """The same for a vector as it is now."""
    return [math.hypot(*(norm(vector[part]) for part in group)) for group in groups]


def _parts_of(groups: Sequence[Sequence[slice]]) -> tuple[list[slice], list[list[int]]]:
    """All stretches in order, those side by side that are in the same groups as one; and which of them a group has."""
    members: dict[tuple[int, int], list[int]] = {}
    for number, group in enumerate(groups):
        for part in group:
            members.setdefault((part.start, part.stop), []).append(number)
    parts: list[slice] = []
    within: list[list[int]] = []
    for (start, stop), numbers in sorted(members.items()):
        if parts and parts[-1].stop == start and within[-1] == numbers:
            parts[-1] = slice(parts[-1].start, stop)
        else:
            parts.append(slice(start, stop))
            within.append(numbers)
    found: list[list[int]] = [[] for _ in groups]
    for k, numbers in enumerate(within):
        for number in numbers:
            found[number].append(k)
    return parts, found


def _worth_copying(parts: Sequence[slice]) -> list[slice]:
    """The most short stretches that have nothing long between them, where copying them saves calls."""
    runs: list[list[slice]] = [[]]
    for part in parts:
        if _size(part) > SHORT or (runs[-1] and part.start - runs[-1][-1].stop > SHORT):
            runs.append([])
        if _size(part) <= SHORT:
            runs[-1].append(part)
    longest = max(runs, key=len)
    calls = sum(len(run) if len(run) < MANY else 1 for run in _even(longest))
    return longest if calls > 1 else []


def _even(parts: Iterable[slice]) -> Iterable[list[slice]]:
    """Stretches of one length at even distances, as lists."""
    for _, same in itertools.groupby(sorted(parts, key=lambda part: (_size(part), part.start)), key=_size):
        run: list[slice] = []
        for part in same:
            if len(run) > 1 and part.start - run[-1].start != run[1].start - run[0].start:
                yield run
                run = []
            run.append(part)
        yield run


def _products(vector: Array, runs: Sequence[Sequence[slice]]) -> tuple[list[Call], Array]:
    """Calls that write the sum of squares of each part, and where these go, run by run.

    The last parts come first: messages were written in their order, and the last ones are still in the cache.
    """
    squares = np.zeros(sum(map(len, runs)))
    calls: list[Call] = []
    place = 0
    for run in runs:
        out = squares[place : (place := place + len(run))]
        if len(run) < MANY:
            arrays = (vector[part] for part in run)
            calls += [(array.dot, (array, out[k : k + 1].reshape(()))) for k, array in enumerate(arrays)]
            continue
        first, distance = vector[run[0]], 8 * (run[1].start - run[0].start)
        rows = np.lib.stride_tricks.as_strided(first, (len(run), first.size), (distance, 8), writeable=False)
        calls.append((np.matmul, (rows[::-1, None, :], rows[::-1, :, None], out[::-1].reshape(-1, 1, 1))))
    return calls[::-1], squares


def _size(part: slice) -> int:
    return int(part.stop - part.start)
