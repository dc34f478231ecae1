"""What a plot is: one entry of the table of plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from visualizer.session.plots.curves import Quantity
from visualizer.session.plots.scales import Scale
from visualizer.session.plots.study import Look, Study
from visualizer.ui.plots.chart import Chart, Entry, Mark, Reading
from visualizer.ui.theme import Theme

# Curves of no more points have dots: each is a measurement.
DOTTED = 40
# Points of all curves that are drawn while they change; once they keep still there may be more.
DRAFT = 16_000


@dataclass(frozen=True, eq=False, slots=True)
class Context:
    """What a chart is made from: what is looked at and how, and the room that there is.

    ``first`` and ``last`` are the iterations shown, ``y`` the places (None for all that is there), ``width`` and
    ``height`` the room in pixels. ``fine`` is for what keeps still.
    """

    study: Study
    look: Look
    theme: Theme
    first: float
    last: float
    y: tuple[float, float] | None
    width: float
    height: float
    fine: bool = True

    def is_log(self, plot: Plot) -> bool:
        """Whether the plot's scale is logarithmic now."""
        return bool(plot.log) != (plot.key in self.look.flipped)

    def shows(self, plot: Plot, curve: str) -> bool:
        """Whether a curve is switched on."""
        return f"{plot.key}/{curve}" not in self.look.hidden

    def buckets(self, curves: int) -> int:
        """How finely a curve is drawn, where there are so many."""
        pixels = max(int(self.width), 1)
        return pixels if self.fine else max(40, min(pixels, DRAFT // (2 * max(curves, 1))))

    def scale(self, fitting: Scale) -> Scale:
        """The scale shown: the one that fits, or what a person has zoomed to."""
        return fitting if self.y is None else Scale(fitting.log, *self.y)

    @property
    def nothing(self) -> str:
        """What is said where a plot has nothing to show."""
        return "not recorded in this run" if self.study.latest > 0 else "no iteration yet"

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where runs stopped."""
        return tuple(Mark(*mark) for mark in self.study.marks)


class Plot(Protocol):
    """One plot. ``chip`` is its short name, ``quantities`` what it needs of the records.

    ``over_iterations`` says that x are iterations, so that all such plots move together. ``log`` is the usual scale,
    None where there is no choice. ``picks_layer`` asks for a list of the layers, ``follows`` says that it shows one
    iteration.
    """

    @property
    def key(self) -> str: ...
    @property
    def chip(self) -> str: ...
    @property
    def quantities(self) -> tuple[Quantity, ...]: ...
    @property
    def over_iterations(self) -> bool: ...
    @property
    def log(self) -> bool | None: ...
    @property
    def picks_layer(self) -> bool: ...

    def charts(self, context: Context) -> Sequence[Chart]:
        """What it shows now; several stand side by side."""
        ...

    def read(self, context: Context, chart: int, x: float, place: float) -> Reading | None:
        """The numbers at x; ``place`` is where the pointer is, NaN where it is in another plot."""
        ...


def scale_word(log: bool) -> str:
    """The scale in a word."""
    return "log" if log else "linear"


def run_entries(context: Context, plot: Plot, colors: bool) -> tuple[Entry, ...]:
    """The legend of the runs where there are several: by colour, or by dashes where colours say something else."""
    from visualizer.ui.plots.styles import run_color
    from visualizer.ui.theme import color

    runs, theme = context.study.runs, context.theme
    if len(runs) < 2:
        return ()
    return tuple(
        Entry(
            f"run{i}",
            run.label,
            run_color(theme, i) if colors else color(theme.text),
            dashed=not colors and i % 2 == 1,
            shown=context.shows(plot, f"run{i}"),
        )
        for i, run in enumerate(runs)
    )
