"""Batches are recognised, and the axes of their samples."""

from typing import Any

import numpy as np
import pytest

from engine.graph import Graph
from engine.network import graph_of, parse_network
from engine.program import parse_program
from engine.trace import record
from engine.units.samples import batch_size, sample_axes

COLUMNS = "z = linear(W, x, b)\na = tanh(z)\nloss = mse(a, t) + sum(W * W)"
SIZES = {"x": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "t": [[0.0, 1.0, 2.0]]}
PARAMETERS = {"W": [[0.5, -0.5]], "b": [0.25]}


def found(graph: Graph) -> dict[str, int]:
    return {graph.nodes[node].name: axis for node, axis in sorted(sample_axes(graph).items())}


def axes(program: str, inputs: dict[str, Any], parameters: dict[str, Any], **more: Any) -> dict[str, int]:
    return found(parse_program(program, inputs, parameters, **more))


@pytest.mark.parametrize(("turned", "axis"), [(False, 1), (True, 0)])
def test_what_runs_through_a_layer_is_a_batch(turned: bool, axis: int) -> None:
    values = {name: [list(row) for row in zip(*rows, strict=True)] if turned else rows for name, rows in SIZES.items()}
    program = COLUMNS.replace("b)", "b, rows=1)") if turned else COLUMNS
    graph = parse_program(program, values, PARAMETERS)
    assert found(graph) == {"a": axis, "t": axis, "x": axis, "z": axis}
    assert batch_size(graph, graph.node("z")) == 3


def test_a_vector_is_one_sample_and_has_no_axis() -> None:
    graph = parse_program("z = linear(W, x, b)\nloss = sum(z)", {"x": [1.0, 2.0]}, PARAMETERS)
    assert not sample_axes(graph)
    assert batch_size(graph, graph.node("z")) == 1


def test_a_product_with_a_parameter_is_a_layer() -> None:
    rows, columns = np.ones((5, 3)), np.ones((3, 5))
    weight = {"W": np.ones((3, 2))}
    assert axes("z = x @ W\nloss = sum(z)", {"x": rows}, weight) == {"x": 0, "z": 0}
    assert axes("z = V @ x\nloss = sum(z)", {"x": columns}, {"V": np.ones((2, 3))}) == {"x": 1, "z": 1}
    assert axes("z = x @ w\nloss = sum(z)", {"x": rows}, {"w": np.ones(3)}) == {"x": 0, "z": 0}
    assert axes("z = w @ x\nloss = sum(z)", {"x": columns}, {"w": np.ones(3)}) == {"x": 1, "z": 0}
    turned = "z = x @ transpose(V)\nloss = sum(z)"
    assert axes(turned, {"x": rows}, {"V": np.ones((2, 3))}) == {"x": 0, "z": 0}
    assert not axes("z = x @ y\nloss = sum(z)", {"x": rows, "y": columns}, {})
    assert not axes("z = x @ W\nloss = sum(z)", {"x": rows[0]}, weight)
    assert not axes("z = V @ W\nloss = sum(z)", {}, {"V": rows, **weight})


def test_an_axis_is_carried_on_where_samples_stay_apart() -> None:
    program = """
z = W @ x
y = softmax(z, axis=0)
turned = transpose(y)
flat = reshape(turned, 5, 2, 1)
longest = max(y, axis=0)
both = concatenate(z, y)
shifted = z - mine
loss = sum(flat) + sum(longest) + sum(both) + sum(shifted)
"""
    inputs = {"x": np.ones((3, 5)), "mine": np.ones(5)}
    assert axes(program, inputs, {"W": np.ones((2, 3))}) == {
        "x": 1, "mine": 0, "z": 1, "y": 1, "turned": 0, "flat": 0, "longest": 0, "both": 1, "shifted": 1,
    }  # fmt: skip


def test_an_axis_is_found_by_any_way_round() -> None:
    program = "z = W @ x\nq = p * x\nu = q + mine\nloss = sum(z) + sum(u)"
    inputs, parameters = {"x": np.ones((3, 5)), "mine": np.ones((3, 5))}, {"W": np.ones((2, 3)), "p": np.ones((3, 5))}
    assert axes(program, inputs, parameters) == {"x": 1, "mine": 1, "z": 1, "q": 1, "u": 1}
    before = "u = q + mine\nv = u * x\nz = W @ x\nloss = sum(z) + sum(v)"
    assert axes("q = tanh(mine)\n" + before, inputs, parameters) == {
        "x": 1, "mine": 1, "q": 1, "u": 1, "v": 1, "z": 1
    }  # fmt: skip


def test_targets_and_incoming_gradients_have_the_samples_of_what_they_are_compared_with() -> None:
    program = "z = W @ x\nloss = cross_entropy(z, t, axis=0)"
    inputs = {"x": np.ones((3, 5)), "t": np.ones(5)}
    assert axes(program, inputs, {"W": np.ones((2, 3))}) == {"x": 1, "t": 0, "z": 1}
    inputs = {"x": np.ones((5, 3)), "g": np.ones((5, 2))}
    assert axes("z = x @ W", inputs, {"W": np.ones((3, 2))}, incoming="g") == {"x": 0, "g": 0, "z": 0}


@pytest.mark.parametrize("line", ["3-4-2 tanh, loss mse", "3-4-4-4-2 relu, skip 2, loss cross_entropy"])
def test_samples_do_not_meet_before_the_loss(line: str) -> None:
    """Another first sample leaves the others as they are, along every axis that is said to be theirs."""
    network, numbers = parse_network(line), np.random.default_rng(1)
    x, target = numbers.normal(size=(3, 5)), np.abs(numbers.normal(size=(2, 5)))
    changed = x.copy()
    changed[:, 0] += 1.0
    graph = graph_of(network, x, target)
    before, after = record(graph), record(graph_of(network, changed, target))
    places = sample_axes(graph)
    assert set(found(graph)) == {node.name for node in graph.nodes} - {"loss"} - {
        node.name for node in graph.nodes if node.op == "parameter"
    }
    for node, axis in places.items():
        differs = np.moveaxis(before.values[node] != after.values[node], axis, 0)
        assert differs.shape[0] == 5
        assert not differs[1:].any()
