"""Histograms of the weights and the gradients of one layer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from engine.ops import Array
from visualizer.session.formatting import number_text
from visualizer.session.plots.curves import Quantity
from visualizer.session.plots.histogram import Counts, histograms
from visualizer.session.plots.scales import Scale
from visualizer.ui.plots.chart import Area, Chart, Line, Reading
from visualizer.ui.plots.geometry import BOTTOM, LINE, TOP
from visualizer.ui.plots.plot import Context, scale_word
from visualizer.ui.plots.styles import run_color
from visualizer.ui.theme import color, mix

# What is counted: its name, its place in what is given for a layer, and the role that its colour is that of.
KINDS = (("weights", 0, "weight"), ("gradients", 1, "backward"))


@dataclass(frozen=True, eq=False, slots=True)
class SpreadPlot:
    """Counts of a layer's weights, and beside them of its gradients, at the iteration for which they were given."""

    key: str = "histogram"
    chip: str = "Histogram"
    quantities: tuple[Quantity, ...] = ()
    over_iterations: bool = False
    log: bool | None = False
    picks_layer: bool = True

    def charts(self, context: Context) -> tuple[Chart, ...]:
        """Weights and gradients, each with a scale of its own. Runs lie over each other, as outlines."""
        return tuple(self._chart(context, place) for place in range(len(KINDS)))

    def read(self, context: Context, chart: int, x: float, place: float) -> Reading | None:
        """The counts in the bin at x."""
        counted = self._counts(context, chart)
        if not counted:
            return None
        edges = counted[0][1].edges
        number = int(np.searchsorted(edges, x, side="right")) - 1
        if not 0 <= number < len(edges) - 1:
            return None
        alone = len(context.study.runs) == 1
        rows = tuple(
            (
                self._color(context, run, chart),
                KINDS[chart][0] if alone else context.study.runs[run].label,
                f"{int(counts.counts[number]):,} of {counts.size:,}",
            )
            for run, counts in counted
        )
        low, high = float(edges[number]), float(edges[number + 1])
        return Reading((low + high) / 2.0, f"{number_text(low)} to {number_text(high)}", rows)

    def _chart(self, context: Context, kind: int) -> Chart:
        log, first = context.is_log(self), kind == 0
        counted = self._counts(context, kind)
        title = "Weights and gradients" if first else ""
        if not counted:
            nothing = f"no {KINDS[kind][0]} yet"
            return Chart(title, (), (-1.0, 1.0), Scale(False, 0.0, 1.0), whole=False, nothing=nothing)
        edges = counted[0][1].edges
        captions = [caption for run, counts in counted for caption in self._captions(context, run, counts, kind)]
        highest = max(float(counts.counts.max()) for _, counts in counted)
        scale = self._scale(highest, log, LINE * len(captions) / max(context.height - TOP - BOTTOM, 1.0))
        lines, areas = [], []
        for run, counts in counted:
            tone = self._color(context, run, kind)
            outline = counts.outline.copy()
            outline[:, 1] = np.maximum(scale.places(outline[:, 1]), scale.low)
            if run == counted[0][0]:
                areas.append(Area(outline, mix(tone, color(context.theme.ground), 0.35)))
            lines.append(Line(outline, tone))
        return Chart(
            title,
            self._subtitles(context) if first else (),
            (float(edges[0]), float(edges[-1])),
            scale,
            scale_word=scale_word(log) if first else "",
            whole=False,
            y_whole=not log,
            lines=tuple(lines),
            areas=tuple(areas),
            captions=tuple(captions),
        )

    @staticmethod
    def _scale(highest: float, log: bool, taken: float) -> Scale:
        """Above the bars there is room for what is said of them, which takes this share of the height."""
        share = max(1.0 - taken - 0.1, 0.3)
        if not log:
            return Scale(False, 0.0, max(highest, 1.0) / share)
        low = math.log10(0.5)  # so that bins with one number are seen
        return Scale(True, low, low + math.log10(2.0 * max(highest, 1.0)) / share)

    def _captions(self, context: Context, run: int, counts: Counts, kind: int) -> list[tuple[str, QColor]]:
        """What is counted, and what has no bin of its own."""
        share, tone = counts.zero_share, self._color(context, run, kind)
        what, zeros = f"{counts.size:,} {KINDS[kind][0]}", f"{100 * share:.3g} % zeros" if share else "no zeros"
        several = len(context.study.runs) > 1
        lines = [(f"{context.study.runs[run].label}, {zeros}" if several else f"{what}, {zeros}", tone)]
        if several and run == 0:
            lines.insert(0, (what, color(context.theme.muted)))
        if counts.not_finite:
            lines.append((f"{counts.not_finite:,} NaN or infinite", color(context.theme.danger)))
        return lines

    def _counts(self, context: Context, kind: int) -> list[tuple[int, Counts]]:
        """(run, counts) of all runs that have such a layer."""
        layer = context.look.layer or next(iter(context.study.layers), "")
        given: list[tuple[int, Array]] = []
        for run, arrays in enumerate(context.study.arrays[: len(context.study.runs)]):
            if layer in arrays:
                given.append((run, np.asarray(arrays[layer][KINDS[kind][1]], dtype=np.float64)))
        counted = histograms([array for _, array in given])
        return [(run, counts) for (run, _), counts in zip(given, counted, strict=True)]

    @staticmethod
    def _color(context: Context, run: int, kind: int) -> QColor:
        if len(context.study.runs) > 1:
            return run_color(context.theme, run)
        return context.theme.role(KINDS[kind][2])

    @staticmethod
    def _subtitles(context: Context) -> tuple[str, ...]:
        at = context.study.arrays_at
        return (f"counts, iteration {at:,}", f"at {at:,}") if at is not None else ()
