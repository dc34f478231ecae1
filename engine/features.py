"""Features made of two raw ones: those that TensorFlow Playground offers (its ``src/state.ts``), one entry each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from engine.data import Dataset
from engine.errors import GradStepError
from engine.ops import Array


@dataclass(frozen=True, slots=True)
class Feature:
    """A made feature: ``name`` for text that is read back, ``label`` for people.

    ``function`` takes raw features (samples, 2) and gives (samples,).
    """

    name: str
    label: str
    function: Callable[[Array], Array]


FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Feature("x1", "x₁", lambda raw: raw[:, 0]),
            Feature("x2", "x₂", lambda raw: raw[:, 1]),
            Feature("x1^2", "x₁²", lambda raw: np.square(raw[:, 0])),
            Feature("x2^2", "x₂²", lambda raw: np.square(raw[:, 1])),
            Feature("x1*x2", "x₁x₂", lambda raw: np.multiply(raw[:, 0], raw[:, 1])),
            Feature("sin(x1)", "sin x₁", lambda raw: np.sin(raw[:, 0])),
            Feature("sin(x2)", "sin x₂", lambda raw: np.sin(raw[:, 1])),
        )
    }
)


def made_features(dataset: Dataset, names: Sequence[str]) -> Dataset:
    """The same samples with the features of these names, in this order, made of the two that ``dataset`` has.

    Raises GradStepError as ``feature_values`` does.
    """
    if dataset.features.shape[1] != 2:
        count = dataset.features.shape[1]
        raise GradStepError(
            f"“{dataset.name}” has {count:,} feature{'s' * (count != 1)}, and others can be made of exactly two"
        )
    return replace(dataset, features=feature_values(dataset.features, names), feature_names=tuple(names))


def feature_values(raw: Array, names: Sequence[str]) -> Array:
    """The features of these names, shape (samples, names), for raw features of shape (samples, 2).

    Raises GradStepError where no name is given, one is unknown, or one is given twice.
    """
    if not names:
        raise GradStepError(f"a network needs one feature at least: choose from {', '.join(FEATURES)}")
    for number, name in enumerate(names):
        if name not in FEATURES:
            near = difflib.get_close_matches(str(name)[:40], FEATURES, n=1, cutoff=0.5)
            hint = f"did you mean “{near[0]}”?" if near else f"choose from {', '.join(FEATURES)}"
            raise GradStepError(f"there is no feature “{str(name)[:40]}”; {hint}")
        if name in names[:number]:
            raise GradStepError(f"the feature “{name}” is given twice: choose it once")
    return np.stack([FEATURES[name].function(raw) for name in names], axis=1)
