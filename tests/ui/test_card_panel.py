"""The panel with the step card: everything fits, every number can be pointed at, questions are answered by typing."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QMouseEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from engine.explain import references
from engine.expression import Reference
from tests.iterations import ALL_AT_ONCE, XOR, at_update, inside
from visualizer.session.formatting import full_text
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.card_panel import PADDING, CardPanel
from visualizer.ui.card_picture import CardLayout
from visualizer.ui.pen import Pen
from visualizer.ui.theme import DARK, LIGHT, load_fonts

MOUSE, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
WIDTH = 312.0

# One lesson is enough for the fast set.
every_lesson = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "fully-connected-layer" else pytest.mark.slow)
        for name in lesson_names(trains=False)
    ],
)


# Beside the lessons: an iteration of a network on a batch, and of one larger than any card.
BATCH, LARGE = "a batch", "a large batch"
NETWORKS = {BATCH: "2-4-2-1 tanh", LARGE: "4-64-64-3 relu, loss cross_entropy"}
every_card = pytest.mark.parametrize("name", [*lesson_names(trains=False), BATCH, LARGE])


def opened(name: str) -> Session:
    """A lesson, or an iteration of a run."""
    if name not in NETWORKS:
        return Session(load_lesson(name))
    return inside(ALL_AT_ONCE, NETWORKS[name], data='set = "iris"' if name == LARGE else XOR)


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def layer(qtbot: QtBot) -> CardPanel:
    return shown(qtbot, Session(load_lesson("fully-connected-layer")))


def shown(qtbot: QtBot, session: Session) -> CardPanel:
    panel = CardPanel(session, LIGHT)
    qtbot.addWidget(panel)
    panel.resize(348, 1600)  # all of a card without scrolling
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def question(session: Session) -> None:
    session.go_to(next(step for step in range(len(session.trace.steps)) if session.asks_at(step)))


def layout_of(session: Session, width: float = WIDTH) -> CardLayout:
    return lay_out_card(session.card, LIGHT, width)


def visits(session: Session) -> Iterator[str]:
    """Every whole step, and the first and last single path of each."""
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        yield f"{step}"
        if step:
            session.walk()
            yield f"{step}, first path"
            session.step_out()


def noting(words: list[tuple[QRectF, str]]) -> Callable[..., None]:
    """In the place of ``Pen.text_in``: notes every text and where it would stand on the card."""

    def written(pen: Pen, face: QFont, x: float, baseline: float, text: str, color: QColor) -> None:
        measure = QFontMetricsF(face)
        height = measure.capHeight()
        place = QRectF(x, baseline - height, measure.horizontalAdvance(text), height)
        words.append((pen.painter.worldTransform().mapRect(place).translated(-PADDING, -PADDING), text))

    return written


# What is set --------------------------------------------------------------------------------------------------------


@every_card
@pytest.mark.parametrize("width", [WIDTH, 260.0, 500.0])
def test_everything_stays_within_the_card(
    name: str, width: float, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(name)
    words: list[tuple[QRectF, str]] = []
    monkeypatch.setattr(Pen, "text_in", noting(words))
    panel = shown(qtbot, session)
    for visit in visits(session):
        layout = layout_of(session, width)
        for rect, reference in layout.regions:
            assert rect.left() >= -1, (visit, reference)
            assert rect.right() <= width + 1, (visit, reference, rect)
            assert rect.bottom() <= layout.height, (visit, reference)
        words.clear()
        panel.view._layout = layout
        panel.view.grab()
        assert words
        for rect, text in words:
            assert rect.left() >= -1, (visit, text)
            assert rect.right() <= width + PADDING / 2, (visit, text)
            assert rect.bottom() <= layout.height, (visit, text)


@every_card
def test_words_do_not_overlap(name: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened(name)
    words: list[tuple[QRectF, str]] = []
    monkeypatch.setattr(Pen, "text_in", noting(words))
    panel = shown(qtbot, session)
    for visit in visits(session):
        words.clear()
        panel.view._layout = layout_of(session)
        panel.view.grab()
        for i, (rect, text) in enumerate(words):
            for other, second in words[:i]:
                assert not rect.intersects(other), (visit, text, second)


@every_lesson
def test_every_number_of_the_equations_can_be_pointed_at(name: str) -> None:
    session = opened(name)
    for step in range(1, len(session.trace.steps) + 1):
        session.go_to(step)
        session.reveal()
        found = {reference for _, reference in layout_of(session).regions}
        chosen = next(line for line in session.card.lines if line.target.index == session.card.chosen)
        assert set(references(chosen.expression)) <= found


@every_lesson
def test_a_point_in_a_region_is_its_number(name: str) -> None:
    session = Session(load_lesson(name))
    for step in range(1, len(session.trace.steps) + 1):
        session.go_to(step)
        session.reveal()
        layout = layout_of(session)
        whole = [rect for rect, _ in layout.regions if rect.width() >= layout.width]
        for rect, reference in layout.regions:
            if rect not in whole:
                assert layout.reference_at(rect.center().x(), rect.center().y()) == reference
        assert layout.reference_at(-10, -10) is None


def test_a_question_hides_every_number() -> None:
    session = Session(load_lesson("fully-connected-layer"))
    for step in [step for step in range(len(session.trace.steps)) if session.asks_at(step)]:
        session.go_to(step)
        assert layout_of(session).regions == []
        session.reveal()
        assert layout_of(session).regions


def test_what_is_read_aloud_does_not_give_the_answer_away(layer: CardPanel) -> None:
    session = layer._session
    question(session)
    assert session.card.why not in layer.view.accessibleDescription()
    assert session.card.asked in layer.view.accessibleDescription()
    session.reveal()
    assert session.card.why in layer.view.accessibleDescription()


# Pointing -----------------------------------------------------------------------------------------------------------


def places(panel: CardPanel) -> list[tuple[QPoint, Reference]]:
    layout = panel.view._layout
    assert layout is not None
    return [
        ((rect.center() + QPointF(PADDING, PADDING)).toPoint(), reference)
        for rect, reference in layout.regions
        if rect.width() < layout.width
    ]


def move(widget: QWidget, point: QPoint) -> None:
    """The pointer, for this widget alone: another window may lie at the same place."""
    button, none = Qt.MouseButton.NoButton, Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(point), widget.mapToGlobal(QPointF(point)), button, none, NONE)
    QApplication.sendEvent(widget, event)


@every_lesson
def test_hovering_a_number_lights_its_node_on_the_canvas(name: str, qtbot: QtBot) -> None:
    session = Session(load_lesson(name))
    panel = shown(qtbot, session)
    canvas = Canvas(session, LIGHT)
    qtbot.addWidget(canvas)
    for step in (1, len(session.trace.steps) - 1):
        session.go_to(step)
        session.reveal()
        assert places(panel)
        for point, reference in places(panel):
            move(panel.view, point)
            assert session.hovered == reference
            assert canvas._surface.light.hovered == reference
            assert canvas.picture.painter.cell_rect(reference) is not None
        QApplication.sendEvent(panel.view, QEvent(QEvent.Type.Leave))
        assert session.hovered is None
        assert canvas._surface.light.hovered is None


def test_the_pointer_tells_a_number_in_full(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda point, text, widget: said.append(text))
    session = at_update(inside(ALL_AT_ONCE), "W2")
    panel = shown(qtbot, session)
    layout, update = panel.view._layout, session.trace.updates[session.trace.graph.ids["W2"]]
    assert layout is not None
    for rect, _ in layout.numbers:
        move(panel.view, (rect.center() + QPointF(PADDING, PADDING)).toPoint())
    assert len(said) == len(layout.numbers)
    # What is new in the first grid, what was before in the second, and lines of the rule.
    assert said[0] == f"W2[11] = {full_text(float(update.after[0, 0]))}"
    assert f"W2[11] = {full_text(float(update.before[0, 0]))}" in said
    hat = "m\N{COMBINING CIRCUMFLEX ACCENT}"
    assert f"{hat} = {full_text(float(update.lines['m_hat'][0, 0]))}" in said
    assert said[-1] == full_text(float(update.after[0, 0]))
    session.go_to(1)
    point, reference = places(panel)[-1]
    move(panel.view, point)
    assert said[-1].endswith(full_text(float(session.trace.values[reference.node][reference.index or ()])))


def test_hovering_is_seen_on_the_canvas(qtbot: QtBot) -> None:
    session = Session(load_lesson("backpropagation-by-hand"))
    panel = shown(qtbot, session)
    canvas = Canvas(session, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(900, 600)
    canvas.show()
    qtbot.waitExposed(canvas)
    session.go_to(3)
    before = canvas.grab().toImage()
    point, reference = places(panel)[-1]
    move(panel.view, point)
    assert session.hovered == reference
    after = canvas.grab().toImage()
    rect = canvas.picture.painter.cell_rect(reference)
    assert rect is not None
    cell = canvas.scene_rect(QRectF(*rect)).adjusted(2, 2, -2, -2)
    assert any(before.pixel(x, cell.center().y()) != after.pixel(x, cell.center().y())
               for x in range(cell.left(), cell.right()))  # fmt: skip


def test_clicking_a_number_picks_it_and_shows_its_arithmetic(qtbot: QtBot) -> None:
    session = Session(load_lesson("backpropagation-by-hand"))
    panel = shown(qtbot, session)
    trace = session.trace
    session.go_to(trace.arrivals[trace.graph.node("W3").id][0])
    target = Reference(trace.graph.node("W3").id, "gradient", (1, 1))
    point = next(point for point, reference in places(panel) if reference == target)
    QTest.mouseClick(panel.view, MOUSE, NONE, point)
    assert session.picked == target
    assert session.card.chosen == (1, 1)
    assert [line.result for line in session.card.lines if line.target == target] == [-2.0]


def test_picking_an_input_greys_the_terms_without_it() -> None:
    session = Session(load_lesson("fully-connected-layer"))
    session.go_to(1)
    x = session.trace.graph.node("x").id
    plain = layout_of(session)
    session.pick(Reference(x, "value", (1,)))
    picked = layout_of(session)
    assert len(picked.regions) == len(plain.regions)
    assert picture(picked) != picture(plain)


def picture(layout: CardLayout) -> bytes:
    image = QImage(400, round(layout.height) + 10, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    layout.paint(painter)
    painter.end()
    return bytes(image.constBits())


# Answering ----------------------------------------------------------------------------------------------------------


def buttons(panel: CardPanel) -> dict[str, QPushButton]:
    return {button.text(): button for button in panel.findChildren(QPushButton)}


def test_the_line_for_an_answer_is_there_only_while_something_is_asked(layer: CardPanel) -> None:
    session = layer._session
    assert not layer._answer.isVisible()
    question(session)
    assert layer._answer.isVisible()
    session.reveal()
    assert not layer._answer.isVisible()
    session.step_forward()
    assert session.asking
    assert layer._answer.isVisible()
    session.step_back()
    assert not layer._answer.isVisible()


def test_a_right_answer_is_typed(layer: CardPanel) -> None:
    question(layer._session)
    numbers = layer._session.trace.gradient("w").ravel()
    QTest.keyClicks(layer._guess, " ".join(f"{number:g}" for number in numbers))
    QTest.keyClick(layer._guess, Qt.Key.Key_Return)
    assert not layer._session.asking
    assert not layer._answer.isVisible()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1 2 3 4 5 6", "Not yet"),
        ("1 2 3", "6 numbers are asked for, and 3 are given"),
        ("one two three", "“one” is not a number"),
        ("", "6 numbers are asked for, and 0 are given"),
        ("nan nan nan nan nan nan", "“nan” is not a number"),
    ],
)
def test_another_answer_is_told_why_and_can_be_tried_again(typed: str, said: str, layer: CardPanel) -> None:
    question(layer._session)
    QTest.keyClicks(layer._guess, typed)
    QTest.mouseClick(buttons(layer)["Check"], MOUSE)
    assert layer._session.asking
    assert said in layer._verdict.text()
    QTest.mouseClick(buttons(layer)["Reveal"], MOUSE)
    assert not layer._session.asking


def test_the_next_question_begins_with_an_empty_line(layer: CardPanel) -> None:
    session = layer._session
    question(session)
    QTest.keyClicks(layer._guess, "1 2 3")
    QTest.mouseClick(buttons(layer)["Check"], MOUSE)
    session.step_forward()
    assert session.asking, "the question about b follows"
    assert layer._guess.text() == ""
    assert layer._verdict.text() == ""


# The panel ----------------------------------------------------------------------------------------------------------


@every_lesson
def test_a_card_higher_than_the_panel_is_scrolled_from_its_top(name: str, qtbot: QtBot) -> None:
    session = Session(load_lesson(name))
    panel = shown(qtbot, session)
    panel.resize(348, 260)
    bar = panel._scroll.verticalScrollBar()
    session.step_forward()
    QApplication.processEvents()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum())
    session.step_forward()
    assert bar.value() == 0


def test_edits_are_on_the_card_at_once(qtbot: QtBot) -> None:
    session = Session(load_lesson("neuron-by-hand"))
    panel = shown(qtbot, session)
    session.go_to(1)
    before = panel.view.grab().toImage()
    session.set_leaf("x1", 7.0)
    assert panel.view.grab().toImage() != before
    session.undo()
    assert panel.view.grab().toImage() == before


def test_colours_are_exchanged(layer: CardPanel) -> None:
    def lightness() -> float:
        image = layer.view.grab().toImage()
        return float(np.median([image.pixelColor(x, 5).lightness() for x in range(0, image.width(), 5)]))

    assert lightness() > 230
    layer.set_theme(DARK)
    assert lightness() < 60
