"""Which edges are drawn, and scales that keep still."""

import dataclasses
import math

import numpy as np
import pytest

from tests.snapshots import DEEP, DIGITS, SMALL, snapshot_of
from visualizer.session.network.edges import (
    PATIENCE,
    Scales,
    SteadyScale,
    decades_of,
    edges_of,
    largest_of,
    omission,
    size_of,
    steady_limit,
)
from visualizer.session.network.layout import lay_out
from visualizer.session.network.scene import NetworkScene
from visualizer.session.network.shape import shape_of
from visualizer.session.scene import Scale
from visualizer.session.training.snapshot import LayerView, Snapshot


def scene_of(snapshot: Snapshot) -> NetworkScene:
    shape = shape_of(snapshot)
    assert shape is not None
    return lay_out(shape, 1000, 560)


def layer_with(gradient: np.ndarray | None, weights: np.ndarray) -> LayerView:
    return LayerView("layer 1", "tanh", weights, np.zeros(len(weights)), gradient, None, None, None, None)


# Which edges --------------------------------------------------------------------------------------------------------


def test_all_edges_are_drawn_where_they_are_few_the_strongest_last() -> None:
    snapshot = snapshot_of()
    edges = edges_of(scene_of(snapshot), snapshot.layers[1], 2, "gradient")
    assert sorted(zip(edges.targets.tolist(), edges.sources.tolist(), strict=True)) == [
        (target, source) for target in range(6) for source in range(6)
    ]
    gradient = snapshot.layers[1].gradient
    assert gradient is not None
    assert edges.numbers is not None
    assert edges.numbers.tolist() == gradient[edges.targets, edges.sources].tolist()
    assert (np.diff(np.abs(edges.numbers)) >= 0).all()


def test_of_many_edges_the_strongest_are_drawn() -> None:
    snapshot = snapshot_of(DIGITS, "digits")
    scene = scene_of(snapshot)
    layer = snapshot.layers[0]
    assert layer.gradient is not None
    edges = edges_of(scene, layer, 1, "gradient")
    assert edges.numbers is not None
    assert len(edges.numbers) == scene.most_edges == 200
    assert np.abs(edges.numbers).min() >= np.sort(np.abs(layer.gradient), axis=None)[-200]
    assert omission(scene, "gradient") == "strongest 400 of 2,368 edges"


def test_edges_that_are_drawn_stay_until_others_are_much_stronger() -> None:
    snapshot = snapshot_of(DIGITS, "digits")
    scene = scene_of(snapshot)
    random = np.random.default_rng(1)
    numbers = random.uniform(1.0, 1.2, (32, 64))
    before = edges_of(scene, layer_with(numbers, numbers), 1, "gradient")
    others = random.uniform(1.0, 1.2, (32, 64))
    after = edges_of(scene, layer_with(others, others), 1, "gradient", before)
    drawn = [set(zip(edges.targets.tolist(), edges.sources.tolist(), strict=True)) for edges in (before, after)]
    assert drawn[0] == drawn[1]
    others[5, 5] = 3.0
    after = edges_of(scene, layer_with(others, others), 1, "gradient", before)
    assert (5, 5) in set(zip(after.targets.tolist(), after.sources.tolist(), strict=True))


def test_what_is_not_a_number_is_among_the_strongest() -> None:
    snapshot = snapshot_of(DIGITS, "digits")
    gradient = np.random.default_rng(0).standard_normal((32, 64))
    gradient[3, 7], gradient[4, 9] = math.nan, math.inf
    edges = edges_of(scene_of(snapshot), layer_with(gradient, gradient), 1, "gradient")
    assert {(3, 7), (4, 9)} == set(zip(edges.targets[-2:].tolist(), edges.sources[-2:].tolist(), strict=True))


def test_before_the_first_iteration_edges_have_no_numbers() -> None:
    snapshot = snapshot_of(iterations=0)
    edges = edges_of(scene_of(snapshot), snapshot.layers[0], 1, "gradient")
    assert edges.numbers is None
    assert len(edges.sources) == 12
    assert edges_of(scene_of(snapshot), snapshot.layers[0], 1, "weight").numbers is not None


def test_a_band_has_the_norm_of_its_layer() -> None:
    snapshot = snapshot_of(DEEP, rate=1e-4)
    layer = snapshot.layers[20]
    assert size_of(layer, "gradient") == layer.norm
    assert size_of(layer, "weight") == pytest.approx(math.sqrt((layer.weights**2).sum()))
    assert "gradient" in omission(scene_of(snapshot), "gradient")
    assert "weights" in omission(scene_of(snapshot), "weight")


# Scales -------------------------------------------------------------------------------------------------------------


def test_a_scale_widens_at_once() -> None:
    scale = SteadyScale(Scale(-3, 0))
    assert scale.followed(-5, -1).scale == Scale(-5, 0)
    assert scale.followed(-2, 2).scale == Scale(-3, 2)


