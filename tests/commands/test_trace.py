"""``gradstep trace``: the steps of a pass, and of any iteration of a document that trains."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
