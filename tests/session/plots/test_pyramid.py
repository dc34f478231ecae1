"""Pyramids: every bucket tells the truth about its rows, however they came in; what is new costs as little as ever."""

import warnings

import numpy as np
import pytest

from visualizer.session.plots.pyramid import (
    BLOCK,
    INFINITE,
    MINUS_INFINITE,
    NAN,
    NEGATIVE,
    ZERO,
    Envelope,
    Pyramid,
    Read,
)

RANDOM = np.random.default_rng(1)


def reader(rows: np.ndarray) -> Read:
    return lambda start, stop: rows[start:stop]


def grown(rows: np.ndarray, pieces: list[int]) -> Pyramid:
    pyramid = Pyramid(rows.shape[1])
    for count in [*pieces, len(rows)]:
        pyramid.grow(reader(rows), count)
    return pyramid


def check(found: Envelope, rows: np.ndarray) -> None:
    """Every bucket against its rows."""
    for k, (start, stop) in enumerate(zip(found.starts, found.stops, strict=True)):
        part = rows[start:stop]
        for column in range(rows.shape[1]):
            numbers = part[:, column]
            finite = numbers[np.isfinite(numbers)]
            expected = [finite.min(), finite.max(), finite.mean()] if len(finite) else [np.nan] * 3
            of = found.numbers
            told = [of.low[k, column], of.high[k, column], of.mean[k, column]]
            np.testing.assert_allclose(told, expected, rtol=1e-12)
            flags = (
                NAN * np.isnan(numbers).any()
                | INFINITE * (numbers == np.inf).any()
                | MINUS_INFINITE * (numbers == -np.inf).any()
                | ZERO * (numbers == 0).any()
                | NEGATIVE * (finite < 0).any()
            )
            assert of.flags[k, column] == flags


@pytest.mark.parametrize("count", [1, 15, 16, 17, 255, 4096, 4097, 30_000])
@pytest.mark.parametrize("special", [False, True])
def test_buckets_are_true_however_the_rows_came(count: int, special: bool) -> None:
    rows = np.exp(RANDOM.standard_normal((count, 3)))
    if special:
        for value in (np.nan, np.inf, -np.inf, 0.0, -2.0):
            rows[RANDOM.integers(0, count, 1 + count // 50), RANDOM.integers(0, 3)] = value
    pyramid = grown(rows, sorted(RANDOM.integers(0, count + 1, 9).tolist()))
    with warnings.catch_warnings(action="error"):
        for start, stop, buckets in ((0, count, 40), (count // 3, count // 3 + 5, 300), (count // 2, count, 7)):
            found = pyramid.query(reader(rows), start, stop, buckets)
            check(found, rows)
            if stop > start:
                assert found.starts[0] <= start
                assert found.stops[-1] >= min(stop, count)
            assert len(found.starts) <= buckets + 2


def test_neighbouring_buckets_touch_and_start_at_multiples_of_their_size() -> None:
    rows = RANDOM.random((20_000, 1))
    found = grown(rows, []).query(reader(rows), 3000, 19_000, 100)
    assert np.array_equal(found.starts[1:], found.stops[:-1])
    size = found.stops[0] - found.starts[0]
    assert np.all(found.starts % size == 0)


def test_buckets_stay_where_they_are_while_the_curve_grows() -> None:
    rows = RANDOM.random((20_000, 1))
    pyramid = grown(rows[:19_000], [])
    before = pyramid.query(reader(rows), 0, 19_000, 100)
    pyramid.grow(reader(rows), 19_050)
    after = pyramid.query(reader(rows), 0, 19_050, 100)
    assert np.array_equal(before.numbers.high[:-1], after.numbers.high[: len(before.numbers.high) - 1])


def test_rows_that_are_cut_are_forgotten() -> None:
    rows = RANDOM.random((9000, 2))
    pyramid = grown(rows, [])
    for count in (5003, 5003, 48, 0):
        pyramid.grow(reader(rows), count)
        check(pyramid.query(reader(rows), 0, count, 20), rows[:count])
    others = RANDOM.random((9000, 2))
    pyramid.grow(reader(others), 9000)
    check(pyramid.query(reader(others), 0, 9000, 20), others)


def test_what_is_new_is_read_once_and_little_of_the_old() -> None:
    rows = RANDOM.random((200_000, 1))
    pyramid = grown(rows[:199_000], [])
    read: list[int] = []

    def counting(start: int, stop: int) -> np.ndarray:
        read.append(stop - start)
        return rows[start:stop]

    pyramid.grow(counting, 199_100)
    pyramid.query(counting, 0, 199_100, 300)
    assert sum(read) <= 100 + BLOCK


def test_nothing_is_an_empty_stretch() -> None:
    pyramid = Pyramid(2)
    found = pyramid.query(reader(np.zeros((0, 2))), 0, 10, 100)
    assert len(found.starts) == 0
    assert found.numbers.low.shape == (0, 2)


def test_numbers_at_the_edge_of_the_range_have_a_mean() -> None:
    rows = np.full((1000, 1), 1.5e308)
    with warnings.catch_warnings(action="error"):
        found = grown(rows, []).query(reader(rows), 0, 1000, 5)
    assert np.all(found.numbers.mean == 1.5e308)
