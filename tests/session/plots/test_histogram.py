"""Histograms: every finite number is in a bin, and what is in none is counted apart."""

import math
import warnings

import numpy as np
import pytest

from visualizer.session.plots.histogram import MOST_BINS, histograms

RANDOM = np.random.default_rng(4)


def test_every_finite_number_is_in_a_bin() -> None:
    array = RANDOM.standard_normal((30, 20))
    array[0, :3] = 0.0
    array[1, :2] = math.nan, math.inf
    (counts,) = histograms([array])
    assert counts.counts.sum() == 598
    assert (counts.size, counts.zeros, counts.not_finite) == (600, 3, 2)
    assert counts.zero_share == 3 / 600


def test_arrays_share_their_bins() -> None:
    small, large = histograms([np.array([0.0, 1.0]), RANDOM.random(1000) * 8])
    assert np.array_equal(small.edges, large.edges)
    assert small.counts.sum() == 2


def test_more_numbers_have_more_bins_up_to_a_limit() -> None:
    bins = [len(histograms([RANDOM.random(count)])[0].counts) for count in (1, 12, 1000, 10**6)]
    assert bins == [2, 5, 20, MOST_BINS]


@pytest.mark.parametrize(
    "values", [[], [0.0], [5.0, 5.0], [math.nan], [1e308, -1e308, math.inf], [5e-324, 0.0], [1.0, 1.0 + 1e-16]]
)
def test_any_array_has_a_histogram(values: list[float]) -> None:
    with warnings.catch_warnings(action="error"):
        (counts,) = histograms([np.array(values)])
        outline = counts.outline
    assert counts.counts.sum() + counts.not_finite == len(values)
    assert np.all(np.diff(counts.edges) > 0)
    assert np.isfinite(outline).all()


def test_the_outline_goes_along_the_bars() -> None:
    (counts,) = histograms([np.array([0.0, 0.0, 1.0])])
    outline = counts.outline
    assert outline[0].tolist() == [0.0, 0.0]
    assert outline[-1].tolist() == [1.0, 0.0]
    assert outline[:, 1].max() == 2


def test_no_array_has_none() -> None:
    assert histograms([]) == ()
