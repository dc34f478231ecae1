"""Generated data: as published, and the same for ever."""

import hashlib

import numpy as np
import pytest

from engine.data import Dataset, batch_order
from engine.draws import Draws
from engine.errors import GradStepError
from engine.generated import GENERATED, generate

each_generator = pytest.mark.parametrize("name", GENERATED)


def checksum(dataset: Dataset) -> str:
    """Of the numbers rounded to 6 decimals: the last bits of a sine may differ between machines."""
    rounded = np.round(np.column_stack([dataset.features, dataset.target]), 6) + 0.0
    return hashlib.sha256(rounded.astype("<f8").tobytes()).hexdigest()[:16]


# --- random numbers


def test_draws_are_numpys_own_doubles() -> None:
    expected = np.random.Generator(np.random.Philox(7)).random(1000)
    np.testing.assert_array_equal(Draws(7).uniform(0, 1, 1000), expected)


def test_normal_draws_have_the_mean_and_the_deviation() -> None:
    drawn = Draws(3).normal(5, 2, 200_000)
    assert drawn.mean() == pytest.approx(5, abs=0.02)
    assert drawn.std() == pytest.approx(2, abs=0.02)
    assert np.mean(np.abs(drawn - 5) < 2) == pytest.approx(0.6827, abs=0.005)


def test_streams_for_different_purposes_differ() -> None:
    streams = [Draws(1), Draws(2), Draws(1, 1), Draws(1, 2), Draws(1, 2, 0), Draws(1, 2, 1)]
    first = [draws.uniform(0, 1, 4).tobytes() for draws in streams]
    assert len(set(first)) == len(first)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "1", None])
def test_seeds_that_are_none(seed: object) -> None:
    with pytest.raises(GradStepError, match="a seed must be a whole number"):
        Draws(seed)  # type: ignore[arg-type]


def test_numpys_whole_numbers_are_seeds() -> None:
    assert np.array_equal(batch_order(np.int64(5), 1, 20), batch_order(5, 1, 20))  # type: ignore[arg-type]


# --- the generators


@each_generator
@pytest.mark.parametrize("noise", [0, 12.5, 50])
@pytest.mark.parametrize("count", [2, 3, 101, None])
def test_every_generator_keeps_its_word(name: str, noise: float, count: int | None) -> None:
    entry = GENERATED[name]
    dataset = generate(name, count, noise, seed=4)
    assert len(dataset) == (count or entry.count)
    assert dataset.kind == entry.kind
    assert dataset.feature_names == entry.feature_names
    assert dataset.features.shape == (len(dataset), len(entry.feature_names))
    assert dataset.features.dtype == np.float64
    assert entry.description
    assert entry.function.__doc__
    if entry.kind == "classification":
        assert dataset.class_names == entry.class_names
        assert dataset.target.shape == (len(dataset),)
        assert set(dataset.target.tolist()) <= set(range(len(entry.class_names)))
    else:
        assert dataset.class_names == ()
        assert dataset.target.shape == (len(dataset), 1)
        assert dataset.target.dtype == np.float64


def test_playgrounds_sets_and_counts() -> None:
    playground = ["circle", "xor", "gauss", "spiral", "plane", "multi_gauss"]
    assert list(GENERATED)[:6] == playground
    assert [GENERATED[name].count for name in playground] == [500, 500, 500, 500, 1200, 1200]
    assert [GENERATED[name].kind for name in playground] == ["classification"] * 4 + ["regression"] * 2


@each_generator
def test_same_seed_same_data_and_another_seed_other_data(name: str) -> None:
    first, again, other = (generate(name, noise=20, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.features, again.features)
    assert np.array_equal(first.target, again.target)
    assert not np.array_equal(first.features, other.features)


CHECKSUMS = {
    "circle": "622f40eb43245fe4",
    "xor": "0f1403a7fc21189e",
    "gauss": "ad623213da9be874",
    "spiral": "e7e41e7004f70c99",
    "plane": "01477f9af355d3bd",
    "multi_gauss": "35c3a5d67dbe3a62",
    "moons": "7d86ae600697bdb8",
    "blobs": "dffb328d28366b33",
    "sine": "245608241ffef596",
}


@each_generator
def test_the_data_of_a_seed_never_change(name: str) -> None:
    assert checksum(generate(name, 200, noise=25, seed=42)) == CHECKSUMS[name]


def test_circle() -> None:
    dataset = generate("circle", seed=1)
    radius = np.hypot(*dataset.features.T)
    inside = dataset.target == 1
    assert inside.sum() == 250
    assert np.array_equal(inside[:250], np.full(250, True))
    assert radius[inside].max() < 2.5
    assert 3.5 <= radius[~inside].min() < 3.6
    assert 4.9 < radius[~inside].max() <= 5
    # The radius is uniform, not the area.
    assert np.mean(radius[inside] < 1.25) == pytest.approx(0.5, abs=0.1)


def test_xor() -> None:
    dataset = generate("xor", 2000, seed=1)
    x, y = dataset.features.T
    assert np.array_equal(dataset.target == 1, x * y >= 0)
    assert np.abs(dataset.features).min() >= 0.3
    assert 5.2 < np.abs(dataset.features).max() <= 5.3
    assert dataset.target.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("noise", "variance"), [(0, 0.5), (25, 2.25), (50, 4)])
