"""Motion: dots go from where numbers come to where they go, over the picture alone, and nothing waits for them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF
from PySide6.QtWidgets import QProxyStyle, QStyle
from pytestqt.qtbot import QtBot

from tests.ui.canvas.screen import shown
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.canvas.motion import LONGEST, MOST, OF_PAUSE, Travel, reduced_motion

WAY = QPolygonF([QPointF(0, 0), QPointF(100, 0), QPointF(100, 50)])


@pytest.fixture
def neuron(qtbot: QtBot) -> Canvas:
    canvas = shown(qtbot, Session(load_lesson("neuron-by-hand")))
    canvas.set_pause(500.0)
    return canvas


def motion_of(canvas: Canvas):
    return canvas._surface.motion


def test_a_dot_goes_from_the_beginning_of_its_way_to_the_end() -> None:
    travel = Travel([WAY])
    assert travel.at(0.0) == [QPointF(0, 0)]
    assert travel.at(1.0) == [QPointF(100, 50)]
    assert travel.at(0.5) == [QPointF(75, 0)]
    lengths = [x + y for share in np.linspace(0, 1, 20) for x, y in [travel.at(share)[0].toTuple()]]
    assert lengths == sorted(lengths)


def test_of_very_many_ways_some_are_taken_and_none_is_no_way() -> None:
    assert len(Travel([WAY] * 1000)) == MOST
    assert len(Travel([])) == 0
    assert len(Travel([QPolygonF([QPointF(1, 1)])])) == 0


def test_forward_numbers_go_to_the_consumer_and_messages_come_back(neuron: Canvas) -> None:
    session, scene = neuron.session, neuron.session.scene
    for step, phase in ((1, "forward"), (8, "backward")):
        session.go_to(step)
        assert session.trace.steps[step - 1].phase == phase
        (first, *_) = neuron.picture.ways(neuron._surface.light)
        edge = next(edge for edge in scene.edges if edge.arrives_at == step or phase == "forward")
        start = edge.points[0 if phase == "forward" else -1]
        if phase == "backward":
            assert first.first().toTuple() == pytest.approx(tuple(start))
        else:
            receiver = session.trace.receiver(session.trace.steps[0])
            box = scene.boxes[receiver]
            assert first.last().x() == pytest.approx(box.operation_rect[0] if box.operation_rect else box.rect[0])


def test_it_runs_while_steps_play_and_not_otherwise(neuron: Canvas) -> None:
    neuron.session.step_forward()
    assert motion_of(neuron).running
    neuron.set_pause(None)
    assert not motion_of(neuron).running
    neuron.session.step_forward()
    assert not motion_of(neuron).running


def test_it_takes_a_part_of_the_pause_and_never_long(neuron: Canvas) -> None:
    for pause in (100.0, 200.0, 2000.0):
        neuron.set_pause(pause)
        neuron.session.step_forward()
        assert motion_of(neuron)._duration == min(LONGEST, OF_PAUSE * pause)


def test_it_is_off_where_it_is_not_wanted(neuron: Canvas) -> None:
    session = neuron.session
    session.set_appearance(replace(session.appearance, motion=False))
    session.step_forward()
    assert not motion_of(neuron).running


def test_it_is_off_where_the_system_asks_for_less_motion(neuron: Canvas) -> None:
    class Still(QProxyStyle):
        def styleHint(self, hint, option=None, widget=None, data=None) -> int:
            still = hint == QStyle.StyleHint.SH_Widget_Animation_Duration
            return 0 if still else super().styleHint(hint, option, widget, data)

    assert not reduced_motion(neuron)
    still = Still()
    still.setParent(neuron)  # it must outlive what wears it
    neuron.setStyle(still)
    assert reduced_motion(neuron)
    neuron.session.step_forward()
    assert not motion_of(neuron).running


def test_a_step_is_there_at_once_and_dots_leave_nothing_behind(neuron: Canvas) -> None:
    neuron.set_pause(None)
    session = neuron.session
    session.go_to(2)
    at_rest = neuron.grab().toImage()
    session.go_to(1)
    neuron.set_pause(10_000.0)
    session.go_to(2)
    assert session.position.step == 2
    motion_of(neuron).go_to(0.5)
    assert neuron.grab().toImage() != at_rest
    motion_of(neuron).go_to(1.0)
    assert not motion_of(neuron).running
    assert neuron.grab().toImage() == at_rest


def test_the_next_step_takes_the_dots_of_the_last_away(neuron: Canvas) -> None:
    neuron.session.step_forward()
    before = motion_of(neuron)._travel
    neuron.session.step_forward()
    assert motion_of(neuron)._travel is not before
    neuron.zoom(1.1)
    assert not motion_of(neuron).running


def test_it_ends_by_itself(neuron: Canvas, qtbot: QtBot) -> None:
    neuron.session.step_forward()
    qtbot.waitUntil(lambda: not motion_of(neuron).running)
