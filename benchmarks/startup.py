"""From the start of a process to its first paint: the command ``gradstep`` against a script that shows a bare QWidget.

Each start is a fresh process, and the two take turns. The clock starts before the process and stops once all of the
first paint has been handed to the display. Ours is the command itself, from its arguments to the painted page of
lessons, with settings and recent files as a person has them the first time: none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/startup.py`

from benchmarks._display import virtual_display
from benchmarks.common import Missing, Row, at_most, duration, main, ratio, take_turns

TITLE = "start-up: from the process to the first paint, against a bare QWidget"
GOAL = 1.35
ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 60.0  # seconds

# Both print when their first paint is done and end at once, without tidying up.
BARE = """
import os, sys, time
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

def painted():
    print(time.monotonic(), flush=True)
    os._exit(0)

class Bare(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, painted)

application = QApplication(["bare"])
widget = Bare()
widget.resize(1280, 800)
widget.show()
application.exec()
"""
OURS = """
import os, sys, time
from visualizer import cli, machine

def painted(window, argument):
    print(time.monotonic(), flush=True)
    os._exit(0)

def watched(look=machine.ensure, **wanted):
    status = look(**wanted)
    from visualizer.ui import app
    app.start = painted  # what is done after the first paint
    return status

machine.ensure = watched
if os.environ["QT_QPA_PLATFORM"] == "offscreen":
    machine.has_display = lambda: True
sys.exit(cli.main([]))
"""


def first_paint(script: str, environment: Mapping[str, str]) -> Callable[[], float]:
    """A contender: the seconds from the start of a process that runs ``script`` to its first paint."""

    def turn() -> float:
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the process ended with status {done.returncode}: {done.stderr.strip()[-400:]}")
        return float(done.stdout) - started

    return turn


def compare(where: str, environment: Mapping[str, str], rounds: int) -> Row:
    """One row: our first paint over that of a bare widget."""
    with tempfile.TemporaryDirectory() as home:
        folders = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), home)
        fresh = {**environment, **folders, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": f"{home}/bytecode"}
        fresh.pop("PYTHONDONTWRITEBYTECODE", None)  # the round that warms up compiles, as an installation does
        runs = take_turns({"bare": first_paint(BARE, fresh), "ours": first_paint(OURS, fresh)}, rounds)
    detail = f"{duration(runs['ours'])} against {duration(runs['bare'])}"
    return at_most(f"first paint / bare QWidget, {where}", ratio(runs["ours"], runs["bare"]), GOAL, detail)


def measure(quick: bool) -> Iterator[Row | Missing]:
    """Offscreen, and on a virtual display where one can be had."""
    rounds = 9 if quick else 31
    yield compare("offscreen", {**os.environ, "QT_QPA_PLATFORM": "offscreen"}, rounds)
    with virtual_display() as display:
        if isinstance(display, str):
            yield Missing("Xvfb", display)
        else:
            yield compare("Xvfb", display, rounds)


if __name__ == "__main__":
    main(TITLE, measure)
