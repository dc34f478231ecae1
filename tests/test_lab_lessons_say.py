"""What the chapters of lessons say is so: each test names the words that it holds to the runs.

The numbers in the texts are in the other file. What is said of a long training of a deep network is held with room, for
the last bits differ from machine to machine, and such a network makes much of them.
"""

from dataclasses import replace

import numpy as np
import pytest

from engine.network import with_hidden_layers
from tests.lab_lessons import (
    EXPLODING,
    VANISHING,
    changed,
    factor,
    gradient,
    losses,
    measured,
    norm,
    norms,
    saturated,
    slope,
    stopped_at,
    told,
    totals,
    with_network,
    with_rate,
    with_relu,
)
from visualizer.session.plots.scales import scale_around
from visualizer.ui.trainer import PACES

pytestmark = pytest.mark.slow  # some twenty thousand iterations, many of them of fifty layers


def all_between(low: float, found: np.ndarray, high: float) -> bool:
    return bool(np.all((low < found) & (found < high)))


# Small networks -------------------------------------------------------------------------------------------------------


def test_the_playground_learns_the_circle() -> None:
    lab = told(
        "playground",
        "The circle",
        "Ctrl+, twice makes it 100 iterations a second",
        "for some 250 iterations hardly anything happens",
        "after some twenty seconds, at about iteration 2,000: more than 98 % of the test points",
    )
    assert PACES[-1] is None  # as fast as it can: what it begins with
    assert PACES[-3] == 100
    assert measured(lab, at=250).loss > 0.45
    assert measured(lab, at=1000).loss < 0.2
    assert measured(lab, at=2000).test_score > 0.98


def test_straight_lines_do_not() -> None:
    told_of = ("playground", "Straight lines only")
    lab = told(*told_of, "after 2,000 iterations the loss is still near 0.5", "choose relu for the hidden layers")
    assert measured(lab, at=2000).loss == pytest.approx(0.5, abs=0.01)
    assert measured(changed(*told_of, with_network(with_relu), 1000)).test_score > 0.98


def test_made_inputs_need_no_hidden_layer() -> None:
    told_of = ("playground", "Inputs that are made")
    lab = told(*told_of, "all points are right after 250 iterations", "Try the set xor with the input x₁x₂ alone")
    assert measured(lab, at=250).score == measured(lab, at=250).test_score == 1

    def with_xor(recipe):  # type: ignore[no-untyped-def]
        data = replace(recipe.data, set="xor", inputs=("x1*x2",))
        return replace(recipe, data=data, network=replace(recipe.network, inputs=1))

    assert measured(changed(*told_of, with_xor, 250)).test_score > 0.98


def test_two_spirals_take_width_or_inputs() -> None:
    name = "two-spirals"
    assert measured(told(name, "Too small", "After 4,000 iterations", "less than 65 % of the training")).score < 0.65
    wide = told(name, "Wider, and Adam", "after 4,000 iterations, with more than 95 % of the test points right")
    assert wide.iteration == 4000
    assert measured(wide).test_score > 0.95
    curved = told(name, "Inputs that curve", "more than 95 % of the test points right after 1,000 iterations")
    assert curved.iteration == 1000
    assert measured(curved).test_score > 0.95


def test_iris_and_digits_are_learnt() -> None:
    iris = told("iris", "Three species", "after 500 iterations more than 93 % of the flowers it has never seen")
    assert iris.iteration == 500
    assert measured(iris).test_score > 0.93
    digits = told("digits", "Ten digits", "stops after 1,000 iterations and reads more than 93 % of the pictures")
    assert digits.iteration == 1000
    assert measured(digits).test_score > 0.93


def test_standardisation_helps_the_training_not_the_test() -> None:
    raw, standardised = told("iris", "Without standardisation", "one flower in so few"), told("iris", "Three species")
    assert measured(raw).loss > measured(standardised, at=200).loss
    assert measured(raw).test_score > measured(standardised, at=200).test_score


