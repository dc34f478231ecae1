"""Every optimiser, from its entry in the table, against its formulas, its paper and PyTorch; schedules and clipping."""

import itertools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import GradStepError
from engine.expression import Symbol, walk
from engine.language import parse_expression
from engine.ops import Array
from engine.optimizers import (
    CHUNK,
    CLIPPINGS,
    OPTIMIZERS,
    REGULARISATIONS,
    SCHEDULES,
    Optimizer,
    Regularisation,
    Schedule,
    Updater,
    clip_by_norm,
    clip_by_value,
    entry_named,
    learning_rate_at,
    make_state,
    norm,
    penalty,
    regularised,
    settings_of,
    update,
)

each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=lambda entry: entry.name)
each_regularisation = pytest.mark.parametrize("entry", REGULARISATIONS.values(), ids=lambda entry: entry.name)
each_schedule = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=lambda entry: entry.name)


def gradient_at(p: Array, number: int) -> Array:
    """The gradient of an uneven valley, shaken a little."""
    return np.linspace(0.1, 3.0, len(p)) * np.sin(p) + 0.1 * np.cos(number * np.arange(1, len(p) + 1))


def trajectory(
    optimizer: Optimizer, start: Array, updates: int, rate: Callable[[int], float] | None = None, **settings: float
) -> Array:
    p, g, state = start.copy(), np.zeros_like(start), make_state(optimizer, len(start))
    updater = Updater(optimizer, p, g, state, settings)
    path = []
    for number in range(1, updates + 1):
        g[:] = gradient_at(p, number)
        updater.step(number, None if rate is None else rate(number))
        path.append(p.copy())
    return np.array(path)


# The table ----------------------------------------------------------------------------------------------------------


@each_optimizer
def test_lines_are_states_and_names_between_and_the_parameter_last(optimizer: Optimizer) -> None:
    lines = [name for name, _ in optimizer.lines]
    assert lines[-1] == "p"
    assert len(set(lines)) == len(lines)
    assert set(optimizer.states) <= set(lines)
    known = {"p", "g", "t", *optimizer.states, *(setting.name for setting in optimizer.settings)}
    for name, formula in optimizer.lines:
        assert {part.name for part in walk(parse_expression(formula)) if isinstance(part, Symbol)} <= known
        known.add(name)
    assert optimizer.why.endswith(".")
    assert optimizer.source


@each_optimizer
def test_defaults_are_in_range_and_begin_with_the_learning_rate(optimizer: Optimizer) -> None:
    assert next(iter(settings_of(optimizer))) == "learning_rate"
    assert len({setting.symbol for setting in optimizer.settings}) == len(optimizer.settings)


@each_optimizer
@pytest.mark.parametrize("size", [1, 37, CHUNK, 2 * CHUNK + 5])
def test_in_place_is_the_formulas_bit_for_bit(optimizer: Optimizer, size: int) -> None:
    random = np.random.default_rng(size)
    p, g, state = random.normal(size=size), np.zeros(size), make_state(optimizer, size)
    updater = Updater(optimizer, p, g, state)
    for number in range(1, 6):
        g[:] = random.normal(size=size) * 10.0 ** random.integers(-9, 9, size)
        rate = 0.01 / number
        gradient = g.copy()
        lines = update(optimizer, p, g, state, number, {"learning_rate": rate})
        updater.step(number, rate)
        assert list(lines) == [name for name, _ in optimizer.lines]
        np.testing.assert_array_equal(p, lines["p"])
        for row, name in zip(state, optimizer.states, strict=True):
            np.testing.assert_array_equal(row, lines[name])
        np.testing.assert_array_equal(g, gradient)


@each_optimizer
def test_one_parameter_is_updated_as_in_the_vector(optimizer: Optimizer) -> None:
    p, g = np.array([0.3, -2.0]), np.array([1.5, -0.2])
    state = np.full((len(optimizer.states), 2), 0.25)
    together = update(optimizer, p, g, state, 3)
    alone = update(optimizer, p[1], g[1], state[:, 1], 3)
    for name, value in alone.items():
        assert value.shape == ()
        assert float(value) == float(together[name][1])


@each_optimizer
def test_every_optimiser_goes_downhill(optimizer: Optimizer) -> None:
    p, g = np.array([2.0, -3.0]), np.zeros(2)
    updater = Updater(optimizer, p, g, make_state(optimizer, 2), {"learning_rate": 0.02})
    for number in range(1, 1001):
        g[:] = p * [1.0, 5.0]
        updater.step(number)
    assert np.all(np.abs(p) < 0.03)


