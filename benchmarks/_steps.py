"""Steps through every lesson in one process and prints, as JSON, what each step took. Run by ``benchmarks.step``.

Usage: ``python -m benchmarks._steps LEAST WAY...``, on the platform that QT_QPA_PLATFORM names.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.session.lessons import find, lesson_names
from visualizer.session.session import prepare
from visualizer.ui.app import make_application
from visualizer.ui.canvas import Canvas
from visualizer.ui.card_panel import CardView
from visualizer.ui.outline import OutlineView
from visualizer.ui.player import SPEEDS
from visualizer.ui.timeline import Timeline
from visualizer.ui.window import Window

SIZE = QSize(1280, 800)
PAUSE = round(1000 / max(SPEEDS))  # ms between two steps: the fastest that the program itself plays
VIEWS = (Canvas, CardView, Timeline, OutlineView)

painted: Counter[str] = Counter()


class Blit(QWidget):
    """A window of the same size that shows one picture."""

    def __init__(self, picture: QPixmap) -> None:
        super().__init__()
        self.picture = picture
        self.setFixedSize(SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painted["Blit"] += 1
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self.picture)
        painter.end()


def count_paints(view: type[QWidget]) -> None:
    """Have a class of widgets count its paint events."""
    paint = view.paintEvent

    def counting(self: QWidget, event: QPaintEvent) -> None:
        painted[view.__name__] += 1
        paint(self, event)

    view.paintEvent = counting


def wait(milliseconds: float) -> None:
    """Let the program do what it does when nobody asks anything of it."""
    loop = QEventLoop()
    QTimer.singleShot(round(milliseconds), loop.quit)
    loop.exec()


def frame(change: Callable[[], object], *expected: str) -> float:
    """The seconds from a change until all that it dirtied has been painted and handed to the display."""
    painted.clear()
    start = time.perf_counter()
    change()
    QApplication.sendPostedEvents()
    seconds = time.perf_counter() - start
    if missing := [name for name in expected if not painted[name]]:
        raise RuntimeError(f"not painted: {', '.join(missing)}")
    painted.clear()
    QApplication.sendPostedEvents()
    if painted:
        raise RuntimeError(f"painted late: {', '.join(painted)}")
    return seconds


def walk(window: Window, blit: Blit, pause: float) -> dict[str, list[float]]:
    """The seconds of every step from the first to the last, and of the blit between each two."""
    steps, blits = [], []
    window.session.first()
    wait(PAUSE)
    while not window.session.at_end:
        steps.append(frame(window.session.step_forward, *(view.__name__ for view in VIEWS)))
        wait(pause / 2)
        blits.append(frame(blit.update, "Blit"))
        wait(pause / 2)
    return {"steps": steps, "blits": blits}


def lesson(name: str, least: int, ways: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """One lesson, ``least`` steps or more in every way: see ``benchmarks.step`` for what the ways are."""
    window = Window("light")
    window.show()
    window.show_document(prepare(find(name)))
    window.setFixedSize(SIZE)
    wait(200)
    blit = Blit(window.grab())
    blit.show()
    wait(200)
    found: dict[str, dict[str, list[float]]] = {}
    for _ in range(math.ceil(least / len(window.session.trace.steps))):
        for way in ways:
            if way != "again":
                window.session.open(prepare(find(name)))
            times = walk(window, blit, 0 if way == "hurried" else PAUSE)
            for key, seconds in times.items():
                found.setdefault(way, {}).setdefault(key, []).extend(seconds)
    for widget in (blit, window):
        widget.close()
        widget.deleteLater()
    return found


def main() -> None:
    """All lessons."""
    application = make_application()
    for view in VIEWS:
        count_paints(view)
    found: dict[str, Any] = {name: lesson(name, int(sys.argv[1]), sys.argv[2:]) for name in lesson_names(trains=False)}
    json.dump(found, sys.stdout)
    application.quit()


if __name__ == "__main__":
    main()
