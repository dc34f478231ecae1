"""The timeline: dragging scrubs, sections are named without colliding, selected nodes mark their steps."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import Session
from visualizer.ui.pen import Pen
from visualizer.ui.theme import DARK, LIGHT, load_fonts
from visualizer.ui.timeline import BLOCK, LEFT, TOP, Timeline

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


def shown(qtbot: QtBot, name: str, width: int = 1280) -> Timeline:
    timeline = of(qtbot, Session(load_lesson(name)), width)
    timeline.show()
    return timeline


def of(qtbot: QtBot, session: Session, width: int) -> Timeline:
    """A timeline that has painted nothing yet."""
    timeline = Timeline(session, LIGHT)
    qtbot.addWidget(timeline)
    timeline.resize(width, timeline.sizeHint().height())
    return timeline


def block(timeline: Timeline, step: int) -> QPoint:
    return QPointF(LEFT + (step - 0.5) * timeline._pitch(), TOP + BLOCK / 2).toPoint()


@every_lesson
def test_a_press_goes_to_the_step_under_it(name: str, qtbot: QtBot) -> None:
    timeline = shown(qtbot, name)
    session = timeline._session
    for step in range(1, len(session.trace.steps) + 1):
        QTest.mouseClick(timeline, MOUSE, NONE, block(timeline, step))
        assert session.position.step == step
    QTest.mouseClick(timeline, MOUSE, NONE, QPoint(4, 20))
    assert session.position.step == 0


def test_a_drag_scrubs_there_and_back(qtbot: QtBot) -> None:
    timeline = shown(qtbot, "neuron-by-hand")
    session = timeline._session
    seen: list[int] = []
    session.subscribe(lambda change: seen.append(session.position.step))
    QTest.mousePress(timeline, MOUSE, NONE, block(timeline, 1))
    for step in [*range(2, 19), *range(17, 3, -1)]:
        QTest.mouseMove(timeline, block(timeline, step))
    QTest.mouseMove(timeline, QPoint(5000, 20))
    QTest.mouseMove(timeline, QPoint(-500, 20))
    QTest.mouseRelease(timeline, MOUSE, NONE, QPoint(-500, 20))
    assert seen == [*range(1, 19), *range(17, 3, -1), 18, 0]


def test_moving_without_a_button_goes_nowhere(qtbot: QtBot) -> None:
    timeline = shown(qtbot, "neuron-by-hand")
    QTest.mouseMove(timeline, block(timeline, 9))
    QTest.mouseClick(timeline, Qt.MouseButton.RightButton, NONE, block(timeline, 9))
    assert timeline._session.position.step == 0


def test_blocks_have_the_colours_of_their_phases(qtbot: QtBot) -> None:
    timeline = shown(qtbot, "neuron-by-hand")
    session = timeline._session
    for theme in (LIGHT, DARK):
        timeline.set_theme(theme)
        session.last()
        image = timeline.grab().toImage()
        for step, taken in enumerate(session.trace.steps[:-1], start=1):
            place = block(timeline, step)
            assert image.pixelColor(place + QPoint(-8, 0)) == theme.phase(taken.phase)
        session.first()
        image = timeline.grab().toImage()
        for step, taken in enumerate(session.trace.steps, start=1):
            assert image.pixelColor(block(timeline, step)) != theme.phase(taken.phase)


def test_the_steps_of_a_selected_node_are_marked(qtbot: QtBot) -> None:
    timeline = shown(qtbot, "neuron-by-hand")
    session = timeline._session
    plain = timeline.grab().toImage()
    session.select(session.document.graph.node("w2").id)
    marked = timeline.grab().toImage()
    dots = set()
    for step in range(1, len(session.trace.steps) + 1):
        above = block(timeline, step) - QPoint(1, round(BLOCK / 2 + 6))
        if marked.pixelColor(above) != plain.pixelColor(above):
            dots.add(step)
    assert dots == set(session.steps_touching(session.document.graph.node("w2").id))


@every_lesson
@pytest.mark.parametrize("width", [1280, 1920])
def test_words_neither_overlap_nor_leave_the_timeline(
    name: str, width: int, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(load_lesson(name))
    words: list[tuple[float, float, float, str]] = []

    def written(pen: Pen, face: QFont, x: float, baseline: float, text: str, color: QColor) -> None:
        words.append((x, QFontMetricsF(face).horizontalAdvance(text), baseline, text))

    monkeypatch.setattr(Pen, "text_in", written)
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        words.clear()
        timeline = of(qtbot, session, width)
        timeline.grab()
        assert {"Forward", "Backward", "Update"} <= {text for *_, text in words}
        assert session.card.section in [text for *_, text in words]
        for x, across, baseline, text in words:
            assert x >= 0
            assert x + across <= width, text
            assert baseline <= timeline.height()
        for line in {baseline for _, _, baseline, _ in words}:
            row = sorted(word for word in words if word[2] == line)
            for (x, across, _, text), (following, _, _, other) in pairwise(row):
                assert x + across <= following + 0.5, (step, text, other)
