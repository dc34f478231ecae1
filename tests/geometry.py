"""What overlaps what, and what passes through what, for tests of pictures as data."""

import numpy as np

from visualizer.session.scene import Rect


def overlapping(rects: list[Rect], by: float = 1e-6) -> list[tuple[int, int]]:
    """Pairs of rectangles that have more than an edge in common."""
    left, top, width, height = np.array(rects).T
    right, bottom = left + width, top + height
    across = (left[:, None] < right - by) & (right[:, None] > left + by)
    down = (top[:, None] < bottom - by) & (bottom[:, None] > top + by)
    found = np.argwhere(np.triu(across & down, 1))
    return [(int(one), int(other)) for one, other in found]


def passed(points: np.ndarray, rects: np.ndarray) -> np.ndarray:
    """Which of ``rects``, x, y, width and height (n, 4), a polyline has a point within: Liang and Barsky's clipping."""
    lowest, highest = points.min(axis=0), points.max(axis=0)
    near = ((rects[:, :2] < highest) & (rects[:, :2] + rects[:, 2:] > lowest)).all(axis=1)
    low, high = rects[near, None, :2], rects[near, None, :2] + rects[near, None, 2:]
    start, along = points[None, :-1], np.diff(points, axis=0)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.sort([(low - start) / along, (high - start) / along], axis=0)
    inside = (low < start) & (start < high)
    still = np.broadcast_to(along == 0, inside.shape)
    enter = np.where(still, np.where(inside, 0.0, 1.0), at[0]).max(axis=2)
    leave = np.where(still, np.where(inside, 1.0, 0.0), at[1]).min(axis=2)
    found = np.zeros(len(rects), dtype=bool)
    found[near] = (np.maximum(enter, 0.0) < np.minimum(leave, 1.0)).any(axis=1)
    return found


def shrunk(rects: np.ndarray, by: float) -> np.ndarray:
    return rects + np.array([by, by, -2 * by, -2 * by])
