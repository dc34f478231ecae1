"""A step of the neuron level: what one unit, or the row of weights of one unit, is given within a step over arrays.

All of one array happens at once. Walking its parts is an order for the eye: unit after unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.expression import Index, Kind
from engine.trace import Step, Trace
from engine.units import index_of, is_turned, weight_index
from engine.units.groups import Bundle, Units, unit_shape


@dataclass(frozen=True, slots=True)
class Part:
    """What is given numbers together.

    ``elements`` of the value or the gradient (``kind``) of ``node``, for the chosen sample. ``group`` and ``unit`` are
    who is given them or whose edges they are; the unit is None where it is all of them. ``bundle`` is the edges that
    they stand on, or that a message comes along; None where there are none.
    """

    step: Step
    node: int
    kind: Kind
    elements: tuple[Index, ...]
    group: int | None
    unit: int | None
    bundle: int | None


def part_count(units: Units, trace: Trace, step: Step) -> int:
    """The number of parts of a step: one for each unit, for each row of a weight, or one in all."""
    receiver = trace.receiver(step)
    if receiver not in units.bundle_of:
        return math.prod(unit_shape(units.graph.nodes[receiver], units.axes))
    bundle = _edges(units, step, receiver)
    if bundle.via == receiver:
        return 1
    return bundle.shape[0] if bundle.pattern == "dense" else units.graph.nodes[receiver].size


def part(units: Units, trace: Trace, step: Step, number: int, sample: int | None) -> Part:
    """Part ``number`` of a step, counted from 0; without a sample, that of the first. Raises IndexError."""
    receiver, count = trace.receiver(step), part_count(units, trace, step)
    if not 0 <= number < count:
        raise IndexError(f"part {number} of a step that has {count}")
    kind: Kind = "gradient" if step.phase == "backward" else "value"
    if receiver in units.bundle_of:
        bundle = _edges(units, step, receiver)
        elements, unit = _on_edges(units, bundle, receiver, number, sample)
        return Part(step, receiver, kind, elements, bundle.target, unit, bundle.number)
    group = _group(units, step, receiver)
    unit = number if count == units.groups[group].size else None
    along = units.bundle_at.get((step.node, step.slot)) if step.slot is not None else None
    return Part(step, receiver, kind, (index_of(units, receiver, number, sample),), group, unit, along)


def _edges(units: Units, step: Step, receiver: int) -> Bundle:
    """The bundle in which a weight or a product is given numbers: of a message, the one that it comes from."""
    along = units.bundle_at.get((step.node, step.slot)) if step.slot is not None else None
    number = units.bundle_of[receiver] if along is None else along
    return units.bundles[number]


def _on_edges(
    units: Units, bundle: Bundle, node: int, number: int, sample: int | None
) -> tuple[tuple[Index, ...], int | None]:
    """The elements of a part of a weight or a product, and the unit to which their edges lead."""
    targets, sources = bundle.shape
    if bundle.via == node:
        return tuple(index_of(units, node, i, sample) for i in range(sources)), 0 if targets == 1 else None
    if bundle.pattern == "dense":
        way = -1 if is_turned(units, node) else 1
        return tuple(weight_index(units, bundle, number, source)[::way] for source in range(sources)), number
    shared = units.graph.nodes[node].size < sources
    return (weight_index(units, bundle, number, number),), None if shared else number


def _group(units: Units, step: Step, receiver: int) -> int:
    """The group whose units are given numbers: a bias that several groups share is given them by one at a time."""
    sender = units.group_of.get(step.node)
    if sender is not None and (step.node, receiver) in units.groups[sender].biases:
        return sender
    return units.group_of[receiver]