@each_optimizer
def test_what_is_not_a_number_stays_to_be_seen(optimizer: Optimizer) -> None:
    p, g = np.ones(3), np.array([np.nan, np.inf, 1.0])
    Updater(optimizer, p, g, make_state(optimizer, 3)).step(1)
    assert math.isnan(p[0])
    assert not math.isfinite(p[1]) or optimizer.name == "rmsprop"
    assert math.isfinite(p[2])


# What the sources say, number by number -----------------------------------------------------------------------------

Reference = Callable[[float, float, dict[str, Any], int], float]


def sgd(p: float, g: float, state: dict[str, Any], t: int) -> float:
    return p - 0.01 * g


def momentum(p: float, g: float, state: dict[str, Any], t: int) -> float:
    """Goh 2017 and torch: the velocity is not damped, and the learning rate stands outside it."""
    state["v"] = 0.9 * state.get("v", 0.0) + g
    return float(p - 0.01 * state["v"])


def nesterov(p: float, g: float, state: dict[str, Any], t: int) -> float:
    """Nesterov's parameters, seen from where the gradient is taken: Sutskever et al. 2013, equations 3 and 4."""
    behind = state.get("behind", p)  # theta, from which p = theta + mu * velocity looks ahead
    velocity = 0.9 * state.get("velocity", 0.0) - 0.01 * g
    state["behind"], state["velocity"] = behind + velocity, velocity
    return float(state["behind"] + 0.9 * velocity)


def rmsprop(p: float, g: float, state: dict[str, Any], t: int) -> float:
    state["v"] = 0.99 * state.get("v", 0.0) + 0.01 * g * g
    return float(p - 0.01 * g / (math.sqrt(state["v"]) + 1e-8))


def adam(p: float, g: float, state: dict[str, Any], t: int) -> float:
    """Kingma & Ba 2015 write the running means out as sums in section 3."""
    past = state.setdefault("past", [])
    past.append(g)
    mean = sum(0.1 * 0.9 ** (t - i) * then for i, then in enumerate(past, start=1)) / (1 - 0.9**t)
    square = sum(0.001 * 0.999 ** (t - i) * then**2 for i, then in enumerate(past, start=1)) / (1 - 0.999**t)
    return float(p - 0.01 * mean / (math.sqrt(square) + 1e-8))


def adamw(p: float, g: float, state: dict[str, Any], t: int) -> float:
    return adam(p, g, state, t) - 0.01 * 0.01 * p


REFERENCES: Mapping[str, Reference] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}


@each_optimizer
def test_the_formulas_are_the_sources(optimizer: Optimizer) -> None:
    start = np.array([1.0, -0.5, 2.0, 0.01])
    path = trajectory(optimizer, start, 60, learning_rate=0.01)
    states: list[dict[str, Any]] = [{} for _ in start]
    p = start
    for number, ours in enumerate(path, start=1):
        g = gradient_at(p, number)
        rule = REFERENCES[optimizer.name]
        p = np.array([rule(*numbers, number) for numbers in zip(p.tolist(), g.tolist(), states, strict=True)])
        np.testing.assert_allclose(ours, p, rtol=1e-11, atol=1e-12)


