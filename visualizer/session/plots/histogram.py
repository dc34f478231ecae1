"""How the numbers of arrays are spread: counts in bins that they share, and what has no bin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.ops import Array

MOST_BINS = 40
LARGEST = 1e300  # numbers beyond are counted at the ends: the width of a bin has to be finite


@dataclass(frozen=True, eq=False)
class Counts:
    """``counts`` of the finite numbers of an array between ``edges``, one more than bins.

    ``size`` is how many numbers it has in all, ``zeros`` how many are exactly 0, ``not_finite`` how many are NaN or
    infinite.
    """

    edges: Array
    counts: Array
    size: int
    zeros: int
    not_finite: int

    @property
    def zero_share(self) -> float:
        """The share of exact zeros, from 0 to 1."""
        return self.zeros / self.size if self.size else 0.0

    @property
    def outline(self) -> Array:
        """The corners of the bars as one line from the lower left to the lower right: shape (2 bins + 2, 2)."""
        x = np.repeat(self.edges, 2)
        return np.stack([x, np.concatenate([[0.0], np.repeat(self.counts, 2), [0.0]])], axis=1)


def histograms(arrays: Sequence[Array]) -> tuple[Counts, ...]:
    """The counts of each array, in bins from the smallest to the largest number of all.

    The bins are twice the cube root of the numbers of the largest array (the Rice rule), 40 at most.
    """
    finite = [np.clip(array[np.isfinite(array)], -LARGEST, LARGEST) for array in arrays]
    filled = [part for part in finite if part.size]
    low = min((float(part.min()) for part in filled), default=-1.0)
    high = max((float(part.max()) for part in filled), default=1.0)
    if high - low <= max(1e-12 * max(abs(low), abs(high)), 1e-300):
        apart = 0.5 * abs(low) or 1.0
        low, high = low - apart, high + apart
    bins = math.ceil(2 * max((part.size for part in finite), default=1) ** (1 / 3)) or 1
    edges = np.linspace(low, high, min(bins, MOST_BINS) + 1)
    return tuple(
        Counts(
            edges,
            np.histogram(part, edges)[0].astype(np.float64),
            array.size,
            int(np.count_nonzero(array == 0.0)),
            array.size - part.size,
        )
        for array, part in zip(arrays, finite, strict=True)
    )
