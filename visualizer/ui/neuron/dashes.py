"""Dashes and dots along many curves at once: each stands for itself, so that those of neighbours make no pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.draws import Indices
from engine.ops import Array


@dataclass(frozen=True, eq=False)
class Marks:
    """``places`` (marks, ...) along curves, and the curve of each (marks,)."""

    places: Array
    curves: Indices

    def of(self, chosen: Indices, count: int) -> Array:
        """The places along some of ``count`` curves."""
        wanted = np.zeros(count, dtype=np.bool_)
        wanted[chosen] = True
        return np.asarray(self.places[wanted[self.curves]])


def dashes_along(pieces: Array, length: float, gap: float) -> Marks:
    """Dashes (marks, 4) along curves (k, pieces, 4)."""
    way, curves, at = _stations(pieces, length + gap)
    ends = np.minimum(at + length, way[curves, -1])
    return Marks(np.concatenate([_points(pieces, way, curves, at), _points(pieces, way, curves, ends)], axis=1), curves)


def dots_along(pieces: Array, distance: float) -> Marks:
    """Points (marks, 2) along curves (k, pieces, 4)."""
    way, curves, at = _stations(pieces, distance)
    return Marks(_points(pieces, way, curves, at), curves)


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
