"""The window, used as a person does: real keys and real mouse events on an offscreen platform."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QEventLoop, QMimeData, QPoint, QPointF, QSize, Qt, QThreadPool, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from visualizer.session.cursor import Position
from visualizer.session.lessons import lesson_names, lesson_path, load_lesson
from visualizer.session.session import prepare
from visualizer.ui.panels import BENCHES, STEPS
from visualizer.ui.saving import export_picture
from visualizer.ui.settings import recent_files, settings
from visualizer.ui.theme import load_fonts
from visualizer.ui.window import Window

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


# One lesson is enough for the fast set.
every_lesson = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "fully-connected-layer" else pytest.mark.slow)
        for name in lesson_names(trains=False)
    ],
)


@pytest.fixture(autouse=True)
def fresh_settings(qapp: QApplication) -> None:
    """Our fonts, and nothing remembered from another test."""
    load_fonts()
    settings().clear()
    for path in recent_files():
        Path(path).unlink(missing_ok=True)


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[..., Window]]:
    """A window on the screen, showing a lesson or the gallery."""
    windows = []

    def made(lesson: str = "", theme: str = "light") -> Window:
        window = Window(theme) if theme else Window()
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        if lesson:
            window.show_document(prepare(load_lesson(lesson)))
        QApplication.processEvents()
        return window

    yield made
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or the next ones style and paint them too


@pytest.fixture
def neuron(make: Callable[..., Window]) -> Window:
    return make("neuron-by-hand")


def press(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A key, on whatever has the focus."""
    press_on(QApplication.focusWidget() or window, key, modifier)


