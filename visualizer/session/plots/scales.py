"""The scales of plots: where a number stands on a linear or a logarithmic one, their ends, and round numbers as ticks.

A *place* is where a number stands: the number itself, or its decimal logarithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.ops import Array
from visualizer.session.formatting import number_text, power_of_ten

LARGEST = 1e300  # the ends of a linear scale: their distance has to be a number too
# A logarithmic scale reaches no further below its largest number, unless a threshold lies there.
MOST_DECADES = 60.0
MOST_PLACE = 290.0  # beyond, powers of ten leave the range of numbers


class Tick(NamedTuple):
    """A place on a scale, and the number there as text."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear or logarithmic scale from place ``low`` to place ``high``."""

    log: bool
    low: float
    high: float

    def places(self, values: Array) -> Array:
        """Where numbers stand. On a logarithmic scale 0 and what is negative stand at its lower end; NaN is nowhere."""
        if not self.log:
            return values
        with np.errstate(all="ignore"):
            found = np.log10(values)
        return np.asarray(np.where(values <= 0.0, self.low, found))

    def place(self, value: float) -> float:
        """Where one number stands."""
        return float(self.places(np.array(value)))

    def value(self, place: float) -> float:
        """The number at a place."""
        return float(10.0 ** min(place, 308.0)) if self.log else place

    def ticks(self, most: int) -> tuple[Tick, ...]:
        """Round numbers on it, about ``most`` of them."""
        return log_ticks(self.low, self.high, most) if self.log else linear_ticks(self.low, self.high, most)


def scale_around(low: Array, high: Array, log: bool, including: tuple[float, ...] = ()) -> Scale:
    """A scale for numbers between ``low`` and ``high``, both with NaN where there are none, that ends at round places.

    It reaches the numbers ``including``. A linear one begins at 0 where that is not far away.
    """
    if not log:
        least, most = _extent(low, high, including)
        if 0.0 < least <= 0.4 * most:
            least = 0.0
        if most - least <= 1e-6 * abs(most):
            least, most = least - 0.1 * abs(most), most + 0.1 * abs(most)
        step = nice_step(most - least or 1.0, 5)
        floor, ceiling = math.floor(least / step + 1e-9) * step, math.ceil(most / step - 1e-9) * step
        return Scale(False, floor, ceiling if ceiling > floor else floor + step)
    # Where a bucket has 0 in it, what is least above 0 is not known; its largest number is.
    positive = np.where(low > 0.0, low, np.where(high > 0.0, high, np.nan))
    with np.errstate(all="ignore"):
        least, most = _extent(np.log10(positive), np.log10(np.where(high > 0.0, high, np.nan)), ())
    least = max(least, most - MOST_DECADES)
    for value in including:
        least, most = min(least, math.log10(value)), max(most, math.log10(value))
    if most - least < 0.1:
        least, most = least - 0.05, most + 0.05
    # Whole decades where there are several, so that the scale keeps still while curves grow.
    extreme = least < -MOST_PLACE or most > MOST_PLACE
    grain = 1.0 if most - least > 1.5 or extreme else 0.5 if most - least > 0.6 else 0.1
    floor, ceiling = math.floor(least / grain + 0.02) * grain, math.ceil(most / grain - 0.02) * grain
    return Scale(True, floor, ceiling if ceiling > floor else floor + grain)


def _extent(low: Array, high: Array, including: tuple[float, ...]) -> tuple[float, float]:
    """The least and the largest finite number; 0 and 1 where there are none."""
    below, above = low[np.isfinite(low)], high[np.isfinite(high)]
    least = [float(below.min())] if below.size else []
    most = [float(above.max())] if above.size else []
    numbers = [min(max(number, -LARGEST), LARGEST) for number in (*least, *most, *including)]
    return (min(numbers), max(numbers)) if numbers else (0.0, 1.0)


def nice_step(span: float, most: int) -> float:
    """1, 2 or 5 times a power of ten, so that about ``most`` such steps make ``span``."""
    raw = max(span, 1e-300) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return next((factor * power for factor in (1.0, 2.0, 5.0) if factor * power >= raw * 0.999), 10.0 * power)


def linear_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """Round numbers from ``low`` to ``high``, all with as many decimals."""
    step = nice_step(high - low, most)
    places = [number * step for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals > 4 or max((abs(place) for place in places), default=0.0) >= 1e6:
        return tuple(Tick(place, number_text(place)) for place in places)
    return tuple(Tick(place, f"{place:,.{decimals}f}".replace("-", "−")) for place in places)


def log_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """Whole powers of ten; between them too where there are fewer than two."""
    stride = max(1, math.ceil((high - low) / max(most, 1)))
    decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(decades) >= 2 or low < -MOST_PLACE or high > MOST_PLACE:
        return tuple(Tick(place, power_text(place)) for place in decades if place % stride == 0)
    step = nice_step(10**high - 10**low, most)
    first, last = math.ceil(10**low / step - 1e-9), math.floor(10**high / step + 1e-9)
    return tuple(Tick(math.log10(n * step), number_text(n * step)) for n in range(max(first, 1), last + 1))


def power_text(exponent: int) -> str:
    """A power of ten as a short number: 0.1, 1, 10, 100, else 10⁻³."""
    return {-1: "0.1", 0: "1", 1: "10", 2: "100"}.get(exponent) or power_of_ten(exponent)


def whole_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """Whole numbers, with separators between thousands."""
    step = max(1, round(nice_step(high - low, most)))
    return tuple(
        Tick(place, f"{place:,}") for place in range(-(-math.ceil(low) // step) * step, math.floor(high) + 1, step)
    )
