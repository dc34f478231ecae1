"""Scales of what edges show: from 0 to 1 by size, on both sides of 0 by sign, automatic or fixed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.session.appearance import Appearance
from visualizer.session.edge_scale import EdgeScale, edge_scale, round_up

LOG, LINEAR = Appearance(), Appearance(logarithmic=False)
numbers = st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=20)


@given(numbers, st.booleans(), st.booleans())
def test_every_finite_number_is_within_the_scale_that_fits_it(
    found: list[float], logarithmic: bool, signed: bool
) -> None:
    array = np.array(found)
    scale = edge_scale(array, Appearance(logarithmic=logarithmic), signed)
    assert 0 <= scale.low < scale.high < np.inf
    places = scale.positions(array)
    finite = places[np.isfinite(array)]
    assert (np.abs(finite) <= 1).all()
    assert (finite >= (-1 if signed else 0)).all()
    sizes = np.abs(array[np.isfinite(array)])
    order = np.argsort(sizes, kind="stable")
    assert (np.diff(np.abs(finite)[order]) >= -1e-12).all()
    assert np.isnan(places[np.isnan(array)]).all()


@pytest.mark.parametrize("number", [5e-324, 2.3e-308, 1e-307, 1e-300, 1e300, 1e308, 1.7e308])
@pytest.mark.parametrize("appearance", [LOG, LINEAR])
def test_the_smallest_and_the_largest_numbers_have_a_scale(number: float, appearance: Appearance) -> None:
    scale = edge_scale(np.array([number]), appearance)
    assert 0 <= scale.low < scale.high < np.inf
    assert 0 <= scale.position(number) <= 1
    assert all(scale.ends)


def test_a_logarithmic_scale_has_whole_decades() -> None:
    scale = edge_scale(np.array([0.02, 0.5, 0.0, np.nan]), LOG)
    assert (scale.low, scale.high) == (0.01, 1.0)
    assert scale.ends == ("10⁻²", "10⁰")
    assert scale.positions(np.array([0.01, 0.1, 1.0])) == pytest.approx([0.0, 0.5, 1.0])


def test_a_linear_scale_begins_at_nothing_and_ends_at_a_round_number() -> None:
    scale = edge_scale(np.array([0.4, -1.2]), LINEAR)
    assert (scale.low, scale.high) == (0.0, 1.5)
    assert scale.ends == ("0", "1.5")
    assert scale.position(0.75) == 0.5


def test_a_signed_scale_has_both_sides() -> None:
    scale = edge_scale(np.array([0.4, -1.2]), LINEAR, signed=True)
    assert scale.ends == ("−1.5", "1.5")
    assert scale.positions(np.array([-1.5, 0.0, 0.75])) == pytest.approx([-1.0, 0.0, 0.5])
    assert edge_scale(np.array([0.02, -0.5]), LOG, signed=True).ends == ("−10⁰", "10⁰")


def test_a_fixed_range_does_not_ask_for_the_numbers() -> None:
    fixed = Appearance(fixed=(0.001, 10.0))
    assert edge_scale(np.array([1e9]), fixed) == edge_scale(np.array([]), fixed) == EdgeScale(0.001, 10.0)
    assert edge_scale(np.array([1e9]), fixed).position(1e9) == 1.0
    assert edge_scale(np.array([1.0]), Appearance(fixed=(0.0, 10.0))).low > 0


# what a person may type: any size, the smallest there are, the largest, and neighbours
sizes = st.one_of(
    st.floats(min_value=0.0, allow_nan=False, allow_infinity=True),
    st.floats(min_value=0.0, max_value=1e-300),
    st.sampled_from([0.0, 5e-324, 1e-323, 1e-320, 2.3e-308, 1e-307, 1e308, np.finfo(float).max]),
)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[float, float]:
    """Any range, and such whose ends are one number or neighbours."""
    low = draw(sizes)
    return low, draw(st.one_of(sizes, st.just(low), st.just(math.nextafter(low, math.inf))))


@given(ranges(), numbers, st.booleans(), st.booleans())
def test_every_fixed_range_is_a_scale(
    fixed: tuple[float, float], found: list[float], logarithmic: bool, signed: bool
) -> None:
    scale = edge_scale(np.array(found), Appearance(logarithmic=logarithmic, fixed=fixed), signed)
    assert 0 <= scale.low < scale.high < np.inf
    assert scale.low > 0 or not logarithmic
    array = np.array([*found, *fixed, scale.low, scale.high])
    places = scale.positions(array)
    assert (np.isnan(places) == np.isnan(array)).all()
    assert (np.abs(places[~np.isnan(array)]) <= 1).all()
    assert places[-2] == 0.0
    assert places[-1] == 1.0
    assert all(scale.ends)


def test_a_fixed_range_that_is_one_is_kept() -> None:
    for fixed in ((0.001, 1.0), (1e-300, 1e300), (0.25, 0.5)):
        for logarithmic in (True, False):
            scale = edge_scale(np.array([1.0]), Appearance(logarithmic=logarithmic, fixed=fixed))
            assert (scale.low, scale.high) == fixed


def test_where_there_is_nothing_to_show_there_is_a_scale() -> None:
    for nothing in (np.array([]), np.zeros(3), np.array([np.nan, np.inf])):
        for appearance in (LOG, LINEAR):
            scale = edge_scale(nothing, appearance)
            assert scale.low < scale.high == 1.0


@pytest.mark.parametrize(("largest", "expected"), [(1.0, 1.0), (1.2, 1.5), (4.0, 5.0), (0.0071, 0.01), (5.1e9, 7e9)])
def test_round_numbers(largest: float, expected: float) -> None:
    assert round_up(largest) == pytest.approx(expected)
