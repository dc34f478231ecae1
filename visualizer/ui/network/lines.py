"""Strokes of the edges of a network: many curves at once, by the few pens that their sizes are rounded to."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import Shiboken

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.edge_scale import Scale
from visualizer.session.network.edges import Shows
from visualizer.ui.heat import sign_color
from visualizer.ui.theme import Theme, color, magnitude_colors, mix

BINS = 40  # sizes that the eye tells apart
THICKEST, MANY = 4.6, 150  # pixels; where more edges than that are drawn, all are thinner
_THIN = 0.3  # up to that share all are 1 pixel wide, which is painted several times as fast
ZERO, NOT_FINITE = -1, 2 * BINS  # kinds beside the bins; those of negative weights follow on those of positive ones
DOT = 6.5  # pixels from dot to dot
OVERLAP = 0.35  # pixels by which the pieces of a curve are longer at each end


def kinds_of(numbers: Array, shows: Shows, scale: Scale, limit: float) -> Indices:
    """For each number, the pen it is drawn with: a bin by its size, ZERO or NOT_FINITE.

    A gradient's size is on the logarithmic ``scale``, a weight's a share of ``limit``; negative weights have bins of
    their own, BINS further.
    """
    sizes = np.abs(numbers)
    zero, finite = sizes == 0, np.isfinite(sizes)
    if shows == "gradient":
        safe = np.where(zero | ~finite, 1.0, sizes)
        shares = (np.log10(safe) - scale.low) / (scale.high - scale.low)
    else:
        shares = np.where(finite, sizes, 0.0) / limit
    kinds = np.rint(np.clip(shares, 0, 1) * (BINS - 1)).astype(np.intp)
    if shows == "weight":
        kinds = np.where(numbers < 0, kinds + BINS, kinds)
    return np.where(finite, np.where(zero, ZERO, kinds), NOT_FINITE)


def width_of(share: float, thickest: float = THICKEST) -> float:
    """The width of an edge, in pixels."""
    return 1.0 + (max(share - _THIN, 0.0) / (1 - _THIN)) ** 1.6 * (thickest - 1)


def thickest_of(count: int) -> float:
    """The width of the strongest of so many edges."""
    return round(1 + (THICKEST - 1) * min(1.0, MANY / max(count, 1)) ** 0.7, 1)


@lru_cache(maxsize=16)
def pens(theme: Theme, shows: Shows, strength: float = 1.0, thickest: float = THICKEST) -> list[QPen]:
    """A pen for each bin, mixed with the ground where ``strength`` is below 1."""
    shares = [place / (BINS - 1) for place in range(BINS)]
    if shows == "gradient":
        colors = magnitude_colors(theme.name)
        tones = [colors[round(share * 255)] for share in shares] * 2
    else:
        tones = [sign_color(theme, sign * (0.22 + 0.78 * share)) for sign in (1, -1) for share in shares]
    ground = color(theme.ground)
    return [
        _pen(mix(tone, ground, strength), width_of(share, thickest))
        for tone, share in zip(tones, shares * 2, strict=True)
    ]


def _pen(tone: QColor, width: float, cap: Qt.PenCapStyle = Qt.PenCapStyle.FlatCap) -> QPen:
    made = QPen(tone, width)
    made.setCapStyle(cap)
    return made


def draw_curves(painter: QPainter, curves: Array, kinds: Indices, table: list[QPen], theme: Theme) -> None:
    """Curves (n, points, 2) with the pens of ``table``, those of larger bins above those of smaller ones."""
    if not len(kinds):
        return
    rank = np.where(kinds == NOT_FINITE, 2 * NOT_FINITE, kinds % BINS * 2 + kinds // BINS)
    order = np.argsort(rank, kind="stable")
    curves, kinds = curves[order], kinds[order]
    lines = segments(curves)
    starts = np.flatnonzero(np.diff(rank[order], prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(kinds)], strict=True):
        if kinds[start] == NOT_FINITE:
            draw_lines(painter, lines[start:end], _pen(color(theme.danger), 3.6))
            draw_lines(painter, _every_other(curves[start:end]), _pen(color(theme.panel), 1.8))
        else:
            draw_lines(painter, lines[start:end], table[kinds[start]])


def draw_dotted(painter: QPainter, curves: Array, theme: Theme, strength: float = 1.0) -> None:
    """Curves that carry exactly 0."""
    dots = np.repeat(_staggered(curves).reshape(-1, 1, 2), 2, axis=1).reshape(-1, 4)
    dots[:, 2] += 0.05  # a line of no length is none
    tone = mix(color(theme.muted), color(theme.ground), 0.75 * strength)
    draw_lines(painter, dots, _pen(tone, 1.7, Qt.PenCapStyle.RoundCap))


def draw_dashed(painter: QPainter, curves: Array, theme: Theme, strength: float = 1.0) -> None:
    """Curves that carry nothing yet."""
    tone = mix(color(theme.faint), color(theme.ground), strength)
    draw_lines(painter, _every_other(_staggered(curves)), _pen(tone, 1.0))


def _every_other(curves: Array) -> Array:
    """Every other piece of polylines."""
    even = curves[:, : curves.shape[1] // 2 * 2]
    return np.concatenate([even[:, ::2], even[:, 1::2]], axis=2)


def _staggered(curves: Array) -> Array:
    """Points of curves, on each at other places, so that those of many curves make no pattern across them."""
    shares = (np.arange(len(curves)) * 0.618 % 1)[:, None, None]
    return np.asarray(curves[:, :-1] + shares * (curves[:, 1:] - curves[:, :-1]))


def segments(curves: Array) -> Array:
    """The straight pieces of polylines (n, points, 2): x1, y1, x2, y2 of each, (n, points - 1, 4).

    Pieces of a curve overlap a little, since each is painted on its own. Of a level line the first piece is all of it.
    """
    along = curves[:, 1:] - curves[:, :-1]
    along *= OVERLAP / np.maximum(np.hypot(along[:, :, 0], along[:, :, 1]), OVERLAP)[:, :, None]
    pieces = np.concatenate([curves[:, :-1] - along, curves[:, 1:] + along], axis=2)
    level = np.ptp(curves[:, :, 1], axis=1) < 0.75
    pieces[level] = curves[level, -1:][:, :, [0, 1, 0, 1]]
    pieces[level, 0, :2] = curves[level, 0]
    return np.asarray(pieces)


def draw_lines(painter: QPainter, lines: Array, pen: QPen) -> None:
    """Many straight lines (..., 4) in one call: Qt reads them where they are."""
    if len(lines):
        lines = np.ascontiguousarray(lines, dtype=np.float64)
        painter.setPen(pen)
        painter.drawLines(Shiboken.wrapInstance(lines.ctypes.data, QLineF), lines.size // 4)