def test_zeros_learn_the_biases_of_the_output_alone() -> None:
    lab = told("digits", "All weights zero", "Only the ten biases of the output learn", "given the gradient 0")
    assert {name for name, value in lab.runs[0].parameters().items() if np.any(value)} == {"b2"}


# Exploding gradients --------------------------------------------------------------------------------------------------


def test_one_step_too_long() -> None:
    told_of = (EXPLODING, "One step too long")
    lab = told(
        *told_of,
        "in iteration 6 it is infinite",
        "Set the rate to 0.003 and press F5: the loss falls below 1 within 50 iterations",
    )
    assert stopped_at(lab, 0) == 6
    assert np.isfinite(losses(lab)).tolist() == [True] * 6 + [False]
    assert min(losses(changed(*told_of, with_rate(0.003), 50))) < 1


def test_ten_layers() -> None:
    lab = told(EXPLODING, "Ten layers", "Layer 1 has two inputs instead of 20 and falls behind")
    assert norm(lab, 1) < norm(lab, 2)


def test_thirty_layers() -> None:
    lab = told(
        EXPLODING,
        "Thirty layers",
        "the first step, 0.03 · 4,900, is more than ten times that",
        "the Loss stays at about 1",
        "falls from thousands to below the line of vanishing",
        "most outputs of tanh stand at ±1",
    )
    details = lab.runs[0].records[0].details
    assert details is not None
    assert details["layer1"].update_ratio > 10
    assert measured(lab).loss == pytest.approx(1, abs=0.1)
    assert losses(lab)[50:].mean() == pytest.approx(1, abs=0.3)
    assert norm(lab, 1) > 1000
    assert lab.runs[0].records.gradient_norms.rows[-50:, 0].max() < 1e-4
    assert saturated(lab, iteration=280) > 0.5


def test_depths_side_by_side() -> None:
    lab = told(EXPLODING, "Ten, thirty, fifty", "towards layer 1 with about the same slope")
    assert [len(norms(lab, run)) for run in range(3)] == [11, 31, 51]
    assert all_between(1.2, np.array([factor(lab, run) for run in range(3)]), 1.35)


def test_the_critical_gain() -> None:
    lab = told(
        EXPLODING,
        "The critical gain",
        "its curve is level, between 0.3 and 1.5 in all 31 layers",
        "With 0.5 it is level too but below 10⁻⁸",
    )
    assert all_between(0.3, norms(lab, 0), 1.5)
    assert all_between(1e-9, norms(lab, 1), 1e-8)


def test_relu_until_infinity() -> None:
    lab = told(
        EXPLODING,
        "Relu, until infinity",
        "With he the norms lie between 0.1 and 3",
        "with he and gain 1.5 all above 10⁹, yet neither curve tilts much",
        "what a weight's gradient gains on the way back its input has gained on the way forward",
        "Without the √2 the curve falls",
        "that is the biases, which have no input",
        "Press F10: the third run becomes infinite",
        "F5 lets the others go on",
    )
    layers = range(1, 29)
    for run in (1, 2):
        assert norms(lab, run).max() < 20 * norms(lab, run).min()
    weights, biases = (
        np.array([np.linalg.norm(lab.trace(0).gradient(f"{kind}{k}")) for k in layers]) for kind in ("W", "b")
    )
    assert weights.max() < 20 * weights.min()
    assert norm(lab, 28) > 1000 * norm(lab, 1)
    assert biases[-1] == pytest.approx(norm(lab, 28), rel=0.01)
    assert all_between(0.1, norms(lab, 1), 3)
    assert all_between(1e9, norms(lab, 2), 1e11)
    assert stopped_at(lab, 2) == 1
    assert [run.iteration for run in lab.runs] == [300, 300, 2]


def test_saturation() -> None:
    lab = told(EXPLODING, "Saturation", "with 100 it is below 10⁻⁷⁰: that curve leaves the plot at its lower edge")
    assert 0 < norm(lab, 1, 3) < 1e-70
    everything = np.concatenate([norms(lab, run) for run in range(4)])
    shown = scale_around(everything, everything, log=True)
    assert shown.low > -70
    assert all(norms(lab, run).min() > 10**shown.low for run in range(3))


