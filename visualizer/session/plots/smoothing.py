"""An exponential moving average of curves, found piece by piece as they grow.

s_t = β s_(t-1) + (1 - β) x_t from s = 0, divided by the share of the weights that have come in, 1 - β^t for t numbers:
without that the curve would begin near 0 (Kingma & Ba 2015, section 3). A number that is not finite has no weight.
"""

from __future__ import annotations

import math

import numpy as np

from engine.ops import Array

LARGEST = 0.99
# The weights within one piece go down to this, so that numbers above 1e-240 keep their digits.
SPAN = 1e-60


class Average:
    """The average of ``width`` curves with factor β = ``smoothing``, from 0 (none) to 0.99."""

    def __init__(self, width: int, smoothing: float) -> None:
        self.smoothing = min(max(smoothing, 0.0), LARGEST)
        self._sums = np.zeros(width)
        self._weights = np.zeros(width)

    def follow(self, values: Array) -> Array:
        """The averages at the next ``values``, shape (count, width); NaN before the first finite number."""
        finite = np.isfinite(values)
        if finite.all():
            weights = 1.0 - self.smoothing ** np.arange(1.0, len(values) + 1)[:, None] * (1.0 - self._weights)
        else:
            weights = _decaying(finite.astype(np.float64), self.smoothing, self._weights)
            values = np.where(finite, values, 0.0)
        sums = _decaying(values, self.smoothing, self._sums)
        if len(values):
            self._sums, self._weights = sums[-1].copy(), weights[-1].copy()
        with np.errstate(all="ignore"):
            return np.asarray(np.where(weights > 0.0, sums / weights, np.nan))


def _decaying(values: Array, beta: float, before: Array) -> Array:
    """s_t = β s_(t-1) + (1 - β) x_t along the first axis, from s = ``before``."""
    if beta == 0.0 or not values.size:
        return values
    count, width = values.shape
    # Pieces of so many rows have sums of their own, all at once; what a piece hands on to the next comes after.
    length = max(1, min(math.floor(math.log(SPAN) / math.log(beta)), count))
    pieces = -(-count // length)
    padded = np.zeros((pieces, length, width))
    padded.reshape(-1, width)[:count] = values
    powers = beta ** np.arange(length, -1.0, -1.0)  # β^length down to 1
    with np.errstate(all="ignore"):
        padded *= ((1.0 - beta) * powers[1:])[:, None]
        np.cumsum(padded, axis=1, out=padded)
        padded /= powers[1:, None]
        handed = _handed_on(padded[:, -1], powers[0], before)
        padded += handed[:, None, :] * (beta ** np.arange(1.0, length + 1))[:, None]
    return np.asarray(padded.reshape(-1, width)[:count])


def _handed_on(ends: Array, factor: float, before: Array) -> Array:
    """What each piece receives from those before it, where a piece leaves ``factor`` of it: by doubling."""
    received = np.concatenate([before[None], ends[:-1]])
    step, share = 1, factor
    while step < len(received) and share > 0.0:
        received[step:] = received[step:] + share * received[:-step]
        step, share = 2 * step, share * share
    return received
