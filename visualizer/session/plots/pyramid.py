"""Least, largest and mean numbers over blocks of rows, and blocks of blocks: any stretch of a long curve at any width.

A pyramid has a level for blocks of 16 rows, one for 64, and so on. What is added costs the same however long the curve
is, and so does asking for a stretch of it. Numbers that cannot be drawn are not lost: each block notes which kinds of
them it has.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from engine.ops import Array
from engine.records import Whole

Flags = np.ndarray[Any, np.dtype[np.uint8]]
Read = Callable[[int, int], Array]

# Rows in a block of the first level, and blocks of one level in a block of the next.
BLOCK, FACTOR = 16, 4
# A level of no more blocks than this has none above it.
ENOUGH = 256

# Kinds of numbers, as bits that add up over a block.
NAN, INFINITE, MINUS_INFINITE, ZERO, NEGATIVE = 1, 2, 4, 8, 16
NOT_FINITE = NAN | INFINITE | MINUS_INFINITE
NOT_POSITIVE = ZERO | NEGATIVE


@dataclass(frozen=True, eq=False, slots=True)
class Summary:
    """What is known of blocks of rows, in each column: shape (blocks, width).

    ``low``, ``high`` and ``mean`` are of the finite numbers, NaN where there are none; ``known`` is how many those
    are, ``flags`` the kinds of number.
    """

    low: Array
    high: Array
    mean: Array
    known: Array
    flags: Flags

    def part(self, start: int, stop: int) -> Summary:
        """Some of the blocks."""
        return self.mapped(lambda array: array[start:stop])

    def mapped(self, change: Callable[[Any], Any]) -> Summary:
        """With every array changed in the same way."""
        return Summary(change(self.low), change(self.high), change(self.mean), change(self.known), change(self.flags))


class Envelope(NamedTuple):
    """A stretch of rows in buckets: rows ``starts`` to ``stops`` (exclusive) each, of which only the last may be short.

    ``starts`` and ``stops`` have shape (buckets,), ``numbers`` are summaries of the buckets.
    """

    starts: Whole
    stops: Whole
    numbers: Summary


class Pyramid:
    """Knows ``count`` rows of ``width`` numbers. The rows themselves lie elsewhere: ``read(start, stop)`` has them."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.count = 0
        self._levels = [_Level(width, BLOCK)]

    def grow(self, read: Read, count: int) -> None:
        """Takes in the rows up to ``count``; where that is less than it knows, forgets those behind."""
        first = min(self.count, count) // BLOCK
        self._levels[0].put(first, reduced(summary(read(first * BLOCK, count)), BLOCK))
        for number in itertools.count(1):
            below = self._levels[number - 1]
            if number < len(self._levels):
                first //= FACTOR
            elif below.count > ENOUGH:
                self._levels.append(_Level(self.width, below.block * FACTOR))
                first = 0
            else:
                break
            self._levels[number].put(first, reduced(below.numbers.part(first * FACTOR, below.count), FACTOR))
        self.count = count

    def query(self, read: Read, start: int, stop: int, buckets: int) -> Envelope:
        """The rows from ``start`` to ``stop``, and a few around them, in about ``buckets`` buckets at most.

        Buckets begin at multiples of their size, so that they stay where they are while the curve grows.
        """
        start, stop = max(start, 0), min(stop, self.count)
        if start >= stop:
            return Envelope(np.zeros(0, np.int64), np.zeros(0, np.int64), summary(np.zeros((0, self.width))))
        size = -(-(stop - start) // max(buckets, 1))
        level = next((level for level in reversed(self._levels) if level.block <= size), None)
        block = level.block if level else 1
        size = -(-size // block) * block
        first, last = start // size * size, min(-(-stop // size) * size, self.count)
        part = level.numbers.part(first // block, -(-last // block)) if level else summary(read(first, last))
        found = reduced(part, size // block)
        starts = first + size * np.arange(len(found.low), dtype=np.int64)
        return Envelope(starts, np.minimum(starts + size, last), found)


class _Level:
    """One level: blocks of ``block`` rows, ``count`` of them; the last may be short."""

    def __init__(self, width: int, block: int) -> None:
        self.block = block
        self.count = 0
        self.numbers = summary(np.ones((64, width))).mapped(np.copy)

    def put(self, start: int, found: Summary) -> None:
        """Has these blocks from ``start`` on, and none behind them."""
        self.count = start + len(found.low)
        numbers = self.numbers
        if self.count > len(numbers.low):
            room = max(self.count, 2 * len(numbers.low)) - len(numbers.low)
            numbers = self.numbers = numbers.mapped(
                lambda array: np.concatenate([array, np.zeros_like(array, shape=(room, array.shape[1]))])
            )
        numbers.low[start : self.count] = found.low
        numbers.high[start : self.count] = found.high
        numbers.mean[start : self.count] = found.mean
        numbers.known[start : self.count] = found.known
        numbers.flags[start : self.count] = found.flags


def summary(rows: Array) -> Summary:
    """Of single numbers: each is its own least, largest and mean, or NaN where it is not finite."""
    flags = np.zeros(rows.shape, dtype=np.uint8)
    if not rows.size or (rows.min() > 0.0 and rows.max() < np.inf):  # false where there is a NaN
        return Summary(rows, rows, rows, np.ones(rows.shape), flags)
    finite = np.isfinite(rows)
    for kind, found in (
        (NAN, np.isnan(rows)),
        (INFINITE, rows == np.inf),
        (MINUS_INFINITE, rows == -np.inf),
        (ZERO, rows == 0.0),
        (NEGATIVE, (rows < 0.0) & finite),
    ):
        flags[found] = kind
    values = np.where(finite, rows, np.nan)
    return Summary(values, values, values, finite.astype(np.float64), flags)


def reduced(blocks: Summary, group: int) -> Summary:
    """So many blocks in one each; the last group may be short."""
    if group == 1 or not len(blocks.low):
        return blocks
    starts = np.arange(0, len(blocks.low), group)
    known = np.add.reduceat(blocks.known, starts, axis=0)
    high = np.fmax.reduceat(blocks.high, starts, axis=0)
    with np.errstate(all="ignore"):
        sums = blocks.mean * blocks.known
        if sums.size and not np.isfinite(sums.max()):
            sums = np.where(blocks.known > 0.0, sums, 0.0)
        mean = np.add.reduceat(sums, starts, axis=0) / known
    return Summary(
        np.fmin.reduceat(blocks.low, starts, axis=0),
        high,
        np.where(np.isinf(mean), high, mean),  # the sum of numbers may be beyond the largest there is
        known,
        np.bitwise_or.reduceat(blocks.flags, starts, axis=0),
    )
