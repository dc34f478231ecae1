"""Training with the window open: how much of the headless throughput is left, and how evenly the window paints.

Two processes take turns: one trains without a window, then with one at 1280x800 with network, plots and output, as fast
as it can, and without one again; the other shows the same window with the same curves growing, where the thread that
would train sleeps. Throughput is iterations a second. A frame is a painting of the network's view; the interval between
two of them is held at its 95th percentile against that of the window that does not train. A paint on a virtual display
ends when the server has it, so what a graphics card and a compositor would add is not measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/live.py`

from benchmarks._display import virtual_display
from benchmarks.common import Missing, Row, at_least, at_most, main

TITLE = "training with the window open, 1280x800, against the runs and the window alone"
KEEPS, EVEN = 0.75, 1.6
ROOT = Path(__file__).resolve().parent.parent

TEXT = 'format = 1\ntitle = "{name}"\nnetwork = "{network}"\n[data]\nset = "{data}"\n[training]\nbatch_size = {batch}\n'
BESIDE = '[[compare]]\nnetwork = "{network}, skip 2"\n'
# network, data, size of a batch, runs with skips beside it
WORKLOADS = {
    "2-6-6-4-1 spiral": ("2-6-6-4-1 tanh, output tanh, loss half_squared", "spiral", 10, 0),
    "64-64-32-10 digits": ("64-64-32-10 relu, loss cross_entropy, init he", "digits", 32, 0),
    "2-64x50-1 spiral": ("2-64x50-1 tanh, init xavier", "spiral", 64, 0),
    "2-20x50-1 circle, two runs": ("2-20x50-1 tanh, init normal", "circle", 10, 1),
}


def run(way: str, seconds: float, text: str, rate: float, environment: Mapping[str, str]) -> dict[str, Any]:
    """What one process found."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "benchmarks._live", way, str(seconds), text, str(rate)]
        fresh = {**environment, "XDG_CONFIG_HOME": home}
        done = subprocess.run(command, cwd=ROOT, env=fresh, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{way} failed: {done.stderr.strip()[-600:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def late(intervals: list[float]) -> float:
    """The 95th percentile, in seconds."""
    return statistics.quantiles(intervals, n=20)[-1]


def rows(where: str, environment: Mapping[str, str], rounds: int, seconds: float, names: list[str]) -> Iterator[Row]:
    """The rows of the workloads on one platform: medians over the rounds."""
    for name in names:
        network, data, batch, beside = WORKLOADS[name]
        text = TEXT.format(name=name, network=network, data=data, batch=batch)
        text += BESIDE.format(network=network) * beside
        kept, even, rates, spans = [], [], [], []
        for _ in range(rounds):
            trained = run("open", seconds, text, 0.0, environment)
            found = {"open": trained, "alone": run("alone", seconds, text, trained["rate"], environment)}
            kept.append(trained["rate"] / trained["headless"])
            spans.append((late(found["open"]["intervals"]), late(found["alone"]["intervals"])))
            even.append(spans[-1][0] / spans[-1][1])
            rates.append((trained["rate"], trained["headless"]))
        rate, span = statistics.median_low(rates), statistics.median_low(spans)
        told = f"{rate[0]:,.0f}/s against {rate[1]:,.0f}/s"
        yield at_least(f"{name}, {where}: throughput kept", statistics.median(kept), KEEPS, told)
        told = f"{span[0] * 1e3:.0f} ms against {span[1] * 1e3:.0f} ms"
        yield at_most(f"{name}, {where}: 95 % of frames", statistics.median(even), EVEN, told)


def measure(quick: bool) -> Iterator[Row | Missing]:
    """On a virtual display where one can be had, else offscreen."""
    rounds, seconds = (3, 2.0) if quick else (5, 4.0)
    names = list(WORKLOADS)[: 1 if quick else None]
    with virtual_display() as display:
        if isinstance(display, str):
            yield Missing("Xvfb", display)
            yield from rows("offscreen", {**os.environ, "QT_QPA_PLATFORM": "offscreen"}, rounds, seconds, names)
        else:
            yield from rows("Xvfb", display, rounds, seconds, names)


if __name__ == "__main__":
    main(TITLE, measure)
