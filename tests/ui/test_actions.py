"""The registry of commands: menus, palette, key sheet and buttons are all made from it, and nothing is nameless."""

import inspect
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAction, QFontMetricsF, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from visualizer.session.lessons import load_lesson
from visualizer.session.session import prepare
from visualizer.ui.actions import COMMANDS
from visualizer.ui.bar import BUTTONS, MENUS
from visualizer.ui.help import Keys, Palette
from visualizer.ui.settings import settings
from visualizer.ui.theme import load_fonts
from visualizer.ui.window import Window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    load_fonts()
    settings().clear()
    window = Window("light")
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    yield window
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def lesson(window: Window) -> Window:
    window.show_document(prepare(load_lesson("fully-connected-layer")))
    QApplication.processEvents()
    return window


# The registry -------------------------------------------------------------------------------------------------------


def test_names_and_texts_are_unique() -> None:
    for what in (lambda command: command.name, lambda command: (command.menu, command.text)):
        assert [name for name, count in Counter(map(what, COMMANDS)).items() if count > 1] == []


def test_the_menus_are_those_of_the_registry() -> None:
    assert tuple(dict.fromkeys(command.menu for command in COMMANDS)) == MENUS


def test_no_shortcut_is_used_twice() -> None:
    used = Counter(QKeySequence(key).toString() for command in COMMANDS for key in command.keys)
    assert [key for key, count in used.items() if count > 1] == []
    assert "" not in used


def test_the_keys_of_the_design() -> None:
    expected = {
        "continue": "F5", "stop": "Shift+F5", "forward": "F10", "into": "F11", "out": "Shift+F11", "back": "Shift+F10",
        "reverse": "Ctrl+Shift+F5", "run-to": "Ctrl+F10", "palette": "Ctrl+Shift+P", "first": "Home", "last": "End",
        "play": "Space", "undo": "Ctrl+Z",
    }  # fmt: skip
    keys = {command.name: command.keys for command in COMMANDS}
    for name, key in expected.items():
        assert key in keys[name]
    assert "Right" in keys["forward"]
    assert "Left" in keys["back"]


def test_every_command_is_an_action_with_its_keys(window: Window) -> None:
    for command in COMMANDS:
        action = window.actions_by_name[command.name]
        assert action.text() == command.text
        assert [key.toString() for key in action.shortcuts()] == [QKeySequence(key).toString() for key in command.keys]
        assert action in window.actions()


def test_menus_hold_every_command_once(window: Window) -> None:
    shown: list[QAction] = []
    for top in window.menus.actions():
        menu = top.menu()
        assert isinstance(menu, QMenu)
        entries = [action for action in menu.actions() if not action.isSeparator()]
        assert [action.objectName() for action in entries] == [
            command.name for command in COMMANDS if command.menu == menu.title()
        ]
        shown += entries
    assert len(shown) == len(COMMANDS)


def test_what_needs_a_document_is_off_without_one(window: Window) -> None:
    for command in COMMANDS:
        assert window.actions_by_name[command.name].isEnabled() == (not command.lesson), command.name


def test_what_cannot_be_done_now_is_off(lesson: Window) -> None:
    for step in range(len(lesson.session.trace.steps) + 1):
        lesson.session.go_to(step)
        for command in COMMANDS:
            possible = command.enabled is None or command.enabled(lesson)
            assert lesson.actions_by_name[command.name].isEnabled() == possible, (step, command.name)


TRAINING = ("panel-builder", "panel-output", "panel-plots", *(c.name for c in COMMANDS if c.menu == "Train"))
HARMLESS = [
    command.name
    for command in COMMANDS
    if command.name not in ("new", "open", "save", "export", "quit", "about", "full-screen", *TRAINING)
]


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.slow
def test_every_command_can_be_given(name: str, lesson: Window) -> None:
    lesson.session.set_element("x", (0,), 3.0)
    lesson.session.go_to(3)
    lesson.session.select(0)
    if name == "redo":
        lesson.session.undo()
    if name in ("out", "whole"):
        lesson.session.walk()
    if name.startswith("find-"):
        lesson.session.find("x")
    action = lesson.actions_by_name[name]
    possible = {
        "reveal": lesson.session.asking,
        **dict.fromkeys(("fold", "fold-all", "fold-repeats"), False),
        **dict.fromkeys(("sample-next", "sample-previous", "sample-mean"), False),
    }
    assert action.isEnabled() == possible.get(name, True)
    action.trigger()
    QApplication.processEvents()
    for dialog in lesson.findChildren(QDialog):
        dialog.close()


def test_commands_are_given_by_one_argument() -> None:
    for command in COMMANDS:
        assert len(inspect.signature(command.run).parameters) == 1


# The palette --------------------------------------------------------------------------------------------------------


def palette(window: Window) -> Palette:
    window.actions_by_name["palette"].trigger()
    QApplication.processEvents()
    (found,) = window.findChildren(Palette)
    return found


