"""A step of the neuron level: what one unit, or the row of weights of one unit, is given within a step over arrays."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expression import Index, Kind
from engine.groups import Units
from engine.trace import Step, Trace


@dataclass(frozen=True, slots=True)
class Part:
    """What is given numbers together.

    ``elements`` of the value or the gradient (``kind``) of ``node``, for the chosen sample. ``group`` and ``unit`` are
    who is given them or whose edges they are; ``bundle`` is the edges that they come along, or stand on.
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
    raise NotImplementedError


def part(units: Units, trace: Trace, step: Step, number: int, sample: int | None) -> Part:
    """Part ``number`` of a step, counted from 0. Without a sample it is that of sample 0."""
    raise NotImplementedError
