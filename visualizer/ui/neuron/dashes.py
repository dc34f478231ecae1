"""What many curves are drawn with: pieces, dashes and dots. Each stands for itself, so that a part of the picture
needs few of them, and dashes of neighbours make no pattern."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF

from engine.draws import Indices
from engine.ops import Array


class Marks:
    """Lines (n, 4) or points (n, 2), each along one of ``count`` curves (n,)."""

    def __init__(self, places: Array, curves: Indices, count: int) -> None:
        self.places = places
        self.curves = curves
        self._count = count
        xs, ys = places[:, 0::2], places[:, 1::2]
        self.bounds = np.stack([xs.min(axis=1), ys.min(axis=1), xs.max(axis=1), ys.max(axis=1)])

    def within(self, rects: Sequence[QRectF] | None, reach: float) -> Indices:
        """Those that come nearer than ``reach`` to any of some rectangles; all where None."""
        if rects is None:
            return np.arange(len(self.curves))
        found = np.zeros(len(self.curves), dtype=np.bool_)
        for rect in rects:
            found[self._touching(rect.adjusted(-reach, -reach, reach, reach))] = True
        return np.flatnonzero(found)

    def _touching(self, rect: QRectF) -> Indices:
        left, top, right, bottom = self.bounds
        x1, y1, x2, y2 = rect.left(), rect.top(), rect.right(), rect.bottom()
        near = np.flatnonzero((left <= x2) & (right >= x1) & (top <= y2) & (bottom >= y1))
        if self.places.shape[1] == 2:
            return near
        # A long line's bounds are mostly empty: it touches where the rectangle's corners are not all on one side.
        ax, ay, bx, by = self.places[near].T
        dx, dy = bx - ax, by - ay
        middle = dx * ((y1 + y2) / 2 - ay) - dy * ((x1 + x2) / 2 - ax)
        return np.asarray(near[np.abs(middle) <= (np.abs(dx) * (y2 - y1) + np.abs(dy) * (x2 - x1)) / 2])

    def curves_of(self, places: Indices) -> Indices:
        """The curves that some of these are along."""
        found = np.zeros(self._count, dtype=np.bool_)
        found[self.curves[places]] = True
        return np.flatnonzero(found)

    def of(self, chosen: Indices, among: Indices) -> Array:
        """The places ``among`` these that are along ``chosen`` curves."""
        wanted = np.zeros(self._count, dtype=np.bool_)
        wanted[chosen] = True
        return np.asarray(self.places[among[wanted[self.curves[among]]]])


def pieces_of(lines: Array) -> Marks:
    """The pieces of curves (k, pieces, 4)."""
    return Marks(lines.reshape(-1, 4), np.repeat(np.arange(len(lines)), lines.shape[1]), len(lines))


def dashes_along(pieces: Array, length: float, gap: float) -> Marks:
    """Dashes (marks, 4) along curves (k, pieces, 4)."""
    way, curves, at = _stations(pieces, length + gap)
    ends = np.minimum(at + length, way[curves, -1])
    dashes = np.concatenate([_points(pieces, way, curves, at), _points(pieces, way, curves, ends)], axis=1)
    return Marks(dashes, curves, len(pieces))


def dots_along(pieces: Array, distance: float) -> Marks:
    """Points (marks, 2) along curves (k, pieces, 4)."""
    way, curves, at = _stations(pieces, distance)
    return Marks(_points(pieces, way, curves, at), curves, len(pieces))


def _stations(pieces: Array, distance: float) -> tuple[Array, Indices, Array]:
    """How long the way is to each joint of the curves (k, pieces + 1), and where marks begin: curves, way to them.

    Each curve begins at another share of the distance.
    """
    lengths = np.hypot(pieces[:, :, 2] - pieces[:, :, 0], pieces[:, :, 3] - pieces[:, :, 1])
    way = np.concatenate([np.zeros((len(pieces), 1)), np.cumsum(lengths, axis=1)], axis=1)
    starts = np.arange(len(pieces)) * 0.618 % 1
    counts = np.maximum(np.ceil(way[:, -1] / distance - starts), 0).astype(np.intp)
    curves = np.repeat(np.arange(len(pieces)), counts)
    numbers = np.arange(len(curves)) - np.repeat(np.cumsum(counts) - counts, counts)
    return way, curves, (numbers + starts[curves]) * distance


def _points(pieces: Array, way: Array, curves: Indices, at: Array) -> Array:
    """The points (marks, 2) of ``curves`` at some ways from their starts."""
    # one search for all: the ways of each curve are moved behind those of the one before
    apart = float(way[:, -1].max(initial=0.0)) + 1.0
    moved = way + apart * np.arange(len(way))[:, None]
    found = np.searchsorted(moved[:, 1:].ravel(), at + apart * curves, side="left") - curves * pieces.shape[1]
    piece = np.clip(found, 0, pieces.shape[1] - 1)
    own, start = pieces[curves, piece], way[curves, piece]
    share = (at - start) / np.maximum(way[curves, piece + 1] - start, 1e-12)
    return np.asarray(own[:, :2] + np.clip(share, 0, 1)[:, None] * (own[:, 2:] - own[:, :2]))
