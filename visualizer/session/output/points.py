"""The samples as points beside what a network makes of them, and what is said of a point of the plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.formatting import number_text
from visualizer.session.output.plane import nearest, sampled
from visualizer.session.training.snapshot import Plane, Snapshot

MOST_DRAWN = 1_500  # points of a set; more are a solid colour


@dataclass(frozen=True, eq=False)
class Points:
    """Samples to be shown. ``train`` is (n, features), ``train_targets`` (n,): numbers, or indices into ``classes``.

    ``test`` and ``test_targets`` are None without a test set. ``classes`` is empty for a regression.
    """

    train: Array = field(repr=False)
    train_targets: Array | Indices = field(repr=False)
    test: Array | None = field(repr=False)
    test_targets: Array | Indices | None = field(repr=False)
    classes: tuple[str, ...]
    names: tuple[str, ...]

    def drawn(self, test: bool) -> tuple[Array, Array | Indices]:
        """Points and targets of a set, evenly taken where there are more than can be told apart."""
        points, targets = (self.test, self.test_targets) if test else (self.train, self.train_targets)
        if points is None or targets is None:
            return np.empty((0, self.train.shape[1])), np.empty(0)
        step = -(-len(points) // MOST_DRAWN)
        return points[::step], targets[::step]

    @cached_property
    def span(self) -> tuple[float, float]:
        """The smallest and the largest number to be learnt of a regression, the same distance from 0 where it lies
        between them."""
        low, high = float(self.train_targets.min()), float(self.train_targets.max())
        if low < 0 < high:
            high = max(-low, high)
            low = -high
        return (low, high) if low < high else (low - 1.0, high + 1.0)


def output_range(points: Points, snapshot: Snapshot) -> tuple[float, float]:
    """The smallest and the largest output that the colours tell apart.

    For two classes −1 and +1, or 0 and 1 where the output is a probability: their middle is the boundary.
    """
    if not points.classes:
        return points.span
    if snapshot.layers:
        probability = snapshot.layers[-1].activation in ("sigmoid", "softmax")
    else:
        output = snapshot.plane.output if snapshot.plane is not None else np.zeros(1)
        probability = bool((output >= 0).all() and (output <= 1).all() and output.any())
    return (0.0, 1.0) if probability else (-1.0, 1.0)


def margins(output: Array) -> tuple[Indices, Array]:
    """Of outputs (classes, ...) the class of the largest, and by how much it is larger than the next."""
    ordered = np.sort(output, axis=0)
    with np.errstate(invalid="ignore"):
        return np.argmax(output, axis=0), np.asarray(ordered[-1] - ordered[-2])


# Words ----------------------------------------------------------------------------------------------------------------


def point_words(points: Points, plane: Plane, limits: tuple[float, float], at: Sequence[float], test: bool) -> str:
    """What is said of a point of the plane: its features, the output there, and the nearest sample, a line each.

    ``test`` says that test samples are shown too.
    """
    features = ", ".join(f"{name} = {number_text(value)}" for name, value in zip(points.names, at, strict=True))
    return "\n".join(
        (
            features,
            output_words(points, sampled(plane.output, plane.bounds, at), limits),
            _nearest(points, plane, at, test),
        )
    )


def output_words(points: Points, output: Array, limits: tuple[float, float]) -> str:
    """The outputs at a point (outputs,) in words, with the class that they mean."""
    if len(output) == 1:
        text = f"output {number_text(float(output[0]))}"
        if len(points.classes) == 2 and np.isfinite(output[0]):
            text += f": class {points.classes[int(output[0] > sum(limits) / 2)]}"
        return text
    names = points.classes if len(points.classes) == len(output) else tuple(f"{i + 1}" for i in range(len(output)))
    numbers = ", ".join(f"{name} {number_text(float(value))}" for name, value in zip(names, output, strict=True))
    best = f": class {names[int(np.argmax(output))]}" if points.classes and np.isfinite(output).all() else ""
    return f"outputs {numbers}{best}"


def _nearest(points: Points, plane: Plane, at: Sequence[float], test: bool) -> str:
    sets = [("training", points.train, points.train_targets)]
    if test and points.test is not None and points.test_targets is not None:
        sets.append(("test", points.test, points.test_targets))
    found = [
        (word, sample[i], targets[i]) for word, sample, targets in sets for i in [nearest(sample, at, plane.bounds)]
    ]
    word, sample, target = found[nearest(np.stack([sample for _, sample, _ in found]), at, plane.bounds)]
    place = ", ".join(number_text(float(value)) for value in sample)
    what = f"class {points.classes[int(target)]}" if points.classes else number_text(float(target))
    return f"nearest {word} sample ({place}): {what}"
