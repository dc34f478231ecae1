"""The minimap: there when only a part is in view, true to the view, and a way to move it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.canvas.screen import LEFT, LONG, NONE, drag, shown
from visualizer.session.document import parse
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.canvas.minimap import Minimap
from visualizer.ui.theme import DARK


@pytest.fixture
def long(qtbot: QtBot) -> Canvas:
    return shown(qtbot, Session(parse(LONG)))


def minimap_of(canvas: Canvas) -> Minimap:
    (found,) = canvas.findChildren(Minimap)
    return found


def middle(canvas: Canvas) -> QPointF:
    return canvas.scene_point(canvas.view.room.center())


def test_it_is_there_only_while_a_part_is_in_view(long: Canvas) -> None:
    assert minimap_of(long).isVisible()
    long.fit()
    assert not minimap_of(long).isVisible()
    long.zoom(1.5)
    assert minimap_of(long).isVisible()


def test_a_lesson_that_is_seen_whole_has_none(qtbot: QtBot) -> None:
    assert not minimap_of(shown(qtbot, Session(load_lesson("neuron-by-hand")))).isVisible()


def test_it_stands_in_the_corner_above_what_lies_at_the_foot(long: Canvas) -> None:
    long.set_foot(90)
    place = minimap_of(long).geometry()
    assert long.rect().contains(place)
    assert place.right() > long.width() - 30
    assert long.height() - 120 < place.bottom() <= long.height() - 90


def test_it_shows_which_part_is_in_view(long: Canvas) -> None:
    minimap = minimap_of(long)
    seen = QRectF(long.scene_point(QPointF(0, 0)), long.scene_point(QPointF(long.width(), long.height())))
    assert minimap._seen.center() == seen.center()
    assert minimap._seen.width() == pytest.approx(seen.width())
    before = minimap.grab().toImage()
    long.pan(-300, 0)
    assert minimap._seen.center().x() == pytest.approx(seen.center().x() + 300 / long.view.scale)
    assert minimap.grab().toImage() != before


def test_a_click_looks_there_and_a_drag_goes_along(long: Canvas) -> None:
    minimap, width = minimap_of(long), long.picture.size[0]
    right = QPoint(round(minimap.width() * 0.75), minimap.height() // 2)
    QTest.mouseClick(minimap, LEFT, NONE, right)
    at = middle(long).x()
    assert at == pytest.approx(0.75 * width, rel=0.05)
    drag(minimap, right, QPoint(-60, 0))
    assert middle(long).x() == pytest.approx(at - 60 / minimap.scale, rel=0.05)
    assert long.session.selected is None
    assert not long.view.following


def test_it_is_painted_when_the_steps_rest_and_not_at_every_one(long: Canvas, qtbot: QtBot) -> None:
    minimap = minimap_of(long)
    qtbot.waitUntil(lambda: minimap.has_picture)
    painted: list[int] = []
    show = minimap.show_picture
    minimap.show_picture = lambda paint: (painted.append(long.session.position.step), show(paint))  # type: ignore[method-assign]
    before = picture_of(minimap)
    for _ in range(5):
        long.session.step_forward()
        long.grab()
    assert painted == []
    qtbot.waitUntil(lambda: painted == [5])
    assert (picture_of(minimap) != before).any()


def picture_of(minimap: Minimap) -> np.ndarray:
    assert minimap._picture is not None
    image = minimap._picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4).astype(int)


def test_another_theme_paints_it_anew(long: Canvas, qtbot: QtBot) -> None:
    minimap = minimap_of(long)
    qtbot.waitUntil(lambda: minimap.has_picture)
    assert np.median(picture_of(minimap)[..., :3]) > 200
    long.set_theme(DARK)
    qtbot.waitUntil(lambda: minimap.has_picture)
    assert np.median(picture_of(minimap)[..., :3]) < 60


def test_a_followed_receiver_is_not_under_it(long: Canvas) -> None:
    for step in range(1, len(long.session.trace.steps) + 1):
        long.session.go_to(step)
        receiver, _ = long.picture.surroundings(long.session)
        covered = QRectF(minimap_of(long).geometry())
        assert not covered.intersects(long.transform.mapRect(receiver)), step
