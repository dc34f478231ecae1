"""Data to learn from: samples with their targets, divided, standardised and dealt out in batches.

Where they come from: ``engine/generated.py`` draws them, ``engine/csv_text.py`` reads them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from engine.draws import Draws, Indices
from engine.errors import GradStepError
from engine.ops import Array
from engine.shapes import shape_text

Kind = Literal["classification", "regression"]

MAX_SAMPLES = 1_000_000
# Beyond this the squares of a sum of squares leave float64: no mean, no loss.
MAX_SIZE = 1e100

# What a seed's streams are for; the generators of data use the seed alone.
_SPLIT, _BATCHES = 1, 2


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples and what is to be learnt of them.

    ``features`` is (samples, n), float64. ``target`` is (samples, m), float64, for regression; for classification it is
    (samples,), the indices into ``class_names``, which is empty for regression. Both are read-only copies of what was
    given. Raises GradStepError where the parts do not fit together or a number cannot be used.
    """

    name: str
    features: Array = field(repr=False)
    target: Array | Indices = field(repr=False)
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...]
    kind: Kind

    def __post_init__(self) -> None:
        features = _numbers(self.features, "features")
        if self.kind == "classification":
            target: Array | Indices = _class_indices(self.target, len(self.class_names))
        else:
            target = _numbers(self.target, "targets")
            if self.class_names:
                raise GradStepError("a regression has no classes")
        if len(target) != len(features):
            raise GradStepError(f"there are {len(features):,} samples and {len(target):,} targets")
        if len(self.feature_names) != features.shape[1]:
            raise GradStepError(f"there are {features.shape[1]:,} features and {len(self.feature_names):,} names")
        object.__setattr__(self, "features", _read_only(features))
        object.__setattr__(self, "target", _read_only(target))

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.features)

    def take(self, chosen: Indices) -> Dataset:
        """The samples at these indices, in this order."""
        return replace(self, features=self.features[chosen], target=self.target[chosen])

    def one_hot(self) -> Array:
        """The targets of a classification as (samples, classes): 1 at the sample's class, 0 elsewhere."""
        if self.kind != "classification":
            raise GradStepError(f"“{self.name}” is a regression: its targets are numbers, not classes")
        return np.asarray(self.target[:, None] == np.arange(len(self.class_names)), dtype=np.float64)

    def signs(self) -> Array:
        """The targets of a classification into two, as (samples, 1): −1 for the first class and +1 for the second."""
        if len(self.class_names) != 2:
            raise GradStepError(f"“{self.name}” has {len(self.class_names)} classes, and −1 and +1 stand for two")
        return np.asarray(2.0 * self.target[:, None] - 1.0, dtype=np.float64)


def split(dataset: Dataset, train_share: float, seed: int) -> tuple[Dataset, Dataset]:
    """(train, test): the samples in a random order, the first ``train_share`` of them for training.

    Each of the two has one sample at least. Raises GradStepError where the share is not between 0 and 1, or there is
    but one sample.
    """
    if not 0 < train_share < 1:
        raise GradStepError(f"the train share must be above 0 and below 1, not {train_share:g}")
    if len(dataset) < 2:
        raise GradStepError(f"“{dataset.name}” has one sample only, and a split needs two")
    count = min(max(round(train_share * len(dataset)), 1), len(dataset) - 1)
    order = Draws(seed, _SPLIT).permutation(len(dataset))
    return dataset.take(order[:count]), dataset.take(order[count:])


# Standardisation ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Standardisation:
    """What is taken from each feature, and what it is then divided by: two read-only arrays (n,)."""

    mean: Array
    scale: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _read_only(np.array(self.mean, dtype=np.float64)))
        object.__setattr__(self, "scale", _read_only(np.array(self.scale, dtype=np.float64)))

    def values(self, features: Array) -> Array:
        """``(features - mean) / scale`` for features (samples, n)."""
        if features.shape[-1:] != self.mean.shape:
            raise GradStepError(f"there are {features.shape[-1]:,} features, and {len(self.mean):,} were standardised")
        return np.asarray((features - self.mean) / self.scale, dtype=np.float64)

    def apply(self, dataset: Dataset) -> Dataset:
        """The same samples with standardised features; targets stay as they are."""
        return replace(dataset, features=self.values(dataset.features))


