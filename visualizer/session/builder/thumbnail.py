"""Data sets as small pictures, by which a person knows them again: dots on a square, or a sample that is a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from engine.data import Dataset
from engine.errors import GradStepError
from engine.generated import GENERATED, generate
from engine.ops import Array
from visualizer.session.dataset_file import SHIPPED, load_shipped

DOTS = 90
NOISE = 8.0


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """``dots`` are (n, 2), from 0 to 1, the second axis up; ``classes`` (n,) their classes, or ``values`` (n,) their
    targets from −1 to 1. A sample that is a picture has ``pixels`` (rows, columns) from 0 to 1 instead."""

    dots: Array | None = field(default=None, repr=False)
    classes: Array | None = field(default=None, repr=False)
    values: Array | None = field(default=None, repr=False)
    pixels: Array | None = field(default=None, repr=False)


@lru_cache(maxsize=32)
def thumbnail_of(name: str) -> Thumbnail | None:
    """The picture of a set that comes with the program; None for any other name."""
    if name in GENERATED:
        return _dots(generate(name, DOTS, NOISE if GENERATED[name].kind == "classification" else 0.0, seed=1))
    if name not in SHIPPED:
        return None
    try:
        dataset, entry = load_shipped(name), SHIPPED[name]
    except GradStepError:
        return None
    if entry.picture:
        return Thumbnail(pixels=dataset.features[0].reshape(entry.picture) / entry.brightest)
    return _dots(dataset)


def _dots(dataset: Dataset) -> Thumbnail:
    """The last two features against each other; a single one against the target."""
    target = np.asarray(dataset.target, dtype=np.float64).reshape(len(dataset), -1)[:, 0]
    one, other = (dataset.features[:, 0], target) if dataset.features.shape[1] == 1 else dataset.features[:, -2:].T
    dots = np.stack([_to_unit(one), _to_unit(other)], axis=1)
    if dataset.kind == "classification":
        return Thumbnail(dots, classes=np.asarray(dataset.target))
    largest = float(np.max(np.abs(target))) or 1.0
    return Thumbnail(dots, values=target / largest)


def _to_unit(values: Array) -> Array:
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / ((high - low) or 1.0))
