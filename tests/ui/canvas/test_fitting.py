"""Fitting what is selected, and focus on what it depends on."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from tests.ui.canvas.screen import LONG, shown
from visualizer.session.document import parse
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.canvas.navigation import SELECTION_FIT


@pytest.fixture
def long(qtbot: QtBot) -> Canvas:
    return shown(qtbot, Session(parse(LONG)))


def test_what_is_selected_is_shown_as_large_as_it_goes(long: Canvas) -> None:
    node = long.session.document.graph.node("h10").id
    long.session.select(node)
    long.fit_selection()
    place = long.scene_rect(long.picture.bounds(Reference(node, "value", None)))
    assert long.rect().contains(place)
    assert place.height() > long.view.room.height() * 0.9 or long.view.scale == pytest.approx(SELECTION_FIT)
    assert not long.view.following


def test_without_a_selection_it_is_the_present_step(long: Canvas) -> None:
    long.session.go_to(20)
    long.fit_selection()
    _, around = long.picture.surroundings(long.session)
    assert long.rect().contains(long.scene_rect(around))
    assert long.view.scale > 1


def test_a_picked_number_is_fitted_within_limits(long: Canvas) -> None:
    reference = Reference(long.session.document.graph.node("h3").id, "value", (1,))
    long.session.pick(reference)
    long.fit_selection()
    assert long.view.scale == pytest.approx(SELECTION_FIT)
    assert long.rect().contains(long.scene_rect(long.picture.bounds(reference)))


def test_focus_fades_what_does_not_depend_on_it(qtbot: QtBot) -> None:
    canvas = shown(qtbot, Session(load_lesson("neuron-by-hand")))
    session, ids = canvas.session, canvas.session.document.graph.ids
    session.last()
    before = canvas.grab().toImage()
    session.set_focus(Reference(ids["x1w1"], "value", None))
    after = canvas.grab().toImage()

    def contrast(image: QImage, node: str) -> float:
        part = image.copy(canvas.scene_rect(QRectF(*session.scene.boxes[ids[node]].rect)))
        part = part.convertToFormat(QImage.Format.Format_Grayscale8)
        return float(np.frombuffer(part.constBits(), dtype=np.uint8).std())

    for node in ("x1", "w1", "x1w1", "n", "o"):
        assert contrast(after, node) > 0.8 * contrast(before, node), node
    for node in ("x2", "w2", "x2w2"):
        assert contrast(after, node) < 0.7 * contrast(before, node), node
    session.set_focus(None)
    assert canvas.grab().toImage() == before
