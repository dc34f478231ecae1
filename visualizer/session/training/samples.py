"""From a choice of data to samples: loaded, divided, given made features and standardised, each a step to be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine.data import Dataset, Standardisation, split, standardise
from engine.features import made_features
from engine.generated import GENERATED, generate
from engine.layers import check_word
from engine.ops import Array
from visualizer.session.dataset_file import SHIPPED, load_csv, load_shipped
from visualizer.session.files import DocumentError
from visualizer.session.formatting import number_text
from visualizer.session.refusals import FieldError, naming
from visualizer.session.training.recipe import DataChoice

NAMED = 3  # features whose mean and scale are written out


@dataclass(frozen=True, eq=False)
class Samples:
    """``train`` and ``test`` (None without) as a network is given them; ``raw_train`` and ``raw_test`` before.

    ``steps`` tell in (title, detail) what was done, in order. ``picture`` is the (rows, columns) that the raw features
    of a sample make as a picture, whose values run from 0 to ``brightest``; None where they make none.
    """

    choice: DataChoice
    train: Dataset
    test: Dataset | None
    raw_train: Dataset
    raw_test: Dataset | None
    standardisation: Standardisation | None
    steps: tuple[tuple[str, str], ...]
    picture: tuple[int, int] | None = None
    brightest: float = field(default=1.0)

    @property
    def name(self) -> str:
        """What the data are called."""
        return self.train.name

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; empty for a regression."""
        return self.train.class_names

    def given(self, raw: Array) -> Array:
        """Raw features (samples, n) as the network is given them, a column each: (inputs, samples)."""
        dataset = _made(
            Dataset("", raw, np.zeros((len(raw), 1)), self.raw_train.feature_names, "", (), "regression"), self.choice
        )
        features = dataset.features if self.standardisation is None else self.standardisation.values(dataset.features)
        return np.ascontiguousarray(features.T)


def load_samples(choice: DataChoice, folder: Path | None) -> Samples:
    """The samples of a choice; a file's path is seen from ``folder``.

    Raises FieldError, naming the field of [data], where they cannot be had.
    """
    stamp: tuple[int, int] | None = None
    if choice.file:
        path = (folder or Path()) / choice.file
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        except (OSError, ValueError):
            stamp = None  # reading it says why
    return _load(choice, folder, stamp)


@lru_cache(maxsize=8)
def _load(choice: DataChoice, folder: Path | None, stamp: tuple[int, int] | None) -> Samples:
    raw, origin = _raw(choice, folder)
    steps = [origin]
    raw_train, raw_test = raw, None
    if choice.train_share < 1:
        with naming("data", "train_share"):
            raw_train, raw_test = split(raw, choice.train_share, choice.seed)
        steps.append(("Split", f"{len(raw_train):,} to train, {len(raw_test):,} to test"))
    else:
        steps.append(("Split", f"none: all {len(raw):,} to train"))
    train = _made(raw_train, choice)
    test = None if raw_test is None else _made(raw_test, choice)
    if choice.inputs:
        steps.append(("Inputs", ", ".join(train.feature_names)))
    scaling = None
    if choice.standardise:
        scaling = standardise(train)
        train, test = scaling.apply(train), None if test is None else scaling.apply(test)
        steps.append(("Standardise", _scaling_text(scaling, train.feature_names)))
    entry = SHIPPED.get(choice.set) if not choice.file else None
    picture, brightest = (entry.picture, entry.brightest) if entry else (None, 1.0)
    return Samples(choice, train, test, raw_train, raw_test, scaling, tuple(steps), picture, brightest)


def _raw(choice: DataChoice, folder: Path | None) -> tuple[Dataset, tuple[str, str]]:
    """The samples as they come, and where they come from."""
    if choice.file:
        raw = _from_file(choice, folder)
        return raw, ("Load", f"{len(raw):,} samples from {Path(choice.file).name}")
    if choice.set in SHIPPED:
        raw = load_shipped(choice.set)
        return raw, ("Load", f"{len(raw):,} samples, {raw.features.shape[1]} features")
    with naming("data", "set"):
        check_word("the set", choice.set, (*GENERATED, *SHIPPED))
        raw = generate(choice.set, choice.samples, choice.noise, choice.seed)
    return raw, ("Draw", f"{len(raw):,} samples, noise {choice.noise:g} %, seed {choice.seed}")


def _from_file(choice: DataChoice, folder: Path | None) -> Dataset:
    try:
        return load_csv(
            (folder or Path()) / choice.file,
            target=choice.target or None,
            features=choice.features or None,
            header=choice.header,
            kind=choice.kind,
        )
    except DocumentError as error:
        raise FieldError(("data", error.choice or "file"), str(error)) from None


def _made(dataset: Dataset, choice: DataChoice) -> Dataset:
    with naming("data", "inputs"):
        return made_features(dataset, choice.inputs) if choice.inputs else dataset


def _scaling_text(scaling: Standardisation, names: tuple[str, ...]) -> str:
    shown = [
        f"({name} {'−' if mean >= 0 else '+'} {number_text(abs(float(mean)))}) / {number_text(float(scale))}"
        for name, mean, scale in zip(names[:NAMED], scaling.mean, scaling.scale, strict=False)
    ]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(shown)}{more}; means and scales of the training part"
