"""Many things at once: polylines with fewer points stay near, and what touches what is found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from visualizer.session.scene import Rect
from visualizer.ui.scene.bulk import draw_rects, polygon_of, simplified, touching, touching_lines

coordinates = st.floats(-100, 100).map(lambda number: round(number, 2))
polylines = st.lists(st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=12), min_size=1, max_size=6)


def distance(point: np.ndarray, piece: np.ndarray) -> float:
    start, end = piece[:2], piece[2:]
    length = float(((end - start) ** 2).sum())
    share = 0.0 if length == 0 else float(np.clip((point - start) @ (end - start) / length, 0, 1))
    return float(np.hypot(*(start + share * (end - start) - point)))


@given(polylines, st.floats(0.5, 30))
def test_a_simplified_polyline_is_one_of_its_own_points(found: list[list[tuple[float, float]]], near: float) -> None:
    curves = [np.array(points) for points in found]
    pieces, owner = simplified(curves, near)
    assert set(owner.tolist()) == set(range(len(curves)))
    for number, points in enumerate(curves):
        mine = pieces[owner == number]
        assert (mine[0, :2] == points[0]).all()
        assert (mine[-1, 2:] == points[-1]).all()
        assert (mine[1:, :2] == mine[:-1, 2:]).all()  # each piece begins where the one before ends
        assert len(mine) < len(points)


def test_a_curve_keeps_its_shape() -> None:
    """With x growing, as in a layout, every point left out is near to what is drawn."""
    along = np.linspace(0, 1, 49)
    curve = np.stack([300 * along, 80 * along * along * (3 - 2 * along)], axis=1)
    for near in (0.1, 1.0, 5.0):
        pieces, _ = simplified([curve], near)
        assert max(min(distance(point, piece) for piece in pieces) for point in curve) <= near + 1e-9
    assert len(simplified([curve], 0.1).pieces) > len(simplified([curve], 1.0).pieces) > 1
    assert len(simplified([curve], 50.0).pieces) == 1


def test_no_polylines_have_no_pieces() -> None:
    assert simplified([], 1.0).pieces.shape == (0, 4)


@given(st.lists(st.tuples(*[coordinates] * 4), min_size=1, max_size=20), st.tuples(*[coordinates] * 4))
def test_lines_that_touch_a_rectangle_are_found(lines: list[Rect], rect: Rect) -> None:
    found = set(touching_lines(np.array(lines), [QRectF(*rect[:2], abs(rect[2]), abs(rect[3]))], 0.0).tolist())
    left, top, width, height = rect[0], rect[1], abs(rect[2]), abs(rect[3])
    for number, (x1, y1, x2, y2) in enumerate(lines):
        along = np.linspace(0, 1, 200)
        x, y = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
        if ((left < x) & (x < left + width) & (top < y) & (y < top + height)).any():
            assert number in found


def test_a_long_line_beside_a_rectangle_does_not_touch_it() -> None:
    line = np.array([[0.0, 0.0, 100.0, 100.0]])
    assert len(touching_lines(line, [QRectF(70, 10, 20, 20)], 1.0)) == 0
    assert len(touching_lines(line, [QRectF(40, 40, 20, 20)], 1.0)) == 1


def test_bounds_that_touch_any_rectangle_are_found() -> None:
    bounds = np.array([[0.0, 0.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0], [40.0, 0.0, 50.0, 10.0]])
    assert touching(bounds, [QRectF(9, 9, 2, 2), QRectF(45, 5, 1, 1)], 0.0).tolist() == [0, 2]
    assert touching(bounds, [QRectF(12, 12, 6, 6)], 0.0).tolist() == []
    assert touching(bounds, [QRectF(12, 12, 6, 6)], 3.0).tolist() == [0, 1]


@pytest.mark.usefixtures("qapp")
def test_rectangles_are_drawn_where_they_are() -> None:
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setPen(QColor(0, 0, 0, 0))
    painter.setBrush(QColor("black"))
    draw_rects(painter, np.array([[2.0, 2.0, 6.0, 6.0], [20.0, 5.0, 10.0, 10.0]]))
    draw_rects(painter, np.empty((0, 4)))
    painter.end()
    for x, y, black in ((4, 4, True), (12, 4, False), (25, 10, True), (25, 17, False)):
        assert (image.pixelColor(x, y) == QColor("black")) == black


@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_a_polygon_has_the_points_of_its_array(count: int) -> None:
    points = np.random.default_rng(count).normal(size=(2, count)).T  # columns that are not side by side
    polygon = polygon_of(points)
    assert [(point.x(), point.y()) for point in polygon.toList()] == [tuple(point) for point in points.tolist()]
