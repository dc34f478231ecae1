"""What is written for one document, and refused there, does not stand in the next."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from engine.network import program_of
from tests.ui.builder.hands import PLAYGROUND, Builder
from visualizer.ui.builder.rows import Refusal

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]
ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


def write_everywhere(builder: Builder, end: Qt.Key) -> None:
    """Nonsense in every kind of field."""
    panel = builder.panel
    for box in (builder.row("noise").box, builder.row("learning_rate").box, panel.layers._rows[0]._width):
        builder.typed(box, "many", end)
    for editor, modifier in ((panel.text.line, Qt.KeyboardModifier.NoModifier), (panel.text.program, CTRL)):
        editor.setFocus()
        editor.selectAll()
        QTest.keyClicks(editor, "nonsense")
        QTest.keyClick(editor, end, modifier)


def shown(builder: Builder) -> list[str]:
    """All that stands in fields and under them."""
    panel = builder.panel
    texts = [edit.text() for edit in panel.findChildren(QLineEdit)]
    texts += [refusal.text() for refusal in panel.findChildren(Refusal) if refusal.isVisible()]
    return [*texts, panel.text.line.toPlainText(), panel.text.program.toPlainText()]


@pytest.mark.parametrize("end", [ENTER, Qt.Key.Key_Home], ids=["refused", "being written"])
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_nothing_of_one_document_stands_in_the_next(build: Build, end: Qt.Key, first: bool) -> None:
    builder = build()
    before = shown(builder)
    write_everywhere(builder, end)
    builder.press(builder.row("learning_rate").box)  # a field that has the focus is no exception
    assert sum("many" in text.lower() for text in shown(builder)) >= 3
    if first:
        builder.panel.forget()
    builder.show((PLAYGROUND,))
    if not first:
        builder.panel.forget()
    assert shown(builder) == before
    assert builder.panel.text.program.extraSelections() == []
    assert not builder.panel.text.revert.isVisible()
    assert builder.told == []


def test_what_was_forgotten_may_be_tried_again(build: Build) -> None:
    builder = build()
    row = builder.row("learning_rate")
    builder.typed(row.box, "many")
    builder.panel.forget()
    builder.typed(row.box, "many")
    assert row.refusal.isVisible()


def test_the_last_input_that_was_refused_to_go_is_forgotten(build: Build) -> None:
    builder = build()
    inputs = builder.panel.data.inputs
    builder.click(inputs.buttons["x1"])
    builder.click(inputs.buttons["x2"])
    assert inputs.refusal.isVisible()
    builder.panel.forget()
    assert not inputs.refusal.isVisible()
    assert inputs.buttons["x2"].isChecked()


def test_a_section_stays_folded_and_the_place_stays(build: Build) -> None:
    builder = build(height=300)
    builder.panel.restore("data")
    QTest.qWait(20)
    builder.panel.scroll.verticalScrollBar().setValue(60)
    builder.panel.forget()
    QTest.qWait(20)
    assert builder.panel.state() == "data"
    assert builder.panel.scroll.verticalScrollBar().value() == 60


def test_a_new_builder_has_nothing_to_forget(build: Build) -> None:
    builder = build()
    builder.panel.forget()
    assert builder.panel.text.program.toPlainText() == program_of(PLAYGROUND.network)  # type: ignore[arg-type]


def test_a_number_that_was_being_typed_is_not_taken_later(build: Build) -> None:
    builder = build()
    box = builder.row("learning_rate").box
    builder.typed(box, "0.1", Qt.Key.Key_Home)
    builder.panel.forget()
    builder.press(box, Qt.Key.Key_Tab)
    assert builder.told == []
    assert box.currentText() == "0.03"  # type: ignore[union-attr]
