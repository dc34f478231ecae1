"""All drawn edges of a picture of neurons: curves while they are few, hairlines in bulk when they are many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene
from visualizer.ui.network.lines import draw_lines, segments
from visualizer.ui.neuron.bulk import draw_points
from visualizer.ui.neuron.dashes import Marks, dashes_along, dots_along
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import (
    DASH,
    DOT,
    FADED,
    GAP,
    NOT_YET,
    ZERO,
    Stroke,
    draw_kinds,
    pens_of,
    runs_of,
)
from visualizer.ui.theme import Theme

MOST_CURVES = 2500  # where more edges than that are drawn, they are straight hairlines without antialiasing
THICKEST, MANY = 4.6, 40  # pixels; where one strand has more edges than that, all are thinner
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
        # (left, top, right, bottom) of every edge, each a row of its own: comparing them is most of a patch's work
        xs, ys = self.lines[:, :, 0::2], self.lines[:, :, 1::2]
        self.bounds = np.stack([
            xs.min(axis=(1, 2)), ys.min(axis=(1, 2)), xs.max(axis=(1, 2)), ys.max(axis=(1, 2)),
        ])  # fmt: skip

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
        """All edges, or those that touch ``rects``; those without both ends in the focus are faint."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self.bulk)
        if rects is None and showing.focus is None:
            self._draw(painter, showing, slice(None), self.stroke(scale, signed))
        else:
            chosen = np.arange(self.count) if rects is None else self.within(rects)
            inside = np.ones(len(chosen), dtype=np.bool_)
            if showing.focus is not None:
                inside = showing.focus[self.scene.edge_sources[chosen]] & showing.focus[self.scene.edge_targets[chosen]]
                self._draw(painter, showing, chosen[~inside], self.stroke(scale, signed, FADED))
            self._draw(painter, showing, chosen[inside], self.stroke(scale, signed))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw(self, painter: QPainter, showing: Showing, chosen: Indices | slice, stroke: Stroke) -> None:
        kinds, pens = showing.edge_kinds(chosen), pens_of(self.theme, stroke)
        lines = self.lines[chosen]
        if self.bulk:
            draw_kinds(painter, lines, kinds, pens)
            return
        places = np.arange(self.count)[chosen]
        for kind, own in runs_of(kinds):
            if kind == NOT_YET:
                draw_lines(painter, self._dashes.of(places[own], self.count), pens[kind][0])
            elif kind == ZERO:
                draw_points(painter, self._dots.of(places[own], self.count), pens[kind][0])
            else:
                draw_kinds(painter, lines[own], kinds[own], pens)

    @cached_property
    def _dashes(self) -> Marks:
        return dashes_along(self.lines, DASH * self.scene.grain, GAP * self.scene.grain)

    @cached_property
    def _dots(self) -> Marks:
        return dots_along(self.lines, DOT * self.scene.grain)

    def within(self, rects: Sequence[QRectF]) -> Indices:
        """The edges that touch any of some rectangles."""
        if not self.count:
            return np.zeros(0, dtype=np.intp)
        found = [self._touching(rect) for rect in rects]
        return found[0] if len(found) == 1 else np.unique(np.concatenate(found or [np.zeros(0, dtype=np.intp)]))

    def _touching(self, rect: QRectF) -> Indices:
        left, top, right, bottom = self.bounds
        reach = 4.0 * self.scene.grain  # half of the thickest stroke
        x1, y1, x2, y2 = rect.left() - reach, rect.top() - reach, rect.right() + reach, rect.bottom() + reach
        near = np.flatnonzero((left <= x2) & (right >= x1) & (top <= y2) & (bottom >= y1))
        if not self.bulk:
            return near
        # A long line's bounds are mostly empty: it touches where the rectangle's corners are not all on one side.
        ax, ay, bx, by = self.lines[near, 0].T
        dx, dy = bx - ax, by - ay
        middle = dx * ((y1 + y2) / 2 - ay) - dy * ((x1 + x2) / 2 - ax)
        return np.asarray(near[np.abs(middle) <= (np.abs(dx) * (y2 - y1) + np.abs(dy) * (x2 - x1)) / 2])


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
