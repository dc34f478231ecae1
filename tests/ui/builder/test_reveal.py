"""What appears below the visible part of the builder is scrolled to."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.network import parse_network
from tests.ui.builder.hands import Builder
from visualizer.session.training.recipe import Recipe

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]
ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
LONG = Recipe(parse_network("2-4-4-4-4-4-1 tanh, output tanh, loss half_squared"))


def seen(builder: Builder, widget: QWidget, part: QRect | None = None) -> bool:
    """Whether all of a widget, or a part of it, is on the screen."""
    viewport = builder.panel.scroll.viewport()
    part = widget.rect() if part is None else part
    found = QRect(widget.mapTo(viewport, part.topLeft()), part.size())
    return widget.isVisible() and viewport.rect().contains(found)


def put_at_lower_edge(builder: Builder, widget: QWidget) -> None:
    """Scroll by hand until a widget is the last that is seen."""
    QTest.qWait(20)
    scroll = builder.panel.scroll
    below = widget.mapTo(scroll.widget(), QPoint(0, widget.height())).y()
    scroll.verticalScrollBar().setValue(below + 1 - scroll.viewport().height())
    QTest.qWait(20)
    assert seen(builder, widget)


@pytest.mark.parametrize("name", ["noise", "gain", "learning_rate", "loss-below"])
def test_a_refusal_is_seen_with_its_field(build: Build, qtbot: QtBot, name: str) -> None:
    builder = build(LONG, height=240)
    row = builder.row(name)
    row.box.setFocus()
    put_at_lower_edge(builder, row.box)
    builder.typed(row.box, "many and more")
    qtbot.waitUntil(lambda: seen(builder, row.refusal))
    assert seen(builder, row.box)


def test_a_refusal_of_a_layer_is_seen_with_its_field(build: Build, qtbot: QtBot) -> None:
    builder = build(LONG, height=240)
    layer = builder.panel.layers._rows[3]
    layer._width.edit.setFocus()
    put_at_lower_edge(builder, layer._width)
    builder.typed(layer._width, "0")
    qtbot.waitUntil(lambda: seen(builder, layer.refusal))
    assert seen(builder, layer._width)


def test_a_field_that_was_scrolled_out_at_the_top_comes_back_with_its_refusal(build: Build, qtbot: QtBot) -> None:
    builder = build(LONG, height=240)
    row = builder.row("noise")
    builder.typed(row.box, "many", Qt.Key.Key_Home)
    bar = builder.panel.scroll.verticalScrollBar()
    QTest.qWait(20)
    bar.setValue(bar.maximum())
    QTest.keyClick(row.box, ENTER)
    qtbot.waitUntil(lambda: seen(builder, row.refusal))
    assert seen(builder, row.box)


def test_what_is_seen_already_stays_where_it_is(build: Build) -> None:
    builder = build(LONG, height=500)
    row = builder.row("noise")
    QTest.qWait(20)
    builder.panel.scroll.verticalScrollBar().setValue(7)
    builder.typed(row.box, "many")
    QTest.qWait(20)
    assert seen(builder, row.refusal)
    assert builder.panel.scroll.verticalScrollBar().value() == 7


def test_a_refusal_of_the_line_is_seen(build: Build, qtbot: QtBot) -> None:
    builder = build(LONG, height=240)
    text = builder.panel.text
    text.line.setFocus()
    put_at_lower_edge(builder, text.line)
    text.line.selectAll()
    QTest.keyClicks(text.line, "2-0-1")
    QTest.keyClick(text.line, ENTER)
    qtbot.waitUntil(lambda: seen(builder, text.line_refusal))
    assert seen(builder, text.line)


@pytest.mark.parametrize("height", [240, 500])
def test_a_refusal_of_the_program_is_seen_with_its_buttons(build: Build, qtbot: QtBot, height: int) -> None:
    builder = build(LONG, height=height)
    text = builder.panel.text
    text.program.setFocus()
    text.program.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(text.program, "x")
    QTest.keyClick(text.program, ENTER, CTRL)
    qtbot.waitUntil(lambda: seen(builder, text.program_refusal))
    assert seen(builder, text.apply)
    assert seen(builder, text.revert)


def test_the_buttons_are_seen_while_the_program_is_written(build: Build, qtbot: QtBot) -> None:
    builder = build(LONG, height=400)
    program, apply = builder.panel.text.program, builder.panel.text.apply
    program.setFocus()
    put_at_lower_edge(builder, program)
    assert not seen(builder, apply)
    program.moveCursor(QTextCursor.MoveOperation.End)
    for _ in range(6):
        QTest.keyClick(program, ENTER)
    qtbot.waitUntil(lambda: seen(builder, apply))
    assert seen(builder, builder.panel.text.revert)
    assert seen(builder, program.viewport(), program.cursorRect())


def test_the_line_that_is_written_comes_before_the_buttons(build: Build, qtbot: QtBot) -> None:
    builder = build(LONG, height=120)
    program = builder.panel.text.program
    program.setFocus()
    program.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClicks(program, "x")
    qtbot.waitUntil(lambda: seen(builder, program.viewport(), program.cursorRect()))


def test_nothing_moves_while_something_else_is_done(build: Build) -> None:
    builder = build(LONG, height=300)
    program = builder.panel.text.program
    program.setFocus()
    QTest.keyClicks(program, "x")
    QTest.qWait(20)
    builder.panel.scroll.verticalScrollBar().setValue(0)
    builder.press(builder.row("standardise").box, Qt.Key.Key_Space)
    QTest.qWait(20)
    assert builder.panel.scroll.verticalScrollBar().value() == 0
