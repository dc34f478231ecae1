"""The first paint waits for nothing heavy, and everything is there soon after it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from visualizer.session.lessons import lesson_names

ROOT = Path(__file__).resolve().parent.parent.parent
# Heavy, or not needed to show the lessons' titles. The package engine stands for all that a document needs.
LATER = {"numpy", "networkx", "pyqtgraph", "msgspec", "engine", "platformdirs", "json", "tomllib", "dataclasses"}

SCRIPT = """
import sys
from PySide6 import QtCore
from visualizer import cli, machine

machine.has_display = lambda: True

def watched(look=machine.ensure, **wanted):
    status = look(**wanted)
    from visualizer.ui import app
    after_first_paint = app.start

    def start(window, argument):
        seen = {name.partition(".")[0] for name in sys.modules}
        enumerations = "Qt" in vars(QtCore)
        words = [label.text() for label in window.gallery.findChildren(QtWidgets.QLabel)]
        menus = [action.text() for action in window.menus.actions()]
        after_first_paint(window, argument)
        timer.timeout.connect(lambda: report(window, seen, enumerations, words, menus))
        timer.start(20)

    app.start = start
    return status

def report(window, seen, enumerations, words, menus):
    import gc, json
    if not all(card.has_picture for card in window.gallery.cards):
        return
    timer.stop()
    found = {"seen": sorted(seen), "enumerations": enumerations, "words": words, "menus": menus,
             "cards": [card.headline.name for card in window.gallery.cards],
             "commands": len(window.actions_by_name), "garbage": gc.isenabled()}
    pictures = [card.grab().toImage() for card in window.gallery.cards]
    found["colors"] = [len({picture.pixel(x, y) for x in range(0, 340, 2) for y in range(0, 170, 2)})
                       for picture in pictures]
    print(json.dumps(found))
    window.close()

from PySide6 import QtWidgets
machine.ensure = watched
timer = QtCore.QTimer()
sys.exit(cli.main([]))
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What the command found loaded after its first paint, and what its window showed once all was there."""
    home = str(tmp_path_factory.mktemp("home"))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": home, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_nothing_heavy_is_loaded_before_the_first_paint(start: dict[str, list[str]]) -> None:
    assert not LATER & set(start["seen"])


def test_the_first_paint_makes_no_enumerations(start: dict[str, bool]) -> None:
    """Those of Qt's namespace take as long as all else that the shell loads: docs/decisions/0012-first-paint.md."""
    assert not start["enumerations"]


def test_the_first_paint_shows_menus_and_lessons(start: dict[str, list[str]]) -> None:
    assert start["menus"] == ["File", "Edit", "Step", "Graph", "Train", "View", "Help"]
    assert "One neuron, by hand" in start["words"]
    assert len(start["words"]) >= 2 * len(lesson_names(trains=False))


def test_pictures_and_commands_appear_after_it(start: dict[str, object]) -> None:
    assert start["cards"] == list(lesson_names())
    assert all(colors > 20 for colors in start["colors"])  # type: ignore[attr-defined]
    assert start["commands"]
    assert start["garbage"]