def press_on(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(widget, key, modifier)
    QApplication.processEvents()


def cell_point(window: Window, node: str, index: tuple[int, ...] = (), kind: str = "value") -> QPoint:
    """Where a number stands on the canvas."""
    scene = window.session.scene
    grid = scene.boxes[window.session.document.graph.node(node).id].grid(kind)  # type: ignore[arg-type]
    assert grid is not None
    x, y, width, height = grid.rect(index)
    return window.canvas.transform.map(QPointF(x + width / 2, y + height / 2)).toPoint()


def wait(milliseconds: int) -> None:
    """Let events and other threads run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def pixels(picture: QPixmap) -> np.ndarray:
    """Height x width x 4 channels."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4).astype(int)


def colors(picture: np.ndarray) -> int:
    """How many there are."""
    return len(np.unique(picture @ np.array([1, 256, 65536, 0])))


def alike(one: QPixmap, other: QPixmap) -> bool:
    """True where no eye sees a difference: what is painted in parts rounds its transparencies in another order."""
    return one.size() == other.size() and bool((np.abs(pixels(one) - pixels(other)) <= 4).all())


def dialogs(window: Window) -> list[QMessageBox]:
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def dismiss(window: Window, box: QMessageBox) -> None:
    """Close a dialog; the window is active again, as a window manager would make it."""
    press_on(box, Key.Key_Escape)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert dialogs(window) == []
    window.activateWindow()
    QApplication.processEvents()


# The gallery --------------------------------------------------------------------------------------------------------


@every_lesson
def test_a_lesson_is_opened_from_the_gallery_by_a_click(name: str, make: Callable[..., Window], qtbot: QtBot) -> None:
    window = make()
    card = next(card for card in window.gallery.cards if card.headline.name == name)
    window.gallery.ensureWidgetVisible(card)
    QTest.mouseClick(card, LEFT)
    qtbot.waitUntil(lambda: window.in_lesson)
    assert window.session.document.path == lesson_path(name)
    assert window.canvas.isVisible()
    assert not window.gallery.isVisible()
    assert window.windowTitle().startswith(window.session.document.title)


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_a_lesson_is_opened_from_the_gallery_by_key(key: Qt.Key, make: Callable[..., Window], qtbot: QtBot) -> None:
    window = make()
    window.gallery.cards[0].setFocus()
    press(window, Key.Key_Right)
    assert window.gallery.cards[1].hasFocus()
    press(window, Key.Key_Left)
    press(window, Key.Key_Down)
    press(window, key)
    qtbot.waitUntil(lambda: window.in_lesson)
    assert window.session.document.path == lesson_path(lesson_names()[1])
    assert window.canvas.hasFocus()


def test_back_to_the_gallery_and_on_to_another_lesson(neuron: Window, qtbot: QtBot) -> None:
    neuron.session.go_to(5)
    press(neuron, Key.Key_L, CTRL)
    assert neuron.gallery.isVisible()
    assert not neuron.in_lesson
    assert not neuron.timeline.isVisible()
    assert neuron.gallery.cards[0].hasFocus()
    QTest.mouseClick(neuron.gallery.cards[1], LEFT)
    qtbot.waitUntil(lambda: neuron.in_lesson)
    assert neuron.session.document.path == lesson_path(lesson_names()[1])
    assert neuron.session.position == Position()
    assert neuron.timeline.isVisible()


@pytest.mark.slow
def test_pictures_fill_the_gallery_without_changing_it(make: Callable[..., Window], qtbot: QtBot) -> None:
    window = make()
    window.fill_gallery()
    qtbot.waitUntil(lambda: all(card.has_picture for card in window.gallery.cards))
    for card in window.gallery.cards:
        shown = pixels(card.grab())[8:150, 8:-8]
        assert colors(shown) > 50


# Stepping by key ----------------------------------------------------------------------------------------------------


@every_lesson
@pytest.mark.parametrize(
    ("there", "back"),
    [
        pytest.param((Key.Key_Right, NONE), (Key.Key_Left, NONE), id="arrows"),
        pytest.param((Key.Key_F10, NONE), (Key.Key_F10, SHIFT), id="F10", marks=pytest.mark.slow),
    ],
)
def test_a_lesson_is_stepped_to_its_end_and_back_by_key(
    name: str,
    there: tuple[Qt.Key, Qt.KeyboardModifier],
    back: tuple[Qt.Key, Qt.KeyboardModifier],
    make: Callable[..., Window],
) -> None:
    window = make(name)
    count = len(window.session.trace.steps)
    first = window.canvas.grab()
    for expected in [*range(1, count + 1), count]:
        press(window, *there)
        assert window.session.position == Position(0, expected)
    for expected in [*range(count - 1, -1, -1), 0]:
        press(window, *back)
        assert window.session.position == Position(0, expected)
    assert alike(window.canvas.grab(), first)


def test_the_ends_by_key(neuron: Window) -> None:
    press(neuron, Key.Key_End)
    assert neuron.session.at_end
    press(neuron, Key.Key_Home)
    assert neuron.session.at_start


@every_lesson
@pytest.mark.slow
def test_along_the_paths_of_every_step_and_back_by_key(name: str, make: Callable[..., Window]) -> None:
    window = make(name)
    for step in range(1, len(window.session.trace.steps) + 1):
        press(window, Key.Key_Right)
        press(window, Key.Key_Down)
        assert window.session.position == Position(0, step, 0)
        press(window, Key.Key_Up)
        assert window.session.position == Position(0, step)


@every_lesson
@pytest.mark.slow
def test_a_level_down_twice_and_up_again_at_every_step_by_key(name: str, make: Callable[..., Window]) -> None:
    window = make(name)
    for step in range(1, len(window.session.trace.steps) + 1):
        press(window, Key.Key_Right)
        press(window, Key.Key_F11)
        assert window.session.level == "neuron"
        assert (window.session.position.step, window.session.position.unit) == (step, 0)
        press(window, Key.Key_F11)
        assert window.session.level == "scalar"
        assert window.session.position.step == step
        press(window, Key.Key_F11, SHIFT)
        assert window.session.level == "neuron"
        assert (window.session.position.step, window.session.position.unit) == (step, 0)
        press(window, Key.Key_F11, SHIFT)
        assert window.session.level == "layer"
        assert window.session.position == Position(0, step)


def test_single_paths_are_walked_with_the_arrows(make: Callable[..., Window]) -> None:
    window = make("linear-under-the-hood")
    press(window, Key.Key_Down)
    for path in range(1, 4):
        press(window, Key.Key_Right)
        assert window.session.position == Position(0, 1, path)
    press(window, Key.Key_Left)
    assert window.session.position == Position(0, 1, 2)


# Playing ------------------------------------------------------------------------------------------------------------


def fast(window: Window) -> None:
    for _ in range(10):
        window.player.change_speed(1)


def test_space_plays_and_pauses(neuron: Window, qtbot: QtBot) -> None:
    fast(neuron)
    press(neuron, Key.Key_Space)
    assert neuron.player.playing
    qtbot.waitUntil(lambda: neuron.session.position.step >= 2)
    press(neuron, Key.Key_Space)
    assert not neuron.player.playing
    at = neuron.session.position
    wait(150)
    assert neuron.session.position == at


def test_playing_from_the_end_begins_at_the_start(neuron: Window) -> None:
    neuron.session.last()
    press(neuron, Key.Key_Space)
    assert neuron.session.position == Position()
    assert neuron.player.playing


@pytest.mark.slow
def test_continue_goes_to_the_end_and_backwards_to_the_start(make: Callable[..., Window], qtbot: QtBot) -> None:
    window = make("linear-under-the-hood")
    fast(window)
    press(window, Key.Key_F5)
    qtbot.waitUntil(lambda: window.session.at_end)
    qtbot.waitUntil(lambda: not window.player.playing)
    press(window, Key.Key_F5, CTRL | SHIFT)
    qtbot.waitUntil(lambda: window.session.at_start)
    qtbot.waitUntil(lambda: not window.player.playing)


def test_stop_stops(neuron: Window) -> None:
    press(neuron, Key.Key_F5)
    assert neuron.player.playing
    press(neuron, Key.Key_F5, SHIFT)
    assert not neuron.player.playing


def test_playing_waits_at_a_question(make: Callable[..., Window], qtbot: QtBot) -> None:
    window = make("fully-connected-layer")
    fast(window)
    press(window, Key.Key_F5)
    qtbot.waitUntil(lambda: not window.player.playing)
    assert window.session.asking
    assert not window.session.at_end


def test_the_gallery_stops_playing(neuron: Window) -> None:
    press(neuron, Key.Key_F5)
    press(neuron, Key.Key_L, CTRL)
    assert not neuron.player.playing


# Editing ------------------------------------------------------------------------------------------------------------


def type_into(window: Window, text: str, node: str, index: tuple[int, ...] = ()) -> QLineEdit:
    """Double-click a number on the canvas and type another; Enter is not pressed yet."""
    at = cell_point(window, node, index)
    QTest.mouseClick(window.canvas, LEFT, NONE, at)
    QTest.mouseDClick(window.canvas, LEFT, NONE, at)
    QApplication.processEvents()
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, text)
    return editor


