"""Generated datasets: one table entry each. The first six are TensorFlow Playground's (its ``src/dataset.ts``).

Every function takes the seeded draws, the number of samples and the noise from 0 to 0.5, and gives features and target.
Classes are 0 for what Playground calls −1 and draws orange, 1 for +1 and blue.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.data import MAX_SAMPLES, Dataset, Kind
from engine.draws import Draws, Indices
from engine.errors import GradStepError
from engine.ops import Array

MAX_NOISE = 50.0

Generator = Callable[[Draws, int, float], tuple[Array, Array | Indices]]


@dataclass(frozen=True, slots=True)
class Generated:
    """A kind of generated data: how it is made, what it is in a sentence, and how many samples it has by default."""

    function: Generator
    description: str
    count: int
    kind: Kind
    feature_names: tuple[str, ...] = ("x1", "x2")
    class_names: tuple[str, ...] = ("-1", "+1")


def generate(name: str, count: int | None = None, noise: float = 0.0, seed: int = 0) -> Dataset:
    """Samples of one of the kinds in GENERATED; the same arguments give the same samples.

    ``count`` samples (None: the entry's own), ``noise`` from 0 to 50 percent. Raises GradStepError for an unknown name
    or a number out of range.
    """
    if name not in GENERATED:
        near = difflib.get_close_matches(name, GENERATED, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"there are {', '.join(GENERATED)}"
        raise GradStepError(f"there is no generated dataset “{name}”; {hint}")
    entry = GENERATED[name]
    count = entry.count if count is None else count
    if not 2 <= count <= MAX_SAMPLES:
        raise GradStepError(f"the number of samples must be from 2 to {MAX_SAMPLES:,}, not {count:,}")
    if not 0 <= noise <= MAX_NOISE:
        raise GradStepError(f"the noise must be from 0 to {MAX_NOISE:g}, not {noise:g}")
    features, target = entry.function(Draws(seed), count, noise / 100)
    class_names = entry.class_names if entry.kind == "classification" else ()
    return Dataset(name, features, target, entry.feature_names, "y", class_names, entry.kind)


# Playground's six -----------------------------------------------------------------------------------------------------


def circle(draws: Draws, count: int, noise: float) -> tuple[Array, Indices]:
    """A disc of radius 2.5 (+1) in a ring from 3.5 to 5 (−1). Noise moves the point that is asked for its class."""
    inner, outer = _halves(count)
    radius = np.concatenate([draws.uniform(0, 2.5, inner), draws.uniform(3.5, 5, outer)])
    points = _polar(radius, draws.uniform(0, 2 * np.pi, count))
    seen = points + noise * draws.uniform(-5, 5, count, 2)
    return points, (np.hypot(seen[:, 0], seen[:, 1]) < 2.5).astype(np.intp)


def xor(draws: Draws, count: int, noise: float) -> tuple[Array, Indices]:
    """Four squares, +1 where x1 x2 ≥ 0, with a gap of 0.6 along the axes. Noise as in ``circle``."""
    points = draws.uniform(-5, 5, count, 2)
    points += np.where(points > 0, 0.3, -0.3)
    seen = points + noise * draws.uniform(-5, 5, count, 2)
    return points, (seen[:, 0] * seen[:, 1] >= 0).astype(np.intp)


def gauss(draws: Draws, count: int, noise: float) -> tuple[Array, Indices]:
    """Two normal clouds, +1 around (2, 2) and −1 around (−2, −2); noise widens them."""
    label = np.repeat([1, 0], _halves(count))
    centre = np.where(label == 1, 2.0, -2.0)[:, None]
    return centre + draws.normal(0, _cloud_deviation(noise), count, 2), label


def spiral(draws: Draws, count: int, noise: float) -> tuple[Array, Indices]:
    """Two arms of 1.75 turns, half a turn apart. Noise moves the points."""
    arms = _halves(count)
    along = np.concatenate([np.arange(n) / n for n in arms])
    label = np.repeat([1, 0], arms)
    angle = 1.75 * along * 2 * np.pi + np.where(label == 1, 0.0, np.pi)
    return _polar(5 * along, angle) + noise * draws.uniform(-1, 1, count, 2), label


def plane(draws: Draws, count: int, noise: float) -> tuple[Array, Array]:
    """(x1 + x2) / 10. Noise moves the point whose value is taken."""
    points = draws.uniform(-6, 6, count, 2)
    seen = points + noise * draws.uniform(-6, 6, count, 2)
    return points, seen.sum(axis=1, keepdims=True) / 10


def multi_gauss(draws: Draws, count: int, noise: float) -> tuple[Array, Array]:
    """Six cones of height 1 and radius 2, alternately up and down. Noise as in ``plane``."""
    points = draws.uniform(-6, 6, count, 2)
    seen = points + noise * draws.uniform(-6, 6, count, 2)
    target = np.zeros(count)
    for x, y, sign in ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)):
        distance = np.hypot(seen[:, 0] - x, seen[:, 1] - y)
        target += sign * np.maximum(1 - distance / 2, 0)  # a point is within one cone at most
    return points, target[:, None]


# Ours -----------------------------------------------------------------------------------------------------------------


def moons(draws: Draws, count: int, noise: float) -> tuple[Array, Indices]:
    """Two half circles of radius 3 that reach into each other. Noise moves the points."""
    arcs = _halves(count)
    label = np.repeat([1, 0], arcs)
    angle = draws.uniform(0, np.pi, count)
    side = np.where(label == 1, 1.0, -1.0)
    points = np.stack([3 * side * np.cos(angle) - 1.5 * side, 3 * side * np.sin(angle) - 0.75 * side], axis=1)
    return points + draws.normal(0, 3 * noise, count, 2), label


def blobs(draws: Draws, count: int, noise: float) -> tuple[Array, Indices]:
    """Three normal clouds around a triangle's corners, 4 from the centre; noise widens them."""
    label = np.arange(count) % 3
    centres = _polar(np.full(3, 4.0), np.arange(3) * 2 * np.pi / 3)
    return centres[label] + draws.normal(0, _cloud_deviation(noise), count, 2), label


def sine(draws: Draws, count: int, noise: float) -> tuple[Array, Array]:
    """sin(x) for x from −6 to 6. Noise is added to the value, normally distributed."""
    x = draws.uniform(-6, 6, count, 1)
    return x, np.sin(x) + draws.normal(0, noise, count, 1)


def _halves(count: int) -> tuple[int, int]:
    return count - count // 2, count // 2


def _polar(radius: Array, angle: Array) -> Array:
    """Points (count, 2); the angle runs clockwise from the second axis, as in Playground."""
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def _cloud_deviation(noise: float) -> float:
    """The variance grows from 0.5 to 4 while the noise grows from 0 to 0.5."""
    return float(np.sqrt(0.5 + 7 * noise))


GENERATED: Mapping[str, Generated] = MappingProxyType(
    {
        "circle": Generated(circle, "A disc inside a ring", 500, "classification"),
        "xor": Generated(xor, "Opposite quadrants belong together", 500, "classification"),
        "gauss": Generated(gauss, "Two clouds that a line can tell apart", 500, "classification"),
        "spiral": Generated(spiral, "Two arms wound around each other", 500, "classification"),
        "plane": Generated(plane, "A plane that rises towards one corner", 1200, "regression"),
        "multi_gauss": Generated(multi_gauss, "Three hills and three hollows", 1200, "regression"),
        "moons": Generated(moons, "Two half moons that reach into each other", 500, "classification"),
        "blobs": Generated(blobs, "Three clouds", 500, "classification", class_names=("a", "b", "c")),
        "sine": Generated(sine, "A sine wave along one feature", 200, "regression", feature_names=("x",)),
    }
)
