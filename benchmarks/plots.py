"""A plot that grows: 100 new iterations in each of ten curves, taken in and painted, in a long run against a short one.

The panel of plots shows its three usual ones at 1280x260 for a run of ten layers: ten curves of gradient norms over
iterations, loss, and norms against depth. The clock runs from ``refresh()`` until every plot has been painted and
handed to the display; that they were painted is checked. Appending itself is the training's and not timed. After each
turn the records are cut to what they were, so that a run keeps its length.

Also told is zooming: another range of the long run, painted.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/plots.py`

from benchmarks.common import Row, at_most, duration, main, ratio, take_turns

if TYPE_CHECKING:
    from visualizer.ui.plots.view import PlotView

TITLE = "plots: 100 new iterations of ten curves until they are painted, by how long the run is"
GOAL = 1.5
SHORT, LONG = 1_000, 1_000_000
LAYERS, NEW = 10, 100
SIZE = (1280, 260)


class Bench:
    """A panel of plots on its own, for a run of so many iterations."""

    def __init__(self, iterations: int) -> None:
        from engine.records import Records
        from visualizer.session.plots.curves import Plotted
        from visualizer.ui.plots.dock import PlotsPanel
        from visualizer.ui.plots.view import PlotView
        from visualizer.ui.theme import LIGHT

        self.iterations = iterations
        self.records = Records(tuple(f"layer{layer}" for layer in range(1, LAYERS + 1)))
        self._random = np.random.default_rng(7)
        self._append(iterations)
        self.panel = PlotsPanel(LIGHT)
        self.panel.resize(*SIZE)
        self.panel.show()
        self.panel.set_runs([Plotted("run", self.records)])
        self.views = self.panel.findChildren(PlotView)
        self._settle()

    def update(self) -> float:
        """The seconds of one update."""
        self._append(NEW)
        seconds = self._painted(lambda: self.panel.refresh(at_once=True), self.views)
        self.records.cut(self.iterations)
        self._settle()
        return seconds

    def zoom(self) -> float:
        """The seconds until another range is painted."""
        first = float(self._random.integers(0, self.iterations // 2))
        zoomed = [view for view in self.views if view.plot.over_iterations]
        seconds = self._painted(lambda: self.panel.zoom(first, first + self.iterations / 3), zoomed)
        self.panel.reset_view()
        self._settle()
        return seconds

    def _append(self, count: int) -> None:
        start = len(self.records)
        noise = np.exp(0.3 * self._random.standard_normal((count, LAYERS + 1)))
        size = 1.0 / (1.0 + 1e-4 * np.arange(start, start + count)[:, None])
        self.records.losses.append(start, (size * noise)[:, :1])
        self.records.gradient_norms.append(start, size * noise[:, 1:] * 2.0 ** -np.arange(LAYERS))

    def _painted(self, change: Callable[[], object], views: Sequence[PlotView]) -> float:
        from PySide6.QtWidgets import QApplication

        before = [view.painted for view in views]
        start = time.perf_counter()
        change()
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        seconds = time.perf_counter() - start
        if any(view.painted == count for view, count in zip(views, before, strict=True)):
            raise RuntimeError("a plot was not painted")
        return seconds

    def _settle(self) -> None:
        """Has everything taken in and painted that waits for it."""
        from PySide6.QtWidgets import QApplication

        self.panel.refresh(at_once=True)
        while self.panel.is_behind:
            self.panel.refresh(at_once=True)
        QApplication.processEvents()


def measure(quick: bool) -> Iterator[Row]:
    """The long run against the short one."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from visualizer.ui.app import make_application

    application = make_application()
    short, long = Bench(SHORT), Bench(LONG)
    rounds = 15 if quick else 61
    runs = take_turns({"short": short.update, "long": long.update}, rounds)
    detail = f"{duration(runs['long'])} against {duration(runs['short'])}"
    yield at_most(f"{LONG:,} iterations / {SHORT:,}", ratio(runs["long"], runs["short"]), GOAL, detail)
    runs = take_turns({"short": short.zoom, "long": long.zoom}, rounds)
    detail = f"{duration(runs['long'])} against {duration(runs['short'])}"
    yield Row("  zooming", ratio(runs["long"], runs["short"]), detail=detail)
    application.quit()


if __name__ == "__main__":
    main(TITLE, measure)
