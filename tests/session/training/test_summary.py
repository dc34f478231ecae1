"""The summary of a training: what was done, what it came to, and warnings that the norms bear out."""

from typing import Any

import numpy as np
import pytest

from engine.records import Records
from visualizer.session.document import parse
from visualizer.session.training.lab import Lab
from visualizer.session.training.summary import MOST_LAYERS, WIDTH, Outcome, summary_lines, warnings_of

SPIRAL = """
format = 1
title = "Spiral"
network = "{network}"
{top}
[data]
set = "{data}"
[training]
{training}
{rest}
"""
SMALL = "2-6-4-1 tanh, output tanh, loss half_squared"


def outcome(iterations: int, seconds: float = 2.0, interrupted: bool = False, **parts: str) -> Outcome:
    defaults = {"network": SMALL, "data": "spiral", "training": "", "rest": "", "top": ""}
    lab = Lab(parse(SPIRAL.format(**{**defaults, **parts})))
    before = [run.measure() for run in lab.runs]
    lab.advance(iterations)
    with np.errstate(all="ignore"):
        after = [run.measure() for run in lab.runs]
    return Outcome(lab, before, after, iterations, seconds, [lab.halt] if lab.halt else [], interrupted)


def summary(*arguments: Any, **parts: Any) -> str:
    lines = list(summary_lines(outcome(*arguments, **parts)))
    assert not any("\n" in line or line != line.rstrip() for line in lines)
    return "\n".join(lines)


def norms(rows: Any) -> Records:
    """Records of runs whose layers have these gradient norms, a row an iteration."""
    table = np.array(rows, dtype=float)
    records = Records(tuple(f"layer{number}" for number in range(1, table.shape[1] + 1)))
    records.losses.append(0, np.zeros((len(table), 1)))
    records.gradient_norms.append(0, table)
    return records


# --- all of it


def test_a_summary_of_one_run() -> None:
    made = outcome(500, network=SMALL, training='optimizer = "adam"\nlearning_rate = 0.01\nclipping = "norm"')
    run = made.lab.runs[0]
    text = "\n".join(summary_lines(made))
    assert text.startswith("Spiral\n══════\n\nData\n  Draw    500 samples, noise 0 %, seed 0\n  Split   250 to train,")
    assert f"Trained\n  {SMALL}; Adam, learning rate 0.01, batches of 10, clipped at norm 1\n" in text
    assert "\n500 iterations, 20 epochs, in 2 s: 250 a second\n" in text
    losses = [f"{made.before[0].loss:.4g}", f"{made.after[0].loss:.4g}"]
    assert text.split("training loss", 1)[1].split()[:2] == losses
    assert text.split("loss of the batch", 1)[1].split()[:2] == [f"{run.records[i].loss:.4g}" for i in (0, 499)]
    accuracy = [f"{100 * (measured.test_score or 0):.1f}" for measured in (made.before[0], made.after[0])]
    assert text.split("test accuracy", 1)[1].split()[::2][:2] == accuracy
    last = run.records[499].gradient_norms
    assert text.split("layer3", 1)[1].split()[1] == f"{last['layer3']:.4g}"
    assert "gradients" not in text  # no warnings: nothing is wrong


def test_a_regression_has_r2() -> None:
    text = summary(50, network="2-3-1 tanh", data="plane")
    assert "training R²" in text
    assert "accuracy" not in text
    assert "%" not in text.split("Trained")[1]


def test_without_a_test_set_nothing_is_said_of_it() -> None:
    text = summary(5, data='spiral"\ntrain_share = 1.0 # "')
    assert "test loss" not in text
    assert "none: all 500 to train" in text


def test_runs_that_are_compared_are_told_apart() -> None:
    text = summary(30, rest=f'[[compare]]\nnetwork = "{SMALL.replace("tanh,", "relu,", 1)}"')
    assert "  tanh   2-6-4-1 tanh, output" in text
    assert "  relu   2-6-4-1 relu, output" in text
    assert "30 iterations each" in text
    assert text.count("gradient norm ") == 2