def standardise(dataset: Dataset) -> Standardisation:
    """The numbers that give each feature of this set mean 0 and standard deviation 1 (over all samples, ddof 0).

    A feature that is the same in all samples keeps the scale 1. Take them from the training part alone, and apply them
    to both parts: a test sample must not tell anything beforehand.
    """
    low, high = dataset.features.min(axis=0), dataset.features.max(axis=0)
    constant = low == high  # its mean, once rounded, can differ from it in the last bit
    mean = np.where(constant, low, dataset.features.mean(axis=0))
    scale = dataset.features.std(axis=0)
    return Standardisation(mean, np.where(constant | (scale == 0), 1.0, scale))


# Batches --------------------------------------------------------------------------------------------------------------


def batch_order(seed: int, epoch: int, count: int) -> Indices:
    """The order in which an epoch meets its ``count`` samples: a permutation, the same for the same three numbers."""
    return Draws(seed, _BATCHES, epoch).permutation(count)


def batches_per_epoch(count: int, size: int) -> int:
    """How many whole batches of ``size`` samples there are; at least one."""
    if size < 1:
        raise GradStepError(f"a batch must have at least 1 sample, not {size:,}")
    return max(count // size, 1)


def batch_slice(count: int, size: int, index: int) -> slice:
    """Where batch ``index`` of an epoch stands in ``batch_order``.

    All batches are of one size, so that one set of buffers serves them: ``size``, or ``count`` where that is less. The
    few samples that are left over at the end of an epoch are others in the next.
    """
    if not 0 <= index < batches_per_epoch(count, size):
        raise GradStepError(f"there is no batch {index:,} among {batches_per_epoch(count, size):,}")
    return slice(index * size, min((index + 1) * size, count))


# Checks ---------------------------------------------------------------------------------------------------------------


def _numbers(values: Any, what: str) -> Array:
    """Rows of numbers that can be computed with."""
    try:
        array = np.array(values, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise GradStepError(f"the {what} must be rows of numbers of equal length") from None
    if array.ndim != 2 or 0 in array.shape:
        raise GradStepError(f"the {what} must be rows of numbers, not of shape {shape_text(array.shape)}")
    _check_count(len(array))
    usable = np.abs(array) <= MAX_SIZE  # neither is NaN
    if not usable.all():
        row, column = (int(index) for index in np.argwhere(~usable)[0])
        raise GradStepError(f"the {what} of sample {row + 1:,}: {unusable(float(array[row, column]))}")
    return array


def unusable(number: float) -> str:
    """Why a number that is larger than MAX_SIZE, or not finite, cannot be used."""
    if math.isfinite(number):
        return f"{number:g} is too large to compute with: a number is at most {MAX_SIZE:g}"
    return f"{number} is not a finite number"


def _class_indices(values: Any, count: int) -> Indices:
    array = np.array(values)
    if array.ndim != 1 or array.size == 0 or not np.issubdtype(array.dtype, np.integer):
        raise GradStepError("the targets of a classification must be one whole number for each sample")
    _check_count(len(array))
    if count < 2:
        raise GradStepError("a classification needs two classes at least")
    if array.min() < 0 or array.max() >= count:
        raise GradStepError(f"the targets must be indices from 0 to {count - 1}, one for each class")
    return array.astype(np.intp)


def _check_count(count: int) -> None:
    if count > MAX_SAMPLES:
        raise GradStepError(f"there are {count:,} samples, and at most {MAX_SAMPLES:,} are supported")


def _read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array
