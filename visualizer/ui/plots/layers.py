"""One curve for each layer over iterations: gradient norms, and updates against weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from engine.ops import Array
from visualizer.session.formatting import number_text
from visualizer.session.plots.curves import Quantity, Stretch
from visualizer.session.plots.drawing import band, floored, gaps, mean_lines, merged, range_bands
from visualizer.session.plots.scales import Scale, scale_around
from visualizer.ui.plots.chart import Band, Chart, Entry, Floor, Line, Ramp, Reading
from visualizer.ui.plots.plot import DOTTED, Context, run_entries, scale_word
from visualizer.ui.plots.rules import Rules, rules_on
from visualizer.ui.plots.styles import MOST_NAMED, layer_color, layer_text, run_color, see_through
from visualizer.ui.theme import magnitude_colors


@dataclass(frozen=True, slots=True)
class _Curve:
    """The curve of one layer of one run."""

    run: int
    layer: int
    name: str
    color: QColor
    dashed: bool


@dataclass(frozen=True, eq=False, slots=True)
class LayerPlot:
    """``quantity`` by layer, with the lines that ``rules`` gives.

    Colours are layers, and dashes tell runs apart. Where several runs have many layers each, colours are runs: its
    first layer is a line, its last a dashed one, and all others lie in the band between the smallest and the largest.
    """

    key: str
    chip: str
    title: str
    unit: str
    quantity: Quantity
    rules: Rules
    log: bool | None = True
    over_iterations: bool = True
    picks_layer: bool = False

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What it needs of the records."""
        return (self.quantity,)

    def charts(self, context: Context) -> tuple[Chart, ...]:
        """The curves; where a pixel has several numbers their mean, and for few layers their range faintly behind."""
        log, study, smooth = context.is_log(self), context.study, context.look.smoothing > 0
        curves = [curve for curve in self._curves(context) if self._shows(context, curve)]
        buckets = context.buckets(sum(len(run.records.layers) for run in study.runs))
        runs = [study.curves(i, self.quantity) for i in range(len(study.runs))]
        plain = [run.stretch(context.first, context.last, buckets) for run in runs]
        drawn = [run.stretch(context.first, context.last, buckets, smooth=True) for run in runs] if smooth else plain
        rules = self.rules(context.look)
        including = tuple(value for *_, value in rules) if log else ()
        scale = context.scale(self._scale(drawn, curves, log, including, ranges=not smooth))
        means = [mean_lines(stretch, scale) for stretch in drawn]
        apart = 7.0 * (context.last - context.first) / max(context.width, 1.0)
        floors = [floored(stretch, apart) for stretch in plain] if log else []
        return (
            Chart(
                self.title,
                self._subtitles(context, plain),
                (context.first, context.last),
                scale,
                "iteration",
                scale_word(log),
                lines=self._means(curves, means),
                bands=tuple(self._bands(context, curves, drawn, scale)),
                floors=tuple(
                    Floor(floors[curve.run][curve.layer], curve.color)
                    for curve in curves
                    if floors and len(floors[curve.run][curve.layer])
                ),
                gaps=merged([gap for stretch in plain for gap in gaps(stretch)]),
                rules=rules_on(scale, rules, context.theme),
                entries=(*run_entries(context, self, self._by_run(context)), *self._entries(context, means)),
                ramp=self._ramp(context),
                marks=context.marks,
                nothing="" if any(run.count for run in runs) else context.nothing,
                fine=context.fine,
            ),
        )

    def read(self, context: Context, chart: int, x: float, place: float) -> Reading | None:
        """The numbers at an iteration. Of many layers the first, the last, and the one nearest to the pointer."""
        at, smooth = min(max(round(x), 0), context.study.latest), context.look.smoothing > 0
        several = len(context.study.runs) > 1
        rows: list[tuple[QColor | None, str, str]] = []
        notes = ["smoothed"] if smooth else []
        for i, run in enumerate(context.study.runs):
            found = context.study.curves(i, self.quantity).at(at, smooth)
            mine = [curve for curve in self._all(context) if curve.run == i and self._shows(context, curve)]
            if found is None or not mine:
                continue
            if len(mine) > MOST_NAMED or (several and len(mine) > 3):
                mine = _told(mine, found[1], place, context.is_log(self))
            if found[0] != at:
                notes.append(f"{run.label}, at {found[0]:,}" if several else f"measured at {found[0]:,}")
            prefix = f"{run.label}, " if several else ""
            rows += [
                (curve.color, f"{prefix}{layer_text(curve.name)}", number_text(float(found[1][curve.layer])))
                for curve in mine
            ]
        return Reading(at, f"iteration {at:,}", tuple(rows), "; ".join(notes)) if rows else None

    # Curves ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def _by_run(context: Context) -> bool:
        """Whether colours say the run."""
        return len(context.study.runs) > 1 and len(context.study.layers) > MOST_NAMED

    def _all(self, context: Context) -> Iterator[_Curve]:
        by_run = self._by_run(context)
        for i, run in enumerate(context.study.runs):
            names = run.records.layers
            for k, name in enumerate(names):
                tone = run_color(context.theme, i) if by_run else layer_color(context.theme, k, len(names))
                yield _Curve(i, k, name, tone, k == len(names) - 1 > 0 if by_run else i % 2 == 1)

    def _curves(self, context: Context) -> Iterator[_Curve]:
        """The curves that are drawn each by itself."""
        by_run = self._by_run(context)
        for curve in self._all(context):
            if not by_run or curve.layer in (0, len(context.study.runs[curve.run].records.layers) - 1):
                yield curve

    def _shows(self, context: Context, curve: _Curve) -> bool:
        named = len(context.study.layers) <= MOST_NAMED
        return context.shows(self, f"run{curve.run}") and (not named or context.shows(self, curve.name))

    def _scale(
        self, drawn: Sequence[Stretch], curves: Sequence[_Curve], log: bool, including: tuple[float, ...], ranges: bool
    ) -> Scale:
        """``ranges`` are shown too, or only means."""
        low, high = [np.zeros(0)], [np.zeros(0)]
        for run in {curve.run for curve in curves}:
            layers = sorted({curve.layer for curve in curves if curve.run == run})
            few, stretch = len(layers) <= MOST_NAMED and ranges, drawn[run]
            low.append((stretch.low if few else stretch.mean)[:, layers].ravel())
            high.append((stretch.high if few else stretch.mean)[:, layers].ravel())
        return scale_around(np.concatenate(low), np.concatenate(high), log, including)

    @staticmethod
    def _means(curves: Sequence[_Curve], means: Sequence[Array]) -> tuple[Line, ...]:
        few = all(points.shape[1] <= DOTTED for points in means)
        width = 1.5 if few or len(curves) <= MOST_NAMED else 1.0
        return tuple(
            Line(means[curve.run][curve.layer], curve.color, width, curve.dashed, dots=few and len(curves) <= 60)
            for curve in curves
        )

    def _bands(
        self, context: Context, curves: Sequence[_Curve], drawn: Sequence[Stretch], scale: Scale
    ) -> Iterator[Band]:
        """The range of each curve, where there are few; that of all layers of a run, where runs have many."""
        if self._by_run(context):
            for i, stretch in enumerate(drawn):
                if context.shows(self, f"run{i}"):
                    yield Band(band(stretch, scale), see_through(run_color(context.theme, i), 0.16))
        elif len(curves) <= MOST_NAMED and context.look.smoothing == 0:
            ranges = [None if stretch.single else range_bands(stretch, scale) for stretch in drawn]
            for curve in curves:
                points = ranges[curve.run]
                if points is not None:
                    yield Band(points[curve.layer], see_through(curve.color))

    # Words ----------------------------------------------------------------------------------------------------------

    def _entries(self, context: Context, means: Sequence[Array]) -> Iterator[Entry]:
        """A name for each curve where it ends: of few layers for each, of many for the first and the last of runs."""
        by_run, named = self._by_run(context), len(context.study.layers) <= MOST_NAMED
        if not (by_run or named):
            return
        longest = max(range(len(means)), key=lambda i: len(means[i]), default=0)
        for curve in self._curves(context) if by_run else self._all(context):
            if not by_run and curve.run != longest:
                continue
            places = means[curve.run][curve.layer][:, 1]
            known = places[np.isfinite(places)]
            yield Entry(
                f"run{curve.run}" if by_run else curve.name,
                layer_text(curve.name),
                curve.color,
                shown=self._shows(context, curve),
                place=float(known[-1]) if len(known) else math.nan,
            )

    def _ramp(self, context: Context) -> Ramp | None:
        """The colours of the layers, where there are many."""
        names = context.study.layers
        if len(names) <= MOST_NAMED or self._by_run(context):
            return None
        ends = (0.0, layer_text(names[-1])), (1.0, layer_text(names[0]))
        return Ramp(magnitude_colors(context.theme.name), ends)

    def _subtitles(self, context: Context, plain: Sequence[Stretch]) -> tuple[str, ...]:
        every = max((context.study.curves(i, self.quantity).every for i in range(len(plain))), default=1)
        if context.look.smoothing > 0:
            return f"{self.unit}, smoothed", "smoothed"
        if any(not stretch.single for stretch in plain):
            return f"{self.unit}, mean of each pixel", f"{self.unit}, mean", self.unit
        return f"{self.unit}, every {'iteration' if every == 1 else f'{every:,} iterations'}", self.unit


def _told(curves: list[_Curve], values: Array, place: float, log: bool) -> list[_Curve]:
    """The first, the last, and the one nearest to ``place``."""
    told = {0, len(curves) - 1}
    if not math.isnan(place):
        numbers = values[[curve.layer for curve in curves]]
        with np.errstate(all="ignore"):
            away = np.abs((np.log10(numbers) if log else numbers) - place)
        away[~np.isfinite(away)] = np.inf
        if np.isfinite(away).any():
            told.add(int(np.argmin(away)))
    return [curves[i] for i in sorted(told)]
