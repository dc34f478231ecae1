"""Large pictures on the canvas, 1280x800: a step, a pan and a full painting, against a blit and against bare lines.

The neurons are those of a network of 200 layers of 50, of which the 250 strongest edges of each layer are drawn: 10,000
units and 50,000 edges, all in view. The single numbers are every multiply and add of a 2-55-55-1 network as a graph of
boxes. A step's clock runs from ``session.step_forward()`` until the canvas has been painted and handed to the display,
from several places of the iteration, at the fastest speed that the program plays; in the pauses the canvas paints ahead
as it does in use, and that is not timed. "Without pauses" nothing can be painted ahead. The blit is a plain QWidget of
the same size that shows one picture. The bare lines are the same edges, straight, as hairlines of 16 colours, drawn in
bulk without antialiasing, and nothing else; all of them, while the canvas leaves out the edges that stronger ones hide.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/canvas.py`

from benchmarks.common import Row, at_most, duration, main, ratio

TITLE = "large pictures on the canvas, 1280x800"
STEP, LATE, PAN, BAKE, OPENS = 2.0, 4.0, 3.0, 1.2, 2.0
ROOT = Path(__file__).resolve().parent.parent
NAMES = {"neurons": "neurons of 200 layers", "numbers": "single numbers", "mnist": "784-128-64-10"}


def late(times: dict[str, list[float]]) -> float:
    """The 95th percentile of the steps, in median blits."""
    return statistics.quantiles(times["above"], n=20)[-1] / statistics.median(times["below"])


def rows(subject: str, found: dict[str, Any]) -> Iterator[Row]:
    """The rows of one picture."""
    name, size = NAMES[subject], f"{found['nodes']:,} nodes, {found['edges']:,} edges"
    steps, hurried, pans, bakes = (found[key] for key in ("steps", "hurried", "pans", "bakes"))
    if "opened" in found:
        yield at_most(f"{name}, seconds to its neurons", found["opened"], OPENS)
    detail = f"{duration(steps['above'])} against {duration(steps['below'])}, {size}"
    yield at_most(f"{name}, a step / a blit", ratio(steps["above"], steps["below"]), STEP, detail)
    yield at_most("  the 95th percentile", late(steps), LATE)
    detail = f"{duration(hurried['above'])} against {duration(hurried['below'])}"
    yield Row("  without pauses", ratio(hurried["above"], hurried["below"]), detail=detail)
    yield Row("  the 95th percentile", late(hurried))
    detail = f"{duration(pans['above'])} against {duration(pans['below'])}"
    yield at_most("  a pan / a blit", ratio(pans["above"], pans["below"]), PAN, detail)
    detail = f"{duration(bakes['above'])} against {duration(bakes['below'])}"
    whole = ratio(bakes["above"], bakes["below"])
    if subject == "neurons":
        yield at_most("  all of it / its edges as bare lines", whole, BAKE, detail)
    else:
        yield Row("  all of it / its edges as bare lines", whole, detail=detail)


def measure(quick: bool) -> Iterator[Row]:
    """All pictures, in one process."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "benchmarks._canvas", "25" if quick else "100"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the canvas could not be measured: {done.stderr.strip()[-900:]}")
    for subject, found in json.loads(done.stdout).items():
        yield from rows(subject, found)


if __name__ == "__main__":
    main(TITLE, measure)
