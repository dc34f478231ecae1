"""Datasets whose parts fit; splits, standardisation and batches that lose no sample and stay the same."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import data as module
from engine.data import (
    Dataset,
    Standardisation,
    batch_order,
    batch_slice,
    batches_per_epoch,
    split,
    standardise,
)
from engine.errors import GradStepError
from engine.generated import generate

# Seed 42: epoch 3 of ten samples, and the training half of ten.
ORDER = [2, 0, 8, 7, 9, 4, 5, 3, 6, 1]
SPLIT = [2, 5, 9, 7, 3]


def small(count: int = 6) -> Dataset:
    """A regression: sample i has the features i and i², and the target −i."""
    i = np.arange(count, dtype=np.float64)
    return Dataset("small", np.stack([i, i * i], axis=1), -i[:, None], ("a", "b"), "y", (), "regression")


# --- datasets


def test_arrays_are_read_only_copies() -> None:
    features = np.ones((3, 2))
    dataset = Dataset("d", features, np.zeros((3, 1)), ("a", "b"), "y", (), "regression")
    features[0, 0] = 5
    assert dataset.features[0, 0] == 1
    for array in (dataset.features, dataset.target, generate("xor").target, dataset.take(np.array([0])).features):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 2


def test_targets_as_numbers() -> None:
    dataset = Dataset("d", np.ones((3, 1)), np.array([1, 0, 1]), ("a",), "y", ("no", "yes"), "classification")
    assert dataset.one_hot().tolist() == [[0, 1], [1, 0], [0, 1]]
    assert dataset.signs().tolist() == [[1], [-1], [1]]
    with pytest.raises(GradStepError, match="has 3 classes"):
        generate("blobs").signs()
    with pytest.raises(GradStepError, match="is a regression"):
        small().one_hot()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"features": [[1.0], [2.0, 3.0]]}, "rows of numbers of equal length"),
        ({"features": [1.0, 2.0]}, "rows of numbers, not of shape 2"),
        ({"features": np.zeros((0, 2))}, "rows of numbers, not of shape 0×2"),
        ({"features": [[1.0, np.nan], [1.0, 2.0]]}, "the features of sample 1: nan is not a finite number"),
        ({"features": [[1.0, 2.0], [1.0, np.inf]]}, "the features of sample 2: inf is not a finite number"),
        ({"features": [[1.0, 2.0], [1e101, 0.0]]}, "1e+101 is too large to compute with"),
        ({"target": np.zeros((3, 1))}, "2 samples and 3 targets"),
        ({"target": np.zeros(2)}, "the targets must be rows"),
        ({"feature_names": ("a",)}, "2 features and 1 names"),
        ({"class_names": ("a", "b")}, "a regression has no classes"),
        ({"kind": "classification"}, "one whole number for each sample"),
        ({"kind": "classification", "target": np.array([0, 0])}, "two classes at least"),
        ({"kind": "classification", "target": np.array([0, 2]), "class_names": ("a", "b")}, "indices from 0 to 1"),
        ({"kind": "classification", "target": np.array([0, -1]), "class_names": ("a", "b")}, "indices from 0 to 1"),
    ],
)
def test_parts_that_do_not_fit(changes: dict[str, object], expected: str) -> None:
    parts: dict[str, object] = {
        "name": "d", "features": [[1.0, 2.0], [3.0, 4.0]], "target": np.zeros((2, 1)), "feature_names": ("a", "b"),
        "target_name": "y", "class_names": (), "kind": "regression",
    }  # fmt: skip
    with pytest.raises(GradStepError) as caught:
        Dataset(**{**parts, **changes})  # type: ignore[arg-type]
    assert expected in str(caught.value)


def test_too_many_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SAMPLES", 5)
    with pytest.raises(GradStepError, match="6 samples, and at most 5"):
        small()


# --- split, standardisation, batches


@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers(0, 2**64 - 1))
def test_a_split_has_every_sample_once(count: int, share: float, seed: int) -> None:
    train, test = split(small(count), share, seed)
    assert sorted([*train.features[:, 0], *test.features[:, 0]]) == list(range(count))
    assert len(train) >= 1
    assert len(test) >= 1
    assert abs(len(train) - share * count) <= 1
    for part in (train, test):
        np.testing.assert_array_equal(part.features[:, 0], -part.target[:, 0])
        assert part.feature_names == ("a", "b")


def test_a_split_depends_on_the_seed_alone() -> None:
    first, again, other = (split(small(50), 0.5, seed)[0].features for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("share", [0, 1, -1, 2, float("nan")])
def test_shares_that_are_none(share: float) -> None:
    with pytest.raises(GradStepError, match="must be above 0 and below 1"):
        split(small(), share, 0)


def test_one_sample_cannot_be_split() -> None:
    with pytest.raises(GradStepError, match="one sample only"):
        split(small(1), 0.5, 0)


columns = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=2, max_size=30)


@given(columns)
def test_standardised_features_have_mean_0_and_deviation_1(column: list[float]) -> None:
    features = np.array(column)[:, None]
    dataset = Dataset("d", features, features, ("a",), "y", (), "regression")
    numbers = standardise(dataset)
    standard = numbers.apply(dataset)
    np.testing.assert_array_equal(standard.features, (features - numbers.mean) / numbers.scale)
    np.testing.assert_array_equal(standard.target, dataset.target)
    assert standard.features.mean() == pytest.approx(0, abs=1e-4)
    assert standard.features.std() == pytest.approx(0 if len(set(column)) == 1 else 1, abs=1e-4)


@pytest.mark.parametrize("value", [0.0, 0.1, -7.3, 1e100, 5e-324])
def test_a_constant_feature_keeps_the_scale_1(value: float) -> None:
    features = np.full((10, 1), value)
    numbers = standardise(Dataset("d", features, features, ("a",), "y", (), "regression"))
    assert numbers.mean.tolist() == [value]
    assert numbers.scale.tolist() == [1]
    assert not numbers.values(features).any()


def test_standardisation_is_plain_numbers() -> None:
    numbers = standardise(small(3))
    assert numbers.mean.tolist() == [1, 5 / 3]
    np.testing.assert_allclose(numbers.scale, [np.sqrt(2 / 3), np.sqrt(26 / 9)])
    with pytest.raises(ValueError, match="read-only"):
        numbers.mean[0] = 2
    with pytest.raises(GradStepError, match="3 features, and 2 were standardised"):
        numbers.values(np.ones((4, 3)))


def test_the_largest_numbers_can_be_standardised() -> None:
    features = np.array([[1e100], [-1e100], [0.5]])
    standard = standardise(Dataset("d", features, features, ("a",), "y", (), "regression")).values(features)
    assert standard.std() == pytest.approx(1)


def test_numbers_of_the_training_part_serve_both_parts() -> None:
    numbers = Standardisation(np.array([10.0, 0.0]), np.array([2.0, 1.0]))
    assert numbers.values(np.array([[14.0, 3.0]])).tolist() == [[2, 3]]


@given(st.integers(0, 2**32), st.integers(0, 10_000), st.integers(1, 200))
def test_an_epoch_meets_every_sample_once(seed: int, epoch: int, count: int) -> None:
    order = batch_order(seed, epoch, count)
    assert sorted(order.tolist()) == list(range(count))
    assert np.array_equal(order, batch_order(seed, epoch, count))


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = [batch_order(seed, epoch, 50).tolist() for seed, epoch in itertools.product(range(4), range(4))]
    assert len({tuple(order) for order in orders}) == 16


@given(st.integers(1, 200), st.integers(1, 250))
def test_batches_are_of_one_size_and_apart(count: int, size: int) -> None:
    slices = [batch_slice(count, size, index) for index in range(batches_per_epoch(count, size))]
    order = np.arange(count)
    assert {len(order[chosen]) for chosen in slices} == {min(size, count)}
    dealt = [i for chosen in slices for i in order[chosen]]
    assert dealt == list(range(len(dealt)))
    assert count - len(dealt) < size


def test_batches_that_are_none() -> None:
    with pytest.raises(GradStepError, match="at least 1 sample, not 0"):
        batches_per_epoch(10, 0)
    for index in (-1, 3):
        with pytest.raises(GradStepError, match="there is no batch"):
            batch_slice(10, 3, index)


def test_the_orders_of_a_seed_never_change() -> None:
    assert batch_order(42, 3, 10).tolist() == ORDER
    assert (-split(small(10), 0.5, 42)[0].target[:, 0]).tolist() == SPLIT
