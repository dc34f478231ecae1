"""Keys: arrows walk the graph once something is selected, Enter edits, Escape lets go, and all of it is told."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from tests.ui.canvas.screen import LEFT, LONG, NONE, shown
from visualizer.session.document import parse
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.theme import LIGHT, load_fonts
from visualizer.ui.window import Window

Key = Qt.Key


@pytest.fixture
def neuron(qtbot: QtBot) -> Canvas:
    canvas = shown(qtbot, Session(load_lesson("neuron-by-hand")))
    canvas.setFocus()
    return canvas


def press(canvas: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(canvas, key)


def name(canvas: Canvas) -> str | None:
    node = canvas.session.selected
    return None if node is None else canvas.session.document.graph.nodes[node].name


def select(canvas: Canvas, node: str) -> None:
    canvas.session.select(canvas.session.document.graph.node(node).id)


def test_arrows_go_along_the_edges(neuron: Canvas) -> None:
    select(neuron, "o")
    press(neuron, Key.Key_Left)
    assert name(neuron) == "n"
    press(neuron, Key.Key_Right)
    assert name(neuron) == "o"
    graph = neuron.session.document.graph
    for _ in range(8):  # to a leaf, and no further
        before = neuron.session.selected
        press(neuron, Key.Key_Left)
        after = neuron.session.selected
        assert after == before or after in graph.nodes[before].inputs
    assert graph.nodes[neuron.session.selected].is_leaf


def test_up_and_down_stay_in_the_column_and_reach_all_of_it(neuron: Canvas) -> None:
    scene = neuron.session.scene
    select(neuron, "x1w1")
    column = {"x1w1", "x2w2"}
    left, width = (scene.boxes[neuron.session.selected].rect[i] for i in (0, 2))
    seen = set()
    for key in (Key.Key_Down,) * 4 + (Key.Key_Up,) * 8:
        press(neuron, key)
        x, _, wide, _ = scene.boxes[neuron.session.selected].rect
        assert x < left + width
        assert x + wide > left
        seen.add(name(neuron))
    assert column <= seen


def test_every_array_can_be_reached_by_arrows(qtbot: QtBot) -> None:
    canvas = shown(qtbot, Session(load_lesson("backpropagation-by-hand")))
    reached, ahead = {0}, [0]
    while ahead:
        node = ahead.pop()
        for key in (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down):
            canvas.session.select(node)
            press(canvas, key)
            if canvas.session.selected not in reached:
                reached.add(canvas.session.selected)
                ahead.append(canvas.session.selected)
    assert reached == set(range(len(canvas.session.scene.boxes)))


def test_walking_takes_no_step_and_escape_lets_arrows_step_again(window: Window) -> None:
    session, canvas = window.session, window.canvas
    session.go_to(3)
    select(canvas, "n")
    press(canvas, Key.Key_Left)
    assert session.position.step == 3
    press(canvas, Key.Key_Escape)
    assert (session.selected, session.picked) == (None, None)
    press(canvas, Key.Key_Right)
    assert session.position.step == 4


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[Window]:
    from visualizer.session.session import prepare

    load_fonts()
    window = Window("light")
    window.show()
    window.show_document(prepare(load_lesson("neuron-by-hand")))
    qtbot.waitExposed(window)
    window.activateWindow()
    window.canvas.setFocus()
    yield window
    window.close()
    window.deleteLater()


def test_arrows_step_while_nothing_is_selected(window: Window) -> None:
    press(window.canvas, Key.Key_Right, Key.Key_Right)
    assert window.session.position.step == 2
    assert window.session.selected is None


def test_tab_comes_in_shows_it_and_goes_on(qtbot: QtBot) -> None:
    frame = QWidget()
    qtbot.addWidget(frame)
    layout = QVBoxLayout(frame)
    before, after = QPushButton("before"), QPushButton("after")
    canvas = Canvas(Session(load_lesson("neuron-by-hand")), LIGHT)
    for widget in (before, canvas, after):
        layout.addWidget(widget)
    with qtbot.waitActive(frame):
        frame.show()
        frame.activateWindow()
    before.setFocus()
    unmarked = canvas.grab().toImage()
    press(before, Key.Key_Tab)
    assert canvas.hasFocus()
    assert canvas.grab().toImage() != unmarked
    press(canvas, Key.Key_Down)  # it came by key, so arrows walk at once
    assert canvas.session.selected is not None
    press(canvas, Key.Key_Escape)
    press(canvas, Key.Key_Tab)
    assert after.hasFocus()
    QTest.keyClick(after, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.hasFocus()


def test_enter_edits_a_leaf(neuron: Canvas) -> None:
    select(neuron, "x1")
    press(neuron, Key.Key_Return)
    (line,) = neuron.findChildren(QLineEdit)
    QTest.keyClicks(line, "1.5")
    press(line, Key.Key_Return)
    assert neuron.session.trace.value("x1") == 1.5


def test_what_is_walked_to_comes_into_view(qtbot: QtBot) -> None:
    canvas = shown(qtbot, Session(parse(LONG)))
    select(canvas, "h0")
    for _ in range(20):
        press(canvas, Key.Key_Right)
        assert canvas.rect().contains(canvas.point_of(canvas.session.selected))
    assert name(canvas) in ("h9", "h10", "h11", "h12", "h13", "w * h9", "w * h10", "loss")


def test_arrows_with_modifiers_are_left_to_others(neuron: Canvas) -> None:
    select(neuron, "n")
    QTest.keyClick(neuron, Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert name(neuron) == "n"


# What a screen reader says -------------------------------------------------------------------------------------------


def said(canvas: Canvas) -> str:
    interface = QAccessible.queryAccessibleInterface(canvas)
    return interface.text(QAccessible.Text.Description)


def test_a_screen_reader_is_told_what_is_selected_and_how_far_it_has_come(neuron: Canvas) -> None:
    assert "graph" in said(neuron).lower()
    session = neuron.session
    select(neuron, "n")
    assert said(neuron) == "n, pre-activation, value not computed yet, gradient none of 1"
    session.last()
    gradient = session.trace.gradient("n")
    assert said(neuron).startswith("n, pre-activation, value 0.8814")
    assert said(neuron).endswith(f"gradient {float(gradient):.4g}, final")
    interface = QAccessible.queryAccessibleInterface(neuron)
    assert interface.text(QAccessible.Text.Name) == "Graph, n"
    session.select(None)
    assert interface.text(QAccessible.Text.Name) == "Graph"


def test_partial_gradients_and_shapes_are_said(qtbot: QtBot) -> None:
    session = Session(parse(LONG))
    canvas = shown(qtbot, session)
    select(canvas, "w")
    session.go_to(next(i for i, step in enumerate(session.trace.steps, 1) if session.scene.gradient_state(
        session.selected, i).kind == "partial"))  # fmt: skip
    words = said(canvas)
    assert "value 3, norm 2.348" in words
    assert words.endswith("partial 1 of 14")
    session.pick(Reference(session.selected, "value", (1,)))
    assert "value −2.345" in said(canvas)
    session.hover(Reference(0, "value", (0,)))
    assert "value −2.345" in said(canvas)


def test_a_question_is_not_answered_to_a_screen_reader(qtbot: QtBot) -> None:
    session = Session(load_lesson("fully-connected-layer"))
    canvas = shown(qtbot, session)
    session.go_to(next(step for step in range(len(session.trace.steps)) if session.asks_at(step)))
    session.select(session.card.target.node)
    assert "asked in the step card" in said(canvas)
    session.reveal()
    assert "asked" not in said(canvas)


def test_a_click_selects_what_arrows_then_leave(neuron: Canvas) -> None:
    QTest.mouseClick(neuron, LEFT, NONE, neuron.point_of(neuron.session.document.graph.node("n").id))
    assert name(neuron) == "n"
    press(neuron, Key.Key_Right)
    assert name(neuron) == "o"
