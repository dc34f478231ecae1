"""The network as text: read, written, applied by key and by button, and refused with the line that is at fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.network import parse_network, program_of, text_of
from tests.ui.builder.hands import PLAYGROUND, Builder
from visualizer.session.training.recipe import Recipe
from visualizer.ui.builder.editor import Editor

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]
ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


def network_line(recipe: Recipe) -> str:
    assert recipe.network is not None
    return text_of(recipe.network)


def write(editor: Editor, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    for number, part in enumerate(text.split("\n")):
        if number:
            QTest.keyClick(editor, ENTER)
        QTest.keyClicks(editor, part)


def test_both_texts_are_those_of_the_network(build: Build) -> None:
    panel = build().panel
    assert panel.text.line.toPlainText() == network_line(PLAYGROUND)
    assert panel.text.program.toPlainText() == program_of(PLAYGROUND.network)  # type: ignore[arg-type]


def test_the_line_is_applied_with_enter(build: Build) -> None:
    builder = build()
    write(builder.panel.text.line, "2-8-8-1 relu, output tanh, loss half_squared")
    assert builder.told == []
    QTest.keyClick(builder.panel.text.line, ENTER)
    assert network_line(builder.recipe) == "2-8-8-1 relu, output tanh, loss half_squared"
    assert len(builder.panel.layers._rows) == 2
    assert "a2 = relu(z2)" in builder.panel.text.program.toPlainText()


def test_the_line_is_written_as_it_is_read(build: Build) -> None:
    builder = build()
    write(builder.panel.text.line, "2 - 8 - 8 - 1 RELU , loss half_squared")
    QTest.keyClick(builder.panel.text.line, ENTER)
    assert builder.panel.text.line.toPlainText() == "2-8-8-1 relu, loss half_squared"
    assert not builder.panel.text.line.pending


def test_the_program_is_applied_with_control_enter_and_with_its_button(build: Build) -> None:
    builder = build()
    text = builder.panel.text
    changed = text.program.toPlainText().replace("tanh(z1)", "relu(z1)")
    assert not text.apply.isEnabled()
    write(text.program, changed)
    assert text.apply.isEnabled()
    assert text.revert.isVisible()
    QTest.keyClick(text.program, ENTER, CTRL)
    assert builder.recipe.network is not None
    assert builder.recipe.network.layers[0].activation == "relu"
    assert not text.apply.isEnabled()
    write(text.program, changed.replace("relu", "sigmoid"))
    builder.click(text.apply)
    assert builder.recipe.network.layers[0].activation == "sigmoid"
    assert builder.panel.layers._rows[0]._activation.currentText() == "sigmoid"


def test_enter_alone_is_a_new_line_of_the_program(build: Build) -> None:
    builder = build()
    program = builder.panel.text.program
    program.setFocus()
    program.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(program, ENTER)
    assert program.toPlainText().endswith("\n")
    assert builder.told == []


def test_a_layer_is_added_in_the_program(build: Build) -> None:
    builder = build()
    deeper = program_of(parse_network("2-4-2-2-1 tanh, output tanh, loss half_squared"))
    write(builder.panel.text.program, deeper)
    QTest.keyClick(builder.panel.text.program, ENTER, CTRL)
    assert network_line(builder.recipe) == "2-4-2-2-1 tanh, output tanh, loss half_squared, bias 0.1"


def test_an_error_of_the_program_names_its_line_and_marks_it(build: Build) -> None:
    builder = build()
    text = builder.panel.text
    wrong = text.program.toPlainText().replace("tanh(z2)", "tan(z2)")
    write(text.program, wrong)
    QTest.keyClick(text.program, ENTER, CTRL)
    assert builder.told == []
    assert text.program.toPlainText() == wrong
    assert text.program_refusal.isVisible()
    assert text.program_refusal.text().startswith("Line 4: ")
    (mark,) = text.program.extraSelections()
    assert mark.cursor.blockNumber() == 3
    QTest.keyClicks(text.program, " ")
    assert not text.program_refusal.isVisible()
    assert text.program.extraSelections() == []


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("2-0-1", "The width of layer 1 must be from 1 to 100,000, not 0"),
        ("2-1000000000-1", "The width of layer 1 must be from 1 to 100,000, not 1,000,000,000"),
        ("abc", "“abc” is not a width"),
        ("3-4-1", "“circle” has 2 features, and the network takes 3"),
        ("2-4-3", "“circle” has 2 classes, and the network 3 outputs"),
        ("2-4-1 tanh, gain nan", "Gain must be a number"),
        ("", "A network begins with its widths"),
    ],
)
def test_a_line_that_cannot_be_is_said_under_it(build: Build, line: str, sentence: str) -> None:
    builder = build()
    write(builder.panel.text.line, line)
    QTest.keyClick(builder.panel.text.line, ENTER)
    assert builder.told == []
    assert builder.panel.text.line_refusal.text().startswith(sentence)
    assert builder.panel.text.line.toPlainText() == line


def test_escape_and_revert_give_up_what_was_written(build: Build) -> None:
    builder = build()
    text = builder.panel.text
    write(text.line, "2-9")
    QTest.keyClick(text.line, Qt.Key.Key_Escape)
    assert text.line.toPlainText() == network_line(PLAYGROUND)
    write(text.program, "nonsense")
    builder.click(text.revert)
    assert text.program.toPlainText() == program_of(PLAYGROUND.network)  # type: ignore[arg-type]
    assert not text.revert.isVisible()


def test_what_is_being_written_stays_when_recipes_are_shown(build: Build) -> None:
    builder = build()
    text = builder.panel.text
    write(text.program, "z1 = half done")
    builder.press(builder.row("standardise").box, Qt.Key.Key_Space)
    builder.click(builder.panel.layers._add)
    assert text.program.toPlainText() == "z1 = half done"
    builder.click(text.revert)
    assert "z4" in text.program.toPlainText()


def test_the_cursor_and_the_place_stay_when_the_program_changes(build: Build) -> None:
    builder = build(Recipe(parse_network("2-4x30-1 tanh, output tanh, loss half_squared")))
    program = builder.panel.text.program
    cursor = program.textCursor()
    cursor.setPosition(500)
    program.setTextCursor(cursor)
    program.verticalScrollBar().setValue(12)
    builder.typed(builder.row("skips").box, "2")
    assert program.textCursor().position() == 500
    assert program.verticalScrollBar().value() == 12


def test_an_editor_is_as_high_as_its_lines(build: Build, qtbot: QtBot) -> None:
    builder = build()
    text = builder.panel.text
    QTest.qWait(20)
    short = text.program.height()
    assert text.program.verticalScrollBar().maximum() == 0
    assert text.line.verticalScrollBar().maximum() == 0
    builder.click(builder.panel.layers._add)
    qtbot.waitUntil(lambda: text.program.height() - short == 2 * text.program.fontMetrics().lineSpacing())


def test_a_seed_in_the_line_is_for_all_runs(build: Build) -> None:
    builder = build(PLAYGROUND, replace(PLAYGROUND, label="other"))
    write(builder.panel.text.line, f"{network_line(PLAYGROUND)}, seed 4")
    QTest.keyClick(builder.panel.text.line, ENTER)
    assert [recipe.training.seed for recipe in builder.told[-1][0]] == [4, 4]
