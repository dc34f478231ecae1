"""The curves of a run: what is plotted of its records, at any zoom, while a worker goes on appending to them.

    curves = Curves(run.records, GRADIENT_NORMS)
    curves.refresh()                            # takes in what is new
    curves.stretch(0, 5000, pixels=300).high    # to be drawn

A table may grow, move to a larger array, or be cut at any moment between two looks at it, and also during one. So its
count is taken first and the arrays after it; the rows that were there then stay as they were, whatever follows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from engine.ops import Array
from engine.records import Records, Table, Whole
from visualizer.session.plots.pyramid import Flags, Pyramid
from visualizer.session.plots.smoothing import Average
from visualizer.session.training.lab import Lab

# Numbers taken in by one refresh at most, so that a long run does not keep the window waiting: about 20 ms.
MOST = 250_000


@dataclass(frozen=True, eq=False)
class Plotted:
    """A run that is plotted: its ``label`` in legends ("plain", "with skips"), its records, and what its score is."""

    label: str
    records: Records
    score: str = "accuracy"


def plotted(lab: Lab) -> list[Plotted]:
    """The runs of a lab as they are plotted. One alone is called what its document is."""
    labels = lab.labels if len(lab.runs) > 1 else (lab.recipes[0].label or lab.document.title,)
    score = "accuracy" if lab.samples.classes else "R²"
    return [Plotted(label, run.records, score) for label, run in zip(labels, lab.runs, strict=True)]


@dataclass(frozen=True, eq=False)
class Quantity:
    """What is plotted of records: a table of theirs, and the curves in its rows.

    ``values`` makes rows (count, columns) of the table into rows (count, curves). ``by_layer`` says that each layer has
    a curve; there is one only otherwise.
    """

    name: str
    table: Callable[[Records], Table]
    values: Callable[[Array], Array]
    by_layer: bool = False

    def width(self, records: Records) -> int:
        """The number of curves."""
        return len(records.layers) if self.by_layer else 1


def _update_ratios(details: Array) -> Array:
    """The size of the update against that of the weights; NaN where these are 0, as in ``LayerDetails``."""
    weights, updates = details[:, 1::4], details[:, 2::4]
    with np.errstate(all="ignore"):
        return np.asarray(np.where(weights == 0.0, np.nan, updates / weights))


LOSS = Quantity("loss", lambda records: records.losses, lambda rows: rows)
TEST_LOSS = Quantity("test loss", lambda records: records.tests, lambda rows: rows[:, :1])
GRADIENT_NORMS = Quantity("gradient norm", lambda records: records.gradient_norms, lambda rows: rows, by_layer=True)
UPDATE_RATIOS = Quantity("update ratio", lambda records: records.details, _update_ratios, by_layer=True)
SCORE = Quantity("score", lambda records: records.details, lambda rows: rows[:, :1])
TEST_SCORE = Quantity("test score", lambda records: records.tests, lambda rows: rows[:, 1:])


class Stretch(NamedTuple):
    """A part of some curves in buckets, to be drawn: shapes (buckets,) and (buckets, curves).

    ``first`` and ``last`` are the iterations that a bucket begins and ends with, the same where it has one row only.
    ``low``, ``high`` and ``mean`` are of its finite numbers, NaN where it has none; ``flags`` are the kinds of number
    in it.
    """

    first: Whole
    last: Whole
    low: Array
    high: Array
    mean: Array
    flags: Flags

    @property
    def single(self) -> bool:
        """True where each bucket is one row, so that nothing is left out."""
        return np.array_equal(self.first, self.last)

    @property
    def middle(self) -> Array:
        """Where a bucket stands, in iterations."""
        return (self.first + self.last) / 2.0


class Curves:
    """One quantity of one run. ``count`` rows have been taken in; ``smoothing`` is the factor of their average."""

    def __init__(self, records: Records, quantity: Quantity) -> None:
        self.records = records
        self.quantity = quantity
        self.width = quantity.width(records)
        self.smoothing = 0.0
        self._iterations: Whole = np.zeros(0, np.int64)
        self._rows: Array = np.zeros((0, 0))
        self._witness: tuple[int, bytes] | None = None  # the last row taken in, to know it again
        self._pyramid = Pyramid(self.width)
        self._forget_averages()

    @property
    def count(self) -> int:
        """Rows that have been taken in."""
        return self._pyramid.count

    @property
    def behind(self) -> bool:
        """True while rows that are known, or their averages, wait for the next refresh."""
        return self.count < len(self._iterations) or (self.smoothing > 0 and self._averages.count < self.count)

    @property
    def latest(self) -> int | None:
        """The last iteration that has been taken in; None before the first."""
        return int(self._iterations[self.count - 1]) if self.count else None

    @property
    def every(self) -> int:
        """Iterations from one row to the next."""
        return int(self._iterations[1] - self._iterations[0]) if self.count > 1 else 1

    def refresh(self, smoothing: float | None = None, most: int = MOST) -> bool:
        """Takes in new rows, ``most`` numbers at a time, and averages them; True where anything changed."""
        if smoothing is not None and smoothing != self.smoothing:
            self.smoothing = smoothing
            self._forget_averages()
        changed = self._look()
        rows = max(1, most // max(self.width, 1))
        count = min(len(self._iterations), self.count + rows)
        if count > self.count:
            self._pyramid.grow(self._values, count)
            self._witness = self._row(count - 1)
            changed = True
        start, stop = self._averages.count, min(self.count, self._averages.count + rows)
        if self.smoothing > 0 and stop > start:
            self._averages.append(start, self._average.follow(self._values(start, stop)))
            self._smooth.grow(self._smooth_values, stop)
            changed = True
        return changed

    def stretch(self, first: float, last: float, pixels: int, smooth: bool = False) -> Stretch:
        """What iterations ``first`` to ``last`` look like on so many pixels, and one row beyond at either side.

        There are about as many buckets as pixels, and so twice as many points. ``smooth`` gives the averages, as far as
        they have been found, and their flags.
        """
        start, stop = self._range(first, last)
        if smooth and self.smoothing > 0:
            found = self._smooth.query(self._smooth_values, start, stop, pixels)
        else:
            found = self._pyramid.query(self._values, start, stop, pixels)
        iterations = self._iterations
        starts, ends, of = iterations[found.starts], iterations[found.stops - 1], found.numbers
        return Stretch(starts, ends, of.low, of.high, of.mean, of.flags)

    def at(self, iteration: float, smooth: bool = False) -> tuple[int, Array] | None:
        """(iteration, numbers) of the last row at or before ``iteration``; None before the first row.

        ``smooth`` gives the averages there, None where they are not found yet.
        """
        place = self._place(iteration, "right") - 1
        if place < 0 or (smooth and place >= self._averages.count):
            return None
        values = self._smooth_values if smooth else self._values
        return int(self._iterations[place]), values(place, place + 1)[0]

    # Rows -----------------------------------------------------------------------------------------------------------

    def _look(self) -> bool:
        """Sees what the table has now; True where rows that had been taken in are no longer there."""
        table = self.quantity.table(self.records)
        count = table.count  # before the arrays: see above
        iterations, rows = table.iterations[:count], table.rows[:count]
        count = min(len(iterations), len(rows))
        self._iterations, self._rows = iterations[:count], rows[:count]
        kept = min(self.count, count)
        if self._witness is not None and count >= self.count and self._row(self.count - 1) != self._witness:
            kept = 0  # cut and grown again
        if kept == self.count:
            return False
        self._pyramid.grow(self._values, kept)
        self._witness = self._row(kept - 1) if kept else None
        self._forget_averages()
        return True

    def _row(self, place: int) -> tuple[int, bytes]:
        return int(self._iterations[place]), self._rows[place].tobytes()

    def _range(self, first: float, last: float) -> tuple[int, int]:
        """Rows that lie from ``first`` to ``last``, and one more at either side."""
        return max(self._place(first, "right") - 1, 0), self._place(last, "left") + 1

    def _place(self, iteration: float, side: Literal["left", "right"]) -> int:
        """Where an iteration belongs among those taken in."""
        iterations = self._iterations[: self.count]
        # A whole number: for any other numpy would first make a copy of all in floating point.
        whole = math.floor(iteration) if side == "right" else math.ceil(iteration)
        return int(np.searchsorted(iterations, whole, side=side))

    def _values(self, start: int, stop: int) -> Array:
        return self.quantity.values(self._rows[start:stop])

    # Averages -------------------------------------------------------------------------------------------------------

    def _forget_averages(self) -> None:
        self._average = Average(self.width, self.smoothing)
        self._averages = Table(self.width)
        self._smooth = Pyramid(self.width)

    def _smooth_values(self, start: int, stop: int) -> Array:
        return self._averages.rows[start:stop]
