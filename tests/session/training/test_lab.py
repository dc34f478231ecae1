"""Runs side by side: in lockstep, stopped by rule or by NaN, and any iteration reached again bit for bit."""

import numpy as np
import pytest

from engine.errors import GradStepError
from visualizer.session.document import parse
from visualizer.session.session import Change, Session
from visualizer.session.training.lab import Lab

SPIRAL = """
format = 1
title = "Spiral"
network = "2-6-4-1 tanh, output tanh, loss half_squared"
{top}
[data]
set = "spiral"
[training]
learning_rate = {rate}
{training}
{tables}
"""


def lab(rate: float = 0.1, training: str = "", tables: str = "", top: str = "") -> Lab:
    return Lab(parse(SPIRAL.format(rate=rate, training=training, tables=tables, top=top)))


BESIDE = '[[compare]]\nnetwork = "2-6-4-1 relu, output tanh, loss half_squared"'


def test_runs_advance_in_lockstep_and_are_named_by_what_differs() -> None:
    made = lab(tables=BESIDE)
    assert made.labels == ("tanh", "relu")
    assert made.advance(150) == 150
    assert [run.iteration for run in made.runs] == [150, 150]
    assert made.halt is None
    # From one seed: the weights differ by nothing, and so the first losses by the activation alone.
    first, second = (run.trace(0).graph for run in made.runs)
    assert np.array_equal(first.leaves[first.ids["W1"]], second.leaves[second.ids["W1"]])
    assert np.array_equal(first.leaves[first.ids["x"]], second.leaves[second.ids["x"]])


def test_the_rule_of_iterations_stops_once_and_can_be_passed() -> None:
    made = lab(training="iterations = 100")
    assert made.advance(1000) == 100
    assert made.halt is not None
    assert made.halt.iteration == 100
    assert "100 iterations" in made.halt.sentence
    assert made.advance(50) == 50
    assert made.halt is None


def test_the_rule_of_a_loss_stops_at_the_first_iteration_below_it() -> None:
    made = lab(training="loss_below = 0.35")
    made.advance(5000)
    assert made.halt is not None
    losses = made.runs[0].records.losses.rows[:, 0]
    assert len(losses) == made.halt.iteration == made.iteration
    assert losses[-1] < 0.35
    assert np.all(losses[:-1] >= 0.35)
    passed = made.advance(3)
    assert passed >= 1


def test_a_run_that_meets_infinity_stops_all_and_then_the_others_go_on() -> None:
    calm = '[[compare]]\nlabel = "calm"\n[compare.training]\nlearning_rate = 0.001\n'
    text = SPIRAL.format(rate=1e6, training="", tables=calm, top='label = "wild"').replace("tanh", "linear")
    made = Lab(parse(text))
    assert made.labels == ("wild", "calm")
    made.advance(1000)
    assert made.halt is not None
    assert made.halt.wrong
    assert made.halt.run == 0
    assert made.halt.sentence.startswith("Stopped: wild: iteration")
    wild, other = made.runs
    assert wild.stopped is not None
    assert made.halt.iteration == wild.iteration
    made.advance(100)
    assert made.halt is None
    assert other.iteration == made.iteration > wild.iteration
    assert made.reachable(made.iteration, 0) == wild.iteration - 1


def test_a_move_into_the_past_and_back_makes_the_same_numbers() -> None:
    made = lab()
    made.advance(300)
    weights = made.runs[0].parameters()
    trace = made.trace(123)
    made.seek(100)
    assert made.iteration == 100
    assert made.recorded == 300
    made.advance(200)
    for name, value in made.runs[0].parameters().items():
        assert np.array_equal(value, weights[name])
    again = made.trace(123)
    assert all(np.array_equal(one, other) for one, other in zip(trace.values, again.values, strict=True))
    with pytest.raises(GradStepError, match="300 iterations"):
        made.seek(301)


def test_a_session_trains_shows_iterations_and_takes_edits_back() -> None:
    session = Session(parse(SPIRAL.format(rate=0.1, training="", tables="", top="")))
    told: list[Change] = []
    session.subscribe(told.append)
    assert session.train(40) == 40
    session.last()
    end = session.position.step
    session.show_iteration(25)
    assert session.position.iteration == 25
    assert session.position.step == end
    assert session.lab is not None
    loss = session.trace.value("loss")
    assert float(loss) == session.lab.runs[0].records[25].loss
    with pytest.raises(GradStepError):
        session.show_iteration(41)
    session.rewind(10)
    assert (session.lab.iteration, session.lab.recorded) == (10, 40)
    assert told[-1] == Change.RECORDS
    before = session.lab
    session.change_recipes([recipe.with_seed(5) for recipe in session.lab.recipes])
    assert session.lab is not before
    assert told[-1] & Change.LAB
    assert session.lab.iteration == 0
    session.undo()
    assert session.lab.recipes == before.recipes
    with pytest.raises(GradStepError, match="data"):
        session.set_leaf("W1", np.zeros((6, 2)))


def test_a_document_without_data_does_not_train() -> None:
    session = Session(parse('format = 1\ntitle = "y"\nprogram = "y = x * x"\n[inputs]\nx = 2.0\n'))
    with pytest.raises(GradStepError, match="no data"):
        session.train(1)
