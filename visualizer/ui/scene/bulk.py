"""Many lines and rectangles at once: polylines with no more points than are seen, and Qt reading arrays in place."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPolygonF
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
    x, y = np.ascontiguousarray(flat.T)
    ends = np.cumsum(counts)
    kept = np.zeros(len(flat), dtype=np.bool_)
    kept[ends - counts] = kept[ends - 1] = True
    open_points = np.flatnonzero(~kept)
    while len(open_points):
        # All open points between the same two that stay are neighbours: what is one for them is repeated.
        stays = np.flatnonzero(kept)
        piece = (np.cumsum(kept) - 1)[open_points]
        firsts = np.flatnonzero(np.diff(piece, prepend=-1))
        runs = np.diff(np.append(firsts, len(piece)))
        start, end = stays[piece[firsts]], stays[piece[firsts] + 1]
        away = _distance(x, y, open_points, start, end, runs)
        furthest = np.maximum.reduceat(away, firsts)
        splits = np.repeat(furthest > tolerance, runs)
        open_points, away = open_points[splits], away[splits]
        most = away == np.repeat(furthest, runs)[splits]
        kept[open_points[most]] = True
        open_points = open_points[~most]
    stays = np.flatnonzero(kept)
    owner = np.searchsorted(ends, stays, side="right")
    joined = owner[:-1] == owner[1:]
    pieces = np.hstack([flat[stays[:-1][joined]], flat[stays[1:][joined]]])
    return Lines(pieces, owner[:-1][joined])


def _distance(x: Array, y: Array, points: Indices, start: Indices, end: Indices, runs: Indices) -> Array:
    """The distance of each of some points from the line through two others, from the first where these are one.

    ``start`` and ``end`` are those of so many points one after the other as ``runs`` says.
    """
    along, down = x[end] - x[start], y[end] - y[start]
    length = np.hypot(along, down)
    off_x, off_y = x[points] - np.repeat(x[start], runs), y[points] - np.repeat(y[start], runs)
    length_or_one = np.where(length > 0, length, 1.0)
    across = np.repeat(along / length_or_one, runs) * off_y - np.repeat(down / length_or_one, runs) * off_x
    nowhere = np.repeat(length == 0, runs)
    across[nowhere] = np.hypot(off_x[nowhere], off_y[nowhere])
    return np.asarray(np.abs(across))


def polygon_of(points: Array) -> QPolygonF:
    """A polyline (k, 2) as Qt has it, copied as a whole: point by point, a long one takes milliseconds."""
    polygon = QPolygonF()
    polygon.resize(len(points))
    if len(points):
        flat = np.ascontiguousarray(points, dtype=np.float64)  # held until it has been copied
        ctypes.memmove(Shiboken.getCppPointer(polygon.data())[0], flat.ctypes.data, flat.nbytes)
    return polygon


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
