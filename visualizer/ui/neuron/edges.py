"""All drawn edges of a picture of neurons: curves while they are few, hairlines in bulk when they are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene
from visualizer.ui.network.lines import draw_lines, segments
from visualizer.ui.neuron.bulk import draw_points
from visualizer.ui.neuron.dashes import Marks, dashes_along, dots_along, pieces_of
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import (
    DASH,
    DOT,
    FADED,
    GAP,
    NOT_YET,
    ZERO,
    Kinds,
    Stroke,
    pens_of,
    runs_of,
)
from visualizer.ui.theme import Theme

MOST_CURVES = 2500  # where more edges than that are drawn, they are straight hairlines without antialiasing
COVERING = 5  # a stronger pixel lies over a weaker one then nearly everywhere, dashed or not
THICKEST, MANY = 4.6, 40  # pixels; where one strand has more edges than that, all are thinner
PARTS = 5  # into which an edge is cut to say where it lies
REACH = 4.0  # half of the widest stroke
LEAST_ZOOM, MOST_ZOOM = 0.55, 1.6  # between these, strokes grow with the picture


class EdgePainter:
    """Paints the edges of one scene in one theme. ``bulk`` says that they are so many that all are hairlines."""

    def __init__(self, scene: NeuronScene, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme
        self.count = len(scene.edge_sources)
        self.bulk = self.count > MOST_CURVES
        self._thickest = _thickest(max((len(strand.sources) for strand in scene.strands), default=0))
        points = [scene.polylines(strand) for strand in scene.strands if len(strand.sources)]
        if self.bulk:
            self.lines = np.concatenate([_ends(curves) for curves in points])
        else:
            longest = max((curves.shape[1] for curves in points), default=2)
            self.lines = np.concatenate(
                [_padded(segments(curves), longest - 1) for curves in points] or [np.empty((0, 1, 4))]
            )
        self.pieces = pieces_of(self.lines)
        left, top, right, bottom = (edge.reshape(self.lines.shape[:-1]) for edge in self.pieces.bounds)
        # (left, top, right, bottom) of every edge
        self.bounds = np.stack([left.min(axis=1), top.min(axis=1), right.max(axis=1), bottom.max(axis=1)])

    def stroke(self, scale: float, signed: bool, strength: float = 1.0, thickest: float | None = None) -> Stroke:
        """How edges are drawn at a zoom; ``thickest`` makes them wide however many there are."""
        if self.bulk and thickest is None:
            return Stroke(signed, None, 1.0, strength)
        # rounded, so that the pens of a zoom are made once
        pixel = round(min(max(scale * self.scene.grain, LEAST_ZOOM), MOST_ZOOM) / scale, 3)
        return Stroke(signed, pixel, thickest or self._thickest, strength)

    def paint(
        self,
        painter: QPainter,
        showing: Showing,
        signed: bool,
        scale: float,
        rects: Sequence[QRectF] | None = None,
    ) -> None:
        """All edges, or what of them touches ``rects``; those without both ends in the focus are faint."""
        if not self.count:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self.bulk)
        reach = REACH * max(self.scene.grain, 1 / scale)
        pieces = self.pieces.within(rects, reach)
        places = np.arange(self.count) if rects is None else self.pieces.curves_of(pieces)
        if self.bulk and showing.focus is None:
            places = places[self._seen_from[places] <= scale]
        kinds = showing.edge_kinds(places)
        drawing = _Drawing(painter, self, pieces, rects, reach)
        if showing.focus is not None:
            inside = showing.focus[self.scene.edge_sources[places]] & showing.focus[self.scene.edge_targets[places]]
            drawing.draw(places[~inside], kinds[~inside], pens_of(self.theme, self.stroke(scale, signed, FADED)))
            places, kinds = places[inside], kinds[inside]
        drawing.draw(places, kinds, pens_of(self.theme, self.stroke(scale, signed)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def rects(self, edge: int) -> list[QRectF]:
        """Some rectangles in which an edge lies, together much smaller than the one around it."""
        pieces = self.lines[edge]
        if len(pieces) < PARTS:
            ends = pieces[0, :2] + np.linspace(0, 1, PARTS + 1)[:, None] * (pieces[-1, 2:] - pieces[0, :2])
            pieces = np.concatenate([ends[:-1], ends[1:]], axis=1)
        found = []
        for part in np.array_split(pieces, PARTS):
            xs, ys = part[:, 0::2], part[:, 1::2]
            found.append(QRectF(QPointF(xs.min(), ys.min()), QPointF(xs.max(), ys.max())))
        return found

    @cached_property
    def _seen_from(self) -> Array:
        """The scale (m,) from which each edge is seen, where all are hairlines.

        Below it the stronger edges of its strand, which are painted over it, cover their room COVERING times.
        """
        left, top, right, bottom = self.bounds
        found = np.zeros(self.count)
        for strand in self.scene.strands:
            part = slice(strand.first, strand.first + len(strand.sources))
            if part.start < part.stop:
                room = np.ptp([left[part].min(), right[part].max()]) * np.ptp([top[part].min(), bottom[part].max()])
                lengths = np.maximum(right[part] - left[part], bottom[part] - top[part])
                stronger = np.cumsum(lengths[::-1])[::-1] - lengths
                found[part] = stronger / (COVERING * max(room, 1e-9))
        return found

    @cached_property
    def dashes(self) -> Marks:
        """The dashes of what is not known yet."""
        return dashes_along(self.lines, DASH * self.scene.grain, GAP * self.scene.grain)

    @cached_property
    def dots(self) -> Marks:
        """The dots of what is exactly 0."""
        return dots_along(self.lines, DOT * self.scene.grain)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """One painting of edges: ``pieces`` are those that touch ``rects``, with all that comes nearer than ``reach``."""

    painter: QPainter
    edges: EdgePainter
    pieces: Indices
    rects: Sequence[QRectF] | None
    reach: float

    def draw(self, chosen: Indices, kinds: Kinds, pens: dict[int, tuple[QPen, ...]]) -> None:
        """The edges ``chosen``, each with the pens of its kind."""
        order, parts = runs_of(kinds)
        if self.edges.bulk:  # an edge is a piece
            lines = self.edges.lines.take(chosen[order], axis=0)
            for kind, part in parts:
                for pen in pens[kind]:
                    draw_lines(self.painter, lines[part], pen)
            return
        for kind, part in parts:
            own = chosen[order[part]]
            if kind == NOT_YET:
                among = self.edges.dashes.within(self.rects, self.reach)
                draw_lines(self.painter, self.edges.dashes.of(own, among), pens[kind][0])
            elif kind == ZERO:
                among = self.edges.dots.within(self.rects, self.reach)
                draw_points(self.painter, self.edges.dots.of(own, among), pens[kind][0])
            else:
                lines = self.edges.pieces.of(own, self.pieces)
                for pen in pens[kind]:
                    draw_lines(self.painter, lines, pen)


def _ends(curves: Array) -> Array:
    """Curves (k, points, 2) as one straight line each, (k, 1, 4)."""
    return np.concatenate([curves[:, :1], curves[:, -1:]], axis=2)


def _padded(pieces: Array, count: int) -> Array:
    """Pieces (k, p, 4) brought to ``count`` each, the further ones without length at the end of the last."""
    missing = count - pieces.shape[1]
    if not missing:
        return pieces
    end = pieces[:, -1:, [2, 3, 2, 3]]
    return np.concatenate([pieces, np.repeat(end, missing, axis=1)], axis=1)


def _thickest(count: int) -> float:
    """The width of the strongest of so many edges between two groups."""
    return round(1 + (THICKEST - 1) * min(1.0, MANY / max(count, 1)) ** 0.5, 1)
