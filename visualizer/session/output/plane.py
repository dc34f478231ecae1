"""The plane of one or two features: the points at which a network is asked, and what is read off the answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.ops import Array

# A frame's maps hold at most so many numbers: more would be seen in the rate of the frames.
MOST_NUMBERS = 400_000
MOST_UNITS = 400
FINEST = 50
# The generated sets fill most of this square, as in TensorFlow Playground.
HALF, FILLED = 6.0, 3.5
MARGIN = 0.08  # around other data, as a share of their range
LEAST = 1e-6  # the same as a share of the numbers: any less, and rounding would be seen


def side_for(units: int) -> int:
    """How many points along each side the maps of so many units have; 0 where there are too many for maps."""
    if not 1 <= units <= MOST_UNITS:
        return 0
    return min(FINEST, math.isqrt((MOST_NUMBERS - 1) // units))


def bounds_of(features: Array) -> tuple[float, ...]:
    """(lowest, highest) of each feature shown, one after the other, for features (samples, 1) or (samples, 2).

    Data that nearly fill the square from −6 to 6 are shown in it; others get a margin, and a feature that is the same
    in all samples 1 to either side.
    """
    low, high = features.min(axis=0), features.max(axis=0)
    if FILLED < max(-low.min(), high.max()) <= HALF:
        return (-HALF, HALF) * len(low)
    size = np.maximum(np.abs(low), np.abs(high))
    margin = np.where(low == high, 1.0 + size * MARGIN, np.maximum((high - low) * MARGIN, size * LEAST))
    return tuple(float(bound) for pair in zip(low - margin, high + margin, strict=True) for bound in pair)


def grid_points(bounds: Sequence[float], side: int) -> Array:
    """The points of the grid, a row each: (side·side, 2), or (side, 1) for bounds of one feature.

    The first feature runs fastest, and both from the lowest up: an array of one number for each point, reshaped to
    (side, side), has its rows from the smallest second feature up. The outermost points lie on the bounds.
    """
    axes = [np.linspace(low, high, side) for low, high in zip(bounds[::2], bounds[1::2], strict=True)]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)


def sampled(output: Array, bounds: Sequence[float], point: Sequence[float]) -> Array:
    """The outputs (outputs,) at a point, between those of ``output``: (outputs, side, side) or (outputs, side)."""
    values = output
    for low, high, at in zip(bounds[::2], bounds[1::2], point, strict=True):
        last = values.shape[-1] - 1
        values = _between(values, np.clip([(at - low) / (high - low) * last], 0, last))[..., 0]
    return values


def refined(values: Array, side: int) -> Array:
    """The same picture with so many points along each side, linear between the given: (..., side, side)."""
    for _ in range(2):
        values = np.swapaxes(_between(values, np.linspace(0, values.shape[-1] - 1, side)), -1, -2)
    return values


def _between(values: Array, places: Array) -> Array:
    """What stands at these places along the last axis, linear between whole ones. NaN and infinity do not spread."""
    before = np.minimum(places.astype(np.intp), max(values.shape[-1] - 2, 0))
    share = places - before
    with np.errstate(invalid="ignore", over="ignore"):
        behind = values[..., np.minimum(before + 1, values.shape[-1] - 1)]
        mixed = (1 - share) * values[..., before] + share * behind
    return np.where(share == 0, values[..., before], np.where(share == 1, behind, mixed))


def nearest(points: Array, point: Sequence[float], bounds: Sequence[float]) -> int:
    """Which of ``points`` (n, features) is nearest on the picture, where every feature is as wide as its bounds."""
    extent = np.array([high - low for low, high in zip(bounds[::2], bounds[1::2], strict=True)])
    return int((((points - np.asarray(point)) / extent) ** 2).sum(axis=1).argmin())
