"""The program in a process of its own: on a virtual display, at twice the pixels, and when something goes wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

# What every script below begins with. ``say`` is how it reports.
BEGIN = """
import json, sys
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from visualizer.session.lessons import load_lesson
from visualizer.session.session import prepare
from visualizer.ui import app as program
from visualizer.ui.window import Window

said = {}
Key = Qt.Key


def say(**facts):
    said.update(facts)


def colors(pixmap):
    image = pixmap.toImage()
    return len({image.pixel(x, y) for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)})


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key, modifier)
    QApplication.processEvents()


def window():
    return next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Window))


def when(ready, then, patience=600):
    # Once ``ready`` holds; the program's own loop runs meanwhile, and its workers with it.
    def look():
        nonlocal patience
        patience -= 1
        if ready():
            then()
        elif patience:
            QTimer.singleShot(20, look)
        else:
            say(failed="nothing happened")
            QApplication.exit(9)

    QTimer.singleShot(0, look)


def opened():
    return any(isinstance(widget, Window) and widget.in_lesson for widget in QApplication.topLevelWidgets())


def run(argument, script):
    def first():
        when(lambda: opened() or argument is None, script)

    start = program.start
    def started(window, given):
        start(window, given)
        first()
    program.start = started
    status = program.run(argument)
    print(json.dumps(said))
    sys.exit(status)
"""


def result_of(script: str, environment: dict[str, str]) -> tuple[dict[str, Any], subprocess.CompletedProcess[str]]:
    """Run a script; what it said, and how it ended."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    assert lines, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr or "of ours" in script, done.stderr
    return json.loads(lines[-1]), done


@pytest.fixture
def offscreen(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}


# On a display -------------------------------------------------------------------------------------------------------

THERE_AND_BACK = """
def script():
    shown = window()
    shown.activateWindow()  # there is no window manager that would
    assert QTest.qWaitForWindowActive(shown, 5000)
    count, session = len(shown.session.trace.steps), shown.session
    visited = [session.position.step]
    for _ in range(count):
        press(Key.Key_Right)
        visited.append(session.position.step)
    at_end, end = session.at_end, colors(shown.screen().grabWindow(shown.winId()))
    press(Key.Key_Down)
    path = session.position.path
    press(Key.Key_Up)
    for _ in range(count):
        press(Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        visited.append(session.position.step)
    say(
        platform=QApplication.platformName(), count=count, visited=visited, at_end=at_end, colors=end, path=path,
        size=[shown.width(), shown.height()], title=shown.windowTitle(), visible=shown.isVisible(),
        active=shown.isActiveWindow(),
    )
    shown.close()


run(LESSON, script)
"""