def test_gauss(noise: float, variance: float) -> None:
    dataset = generate("gauss", 20_000, noise, seed=1)
    for label, centre in ((1, 2), (0, -2)):
        cloud = dataset.features[dataset.target == label]
        assert len(cloud) == 10_000
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.08)
        np.testing.assert_allclose(cloud.var(axis=0), variance, rtol=0.08)


def test_spiral() -> None:
    dataset = generate("spiral", 100, seed=1)
    arm = np.arange(50) / 50
    for label, start in ((1, 0.0), (0, np.pi)):
        angle = 1.75 * arm * 2 * np.pi + start
        expected = np.stack([5 * arm * np.sin(angle), 5 * arm * np.cos(angle)], axis=1)
        np.testing.assert_allclose(dataset.features[dataset.target == label], expected, atol=1e-12)
    noisy = generate("spiral", 1000, noise=50, seed=1).features - generate("spiral", 1000, seed=1).features
    assert 0.48 < np.abs(noisy).max() <= 0.5


def test_plane() -> None:
    dataset = generate("plane", seed=1)
    np.testing.assert_allclose(dataset.target[:, 0], dataset.features.sum(axis=1) / 10, atol=1e-12)
    assert 5.9 < np.abs(dataset.features).max() <= 6
    error = generate("plane", noise=50, seed=1).target - dataset.target
    assert 0.4 < np.abs(error).max() <= 0.6


def test_multi_gauss() -> None:
    dataset = generate("multi_gauss", seed=1)
    signs = {(-4, 2.5): 1, (0, 2.5): -1, (4, 2.5): 1, (-4, -2.5): -1, (0, -2.5): 1, (4, -2.5): -1}
    for point, target in zip(dataset.features, dataset.target[:, 0], strict=True):
        nearest = min(signs, key=lambda centre: np.hypot(*(point - centre)))
        height = max(1 - np.hypot(*(point - nearest)) / 2, 0)
        assert target == pytest.approx(signs[nearest] * height, abs=1e-12)
    assert dataset.target.max() > 0.9
    assert dataset.target.min() < -0.9
    assert np.mean(dataset.target == 0) > 0.3


@pytest.mark.parametrize("name", ["circle", "xor", "plane", "multi_gauss"])
def test_noise_of_these_changes_targets_and_leaves_points(name: str) -> None:
    quiet, noisy, noisier = (generate(name, 2000, noise, seed=3) for noise in (0, 10, 50))
    assert np.array_equal(quiet.features, noisier.features)
    changed = [np.mean(np.abs(noisy.target - quiet.target)), np.mean(np.abs(noisier.target - quiet.target))]
    assert 0 < changed[0] < changed[1]


@pytest.mark.parametrize("name", ["gauss", "spiral", "moons", "blobs"])
def test_noise_of_these_moves_points_and_leaves_classes(name: str) -> None:
    quiet, noisy = generate(name, noise=0, seed=3), generate(name, noise=50, seed=3)
    assert np.array_equal(quiet.target, noisy.target)
    assert not np.array_equal(quiet.features, noisy.features)


def test_moons() -> None:
    dataset = generate("moons", seed=1)
    for label, side in ((1, 1), (0, -1)):
        moved = dataset.features[dataset.target == label] + [1.5 * side, 0.75 * side]
        np.testing.assert_allclose(np.hypot(*moved.T), 3)
        assert np.all(moved[:, 1] * side >= 0)


def test_blobs_are_three_clouds() -> None:
    dataset = generate("blobs", 3000, seed=1)
    assert np.bincount(dataset.target).tolist() == [1000, 1000, 1000]
    centres = np.array([dataset.features[dataset.target == label].mean(axis=0) for label in range(3)])
    np.testing.assert_allclose(np.hypot(*centres.T), 4, atol=0.1)
    np.testing.assert_allclose(centres.sum(axis=0), 0, atol=0.2)


def test_sine() -> None:
    dataset = generate("sine", 5000, seed=1)
    np.testing.assert_allclose(dataset.target, np.sin(dataset.features))
    noisy = generate("sine", 5000, noise=30, seed=1)
    assert np.std(noisy.target - np.sin(noisy.features)) == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"name": "cirle"}, "did you mean “circle”?"),
        ({"name": "zzzz"}, "there are circle, xor"),
        ({"name": "xor", "count": 1}, "from 2 to 1,000,000, not 1"),
        ({"name": "xor", "count": 10**9}, "not 1,000,000,000"),
        ({"name": "xor", "noise": -1}, "from 0 to 50, not -1"),
        ({"name": "xor", "noise": 51}, "not 51"),
        ({"name": "xor", "noise": float("nan")}, "not nan"),
        ({"name": "xor", "seed": -1}, "a seed must be"),
    ],
)
def test_what_generate_refuses(arguments: dict[str, object], expected: str) -> None:
    with pytest.raises(GradStepError) as caught:
        generate(**arguments)  # type: ignore[arg-type]
    assert expected in str(caught.value)
