"""Dashes, dots and pieces along curves."""

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF

from engine.ops import Array
from visualizer.ui.network.lines import segments
from visualizer.ui.neuron.dashes import dashes_along, dots_along, pieces_of


def curves(count: int, points: int, seed: int) -> Array:
    """Smooth ways to the right."""
    numbers = np.random.default_rng(seed)
    x = np.linspace(0, 200, points)
    rise = (1 - np.cos(np.pi * x / 200)) / 2
    start, end = numbers.uniform(0, 300, (2, count, 1))
    return np.stack([np.broadcast_to(x, (count, points)), start + (end - start) * rise], axis=2)


def away(point: Array, pieces: Array) -> float:
    """How far a point is from a polyline (p, 4)."""
    a, b = pieces[:, :2], pieces[:, 2:]
    along = np.clip(((point - a) * (b - a)).sum(axis=1) / np.maximum(((b - a) ** 2).sum(axis=1), 1e-12), 0, 1)
    return float(np.hypot(*(a + along[:, None] * (b - a) - point).T).min())


def way(pieces: Array) -> float:
    return float(np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]).sum())


@pytest.mark.parametrize("seed", range(4))
def test_dashes_lie_on_their_curves_and_leave_gaps(seed: int) -> None:
    pieces = segments(curves(7, 17, seed))
    marks = dashes_along(pieces, 6.0, 4.0)
    for place, curve in zip(marks.places, marks.curves.tolist(), strict=True):
        assert away(place[:2], pieces[curve]) < 1e-6
        assert away(place[2:], pieces[curve]) < 1e-6
        assert np.hypot(*(place[2:] - place[:2])) <= 6.0 + 1e-6
    for curve in range(7):
        own = marks.places[marks.curves == curve]
        assert len(own) == pytest.approx(way(pieces[curve]) / 10, abs=1)
        gaps = np.hypot(*(own[1:, :2] - own[:-1, 2:]).T)
        assert (gaps > 3.0).all()  # a little less than 4 where the pieces of a curve overlap
        assert (gaps < 4.5).all()


def test_dots_are_as_far_apart_as_told() -> None:
    straight = np.array([[[0.0, 0.0, 50.0, 0.0]], [[0.0, 0.0, 0.0, 0.0]]])
    marks = dots_along(straight, 5.0)
    assert marks.curves.tolist() == [0] * 10 + [1] * np.count_nonzero(marks.curves)
    assert marks.places[:10].tolist() == [[5.0 * i, 0.0] for i in range(10)]


@pytest.mark.parametrize("points", [2, 17])
def test_what_is_within_a_rectangle_is_found(points: int) -> None:
    pieces = segments(curves(40, points, 1))
    marks, numbers = pieces_of(pieces), np.random.default_rng(2)
    for _ in range(60):
        x, y, width, height = numbers.uniform((0, 0, 1, 1), (190, 290, 40, 60))
        rect = QRectF(x, y, width, height)
        sides = [
            QLineF(rect.topLeft(), rect.topRight()), QLineF(rect.topRight(), rect.bottomRight()),
            QLineF(rect.bottomRight(), rect.bottomLeft()), QLineF(rect.bottomLeft(), rect.topLeft()),
        ]  # fmt: skip

        def touches(x1: float, y1: float, x2: float, y2: float, rect: QRectF = rect, sides=sides) -> bool:
            line = QLineF(x1, y1, x2, y2)
            crosses = (line.intersects(side)[0] for side in sides)
            bounded = QLineF.IntersectionType.BoundedIntersection
            return rect.contains(QPointF(x1, y1)) or any(kind == bounded for kind in crosses)

        wanted = {place for place, piece in enumerate(marks.places.tolist()) if touches(*piece)}
        assert {*marks.within([rect], 0.0).tolist()} == wanted


def test_several_rectangles_find_what_each_finds_and_none_finds_all() -> None:
    marks = pieces_of(segments(curves(10, 9, 3)))
    rects = [QRectF(0, 0, 20, 300), QRectF(100, 0, 10, 300)]
    each = [marks.within([rect], 1.0) for rect in rects]
    assert marks.within(rects, 1.0).tolist() == np.unique(np.concatenate(each)).tolist()
    assert len(marks.within(None, 0.0)) == len(marks.curves)
    chosen = np.array([2, 5])
    assert (marks.of(chosen, each[0]) == marks.places[[i for i in each[0] if marks.curves[i] in (2, 5)]]).all()
    assert marks.curves_of(each[0]).tolist() == np.unique(marks.curves[each[0]]).tolist()
