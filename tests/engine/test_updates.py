"""Every line of every update, written out for an element, comes to the number that was recorded."""

import math
import struct
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from engine.explain import element, explain, number
from engine.expression import Call, Number, Reference, Symbol, walk
from engine.generated import generate
from engine.network import parse_network
from engine.optimizers import CLIPPINGS, OPTIMIZERS, REGULARISATIONS, SCHEDULES
from engine.program import parse_program
from engine.run import Run
from engine.trace import Step, Trace, record
from engine.training import Training
from engine.updates import UpdateLine, is_clipped_by_norm, letters_of, update_lines

SCHEDULE_SETTINGS = {"constant": {}, "step": {"every": 3.0}, "cosine": {"length": 12.0, "final": 0.1}}
ITERATIONS = (0, 1, 9)


@cache
def traces(
    optimizer: str = "sgd", penalty: str | None = None, clip: str | None = None, schedule: str = "constant",
    limit: float = 0.02, settings: tuple[tuple[str, float], ...] = (),
) -> tuple[Trace, ...]:  # fmt: skip
    training = Training(
        optimizer,
        dict(settings),
        schedule=schedule,
        schedule_settings=SCHEDULE_SETTINGS[schedule],
        regularisation=penalty and (penalty, 0.03),
        clipping=clip and (clip, limit),
    )
    run = Run(parse_network("2-3-2-1 tanh"), generate("spiral", 40), training)
    run.advance(max(ITERATIONS) + 1)
    return tuple(run.trace(iteration) for iteration in ITERATIONS)


def lines_of(trace: Trace, name: str) -> tuple[UpdateLine, ...]:
    return update_lines(trace, trace.graph.ids[name])


def parts(lines: tuple[UpdateLine, ...]) -> list[str]:
    return list(dict.fromkeys(line.part for line in lines))


def bits(value: float) -> bytes:
    return b"NaN" if math.isnan(value) else struct.pack("<d", value)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("penalty", [None, *REGULARISATIONS])
@pytest.mark.parametrize("clip", [None, *CLIPPINGS])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_line_comes_to_the_recorded_number_bit_for_bit(
    optimizer: str, penalty: str | None, clip: str | None, schedule: str
) -> None:
    for trace in traces(optimizer, penalty, clip, schedule):
        for identity, update in trace.updates.items():
            lines = update_lines(trace, identity)
            for index in list(np.ndindex(*update.after.shape))[:5]:
                for line in lines:
                    assert bits(number(trace, line.at(index))) == bits(line.result_at(index)), line
                shown = element(trace, Step("update", identity), index)
                assert bits(number(trace, shown)) == bits(float(update.after[index]))
            worked = {line.target.name: line.result for line in lines if isinstance(line.target, Symbol)}
            for name, array in update.lines.items():
                assert np.array_equal(array, worked.get(name, update.after))
            assert np.array_equal(worked.get("g", update.gradient), update.applied)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_line_starts_from_what_the_lines_before_it_came_to(optimizer: str) -> None:
    trace = traces(optimizer, "l2", "norm", "cosine")[-1]
    update = trace.updates[trace.graph.ids["W1"]]
    known = dict(update.state)
    for line in lines_of(trace, "W1"):
        for part in walk(line.rule):
            if isinstance(part, Symbol):
                assert line.names[part.name] is known[part.name]
        if isinstance(line.target, Symbol):
            known[line.target.name] = line.result


def test_plain_gradient_descent_has_one_line() -> None:
    graph = parse_program("y = w * x", {"x": 3.0}, {"w": 2.0})
    plain = record(graph, 0.5)
    (line,) = lines_of(plain, "w")
    w, gradient = (Reference(graph.ids["w"], kind) for kind in ("value", "gradient"))
    assert line.rule == Call("subtract", (w, Call("multiply", (Number(0.5, "η"), gradient))))
    assert (line.target, line.relation, float(line.result)) == (w, "←", 0.5)
    (trained,) = lines_of(traces()[0], "W1")
    assert trained.rule == Call(
        "subtract",
        (Reference(2, "value"), Call("multiply", (Number(traces()[0].learning_rate, "η"), Reference(2, "gradient")))),
    )