TORCH: Mapping[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "rmsprop": ("RMSprop", {}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
}


@each_optimizer
@pytest.mark.parametrize("scheduled", [False, True])
def test_trajectories_are_torchs(optimizer: Optimizer, scheduled: bool) -> None:
    reason = "torch is no part of the development set-up: install it to be judged by it"
    torch = pytest.importorskip("torch", reason=reason)
    name, options = TORCH[optimizer.name]
    start = np.random.default_rng(4).normal(size=50)
    p = torch.tensor(start, requires_grad=True)
    theirs = getattr(torch.optim, name)([p], lr=0.02, **options)
    decay = torch.optim.lr_scheduler.StepLR(theirs, 30, 0.5)
    path = []
    for number in range(1, 201):
        p.grad = torch.tensor(gradient_at(p.detach().numpy(), number))
        theirs.step()
        if scheduled:
            decay.step()
        path.append(p.detach().numpy().copy())
    kind, settings = ("step", {"every": 30, "factor": 0.5}) if scheduled else ("constant", {})
    ours = trajectory(optimizer, start, 200, lambda number: learning_rate_at(SCHEDULES[kind], 0.02, number, settings))
    assert np.max(np.abs(ours - np.array(path))) < 1e-9


# Regularisation and clipping ----------------------------------------------------------------------------------------


@each_regularisation
def test_a_regularisation_adds_the_slope_of_its_penalty(entry: Regularisation) -> None:
    p, g, rates = np.array([0.7, -1.3, 2.0]), np.array([0.1, 0.2, 0.3]), np.array([0.01, 0.03, 0.0])
    added = regularised(entry, p, g, rates) - g
    for i in range(3):
        nudge = 1e-6 * np.eye(3)[i]
        slope = (penalty(entry, p + nudge, rates) - penalty(entry, p - nudge, rates)) / 2e-6
        assert added[i] == pytest.approx(slope, abs=1e-9)
    assert regularised(entry, np.zeros(1), np.zeros(1), 0.1) == 0.0


@each_optimizer
@each_regularisation
@pytest.mark.parametrize("clipping", [None, ("norm", 1.5), ("value", 0.2)])
@pytest.mark.parametrize("size", [40, CHUNK + 3])
def test_regularisation_then_clipping_then_the_rule(
    optimizer: Optimizer, entry: Regularisation, clipping: tuple[str, float] | None, size: int
) -> None:
    random = np.random.default_rng(8)
    p, g, state = random.normal(size=size), random.normal(size=size), make_state(optimizer, size)
    mask = (np.arange(size) % 3 > 0).astype(float)
    start, gradient = p.copy(), g.copy()
    applied = regularised(entry, p, g, 0.3 * mask)
    np.testing.assert_array_equal(applied[mask == 0], g[mask == 0])
    if clipping is not None:
        CLIPPINGS[clipping[0]].clip(applied, clipping[1])
    expected = update(optimizer, p, applied, state, 1)
    updater = Updater(optimizer, p, g, state, {}, (entry, 0.3), mask, clipping)
    updater.step(1)
    np.testing.assert_array_equal(updater.applied, applied)
    np.testing.assert_array_equal(p, expected["p"])
    np.testing.assert_array_equal(g, gradient)
    assert not np.array_equal(p, start)


def test_without_a_mask_all_parameters_are_regularised() -> None:
    p, g = np.array([1.0, -2.0]), np.zeros(2)
    Updater(OPTIMIZERS["sgd"], p, g, make_state(OPTIMIZERS["sgd"], 2), {"learning_rate": 0.5}, (
        REGULARISATIONS["l2"], 0.1)).step(1)  # fmt: skip
    np.testing.assert_allclose(p, [0.95, -1.9])


def test_clipping_alone_leaves_the_recorded_gradient() -> None:
    p, g = np.zeros(2), np.array([3.0, 4.0])
    updater = Updater(
        OPTIMIZERS["sgd"], p, g, make_state(OPTIMIZERS["sgd"], 2), {"learning_rate": 1}, clipping=("norm", 1)
    )
    updater.step(1)
    np.testing.assert_allclose(p, [-0.6, -0.8])
    np.testing.assert_array_equal(g, [3.0, 4.0])


def test_untouched_gradients_are_applied_as_they_are() -> None:
    g = np.ones(2)
    assert Updater(OPTIMIZERS["sgd"], np.ones(2), g, make_state(OPTIMIZERS["sgd"], 2)).applied is g


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=8), st.floats(1e-3, 1e3))
def test_clipping_by_norm_keeps_the_direction_and_the_limit(numbers: list[float], limit: float) -> None:
    g = np.array(numbers)
    before = g.copy()
    length = norm(g)
    assert length == pytest.approx(math.hypot(*numbers), rel=1e-12, abs=0.0)
    clip_by_norm(g, limit)
    if length <= limit:
        np.testing.assert_array_equal(g, before)
    else:
        assert norm(g) == pytest.approx(limit, rel=1e-12)
        largest = int(np.argmax(np.abs(before)))
        with np.errstate(under="ignore"):
            np.testing.assert_allclose(g / g[largest], before / before[largest], rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("numbers", [[0.0, 0.0], [1e-200, 1e-200], [1e200, -1e200], [5e-324], []])
def test_norms_neither_overflow_nor_underflow(numbers: list[float]) -> None:
    assert norm(np.array(numbers)) == pytest.approx(math.hypot(*numbers), rel=1e-15, abs=0.0)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_clipping_by_norm_shows_what_is_not_finite(odd: float) -> None:
    g = np.array([1.0, odd, 5.0])
    clip_by_norm(g, 1.0)
    np.testing.assert_array_equal(g, [1.0, odd, 5.0])


def test_clipping_by_value() -> None:
    g = np.array([-3.0, -0.5, 0.0, 0.5, np.inf, np.nan])
    clip_by_value(g, 1.0)
    np.testing.assert_array_equal(g, [-1.0, -0.5, 0.0, 0.5, 1.0, np.nan])


# Schedules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("constant", {}, {1: 0.2, 100: 0.2}),
        ("step", {"every": 10, "factor": 0.1}, {1: 0.2, 10: 0.2, 11: 0.02, 20: 0.02, 21: 0.002}),
        ("cosine", {"length": 100}, {1: 0.2, 51: 0.1, 101: 0.0, 500: 0.0}),
        ("cosine", {"length": 100, "final": 0.5}, {1: 0.2, 51: 0.15, 101: 0.1, 500: 0.1}),
    ],
)
def test_schedules(name: str, settings: dict[str, float], expected: dict[int, float]) -> None:
    for number, rate in expected.items():
        assert learning_rate_at(SCHEDULES[name], 0.2, number, settings) == pytest.approx(rate, rel=1e-12, abs=1e-15)


