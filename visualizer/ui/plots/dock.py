"""The panel of the plots: it follows the records of one or more runs while they grow."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.ops import Array
from visualizer.session.plots.curves import Plotted, Quantity
from visualizer.session.plots.scales import nice_step
from visualizer.session.plots.study import Look, Study, look_of
from visualizer.ui.plots.geometry import LEFT, RIGHT
from visualizer.ui.plots.header import Header
from visualizer.ui.plots.plot import Context
from visualizer.ui.plots.rows import Rows
from visualizer.ui.plots.table import PLOTS
from visualizer.ui.plots.view import PlotView
from visualizer.ui.theme import Theme, color

MARGIN = 18
SETTLED = 700  # ms without a change after which plots are painted as finely as they can be
MISSED = 500  # ms after which what was asked for too soon is done
SHORTEST, REST = 0.05, 24.0  # seconds between two pictures at least, and how many times what one took
LONGEST = 1.0  # but no longer than this: a first picture takes long
CATCH_UP = 15  # ms from one piece of a long run to the next
FEWEST = 10  # iterations on the scale at least
NARROWEST = 4.0  # iterations that one can zoom to


class PlotsPanel(QWidget):
    """All plots of one or more runs. ``iteration_chosen`` carries the iteration that a person clicked on or went to.

    ``refresh`` is to be called while the runs train, as often as one likes; what nobody sees costs nothing.
    """

    iteration_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._study = Study()
        self._look = Look()
        self._range: tuple[float, float] | None = None  # iterations that a person has zoomed to
        self._drawn = -1  # the latest iteration at the last refresh
        self._views: dict[str, PlotView] = {}
        self._header = Header({key: plot.chip for key, plot in PLOTS.items()})
        self._header.shown.connect(self._show_plots)
        self._header.smoothed.connect(lambda smoothing: self._change(replace(self._look, smoothing=smoothing)))
        self._header.reset.connect(self.reset_view)
        self._rows = Rows(self)
        self._rows.verticalScrollBar().valueChanged.connect(self._scrolled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 8, MARGIN, 6)
        layout.setSpacing(8)
        layout.addWidget(self._header)
        layout.addWidget(self._rows, 1)
        self._settling = QTimer(self, singleShot=True, interval=SETTLED)
        self._settling.timeout.connect(self._settle)
        self._catching_up = QTimer(self, singleShot=True, interval=CATCH_UP)
        self._catching_up.timeout.connect(lambda: self.refresh(at_once=True))
        self._resting = QTimer(self, singleShot=True)
        # Who asks too soon asks again, most often; the last of them may not.
        self._missed = QTimer(self, singleShot=True, interval=MISSED)
        self._missed.timeout.connect(self.refresh)
        self.setAutoFillBackground(True)
        self.setAccessibleName("Plots")
        self.set_theme(theme)
        self._arrange()

    # What is shown --------------------------------------------------------------------------------------------------

    def set_runs(self, runs: Sequence[Plotted]) -> None:
        """Plots these runs, over each other where there are several; the view begins anew."""
        self._study = Study(runs)
        self._range, self._drawn = None, -1
        for view in self._views.values():
            view.y = None
        self.refresh(at_once=True)
        self._renew_all()
        self._show_header()

    def refresh(self, at_once: bool = False) -> None:
        """Takes in what the runs have recorded since, and paints what has changed of it and is seen.

        It leaves the machine most of its time: what it is asked for too soon it does when it is asked again, or a
        little later, unless ``at_once``.
        """
        if not self.isVisible():
            return
        if not at_once and self._resting.isActive():
            self._missed.start()
            return
        start = time.perf_counter()
        latest = self._study.latest
        changed = self._study.refresh(self._quantities(), self._look.smoothing)
        for view in self._shown():
            if self._concerns(view, changed, latest):
                self._renew(view, fine=False)
        self._missed.stop()
        if changed:
            self._drawn = latest
            self._settling.start()
            spent = time.perf_counter() - start + sum(view.seconds for view in self._shown())
            self._resting.start(round(1000 * min(max(SHORTEST, spent * REST), LONGEST)))
        if self.is_behind:
            self._catching_up.start()

    @property
    def is_behind(self) -> bool:
        """True while records that are known wait to be taken in, piece by piece."""
        return self._study.behind(self._quantities())

    def set_iteration(self, iteration: int | None) -> None:
        """Looks at this iteration; None follows the latest."""
        if iteration != self._study.iteration:
            self._study.iteration = iteration
            for view in self._shown():
                if view.plot.over_iterations:
                    view.show_iteration()
                else:
                    self._renew(view)

    def set_arrays(self, iteration: int, per_run: Sequence[Mapping[str, tuple[Array, Array]]]) -> None:
        """The (weights, gradients) of each run's layers at an iteration, by the layer's name: what histograms count."""
        self._study.arrays, self._study.arrays_at = tuple(per_run), iteration
        for view in self._shown():
            if view.plot.picks_layer:
                self._renew(view)

    def set_marks(self, marks: Sequence[tuple[int, str]]) -> None:
        """Where runs stopped, and why."""
        self._study.marks = tuple(marks)
        self._renew_all()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        colors = self.palette()
        colors.setColor(QPalette.ColorRole.Window, color(theme.panel))
        self.setPalette(colors)
        self._header.set_theme(theme)
        self._rows.set_theme(theme)
        self._renew_all()

    @property
    def look(self) -> Look:
        """How the plots are looked at."""
        return self._look

    def state(self) -> dict[str, Any]:
        """What is shown, as plain data for ``restore``."""
        return self._look.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Shows what ``state`` tells of; what cannot be used of it is as usual."""
        self._look = look_of(state, PLOTS)
        self._arrange()

    # What plots ask for ---------------------------------------------------------------------------------------------

    def point(self, view: PlotView, x: float, place: float) -> None:
        """The pointer is at x of one plot: the others over iterations show the same."""
        for other in self._shown():
            if other is view:
                other.show_pointer(x, place)
            elif view.plot.over_iterations and other.plot.over_iterations:
                other.show_pointer(x, math.nan)

    def zoom(self, first: float, last: float) -> None:
        """Shows these iterations, as far as there are any; all of them where that would be less."""
        end, width = self._end(), max(last - first, NARROWEST)
        first = min(max(first, 0.0), end - width)
        self._range = None if width >= end else (first, first + width)
        for view in self._shown():
            if view.plot.over_iterations:
                self._renew(view, fine=False)
        self._settling.start()
        self._show_header()

    def choose(self, iteration: float) -> None:
        """Looks at an iteration, and says so."""
        chosen = min(max(round(iteration), 0), self._study.latest)
        self.set_iteration(chosen)
        self.iteration_chosen.emit(chosen)

    def step(self, by: int) -> None:
        """Looks at another iteration."""
        self.choose(self._study.shown_iteration + by)

    def go_to_end(self, last: bool) -> None:
        """Looks at the last iteration from now on, or at the first."""
        if last:
            self.set_iteration(None)
            self.iteration_chosen.emit(self._study.latest)
        else:
            self.choose(0)

    def reset_view(self) -> None:
        """Shows everything again."""
        self._range = None
        for view in self._views.values():
            view.y = None
        self._renew_all()
        self._show_header()

    def toggle(self, view: PlotView, curve: str) -> None:
        """Shows or hides a curve."""
        self._change(self._look.toggled("hidden", f"{view.plot.key}/{curve}"))

    def flip(self, view: PlotView) -> None:
        """Linear where it was logarithmic, and the other way round."""
        view.y = None
        self._change(self._look.toggled("flipped", view.plot.key))

    def set_threshold(self, name: str, value: float) -> None:
        """Another threshold. Raises ValueError where it cannot be that."""
        self._change(self._look.with_threshold(name, value))

    def pick_layer(self, layer: str) -> None:
        """Counts the numbers of another layer."""
        self._change(replace(self._look, layer=layer))

    def renew(self, view: PlotView) -> None:
        """A plot has another size."""
        self._renew(view)

    # Renewing -------------------------------------------------------------------------------------------------------

    def _change(self, look: Look) -> None:
        """Another look at the same runs."""
        self._look = look
        self._show_header()
        self.refresh(at_once=True)
        self._renew_all()

    def _concerns(self, view: PlotView, changed: set[str], latest: int) -> bool:
        """Whether a plot shows anything of what has changed."""
        mine = any(quantity.name in changed for quantity in view.plot.quantities)
        if not view.plot.over_iterations:
            return mine and (self._study.iteration is None or self._study.iteration > self._drawn)
        if self._range is None:
            return mine or (bool(changed) and latest != self._drawn)
        return mine and (self.is_behind or self._range[1] >= min(self._drawn, latest))

    def _renew_all(self) -> None:
        for view in self._shown():
            self._renew(view)

    def _renew(self, view: PlotView, fine: bool = True) -> None:
        """Shows a plot as things are now; one that is out of sight waits until it is seen."""
        if not self.isVisible():
            return
        if not fine and view.viewport().visibleRegion().isEmpty():
            view.stale = True
            return
        first, last = self._range or (0.0, self._end())
        width, height = view.width() - LEFT - RIGHT, float(view.height())
        view.show_context(
            Context(self._study, self._look, self._theme, first, last, view.held or view.y, width, height, fine)
        )

    def _end(self) -> float:
        """The last iteration on the scale: a round one, so that the scale keeps still while a run goes on."""
        latest = self._study.latest
        step = max(1, round(nice_step(latest, 100)))
        return float(max(-(-latest // step) * step, FEWEST))

    def _settle(self) -> None:
        """Nothing has changed for a while: paint finely."""
        for view in self._shown():
            if not view.fine or view.stale:
                self._renew(view)

    def _scrolled(self) -> None:
        for view in self._shown():
            if view.stale:
                self._renew(view, fine=False)

    # Layout ---------------------------------------------------------------------------------------------------------

    def _show_plots(self, visible: tuple[str, ...]) -> None:
        self._look = replace(self._look, visible=visible)
        self._arrange()

    def _arrange(self) -> None:
        for key in self._look.visible:
            if key not in self._views:
                self._views[key] = PlotView(PLOTS[key], self, self._rows.page)
        self._rows.show_plots(self._shown(), self.width())
        self._show_header()
        self.refresh(at_once=True)
        self._renew_all()

    def _show_header(self) -> None:
        zoomed = self._range is not None or any(view.y is not None for view in self._shown())
        self._header.show_state(self._look.visible, self._look.smoothing, zoomed)

    def _shown(self) -> list[PlotView]:
        return [self._views[key] for key in PLOTS if key in self._look.visible and key in self._views]

    def _quantities(self) -> list[Quantity]:
        """What the plots that are shown need."""
        return list({quantity.name: quantity for view in self._shown() for quantity in view.plot.quantities}.values())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh(at_once=True)
        self._renew_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._rows.fits(len(self._shown()), self.width()):
            self._arrange()
