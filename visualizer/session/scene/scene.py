"""All that is to be painted of one trace, and what of it changes between two positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.expression import Reference
from engine.ops import Array
from engine.trace import GradientState, Trace
from visualizer.session.document import Document
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.layout import Layout
from visualizer.session.scene.numbers import EdgeNumbers
from visualizer.session.scene.parts import Box, Edge, Frame, Ribbon


@dataclass(frozen=True, eq=False)
class Scene:
    """All that is to be painted of one trace. ``boxes`` are by node id; ``size`` is the width and height.

    A node of a folded layer has the box of the node that the layer hands on. ``layout`` is where boxes were placed,
    from left to right, for a scene that is to be like this one.
    """

    document: Document
    trace: Trace
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    size: tuple[float, float]
    numbers: EdgeNumbers
    frames: tuple[Frame, ...] = ()
    ribbons: tuple[Ribbon, ...] = ()
    layout: Layout | None = None
    _states: dict[tuple[int, int], GradientState] = field(default_factory=dict, repr=False)

    @property
    def scale(self) -> EdgeScale:
        """The scale of what edges show."""
        return self.numbers.scale

    @cached_property
    def edge_of(self) -> Mapping[tuple[int, int], Edge]:
        """Edges by (consumer, slot)."""
        return {(edge.consumer, edge.slot): edge for edge in self.edges}

    @cached_property
    def box_bounds(self) -> Array:
        """Left, top, right and bottom of each box with the sign of its operation: (boxes, 4)."""
        rects = np.array([box.rect for box in self.boxes], dtype=np.float64).reshape(-1, 4)
        signs = np.array([box.operation_rect or box.rect for box in self.boxes], dtype=np.float64).reshape(-1, 4)
        rects[:, 2:] += rects[:, :2]
        signs[:, 2:] += signs[:, :2]
        return np.hstack([np.minimum(rects[:, :2], signs[:, :2]), np.maximum(rects[:, 2:], signs[:, 2:])])

    @cached_property
    def edge_bounds(self) -> Array:
        """Left, top, right and bottom of each edge: (edges, 4)."""
        if not self.edges:
            return np.empty((0, 4))
        points = np.concatenate([edge.points for edge in self.edges])
        counts = [len(edge.points) for edge in self.edges]
        firsts = np.cumsum([0, *counts[:-1]])
        return np.hstack([np.minimum.reduceat(points, firsts), np.maximum.reduceat(points, firsts)])

    def value_known(self, node: int, position: int) -> bool:
        """True once the node has been computed."""
        return position >= self.trace.value_at[node]

    def updated(self, node: int, position: int) -> bool:
        """True once a parameter has its new value."""
        at = self.trace.update_at.get(node)
        return at is not None and position >= at

    def value(self, node: int, position: int) -> Array:
        """The value of a node as it stands: a parameter's new one after its update."""
        return self.trace.updates[node].after if self.updated(node, position) else self.trace.values[node]

    def gradient_state(self, node: int, position: int) -> GradientState:
        """What is known of a node's gradient."""
        arrived = sum(at <= position for at in self.trace.arrivals[node])
        key = (node, arrived)
        if key not in self._states:
            self._states[key] = self.trace.gradient_state(node, position)
        return self._states[key]

    def changes(self, before: int, after: int) -> tuple[set[int], list[Edge]]:
        """The boxes (by node id) and edges that look different at two positions."""
        low, high = sorted((before, after))
        boxes = {self.trace.receiver(step) for step in self.trace.steps[low:high]}
        return boxes, [self.edges[i] for i in np.flatnonzero(self.numbers.changed(before, after))]

    @cached_property
    def drawn(self) -> tuple[int, ...]:
        """The nodes that have a box of their own."""
        return tuple(node for node, box in enumerate(self.boxes) if box.node == node)

    def ribbon_at(self, x: float, y: float) -> Ribbon | None:
        """The ribbon under a point."""
        for ribbon in self.ribbons:
            left, top, width, height = ribbon.rect
            if left <= x <= left + width and top <= y <= top + height:
                return ribbon
        return None

    def hit(self, x: float, y: float) -> tuple[int, Reference | None] | None:
        """The node under a point, with the element where a cell is under it; None for the ground."""
        left, top, right, bottom = self.box_bounds.T
        for i in np.flatnonzero((left <= x) & (x <= right) & (top <= y) & (y <= bottom)):
            box = self.boxes[i]
            for rect in (box.rect, box.operation_rect):
                if rect and rect[0] <= x <= rect[0] + rect[2] and rect[1] <= y <= rect[1] + rect[3]:
                    for grid in box.grids:
                        index = grid.index_at(x, y)
                        if index is not None:
                            return box.node, Reference(box.node, grid.kind, index)
                    return box.node, None
        return None
