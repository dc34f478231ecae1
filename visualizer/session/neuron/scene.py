"""Every neuron and every edge, as plain data: where they stand. What they show at a moment is in ``state``.

A scene is built once for a trace, a sample and a choice of what edges show. Lengths are scene units, pixels at zoom 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from engine.draws import Indices
from engine.expression import Reference
from engine.ops import Array
from engine.trace import Trace
from engine.units import Bundle, Units
from visualizer.session.appearance import Appearance
from visualizer.session.document import Document

Rect = tuple[float, float, float, float]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]

CIRCLE, SQUARE, DIAMOND = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Caption:
    """One line of text: ``rect`` is the room it has, ``height`` that of its letters, both in scene units.

    ``group`` and ``strand`` say what it speaks of: one of them, the other None. The first line of a group is its name,
    the others are ``quiet``.
    """

    text: str
    rect: Rect
    height: float
    align: Literal["left", "middle", "right"]
    quiet: bool = False
    group: int | None = None
    strand: int | None = None


@dataclass(frozen=True, eq=False)
class Strand:
    """The edges of one bundle that are drawn, weakest first.

    ``sources`` and ``targets`` are units of the whole scene (k,), ``source_units`` and ``target_units`` the same within
    their groups. ``total`` edges there are in all. ``matrix`` is where all of them stand as a heat map, rows are
    targets and columns sources; None where all are drawn. ``first`` is the place of its first edge among all edges of
    the scene. ``points`` (k, p, 2) are the edges as polylines.
    """

    number: int
    bundle: Bundle
    sources: Indices
    targets: Indices
    source_units: Indices
    target_units: Indices
    total: int
    matrix: Rect | None
    first: int
    points: Array


@dataclass(frozen=True, eq=False)
class NeuronScene:
    """Where everything stands.

    ``x``, ``y`` and ``radius`` (n,) are those of all units of all groups, one group after the other, ``group`` and
    ``unit`` (n,) say which they are, ``first`` (groups + 1,) where each group begins. ``shape`` (n,) is CIRCLE, SQUARE
    (inputs, targets, parameters) or DIAMOND (the output). Biases are small squares (b,): ``bias_unit`` is the unit of
    the whole scene that has it, ``bias_node`` its parameter, ``bias_half`` half a side. ``grain`` is how much larger
    than usual text and strokes are in scene units, where many units make the scene a large one.
    """

    document: Document
    trace: Trace
    units: Units
    appearance: Appearance
    sample: int | None
    size: tuple[float, float]
    grain: float
    x: Array
    y: Array
    radius: Array
    group: Indices
    unit: Indices
    first: Indices
    shape: Bytes
    bias_unit: Indices
    bias_node: Indices
    bias_x: Array
    bias_y: Array
    bias_half: Array
    strands: tuple[Strand, ...]
    captions: tuple[Caption, ...]

    @cached_property
    def edge_sources(self) -> Indices:
        """The source of every drawn edge (m,), a unit of the whole scene; strand after strand."""
        return _joined([strand.sources for strand in self.strands])

    @cached_property
    def edge_targets(self) -> Indices:
        """The target of every drawn edge (m,)."""
        return _joined([strand.targets for strand in self.strands])

    def polylines(self, strand: Strand) -> Array:
        """The edges of a strand, (k, points, 2), from the source's border to the target's."""
        return strand.points

    def index(self, reference: Reference) -> int | None:
        """The unit in which an element stands; None where it stands in none, or is a whole array."""
        raise NotImplementedError

    def bounds(self, reference: Reference) -> Rect | None:
        """x, y, width and height of an element, or of a whole array."""
        raise NotImplementedError

    def hit(self, x: float, y: float, scale: float = 1.0) -> tuple[int, Reference | None] | None:
        """Node and element under a point: units and biases first, then matrix entries, then edges within 5 pixels."""
        raise NotImplementedError


def _joined(parts: list[Indices]) -> Indices:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.intp)


def build_neuron_scene(
    document: Document, trace: Trace, units: Units, appearance: Appearance, sample: int | None
) -> NeuronScene:
    """Lay the units out and choose the edges that are drawn."""
    raise NotImplementedError
