"""The moving average: as the formula says it, in any pieces, over numbers that are none and of any size."""

import warnings

import numpy as np
import pytest

from visualizer.session.plots.smoothing import LARGEST, Average

RANDOM = np.random.default_rng(2)


def by_formula(values: np.ndarray, beta: float) -> np.ndarray:
    sums, weights, out = np.zeros(values.shape[1]), np.zeros(values.shape[1]), []
    for row in values:
        known = np.isfinite(row)
        sums = np.where(known, beta * sums + (1 - beta) * np.where(known, row, 0), beta * sums)
        weights = beta * weights + (1 - beta) * known
        out.append([s / w if w else np.nan for s, w in zip(sums, weights, strict=True)])
    return np.array(out)


@pytest.mark.parametrize("beta", [0.0, 0.01, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("special", [False, True])
def test_it_is_what_the_formula_says_in_any_pieces(beta: float, special: bool) -> None:
    values = np.exp(4 * RANDOM.standard_normal((3000, 3)))
    if special:
        values[0:4, 0], values[70:90, 1], values[500, 2], values[1200, 2] = np.nan, np.inf, 1e300, 1e-200
    average = Average(3, beta)
    with warnings.catch_warnings(action="error"):
        found = [average.follow(values[a:b]) for a, b in ((0, 1), (1, 1), (1, 400), (400, 401), (401, 3000))]
    np.testing.assert_allclose(np.concatenate(found), by_formula(values, beta), rtol=1e-11)


def test_the_first_average_is_the_first_number() -> None:
    assert Average(1, 0.99).follow(np.array([[7.0]]))[0, 0] == pytest.approx(7.0)


def test_there_is_no_average_before_the_first_number() -> None:
    found = Average(1, 0.5).follow(np.array([[np.nan], [2.0], [np.nan]]))
    assert np.isnan(found[0, 0])
    assert found[1:, 0].tolist() == [2.0, 2.0]


def test_the_factor_keeps_within_its_range() -> None:
    assert Average(1, 5.0).smoothing == LARGEST
    assert Average(1, -1.0).smoothing == 0.0
