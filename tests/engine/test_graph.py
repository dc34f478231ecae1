"""Graphs are frozen and checked when built, and know what a gradient can reach."""

import dataclasses

import numpy as np
import pytest

from engine import GradStepError, Graph, ProgramError, parse_program
from engine.graph import GraphBuilder, frozen_array


@pytest.fixture
def neuron() -> Graph:
    """One neuron with a value beside it that the output does not depend on."""
    inputs = {"x1": 2.0, "x2": 0.0}
    parameters = {"w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    return parse_program("n = x1 * w1 + x2 * w2 + b\nbeside = n * 2\no = tanh(n)", inputs, parameters)


def test_nodes_are_frozen_and_leaves_read_only(neuron: Graph) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        neuron.nodes[0].name = "other"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        neuron.leaves[0][...] = 1.0
    with pytest.raises(TypeError):
        neuron.leaves[0] = np.zeros(())  # type: ignore[index]


def test_inputs_come_before_what_is_made_of_them(neuron: Graph) -> None:
    for node in neuron.nodes:
        assert all(i < node.id for i in node.inputs)
        assert neuron.nodes[node.id] is node
        assert neuron.node(node.name) is node


def test_a_name_that_is_not_there_gets_a_hint(neuron: Graph) -> None:
    with pytest.raises(GradStepError, match="no value named “besides”; did you mean “beside”"):
        neuron.node("besides")
    with pytest.raises(GradStepError, match=r"no value named “qqqqqq”$"):
        neuron.node("qqqqqq")


def test_active_is_what_the_output_depends_on(neuron: Graph) -> None:
    names = {neuron.nodes[i].name for i in neuron.active}
    assert names == {"x1", "x2", "w1", "w2", "b", "x1 * w1", "x2 * w2", "x1 * w1 + x2 * w2", "n", "o"}


def test_no_gradient_flows_to_constants_and_class_indices() -> None:
    graph = parse_program("z = 2 * x\nl = cross_entropy(z, t)", {"x": [1.0, 2.0], "t": 1.0})
    assert {graph.nodes[i].name for i in graph.active} == {"x", "z", "l"}
    one_hot = parse_program("z = 2 * x\nl = cross_entropy(z, t)", {"x": [1.0, 2.0], "t": [0.0, 1.0]})
    assert "t" in {one_hot.nodes[i].name for i in one_hot.active}


def test_messages_leave_last_node_first_and_in_the_textbooks_order() -> None:
    inputs, parameters = {"a": [1.0, 2.0]}, {"W": [[1.0, 0.0]], "b": [0.5]}
    graph = parse_program("z = linear(W, a, b)\nl = sum(z)", inputs, parameters)
    named = [(graph.nodes[node].name, graph.nodes[graph.nodes[node].inputs[slot]].name) for node, slot in
             graph.backward_edges()]  # fmt: skip
    assert named == [("l", "z"), ("z", "W"), ("z", "b"), ("z", "a")]


def test_consumers_count_each_use() -> None:
    graph = parse_program("y = x * x\nz = y + x", {"x": 3.0})
    assert graph.consumers[0] == ((1, 0), (1, 1), (2, 1))
    assert graph.consumers[2] == ()


def test_another_value_for_a_leaf_leaves_the_graph_as_it_was(neuron: Graph) -> None:
    changed = neuron.with_leaf("x1", -1.0)
    assert changed.leaves[0] == -1.0
    assert neuron.leaves[0] == 2.0
    assert changed.nodes is neuron.nodes


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("n", 1.0, "“n” is computed, so it cannot be set"),
        ("x1", [1.0, 2.0], "“x1” has shape scalar, and the new value has shape 2"),
        ("x1", float("nan"), "not finite"),
        ("nowhere", 1.0, "no value named “nowhere”"),
    ],
)
def test_values_that_a_leaf_refuses(neuron: Graph, name: str, value: object, said: str) -> None:
    with pytest.raises(GradStepError, match=said):
        neuron.with_leaf(name, value)


def test_a_value_is_copied() -> None:
    mine = np.array([1.0, 2.0])
    frozen = frozen_array(mine, "x")
    mine[0] = 5.0
    assert frozen[0] == 1.0
    assert frozen.dtype == np.float64


def test_all_values_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.graph.MAX_TOTAL_ELEMENTS", 10)
    builder = GraphBuilder()
    x = builder.leaf("input", "x", [1.0] * 4)
    builder.apply("tanh", [x], "y")
    with pytest.raises(ProgramError, match="line 3: all values together would have more than 10 elements"):
        builder.apply("tanh", [x], "z", line=3)


def test_the_output_of_a_graph_is_a_scalar_or_given_a_gradient_of_its_shape() -> None:
    builder = GraphBuilder()
    x = builder.leaf("input", "x", [1.0, 2.0])
    y = builder.apply("tanh", [x], "y")
    with pytest.raises(ProgramError, match="the output “y” has shape 2"):
        builder.finish(y)
    assert builder.finish(y, incoming=x).incoming == x


def test_a_leaf_alone_is_a_graph() -> None:
    graph = parse_program("", {"x": 2.0}, output="x")
    assert graph.active == {0}
    assert list(graph.backward_edges()) == []