def editors(window: Window) -> list[QLineEdit]:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [editor for editor in window.canvas.findChildren(QLineEdit) if editor.isVisible()]


def test_a_number_is_typed_and_taken_back_and_done_again(neuron: Window) -> None:
    neuron.session.go_to(9)
    before = float(neuron.session.trace.value("o"))
    type_into(neuron, "1.5", "x1")
    press(neuron, Key.Key_Return)
    assert neuron.session.trace.value("x1") == 1.5
    assert neuron.session.trace.value("x1w1") == -4.5
    assert editors(neuron) == []
    assert neuron.canvas.hasFocus()
    assert neuron.session.position == Position(0, 9)
    assert "edited" in neuron.bar._title.text()
    press(neuron, Key.Key_Z, CTRL)
    assert neuron.session.trace.value("x1") == 2.0
    assert float(neuron.session.trace.value("o")) == before
    assert "edited" not in neuron.bar._title.text()
    press(neuron, Key.Key_Y, CTRL)
    assert neuron.session.trace.value("x1") == 1.5
    press(neuron, Key.Key_Z, CTRL)
    press(neuron, Key.Key_Z, CTRL | SHIFT)
    assert neuron.session.trace.value("x1") == 1.5


def test_one_cell_of_a_matrix_is_typed(make: Callable[..., Window]) -> None:
    window = make("linear-under-the-hood")
    type_into(window, "-7,25", "X", (1, 0))
    press(window, Key.Key_Enter)
    assert window.session.trace.value("X").tolist() == [[1.0, 2.0], [-7.25, 4.0]]


