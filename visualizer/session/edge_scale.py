"""The scales of what edges show: where a number lies between the smallest and the largest, by its size or its sign."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np

from engine.ops import Array
from visualizer.session.appearance import Appearance
from visualizer.session.formatting import number_text, power_of_ten

ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)  # what a linear scale ends at, times a power of ten
SMALLEST, LARGEST = -307, 308  # whole powers of ten that a number can hold
FEWEST = 1e-6  # of the largest: where a logarithmic scale begins that was told to begin at nothing
NEAREST = 1e-6  # of the largest: how far the ends of a scale are apart at least


@dataclass(frozen=True, slots=True)
class Scale:
    """The logarithmic scale of gradient magnitudes: decades from ``low`` to ``high``."""

    low: int
    high: int

    def position(self, magnitude: float) -> float:
        """Where a positive magnitude lies on the scale, from 0 to 1."""
        if self.high == self.low:
            return 1.0
        return min(max((math.log10(magnitude) - self.low) / (self.high - self.low), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class EdgeScale:
    """From the size ``low`` to the size ``high``, both in the unit of the numbers.

    A ``signed`` scale has both sides of 0: −high to high, and what is smaller than ``low`` lies in its middle.
    """

    low: float
    high: float
    logarithmic: bool = True
    signed: bool = False

    def positions(self, numbers: Array) -> Array:
        """Where numbers of any shape lie: from 0 to 1, on a signed scale from −1 to 1. NaN stays, infinities are 1."""
        with np.errstate(all="ignore"):
            sizes = np.abs(numbers)
            if self.logarithmic:
                low, high = math.log10(self.low), math.log10(self.high)
                places = (np.log10(sizes) - low) / (high - low)
            else:
                places = (sizes - self.low) / (self.high - self.low)
        places = np.clip(places, 0.0, 1.0)
        return np.copysign(places, numbers) if self.signed else places

    def position(self, number: float) -> float:
        """Where one number lies."""
        return float(self.positions(np.asarray(number)))

    @property
    def ends(self) -> tuple[str, str]:
        """The numbers at the two ends, in words: 10⁻³ and 10⁰, 0 and 1.5, −2 and 2."""
        low, high = (_words(end, self.logarithmic) for end in (self.low, self.high))
        return (_words(-self.high, self.logarithmic), high) if self.signed else (low, high)


def edge_scale(numbers: Array, appearance: Appearance, signed: bool = False) -> EdgeScale:
    """The scale that shows all of ``numbers``, whole decades or round numbers; the fixed one where one is chosen."""
    logarithmic = appearance.logarithmic
    if appearance.fixed is not None:
        return EdgeScale(*_apart(*appearance.fixed, logarithmic), logarithmic, signed)
    sizes = np.abs(numbers)
    sizes = sizes[(sizes > 0) & np.isfinite(sizes)]
    if not len(sizes):
        return EdgeScale(0.1 if logarithmic else 0.0, 1.0, logarithmic, signed)
    if not logarithmic:
        return EdgeScale(0.0, round_up(float(sizes.max())), False, signed)
    high = max(min(math.ceil(math.log10(sizes.max())), LARGEST), SMALLEST + 1)
    low = math.floor(math.log10(sizes.min()))
    return EdgeScale(_power(min(low, high - 1)), _power(high), True, signed)


def _apart(low: float, high: float, logarithmic: bool) -> tuple[float, float]:
    """Ends that a scale was told, as ends that it can have: apart, and above 0 where it is logarithmic.

    Products of the smallest numbers are 0, and sums of them what they were: that is why there are two bounds for each.
    """
    smallest = math.ulp(0.0)
    high = min(max(high, 2 * smallest), sys.float_info.max)
    if logarithmic and not low:
        low = max(high * FEWEST, smallest)
    return min(low, high * (1 - NEAREST), math.nextafter(high, 0.0)), high


def round_up(largest: float) -> float:
    """A round number (1, 1.5, 2, 3, 5 or 7 times a power of ten) that is not below ``largest``, which is positive."""
    power = _power(math.floor(math.log10(largest)))
    return next((step * power for step in ROUND if largest <= step * power < math.inf), largest)


def _power(exponent: int) -> float:
    """10 to a whole power, within what a number can hold."""
    return float(f"1e{max(SMALLEST, min(exponent, LARGEST))}")


def _words(end: float, logarithmic: bool) -> str:
    if logarithmic and end:
        exponent = round(math.log10(abs(end)))
        if math.isclose(abs(end), 10.0**exponent, rel_tol=1e-9):
            return ("−" if end < 0 else "") + power_of_ten(exponent)
    return number_text(end)
