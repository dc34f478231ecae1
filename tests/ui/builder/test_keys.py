"""Undo and redo pressed in a field: the window's where the field shows what is in force, else the field's own."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.network import parse_network, text_of
from tests.ui.builder.hands import PLAYGROUND, Builder
from visualizer.session.training.recipe import Recipe

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LINE = "2-4-2-1 tanh, output tanh, loss half_squared, bias 0.1"


@pytest.fixture
def asked(build: Build) -> tuple[Builder, list[str]]:
    """A builder, and which of the window's commands were called."""
    builder, calls = build(), list[str]()
    for name, keys in (("undo", ["Ctrl+Z"]), ("redo", ["Ctrl+Y", "Ctrl+Shift+Z"])):
        action = QAction(name, builder.panel)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda _=False, name=name: calls.append(name))
        builder.panel.addAction(action)
    return builder, calls


def press_all(widget: QWidget) -> None:
    """Undo, redo, and redo by its other keys, as they reach what has the focus."""
    assert widget.window().isActiveWindow()
    widget.setFocus()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(focused, Qt.Key.Key_Y, CTRL)
    QTest.keyClick(focused, Qt.Key.Key_Z, CTRL | SHIFT)


def fields(builder: Builder) -> list[QWidget]:
    panel = builder.panel
    width = panel.layers._rows[0]._width.edit
    return [builder.row("learning_rate").box, builder.row("set").box, width, panel.text.line, panel.text.program]


@pytest.mark.parametrize("number", range(5), ids=["number", "word", "stepper", "line", "program"])
def test_a_field_that_shows_what_is_in_force_leaves_them_to_the_window(
    asked: tuple[Builder, list[str]], number: int
) -> None:
    builder, calls = asked
    press_all(fields(builder)[number])
    assert calls == ["undo", "redo", "redo"]
    assert builder.told == []


def test_a_number_that_was_taken_is_the_windows_to_take_back(asked: tuple[Builder, list[str]]) -> None:
    builder, calls = asked
    box = builder.row("learning_rate").box
    builder.typed(box, "0.1")
    press_all(box)
    assert calls == ["undo", "redo", "redo"]
    assert box.currentText() == "0.1"  # type: ignore[union-attr]
    builder.show((PLAYGROUND,))
    assert box.currentText() == "0.03"  # type: ignore[union-attr]


def test_a_width_that_was_taken_is_the_windows_to_take_back(asked: tuple[Builder, list[str]]) -> None:
    builder, calls = asked
    width = builder.panel.layers._rows[0]._width
    builder.typed(width, "7")
    press_all(width.edit)
    assert calls == ["undo", "redo", "redo"]
    assert width.edit.text() == "7"


def test_without_a_command_of_the_window_nothing_comes_back_in_the_field(build: Build) -> None:
    builder = build()
    box, width = builder.row("learning_rate").box, builder.panel.layers._rows[0]._width
    builder.typed(box, "0.1")
    builder.typed(width, "7")
    press_all(box)
    press_all(width.edit)
    assert (box.currentText(), width.edit.text()) == ("0.1", "7")  # type: ignore[union-attr]
    assert len(builder.told) == 2


@pytest.mark.parametrize("refused", [False, True], ids=["being typed", "refused"])
def test_undo_gives_up_what_is_not_in_force(asked: tuple[Builder, list[str]], refused: bool) -> None:
    builder, calls = asked
    row, layer = builder.row("learning_rate"), builder.panel.layers._rows[0]
    for box, shown, refusal in (
        (row.box, row.box.currentText, row.refusal),  # type: ignore[union-attr]
        (layer._width, layer._width.edit.text, layer.refusal),
    ):
        before = shown()
        builder.typed(box, "many", Qt.Key.Key_Return if refused else Qt.Key.Key_Home)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert refusal.isVisible() == refused
        QTest.keyClick(focused, Qt.Key.Key_Y, CTRL)
        assert (shown(), calls) == ("many", [])
        QTest.keyClick(focused, Qt.Key.Key_Z, CTRL)
        assert (shown(), calls) == (before, [])
        assert not refusal.isVisible()
        QTest.keyClick(focused, Qt.Key.Key_Z, CTRL)
        assert calls.pop() == "undo"
    assert builder.told == []


def test_undo_goes_back_through_what_was_written_and_on_in_the_window(asked: tuple[Builder, list[str]]) -> None:
    builder, calls = asked
    line = builder.panel.text.line
    line.setFocus()
    line.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(line, ", gain 2")
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    QTest.keyClick(line, Qt.Key.Key_Z, CTRL)
    assert line.toPlainText() == f"{LINE}, gain 2"
    QTest.keyClick(line, Qt.Key.Key_Y, CTRL)
    assert line.toPlainText() == f"{LINE}, gain "
    for _ in range(20):
        if not line.pending:
            break
        QTest.keyClick(line, Qt.Key.Key_Z, CTRL)
    assert (line.toPlainText(), calls) == (LINE, [])
    QTest.keyClick(line, Qt.Key.Key_Z, CTRL)
    assert (line.toPlainText(), calls) == (LINE, ["undo"])


def test_undo_ends_at_what_is_in_force_now(asked: tuple[Builder, list[str]]) -> None:
    builder, calls = asked
    line = builder.panel.text.line
    line.setFocus()
    QTest.keyClicks(line, "9")
    other = Recipe(parse_network("2-8-1 relu, loss half_squared"))
    builder.show((other,))
    for _ in range(2):
        QTest.keyClick(line, Qt.Key.Key_Z, CTRL)
    assert other.network is not None
    assert (line.toPlainText(), calls) == (text_of(other.network), [])


def test_a_program_that_was_taken_is_the_windows_to_take_back(asked: tuple[Builder, list[str]]) -> None:
    builder, calls = asked
    program = builder.panel.text.program
    program.setFocus()
    program.setTextCursor(program.document().find("tanh"))
    QTest.keyClicks(program, "relu")
    QTest.keyClick(program, Qt.Key.Key_Return, CTRL)
    written = program.toPlainText()
    assert builder.recipe.network is not None
    assert builder.recipe.network.layers[0].activation == "relu"
    press_all(program)
    assert (program.toPlainText(), calls) == (written, ["undo", "redo", "redo"])