@pytest.mark.parametrize("text", ["two", "1e999", "", "nan", "1 2"])
def test_a_bad_number_is_explained_and_changes_nothing(text: str, neuron: Window) -> None:
    trace = neuron.session.trace
    editor = type_into(neuron, text, "x1")
    if not text:
        editor.clear()
    press(neuron, Key.Key_Return)
    assert neuron.session.trace is trace
    assert not neuron.session.can_undo
    assert neuron.message.isVisible()
    assert neuron.message._label.text()
    assert editors(neuron) == [editor]


def test_escape_leaves_the_number_as_it_was(neuron: Window) -> None:
    trace = neuron.session.trace
    type_into(neuron, "77", "x1")
    press(neuron, Key.Key_Escape)
    assert editors(neuron) == []
    assert neuron.session.trace is trace
    assert neuron.canvas.hasFocus()


def test_the_keys_of_stepping_are_letters_and_places_while_a_number_is_typed(neuron: Window) -> None:
    neuron.session.go_to(4)
    editor = type_into(neuron, "3", "x1")
    for key in (Key.Key_Left, Key.Key_Home, Key.Key_Right, Key.Key_End, Key.Key_Space):
        press(neuron, key)
    assert neuron.session.position == Position(0, 4)
    assert not neuron.player.playing
    assert editor.text() == "3 "


def test_a_computed_number_cannot_be_typed(neuron: Window) -> None:
    neuron.session.last()
    QTest.mouseDClick(neuron.canvas, LEFT, NONE, cell_point(neuron, "o"))
    assert editors(neuron) == []
    assert "computed" in neuron.message._label.text()


def test_the_selected_number_is_edited_by_key(neuron: Window) -> None:
    QTest.mouseClick(neuron.canvas, LEFT, NONE, cell_point(neuron, "w1"))
    press(neuron, Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "4")
    press(neuron, Key.Key_Return)
    assert neuron.session.trace.value("w1") == 4.0
    assert editors(neuron) == []


def test_zooming_takes_the_line_for_typing_away(neuron: Window) -> None:
    """It would stand where its number no longer is."""
    type_into(neuron, "3", "x1")
    neuron.canvas.zoom(2.0)
    assert editors(neuron) == []


# Files --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def document_file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text("format = 1\ntitle = 'Mine'\nprogram = 'y = a * b'\n[parameters]\na = 2.0\nb = 3.0\n")
    return path


def drop(window: Window, path: Path) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    actions, at = Qt.DropAction.CopyAction, QPoint(300, 300)
    enter = QDragEnterEvent(at, actions, data, LEFT, NONE)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(at), actions, data, LEFT, NONE)
    QApplication.sendEvent(window, event)
    return event


def test_a_dropped_file_is_opened(neuron: Window, document_file: Path, qtbot: QtBot) -> None:
    assert drop(neuron, document_file).isAccepted()
    qtbot.waitUntil(lambda: neuron.session.document.title == "Mine")
    assert recent_files() == [str(document_file)]


def test_what_is_no_file_is_not_accepted(neuron: Window) -> None:
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, NONE)
    event.ignore()
    QApplication.sendEvent(neuron, event)
    assert not event.isAccepted()


BAD_FILES = {
    "truncated": b"format = 1\ntitle = 'x",
    "binary": bytes(range(256)),
    "hostile": b"format = 1\ntitle = 't'\nprogram = '__import__(\"os\")'\n",
    "wrong shapes": b"format = 1\ntitle = 't'\nprogram = 'y = a @ b'\n[inputs]\na = [1.0, 2.0]\nb = [1.0, 2.0, 3.0]\n",
    "empty": b"",
}
REST = [*BAD_FILES, "missing", "folder"][1:]


