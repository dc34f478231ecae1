"""Edits of the training: what was chosen goes along to another optimiser, what is default does not."""

from collections.abc import Callable

import pytest

from engine.errors import GradStepError
from engine.network import parse_network
from engine.optimizers import OPTIMIZERS, SCHEDULES
from visualizer.session.builder.training import (
    with_batch,
    with_clipping,
    with_clipping_limit,
    with_iterations,
    with_loss_below,
    with_optimizer,
    with_penalty,
    with_penalty_rate,
    with_schedule,
    with_schedule_setting,
    with_setting,
)
from visualizer.session.training.recipe import Recipe, StopRule

RUN = Recipe(parse_network("2-4-1"))
INFINITE, NAN = float("inf"), float("nan")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser_takes_its_own_rate_unless_one_was_chosen(name: str) -> None:
    default = next(setting.default for setting in OPTIMIZERS[name].settings if setting.name == "learning_rate")
    assert with_optimizer(RUN, name).learning_rate == default
    assert with_optimizer(with_setting(RUN, "learning_rate", 0.3), name).learning_rate == 0.3


def test_a_setting_goes_along_where_the_other_has_it_too() -> None:
    chosen = with_setting(with_optimizer(RUN, "momentum"), "momentum", 0.5)
    assert with_optimizer(chosen, "nesterov").training.settings == {"momentum": 0.5}
    assert with_optimizer(chosen, "adam").training.settings == {}


def test_a_setting_at_its_default_is_no_choice() -> None:
    chosen = with_setting(with_setting(RUN, "learning_rate", 0.3), "learning_rate", 0.03)
    assert chosen == RUN


@pytest.mark.parametrize("rate", [0, -1, 1e300, INFINITE, NAN])
def test_a_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(GradStepError, match="learning_rate must be a number from 1e-12 to 1,000,000, not"):
        with_setting(RUN, "learning_rate", rate)


def test_a_setting_that_the_optimiser_has_not_is_refused() -> None:
    with pytest.raises(GradStepError, match="sgd has no setting “momentum”"):
        with_setting(RUN, "momentum", 0.5)
    with pytest.raises(GradStepError, match="there is no optimiser “adm”"):
        with_optimizer(RUN, "adm")
    with pytest.raises(GradStepError, match="there is no schedule “stair”"):
        with_schedule(RUN, "stair")


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_have_their_settings(name: str) -> None:
    chosen = with_schedule(RUN, name)
    assert chosen.training.schedule == name
    for setting in SCHEDULES[name].settings:
        changed = with_schedule_setting(chosen, setting.name, setting.highest)
        assert changed.training.schedule_settings == {setting.name: setting.highest}
        assert with_schedule_setting(changed, setting.name, setting.default) == chosen
        for value in (setting.lowest - 1, setting.highest * 2 + 1, NAN):
            with pytest.raises(GradStepError, match=f"{setting.name} must be a number from"):
                with_schedule_setting(chosen, setting.name, value)


def test_a_penalty_and_a_clipping_keep_their_numbers_under_another_name() -> None:
    chosen = with_penalty_rate(with_penalty(RUN, "l1"), 0.3)
    assert with_penalty(chosen, "l2").training.regularisation == ("l2", 0.3)
    assert with_penalty(chosen, "").training.regularisation is None
    clipped = with_clipping_limit(with_clipping(RUN, "norm"), 5)
    assert with_clipping(clipped, "value").training.clipping == ("value", 5)
    assert with_clipping(clipped, "").training.clipping is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda run: with_penalty_rate(with_penalty(run, "l2"), -1), "the regularisation rate must be"),
        (lambda run: with_penalty_rate(with_penalty(run, "l2"), NAN), "the regularisation rate must be"),
        (lambda run: with_penalty(run, "l3"), "there is no regularisation “l3”"),
        (lambda run: with_clipping_limit(with_clipping(run, "norm"), 0), "the clipping limit must be"),
        (lambda run: with_clipping(run, "all"), "there is no clipping “all”"),
        (lambda run: with_batch(run, 0), "the batch size must be"),
        (lambda run: with_batch(run, 10**9), "the batch size must be"),
        (lambda run: with_iterations(run, -1), "iterations must be"),
        (lambda run: with_iterations(run, 10**9), "iterations must be"),
        (lambda run: with_loss_below(run, NAN), "loss_below must be"),
        (lambda run: with_loss_below(run, INFINITE), "loss_below must be"),
    ],
)
def test_what_cannot_be_is_refused(change: Callable[[Recipe], Recipe], sentence: str) -> None:
    with pytest.raises(GradStepError, match=sentence):
        change(RUN)


def test_a_run_stops_when_it_is_told_to() -> None:
    assert with_loss_below(with_iterations(RUN, 1000), 0.01).stop == StopRule(1000, 0.01)
    assert with_iterations(with_loss_below(RUN, None), 0).stop == StopRule()
