"""Norms noted in passing are those that plain numpy finds, whatever way they were found in."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.norms import CAPACITY, FEW, MANY, SHORT, Norms, norms_of


def expected(vector: np.ndarray, groups: list[list[slice]]) -> np.ndarray:
    """In the wider range of long double; the square root of infinity and NaN is what it is."""
    wide = vector.astype(np.longdouble)
    return np.array([np.sqrt(sum(np.sum(wide[part] ** 2) for part in group)) for group in groups]).astype(np.float64)


def assert_norms(found: np.ndarray, wanted: np.ndarray) -> None:
    finite = np.isfinite(wanted)
    np.testing.assert_array_equal(np.isfinite(found), finite)
    np.testing.assert_allclose(found[finite], wanted[finite], rtol=1e-12)


LENGTHS = [1, 5, 40, 100, 100, SHORT, SHORT + 1, SHORT + 1, 1000, 1000]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_norms_of_any_stretches(seed: int) -> None:
    choose, numbers = random.Random(seed), np.random.default_rng(seed)
    parts, end = [], 0
    for _ in range(choose.randint(1, 20)):
        start = end + choose.choice([0, 0, 0, 3, SHORT + 1])
        parts.append(slice(start, end := start + choose.choice(LENGTHS)))
    groups = [choose.sample(parts, choose.randint(1, min(3, len(parts)))) for _ in range(choose.randint(1, 9))]
    groups += [[part] for part in choose.sample(parts, choose.randint(0, len(parts)))]
    vector = numbers.normal(size=end)
    norms = Norms(vector, groups)
    for count in (choose.randint(1, 70), choose.randint(1, 5)):
        wanted = []
        for at in range(count):
            vector *= choose.choice([1.1, 1.1, 1.1, 1e-170, 1e160, 0.0]) if choose.random() < 0.1 else -1.0
            vector[choose.randrange(end)] += choose.choice([0.0, 1.0, 1e3, 1e200, np.inf, np.nan]) * (
                choose.random() < 0.1
            )
            norms.note(at)
            wanted.append(expected(vector, groups))
            vector[~np.isfinite(vector)] = 1.0
        assert_norms(norms.taken(count), np.array(wanted))
    assert_norms(np.array(norms_of(vector, groups)), expected(vector, groups))


def test_all_places_are_filled() -> None:
    vector = np.zeros(3000)
    norms = Norms(vector, [[slice(0, 10)], [slice(20, 30)], [slice(40, 3000)]])
    for _ in range(2):
        for at in range(CAPACITY):
            vector[[5, 25, 2000]] = at, 2.0 * at, 3.0 * at
            norms.note(at)
        np.testing.assert_allclose(norms.taken(CAPACITY), np.arange(CAPACITY)[:, None] * [1.0, 2.0, 3.0])


def test_many_long_stretches_share_one_call() -> None:
    size = SHORT + 8
    apart = [[slice(k * (size + 3), k * (size + 3) + size)] for k in range(40)]
    vector = np.random.default_rng(0).normal(size=apart[-1][0].stop)
    norms = Norms(vector, apart)
    assert len(norms._products) == 1
    norms.note(0)
    assert_norms(norms.taken(1)[0], expected(vector, apart))
    assert len(Norms(vector, apart[: MANY - 1])._products) == MANY - 1


def test_short_stretches_side_by_side_are_copied_once() -> None:
    vector = np.random.default_rng(0).normal(size=2000)
    groups = [[slice(0, 1050)], *([slice(k * k, k * k + k)] for k in range(33, 40))]
    norms = Norms(vector, groups)
    assert len(norms._products) == 1
    assert norms._copies.shape[1] == 39 * 40 - 33 * 33
    norms.note(0)
    assert_norms(norms.taken(1)[0], expected(vector, groups))


@pytest.mark.parametrize("count", [FEW, FEW + 1, 3 * FEW])
def test_few_and_many_short_stretches(count: int) -> None:
    numbers = np.random.default_rng(0)
    ends = np.cumsum(numbers.integers(1, 30, 2 * count))
    groups = [[slice(int(start), int(stop))] for start, stop in zip(ends[::2], ends[1::2], strict=True)]
    norms, wanted = Norms(vector := np.zeros(ends[-1] + 5), groups), []
    for at in range(100):
        vector[...] = numbers.normal(size=vector.size) * (1e-180 if at % 7 == 3 else 1.0)
        norms.note(at)
        wanted.append(expected(vector, groups))
    assert_norms(norms.taken(100), np.array(wanted))
