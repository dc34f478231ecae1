"""What is drawn of curves: means with bands, gaps where numbers are not finite, signs where they are not positive."""

import math

import numpy as np

from engine.records import Records
from visualizer.session.plots.curves import GRADIENT_NORMS, LOSS, Curves, Stretch
from visualizer.session.plots.drawing import (
    Gap,
    band,
    floored,
    gaps,
    heat_map,
    mean_lines,
    merged,
    outlines,
    range_bands,
)
from visualizer.session.plots.scales import Scale

LINEAR, LOG = Scale(False, 0.0, 10.0), Scale(True, -6.0, 3.0)


def stretch_of(values: np.ndarray, pixels: int = 1000, width: int = 1) -> Stretch:
    records = Records(tuple("abcdefgh"[:width]))
    table = records.losses if width == 1 else records.gradient_norms
    table.append(0, values.reshape(-1, width))
    curves = Curves(records, LOSS if width == 1 else GRADIENT_NORMS)
    curves.refresh()
    return curves.stretch(0, len(table.rows), pixels)


def test_a_line_goes_through_single_numbers_and_breaks_at_those_that_are_none() -> None:
    line = mean_lines(stretch_of(np.array([1.0, math.nan, 3.0, math.inf, 5.0])), LINEAR)[0]
    assert line[:, 0].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(line[:, 1], [1, math.nan, 3, math.nan, 5])


def test_on_a_logarithmic_scale_what_is_not_positive_stands_at_the_lower_end() -> None:
    stretch = stretch_of(np.array([100.0, 0.0, -5.0, 1.0]))
    assert mean_lines(stretch, LOG)[0, :, 1].tolist() == [2.0, -6.0, -6.0, 0.0]
    assert floored(stretch, apart=0.0)[0].tolist() == [1.0, 2.0]


def test_signs_keep_apart() -> None:
    stretch = stretch_of(np.zeros(100))
    assert floored(stretch, apart=25.0)[0].tolist() == [0, 25, 50, 75]


def test_a_band_spans_what_its_buckets_hold() -> None:
    values = np.arange(100.0)
    band_of_one = range_bands(stretch_of(values, pixels=20), Scale(False, 0.0, 100.0))[0]
    assert band_of_one.shape == (20, 3)
    assert np.all(band_of_one[:, 2] - band_of_one[:, 1] == 4)
    assert band_of_one[0].tolist() == [2, 0, 4]
    assert band_of_one[-1].tolist() == [97, 95, 99]


def test_the_outline_of_a_band_has_a_part_on_each_side_of_a_gap() -> None:
    values = np.repeat([1.0, math.nan, 2.0], 20)
    parts = outlines(range_bands(stretch_of(values, pixels=30), LINEAR)[0])
    assert len(parts) == 2
    assert parts[0].tolist() == [[x + 0.5, 1] for x in (*range(0, 20, 2), *range(18, -1, -2))]


def test_the_band_of_all_curves_reaches_from_the_smallest_to_the_largest() -> None:
    values = np.array([[1.0, 5.0, 3.0], [2.0, math.nan, 7.0], [math.nan, math.inf, math.nan]])
    found = band(stretch_of(values, width=3), LINEAR)
    np.testing.assert_array_equal(found, [[0, 1, 5], [1, 2, 7], [2, math.nan, math.nan]])


def test_neighbouring_numbers_that_are_not_finite_are_one_gap() -> None:
    values = np.array([1.0, math.nan, math.inf, 2.0, 3.0, -math.inf])
    assert gaps(stretch_of(values)) == (Gap(1, 2, "NaN, ∞"), Gap(5, 5, "−∞"))
    assert gaps(stretch_of(np.ones(5))) == ()
    assert gaps(stretch_of(np.zeros(0))) == ()


def test_a_gap_of_one_iteration_is_seen_from_afar() -> None:
    values = np.ones(100_000)
    values[70_000] = math.nan
    (gap,) = gaps(stretch_of(values, pixels=200))
    assert gap.first <= 70_000 <= gap.last
    assert gap.text == "NaN"


def test_gaps_that_touch_are_merged() -> None:
    assert merged([Gap(9, 9, "∞"), Gap(1, 3, "NaN"), Gap(2, 5, "∞"), Gap(6, 6, "NaN")]) == (
        Gap(1, 6, "NaN, ∞"),
        Gap(9, 9, "∞"),
    )


def test_the_map_has_the_largest_norm_of_each_bucket() -> None:
    values = np.array([[10.0, 0.0, 1.0], [100.0, 0.0, math.nan]])
    assert heat_map(stretch_of(values, width=3)).tolist() == [[1, 2], [-math.inf, -math.inf], [0, math.inf]]
    assert heat_map(stretch_of(values, pixels=1, width=3)).tolist() == [[2], [-math.inf], [math.inf]]
