"""Trains in one of three ways for some seconds and prints, as JSON, what came of it. Run by ``benchmarks.live``.

Usage: ``python -m benchmarks._live WAY SECONDS DOCUMENT``, on the platform that QT_QPA_PLATFORM names. The ways:
``headless`` trains without a window; ``open`` with it, as a person who presses F5; ``alone`` shows what the window
shows while it trains, at the same rate, and trains nothing.
"""

from __future__ import annotations

import itertools
import json
import sys
import time

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtGui import QPaintEvent

from visualizer.session.document import Document, parse
from visualizer.session.lab import Lab
from visualizer.session.session import prepare
from visualizer.ui.app import make_application
from visualizer.ui.network_view import NetworkView
from visualizer.ui.trainer import INTERVAL
from visualizer.ui.window import Window

SIZE = QSize(1280, 800)
WARM_UP = 1.0  # s, not counted
SLICE = 256

frames: list[float] = []


def count_frames() -> None:
    """Have the network's view note when it has painted."""
    paint = NetworkView.paintEvent

    def noting(self: NetworkView, event: QPaintEvent) -> None:
        paint(self, event)
        frames.append(time.perf_counter())

    NetworkView.paintEvent = noting


def wait(seconds: float) -> None:
    """Let the program go on."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def headless(document: Document, seconds: float) -> dict[str, object]:
    """Iterations a second of the runs alone."""
    lab = Lab(document)
    end = time.perf_counter() + WARM_UP
    while time.perf_counter() < end:
        lab.advance(SLICE)
    start, at = time.perf_counter(), lab.iteration
    while time.perf_counter() < start + seconds:
        lab.advance(SLICE)
    return {"rate": (lab.iteration - at) / (time.perf_counter() - start)}


def opened(document: Document) -> Window:
    """A window on the document."""
    window = Window("light")
    window.setFixedSize(SIZE)
    window.show()
    window.show_document(prepare(document))
    wait(0.5)
    return window


def live(document: Document, seconds: float, trains: bool) -> dict[str, object]:
    """Iterations a second beside the window, and the seconds between two frames."""
    count_frames()
    window = opened(document)
    trainer, lab = window.laboratory.trainer, window.session.lab
    assert lab is not None
    timer = QTimer()
    if trains:
        trainer.run()
        wait(WARM_UP)
    else:
        shown: list[object] = []
        trainer.snapped.connect(shown.append)
        trainer.run()  # until there are curves and a picture, as the other way has them
        wait(WARM_UP)
        trainer.pause()
        wait(0.2)
        timer.timeout.connect(lambda: trainer.snapped.emit(shown[-1]))
        timer.timeout.connect(trainer.progressed)
        timer.start(INTERVAL)
    frames.clear()
    start, at = time.perf_counter(), lab.iteration
    wait(seconds)
    rate = (lab.iteration - at) / (time.perf_counter() - start)
    intervals = [after - before for before, after in itertools.pairwise(frames)]
    timer.stop()
    trainer.pause()
    window.close()
    return {"rate": rate, "intervals": intervals}


def main() -> None:
    """One way, once."""
    way, seconds, document = sys.argv[1], float(sys.argv[2]), parse(sys.argv[3])
    if way == "headless":
        found = headless(document, seconds)
    else:
        make_application()
        found = live(document, seconds, way == "open")
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
