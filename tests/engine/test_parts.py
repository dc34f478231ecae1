"""A step in parts: together they are the step, and each says whose numbers it holds."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from engine.graph import Graph
from engine.network import graph_of, parse_network
from engine.parts import Part, part, part_count
from engine.trace import Step, Trace, record
from engine.units import Units, edge_of, unit_of, units_of
from engine.units.groups import untransposed
from tests.engine.neurons import ODD, graphs

GRAPHS = graphs()


@cache
def recorded(name: str) -> tuple[Trace, Units]:
    trace = record(GRAPHS[name]())
    return trace, units_of(trace.graph)


def parts_of(trace: Trace, units: Units, step: Step, sample: int | None = 0) -> list[Part]:
    return [part(units, trace, step, number, sample) for number in range(part_count(units, trace, step))]


def of(graph: Graph, phase: str, name: str, sample: int | None = 0) -> list[Part]:
    """The parts of the first step of a phase that gives ``name`` a number."""
    trace, units = record(graph), units_of(graph)
    step = next(s for s in trace.steps if s.phase == phase and graph.nodes[trace.receiver(s)].name == name)
    return parts_of(trace, units, step, sample)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_parts_of_a_step_are_all_of_it_once(name: str) -> None:
    trace, units = recorded(name)
    for step in trace.steps:
        node = trace.graph.nodes[trace.receiver(step)]
        samples = range(units.samples) if node.id in units.axes else (0,)
        found = Counter(
            index for sample in samples for each in parts_of(trace, units, step, sample) for index in each.elements
        )
        assert found == Counter(np.ndindex(*node.shape))


@pytest.mark.parametrize("name", GRAPHS)
def test_a_part_says_whose_numbers_it_holds(name: str) -> None:
    trace, units = recorded(name)
    for step in trace.steps:
        for each in parts_of(trace, units, step, units.samples - 1):
            assert (each.step, each.node) == (step, trace.receiver(step))
            assert each.kind == ("gradient" if step.phase == "backward" else "value")
            assert each.group is not None
            assert each.unit is None or each.unit < units.groups[each.group].size
            if each.node in units.bundle_of:
                assert each.bundle is not None
                bundle = units.bundles[each.bundle]
                assert untransposed(units.graph, each.node)[0] in (bundle.weight, bundle.via)
                assert each.group == bundle.target
                if each.bundle == units.bundle_of[each.node] and each.unit is not None:
                    assert {edge_of(units, each.node, index)[1] for index in each.elements} == {each.unit}
            else:
                (index,) = each.elements
                biases = {bias for _, bias in units.groups[each.group].biases}
                assert each.node in biases or units.group_of[each.node] == each.group
                assert each.unit is None or unit_of(units, each.node, index)[1] == each.unit
            if step.slot is not None and each.node in units.group_of and each.bundle is not None:
                bundle = units.bundles[each.bundle]
                assert (bundle.consumer, bundle.slot) == (step.node, step.slot)
                assert bundle.source == each.group


@pytest.mark.parametrize("name", list(GRAPHS)[::7])
def test_without_a_sample_it_is_the_first_and_beyond_the_end_there_is_none(name: str) -> None:
    trace, units = recorded(name)
    for step in trace.steps:
        assert parts_of(trace, units, step, None) == parts_of(trace, units, step, 0)
        for number in (-1, part_count(units, trace, step)):
            with pytest.raises(IndexError):
                part(units, trace, step, number, 0)


def network() -> Graph:
    return graph_of(parse_network("3-2-1 tanh"), np.arange(12.0).reshape(3, 4) / 10, np.ones((1, 4)))


def test_a_layer_goes_unit_by_unit_and_its_weights_row_by_row() -> None:
    assert [each.elements for each in of(network(), "forward", "z1", 3)] == [((0, 3),), ((1, 3),)]
    assert [(each.unit, each.bundle) for each in of(network(), "forward", "z1", 3)] == [(0, None), (1, None)]
    rows = [((0, 0), (0, 1), (0, 2)), ((1, 0), (1, 1), (1, 2))]
    for phase in ("backward", "update"):
        assert [each.elements for each in of(network(), phase, "W1")] == rows
        assert [(each.group, each.unit, each.bundle) for each in of(network(), phase, "W1")] == [(1, 0, 0), (1, 1, 0)]
        assert [each.elements for each in of(network(), phase, "b1")] == [((0,),), ((1,),)]
    assert [(each.elements, each.unit, each.bundle) for each in of(network(), "backward", "a1", 2)] == [
        (((0, 2),), 0, 1),
        (((1, 2),), 1, 1),
    ]


def test_a_weight_that_lies_the_other_way_goes_by_units_too() -> None:
    parts = of(ODD["turned"](), "update", "P")
    assert [each.elements for each in parts] == [((0, 0), (1, 0), (2, 0)), ((0, 1), (1, 1), (2, 1))]
    assert [each.unit for each in parts] == [0, 1]


def test_a_product_that_is_an_edge_is_one_part() -> None:
    (product,) = of(ODD["one neuron"](), "forward", "x1 * w1")
    assert (product.elements, product.unit, product.bundle) == (((),), 0, 0)
    (product,) = of(ODD["a weight for all"](), "forward", "w * x")
    assert (product.elements, product.unit, product.bundle) == (((0,), (1,)), None, 0)
    (weight,) = of(ODD["a weight for all"](), "update", "w")
    assert (weight.elements, weight.unit, weight.bundle) == (((),), None, 0)


def test_what_is_used_twice_is_given_numbers_by_one_group_at_a_time() -> None:
    trace, units = recorded("shared weight")
    given = [
        {(each.group, each.bundle) for each in parts_of(trace, units, step)}
        for step in trace.steps
        if step.phase == "backward" and trace.graph.nodes[trace.receiver(step)].name == "V"
    ]
    assert len(given) == 2
    assert {bundle for parts in given for _, bundle in parts} == set(units.bundles_of[trace.graph.ids["V"]])
    trace, units = recorded("shared bias")
    given = [
        {each.group for each in parts_of(trace, units, step)}
        for step in trace.steps
        if step.phase == "backward" and trace.graph.nodes[trace.receiver(step)].name == "b"
    ]
    assert len(given) == 2
    assert given[0] != given[1]