@each_schedule
def test_schedules_begin_at_the_learning_rate_and_never_rise(schedule: Schedule) -> None:
    rates = [learning_rate_at(schedule, 0.3, number) for number in range(1, 12_000, 7)]
    assert rates[0] == 0.3
    assert all(later <= earlier for earlier, later in itertools.pairwise(rates))
    assert schedule.why.endswith(".")


# Bad input ----------------------------------------------------------------------------------------------------------


@each_optimizer
@pytest.mark.parametrize("rate", [0, -0.1, 1e300, math.nan, math.inf, True, "fast"])
def test_learning_rates_that_cannot_be_used(optimizer: Optimizer, rate: Any) -> None:
    says = f"learning_rate must be a number from 1e-12 to 1,000,000, not {rate:g}" if isinstance(rate, float) else "not"
    with pytest.raises(GradStepError, match=re.escape(says)):
        settings_of(optimizer, {"learning_rate": rate})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: entry_named(OPTIMIZERS, "optimiser", "adm"), "no optimiser “adm”: choose from sgd"),
        (lambda: entry_named(OPTIMIZERS, "optimiser", "adm"), "did you mean “adam”?"),
        (lambda: settings_of(OPTIMIZERS["adam"], {"momentum": 0.9}), "adam has no setting “momentum”: it knows learn"),
        (lambda: settings_of(OPTIMIZERS["adam"], {"beta": 0.9}), "did you mean “beta"),
        (lambda: settings_of(SCHEDULES["constant"], {"every": 3}), "constant has no setting “every”: it takes none"),
        (lambda: settings_of(OPTIMIZERS["adam"], {"beta1": 1.0}), "beta1 must be a number from 0 to 0.999999, not 1"),
        (lambda: settings_of(OPTIMIZERS["adam"], {"epsilon": math.nan}), "epsilon must be a number"),
        (lambda: learning_rate_at(SCHEDULES["step"], 0.1, 1, {"every": 0}), "every must be a number from 1 to 1e+12"),
        (lambda: learning_rate_at(SCHEDULES["step"], math.nan, 1), "learning_rate must be a number"),
        (lambda: sgd_with(regularisation=(REGULARISATIONS["l1"], -1.0)), "the regularisation rate must be a number"),
        (lambda: sgd_with(clipping=("norm", 0.0)), "the clipping limit must be a number from 1e-12"),
        (lambda: sgd_with(clipping=("size", 1.0)), "there is no clipping “size”: choose from norm, value"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(call: Callable[[], object], says: str) -> None:
    with pytest.raises(GradStepError, match=re.escape(says)):
        call()


def test_vectors_of_different_sizes_are_refused_when_built() -> None:
    with pytest.raises(ValueError, match="flat vectors of one size"):
        Updater(OPTIMIZERS["adam"], np.ones(3), np.ones(2), make_state(OPTIMIZERS["adam"], 3))


def sgd_with(**options: Any) -> Updater:
    return Updater(OPTIMIZERS["sgd"], np.ones(2), np.ones(2), make_state(OPTIMIZERS["sgd"], 2), {}, **options)
