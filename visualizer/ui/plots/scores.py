"""Loss and score over iterations: one curve for training and one for the test set, of each run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from visualizer.session.formatting import number_text
from visualizer.session.plots.curves import Curves, Quantity, Stretch
from visualizer.session.plots.drawing import floored, gaps, mean_lines, merged, range_bands
from visualizer.session.plots.scales import Scale, scale_around
from visualizer.ui.plots.chart import Band, Chart, Entry, Floor, Line, Reading
from visualizer.ui.plots.plot import DOTTED, Context, run_entries, scale_word
from visualizer.ui.plots.styles import run_color, see_through
from visualizer.ui.theme import color


@dataclass(frozen=True, slots=True)
class _Curve:
    name: str
    curves: Curves
    color: QColor
    test: bool
    shown: bool


@dataclass(frozen=True, eq=False, slots=True)
class ScorePlot:
    """``train`` and ``test`` of every run; ``is_score`` is for what has no unit and at most 1."""

    key: str
    chip: str
    train: Quantity
    test: Quantity
    log: bool | None = False
    is_score: bool = False
    over_iterations: bool = True
    picks_layer: bool = False

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What it needs of the records."""
        return self.train, self.test

    def charts(self, context: Context) -> tuple[Chart, ...]:
        """The curves of training and test; with several runs each has its colour, and tests are dashed."""
        log = context.is_log(self)
        drawn = [
            (curve, curve.curves.stretch(context.first, context.last, context.buckets(4)))
            for curve in self._curves(context)
            if curve.shown
        ]
        scale = context.scale(self._scale([stretch for _, stretch in drawn], log))
        behind = [part for curve, stretch in drawn for part in self._behind(context, curve, stretch, scale)]
        lines = [part for part in behind if isinstance(part, Line)]
        lines += [self._line(context, curve, stretch, scale) for curve, stretch in drawn]
        apart = 7.0 * (context.last - context.first) / context.width
        found = [gap for _, stretch in drawn for gap in gaps(stretch)]
        floors = (
            Floor(part, curve.color) for curve, stretch in drawn if log for part in floored(stretch, apart) if len(part)
        )
        return (
            Chart(
                self._title(context),
                self._subtitles(context, [stretch for _, stretch in drawn]),
                (context.first, context.last),
                scale,
                "iteration",
                scale_word(log) if self.log is not None else "",
                percent=self._percent(context),
                lines=tuple(lines),
                bands=tuple(part for part in behind if isinstance(part, Band)),
                floors=tuple(floors),
                gaps=merged(found),
                entries=self._entries(context),
                marks=context.marks,
                nothing="" if any(curve.curves.count for curve in self._curves(context)) else self._nothing(),
                fine=context.fine,
            ),
        )

    def read(self, context: Context, chart: int, x: float, place: float) -> Reading | None:
        """The numbers at an iteration; those measured now and then are the last before it."""
        at = min(max(round(x), 0), context.study.latest)
        rows = []
        for curve in self._curves(context):
            found = curve.curves.at(at) if curve.shown else None
            if found is None:
                continue
            when = "" if found[0] == at else f" at {found[0]:,}"
            rows.append((curve.color, f"{curve.name}{when}", self._text(context, float(found[1][0]))))
            average = curve.curves.at(at, smooth=True) if self._smooths(context, curve) else None
            if average is not None:
                rows.append((None, "smoothed", self._text(context, float(average[1][0]))))
        return Reading(at, f"iteration {at:,}", tuple(rows)) if rows else None

    def _curves(self, context: Context) -> Iterator[_Curve]:
        study, theme, alone = context.study, context.theme, len(context.study.runs) == 1
        for i, run in enumerate(study.runs):
            for test, quantity in ((False, self.train), (True, self.test)):
                curves = study.curves(i, quantity)
                word = "test" if test else "train"
                if alone:
                    tone, name = color(theme.update if test else theme.forward), word
                else:
                    tone, name = run_color(theme, i), f"{run.label}, test" if test else run.label
                shown = context.shows(self, word) and context.shows(self, f"run{i}")
                if curves.count or not test:
                    yield _Curve(name, curves, tone, test, shown)

    def _behind(self, context: Context, curve: _Curve, stretch: Stretch, scale: Scale) -> Iterator[Band | Line]:
        """The range of the numbers, faintly, where a pixel has several; they themselves where they are smoothed."""
        tone = see_through(curve.color)
        if not stretch.single:
            yield Band(range_bands(stretch, scale)[0], tone)
        elif self._smooths(context, curve):
            yield Line(mean_lines(stretch, scale)[0], tone)

    def _line(self, context: Context, curve: _Curve, stretch: Stretch, scale: Scale) -> Line:
        """The mean of each pixel, which is the number itself where it has one only; or the average of what was."""
        dashed = curve.test and len(context.study.runs) > 1
        few, smooth = len(stretch.first) <= DOTTED, self._smooths(context, curve)
        firm = few or curve.test or smooth or not stretch.single
        if smooth:
            stretch = curve.curves.stretch(context.first, context.last, context.buckets(4), smooth=True)
        return Line(mean_lines(stretch, scale)[0], curve.color, 1.5 if firm else 1.0, dashed, dots=few and not smooth)

    @staticmethod
    def _smooths(context: Context, curve: _Curve) -> bool:
        """Whether a curve is smoothed: the test set is measured as a whole, so that there is nothing to smooth."""
        return context.look.smoothing > 0 and not curve.test

    def _scale(self, stretches: list[Stretch], log: bool) -> Scale:
        low = np.concatenate([stretch.low.ravel() for stretch in stretches] or [np.zeros(0)])
        high = np.concatenate([stretch.high.ravel() for stretch in stretches] or [np.zeros(0)])
        return scale_around(low, high, log, (1.0,) if self.is_score else ())

    def _entries(self, context: Context) -> tuple[Entry, ...]:
        theme = context.theme
        tested = any(context.study.curves(i, self.test).count for i in range(len(context.study.runs)))
        if len(context.study.runs) > 1:
            test = Entry("test", "test", color(theme.muted), dashed=True, shown=context.shows(self, "test"))
            return (*run_entries(context, self, colors=True), *((test,) if tested else ()))
        if not tested:
            return ()
        return tuple(
            Entry(word, word, color(tone), shown=context.shows(self, word))
            for word, tone in (("train", theme.forward), ("test", theme.update))
        )

    # Words ----------------------------------------------------------------------------------------------------------

    def _percent(self, context: Context) -> bool:
        return self.is_score and all(run.score == "accuracy" for run in context.study.runs)

    def _text(self, context: Context, value: float) -> str:
        if self._percent(context) and math.isfinite(value):
            return f"{100 * value:.1f} %"
        return number_text(value)

    def _title(self, context: Context) -> str:
        if not self.is_score or not context.study.runs:
            return self.chip
        word = context.study.runs[0].score
        return word[:1].upper() + word[1:]

    def _subtitles(self, context: Context, drawn: list[Stretch]) -> tuple[str, ...]:
        if not context.study.runs:
            return ()
        if context.look.smoothing > 0:
            return "smoothed, with the range of the numbers", "smoothed"
        if any(not stretch.single for stretch in drawn):
            return "mean and range of each pixel", "mean and range", "mean"
        every = context.study.curves(0, self.train).every
        return ("of each batch",) if every == 1 else (f"every {every:,} iterations",)

    def _nothing(self) -> str:
        return "not measured in this run" if self.is_score else "no iteration yet"
