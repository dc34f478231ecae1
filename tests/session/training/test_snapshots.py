"""Snapshots show what was trained: weights, gradients and outputs are those of the run, and its maps its own values."""

from pathlib import Path

import numpy as np
import pytest

from engine.network import parameters_of, values_of
from visualizer.session.document import parse
from visualizer.session.training.lab import Lab
from visualizer.session.training.snapshots import Snapshots


def lab(network: str, data: str, rest: str = "") -> Lab:
    return Lab(parse(f'format = 1\ntitle = "t"\nnetwork = "{network}"\n[data]\n{data}\n{rest}'))


def test_a_snapshot_has_the_numbers_of_the_run() -> None:
    made = lab("2-5-4-3-1 tanh, skip 1, output tanh", 'set = "xor"')
    snapshots = Snapshots(made)
    before = snapshots.take(0)
    assert before.iteration == 0
    assert all(layer.gradient is None and layer.norm is None for layer in before.layers)
    made.advance(30)
    shown = snapshots.take(0)
    run = made.runs[0]
    trace = made.trace(29)
    network = made.recipes[0].network
    assert network is not None
    assert values_of(network) == ("a1", "a2", "a3", "a4")
    for number, layer in enumerate(shown.layers, start=1):
        assert np.array_equal(layer.gradient, trace.gradient(f"W{number}"))
        assert np.array_equal(layer.bias_gradient, trace.gradient(f"b{number}"))
        assert np.array_equal(layer.weights, run.parameters()[f"W{number}"])
        assert layer.norm == pytest.approx(run.records[29].gradient_norms[f"layer{number}"], rel=1e-12)
        assert np.allclose(layer.values, trace.value(f"a{number}").mean(axis=1), rtol=1e-12)
    assert shown.scores["train loss"] == run.measure().loss
    assert list(shown.scores) == ["train loss", "test loss", "train accuracy", "test accuracy"]


def test_maps_are_the_network_over_the_plane() -> None:
    made = lab("2-3-1 tanh, output tanh", 'set = "circle"')
    made.advance(5)
    shown = Snapshots(made).take(0)
    assert shown.plane is not None
    assert shown.input_maps is not None
    low, high = shown.plane.bounds[:2]
    assert (low, high) == (-6, 6)
    parameters = made.runs[0].parameters()
    corner = np.array([low, low])  # the first of the picture
    hidden = np.tanh(parameters["W1"] @ corner + parameters["b1"])
    output = np.tanh(parameters["W2"] @ hidden + parameters["b2"])
    assert np.allclose(shown.layers[0].maps[:, 0, 0], hidden, rtol=1e-12)
    assert np.allclose(shown.plane.output[:, 0, 0], output, rtol=1e-12)
    assert shown.plane.output.shape == (1, 100, 100)
    assert shown.input_maps[0, 0, 0] < shown.input_maps[0, 0, -1]  # the first feature runs along the rows


def test_one_feature_makes_a_curve_and_wide_networks_no_maps() -> None:
    curve = Snapshots(lab("1-8-1 tanh", 'set = "sine"')).take(0)
    assert curve.plane is not None
    assert curve.plane.output.shape == (1, 100)
    assert curve.input_maps is None
    wide = Snapshots(lab("2-300-300-1 tanh", 'set = "xor"')).take(0)
    assert all(layer.maps is None for layer in wide.layers)
    assert wide.plane is not None


def test_digits_show_a_sample_and_its_probabilities() -> None:
    made = lab("64-16-10 relu, loss cross_entropy, init he", 'set = "digits"\nstandardise = true')
    snapshots = Snapshots(made)
    snapshots.sample = 3
    shown = snapshots.take(0)
    assert shown.plane is None
    assert shown.sample is not None
    assert shown.sample.pixels.shape == (8, 8)
    assert shown.sample.pixels.max() <= 1
    assert shown.sample.probabilities.sum() == pytest.approx(1)
    assert made.samples.test is not None
    assert shown.sample.truth == made.samples.test.target[3]
    x, network = made.samples.test.features[3], made.recipes[0].network
    assert network is not None
    first = parameters_of(network)
    hidden = np.maximum(first["W1"] @ x + first["b1"], 0)
    powers = np.exp(first["W2"] @ hidden + first["b2"])
    assert np.allclose(shown.sample.probabilities, powers / powers.sum(), rtol=1e-9)
    assert snapshots.test_count == len(made.samples.test)


def test_other_classes_show_a_sample_with_its_features() -> None:
    made = lab("4-8-3 tanh, loss cross_entropy", 'set = "iris"\nstandardise = true')
    snapshots = Snapshots(made)
    snapshots.sample = 2
    sample, raw = snapshots.take(0).sample, made.samples.raw_test
    assert sample is not None
    assert raw is not None
    assert sample.pixels is None
    assert sample.features == tuple(zip(raw.feature_names, raw.features[2], strict=True))
    assert (sample.truth, sample.number, sample.tested) == (raw.target[2], 3, True)
    assert sample.probabilities.sum() == pytest.approx(1)


def test_the_next_wrong_sample_comes_round_again() -> None:
    made = lab("4-8-3 tanh, loss cross_entropy", 'set = "iris"\nstandardise = true')
    made.advance(150)
    snapshots = Snapshots(made)
    wrong = []
    for number in range(snapshots.test_count):
        snapshots.sample = number
        sample = snapshots.take(0, scored=False).sample
        assert sample is not None
        if sample.probabilities.argmax() != sample.truth:
            wrong.append(number)
    assert 0 < len(wrong) < snapshots.test_count / 2
    snapshots.sample = 0 if wrong[0] else snapshots.test_count - 1
    found = []
    for _ in wrong * 2:
        following = snapshots.next_wrong(0)
        assert following is not None
        found.append(following)
        snapshots.sample = following
    assert found == wrong * 2


def test_where_all_are_right_or_numbers_none_is_wrong(tmp_path: Path) -> None:
    made = lab("2-1 tanh, loss half_squared", 'set = "gauss"\nnoise = 0')
    assert Snapshots(made).next_wrong(0) is None  # it is shown as a plane
    path = tmp_path / "sums.csv"
    path.write_text("a,b,c,sum\n" + "\n".join(f"{a},{b},{a - b},{2 * a}" for a in range(5) for b in range(5)))
    made = lab("3-4-1 tanh", f"file = {str(path)!r}\ntarget = 'sum'")
    snapshots = Snapshots(made)
    sample, test = snapshots.take(0).sample, made.samples.test
    assert sample is not None
    assert test is not None
    ((name, target, found),) = sample.numbers
    assert (name, target) == ("sum", test.target[0, 0])
    assert np.isfinite(found)
    assert [name for name, _ in sample.features] == ["a", "b", "c"]
    assert (sample.class_names, sample.pixels) == ((), None)
    assert snapshots.next_wrong(0) is None


def test_a_program_of_the_documents_own_has_an_output_but_no_layers() -> None:
    text = """
format = 1
title = "own"
program = '''
y = tanh(linear(W, x, b))
loss = mse(y, t)
'''
[parameters]
W = [[0.1, -0.2]]
b = [0.0]
[data]
set = "gauss"
targets = "signs"
"""
    made = Lab(parse(text))
    made.advance(200)
    shown = Snapshots(made).take(0)
    assert shown.layers == ()
    assert shown.plane is not None
    assert shown.scores["test accuracy"] > 0.9
