"""The story over the picture: a chapter's words in full and no higher than they need, and the way to the others."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from visualizer.session.specification import Chapter
from visualizer.ui.story import Story
from visualizer.ui.theme import load_fonts

LEFT = Qt.MouseButton.LeftButton
CHAPTERS = [
    Chapter("First", "A few words."),
    Chapter("Second", "Many words, and more of them than one line has room for. " * 8),
    Chapter("Third", "The end."),
]


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    load_fonts()
    page = QWidget()
    layout = QVBoxLayout(page)
    made = Story()
    layout.addWidget(made)
    layout.addWidget(QWidget(), 1)
    page.resize(900, 700)
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def story(page: QWidget) -> Story:
    return page.findChild(Story)


@pytest.mark.parametrize("width", [600, 900, 1500])
def test_it_is_as_high_as_its_words(story: Story, width: int, qtbot: QtBot) -> None:
    story.parentWidget().resize(width, 900)
    heights = []
    for number in range(3):
        story.show_chapter(CHAPTERS, number)
        qtbot.wait(20)
        text = story._text
        assert text.height() == text.heightForWidth(text.width())
        heights.append(story.height())
    assert heights[0] == heights[2] < heights[1] < 300


def test_buttons_ask_for_the_chapters_beside_it(story: Story) -> None:
    asked: list[int] = []
    story.chosen.connect(asked.append)
    story.show_chapter(CHAPTERS, None)
    QTest.mouseClick(story._next, LEFT)
    story.show_chapter(CHAPTERS, 1)
    QTest.mouseClick(story._next, LEFT)
    QTest.mouseClick(story._back, LEFT)
    assert asked == [0, 2, 0]


def test_it_goes_no_further_than_its_ends(story: Story) -> None:
    story.show_chapter(CHAPTERS, 0)
    assert not story._back.isEnabled()
    story.show_chapter(CHAPTERS, 2)
    assert not story._next.isEnabled()
    assert story._count.text() == "chapter 3 of 3"


def test_a_document_without_chapters_has_none(story: Story) -> None:
    story.show_chapter(CHAPTERS, 0)
    assert story.isVisible()
    story.show_chapter([], None)
    assert not story.isVisible()
