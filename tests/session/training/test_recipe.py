"""What a run is made of: refused where it cannot be, named by what sets it apart from others."""

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import GradStepError
from engine.network import Layer, Network, parse_network
from engine.training import Training
from visualizer.session.training.recipe import MAX_ITERATIONS, DataChoice, Recipe, StopRule, labels_of

PLAIN = Recipe(parse_network("2-4-4-1 tanh"))


def changed(network: Network | None = PLAIN.network, **training: Any) -> Recipe:
    return Recipe(network, training=Training(**training))


# --- what cannot be


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"train_share": 0}, "train_share must be above 0 and at most 1, not 0"),
        ({"train_share": 1.5}, "not 1.5"),
        ({"train_share": math.nan}, "not nan"),
        ({"samples": 1}, "the number of samples must be a whole number from 2 to 1,000,000, not 1"),
        ({"samples": 2_000_000}, "not 2,000,000"),
        ({"noise": -1}, "the noise must be from 0 to 50 percent, not -1"),
        ({"noise": math.nan}, "not nan"),
        ({"seed": -1}, "the seed must be a whole number"),
        ({"seed": True}, "not True"),
    ],
)
def test_data_that_cannot_be_had(choice: dict[str, Any], said: str) -> None:
    with pytest.raises(GradStepError) as caught:
        DataChoice(**choice)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"iterations": -1}, "iterations must be a whole number from 0 to 10,000,000, not -1"),
        ({"iterations": MAX_ITERATIONS + 1}, "not 10,000,001"),
        ({"iterations": 2.5}, "not 2.5"),
        ({"loss_below": math.inf}, "loss_below must be a finite number, not inf"),
    ],
)
def test_rules_that_never_hold(rule: dict[str, Any], said: str) -> None:
    with pytest.raises(GradStepError) as caught:
        StopRule(**rule)
    assert said in str(caught.value)


def test_a_file_stands_instead_of_a_set() -> None:
    assert DataChoice(file="a.csv").set == ""


# --- what it says


def test_the_learning_rate_is_the_optimisers_own_where_none_is_chosen() -> None:
    assert changed().learning_rate == 0.03
    assert changed(optimizer="adam").learning_rate == 0.001
    assert changed(optimizer="adam", settings={"learning_rate": 2}).learning_rate == 2.0


def test_another_seed_leaves_the_data() -> None:
    other = PLAIN.with_seed(7)
    assert other.network is not None
    assert (other.network.seed, other.training.seed, other.data) == (7, 7, PLAIN.data)
    own = Recipe(None).with_seed(7)
    assert (own.network, own.training.seed) == (None, 7)
    with pytest.raises(GradStepError):
        PLAIN.with_seed(-1)


# --- names


def network(**fields: Any) -> Recipe:
    assert PLAIN.network is not None
    return changed(replace(PLAIN.network, **fields))


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (network(layers=[Layer(4, "tanh")] * 3 + [Layer(1, "linear")]), ("2 hidden layers", "3 hidden layers")),
        (network(layers=[Layer(4, "relu"), Layer(4, "tanh"), Layer(1, "linear")]), ("tanh", "relu/tanh")),
        (network(layers=[Layer(1, "linear")]), ("2 hidden layers, tanh", "0 hidden layers, linear")),
        (network(skip_every=1), ("plain", "skips every 1")),
        (network(initialisation="he"), ("uniform", "he")),
        (network(gain=1.5), ("gain 1", "gain 1.5")),
        (changed(optimizer="momentum"), ("sgd", "momentum")),
        (changed(optimizer="adam"), ("sgd, rate 0.03", "adam, rate 0.001")),
        (changed(settings={"learning_rate": 1}), ("rate 0.03", "rate 1")),
        (changed(clipping=("norm", 1)), ("unclipped", "clipped at norm 1")),
        (changed(regularisation=("l2", 0.1)), ("no penalty", "l2 0.1")),
        (changed(batch_size=3), ("run 1", "run 2")),
        (PLAIN, ("run 1", "run 2")),
        (replace(PLAIN, label="mine"), ("run 1", "mine")),
        (replace(PLAIN, label="run 1"), ("run 1 (1)", "run 1 (2)")),
    ],
)
def test_runs_are_named_by_what_differs(other: Recipe, names: tuple[str, str]) -> None:
    assert labels_of([PLAIN, other]) == names


def test_one_run_alone() -> None:
    assert labels_of([PLAIN]) == ("run",)
    assert labels_of([replace(PLAIN, label="mine")]) == ("mine",)


def test_programs_of_ones_own_are_named_by_their_training() -> None:
    own = Recipe(None)
    assert labels_of([own, replace(own, training=Training("adam"))]) == ("sgd, rate 0.03", "adam, rate 0.001")
