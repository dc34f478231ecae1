"""What was found is ringed, the match that is looked at more strongly and with its number, and comes into view."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from tests.ui.canvas.screen import LONG, shown
from visualizer.session.document import parse
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.theme import LIGHT, color


@pytest.fixture
def neuron(qtbot: QtBot) -> Canvas:
    return shown(qtbot, Session(load_lesson("neuron-by-hand")))


def amber(canvas: Canvas) -> np.ndarray:
    """Which pixels have the colour of the strong ring."""
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4).astype(int)
    tone = color(LIGHT.update)
    return (np.abs(pixels[..., :3] - (tone.blue(), tone.green(), tone.red())) < 12).all(axis=2)


def around(canvas: Canvas, node: int) -> QRect:
    rect = canvas.picture.bounds(Reference(node, "value", None))
    assert rect is not None
    return canvas.scene_rect(rect).adjusted(-8, -8, 8, 8)


def within(mask: np.ndarray, rect: QRect) -> int:
    return int(mask[rect.top() : rect.bottom(), rect.left() : rect.right()].sum())


def test_every_match_is_ringed_and_nothing_else(neuron: Canvas) -> None:
    before = neuron.grab().toImage()
    assert amber(neuron).sum() == 0
    neuron.session.find("x1")
    found = neuron.session.found
    assert found is not None
    assert len(found.matches) >= 2
    after = neuron.grab().toImage()
    differ = [
        node
        for node in range(len(neuron.session.scene.boxes))
        if before.copy(around(neuron, node)) != after.copy(around(neuron, node))
    ]
    assert differ == sorted({match.node for match in found.matches})
    neuron.session.find("")
    assert neuron.grab().toImage() == before


def test_the_match_that_is_looked_at_is_stronger(neuron: Canvas) -> None:
    session = neuron.session
    session.find("weight")
    for _ in range(len(session.found.matches)):
        session.find_next(1)
        strong = {match.node: within(amber(neuron), around(neuron, match.node)) for match in session.found.matches}
        assert max(strong, key=strong.__getitem__) == session.found.current.node


def test_a_match_out_of_sight_is_brought_into_view(qtbot: QtBot) -> None:
    canvas = shown(qtbot, Session(parse(LONG)))
    session = canvas.session
    session.find("tanh")
    for _ in range(14):
        session.find_next(1)
        assert canvas.rect().contains(canvas.point_of(session.found.current.node))


def test_rings_stay_when_steps_are_taken_and_while_the_view_moves(neuron: Canvas) -> None:
    neuron.session.find("tanh")
    node = neuron.session.found.current.node
    for move in (neuron.session.step_forward, lambda: neuron.pan(30, 10), lambda: neuron.zoom(1.2)):
        move()
        assert within(amber(neuron), around(neuron, node)) > 100
