"""Made features are what their names say, and a choice that cannot be made is a sentence."""

import math
import operator
from dataclasses import replace

import numpy as np
import pytest

from engine import GradStepError
from engine.expression import Symbol, evaluate
from engine.features import FEATURES, feature_values, made_features
from engine.generated import generate
from engine.language import parse_expression

FUNCTIONS = {"power": operator.pow, "multiply": operator.mul, "sin": math.sin}


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_is_what_its_name_says(name: str) -> None:
    raw = generate("spiral", 40, noise=20).features
    made = feature_values(raw, [name])
    assert made.shape == (40, 1)
    formula = parse_expression(name.replace("^", "**"))
    for (number,), row in zip(made.tolist(), raw.tolist(), strict=True):
        point = {Symbol("x1"): row[0], Symbol("x2"): row[1]}
        assert number == pytest.approx(evaluate(formula, point.__getitem__, FUNCTIONS), rel=1e-14)


def test_features_come_in_the_order_of_their_names() -> None:
    data = generate("xor", 30)
    names = ["sin(x2)", "x1", "x1*x2"]
    made = made_features(data, names)
    assert made.feature_names == tuple(names)
    assert made.features.shape == (30, 3)
    np.testing.assert_array_equal(made.features[:, 1], data.features[:, 0])
    np.testing.assert_array_equal(made.features, feature_values(data.features, names))
    np.testing.assert_array_equal(made.target, data.target)
    assert (made.name, made.class_names, made.kind) == (data.name, data.class_names, data.kind)


def test_the_two_raw_ones_change_nothing() -> None:
    data = generate("gauss", 20)
    np.testing.assert_array_equal(made_features(data, ("x1", "x2")).features, data.features)


def test_labels_are_for_people_and_names_are_plain() -> None:
    assert [entry.label for entry in FEATURES.values()] == ["x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂"]
    assert all(name == entry.name and name.isascii() for name, entry in FEATURES.items())


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], "a network needs one feature at least: choose from x1, x2, x1^2"),
        (["x1", "x1"], "the feature “x1” is given twice"),
        (["x1", "sinx2"], "there is no feature “sinx2”; did you mean “sin"),
        (["height"], "there is no feature “height”; choose from x1, x2"),
    ],
)
def test_a_choice_that_cannot_be_made_is_a_sentence(names: list[str], sentence: str) -> None:
    with pytest.raises(GradStepError) as caught:
        made_features(generate("circle", 10), names)
    assert sentence in str(caught.value)


def test_other_data_are_refused() -> None:
    with pytest.raises(GradStepError, match="“sine” has 1 feature, and others can be made of exactly two"):
        made_features(generate("sine", 10), ["x1"])
    three = replace(generate("plane", 10), name="three", features=np.ones((10, 3)), feature_names=("a", "b", "c"))
    with pytest.raises(GradStepError, match="“three” has 3 features"):
        made_features(three, ["x1", "x2"])
