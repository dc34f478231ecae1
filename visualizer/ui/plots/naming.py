"""Where the names of lines and thresholds go: each beside its own, where it covers as little as may be."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF

from engine.ops import Array
from visualizer.ui.plots.chart import Label
from visualizer.ui.theme import text_width

HEIGHT, SIZE = 14.0, 11.0
AWAY = 6.0  # pixels from a line to its name
PLACES = 7  # along a threshold
MOVING = 4.0  # the cost of a name away from the left end: it keeps its place while little is covered
# A name stands further away, by so many half rows of text at most, where names would meet otherwise.
LINE, ROWS = 8.0, 12
OVER = 5000.0  # the cost of one name over another: more than that of covering whatever curves there are
SAMPLES = 12  # points looked at between two of a line


def place_names(
    labels: tuple[Label, ...], lines: list[Array], named: list[Array], frame: QRectF, taken: list[QRectF]
) -> tuple[tuple[Label, QRectF], ...]:
    """The names within ``frame``: ``lines`` are all lines in pixels, ``named`` those of the labels.

    What is ``taken`` is kept free.
    """
    sampled = _sampled(lines)
    out: list[tuple[Label, QRectF]] = []
    for label, points in zip(labels, named, strict=True):
        if not label.text:
            continue
        width = text_width(label.text, SIZE, "semibold") + 6
        full, best = [*taken, *(area for _, area in out)], (math.inf, QRectF())
        for row in range(ROWS):
            corners = _corners(points[np.isfinite(points[:, 1])], width, frame, row)
            if len(corners) and best[0] >= OVER:
                costs = _costs(corners, width, sampled, full, frame)
                left, top = corners[np.argmin(costs)]
                best = min(best, (float(costs.min()), QRectF(left, top, width, HEIGHT)), key=lambda found: found[0])
        if math.isfinite(best[0]):
            out.append((label, best[1]))
    return tuple(out)


def place_thresholds(texts: list[tuple[float, float]], lines: list[Array], frame: QRectF) -> list[QRectF]:
    """Where thresholds are named within ``frame``: ``texts`` are (y, width), ``lines`` all lines, in pixels.

    A name stands at the left end of its threshold, above it, as long as that covers no more than elsewhere.
    """
    sampled, out = _sampled(lines), list[QRectF]()
    for y, width in texts:
        lefts = np.linspace(frame.left() + 5, max(frame.right() - width - 5, frame.left() + 5), PLACES)
        tops = [top for top in (y - 16, y + 2) if frame.top() - 1 <= top and top + HEIGHT <= frame.bottom() + 1]
        corners = np.array([(left, top) for left in lefts for top in tops or [y - 16]])
        costs = _costs(corners, width, sampled, out, frame) + MOVING * (np.arange(len(corners)) > 0)
        left, top = corners[np.argmin(costs)]
        out.append(QRectF(left, top, width, HEIGHT))
    return out


def _sampled(lines: list[Array]) -> Array:
    return np.concatenate([_between(line) for line in lines] or [np.zeros((0, 2))])


def _corners(points: Array, width: float, frame: QRectF, row: int) -> Array:
    """The upper left corners of the places that a name may have: above and below each point, on either side of it, so
    many half rows of text away."""
    heights = (-AWAY - HEIGHT - row * LINE, AWAY + row * LINE)
    shifts = np.array([(-width * share, y) for share in (0.0, 0.5, 1.0) for y in heights])
    corners = (points[:, None, :] + shifts).reshape(-1, 2)
    x, y = corners.T
    inside = (x >= frame.left() + 3) & (x + width <= frame.right() - 3)
    return np.asarray(corners[inside & (y >= frame.top() + 2) & (y + HEIGHT <= frame.bottom() - 2)])


def _costs(corners: Array, width: float, sampled: Array, full: list[QRectF], frame: QRectF) -> Array:
    """How bad each place is: for what it covers, and a little for how far from the middle it is."""
    left, top = corners[:, 0, None] - 2, corners[:, 1, None] - 3
    right, bottom = left + width + 4, top + HEIGHT + 6
    x, y = sampled.T
    covered = ((x > left) & (x < right) & (y > top) & (y < bottom)).sum(axis=1)
    other = np.array([(area.left(), area.top(), area.right(), area.bottom()) for area in full]).reshape(-1, 4).T
    overlaps = ((other[0] < right) & (other[2] > left) & (other[1] < bottom) & (other[3] > top)).sum(axis=1)
    aside = np.abs(corners[:, 0] + width / 2 - frame.center().x()) / frame.width()
    return np.asarray(2.0 * covered + OVER * overlaps + aside)


def _between(points: Array) -> Array:
    """Points along a line, a few pixels apart."""
    shares = np.linspace(0.0, 1.0, SAMPLES)[:, None, None]
    found = (points[:-1] + shares * (points[1:] - points[:-1])).reshape(-1, 2)
    return np.asarray(found[np.isfinite(found[:, 1])])