@pytest.mark.parametrize("kind", ["truncated", *(pytest.param(kind, marks=pytest.mark.slow) for kind in REST)])
def test_a_bad_file_is_explained_in_one_sentence_and_changes_nothing(
    kind: str, neuron: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    neuron.session.go_to(6)
    session, document, trace = neuron.session, neuron.session.document, neuron.session.trace
    path = tmp_path / "bad.toml"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(BAD_FILES[kind])
    neuron.open(str(path))
    qtbot.waitUntil(lambda: bool(dialogs(neuron)))
    (box,) = dialogs(neuron)
    assert "bad.toml" in box.text()
    assert "\n" not in box.text()
    assert "Traceback" not in box.text()
    dismiss(neuron, box)
    assert (neuron.session, session.document, session.trace) == (session, document, trace)
    assert session.position == Position(0, 6)
    assert neuron.in_lesson
    assert recent_files() == []
    press(neuron, Key.Key_Right)
    assert session.position == Position(0, 7)


def test_an_unforeseen_error_while_opening_is_explained_too(
    neuron: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(argument: str) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr("visualizer.session.lessons.find", broken)
    neuron.open("anything.toml")
    qtbot.waitUntil(lambda: bool(dialogs(neuron)))
    assert neuron._patience is not None
    assert not neuron._patience.waiting
    assert "a bug of ours" in capsys.readouterr().err
    dismiss(neuron, dialogs(neuron)[0])


def test_opening_twice_shows_the_second(neuron: Window, document_file: Path, qtbot: QtBot) -> None:
    neuron.open("linear-under-the-hood")
    neuron.open(str(document_file))
    qtbot.waitUntil(lambda: neuron.session.document.title == "Mine")
    wait(100)
    assert neuron.session.document.title == "Mine"


def test_opened_by_the_dialog_saved_as_a_copy_and_found_among_the_recent(
    neuron: Window, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.toml"
    neuron.session.set_leaf("x1", 4.5)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(copy), ""))
    press(neuron, Key.Key_S, CTRL)
    assert copy.is_file()
    assert recent_files() == [str(copy)]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(copy), ""))
    press(neuron, Key.Key_O, CTRL)
    qtbot.waitUntil(lambda: neuron.session.document.path == copy)
    assert neuron.session.trace.value("x1") == 4.5


def test_a_copy_is_at_once_among_the_recent_files(
    neuron: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(copy), ""))
    press(neuron, Key.Key_S, CTRL)
    press(neuron, Key.Key_L, CTRL)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert str(copy) in [widget.toolTip() for widget in neuron.gallery.findChildren(QWidget)]


@pytest.mark.parametrize(("name", "begins"), [("p.png", b"\x89PNG"), ("p.svg", b"<?xml"), ("p", b"\x89PNG")])
@pytest.mark.slow
def test_the_present_picture_is_exported(
    name: str, begins: bytes, neuron: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), ""))
    neuron.session.go_to(5)
    press(neuron, Key.Key_E, CTRL)
    (written,) = tmp_path.iterdir()
    assert written.suffix in (".png", ".svg")
    assert written.read_bytes().startswith(begins)


@pytest.mark.slow
def test_an_exported_picture_shows_what_is_revealed_and_picked(
    make: Callable[..., Window], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make("fully-connected-layer")
    session = window.session
    session.go_to(next(step for step in range(9) if session.asks_at(step)))
    w = session.document.graph.node("w").id
    pictures = []
    for name, deed in (
        ("asked", lambda: None),
        ("revealed", session.reveal),
        ("picked", lambda: session.pick(Reference(w, "gradient", (1, 1)))),
        ("path", session.step_into),
    ):
        deed()
        path = tmp_path / f"{name}.png"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, path=path: (str(path), ""))
        export_picture(window)
        pictures.append(path.read_bytes())
    assert len(set(pictures)) == 4