@pytest.mark.parametrize("lesson", ["neuron-by-hand", "backpropagation-by-hand"])
def test_a_lesson_is_stepped_to_its_end_and_back_on_a_real_window(
    lesson: str, xvfb: dict[str, str], tmp_path: Path
) -> None:
    said, done = result_of(THERE_AND_BACK.replace("LESSON", repr(lesson)), xvfb | {"XDG_CONFIG_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert said["platform"] == "xcb"
    count = said["count"]
    assert said["visited"] == [*range(count + 1), *range(count - 1, -1, -1)]
    assert said["at_end"]
    assert said["path"] == 0
    assert said["visible"]
    assert said["colors"] > 100
    assert said["size"] == [1280, 800]
    assert "GradStep" in said["title"]


GALLERY = """
def script():
    shown = window()

    def click():
        card = shown.gallery.cards[1]
        say(pictures=[colors(card.grab()) for card in shown.gallery.cards], whole=colors(shown.grab()))
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        when(opened, finish)

    def finish():
        say(title=shown.windowTitle())
        shown.close()

    when(lambda: all(card.has_picture for card in shown.gallery.cards), click)


run(None, script)
"""


def test_a_lesson_is_chosen_in_the_gallery_of_a_real_window(xvfb: dict[str, str], tmp_path: Path) -> None:
    said, done = result_of(GALLERY, xvfb | {"XDG_CONFIG_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert all(count > 20 for count in said["pictures"])
    assert said["title"].startswith("A linear layer under the hood")


def test_the_command_opens_the_window(xvfb: dict[str, str], tmp_path: Path) -> None:
    """As a person starts it: ``gradstep LESSON`` goes on until the window is closed."""
    script = """
import sys
from PySide6.QtCore import QTimer
from visualizer.ui import window

def shown(self, prepared, show=window.Window.show_document):
    show(self, prepared)
    QTimer.singleShot(0, self.close)

window.Window.show_document = shown
from visualizer.cli import main
sys.exit(main(["linear-under-the-hood"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=xvfb | {"XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


# Dense screens ------------------------------------------------------------------------------------------------------

DENSE = """
def script():
    shown = window()
    shown.resize(1280, 800)
    shown.session.last()
    QApplication.processEvents()
    parts = {"window": shown, "canvas": shown.canvas, "card": shown.card, "timeline": shown.timeline}
    grabbed = {name: part.grab() for name, part in parts.items()}
    say(
        ratio=shown.devicePixelRatioF(), size=[shown.width(), shown.height()],
        pixels={name: [picture.width(), picture.height()] for name, picture in grabbed.items()},
        wanted={name: [2 * part.width(), 2 * part.height()] for name, part in parts.items()},
        colors={name: colors(picture) for name, picture in grabbed.items()},
        layer=[*shown.canvas._surface.baked.pixmap.size().toTuple()],
    )
    shown.close()


run("backpropagation-by-hand", script)
"""


def test_a_dense_screen_is_painted_at_its_own_pixels(offscreen: dict[str, str]) -> None:
    said, done = result_of(DENSE, offscreen | {"QT_SCALE_FACTOR": "2"})
    assert done.returncode == 0, done.stderr
    assert said["ratio"] == 2
    assert said["pixels"] == said["wanted"]
    assert said["layer"] == said["wanted"]["canvas"]
    assert all(count > 20 for count in said["colors"].values()), said["colors"]


# When something goes wrong ------------------------------------------------------------------------------------------

SLOT = """
def script():
    shown = window()
    shown.player.speed_changed.connect(lambda _: 1 / 0)  # an error of ours
    shown.player.change_speed(1)
    QApplication.processEvents()
    boxes = shown.findChildren(QMessageBox)
    say(boxes=[box.text() for box in boxes])
    for box in boxes:
        box.close()
    shown.activateWindow()
    QApplication.processEvents()
    shown.session.step_forward()
    say(step=shown.session.position.step, visible=shown.isVisible())
    shown.close()


run("neuron-by-hand", script)
"""


def test_an_error_of_ours_does_not_end_the_program(offscreen: dict[str, str]) -> None:
    said, done = result_of(SLOT, offscreen)
    assert done.returncode == 0
    assert len(said["boxes"]) == 1
    assert "ZeroDivisionError" in said["boxes"][0]
    assert "\n" not in said["boxes"][0]
    assert "ZeroDivisionError" in done.stderr
    assert said["visible"]
    assert said["step"] == 1


CLOSING = """
def script():
    shown = window()
    HOW
    shown.close()


run(ARGUMENT, script)
"""

WAYS = {
    "while playing": ('"neuron-by-hand"', "press(Key.Key_Space)"),
    "while opening": ("None", 'shown.open("backpropagation-by-hand")'),
    "while pictures are painted": ("None", "pass"),
    "while opening another": ('"neuron-by-hand"', 'shown.open("backpropagation-by-hand")'),
    "while a number is typed": ('"neuron-by-hand"', "shown.session.select(0); shown.edit_selected()"),
    "with a dialog open": ('"neuron-by-hand"', 'shown.complain("A sentence."); shown.show_palette()'),
}


@pytest.mark.parametrize("way", WAYS)
def test_closing_ends_the_program_in_order(way: str, offscreen: dict[str, str]) -> None:
    argument, how = WAYS[way]
    _, done = result_of(CLOSING.replace("ARGUMENT", argument).replace("HOW", how), offscreen)
    assert done.returncode == 0, done.stderr
    assert "Internal C++ object" not in done.stderr
