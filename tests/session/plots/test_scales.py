"""Scales: ends and ticks are round, whatever the numbers are; nothing that is not positive is lost on a logarithm."""

import math
import warnings

import numpy as np
import pytest

from visualizer.session.plots.scales import Scale, linear_ticks, log_ticks, nice_step, scale_around, whole_ticks

EXTREMES = [
    (0.0, 1.0), (0.2, 0.9), (1e-9, 3e-9), (-3.0, 2.0), (0.96, 0.99), (0.0, 4e7), (1.0, 1.0), (1.0, 1.0 + 1e-16),
    (0.0, 0.0), (math.nan, math.nan), (-1e308, 1e308), (5e-324, 5e-324), (0.0, 1.7e308), (-5.0, -5.0),
]  # fmt: skip


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("low", "high"), EXTREMES)
def test_any_numbers_have_a_scale_with_ticks(low: float, high: float, log: bool) -> None:
    with warnings.catch_warnings(action="error"):
        scale = scale_around(np.array([low]), np.array([high]), log)
        ticks = scale.ticks(5)
    assert scale.high > scale.low
    assert math.isfinite(scale.high - scale.low)
    assert 2 <= len(ticks) <= 12
    assert len({tick.text for tick in ticks}) == len(ticks)
    for place, _ in ticks:
        assert scale.low - 1e-9 * abs(scale.low) <= place <= scale.high + 1e-9 * abs(scale.high) + 1e-300
    if not log and not math.isnan(low):
        assert scale.low <= max(low, -1e300)
        assert scale.high >= min(high, 1e300)


def test_a_linear_scale_begins_at_zero_where_that_is_near() -> None:
    assert scale_around(np.array([0.2]), np.array([0.9]), log=False) == Scale(False, 0.0, 1.0)
    assert scale_around(np.array([0.96]), np.array([0.99]), log=False).low == pytest.approx(0.96)


def test_a_logarithmic_scale_has_whole_decades_and_reaches_its_thresholds() -> None:
    assert scale_around(np.array([0.03]), np.array([2.0]), True, (10.0, 1e-4)) == Scale(True, -4.0, 1.0)
    assert scale_around(np.array([0.03]), np.array([200.0]), log=True) == Scale(True, -2.0, 3.0)


def test_zeros_do_not_stretch_a_logarithmic_scale() -> None:
    scale = scale_around(np.array([0.0, 0.1]), np.array([0.5, 2.0]), log=True)
    assert scale == Scale(True, -1.0, 0.5)
    assert scale.places(np.array([0.0, -3.0, 1.0])).tolist() == [-1.0, -1.0, 0.0]
    assert math.isnan(scale.place(math.nan))


def test_a_logarithmic_scale_does_not_reach_down_for_ever() -> None:
    scale = scale_around(np.array([1e-300]), np.array([1.0]), log=True)
    assert scale.low == -60.0


@pytest.mark.parametrize(("value", "log"), [(3.0, False), (0.001, True)])
def test_a_place_and_its_number_are_each_others_inverse(value: float, log: bool) -> None:
    scale = Scale(log, -5.0, 5.0)
    assert scale.value(scale.place(value)) == pytest.approx(value)


def test_linear_ticks_have_as_many_decimals_as_each_other() -> None:
    assert [tick.text for tick in linear_ticks(-0.1, 0.35, 5)] == ["−0.1", "0.0", "0.1", "0.2", "0.3"]
    assert [tick.text for tick in linear_ticks(0.0, 4000.0, 4)] == ["0", "1,000", "2,000", "3,000", "4,000"]


def test_logarithmic_ticks_are_powers_of_ten() -> None:
    assert [tick.text for tick in log_ticks(-4.0, 2.0, 7)] == ["10⁻⁴", "10⁻³", "10⁻²", "0.1", "1", "10", "100"]
    assert [tick.text for tick in log_ticks(-60.0, 0.0, 3)] == ["10⁻⁶⁰", "10⁻⁴⁰", "10⁻²⁰", "1"]
    assert [tick.text for tick in log_ticks(0.3, 0.7, 4)] == ["2", "3", "4", "5"]


def test_whole_ticks_have_separators_between_thousands() -> None:
    assert [tick.text for tick in whole_ticks(0.0, 4217.0, 5)] == ["0", "1,000", "2,000", "3,000", "4,000"]
    assert [tick.text for tick in whole_ticks(0.7, 4.3, 9)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(("span", "most", "step"), [(10, 5, 2), (4217, 5, 1000), (0.9, 5, 0.2), (1, 1, 1)])
def test_steps_are_one_two_or_five_of_a_power_of_ten(span: float, most: int, step: float) -> None:
    assert nice_step(span, most) == pytest.approx(step)