def listed(palette: Palette) -> list[str]:
    items = palette.findChild(QListWidget)
    assert items is not None
    return [items.item(row).data(Qt.ItemDataRole.UserRole) for row in range(items.count())]


def test_the_palette_lists_what_can_be_done_now(lesson: Window) -> None:
    possible = [command.name for command in COMMANDS if lesson.actions_by_name[command.name].isEnabled()]
    assert listed(palette(lesson)) == [name for name in possible if name != "palette"]


def test_typing_narrows_the_palette_and_enter_gives_the_command(lesson: Window) -> None:
    shown = palette(lesson)
    line = shown.findChild(QLineEdit)
    assert line is not None
    QTest.keyClicks(line, "step last")
    assert listed(shown) == ["last"]
    QTest.keyClick(line, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert lesson.session.at_end
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert lesson.findChildren(Palette) == []


def test_the_palette_is_walked_with_the_arrows(lesson: Window) -> None:
    shown = palette(lesson)
    line, items = shown.findChild(QLineEdit), shown.findChild(QListWidget)
    assert line is not None
    assert items is not None
    QTest.keyClick(line, Qt.Key.Key_Up)
    assert items.currentRow() == 0
    for row in range(1, 4):
        QTest.keyClick(line, Qt.Key.Key_Down)
        assert items.currentRow() == row
    for _ in range(100):
        QTest.keyClick(line, Qt.Key.Key_Down)
    assert items.currentRow() == items.count() - 1
    assert lesson.session.position.step == 0


def test_a_palette_without_a_match_does_nothing(lesson: Window) -> None:
    shown = palette(lesson)
    line = shown.findChild(QLineEdit)
    assert line is not None
    QTest.keyClicks(line, "no such command")
    assert listed(shown) == []
    QTest.keyClick(line, Qt.Key.Key_Down)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert shown.isVisible()
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert not shown.isVisible()


# The key sheet and the box about it ---------------------------------------------------------------------------------


def test_the_key_sheet_holds_every_shortcut(lesson: Window) -> None:
    lesson.actions_by_name["keys"].trigger()
    (sheet,) = lesson.findChildren(Keys)
    words = " ".join(label.text() for label in sheet.findChildren(QLabel))
    for command in COMMANDS:
        for key in command.keys:
            assert key in words, key
        if command.keys:
            assert command.text.rstrip("…") in words


def test_the_box_about_the_program_names_its_version(lesson: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import version

    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "about", lambda parent, title, text: said.append(text))
    lesson.actions_by_name["about"].trigger()
    assert version("gradstep") in said[0]


# Buttons and names --------------------------------------------------------------------------------------------------


def test_buttons_say_their_command_and_its_key(lesson: Window) -> None:
    for name in BUTTONS["steps"]:
        action, button = lesson.actions_by_name[name], lesson.bar._buttons[name]
        assert button.accessibleName() == action.text()
        assert action.text() in button.toolTip()
        assert action.shortcut().toString() in button.toolTip()
        assert not button.icon().isNull()


def nameless(window: QWidget) -> list[str]:
    """What can be reached by key or mouse and says nothing when it is read aloud."""
    found = []
    for widget in window.findChildren(QWidget):
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QAbstractButton)
        if not reached or not widget.isVisibleTo(window) or widget.objectName().startswith("qt_"):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name):
            found.append(f"{type(widget).__name__} {widget.objectName()}")
    return found


def test_everything_that_can_be_reached_has_a_name(window: Window) -> None:
    assert nameless(window) == []
    window.show_document(prepare(load_lesson("fully-connected-layer")))
    QApplication.processEvents()
    window.session.go_to(next(step for step in range(9) if window.session.asks_at(step)))
    QApplication.processEvents()
    assert nameless(window) == []
    for name, kind in (("palette", Palette), ("keys", Keys)):
        window.actions_by_name[name].trigger()
        (dialog,) = window.findChildren(kind)
        assert nameless(dialog) == []
        dialog.close()


def test_canvas_card_and_timeline_have_names(lesson: Window) -> None:
    for widget in (lesson.canvas, lesson.card.view, lesson.timeline, lesson.outline.view):
        assert widget.accessibleName()


def test_no_words_are_cut_off(lesson: Window) -> None:
    lesson.resize(1280, 800)
    lesson.session.go_to(next(step for step in range(9) if lesson.session.asks_at(step)))
    QApplication.processEvents()
    for button in lesson.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert QFontMetricsF(button.font()).horizontalAdvance(button.text()) <= button.width(), button.text()
    for label in lesson.findChildren(QLabel):
        if label.isVisible() and label.text() and not label.wordWrap():
            assert label.sizeHint().width() <= label.width(), label.text()
    for line in lesson.findChildren(QLineEdit):
        if line.isVisible():
            assert QFontMetricsF(line.font()).horizontalAdvance(line.placeholderText()) <= line.width() - 14
