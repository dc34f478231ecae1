"""The graph and what lies over it: the way to where one is, a bar to find things, and the legend of the edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session.appearance import LEVELS, Appearance, Level, Shows
from visualizer.session.blocks import Block, Folds
from visualizer.session.crumbs import crumbs
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.finding import Found
from visualizer.session.pace import Pace
from visualizer.session.session import Change, Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.crumbs import CrumbBar
from visualizer.ui.edges.legend import EdgeLegend
from visualizer.ui.find_bar import FindBar
from visualizer.ui.neuron.legend import NeuronLegend
from visualizer.ui.patience import Patience
from visualizer.ui.theme import Theme

SHOWS: tuple[Shows, ...] = get_args(Shows)
EDGE = 12  # from what lies over the canvas to its sides, in pixels


class Stage(QWidget):
    """Shows the steps of one iteration at any level. ``complained`` carries a sentence about what cannot be done;
    ``left`` says that a person wants to go back to the iterations."""

    complained = Signal(str)
    left = Signal()

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._patience = Patience(self)
        self.crumbs = CrumbBar(theme)
        self.canvas = Canvas(session, theme)
        self.legend = EdgeLegend(theme, self.canvas)
        self.finder = FindBar(theme, self.canvas)
        self.finder.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.crumbs)
        layout.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self.canvas.installEventFilter(self)
        self.canvas.complained.connect(self.complained)
        self.canvas.level_wanted.connect(self.enter)
        self.crumbs.level_chosen.connect(self.enter)
        self.crumbs.sample_chosen.connect(self.choose_sample)
        self.crumbs.went_out.connect(self._go_out)
        self.legend.changed.connect(self.show_as)
        self.legend.complained.connect(self.complained)
        self.finder.searched.connect(self._search)
        self.finder.moved.connect(session.find_next)
        self.finder.closed.connect(self._close_finder)
        session.subscribe(self._changed)
        self._show_place()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        for part in (self.crumbs, self.canvas, self.legend, self.finder):
            part.set_theme(theme)

    # Levels ---------------------------------------------------------------------------------------------------------

    def enter(self, level: Level, at: Reference | None = None) -> None:
        """Go to a level; its picture may take a worker's time."""
        if level != self._session.level:
            self._when(self._session.preparation(level, at), lambda: self._session.set_level(level, at))

    def _go_out(self, depth: str) -> None:
        if depth == "iteration":
            self.left.emit()
        else:
            self.enter(next(level for level in LEVELS if level == depth))

    def step_into(self) -> None:
        """A level down at the present step."""
        below: dict[Level, Level] = {"layer": "neuron", "neuron": "scalar", "scalar": "scalar"}
        self._when(self._session.preparation(below[self._session.level]), self._session.step_into)

    def choose_sample(self, sample: int | None) -> None:
        """Show another sample of the batch, None for the mean."""
        try:
            self._session.set_sample(sample)
        except GradStepError as error:
            self.complained.emit(str(error))

    def show_as(self, appearance: Appearance) -> None:
        """Let edges show something else, or the graph lie otherwise."""
        preparation = self._session.preparation(appearance=appearance)
        self._when(preparation, lambda: self._session.set_appearance(appearance))

    def fold(self, folds: Folds) -> None:
        """Fold layers, or open them."""
        self._when(self._session.preparation(folds=folds), lambda: self._session.set_folds(folds))

    def _when(self, preparation: Callable[[Pace], object] | None, act: Callable[[], object]) -> None:
        """Do ``act`` once its picture is there; a person can stop what takes long."""
        self._patience.stop()
        if preparation is None:
            act()
        else:
            self._patience.wait("Drawing", preparation, lambda _: act(), self.complained.emit)

    # Finding --------------------------------------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        self._session.find(text)
        self._session.find_next(0)

    def _close_finder(self) -> None:
        self._session.find("")
        self.canvas.setFocus()

    # What lies over the canvas --------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        if change & (Change.POSITION | Change.LEVEL | Change.TRACE | Change.PICK):
            self._show_place()

    def _show_place(self) -> None:
        session = self._session
        self.crumbs.show_crumbs(crumbs(session))
        self.finder.show_found(session.found or Found())
        if self.legend.say(session.appearance, *self._legend()):
            self._place_legend()

    def _legend(self) -> tuple[EdgeScale, int]:
        """The scale of the edges, and how many the largest dense pair has."""
        shown = self.canvas.legend()
        if isinstance(shown, NeuronLegend):
            strands = self._session.neuron.strands
            return shown.scale, max((strand.total for strand in strands), default=0)
        return shown, 0

    def _place_legend(self) -> None:
        width = self.canvas.width() - 2 * EDGE
        height = self.legend.heightForWidth(width)
        top = self.canvas.height() - height - EDGE
        self.legend.setGeometry(EDGE, top, min(width, self.legend.sizeHint().width()), height)
        self.canvas.set_foot(height + EDGE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.canvas and event.type() == QEvent.Type.Resize:
            self._place_legend()
        return super().eventFilter(watched, event)

    # How it looks ---------------------------------------------------------------------------------------------------

    def next_shows(self) -> None:
        """Let the edges show the next of what they can."""
        shown = self._session.appearance
        which = SHOWS.index(shown.shows) + 1
        self.show_as(replace(shown, shows=SHOWS[which % len(SHOWS)], fixed=None))

    def toggle_direction(self) -> None:
        """From left to right, or from top to bottom."""
        shown = self._session.appearance
        self.show_as(replace(shown, direction="down" if shown.direction == "right" else "right"))

    def toggle_motion(self) -> None:
        """Let messages travel while playing, or not."""
        shown = self._session.appearance
        self.show_as(replace(shown, motion=not shown.motion))

    def next_sample(self, by: int) -> None:
        """So many samples on, round and round."""
        now = self._session.sample
        self.choose_sample(0 if now is None else (now + by) % self._session.samples)

    def toggle_focus(self) -> None:
        """Let all fade but the selection and what it is connected to, or nothing."""
        session = self._session
        if session.focus is not None:
            session.set_focus(None)
        elif session.selected is not None:
            picked = session.picked
            inside = picked is not None and picked.node == session.selected
            session.set_focus(picked if inside else Reference(session.selected, "value"))

    # Folding --------------------------------------------------------------------------------------------------------

    @property
    def foldable(self) -> Block | None:
        """The selected layer, where it can be folded."""
        session = self._session
        return session.block_of(session.selected) if session.selected is not None else None

    def fold_selected(self) -> None:
        """Fold the selected layer into a box, or open it."""
        if self.foldable is not None:
            self.fold(self._session.folds.toggled(self.foldable.number))

    def fold_all(self) -> None:
        """Fold all layers, or open them where any is folded."""
        session = self._session
        anything = session.folds != Folds()
        self.fold(Folds() if anything else Folds(frozenset(block.number for block in session.blocks)))

    def fold_repeats(self) -> None:
        """Fold layers that repeat each other into one box with a count, or open them."""
        folds = self._session.folds
        self.fold(replace(folds, repeats=not folds.repeats))
