"""Samples beside the output, and what is said of a point."""

import dataclasses

import numpy as np
import pytest

from tests.snapshots import BLOBS, SINE, SMALL, snapshot_of
from visualizer.session.output.points import MOST_DRAWN, Points, margins, output_range, output_words, point_words
from visualizer.session.training.snapshot import Plane

BOUNDS = (-6.0, 6.0, -6.0, 6.0)


def two_classes(test: bool = True) -> Points:
    train = np.array([[1.0, 1.0], [-1.0, -1.0]])
    if not test:
        return Points(train, np.array([1, 0]), None, None, ("-1", "+1"), ("x1", "x2"))
    return Points(train, np.array([1, 0]), np.array([[3.0, 3.0]]), np.array([1]), ("-1", "+1"), ("x1", "x2"))


def numbers(targets: list[float]) -> Points:
    features = np.arange(len(targets), dtype=float)[:, None]
    return Points(features, np.array(targets), None, None, (), ("x",))


@pytest.mark.parametrize(
    ("targets", "span"),
    [([-1.0, 0.5], (-1, 1)), ([-0.5, 2.0], (-2, 2)), ([3.0, 7.0], (3, 7)), ([4.0, 4.0], (3, 5)), ([0.0, 2.0], (0, 2))],
)
def test_the_span_is_even_around_zero_where_zero_is_inside(targets: list[float], span: tuple[float, float]) -> None:
    assert numbers(targets).span == span


def test_only_as_many_points_are_drawn_as_can_be_told_apart() -> None:
    count = 10 * MOST_DRAWN + 7
    points = Points(np.zeros((count, 2)), np.zeros(count, dtype=int), None, None, ("a", "b"), ("x1", "x2"))
    drawn, targets = points.drawn(False)
    assert MOST_DRAWN * 0.8 < len(drawn) == len(targets) <= MOST_DRAWN
    assert len(points.drawn(True)[0]) == 0


def test_the_range_is_that_of_the_last_activation() -> None:
    tanh = snapshot_of(SMALL)
    assert output_range(two_classes(), tanh) == (-1, 1)
    last = dataclasses.replace(tanh.layers[-1], activation="sigmoid")
    assert output_range(two_classes(), dataclasses.replace(tanh, layers=(*tanh.layers[:-1], last))) == (0, 1)
    assert output_range(numbers([-1.0, 3.0]), snapshot_of(SINE, "sine")) == (-3, 3)


def test_without_layers_the_range_is_read_off_the_output() -> None:
    own = dataclasses.replace(snapshot_of(SMALL), layers=())
    plane = Plane(np.full((1, 4, 4), 0.3), BOUNDS)
    assert output_range(two_classes(), dataclasses.replace(own, plane=plane)) == (0, 1)
    plane = Plane(np.linspace(-0.4, 0.9, 16).reshape(1, 4, 4), BOUNDS)
    assert output_range(two_classes(), dataclasses.replace(own, plane=plane)) == (-1, 1)
    assert output_range(two_classes(), dataclasses.replace(own, plane=None)) == (-1, 1)


def test_the_margin_is_the_lead_over_the_next_class() -> None:
    winners, margin = margins(np.array([[0.7, 0.2], [0.1, 0.25], [0.2, 0.55]]))
    assert winners.tolist() == [0, 2]
    assert margin == pytest.approx([0.5, 0.3])
    assert np.isnan(margins(np.array([[np.nan], [1.0]]))[1]).all()


def test_a_point_has_its_features_the_output_and_the_nearest_sample() -> None:
    plane = Plane(np.full((1, 5, 5), 0.87), BOUNDS)
    assert point_words(two_classes(), plane, (-1, 1), (0.5, 0.25), test=False).splitlines() == [
        "x1 = 0.5, x2 = 0.25",
        "output 0.87: class +1",
        "nearest training sample (1, 1): class +1",
    ]
    near = point_words(two_classes(), plane, (-1, 1), (2.75, 2.9), test=True)
    assert "nearest test sample (3, 3)" in near
    assert "training" in point_words(two_classes(), plane, (-1, 1), (2.75, 2.9), test=False)
    assert "training" in point_words(two_classes(test=False), plane, (-1, 1), (2.75, 2.9), test=True)


def test_the_boundary_is_the_middle_of_the_range() -> None:
    assert output_words(two_classes(), np.array([0.4]), (0, 1)) == "output 0.4: class -1"
    assert output_words(two_classes(), np.array([0.4]), (-1, 1)) == "output 0.4: class +1"
    assert output_words(two_classes(), np.array([np.nan]), (-1, 1)) == "output NaN"


def test_several_outputs_are_named_by_class() -> None:
    points = Points(np.zeros((2, 2)), np.array([0, 2]), None, None, ("a", "b", "c"), ("x1", "x2"))
    assert output_words(points, np.array([0.1, 0.7, 0.2]), (0, 1)) == "outputs a 0.1, b 0.7, c 0.2: class b"
    assert "class" not in output_words(points, np.array([0.1, np.nan, 0.2]), (0, 1))


def test_along_one_feature_the_number_to_learn_is_said() -> None:
    plane = Plane(np.array([[0.0, 1.0]]), (0.0, 2.0))
    words = point_words(numbers([0.5, 1.5, 2.5]), plane, (-2.5, 2.5), (0.9,), test=False)
    assert words.splitlines() == ["x = 0.9", "output 0.45", "nearest training sample (1): 1.5"]


def test_the_words_fit_what_a_run_gives() -> None:
    snapshot = snapshot_of(BLOBS, "blobs", 50, 0.1)
    points = Points(np.array([[0.0, 4.0]]), np.array([0]), None, None, ("a", "b", "c"), ("x1", "x2"))
    assert snapshot.plane is not None
    words = point_words(points, snapshot.plane, output_range(points, snapshot), (0.0, 4.0), test=True)
    assert "outputs a" in words
