"""``gradstep trace``: the steps of a pass, and of any iteration of a document that trains."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from visualizer.session.document import load
from visualizer.session.training.lab import Lab

Run = Callable[..., tuple[int, str, str]]
NEURON_STEPS = 18


def traced(run: Run, lesson: str) -> dict[str, Any]:
    status, output, errors = run("trace", lesson, "--format", "json")
    assert (status, errors) == (0, "")
    data: dict[str, Any] = json.loads(output)
    return data


def gradients(data: dict[str, Any]) -> dict[str, Any]:
    return {node["name"]: node["gradient"] for node in data["nodes"]}


def values(data: dict[str, Any]) -> dict[str, Any]:
    return {node["name"]: node["value"] for node in data["nodes"]}


def test_the_neuron_in_json(run: Run) -> None:
    data = traced(run, "neuron-by-hand")
    assert values(data)["o"] == pytest.approx(0.7071, abs=5e-5)
    assert gradients(data) == pytest.approx(
        {
            "o": 1,
            "n": 0.5,
            "x1w1 + x2w2": 0.5,
            "b": 0.5,
            "x1w1": 0.5,
            "x2w2": 0.5,
            "x2": 0.5,
            "w2": 0,
            "x1": -1.5,
            "w1": 1,
        }
    )
    assert len(data["steps"]) == NEURON_STEPS


def test_backpropagation_by_hand_in_json(run: Run) -> None:
    data = traced(run, "backpropagation-by-hand")
    found = values(data)
    assert found["z1"] == [-1, 3, 5, 3]
    assert found["a1"] == [0, 3, 5, 3]
    assert found["z2"] == found["a2"] == [2, 4]
    assert found["z3"] == [3, 3, -1]
    found = gradients(data)
    assert found["z3"] == found["b3"] == [0.5, -0.5, 0]
    assert found["W3"] == [[1, 2], [-1, -2], [0, 0]]
    assert found["a2"] == found["z2"] == found["b2"] == [1, -1]
    assert found["W2"] == [[0, 3, 5, 3], [0, -3, -5, -3]]
    assert found["a1"] == [1, -2, 2, -1]
    assert found["z1"] == found["b1"] == [0, -2, 2, -1]
    assert found["W1"] == [[0, 0, 0], [-4, -2, -6], [4, 2, 6], [-2, -1, -3]]


def test_the_exact_twin_in_json(run: Run) -> None:
    found = gradients(traced(run, "backpropagation-by-hand-exact"))
    assert found["z3"] == pytest.approx([0.49546, 0.49546 - 1, 0.00907], abs=1e-5)


def test_the_linear_layer_in_json(run: Run) -> None:
    """dX = G W^T and dW = X^T G."""
    data = traced(run, "linear-under-the-hood")
    X, W, G = (values(data)[name] for name in ("X", "W", "G"))
    assert gradients(data)["X"] == [[g[0] * W[0][0], g[0] * W[1][0]] for g in G]
    assert gradients(data)["W"] == [[sum(x[i] * g[0] for x, g in zip(X, G, strict=True))] for i in (0, 1)]


def test_a_file_is_traced(run: Run, document: Path) -> None:
    status, output, _ = run("trace", str(document))
    assert status == 0
    assert output.startswith("Mine\n")
    assert "∂y/∂w = ∂y/∂y · x" in output


def test_a_file_named_like_a_command(run: Run, document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document.rename(document.with_name("trace"))
    monkeypatch.chdir(document.parent)
    assert run("trace", "./trace")[0] == 0
    assert run("trace", "trace")[0] == 0


def test_a_file_named_like_an_option(run: Run, document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document.rename(document.with_name("--format"))
    monkeypatch.chdir(document.parent)
    assert run("trace", "--", "--format")[0] == 0


# --- documents that train

TRAINS = """\
format = 1
title = "Spiral"
label = "plain"
network = "2-4-1 {activation}, loss half_squared"
[data]
set = "spiral"
[training]
learning_rate = {rate}
iterations = 20
{training}
[[compare]]
label = "2"
network = "2-3-1 relu, loss half_squared"
training = {{ learning_rate = 0.01 }}
"""


@pytest.fixture
def trains(tmp_path: Path) -> Callable[..., str]:
    """Writes a document that trains two runs, named “plain” and “2”."""

    def trains(activation: str = "tanh", rate: float = 0.1, training: str = "") -> str:
        path = tmp_path / "spiral.toml"
        path.write_text(TRAINS.format(activation=activation, rate=rate, training=training))
        return str(path)

    return trains


@pytest.mark.parametrize("iteration", [0, 1, 17, 20, 70])
@pytest.mark.parametrize(("named", "which"), [(None, 0), ("1", 0), ("plain", 0), ("2", 1)])
def test_the_steps_of_any_iteration(
    run: Run, trains: Callable[..., str], iteration: int, named: str | None, which: int
) -> None:
    path = trains()
    lab = Lab(load(path))
    lab.advance(20)
    lab.advance(50)
    trace = lab.trace(iteration, which)
    chosen = [] if named is None else ["--run", named]
    status, output, errors = run("trace", path, "--format", "json", "--iteration", str(iteration), *chosen)
    assert (status, errors) == (0, "")
    data = json.loads(output)
    assert values(data)["W1"] == trace.value("W1").tolist()
    assert gradients(data)["W1"] == trace.gradient("W1").tolist()
    assert data["updates"][0]["after"] == trace.updates[trace.graph.ids["W1"]].after.tolist()


def test_without_an_iteration_it_is_the_first(run: Run, trains: Callable[..., str]) -> None:
    path = trains()
    assert run("trace", path) == run("trace", path, "--iteration", "0")
    assert run("trace", path)[1].startswith("Spiral, iteration 0 of plain\n")
    assert run("trace", path, "--iteration", "1500")[1].startswith("Spiral, iteration 1,500 of plain\n")


def test_an_iteration_that_never_comes(refused: Callable[..., str], trains: Callable[..., str], run: Run) -> None:
    path = trains("linear", 1e6)
    sentence = refused("trace", path, "--iteration", "500")
    last = int(re.search(r"--iteration 500: the last one is (\d+)\. Stopped: plain: iteration \1: ", sentence)[1])  # type: ignore[index]
    assert run("trace", path, "--iteration", str(last))[0] == 0
    assert f"--iteration {last + 1}: the last one is {last}. " in refused("trace", path, "--iteration", str(last + 1))
    assert run("trace", path, "--iteration", "500", "--run", "2")[0] == 0  # the other run goes on


def test_an_iteration_behind_the_loss_that_ends_it(refused: Callable[..., str], trains: Callable[..., str]) -> None:
    sentence = refused("trace", trains(training="loss_below = 100\n"), "--iteration", "7")
    assert "--iteration 7: the last one is 0. Stopped: plain: the loss of iteration 0 is " in sentence


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--run", "3"], "--run “3”: the runs are 1 “plain”, 2 “2”"),
        (["--run", "Plain"], "--run “Plain”: the runs are"),
        (["--run", "0"], "--run “0”: the runs are"),
        (["--run", "²"], "--run “²”: the runs are"),
        (["--run", ""], "--run “”: the runs are"),
        (["--run", "9" * 5000], "”: the runs are"),
        (["--iteration", "-1"], "“-1” is not a whole number from 0 to 10,000,000"),
        (["--iteration", "last"], "“last” is not a whole number"),
        (["--iterations", "5"], "unrecognized arguments: --iterations 5"),
    ],
)
def test_iterations_and_runs_that_there_are_none_of(
    refused: Callable[..., str], trains: Callable[..., str], arguments: list[str], said: str
) -> None:
    assert said in refused("trace", trains(), *arguments)


def test_a_document_without_data_has_one_pass(refused: Callable[..., str], run: Run) -> None:
    assert run("trace", "neuron-by-hand", "--iteration", "0") == run("trace", "neuron-by-hand")
    said = "neuron-by-hand.toml has no data to train on, so it has one pass only"
    assert said in refused("trace", "neuron-by-hand", "--iteration", "1")
    assert said in refused("trace", "neuron-by-hand", "--run", "1")


def test_one_run_alone(run: Run, refused: Callable[..., str]) -> None:
    status, output, _ = run("trace", "playground", "--iteration", "3")
    assert status == 0
    assert ", iteration 3\n" in output
    assert "--run “2”: there is one run only" in refused("trace", "playground", "--run", "2")


def test_an_interrupt_while_it_trains_is_quiet(
    run: Run, trains: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def advance(self: Lab, count: int) -> int:
        signal.raise_signal(signal.SIGINT)
        return count

    path = trains()
    monkeypatch.setattr(Lab, "advance", advance)
    assert run("trace", path, "--iteration", "5") == (130, "", "")
