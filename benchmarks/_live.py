"""Trains in one of two ways for some seconds and prints, as JSON, what came of it. Run by ``benchmarks.live``.

Usage: ``python -m benchmarks._live WAY SECONDS DOCUMENT RATE``, on the platform that QT_QPA_PLATFORM names. The ways:
``open`` trains with the window, as a person who presses F5, and before and after it without one; ``alone`` is the same
but for the iterations: their records were made before, and come in at RATE while the thread that would train sleeps.
"""

from __future__ import annotations

import itertools
import json
import sys
import time

import numpy as np
from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtGui import QPaintEvent

from visualizer.session.document import Document, parse
from visualizer.session.session import prepare
from visualizer.session.training.lab import Lab
from visualizer.ui.app import make_application
from visualizer.ui.network_view import NetworkView
from visualizer.ui.window import Window

SIZE = QSize(1280, 800)
WARM_UP = 1.0  # s, not counted
SLICE = 256
NAP = 0.002  # s

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


def headless(document: Document, seconds: float) -> float:
    """Iterations a second of the runs alone."""
    lab = Lab(document)
    lab.advance(SLICE)
    start, at = time.perf_counter(), lab.iteration
    while time.perf_counter() < start + seconds:
        lab.advance(SLICE)
    return (lab.iteration - at) / (time.perf_counter() - start)


def opened(document: Document) -> Window:
    """A window on the document."""
    window = Window("light")
    window.setFixedSize(SIZE)
    window.show()
    window.show_document(prepare(document))
    wait(0.5)
    return window


def sleep_instead(lab: Lab, rate: float, seconds: float) -> None:
    """Train ahead, and have ``advance`` sleep and let the records of that appear, so many iterations a second."""
    names = ("losses", "gradient_norms", "details", "tests")
    tables = [getattr(run.records, name) for run in lab.runs for name in names]
    lab.advance(round(rate * (seconds + WARM_UP + 2.0)))
    counts, last = [table.count for table in tables], lab.iteration
    shown = 0

    def show(iteration: int) -> None:
        nonlocal shown
        shown = min(iteration, last)
        for table, count in zip(tables, counts, strict=True):
            table.count = int(np.searchsorted(table._iterations[:count], shown))

    def advance(iterations: int) -> int:
        time.sleep(NAP)
        show(shown + max(1, round(rate * NAP)))
        return iterations

    show(0)
    lab.advance = advance  # type: ignore[method-assign]


def live(document: Document, seconds: float, rate: float) -> dict[str, object]:
    """Iterations a second beside the window, and the seconds between two frames; ``rate`` is 0 where it trains."""
    count_frames()
    window = opened(document)
    trainer, lab = window.laboratory.trainer, window.session.lab
    assert lab is not None
    if rate:
        sleep_instead(lab, rate, seconds)
    trainer.run()
    wait(WARM_UP)
    frames.clear()
    start, at = time.perf_counter(), lab.iteration
    wait(seconds)
    rate = (lab.iteration - at) / (time.perf_counter() - start)
    intervals = [after - before for before, after in itertools.pairwise(frames)]
    trainer.pause()
    window.close()
    return {"rate": rate, "intervals": intervals}


def main() -> None:
    """One way, once."""
    way, seconds, document, rate = sys.argv[1], float(sys.argv[2]), parse(sys.argv[3]), float(sys.argv[4])
    if way == "open":
        # Before and after, in the same process: what the machine does in between is the same for both.
        before = headless(document, seconds / 2)
        make_application()
        found = live(document, seconds, 0.0)
        found["headless"] = (before + headless(document, seconds / 2)) / 2
    else:
        make_application()
        found = live(document, seconds, rate)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