def test_a_place_that_cannot_be_written_is_explained(
    neuron: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "nowhere" / "p.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    for key in (Key.Key_E, Key.Key_S):
        press(neuron, key, CTRL)
        (box,) = dialogs(neuron)
        assert "nowhere" in box.text()
        dismiss(neuron, box)


# Colours ------------------------------------------------------------------------------------------------------------


def ground(window: Window) -> str:
    return str(window.canvas.grab().toImage().pixelColor(3, 3).name()).upper()


def test_colours_are_switched_by_key_and_remembered(neuron: Window, make: Callable[..., Window]) -> None:
    assert ground(neuron) == "#FBFBFD"
    press(neuron, Key.Key_T, CTRL)
    assert ground(neuron) == "#14161A"
    press(neuron, Key.Key_T, CTRL)
    assert ground(neuron) == "#FBFBFD"
    press(neuron, Key.Key_T, CTRL)
    assert make(theme="").theme.name == "dark"


def test_colours_follow_the_system(make: Callable[..., Window], monkeypatch: pytest.MonkeyPatch) -> None:
    window = make("neuron-by-hand", theme="system")
    scheme = Qt.ColorScheme.Dark

    class Hints:
        @staticmethod
        def colorScheme() -> Qt.ColorScheme:
            return scheme

    real = QGuiApplication.styleHints()
    monkeypatch.setattr(QGuiApplication, "styleHints", lambda: Hints)
    real.colorSchemeChanged.emit(scheme)
    assert ground(window) == "#14161A"
    scheme = Qt.ColorScheme.Light
    real.colorSchemeChanged.emit(scheme)
    assert ground(window) == "#FBFBFD"
    window.choose_theme("light")
    scheme = Qt.ColorScheme.Dark
    real.colorSchemeChanged.emit(scheme)
    assert ground(window) == "#FBFBFD"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.slow
def test_everything_is_painted_in_the_colours_of_the_theme(theme: str, make: Callable[..., Window]) -> None:
    window = make("fully-connected-layer", theme=theme)
    for widget in (window.canvas, window.card, window.outline, window.timeline, window.bar):
        middle = np.median(pixels(widget.grab())[:, :, :3])
        assert middle > 230 if theme == "light" else middle < 60


# What is remembered -------------------------------------------------------------------------------------------------


def test_geometry_is_remembered(make: Callable[..., Window]) -> None:
    first = make()
    first.resize(745, 560)  # the offscreen screen is small, and windows are fitted into it
    QApplication.processEvents()
    first.close()
    assert first.size() == QSize(745, 560)
    assert make().size() == first.size()
    settings().setValue("geometry", b"rubbish")
    assert make().size().width() > 300


def test_hidden_panels_stay_hidden(neuron: Window, make: Callable[..., Window]) -> None:
    press(neuron, Key.Key_1, CTRL)
    press(neuron, Key.Key_3, CTRL)
    assert not neuron.outline.isVisible()
    assert neuron.card.isVisible()
    assert not neuron.timeline.isVisible()
    neuron.close()
    again = make("linear-under-the-hood")
    assert not again.outline.isVisible()
    assert again.card.isVisible()
    assert not again.timeline.isVisible()
    press(again, Key.Key_1, CTRL)
    press(again, Key.Key_3, CTRL)
    assert again.outline.isVisible()
    assert again.timeline.isVisible()
    press(again, Key.Key_L, CTRL)
    again.show_document(prepare(load_lesson("neuron-by-hand")))
    assert again.outline.isVisible()


def test_the_width_of_panels_is_remembered(neuron: Window, make: Callable[..., Window]) -> None:
    neuron.resize(790, 600)
    neuron.toggle_panel("outline")
    QApplication.processEvents()
    neuron.resizeDocks([neuron.panels["card"]], [420], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    width = neuron.card.width()
    assert width > 400
    neuron.close()
    assert make("linear-under-the-hood").card.width() == width


def test_panels_can_be_given_title_bars_and_lose_them_again(neuron: Window) -> None:
    neuron.panels.toggle_floating()
    assert all(dock.titleBarWidget() is None for dock in map(neuron.panels.__getitem__, BENCHES[STEPS]))
    neuron.panels.toggle_floating()
    assert all(dock.titleBarWidget() is not None for dock in map(neuron.panels.__getitem__, BENCHES[STEPS]))


# Buttons and what fits ----------------------------------------------------------------------------------------------


def test_buttons_are_off_where_they_can_do_nothing(neuron: Window) -> None:
    buttons = {name: button for name, button in neuron.bar._buttons.items() if button.isVisible()}
    expected = {"first": False, "back": False, "forward": True, "last": True, "play": True, "into": True, "out": False}
    assert {name: button.isEnabled() for name, button in buttons.items()} == expected
    neuron.session.go_to(3)
    for name in ("first", "back", "forward", "last"):
        assert buttons[name].isEnabled(), name
    neuron.session.last()
    assert {name: buttons[name].isEnabled() for name in ("first", "back", "forward", "last")} == {
        "first": True, "back": True, "forward": False, "last": False,
    }  # fmt: skip
    neuron.session.walk()
    assert buttons["out"].isEnabled()


@pytest.mark.parametrize(
    ("button", "position"),
    [
        ("forward", Position(0, 5)), ("back", Position(0, 3)), ("first", Position()), ("last", Position(0, 18)),
        ("into", Position(0, 4, unit=0)),
    ],
)  # fmt: skip
def test_buttons_do_what_they_show(button: str, position: Position, neuron: Window) -> None:
    neuron.session.go_to(4)
    QTest.mouseClick(neuron.bar._buttons[button], LEFT)
    assert neuron.session.position == position


@every_lesson
def test_no_word_of_the_top_bar_is_cut_off(name: str, make: Callable[..., Window]) -> None:
    window = make(name)
    window.resize(1280, 800)
    leaf = next(iter(window.session.document.leaves))
    window.session.set_leaf(leaf, window.session.document.leaves[leaf] + 1.0)
    window.player.change_speed(-10)
    QApplication.processEvents()
    assert window.width() == 1280
    bar = window.bar
    for widget in (bar._title, bar._hint, bar._speed, bar._export, bar._lessons):
        assert widget.width() >= widget.sizeHint().width(), (widget.objectName(), widget.text())


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (1280, 800),
        pytest.param(1920, 1080, marks=pytest.mark.slow),
        pytest.param(800, 600, marks=pytest.mark.slow),
    ],
)
@every_lesson
def test_a_screenshot_shows_the_lesson(name: str, width: int, height: int, make: Callable[..., Window]) -> None:
    window = make(name)
    window.resize(width, height)
    QApplication.processEvents()
    window.session.last()
    picture = pixels(window.grab())
    assert picture.shape[:2] == (height, width)
    corner = window.canvas.mapTo(window, QPoint(0, 0))
    shown = picture[corner.y() : corner.y() + window.canvas.height(), corner.x() : corner.x() + window.canvas.width()]
    assert colors(shown) > 50


# Closing ------------------------------------------------------------------------------------------------------------


def test_closing_stops_playing(neuron: Window) -> None:
    press(neuron, Key.Key_F5)
    neuron.close()
    assert not neuron.player.playing


@pytest.mark.parametrize("done", [False, True], ids=["at work", "on its way"])
def test_closing_while_opening_drops_what_is_opened(done: bool, neuron: Window) -> None:
    neuron.open("linear-under-the-hood")
    if done:  # the worker has ended, and the window has not heard of it yet
        assert QThreadPool.globalInstance().waitForDone(10_000)
    neuron.close()
    wait(200)
    assert neuron.session.document.path == lesson_path("neuron-by-hand")


@pytest.fixture(autouse=True)
def no_dialog_left(qapp: QApplication) -> Iterator[None]:
    yield
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QMessageBox):
            widget.close()
