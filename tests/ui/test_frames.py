"""Painting ahead: it is done where there is time, and shows what painting at once would have shown."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import prepare
from visualizer.ui.canvas import Canvas
from visualizer.ui.frames import Frames
from visualizer.ui.theme import load_fonts
from visualizer.ui.window import Window

every_lesson = pytest.mark.parametrize("name", lesson_names(trains=False))


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[Window]:
    load_fonts()
    window = Window("light")
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def paint_ahead(window: Window) -> None:
    """Let the window do what it does when nobody asks anything of it."""
    while window._ahead.busy:
        QApplication.processEvents()


def views(window: Window) -> list[QWidget]:
    return [window.canvas, window.card.view, window.timeline, window.outline.view]


def frames_of(view: QWidget) -> Frames:
    return view._surface.frames if isinstance(view, Canvas) else view._frames


def pixels(picture: QPixmap) -> np.ndarray:
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4).astype(int)


FEW = 8  # pixels


@every_lesson
def test_what_was_painted_ahead_is_what_is_painted_at_once(window: Window, name: str) -> None:
    window.show_document(prepare(load_lesson(name)))
    session = window.session
    moves = [session.step_forward] * len(session.trace.steps) + [session.step_into, session.step_back] * 2
    for move in moves:
        paint_ahead(window)
        move()
        QApplication.sendPostedEvents()  # a card of another height
        ahead = pixels(window.grab())
        for view in views(window):
            frames_of(view).clear()
        window.canvas.rebake()
        # What is painted in parts rounds its transparencies in another order, and dots of a curve at a part's rim.
        differing = np.abs(ahead - pixels(window.grab())).max(axis=2) > 4
        assert differing.sum() <= FEW, session.position


def test_both_neighbours_are_painted_in_every_view_while_nobody_waits(window: Window) -> None:
    window.show_document(prepare(load_lesson("neuron-by-hand")))
    window.session.go_to(5)
    paint_ahead(window)
    painted = [len(frames_of(view)._frames) for view in views(window)]
    window.session.step_forward()
    window.grab()
    window.session.step_back()
    window.session.step_back()
    window.grab()
    assert [len(frames_of(view)._frames) for view in views(window)] == painted


def test_moving_on_forgets_what_was_still_to_be_painted(window: Window) -> None:
    window.show_document(prepare(load_lesson("neuron-by-hand")))
    window.session.go_to(5)
    while not window._ahead._waiting:
        QApplication.processEvents()
    window.session.go_to(9)
    while not window._ahead._waiting:
        QApplication.processEvents()
    assert {place.position.step for _, place in window._ahead._waiting} == {8, 10}


def test_a_view_that_is_hidden_paints_nothing_ahead(window: Window) -> None:
    window.show_document(prepare(load_lesson("neuron-by-hand")))
    window.toggle_panel("outline")
    window.outline.view._frames.clear()
    window.session.go_to(5)
    paint_ahead(window)
    assert not window.outline.view._frames._frames
    window.toggle_panel("outline")


def test_the_frames_used_last_are_kept(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    frames = Frames(widget, most=2)

    def paint(moment: str) -> None:
        frames.paint(moment, frames.blank(widget.size(), QColor("white")), lambda painter: None)

    paint("a")
    paint("b")
    assert frames.find("a") is not None
    paint("c")
    assert [frames.find(moment) is None for moment in "abc"] == [False, True, False]


def test_a_frame_leaves_what_it_was_painted_on_as_it_was(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    frames = Frames(widget)
    under = frames.blank(widget.size(), QColor("white"))

    def draw(painter: QPainter) -> None:
        painter.fillRect(widget.rect(), QColor("black"))

    frame = frames.paint("a", under, draw)
    assert (pixels(under)[..., :3].min(), pixels(frame)[..., :3].max()) == (255, 0)
