"""Gradient norm against depth at one iteration: the curve of exploding and vanishing gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.ops import Array
from visualizer.session.formatting import number_text
from visualizer.session.plots.curves import GRADIENT_NORMS, Quantity
from visualizer.session.plots.drawing import Gap, merged
from visualizer.session.plots.scales import scale_around
from visualizer.ui.plots.chart import Chart, Floor, Label, Line, Reading
from visualizer.ui.plots.plot import Context, scale_word
from visualizer.ui.plots.rules import rules_on, thresholds
from visualizer.ui.plots.styles import run_color

# Layers of no more have a dot each.
DOTTED = 60


@dataclass(frozen=True, eq=False, slots=True)
class DepthPlot:
    """The norm of each layer's gradient at the iteration looked at, one line for each run."""

    key: str = "depth"
    chip: str = "Against depth"
    quantities: tuple[Quantity, ...] = (GRADIENT_NORMS,)
    over_iterations: bool = False
    log: bool | None = True
    picks_layer: bool = False

    def charts(self, context: Context) -> tuple[Chart, ...]:
        """A line with dots for each run, and its name at the line."""
        log, theme = context.is_log(self), context.theme
        found = [self._norms(context, run) for run in range(len(context.study.runs))]
        rows = [(run, values) for run, values in enumerate(found) if values is not None]
        everything = np.concatenate([values for _, values in rows] or [np.zeros(0)])
        rules = thresholds(context.look)
        fitting = scale_around(everything, everything, log, tuple(value for *_, value in rules) if log else ())
        scale = context.scale(fitting)
        layers = max((len(values) for _, values in rows), default=max(len(context.study.layers), 1))
        lines = []
        for run, values in rows:
            points = np.stack([np.arange(1.0, len(values) + 1), scale.places(values)], axis=1)
            points[~np.isfinite(values)] = np.nan
            lines.append(Line(points, run_color(theme, run), 2.0, dots=len(values) <= DOTTED))
        at = context.study.shown_iteration
        said = f"iteration {at:,}"
        latest = ", the latest" if context.study.iteration is None else ""
        margin = 0.03 * (layers - 1) or 1.0  # a dot at the end has to be whole
        return (
            Chart(
                "Gradient norm against depth",
                (f"‖∇‖, {said}{latest}", f"{said}{latest}", said, f"at {at:,}") if rows else (),
                (1.0 - margin, layers + margin),
                scale,
                "layer",
                scale_word(log),
                lines=tuple(lines),
                floors=tuple(
                    Floor(1.0 + np.flatnonzero(values <= 0.0), run_color(theme, run))
                    for run, values in rows
                    if log and np.any(values <= 0.0)
                ),
                gaps=merged([gap for _, values in rows for gap in _gaps(values)]),
                rules=rules_on(scale, rules, theme),
                labels=tuple(Label(line, self._name(context, run)) for (run, _), line in zip(rows, lines, strict=True)),
                captions=tuple(
                    (f"{context.study.runs[run].label}: {_lost(values)}", run_color(theme, run))
                    for run, values in rows
                    if not np.isfinite(values).all()
                ),
                nothing="" if rows else context.nothing,
                fine=True,
                short_title="Gradient against depth",
            ),
        )

    def read(self, context: Context, chart: int, x: float, place: float) -> Reading | None:
        """The norms of the layer nearest to x."""
        layers = len(context.study.layers)
        if not layers:
            return None
        layer = min(max(round(x), 1), layers)
        rows = []
        for run, plotted in enumerate(context.study.runs):
            values = self._norms(context, run)
            if values is not None and layer <= len(values):
                rows.append((run_color(context.theme, run), plotted.label, number_text(float(values[layer - 1]))))
        return Reading(layer, f"layer {layer} of {layers}", tuple(rows)) if rows else None

    @staticmethod
    def _name(context: Context, run: int) -> str:
        """The run, and its own last iteration where it ended before the one looked at."""
        found, label = context.study.curves(run, GRADIENT_NORMS).at(context.study.latest), context.study.runs[run].label
        ended = found is not None and found[0] < context.study.shown_iteration
        return f"{label}, at {found[0]:,}" if ended and found is not None else label

    @staticmethod
    def _norms(context: Context, run: int) -> Array | None:
        """The norms of a run at the iteration looked at, or at its own last one; None before the first."""
        found = context.study.curves(run, GRADIENT_NORMS).at(context.study.shown_iteration)
        return None if found is None or not found[1].size else found[1]


def _gaps(values: Array) -> list[Gap]:
    """Layers whose norm is not finite."""
    return [Gap(int(k) + 1, int(k) + 1, number_text(float(values[k]))) for k in np.flatnonzero(~np.isfinite(values))]


def _lost(values: Array) -> str:
    """In how many layers the norm is not finite."""
    lost, layers = np.count_nonzero(~np.isfinite(values)), len(values)
    return "not finite in all layers" if lost == layers else f"not finite in {lost:,} of {layers:,} layers"
