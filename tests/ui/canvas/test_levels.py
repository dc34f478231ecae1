"""All levels on one canvas: painted in parts as at once, hit where they are drawn, walked and told."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from tests.ui.canvas.screen import NETWORK, shown
from tests.ui.canvas.test_canvas import assert_alike, baked
from visualizer.session.document import parse
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.theme import DARK

Key = Qt.Key
LEVELS = ("layer", "neuron", "scalar")


@pytest.fixture(params=LEVELS)
def canvas(request: pytest.FixtureRequest, qtbot: QtBot) -> Canvas:
    session = Session(parse(NETWORK))
    canvas = shown(qtbot, session)
    session.set_level(request.param)
    return canvas


def test_steps_paint_in_parts_what_would_be_painted_at_once(canvas: Canvas) -> None:
    session = canvas.session
    for start in (0, 3, 8, 14, len(session.trace.steps) - 1):
        session.go_to(start)
        for move in (session.step_forward, session.step_forward, session.step_back, session.step_forward):
            move()
            part = canvas.grab()
            assert_alike(part, baked(canvas), session.position)


def test_what_was_painted_ahead_is_what_is_painted_at_once(canvas: Canvas) -> None:
    session = canvas.session
    session.go_to(5)
    for _ in range(6):
        for place in session.neighbours:
            canvas.prepare(session.glimpse(place))
        session.step_forward()
        ahead = canvas.grab()
        canvas._surface.forget_frames()
        assert_alike(ahead, baked(canvas), session.position)


def test_what_is_drawn_is_hit_and_said(canvas: Canvas) -> None:
    session = canvas.session
    session.last()
    for name, index in (("x", (0, 1)), ("a1", (1, 0)), ("b1", (2,)), ("z2", (0, 0))):
        node = session.document.graph.ids[name]
        rect = canvas.picture.bounds(Reference(node, "value", index))
        if rect is None:
            continue
        point = canvas.transform.map(rect.center())
        hit = canvas.hit(point)
        assert hit is not None, name
        stages = {node, *session.units.groups[session.units.group_of[node]].stages}
        assert hit[0] in stages
        assert canvas.picture.words(session, hit)


def test_arrows_walk_along_the_network_and_back(canvas: Canvas) -> None:
    session, units = canvas.session, canvas.session.units
    session.go_to(1)
    session.select(session.document.graph.ids["a1"])
    session.pick(Reference(session.selected, "value", (0, 0)))
    before = session.selected
    QTest.keyClick(canvas, Key.Key_Right)
    assert session.selected != before
    assert canvas.rect().contains(canvas.point_of(session.selected))
    assert session.selected in units.group_of or session.selected in units.bundle_of
    there = session.selected, session.picked
    QTest.keyClick(canvas, Key.Key_Left)
    assert (session.selected, session.picked) != there


def test_another_theme_another_sample_and_other_edges_show_no_trace_of_the_last(canvas: Canvas) -> None:
    session = canvas.session
    session.go_to(6)
    canvas.set_theme(DARK)
    assert_alike(canvas.grab(), baked(canvas))
    session.set_sample(2 if session.samples > 2 else 0)
    assert_alike(canvas.grab(), baked(canvas))
    session.set_focus(Reference(session.document.graph.ids["z2"], "value", None))
    assert_alike(canvas.grab(), baked(canvas))


@pytest.mark.parametrize("name", ["neuron-by-hand", "backpropagation-by-hand"])
def test_levels_are_entered_and_left_without_leaving_anything_behind(name: str, qtbot: QtBot) -> None:
    session = Session(load_lesson(name))
    canvas = shown(qtbot, session)
    session.go_to(7)
    first = canvas.grab()
    for level in ("neuron", "scalar", "neuron", "layer"):
        session.set_level(level)
        assert_alike(canvas.grab(), baked(canvas), level)
    assert_alike(canvas.grab(), first)
