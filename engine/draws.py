"""Seeded random numbers that stay the same: same seed, same numbers, with every version of numpy.

numpy promises that for the raw stream of a bit generator, and not for the distributions of its ``Generator``, so the
few distributions that are needed are made of the raw stream here.
"""

from __future__ import annotations

import operator
from typing import Any, SupportsIndex

import numpy as np

from engine.errors import GradStepError
from engine.ops import Array

Indices = np.ndarray[Any, np.dtype[np.intp]]
MAX_SEED = 2**64 - 1


class Draws:
    """A stream of random numbers, fixed by a seed and by what they are for.

    ``purpose`` is any few numbers from 0 on: streams of one seed for different purposes have nothing to do with each
    other. Raises GradStepError for a seed that is not a whole number from 0 to 2⁶⁴ − 1.
    """

    def __init__(self, seed: SupportsIndex, *purpose: int) -> None:
        self._raw = np.random.Philox(np.random.SeedSequence(_checked_seed(seed), spawn_key=purpose))

    def uniform(self, low: float, high: float, *shape: int) -> Array:
        """Numbers from ``low`` (included) to ``high`` (left out), in an array of that shape."""
        unit = (self._raw.random_raw(int(np.prod(shape))) >> np.uint64(11)) * 2.0**-53
        return np.asarray(low + (high - low) * unit.reshape(shape), dtype=np.float64)

    def normal(self, mean: float, deviation: float, *shape: int) -> Array:
        """Normally distributed numbers of that mean and standard deviation (Box and Muller, 1958)."""
        radius = np.sqrt(-2 * np.log1p(-self.uniform(0, 1, *shape)))
        return np.asarray(mean + deviation * radius * np.cos(self.uniform(0, 2 * np.pi, *shape)), dtype=np.float64)

    def permutation(self, count: int) -> Indices:
        """The numbers from 0 to ``count`` − 1 in a random order."""
        raw = self._raw.random_raw(count)
        order = np.argsort(raw)
        # Several times as fast as a stable sort, and the same as long as all are different.
        drawn = raw[order]
        return np.argsort(raw, kind="stable") if np.any(drawn[1:] == drawn[:-1]) else order


def _checked_seed(seed: SupportsIndex) -> int:
    try:
        whole = operator.index(seed)
    except TypeError:
        raise GradStepError("a seed must be a whole number") from None
    if not 0 <= whole <= MAX_SEED:
        raise GradStepError("a seed must be a whole number from 0 to 2⁶⁴ − 1")
    return whole
