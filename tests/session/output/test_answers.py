"""Outputs become classes and shares of 1, and both agree."""

import numpy as np
import pytest

from visualizer.session.output.answers import NO_CLASS, predicted, probabilities


def test_classes_are_those_of_the_largest_output_or_beyond_the_middle() -> None:
    several = np.array([[0.1, 3.0, np.nan], [0.2, -1.0, 0.0], [0.0, 2.0, 1.0]])
    assert predicted(several, "one_hot").tolist() == [1, 0, NO_CLASS]
    one = np.array([[-0.2, 0.2, 0.7, np.inf]])
    assert predicted(one, "signs").tolist() == [0, 1, 1, NO_CLASS]
    assert predicted(one, "bits").tolist() == [0, 0, 1, NO_CLASS]


@pytest.mark.parametrize("loss", [None, "cross_entropy", "mse", "hinge", "binary_cross_entropy"])
@pytest.mark.parametrize("output", [[0.1, 0.7, 0.2], [-3.0, -1.0, -2.0], [0.0, 0.0, 0.0], [5.0, -4.0, 4.0]])
def test_shares_are_one_together_and_largest_where_the_class_is(output: list[float], loss: str | None) -> None:
    numbers = np.array(output)
    found = probabilities(numbers, "one_hot", loss)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    assert found.argmax() == predicted(numbers[:, None], "one_hot")[0]


def test_a_single_output_is_the_second_class() -> None:
    assert probabilities(np.array([0.75]), "bits", "binary_cross_entropy").tolist() == [0.25, 0.75]
    assert probabilities(np.array([-0.5]), "signs", "half_squared").tolist() == [0.75, 0.25]
    assert probabilities(np.array([7.0]), "signs", "hinge").tolist() == [0.0, 1.0]
    assert np.isnan(probabilities(np.array([np.nan]), "signs", "mse")).all()