def test_what_does_nothing_has_no_line() -> None:
    assert parts(lines_of(traces("sgd", "l2")[0], "W1")) == ["gradient", "regularisation", "optimizer"]
    assert parts(lines_of(traces("sgd", "l2")[0], "b1")) == ["optimizer"]  # biases are left alone
    assert parts(lines_of(traces("sgd", clip="norm", limit=1e6)[0], "W1")) == ["optimizer"]
    assert parts(lines_of(traces("sgd", clip="norm")[0], "b1")) == ["gradient", "clipping", "optimizer"]
    assert parts(lines_of(traces("adam", schedule="step")[0], "b1")) == ["rate", "gradient", "optimizer"]


def test_the_norm_is_that_of_all_gradients_before_clipping() -> None:
    trace = traces("momentum", "l1", "norm")[1]
    together = np.concatenate([update.regularised.ravel() for update in trace.updates.values()])
    assert trace.update_rule.norm == pytest.approx(float(np.linalg.norm(together)), rel=1e-14)
    scale = next(line for line in lines_of(trace, "W2") if line.target == Symbol("s"))
    assert float(scale.result) == 0.02 / trace.update_rule.norm
    assert scale.rule == Call("divide", (Number(0.02, "c"), Number(trace.update_rule.norm, "‖g‖")))
    shortened = np.concatenate([update.applied.ravel() for update in trace.updates.values()])
    assert float(np.linalg.norm(shortened)) == pytest.approx(0.02)


@pytest.mark.parametrize("norm", [0.02, 0.01, math.nan, math.inf])
def test_a_norm_within_the_limit_and_one_that_is_not_finite_clip_nothing(norm: float) -> None:
    rule = traces(clip="norm")[0].update_rule
    assert is_clipped_by_norm(rule)
    assert not is_clipped_by_norm(replace(rule, norm=norm))


def test_the_learning_rate_is_this_updates() -> None:
    first, _, last = traces("adam", schedule="step")
    rates = [next(line for line in lines_of(trace, "b1") if line.part == "rate") for trace in (first, last)]
    assert [float(line.result) for line in rates] == [first.learning_rate, last.learning_rate] == [0.001, 0.000125]
    named = {part.name: part.value for part in walk(rates[1].rule) if isinstance(part, Number) and part.name}
    assert named == {"η₀": 0.001, "γ": 0.5, "t": 10.0, "k": 3.0}
    last_line = lines_of(last, "b1")[-1].rule
    assert Number(0.000125, "η") in walk(last_line)


def test_two_penalties_have_two_letters() -> None:
    rule = traces("adamw", "l2")[0].update_rule
    assert (letters_of(rule)["rate"], letters_of(rule)["weight_decay"]) == ("λ₂", "λ")
    assert letters_of(traces("adam", "l2")[0].update_rule)["rate"] == "λ"
    assert letters_of(traces("adamw", "l1")[0].update_rule)["rate"] == "λ₁"


def test_an_update_is_explained_by_its_last_line_and_has_them_all() -> None:
    trace = traces("adam", "l2", "norm", "cosine")[-1]
    step = next(step for step in trace.steps if step.phase == "update")
    explanation = explain(trace, step)
    assert explanation.lines == update_lines(trace, step.node)
    assert explanation.rule == explanation.lines[-1].rule
    assert explanation.relation == "←"
    assert np.array_equal(explanation.result, trace.updates[step.node].after)


def test_a_gradient_that_is_not_finite_is_shown_as_it_went() -> None:
    network = parse_network("2-6x60-1 linear, gain 1000000")
    run = Run(network, generate("spiral", 40), Training("momentum", clipping=("norm", 1.0)))
    trace = run.trace(0)
    assert not math.isfinite(trace.update_rule.norm)
    for identity, update in trace.updates.items():
        for line in update_lines(trace, identity):
            index = (0,) * update.after.ndim
            assert bits(number(trace, line.at(index))) == bits(line.result_at(index))
