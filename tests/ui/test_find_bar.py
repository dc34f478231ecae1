"""The find bar: it asks by signals, shows what was found, and says what was wrong with words and a sign."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from visualizer.session.finding import Found
from visualizer.ui.find_bar import EXAMPLES, FindBar
from visualizer.ui.theme import DARK, LIGHT, load_fonts

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
SEVEN = Found("relu", (Reference(1, "value"),) * 7, 2, "7 arrays by operation", 7)


@pytest.fixture
def over(qtbot: QtBot) -> QWidget:
    load_fonts()
    over = QWidget()
    over.resize(900, 500)
    qtbot.addWidget(over)
    over.show()
    return over


@pytest.fixture
def bar(over: QWidget, qtbot: QtBot) -> FindBar:
    bar = FindBar(LIGHT, over)
    bar.open()
    qtbot.waitUntil(bar.field.hasFocus)
    return bar


def heard(bar: FindBar) -> list[object]:
    told: list[object] = []
    bar.searched.connect(told.append)
    bar.moved.connect(told.append)
    bar.closed.connect(lambda: told.append("closed"))
    return told


def test_what_is_typed_is_searched_after_a_pause_or_at_once_with_enter(bar: FindBar, qtbot: QtBot) -> None:
    told = heard(bar)
    QTest.keyClicks(bar.field, "relu")
    assert not told
    qtbot.waitUntil(lambda: told == ["relu"])
    QTest.keyClicks(bar.field, "x")
    QTest.keyClick(bar.field, KEY.Key_Return)
    assert told == ["relu", "relux"]
    qtbot.wait(200)
    assert told == ["relu", "relux"]


def test_keys_and_buttons_go_from_match_to_match(bar: FindBar) -> None:
    bar.field.setText("relu")
    bar.show_found(SEVEN)
    told = heard(bar)
    for key, modifier in ((KEY.Key_Return, None), (KEY.Key_Return, SHIFT), (KEY.Key_F3, None), (KEY.Key_F3, SHIFT)):
        QTest.keyClick(bar.field, key, modifier or Qt.KeyboardModifier.NoModifier)
    QTest.mouseClick(bar.next, Qt.MouseButton.LeftButton)
    QTest.mouseClick(bar.previous, Qt.MouseButton.LeftButton)
    assert told == [1, -1, 1, -1, 1, -1]


def test_escape_clears_and_closes(bar: FindBar) -> None:
    bar.field.setText("relu")
    bar.show_found(SEVEN)
    told = heard(bar)
    QTest.keyClick(bar.field, KEY.Key_Escape)
    assert told == ["closed"]
    assert bar.isHidden()
    assert bar.field.text() == ""


def test_keys_do_not_reach_what_is_below(over: QWidget, qtbot: QtBot) -> None:
    class Canvas(QWidget):
        def keyPressEvent(self, event: object) -> None:
            raise AssertionError("a key fell through")

    canvas = Canvas(over)
    canvas.resize(over.size())
    canvas.show()
    bar = FindBar(LIGHT, canvas)
    bar.open()
    for key in (KEY.Key_Return, KEY.Key_F3, KEY.Key_Escape, KEY.Key_Left, KEY.Key_F10):
        QTest.keyClick(bar.field, key)
    canvas.deleteLater()


def test_it_says_how_many_and_what(bar: FindBar) -> None:
    bar.show_found(SEVEN)
    assert bar._count.text() == "3 of 7"
    assert bar._words.text() == SEVEN.words
    assert bar._sign.isHidden()
    assert "3 of 7" in bar.field.accessibleDescription()
    bar.show_found(Found("x", (), -1, "Nothing is so", 0))
    assert bar._count.text() == "none"
    assert not bar.next.isEnabled()
    bar.show_found(Found())
    assert bar._words.text() == EXAMPLES
    assert bar._count.text() == ""


def test_what_is_wrong_is_red_and_has_a_sign(bar: FindBar) -> None:
    bar.show_found(Found("|x", (), -1, "The bars of a size come in pairs", refused=True))
    assert bar._words.objectName() == "trouble"
    assert bar._sign.isVisible()
    assert not bar._sign.pixmap().isNull()
    bar.show_found(SEVEN)
    assert bar._words.objectName() == "muted"
    assert bar._sign.isHidden()


@pytest.mark.parametrize("width", [260, 420, 900, 1600])
def test_it_keeps_to_the_upper_right_corner_and_within(bar: FindBar, over: QWidget, width: int, qtbot: QtBot) -> None:
    over.resize(width, 400)
    bar.show_found(
        Found("x", (), -1, "A sentence that says at some length what would have been right. " * 2, refused=True)
    )
    qtbot.wait(10)
    assert over.rect().contains(bar.geometry())
    assert bar.geometry().right() > width - 20
    words = bar._words
    assert words.height() >= words.heightForWidth(words.width())
    assert bar.rect().contains(words.mapTo(bar, QPoint(0, words.height() - 1)))


def test_everything_has_a_name_and_both_themes(bar: FindBar) -> None:
    for widget in (bar.field, bar.previous, bar.next, bar._close):
        assert widget.accessibleName()
    before = bar.next.icon().cacheKey()
    bar.set_theme(DARK)
    assert bar.next.icon().cacheKey() != before
