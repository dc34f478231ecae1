"""Focus: what a value or a single neuron depends on, and what depends on it. All else is drawn faint."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from engine.expression import Reference
from engine.graph import Graph
from engine.units import edge_of, unit_of
from engine.units.groups import Bundle, Units

Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Masks = dict[int, Mask]  # by stage: which units of its group


def in_focus(graph: Graph, node: int) -> frozenset[int]:
    """A node with all its ancestors and descendants."""
    before, after = {node}, {node}
    for other in reversed(graph.nodes[: node + 1]):  # nodes stand in topological order
        if other.id in before:
            before.update(other.inputs)
    for other in graph.nodes[node + 1 :]:
        if not after.isdisjoint(other.inputs):
            after.add(other.id)
    return frozenset(before | after)


def units_in_focus(units: Units, reference: Reference) -> tuple[Mask, ...]:
    """For each group, which of its units (size,) ``reference`` depends on or which depend on it; itself too.

    A dense bundle reaches every unit, one of the pattern "same" only its own. Of a weight, the units that it joins and
    what depends on it are in focus: it depends on nothing.
    """
    seeds, ways = list(_seeds(units, reference)), _ways(units)
    found = tuple(np.zeros(group.size, dtype=np.bool_) for group in units.groups)
    for reach, wanted in ((_downwards, "after"), (_upwards, "before"), (None, "")):
        reached: Masks = {stage: np.zeros(found[units.group_of[stage]].size, dtype=np.bool_) for stage in ways}
        for stage, mask, way in seeds:
            if not wanted or wanted in way:
                reached[stage] |= mask
        if reach is not None:
            reach(ways, reached)
        for stage, mask in reached.items():
            found[units.group_of[stage]][mask] = True
    return found


# Where it starts ------------------------------------------------------------------------------------------------------

Seed = tuple[int, Mask, tuple[str, ...]]  # stage, units of its group, and whether before or after them is in focus


def _seeds(units: Units, reference: Reference) -> Iterator[Seed]:
    node, index = reference.node, reference.index
    if node in units.bundle_of:
        for number in units.bundles_of.get(node, (units.bundle_of[node],)):
            yield from _ends(units, units.bundles[number], reference)
        return
    group = units.groups[units.group_of[node]]
    mask = np.ones(group.size, dtype=np.bool_)
    if index is not None and group.size > 1:
        mask[:] = np.arange(group.size) == unit_of(units, node, index)[1]
    if node in group.stages:
        yield node, mask, ("before", "after")
        return
    # A bias, or a constant: part of the stage that uses it.
    stage = next((stage for stage, bias in group.biases if bias == node), group.stages[0])
    shared = units.graph.nodes[node].size == 1
    yield stage, np.ones_like(mask) if shared else mask, ("after",)


def _ends(units: Units, bundle: Bundle, reference: Reference) -> Iterator[Seed]:
    """The units that a weight joins, or a product that is an edge."""
    targets = np.ones(units.groups[bundle.target].size, dtype=np.bool_)
    sources = np.ones(units.groups[bundle.source].size, dtype=np.bool_)
    if reference.index is not None:
        _, target, source = edge_of(units, reference.node, reference.index)
        targets[:], sources[:] = np.arange(targets.size) == target, np.arange(sources.size) == source
    yield _entry(units, bundle), targets, ("after",)
    yield bundle.stage, sources, ("before",) if reference.node == bundle.via else ()


def _entry(units: Units, bundle: Bundle) -> int:
    """The stage of the target at which a bundle comes in: of a product that is an edge, the sum that takes it."""
    stages = units.groups[bundle.target].stages
    if bundle.consumer in stages:
        return bundle.consumer
    takers = (consumer for consumer, _ in units.graph.consumers[bundle.consumer] if consumer in stages)
    return min(takers, default=stages[0])


# How far it reaches ---------------------------------------------------------------------------------------------------

Carry = Callable[[Mask, bool], Mask]  # the units at one end of a way, and whether it is gone forwards -> those reached
Ways = dict[int, list[tuple[int, Carry]]]  # by stage: the stages that go into it, and how units are carried from them


def _ways(units: Units) -> Ways:
    """All ways between stages, in topological order."""
    ways: Ways = {stage: [] for stage in sorted(stage for group in units.groups for stage in group.stages)}
    for stage, into in ways.items():
        group, node = units.groups[units.group_of[stage]], units.graph.nodes[stage]
        for source in set(node.inputs).intersection(group.stages):
            # softmax mixes all units of its group, tanh none
            within = _same(0, group.size, group.size) if node.rule.elementwise else _dense(group.size, group.size)
            into.append((source, within))
    for bundle in units.bundles:
        targets, sources = units.groups[bundle.target].size, units.groups[bundle.source].size
        same = bundle.pattern == "same"
        carry = _same(bundle.offset, targets, sources) if same else _dense(targets, sources)
        ways[_entry(units, bundle)].append((bundle.stage, carry))
    return ways


def _downwards(ways: Ways, reached: Masks) -> None:
    """Adds to ``reached`` what depends on it."""
    for stage, into in ways.items():
        for source, carry in into:
            reached[stage] |= carry(reached[source], True)


def _upwards(ways: Ways, reached: Masks) -> None:
    """Adds to ``reached`` what it depends on."""
    for stage, into in reversed(ways.items()):
        for source, carry in into:
            reached[source] |= carry(reached[stage], False)


def _dense(targets: int, sources: int) -> Carry:
    return lambda mask, forwards: np.full(targets if forwards else sources, mask.any())


def _same(offset: int, targets: int, sources: int) -> Carry:
    def carry(mask: Mask, forwards: bool) -> Mask:
        if not forwards:
            return mask[offset : offset + sources]
        reached = np.zeros(targets, dtype=np.bool_)
        reached[offset : offset + sources] = mask
        return reached

    return carry
