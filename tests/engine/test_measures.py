"""What is measured of a model over any number of samples is what the model says of each alone."""

import numpy as np
import pytest

from engine.data import Dataset
from engine.errors import GradStepError
from engine.generated import generate
from engine.measures import CHUNK, KEPT, Evaluation
from engine.network import parse_network
from engine.run import Run
from engine.training import Model, Training


@pytest.mark.parametrize("count", [1, 2, 7, CHUNK - 1, CHUNK, 2 * CHUNK + 3])
@pytest.mark.parametrize("text", ["2-5-4-3 tanh, loss cross_entropy", "2-4-3, loss binary_cross_entropy"])
def test_values_over_any_samples(text: str, count: int) -> None:
    run = Run(parse_network(text), generate("blobs", 60), Training(settings={"learning_rate": 0.1}))
    run.advance(30)
    x = np.random.default_rng(count).normal(size=(2, count)) * 3
    found = run.evaluate(x, ["a1", "z2", "x"])
    p = run.parameters()
    hidden = np.tanh(p["W1"] @ x + p["b1"][:, None])
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_allclose(found["a1"], hidden, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(found["z2"], p["W2"] @ hidden + p["b2"][:, None], rtol=1e-12, atol=1e-14)
    assert list(found) == ["a1", "z2", "x"]


def test_values_follow_the_training() -> None:
    run = Run(parse_network("2-5-1"), generate("xor", 40))
    x = np.ones((2, 9))
    before = run.evaluate(x, ["z2"])["z2"]
    run.advance(5)
    after = run.evaluate(x, ["z2"])["z2"]
    assert not np.array_equal(before, after)
    run.seek(0)
    np.testing.assert_array_equal(run.evaluate(x, ["z2"])["z2"], before)


def test_evaluating_leaves_the_records_as_they_would_be() -> None:
    plain, looked_at = (Run(parse_network("2-5-1"), generate("xor", 40), test=generate("xor", 30)) for _ in range(2))
    plain.advance(210)
    for _ in range(21):
        looked_at.evaluate(np.zeros((2, 30)), ["a1"])
        looked_at.measure()
        looked_at.advance(10)
    np.testing.assert_array_equal(plain.records.losses.rows, looked_at.records.losses.rows)
    np.testing.assert_array_equal(plain.records.tests.rows, looked_at.records.tests.rows)


def test_few_plans_are_kept() -> None:
    run = Run(parse_network("2-5-1"), generate("xor", 40))
    for count in (*range(1, 20), 3, 19):
        assert run.evaluate(np.zeros((2, count)), ["a1"])["a1"].shape == (5, count)
    kept = run._evaluation._plans
    assert len(kept) == KEPT
    plan = kept[19]
    run.evaluate(np.zeros((2, 19)), ["a1"])
    assert kept[19] is plan


def test_wide_networks_are_evaluated_in_smaller_portions() -> None:
    narrow, wide = (Run(parse_network(text), generate("xor", 40))._evaluation for text in ("2-5-1", "2-100x60-1"))
    assert isinstance(narrow, Evaluation)
    assert wide._chunk < narrow._chunk == CHUNK
    run = Run(parse_network("2-100x60-1, init xavier"), generate("xor", 40))
    assert run.evaluate(np.ones((2, 200)), ["z61"])["z61"].shape == (1, 200)


@pytest.mark.parametrize(
    ("x", "name", "sentence"),
    [
        (np.ones((3, 5)), "a1", "the samples have shape 3×5, and 2 rows are needed, with a column for each sample"),
        (np.ones(2), "a1", "the samples have shape 2,"),
        (np.ones((2, 0)), "a1", "the samples have shape 2×0"),
        (np.ones((2, 5)), "a9", "no value named “a9”"),
        (np.ones((2, 5)), "loss", "“loss” has no column for each sample"),
        (np.ones((2, 5)), "W1", "“W1” has no column for each sample"),
        (np.ones((2, 1)), "W2", "“W2” has no column for each sample"),
        (np.ones((2, 2)), "W1", "“W1” has no column for each sample"),
    ],
)
def test_what_cannot_be_evaluated_is_a_sentence(x: np.ndarray, name: str, sentence: str) -> None:
    run = Run(parse_network("2-5-1"), generate("xor", 40))
    with pytest.raises(GradStepError) as caught:
        run.evaluate(x, [name])
    assert sentence in str(caught.value)


def test_infinite_values_are_given_as_they_are() -> None:
    model = Model("y = exp(W @ x)\nloss = mse(y, t)", {"W": np.full((1, 2), 500.0)}, "numbers")
    data = Dataset("d", np.zeros((4, 2)), np.ones((4, 1)), ("a", "b"), "y", (), "regression")
    found = Run(model, data).evaluate(np.array([[0.0, 2.0], [0.0, 2.0]]), ["y"])["y"]
    np.testing.assert_array_equal(found, [[1.0, np.inf]])