def test_a_program_of_its_own() -> None:
    text = SPIRAL.format(network="", top="", data="plane", training='schedule = "cosine"', rest="").replace(
        'network = ""', 'program = "z = W @ x\\nloss = mse(z, t)"\nparameters.W = [[0.5, 0.5]]'
    )
    lab = Lab(parse(text))
    lab.advance(5)
    measured = [lab.runs[0].measure()]
    found = "\n".join(summary_lines(Outcome(lab, measured, measured, 5, 1.0)))
    assert "  the program, 2 parameters; SGD, learning rate 0.03, cosine schedule, batches of 10" in found


def test_of_many_layers_the_first_and_the_last_are_shown() -> None:
    text = summary(3, network="2-3x20-1 tanh, output tanh, loss half_squared")
    shown = [line.split()[0] for line in text.splitlines() if line.startswith("  layer")]
    assert len(shown) == MOST_LAYERS
    assert shown[0] == "layer1"
    assert shown[-1] == "layer21"
    assert "\n  …\n" in text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0123, "0.012 s"), (12.3, "12 s"), (99.0, "99 s"), (754.2, "12 min 34 s"), (7384, "2 h 3 min")],
)
def test_how_long_it_took(seconds: float, said: str) -> None:
    assert f", in {said}: " in summary(1, seconds)


# --- how it ended


def test_what_stopped_it_is_told_last() -> None:
    text = summary(1000, network="2-3-1 linear", data="plane", training="learning_rate = 1e6")
    assert text.splitlines()[-1].startswith("Stopped: iteration ")
    assert text.endswith(" became infinite.")
    assert "NaN" in text or "∞" in text


def test_an_interrupt_is_told() -> None:
    made = outcome(7)
    said = "\n".join(summary_lines(Outcome(made.lab, made.before, made.after, 100, 1.0, (), True)))
    assert said.endswith("\n\nInterrupted after 7 of 100 iterations.")


def test_an_interrupt_before_the_first_iteration() -> None:
    text = summary(0, interrupted=True)
    assert "0 iterations, 0 epochs, in 2 s\n" in text
    assert "loss of the batch" not in text
    assert text.endswith("Interrupted after 0 of 0 iterations.")


# --- warnings


EXPLODING = "Exploding gradients: in {} the gradient norm of a layer was above 10; the largest was {}."
VANISHING = "Vanishing gradients: in {} the gradient norm of {} was below 0.0001, and that of other layers was not."
HARDLY = "Hardly any gradient is left: in the last iteration the norms of all layers were below 0.0001."


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1, 1], [0.1, 2]], []),
        ([[1, 1], [1e-5, 1e-5], [1, 1]], []),  # once is no habit
        ([[1, 11], [1, 1]], [EXPLODING.format("1 of 2 iterations", "11, of layer2 in iteration 0")]),
        (
            [[20, 11], [1, np.nan], [np.inf, 1]],
            [EXPLODING.format("2 of 3 iterations", "∞, of layer1 in iteration 2")],
        ),
        ([[1e-5, 1], [1e-5, 1], [1, 1]], [VANISHING.format("2 of 3 iterations", "layer1")]),
        ([[0, 0, 1], [0, 0, 1]], [VANISHING.format("all 2 iterations", "layer1 and layer2")]),
        ([[0] * 6 + [1]], [VANISHING.format("the one iteration", "layer1, layer2, layer3 and 3 layers more")]),
        ([[1, 1], [1e-5, 1e-6]], [HARDLY]),
        ([[np.nan, np.nan]], []),
    ],
)
def test_what_the_norms_tell(rows: Any, said: list[str]) -> None:
    assert list(warnings_of(norms(rows))) == said


def test_long_warnings_are_broken() -> None:
    text = summary(1000, network="2-6x12-1 sigmoid, output tanh, loss half_squared")
    assert "\nVanishing gradients: " in text
    behind = text[text.index("Vanishing") :]
    assert all(len(line) <= WIDTH for line in behind.splitlines())
