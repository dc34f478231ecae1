"""Samples of a choice: loaded, divided, given made features and standardised, and each step told."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.features import FEATURES
from engine.generated import GENERATED
from visualizer.session.dataset_file import SHIPPED
from visualizer.session.refusals import FieldError
from visualizer.session.training.recipe import DataChoice
from visualizer.session.training.samples import load_samples

TABLE = "a,b,y\n" + "".join(f"{i},{i * i},{'even' if i % 2 == 0 else 'odd'}\n" for i in range(20))


@pytest.mark.parametrize("name", [*GENERATED, *SHIPPED])
def test_every_set_can_be_had(name: str) -> None:
    samples = load_samples(DataChoice(name), None)
    assert samples.name == name
    assert samples.test is not None
    assert abs(len(samples.train) - len(samples.test)) <= 1
    assert bool(samples.classes) == (samples.train.kind == "classification")
    assert [title for title, _ in samples.steps] == ["Draw" if name in GENERATED else "Load", "Split"]


def test_all_steps_are_told_in_order() -> None:
    choice = DataChoice(
        "spiral", samples=40, noise=10, train_share=0.75, standardise=True, inputs=("x1", "x2^2"), seed=3
    )
    samples = load_samples(choice, None)
    titles, details = zip(*samples.steps, strict=True)
    assert titles == ("Draw", "Split", "Inputs", "Standardise")
    assert details[:3] == ("40 samples, noise 10 %, seed 3", "30 to train, 10 to test", "x1, x2^2")
    assert details[3].startswith("(x1 + 0.2424)")
    assert details[3].endswith("; means and scales of the training part")
    np.testing.assert_allclose(samples.train.features.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(samples.train.features.std(axis=0), 1)
    assert samples.test is not None
    assert not np.allclose(samples.test.features.mean(axis=0), 0, atol=1e-6)  # the test part tells nothing
    assert samples.raw_train.feature_names == ("x1", "x2")
    assert samples.train.feature_names == ("x1", "x2^2")


def test_all_samples_can_be_trained_on() -> None:
    samples = load_samples(DataChoice("circle", train_share=1.0), None)
    assert samples.test is samples.raw_test is None
    assert samples.steps[1] == ("Split", "none: all 500 to train")


def test_one_seed_gives_one_split() -> None:
    first, again, other = (load_samples(DataChoice("circle", seed=seed), None) for seed in (1, 1, 2))
    assert np.array_equal(first.train.features, again.train.features)
    assert not np.array_equal(first.train.features, other.train.features)


@pytest.mark.parametrize("inputs", [(), tuple(FEATURES)])
def test_raw_features_are_given_to_a_network_as_the_samples_are(inputs: tuple[str, ...]) -> None:
    samples = load_samples(DataChoice("moons", inputs=inputs, standardise=True), None)
    given = samples.given(samples.raw_train.features)
    assert np.array_equal(given, samples.train.features.T)
    assert given.flags.c_contiguous


def test_digits_make_a_picture() -> None:
    samples = load_samples(DataChoice("digits"), None)
    assert (samples.picture, samples.brightest) == ((8, 8), 16.0)
    assert load_samples(DataChoice("iris"), None).picture is None


# --- files


def test_a_file_is_seen_from_the_documents_folder(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    samples = load_samples(DataChoice(file="t.csv"), tmp_path)
    assert samples.classes == ("even", "odd")
    assert samples.steps[0] == ("Load", "20 samples from t.csv")
    few = load_samples(DataChoice(file="t.csv", target="b", features=("a",), train_share=1.0), tmp_path)
    assert few.train.kind == "regression"
    assert few.train.features.shape == (20, 1)


def test_a_file_that_has_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TABLE)
    choice = DataChoice(file="t.csv", train_share=1.0)
    assert load_samples(choice, tmp_path) is load_samples(choice, tmp_path)
    path.write_text(TABLE + "20,400,even\n")
    os.utime(path, ns=(1, 1))
    assert len(load_samples(choice, tmp_path).train) == 21
    path.unlink()
    with pytest.raises(FieldError, match="does not exist"):
        load_samples(choice, tmp_path)


# --- what cannot be had, and the field that says so


@pytest.mark.parametrize(
    ("choice", "field", "said"),
    [
        ({"set": "spirals"}, "set", "the set cannot be “spirals”: choose from circle, xor"),
        ({"set": ""}, "set", "the set cannot be “”"),
        ({"file": "none.csv"}, "file", "none.csv does not exist"),
        ({"file": "t.csv", "kind": "regression"}, "file", "t.csv, line 2, column “y”: “even” is not a number, as a r"),
        ({"file": "t.csv", "target": "z"}, "target", "there is no column “z”"),
        ({"file": "t.csv", "target": "9"}, "target", "there is no column 9; the columns are numbered from 1 to 3"),
        ({"file": "t.csv", "features": ("a", "a")}, "features", "column “a”: it is chosen as a feature twice"),
        ({"file": "t.csv", "target": "a", "features": ("a",)}, "features", "as a feature and as the target"),
        ({"set": "circle", "inputs": ("x3",)}, "inputs", "there is no feature “x3”"),
        ({"set": "sine", "inputs": ("x1",)}, "inputs", "“sine” has 1 feature, and others can be made of exactly two"),
        ({"file": "one.csv"}, "train_share", "“one” has one sample only, and a split needs two"),
    ],
)
def test_what_cannot_be_had(tmp_path: Path, choice: dict[str, Any], field: str, said: str) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "one.csv").write_text("a,y\n1,2\n")
    with pytest.raises(FieldError) as caught:
        load_samples(DataChoice(**choice), tmp_path)
    assert caught.value.field == ("data", field)
    assert said in str(caught.value)
