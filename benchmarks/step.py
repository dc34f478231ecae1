"""From a step to the painted frame of the whole window, 1280x800, against a blit of a window of that size.

The clock runs from ``session.step_forward()`` until every widget that the step made dirty has been painted and handed
to the display; that canvas, step card, timeline and outline each had a paint event, and that none is left for later, is
checked. The blit is a plain QWidget that draws one picture of its size, repainted in the same process through the same
path, halfway between two steps.

The goal is held to what a person does: every step in order, once, through a document just opened, at the fastest speed
that the program plays, 16 steps a second. In the pauses the window paints the neighbours of the present step ahead, as
it does in use, and that is not timed. So going through the same steps once more is hardly faster, and is told only to
show that. Also told is going through a document just opened without any pause, where nothing can be painted ahead: what
a step costs that outruns the window.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/step.py`

from benchmarks._display import virtual_display
from benchmarks.common import Missing, Row, at_most, duration, main, ratio

TITLE = "step to painted frame, 1280x800, against a blit of the window"
GOAL = 3.0
ROOT = Path(__file__).resolve().parent.parent
TOLD = {"again": "the same steps again", "hurried": "without pauses"}


def steps(where: str, environment: Mapping[str, str], least: int, ways: Sequence[str]) -> Iterator[Row]:
    """The rows of all lessons on one platform."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "benchmarks._steps", str(least), *ways]
        fresh = {**environment, "XDG_CONFIG_HOME": home}
        done = subprocess.run(command, cwd=ROOT, env=fresh, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"stepping {where} failed: {done.stderr.strip()[-600:]}")
    for lesson, ways in json.loads(done.stdout).items():
        for way, times in ways.items():
            found = ratio(times["steps"], times["blits"])
            detail = f"{duration(times['steps'])} against {duration(times['blits'])}"
            if way == "first":
                yield at_most(f"{lesson}, {where}", found, GOAL, f"{detail}, {len(times['steps'])} steps")
            else:
                yield Row(f"  {TOLD[way]}", found, detail=detail)


def measure(quick: bool) -> Iterator[Row | Missing]:
    """Offscreen, and on a virtual display where one can be had."""
    least, ways = (14, ("first", "hurried")) if quick else (100, ("first", "again", "hurried"))
    yield from steps("offscreen", {**os.environ, "QT_QPA_PLATFORM": "offscreen"}, least, ways)
    with virtual_display() as display:
        if isinstance(display, str):
            yield Missing("Xvfb", display)
        else:
            yield from steps("Xvfb", display, least, ways)


if __name__ == "__main__":
    main(TITLE, measure)