def test_clipping() -> None:
    told_of = (EXPLODING, "Clipping")
    lab = told(
        *told_of,
        "to more than 5",
        "it has more than 95 % of the training points right, the other run less than 70 %",
        "with gain 3 nearly all of the step belongs to the first layers, and the clipped run learns nothing",
    )
    assert totals(lab.runs[0]).max() > 5
    assert measured(lab, 1).score > 0.95
    assert measured(lab, 0).score < 0.7
    lab = changed(*told_of, with_network(lambda network: replace(network, gain=3.0)), 500)
    squares = norms(lab, 1) ** 2
    assert squares[:10].sum() > 0.95 * squares.sum()
    assert measured(lab, 1).score < 0.65


def test_skips_against_explosion() -> None:
    lab = told(
        EXPLODING,
        "Skips",
        "Four runs after 500 iterations: the first, skips and gain 1, has 98 % or more right and a loss below 0.1",
        "without skips the loss is above 0.8 at either gain",
        "Press Home for iteration 0",
    )
    assert lab.iteration == 500
    assert measured(lab, 0).score >= 0.98
    assert measured(lab, 0).loss < 0.1
    assert min(measured(lab, 1).loss, measured(lab, 3).loss) > 0.8


def test_skips_with_relu_and_he() -> None:
    told_of = (EXPLODING, "Your turn")
    told(*told_of, "at fifty layers the network with skips is infinite within two iterations")
    lab = changed(
        *told_of,
        with_network(lambda network: replace(with_relu(with_hidden_layers(network, 50)), initialisation="he")),
        2,
    )
    stop = stopped_at(lab, 1)
    assert stop is not None
    assert stop < 2


# Vanishing gradients --------------------------------------------------------------------------------------------------


def test_three_sigmoids_by_hand() -> None:
    lab = told(VANISHING, "Three layers, by hand", "Two sigmoids have left a twenty-third")
    assert round(gradient(lab, "z3") / gradient(lab, "z1")) == 23


def test_ten_sigmoid_layers() -> None:
    lab = told(VANISHING, "Ten layers", "about ¼ a layer", "after 300 iterations the loss is still about 1")
    assert 0.2 < factor(lab) < 0.3
    assert lab.iteration == 300
    assert measured(lab).loss == pytest.approx(1, abs=0.05)


def test_thirty_sigmoid_layers() -> None:
    lab = told(
        VANISHING,
        "Thirty layers",
        "after 500 iterations all 40 weights of W1 are what they were, to the last bit",
        "a quarter apart",
    )
    before, after = (lab.trace(iteration).value("W1") for iteration in (0, 500))
    assert before.size == 40
    assert np.array_equal(before, after)
    assert 0.2 < factor(lab) < 0.3


def test_better_weights_for_sigmoids() -> None:
    lab = told(
        VANISHING,
        "Better weights",
        "after 500 iterations the loss of all three is above 0.9",
        "gain 4 drives it towards its flat ends",
    )
    assert lab.iteration == 500
    assert min(measured(lab, run).loss for run in range(3)) > 0.9
    slopes = [np.mean([slope(lab.trace(0, run).value(f"a{number}")) for number in range(1, 11)]) for run in (1, 2)]
    assert slopes[1] < 0.17 < 0.22 < slopes[0] <= 0.25


def test_another_activation() -> None:
    lab = told(
        VANISHING,
        "Another activation",
        "after 500 iterations tanh has every training point right, and the sigmoid is where it was",
    )
    assert lab.iteration == 500
    assert measured(lab, 1).score == 1
    assert measured(lab, 0).loss > 0.95


def test_relu_and_he() -> None:
    lab = told(VANISHING, "Relu and He", "of two networks from the same seed only the one with he learns")
    assert measured(lab, 0).score < 0.6
    assert measured(lab, 1).score > 0.8


def test_skips_against_vanishing() -> None:
    lab = told(VANISHING, "Skips", "after 1,500 iterations of Adam the network with skips has more than 80 %")
    assert lab.iteration == 1500
    assert measured(lab, 1).score > 0.8
