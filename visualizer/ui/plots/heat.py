"""Gradient norms as a map: layers upwards, iterations across, the norm as a colour."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from engine.ops import Array
from visualizer.session.formatting import number_text
from visualizer.session.plots.curves import GRADIENT_NORMS, Quantity, Stretch
from visualizer.session.plots.drawing import heat_map
from visualizer.session.plots.scales import Scale, power_text, scale_around
from visualizer.ui.plots.chart import Chart, Ramp, Raster, Reading, Rectangle
from visualizer.ui.plots.geometry import BOTTOM, TOP
from visualizer.ui.plots.plot import Context
from visualizer.ui.plots.styles import run_color
from visualizer.ui.theme import Theme, color, magnitude_colors

BETWEEN = 8.0  # pixels between two runs
APART = 12.5  # pixels from the number of one layer to the next
# Rectangles that are hatched or dotted at most: more cannot be told apart.
MOST = 2000


@dataclass(frozen=True, eq=False, slots=True)
class HeatPlot:
    """The largest norm of each layer in the iterations of a pixel, on a logarithmic scale of colours."""

    key: str = "heat"
    chip: str = "Heat map"
    quantities: tuple[Quantity, ...] = (GRADIENT_NORMS,)
    over_iterations: bool = True
    log: bool | None = None
    picks_layer: bool = False

    def charts(self, context: Context) -> tuple[Chart, ...]:
        """A map for each run, the first above; all share the colours."""
        study, theme, stack = context.study, context.theme, _Stack.of(context)
        stretches = [
            study.curves(i, GRADIENT_NORMS).stretch(context.first, context.last, context.buckets(1))
            for i in range(len(study.runs))
        ]
        scale = _scale(stretches)
        rasters = tuple(
            _raster(stretch, base, scale, theme, run.label if len(study.runs) > 1 else "")
            for run, stretch, base in zip(study.runs, stretches, stack.bases, strict=False)
            if len(stretch.first) and run.records.layers
        )
        return (
            Chart(
                "Map of gradient norms",
                (f"layers 1 to {len(study.layers):,} upwards", "layers upwards") if rasters else (),
                (context.first, context.last),
                Scale(False, 0.5, stack.top),
                "iteration",
                rasters=rasters,
                ramp=Ramp(magnitude_colors(theme.name), _ramp_texts(scale)),
                marks=context.marks,
                y_ticks=stack.ticks,
                nothing="" if rasters else context.nothing,
                fine=context.fine,
            ),
        )

    def read(self, context: Context, chart: int, x: float, place: float) -> Reading | None:
        """The norm of the layer at the pointer; where the pointer is elsewhere, those of the first and the last."""
        study, stack = context.study, _Stack.of(context)
        at, several = min(max(round(x), 0), study.latest), len(study.runs) > 1
        rows = []
        for i, run in enumerate(study.runs):
            found = study.curves(i, GRADIENT_NORMS).at(at)
            if found is None or not run.records.layers:
                continue
            values = found[1]
            under = 0 if math.isnan(place) else round(place - stack.bases[i])
            told = [1, len(values)] if math.isnan(place) else [under] if 1 <= under <= len(values) else []
            rows += [
                (
                    run_color(context.theme, i) if several else None,
                    f"{run.label}, layer {k}" if several else f"layer {k}",
                    number_text(float(values[k - 1])),
                )
                for k in dict.fromkeys(told)
            ]
        return Reading(at, f"iteration {at:,}", tuple(rows)) if rows else None


@dataclass(frozen=True, slots=True)
class _Stack:
    """Where the runs lie above each other: ``bases`` are the places below their first layers, ``top`` is above all.

    ``ticks`` are the layers whose number is written.
    """

    bases: tuple[float, ...]
    top: float
    ticks: tuple[tuple[float, str], ...]

    @staticmethod
    def of(context: Context) -> _Stack:
        """The first run is the uppermost."""
        counts = [max(len(run.records.layers), 1) for run in context.study.runs] or [1]
        height = max(context.height - TOP - BOTTOM, 1.0)
        between = BETWEEN * sum(counts) / max(height - BETWEEN * (len(counts) - 1), 1.0)  # in layers
        bases: list[float] = []
        base = 0.0
        for count in reversed(counts):
            bases.insert(0, base)
            base += count + between
        top = base - between + 0.5
        return _Stack(tuple(bases), top, _ticks(bases, counts, height / (top - 0.5)))


def _ticks(bases: list[float], counts: list[int], pitch: float) -> tuple[tuple[float, str], ...]:
    """Layers by number, as far as there is room: the last of each run first, then the first, then round ones."""
    step = next((step for step in (1, 2, 5, 10, 20, 50, 100) if step * pitch >= 1.3 * APART), 200)
    runs = list(zip(bases, counts, strict=True))
    ends = [*runs, *((base, 1) for base in bases)]
    inner = [(base, layer) for base, count in runs for layer in range(step, count, step)]
    kept: dict[float, str] = {}
    for base, layer in (*ends, *inner):
        apart = APART if (base, layer) in ends else 1.3 * APART
        if all(abs(base + layer - place) * pitch >= apart for place in kept):
            kept[base + layer] = f"{layer:,}"
    return tuple(kept.items())


def _scale(stretches: list[Stretch]) -> Scale:
    high = np.concatenate([stretch.high.ravel() for stretch in stretches] or [np.zeros(0)])
    return scale_around(high, high, log=True)


def _raster(stretch: Stretch, base: float, scale: Scale, theme: Theme, text: str) -> Raster:
    """One run's map, whose first layer stands above ``base``."""
    places = heat_map(stretch)
    colors = np.array([tone.rgb() for tone in magnitude_colors(theme.name)], dtype=np.uint32)
    known = np.isfinite(places)
    shares = (np.where(known, places, scale.low) - scale.low) / (scale.high - scale.low)
    index = np.clip(shares * 255.0, 0.0, 255.0).astype(np.intp)
    pixels = np.where(known, colors[index], np.uint32(color(theme.ground).rgb())).astype(np.uint32)
    pixels = np.ascontiguousarray(pixels[::-1])  # the first layer is at the bottom
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
    edges = np.append(stretch.first - 0.5, stretch.last[-1] + 0.5)
    # In the picture all buckets are as wide as the first; in truth the last may be short.
    right = edges[0] + width * (edges[1] - edges[0])
    area = (float(edges[0]), float(right), base + 0.5, base + height + 0.5)
    return Raster(image, area, _runs(places == np.inf, edges, base), _runs(places == -np.inf, edges, base), text)


def _runs(found: Array, edges: Array, base: float) -> tuple[Rectangle, ...]:
    """Rectangles around the stretches of true cells in each row."""
    out: list[Rectangle] = []
    for layer, row in enumerate(found):
        ends = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8))).reshape(-1, 2)
        low = base + layer + 0.5
        out += [(float(edges[a]), float(edges[b]), low, low + 1.0) for a, b in ends[: MOST - len(out)]]
    return tuple(out)


def _ramp_texts(scale: Scale) -> tuple[tuple[float, str], ...]:
    """The norms at the ends of the colours, and in the middle where it is a power of ten."""
    middle = (scale.low + scale.high) / 2.0
    texts = ((0.0, _power(scale.low)), (1.0, _power(scale.high)))
    return (*texts, (0.5, _power(middle))) if abs(middle - round(middle)) < 1e-9 else texts


def _power(place: float) -> str:
    return power_text(round(place)) if abs(place - round(place)) < 1e-9 else number_text(float(f"{10.0**place:.2g}"))
