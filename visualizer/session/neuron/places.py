"""What stands where in a picture of neurons, and what is under a point: units, biases, edges, entries of heat maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.draws import Indices
from engine.expression import Reference
from engine.ops import Array
from engine.units import Units, edge_of, index_of, unit_of, weight_index
from visualizer.session.neuron.captions import Caption, Rect
from visualizer.session.neuron.strands import Strand

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
REACH = 5.0  # pixels from an edge that still mean it
FINGER = 3.0  # pixels from the middle of a unit or bias that mean it, however small it is

MIDDLE = 8.0  # half the side of the square in the middle of an edge that stands for all of it


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in the picture: a unit of the scene, a bias of the scene, or an edge.

    An edge is (``target``, ``source``) within the groups of a ``strand``; ``edge`` is its place among all drawn edges,
    None where it is in the heat map alone.
    """

    unit: int | None = None
    bias: int | None = None
    strand: int | None = None
    target: int = 0
    source: int = 0
    edge: int | None = None


@dataclass(frozen=True, eq=False)
class Places:
    """Where everything stands.

    ``x``, ``y`` and ``radius`` (n,) are those of all units of all groups, one group after the other, ``group`` and
    ``unit`` (n,) say which they are, ``first`` (groups + 1,) where each group begins. ``shape`` (n,) is CIRCLE, SQUARE
    (inputs, targets, parameters) or DIAMOND (the output). Biases are small squares (b,): ``bias_unit`` is the unit of
    the whole scene that has it, ``bias_node`` its parameter, ``bias_half`` half a side. ``grain`` is how much larger
    than usual text and strokes are in scene units, where many units make the scene a large one.
    """

    units: Units
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

    @cached_property
    def edge_bounds(self) -> Array:
        """Left, top, right and bottom of every drawn edge (m, 4)."""
        return np.concatenate([strand.bounds for strand in self.strands]) if self.strands else np.zeros((0, 4))

    def strand_of(self, edge: int) -> Strand:
        """The strand of a drawn edge, one of all."""
        return next(strand for strand in self.strands if strand.first <= edge < strand.first + len(strand.sources))

    def edge_mark(self, edge: int) -> Mark:
        """A drawn edge, one of all, as a mark."""
        strand = self.strand_of(edge)
        place = edge - strand.first
        target, source = int(strand.target_units[place]), int(strand.source_units[place])
        return Mark(None, None, strand.number, target, source, edge)

    def polylines(self, strand: Strand) -> Array:
        """The edges of a strand, (k, points, 2), from the source's border to the target's."""
        return strand.points

    # Elements and marks ---------------------------------------------------------------------------------------------

    def index(self, reference: Reference) -> int | None:
        """The unit in which an element stands, or to which it is added; None where it is a weight or a whole array."""
        if reference.index is None or reference.node not in self.units.group_of:
            return None
        group, unit, _ = unit_of(self.units, reference.node, reference.index)
        return int(self.first[group]) + unit

    def mark(self, reference: Reference) -> Mark | None:
        """Where an element of an array stands; None for whole arrays."""
        if reference.index is None:
            return None
        if reference.node in self.units.bundle_of:
            strand, target, source = edge_of(self.units, reference.node, reference.index)
            return self._edge(strand, target, source)
        unit = self.index(reference)
        found = np.flatnonzero((self.bias_node == reference.node) & (self.bias_unit == unit))
        return Mark(bias=int(found[0])) if len(found) else Mark(unit=unit)

    def reference(self, mark: Mark) -> Reference:
        """The element that stands at a mark: of a unit the number that it hands on, of an edge its weight.

        Of an edge without a weight it is the number of the unit that the edge leads to.
        """
        if mark.strand is not None:
            bundle = self.strands[mark.strand].bundle
            if bundle.weight is not None:
                index = weight_index(self.units, bundle, mark.target, mark.source)
                return Reference(bundle.weight, "value", index)
            return Reference(bundle.consumer, "value", index_of(self.units, bundle.consumer, mark.target, self.sample))
        if mark.bias is not None:
            node, unit = int(self.bias_node[mark.bias]), int(self.bias_unit[mark.bias])
        else:
            assert mark.unit is not None
            unit = mark.unit
            node = self.units.groups[self.group[unit]].stages[-1]
        return Reference(node, "value", index_of(self.units, node, int(self.unit[unit]), self.sample))

    def _edge(self, strand: int, target: int, source: int) -> Mark:
        edge = self.strands[strand].edge(target, source)
        return Mark(None, None, strand, target, source, None if edge is None else self.strands[strand].first + edge)

    # Rectangles -----------------------------------------------------------------------------------------------------

    def bounds(self, reference: Reference) -> Rect | None:
        """x, y, width and height of an element, or of a whole array; None for what is not in the picture."""
        node = reference.node
        if reference.index is not None and (mark := self.mark(reference)) is not None:
            return self.mark_bounds(mark)
        if node in self.units.bundle_of:
            return _around([self._strand_bounds(self.strands[i]) for i in self.units.bundles_of[node]])
        if node not in self.units.group_of:
            return None
        biases = np.flatnonzero(self.bias_node == node)
        if len(biases):
            return _united(self.bias_x[biases], self.bias_y[biases], self.bias_half[biases])
        part = slice(*self.first[[self.units.group_of[node], self.units.group_of[node] + 1]])
        return _united(self.x[part], self.y[part], self.radius[part])

    def mark_bounds(self, mark: Mark) -> Rect:
        """x, y, width and height of what stands at a mark; of an edge its middle."""
        if mark.strand is not None:
            strand = self.strands[mark.strand]
            if mark.edge is None:
                return self.entry_rect(strand, mark.target, mark.source)
            points = strand.points[mark.edge - strand.first]
            x, y = ((points[(len(points) - 1) // 2] + points[len(points) // 2]) / 2).tolist()
            half = MIDDLE * self.grain
            return (x - half, y - half, 2 * half, 2 * half)
        if mark.bias is not None:
            at = slice(mark.bias, mark.bias + 1)
            return _united(self.bias_x[at], self.bias_y[at], self.bias_half[at])
        assert mark.unit is not None
        at = slice(mark.unit, mark.unit + 1)
        return _united(self.x[at], self.y[at], self.radius[at])

    def entry_rect(self, strand: Strand, target: int, source: int) -> Rect:
        """Where an entry stands in a heat map."""
        assert strand.matrix is not None
        x, y, width, height = strand.matrix
        rows, columns = strand.bundle.shape
        return (x + source * width / columns, y + target * height / rows, width / columns, height / rows)

    def _strand_bounds(self, strand: Strand) -> Rect:
        left, top = strand.bounds[:, :2].min(axis=0)
        right, bottom = strand.bounds[:, 2:].max(axis=0)
        return (float(left), float(top), float(right - left), float(bottom - top))

    # Under a point --------------------------------------------------------------------------------------------------

    def hit(self, x: float, y: float, scale: float = 1.0) -> tuple[int, Reference | None] | None:
        """Node and element under a point; see ``mark_at``."""
        mark = self.mark_at(x, y, scale)
        if mark is None:
            return None
        reference = self.reference(mark)
        return reference.node, reference

    def mark_at(self, x: float, y: float, scale: float = 1.0) -> Mark | None:
        """What is under a point: biases and units first, then entries of heat maps, then edges within 5 pixels.

        ``scale`` is the number of pixels of a scene unit.
        """
        finger = FINGER / scale
        if len(self.bias_x):
            aside = np.maximum(np.abs(self.bias_x - x), np.abs(self.bias_y - y)) - self.bias_half
            if aside.min() <= 0:
                return Mark(bias=int(aside.argmin()))
        away = np.hypot(self.x - x, self.y - y)
        inside = np.flatnonzero(away <= np.maximum(self.radius, finger))
        if len(inside):
            return Mark(unit=int(inside[away[inside].argmin()]))
        return self._entry_at(x, y) or self._edge_at(x, y, REACH / scale)

    def _entry_at(self, x: float, y: float) -> Mark | None:
        for strand in self.strands:
            if strand.matrix is not None:
                left, top, width, height = strand.matrix
                if left <= x < left + width and top <= y < top + height:
                    rows, columns = strand.bundle.shape
                    target, source = int((y - top) / height * rows), int((x - left) / width * columns)
                    return self._edge(strand.number, min(target, rows - 1), min(source, columns - 1))
        return None

    def _edge_at(self, x: float, y: float, reach: float) -> Mark | None:
        """The nearest edge; of those as near, the strongest."""
        left, top, right, bottom = self.edge_bounds.T
        near = np.flatnonzero((left - reach <= x) & (x <= right + reach) & (top - reach <= y) & (y <= bottom + reach))
        best, found = reach, None
        for strand in self.strands if len(near) else ():
            begin, end = np.searchsorted(near, (strand.first, strand.first + len(strand.sources)))
            if begin == end:
                continue
            edges = near[begin:end] - strand.first
            away = distances(strand.points[edges], x, y)
            closest = len(away) - 1 - int(away[::-1].argmin())
            if away[closest] <= best:
                best, edge = float(away[closest]), int(edges[closest])
                found = self._edge(strand.number, int(strand.target_units[edge]), int(strand.source_units[edge]))
        return found


def distances(polylines: Array, x: float, y: float) -> Array:
    """How far a point is from each of some polylines (k, points, 2): (k,)."""
    start, way = polylines[:, :-1], np.diff(polylines, axis=1)
    aside = np.array([x, y]) - start
    length = (way**2).sum(axis=2)
    share = np.clip((aside * way).sum(axis=2) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    return np.asarray(np.sqrt(((aside - share[..., None] * way) ** 2).sum(axis=2)).min(axis=1))


def _joined(parts: list[Indices]) -> Indices:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.intp)


def _united(x: Array, y: Array, half: Array) -> Rect:
    left, top = float((x - half).min()), float((y - half).min())
    return (left, top, float((x + half).max()) - left, float((y + half).max()) - top)


def _around(rects: list[Rect]) -> Rect:
    left, top = min(rect[0] for rect in rects), min(rect[1] for rect in rects)
    right, bottom = max(rect[0] + rect[2] for rect in rects), max(rect[1] + rect[3] for rect in rects)
    return (left, top, right - left, bottom - top)
