"""Many lines and rectangles at once: polylines with no more points than are seen, and Qt reading arrays in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from shiboken6 import Shiboken

from engine.draws import Indices
from engine.ops import Array


class Lines(NamedTuple):
    """Straight pieces, x1, y1, x2, y2 of each, (pieces, 4), and the number of the polyline that each belongs to."""

    pieces: Array
    owner: Indices


def simplified(polylines: Sequence[Array], tolerance: float) -> Lines:
    """Polylines (k, 2) without the points that lie nearer than ``tolerance`` to where the line runs without them.

    D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points required to represent a digitized
    line or its caricature", Cartographica 10 (1973), for all polylines at once.
    """
    if not polylines:
        return Lines(np.empty((0, 4)), np.empty(0, dtype=np.intp))
    counts = np.array([len(points) for points in polylines])
    flat = np.concatenate(polylines)
    ends = np.cumsum(counts)
    owner = np.repeat(np.arange(len(counts)), counts)
    kept = np.zeros(len(flat), dtype=np.bool_)
    kept[ends - counts] = kept[ends - 1] = True
    open_points = np.flatnonzero(~kept)
    while len(open_points):
        # A point between two that stay: how far it is from the straight line between these.
        stays = np.flatnonzero(kept)
        piece = np.searchsorted(stays, open_points) - 1
        start, end = flat[stays[piece]], flat[stays[piece + 1]]
        away = _distance(flat[open_points], start, end)
        firsts = np.flatnonzero(np.diff(piece, prepend=-1))
        furthest = np.maximum.reduceat(away, firsts)
        furthest = np.repeat(furthest, np.diff(np.append(firsts, len(piece))))
        splits = furthest > tolerance
        kept[open_points[splits & (away == furthest)]] = True
        open_points = open_points[splits & (away < furthest)]
    stays = np.flatnonzero(kept)
    joined = owner[stays[:-1]] == owner[stays[1:]]
    pieces = np.hstack([flat[stays[:-1][joined]], flat[stays[1:][joined]]])
    return Lines(pieces, owner[stays[:-1][joined]])


def _distance(points: Array, start: Array, end: Array) -> Array:
    """The distance of each point (n, 2) from the line through two others, from the first where these are one."""
    along, off = end - start, points - start
    length = np.hypot(along[:, 0], along[:, 1])
    across = np.abs(along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0])
    return np.asarray(np.where(length > 0, across / np.maximum(length, 1e-300), np.hypot(off[:, 0], off[:, 1])))


def draw_rects(painter: QPainter, rects: Array) -> None:
    """Rectangles x, y, width, height (n, 4) with the painter's brush and pen, in one call."""
    if len(rects):
        rects = np.ascontiguousarray(rects, dtype=np.float64)
        painter.drawRects(Shiboken.wrapInstance(rects.ctypes.data, QRectF), len(rects))


def touching(bounds: Array, rects: Sequence[QRectF], reach: float) -> Indices:
    """Which of ``bounds``, left, top, right and bottom (n, 4), are nearer than ``reach`` to any of ``rects``."""
    left, top, right, bottom = bounds.T
    found = np.zeros(len(bounds), dtype=np.bool_)
    for rect in rects:
        found |= (
            (left <= rect.right() + reach) & (right >= rect.left() - reach)
            & (top <= rect.bottom() + reach) & (bottom >= rect.top() - reach)
        )  # fmt: skip
    return np.flatnonzero(found)


def touching_lines(lines: Array, rects: Sequence[QRectF], reach: float) -> Indices:
    """Which of ``lines``, x1, y1, x2, y2 (n, 4), are nearer than ``reach`` to any of ``rects``."""
    x1, y1, x2, y2 = lines.T
    left, right, top, bottom = np.minimum(x1, x2), np.maximum(x1, x2), np.minimum(y1, y2), np.maximum(y1, y2)
    found = np.zeros(len(lines), dtype=np.bool_)
    for rect in rects:
        wide, high = rect.width() / 2 + reach, rect.height() / 2 + reach
        x, y = rect.center().x(), rect.center().y()
        near = np.flatnonzero((left <= x + wide) & (right >= x - wide) & (top <= y + high) & (bottom >= y - high))
        # A long line's bounds are mostly empty: the rectangle's corners must not all be on one side of it.
        along, down = x2[near] - x1[near], y2[near] - y1[near]
        off = along * (y - y1[near]) - down * (x - x1[near])
        found[near[np.abs(off) <= np.abs(along) * high + np.abs(down) * wide]] = True
    return np.flatnonzero(found)
