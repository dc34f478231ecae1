"""The gallery: a card for each lesson with a picture that plays under the pointer, and the files opened last."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetricsF, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from visualizer.session.lessons import headlines, lesson_names, load_lesson
from visualizer.session.session import Session
from visualizer.ui.gallery import Gallery
from visualizer.ui.pen import Pen
from visualizer.ui.theme import DARK, LIGHT, load_fonts
from visualizer.ui.thumbnail import StepsThumbnail

MOUSE = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def gallery(qtbot: QtBot) -> Gallery:
    gallery = Gallery(LIGHT)
    qtbot.addWidget(gallery)
    gallery.resize(1280, 760)
    gallery.show()
    qtbot.waitExposed(gallery)
    return gallery


def test_a_card_for_each_lesson_in_teaching_order(gallery: Gallery) -> None:
    assert [card.headline.name for card in gallery.cards] == list(lesson_names())
    assert [card.accessibleName() for card in gallery.cards] == [headline.title for headline in headlines()]


def test_all_lessons_by_hand_are_seen_at_once_and_the_others_below_them(gallery: Gallery) -> None:
    assert gallery.horizontalScrollBar().maximum() == 0
    for card in gallery.cards:
        bottom = card.mapTo(gallery, card.rect().bottomRight()).y()
        assert (bottom > gallery.height()) == card.headline.trains


def test_a_click_chooses_and_one_that_ends_elsewhere_does_not(gallery: Gallery, qtbot: QtBot) -> None:
    chosen: list[str] = []
    gallery.chosen.connect(chosen.append)
    card = gallery.cards[2]
    QTest.mousePress(card, MOUSE)
    outside = QPointF(-6, 60)
    release = QMouseEvent(
        QEvent.Type.MouseButtonRelease, outside, outside, MOUSE, MOUSE, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(card, release)
    QTest.mouseClick(card, Qt.MouseButton.RightButton)
    assert chosen == []
    QTest.mouseClick(card, MOUSE)
    assert chosen == [lesson_names()[2]]


def test_the_words_of_a_card_fit_into_it(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    words: list[tuple[float, float, float, str]] = []

    def written(pen: Pen, face: QFont, x: float, baseline: float, text: str, color: QColor) -> None:
        words.append((x, QFontMetricsF(face).horizontalAdvance(text), baseline, text))

    monkeypatch.setattr(Pen, "text_in", written)
    for card in gallery.cards:
        words.clear()
        card.grab()
        said = " ".join(text for *_, text in words)
        assert said == f"{card.headline.title} {card.headline.summary}", "nothing is left out"
        for x, across, baseline, text in words:
            assert x >= 10
            assert x + across <= card.width() - 10, text
            assert baseline <= card.height() - 6, text


def enter(card: QWidget) -> None:
    QApplication.sendEvent(card, QEnterEvent(QPointF(9, 9), QPointF(9, 9), QPointF(9, 9)))


def test_a_picture_plays_under_the_pointer_and_rests_without_it(gallery: Gallery, qtbot: QtBot) -> None:
    card = gallery.cards[0]
    card.show_thumbnail(StepsThumbnail(Session(load_lesson(card.headline.name))))
    resting = card._position
    assert resting > 0
    enter(card)
    card._timer.setInterval(5)
    qtbot.waitUntil(lambda: card._position != resting)
    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    assert card._position == resting
    assert not card._timer.isActive()


def test_a_card_without_its_picture_yet_can_be_pointed_at(gallery: Gallery) -> None:
    card = gallery.cards[0]
    enter(card)
    card._next_frame()
    card.grab()
    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))


def test_pictures_change_their_colours(gallery: Gallery) -> None:
    card = gallery.cards[0]
    card.show_thumbnail(StepsThumbnail(Session(load_lesson(card.headline.name))))
    light = card.grab().toImage().pixelColor(8, 20).lightness()
    gallery.set_theme(DARK)
    assert card.grab().toImage().pixelColor(8, 20).lightness() < 60 < light


def recent_buttons(gallery: Gallery) -> list[QPushButton]:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [button for button in gallery.findChildren(QPushButton) if button.toolTip()]


def test_recent_files_are_listed_and_opened(gallery: Gallery) -> None:
    chosen: list[str] = []
    gallery.chosen.connect(chosen.append)
    files = [f"/somewhere/far/away/document-{i}.toml" for i in range(7)]
    gallery.show_recent(files)
    found = recent_buttons(gallery)
    assert [button.toolTip() for button in found] == files[:5]
    assert [button.text() for button in found] == [f"document-{i}.toml" for i in range(5)]
    QTest.mouseClick(found[3], MOUSE)
    assert chosen == [files[3]]
    gallery.show_recent([])
    assert recent_buttons(gallery) == []
    assert "Recent files" not in [label.text() for label in gallery.findChildren(QLabel)]


def test_a_long_name_is_shortened_in_its_middle(gallery: Gallery) -> None:
    gallery.show_recent(["/x/" + "very-" * 40 + "long.toml"])
    QApplication.processEvents()
    (button,) = recent_buttons(gallery)
    assert "…" in button.text()
    assert QFontMetricsF(button.font()).horizontalAdvance(button.text()) <= button.width()
    assert gallery.horizontalScrollBar().maximum() == 0


def test_the_button_asks_for_a_file(gallery: Gallery, qtbot: QtBot) -> None:
    button = next(button for button in gallery.findChildren(QPushButton) if button.text().startswith("Open"))
    with qtbot.waitSignal(gallery.browse):
        QTest.mouseClick(button, MOUSE)
