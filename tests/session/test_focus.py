"""Focus: what depends on what, held against what changes when a number is nudged."""

import random

import numpy as np
import pytest

from engine import Graph, parse_program, record
from engine.expression import Reference
from engine.units import units_of
from engine.units.groups import Bundle, Group, Units
from tests.engine.programs import array_program
from visualizer.session.focus import in_focus, units_in_focus

PROGRAM = """
z1 = linear(W1, x, b1)
a1 = tanh(z1)
z2 = linear(W2, a1, b2)
a2 = tanh(z2) + a1
s = softmax(a2)
loss = sum(s * t)
"""


def network(seed: int = 1) -> Graph:
    numbers = np.random.default_rng(seed)
    inputs = {"x": numbers.normal(size=3), "t": numbers.normal(size=4)}
    parameters = {
        "W1": numbers.normal(size=(4, 3)), "b1": numbers.normal(size=4),
        "W2": numbers.normal(size=(4, 4)), "b2": numbers.normal(size=4),
    }  # fmt: skip
    return parse_program(PROGRAM, inputs, parameters)


@pytest.mark.parametrize("seed", range(12))
def test_the_focus_of_a_node_is_what_networkx_calls_its_ancestors_and_descendants(seed: int) -> None:
    import networkx

    graph = array_program(seed)
    drawn = networkx.DiGraph()
    drawn.add_nodes_from(node.id for node in graph.nodes)
    drawn.add_edges_from((source, node.id) for node in graph.nodes for source in node.inputs)
    for node in graph.nodes:
        expected = {node.id} | networkx.ancestors(drawn, node.id) | networkx.descendants(drawn, node.id)
        assert in_focus(graph, node.id) == expected


def by_hand() -> Units:
    """x (2 units) to z, a (3 units, dense), and a skip of the second and third of them to y (2 units)."""
    graph = parse_program(
        "z = linear(W, x, b)\na = tanh(z)\ny = concatenate(a, x)\no = sum(y)",
        {"x": [1.0, 2.0]},
        {"W": [[1.0, 0.0], [0.5, 1.0], [1.0, 1.0]], "b": [0.0, 1.0, 2.0]},
    )
    x, w, b, z, a, y, o = (graph.ids[name] for name in ("x", "W", "b", "z", "a", "y", "o"))
    groups = (
        Group(0, "input", (x,), 2, 0),
        Group(1, "units", (z, a), 3, 1, ((z, b),)),
        Group(2, "units", (y,), 5, 2),
        Group(3, "output", (o,), 1, 3),
    )
    bundles = (
        Bundle(0, 0, 1, x, z, 1, "dense", (3, 2), weight=w, weight_slot=0),
        Bundle(1, 1, 2, a, y, 0, "same", (5, 3)),
        Bundle(2, 0, 2, x, y, 1, "same", (5, 2), offset=3),
        Bundle(3, 2, 3, y, o, 0, "dense", (1, 5)),
    )
    places = {(bundle.consumer, bundle.slot): bundle.number for bundle in bundles}
    return Units(graph, groups, bundles, {}, 1, {x: 0, z: 1, a: 1, b: 1, y: 2, o: 3}, {w: 0}, {w: (0,)}, places)


def marks(units: Units, node: str, index: tuple[int, ...] | None) -> list[str]:
    focus = units_in_focus(units, Reference(units.graph.ids[node], "value", index))
    return ["".join("1" if seen else "0" for seen in mask) for mask in focus]


def test_dense_bundles_reach_all_and_others_their_own_unit() -> None:
    units = by_hand()
    assert marks(units, "z", (1,)) == marks(units, "a", (1,)) == ["11", "010", "01000", "1"]
    assert marks(units, "x", (1,)) == ["01", "111", "11101", "1"]
    assert marks(units, "y", (4,)) == ["01", "000", "00001", "1"]
    assert marks(units, "o", ()) == ["11", "111", "11111", "1"]
    assert marks(units, "z", None) == ["11", "111", "11100", "1"]


def test_of_a_parameter_only_what_depends_on_it_is_in_focus_and_the_ends_of_its_edge() -> None:
    units = by_hand()
    assert marks(units, "W", (2, 0)) == ["10", "001", "00100", "1"]
    assert marks(units, "W", None) == ["11", "111", "11100", "1"]
    assert marks(units, "b", (0,)) == ["00", "100", "10000", "1"]


@pytest.mark.parametrize("seed", range(4))
def test_what_changes_when_an_input_is_nudged_is_in_focus(seed: int) -> None:
    graph = network(seed)
    units, before = units_of(graph), record(graph)
    choose = random.Random(seed)
    for name in ("x", "b1", "b2", "W2"):
        node = graph.node(name)
        index = tuple(choose.randrange(size) for size in node.shape)
        array = graph.leaves[node.id].copy()
        array[index] += 0.25
        after = record(graph.with_leaf(name, array))
        focus = units_in_focus(units, Reference(node.id, "value", index))
        for group in units.groups:
            changed = np.zeros(group.size, dtype=bool)
            for stage in group.stages:
                if not graph.nodes[stage].is_leaf:
                    changed |= (after.values[stage] != before.values[stage]).reshape(-1)
            assert np.array_equal(focus[group.number] & changed, changed), name


@pytest.mark.parametrize("seed", range(6))
def test_every_element_of_any_program_can_be_focused(seed: int) -> None:
    graph = array_program(seed)
    units = units_of(graph)
    for node in graph.nodes:
        for index in [None, *list(np.ndindex(*node.shape))[:6]]:
            focus = units_in_focus(units, Reference(node.id, "value", index))
            assert [mask.shape for mask in focus] == [(group.size,) for group in units.groups]
            assert any(mask.any() for mask in focus)
