"""Samples as markers."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from visualizer.session.output.points import Points
from visualizer.ui.heat import class_color
from visualizer.ui.output.axes import Frame
from visualizer.ui.output.markers import RADIUS, SHAPES, SMALLEST, marker_picture, paint_marker, radius_of
from visualizer.ui.pen import painting
from visualizer.ui.theme import DARK, LIGHT, Theme

FRAME = Frame(QRectF(0, 0, 100, 100), (0, 10), (0, 10))


def test_many_markers_are_smaller() -> None:
    assert radius_of(1) == radius_of(250) == RADIUS
    assert SMALLEST <= radius_of(3000) < radius_of(1200) < radius_of(500) < RADIUS


def drawn(theme: Theme, shape: int, hollow: bool) -> QImage:
    image = QImage(24, 24, QImage.Format.Format_RGB32)
    image.fill(QColor("#808080"))
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_marker(painter, theme, 12, 12, class_color(theme, 1), shape, hollow, 6.0)
    return image


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_shapes_and_fillings_are_told_apart(theme: Theme, qapp: QApplication) -> None:
    pictures = [drawn(theme, shape, hollow) for shape in range(len(SHAPES)) for hollow in (False, True)]
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[:place])
    filled, hollow = pictures[:2]
    assert filled.pixelColor(12, 12).blue() > filled.pixelColor(12, 12).red() + 60
    assert abs(hollow.pixelColor(12, 12).blue() - hollow.pixelColor(12, 12).red()) < 20


def test_a_sample_beyond_the_frame_is_not_drawn(qapp: QApplication) -> None:
    points = Points(np.array([[5.0, 5.0], [30.0, 5.0]]), np.array([0, 1]), None, None, ("a", "b"), ("x", "y"))
    heights = (points.train[:, 1], np.empty(0))
    image = marker_picture(FRAME, QSize(400, 100), 1.0, points, heights, LIGHT, False).toImage()
    assert image.pixelColor(50, 50).alpha() == 255
    assert image.pixelColor(300, 50).alpha() == 0


def test_a_screen_of_more_pixels_has_a_finer_picture(qapp: QApplication) -> None:
    points = Points(np.array([[5.0, 5.0]]), np.array([0.5]), None, None, (), ("x", "y"))
    made = marker_picture(FRAME, QSize(100, 100), 2.0, points, (points.train[:, 1], np.empty(0)), LIGHT, True)
    assert (made.width(), made.devicePixelRatio()) == (200, 2.0)
    assert made.toImage().pixelColor(100, 100).alpha() == 255
