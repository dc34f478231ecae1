"""The plane of one or two features."""

import numpy as np
import pytest

from engine.generated import GENERATED, generate
from visualizer.session.output.plane import bounds_of, grid_points, nearest, refined, sampled, side_for


@pytest.mark.parametrize(("units", "side"), [(1, 50), (19, 50), (160, 49), (163, 49), (400, 31), (401, 0), (0, 0)])
def test_the_side_of_maps(units: int, side: int) -> None:
    assert side_for(units) == side


def test_maps_are_never_too_many_numbers() -> None:
    assert all(units * side_for(units) ** 2 < 400_000 for units in range(1, 500))
    assert all(side_for(units) >= 30 for units in range(1, 401))


def test_the_grid_runs_along_the_first_feature_from_the_smallest_second_up() -> None:
    points = grid_points((-1, 1, 10, 30), 3)
    assert points[:4].tolist() == [[-1, 10], [0, 10], [1, 10], [-1, 20]]
    second = points[:, 1].reshape(3, 3)
    assert second[0].tolist() == [10, 10, 10]
    assert second[2].tolist() == [30, 30, 30]


def test_the_grid_of_one_feature_is_a_line() -> None:
    assert grid_points((-6, 6), 4).tolist() == [[-6], [-2], [2], [6]]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_data_lie_within_six(name: str) -> None:
    features = generate(name).features
    bounds = bounds_of(features)
    assert bounds == (-6, 6) * features.shape[1]


def test_other_data_have_a_margin() -> None:
    assert bounds_of(np.array([[0.0, 100.0], [1.0, 300.0]])) == pytest.approx((-0.08, 1.08, 84, 316))
    assert bounds_of(np.array([[-7.0], [3.0]])) == pytest.approx((-7.8, 3.8))


def test_a_feature_that_is_always_the_same_has_room_to_either_side() -> None:
    low, high = bounds_of(np.full((3, 1), 50.0))
    assert low < 49
    assert high > 51


def test_features_that_hardly_differ_are_told_apart() -> None:
    low, high = bounds_of(np.array([[1e8], [np.nextafter(1e8, 2e8)]]))
    assert high - low > 100


def test_standardised_data_fill_their_picture() -> None:
    low, high = bounds_of(np.linspace(-1.7, 1.7, 9)[:, None])
    assert -2.1 < low < high < 2.1


def test_an_answer_is_read_between_the_points_of_the_grid() -> None:
    bounds = (-1, 1, 0, 4)
    points = grid_points(bounds, 5)
    output = (3 * points[:, 0] - points[:, 1]).reshape(1, 5, 5)
    for point in ((0.3, 1.7), (-1, 0), (1, 4), (0.99, 3.99)):
        assert sampled(output, bounds, point) == pytest.approx([3 * point[0] - point[1]])
    assert sampled(output, bounds, (9, 9)) == pytest.approx([3 - 4])  # beyond the bounds: at their edge


def test_an_answer_along_one_feature() -> None:
    assert sampled(np.array([[0.0, 1.0, 4.0]]), (0, 2), (1.5,)) == pytest.approx([2.5])


def test_a_finer_picture_goes_through_the_same_numbers() -> None:
    coarse = np.arange(18.0).reshape(2, 3, 3)
    fine = refined(coarse, 5)
    assert fine.shape == (2, 5, 5)
    assert fine[:, ::2, ::2] == pytest.approx(coarse)
    assert fine[0, 0, 1] == pytest.approx(0.5)


def test_numbers_that_are_not_finite_stay_where_they_are() -> None:
    values = np.zeros((1, 5, 5))
    values[0, 2, 2], values[0, 0, 0] = np.nan, np.inf
    fine = refined(values, 9)
    assert np.isfinite(fine[0, 6:]).all()
    assert np.isnan(fine[0, 4, 4])
    assert fine[0, 0, 0] == np.inf
    assert sampled(values, (0, 4, 0, 4), (4, 4)) == [0]
    assert sampled(values, (0, 4, 0, 4), (0, 0)) == [np.inf]


def test_the_nearest_point_is_that_on_the_picture() -> None:
    points = np.array([[0.0, 0.0], [1.0, 100.0]])
    assert nearest(points, (0.9, 0.0), (0, 1, 0, 1000)) == 1
    assert nearest(points, (0.9, 0.0), (0, 1, 0, 1)) == 0
