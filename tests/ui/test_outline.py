"""The panel on the left: lines of the program and sections lead to their steps, sizes and variants run again."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from engine.errors import GradStepError
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import Session
from visualizer.ui.outline import LARGEST_SIZE, WIDTH, Outline
from visualizer.ui.pen import Pen
from visualizer.ui.theme import LIGHT, load_fonts

MOUSE, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

# One lesson is enough for the fast set.
every_lesson = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "neuron-by-hand" else pytest.mark.slow)
        for name in lesson_names(trains=False)
    ],
)


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def shown(qtbot: QtBot, name: str, complain: Callable[[str], None] = print) -> Outline:
    outline = at(qtbot, Session(load_lesson(name)), complain)
    outline.show()
    qtbot.waitExposed(outline)
    outline.view.grab()
    return outline


def at(qtbot: QtBot, session: Session, complain: Callable[[str], None] = print) -> Outline:
    """A panel that has painted nothing yet."""
    outline = Outline(session, LIGHT, complain)
    qtbot.addWidget(outline)
    outline.resize(WIDTH, 620)
    return outline


def buttons(outline: Outline) -> dict[str, QPushButton]:
    """By what they are called when read aloud."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = outline.findChildren(QPushButton)
    return {button.accessibleName() or button.text(): button for button in found}


def click_target(outline: Outline, title: str) -> None:
    rect = next(rect for rect, _, text in outline.view._targets if text == title)
    QTest.mouseClick(outline.view, MOUSE, NONE, rect.center().toPoint())


@every_lesson
def test_a_section_leads_to_its_first_step(name: str, qtbot: QtBot) -> None:
    outline = shown(qtbot, name)
    session = outline._session
    for start, title in session.sections:
        click_target(outline, title)
        assert session.position.step == start


@every_lesson
def test_a_line_of_the_program_leads_to_the_step_that_computes_it(name: str, qtbot: QtBot) -> None:
    outline = shown(qtbot, name)
    session = outline._session
    for line in session.document.program.strip().splitlines():
        click_target(outline, line)
        computed = session.trace.steps[session.position.step - 1]
        node = session.document.graph.nodes[computed.node]
        assert computed.phase == "forward"
        assert session.document.program.splitlines()[node.line - 1] == line


def test_the_ground_leads_nowhere(qtbot: QtBot) -> None:
    outline = shown(qtbot, "neuron-by-hand")
    QTest.mouseClick(outline.view, MOUSE, NONE, QPoint(100, 3))
    assert outline._session.position.step == 0


@every_lesson
def test_words_stay_within_the_panel_and_apart(name: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[tuple[float, float, float, str]] = []

    def written(pen: Pen, face: QFont, x: float, baseline: float, text: str, color: QColor) -> None:
        at = pen.painter.transform().map(x, baseline)
        words.append((at[0], QFontMetricsF(face).horizontalAdvance(text), at[1], text))

    session = Session(load_lesson(name))
    monkeypatch.setattr(Pen, "text_in", written)
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        words.clear()
        outline = at(qtbot, session)
        outline.grab()
        assert len(words) > 3
        for x, across, baseline, text in words:
            assert x >= 0
            assert x + across <= outline.view.width(), text
            assert baseline <= outline.view.height(), text
        baselines = sorted({round(baseline) for _, _, baseline, _ in words})
        assert all(below - above >= 10 for above, below in pairwise(baselines)), baselines


# Sizes and variants -------------------------------------------------------------------------------------------------


def test_sizes_are_changed_by_button(qtbot: QtBot) -> None:
    outline = shown(qtbot, "fully-connected-layer")
    session = outline._session
    assert dict(session.document.sizes) == {"n": 3, "m": 2}
    QTest.mouseClick(buttons(outline)["Increase n"], MOUSE)
    QTest.mouseClick(buttons(outline)["Increase n"], MOUSE)
    QTest.mouseClick(buttons(outline)["Decrease m"], MOUSE)
    assert dict(session.document.sizes) == {"n": 5, "m": 1}
    assert session.trace.value("w").shape == (5, 1)
    assert not buttons(outline)["Decrease m"].isEnabled()
    assert buttons(outline)["Increase m"].isEnabled()
    for _ in range(3):
        session.undo()
    assert dict(session.document.sizes) == {"n": 3, "m": 2}
    assert buttons(outline)["Decrease m"].isEnabled()


def test_sizes_have_an_end(qtbot: QtBot) -> None:
    outline = shown(qtbot, "fully-connected-layer")
    outline._session.set_size("n", LARGEST_SIZE)
    assert not buttons(outline)["Increase n"].isEnabled()
    assert buttons(outline)["Decrease n"].isEnabled()


def test_a_size_can_be_changed_again_and_again_by_key(qtbot: QtBot) -> None:
    """The button that was pressed still has the focus when the numbers have changed."""
    outline = shown(qtbot, "fully-connected-layer")
    outline.activateWindow()
    QApplication.processEvents()
    buttons(outline)["Increase n"].setFocus()
    for expected in (4, 5, 6):
        focused = QApplication.focusWidget()
        assert isinstance(focused, QPushButton)
        assert focused.accessibleName() == "Increase n"
        QTest.keyClick(focused, Qt.Key.Key_Space)
        buttons(outline)
        assert outline._session.document.sizes["n"] == expected


def test_the_convention_is_switched_and_follows_undo(qtbot: QtBot) -> None:
    outline = shown(qtbot, "fully-connected-layer")
    session = outline._session
    title = session.document.specification.variants["pytorch"].title
    QTest.mouseClick(buttons(outline)[title], MOUSE)
    assert session.document.variant == "pytorch"
    assert buttons(outline)[title].isChecked()
    session.undo()
    assert session.document.variant == ""
    assert not buttons(outline)[title].isChecked()
    assert sum(button.isChecked() for button in buttons(outline).values()) == 1


def test_what_has_no_sizes_and_variants_has_no_choices(qtbot: QtBot) -> None:
    outline = shown(qtbot, "neuron-by-hand")
    assert not outline._choices.isVisible()
    outline._session.open(load_lesson("fully-connected-layer"))
    assert outline._choices.isVisible()
    assert "Increase n" in buttons(outline)
    outline._session.open(load_lesson("neuron-by-hand"))
    assert not outline._choices.isVisible()


def test_a_change_that_cannot_be_made_is_explained(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    outline = shown(qtbot, "fully-connected-layer", said.append)

    def refuse(name: str, size: int) -> None:
        raise GradStepError("that is too much")

    monkeypatch.setattr(outline._session, "set_size", refuse)
    QTest.mouseClick(buttons(outline)["Increase n"], MOUSE)
    assert said == ["that is too much"]
    assert "Increase n" in buttons(outline)


@every_lesson
def test_no_button_cuts_its_words_off(name: str, qtbot: QtBot) -> None:
    for text, button in buttons(shown(qtbot, name)).items():
        if button.isVisible():
            assert QFontMetricsF(button.font()).horizontalAdvance(button.text()) <= button.width() - 8, text