def test_a_scale_narrows_slowly_and_not_for_a_moment() -> None:
    scale = SteadyScale(Scale(-8, 2))
    for _ in range(PATIENCE):
        scale = scale.followed(-3, 0)
    assert scale.scale == Scale(-8, 2)
    assert scale.followed(-8, 2).waited == 0
    looks = 0
    while scale.scale != Scale(-3, 0):
        before = scale.scale
        scale = scale.followed(-3, 0)
        assert scale.scale.low - before.low in (0, 1)
        assert before.high - scale.scale.high in (0, 1)
        looks += 1
    assert looks > 30


def test_numbers_that_move_a_little_leave_the_scale_as_it_is() -> None:
    scale, seen = SteadyScale(Scale(-4, 0)), set()
    for look in range(400):
        scale = scale.followed(-4 + look % 2, 0)
        seen.add(scale.scale)
    assert seen == {Scale(-4, 0)}


def test_the_decades_of_edges_leave_out_a_few_that_are_tiny() -> None:
    snapshot = snapshot_of()
    first = snapshot.layers[0]
    low, high = decades_of(snapshot, scene_of(snapshot), "gradient") or (0, 0)
    tiny = np.array(first.gradient)
    tiny[0, 0] = 1e-200
    changed = dataclasses.replace(snapshot, layers=(dataclasses.replace(first, gradient=tiny), *snapshot.layers[1:]))
    assert decades_of(changed, scene_of(snapshot), "gradient") == (low, high)
    sizes = np.abs(np.concatenate([np.ravel(layer.gradient) for layer in snapshot.layers]))
    assert sizes.max() <= 10.0**high
    assert (sizes < 10.0**low).mean() < 0.05


def test_the_decades_of_layers_hold_all_of_them() -> None:
    snapshot = snapshot_of(DEEP, rate=1e-4)
    dying = [dataclasses.replace(layer, norm=10.0 ** (-place)) for place, layer in enumerate(snapshot.layers)]
    changed = dataclasses.replace(snapshot, layers=tuple(dying))
    assert decades_of(changed, scene_of(snapshot), "gradient") == (-50, 0)


@pytest.mark.parametrize("network", [SMALL, DEEP])
def test_there_are_no_decades_where_there_is_no_size(network: str) -> None:
    snapshot = snapshot_of(network, iterations=0)
    scene = scene_of(snapshot)
    assert decades_of(snapshot, scene, "gradient") is None
    layers = tuple(
        dataclasses.replace(layer, norm=0.0, gradient=np.zeros_like(layer.weights)) for layer in snapshot.layers
    )
    assert decades_of(dataclasses.replace(snapshot, layers=layers), scene, "gradient") is None


def test_the_decades_of_many_edges_are_those_of_the_ones_drawn() -> None:
    snapshot = snapshot_of(DIGITS, "digits")
    scene = scene_of(snapshot)
    low, high = decades_of(snapshot, scene, "gradient") or (0, 0)
    drawn = [edges_of(scene, layer, number, "gradient") for number, layer in enumerate(snapshot.layers, start=1)]
    sizes = np.abs(np.concatenate([edges.numbers for edges in drawn if edges.numbers is not None]))
    assert sizes.max() <= 10.0**high
    assert (sizes[sizes > 0] < 10.0**low).mean() < 0.1
    assert low > math.log10(np.abs(snapshot.layers[0].weights).min()) - 8


@pytest.mark.parametrize(
    ("largest", "before", "expected"),
    [(0.31, None, 0.5), (3.0, None, 3.0), (9.0, None, 10.0), (1e-9, None, 1e-9), (2.0, 5.0, 5.0), (1.0, 5.0, 1.0),
     (6.0, 5.0, 7.0), (0.0, None, 1.0), (math.inf, 2.0, 2.0), (0.0, 2.0, 2.0)],
)  # fmt: skip
def test_limits_are_round_and_stay(largest: float, before: float | None, expected: float) -> None:
    assert steady_limit(largest, before) == pytest.approx(expected)


def test_the_largest_of_arrays_is_finite() -> None:
    assert largest_of([None, np.array([1.0, -3.0]), np.array([np.nan, 2.0, np.inf])]) == 3.0
    assert largest_of([None, np.array([np.nan])]) == 0.0


def test_activations_that_are_bounded_have_their_bound() -> None:
    snapshot = snapshot_of("2-4-1 relu, output tanh, loss half_squared", iterations=5)
    scales = Scales().followed(scene_of(snapshot), snapshot, "gradient")
    inputs, hidden, output = scales.values
    assert output == 1.0
    assert hidden > 0
    assert 0.6 * 6 <= inputs <= 6
    assert scales.followed(scene_of(snapshot), snapshot, "gradient") == scales
