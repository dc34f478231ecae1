"""Whom a plot asks for what a person wants of it: the panel that all plots stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from visualizer.ui.plots.view import PlotView


class Desk(Protocol):
    """What a plot may ask for."""

    def point(self, view: PlotView, x: float, place: float) -> None:
        """The pointer is at x of one plot; NaN when it has left."""

    def zoom(self, first: float, last: float) -> None:
        """These iterations are to be shown."""

    def choose(self, iteration: float) -> None:
        """This iteration is to be looked at."""

    def step(self, by: int) -> None:
        """The iteration looked at is to move by so many."""

    def go_to_end(self, last: bool) -> None:
        """The last iteration is to be looked at from now on, or the first."""

    def reset_view(self) -> None:
        """Everything is to be shown again."""

    def toggle(self, view: PlotView, curve: str) -> None:
        """A curve is to be shown or hidden."""

    def flip(self, view: PlotView) -> None:
        """The other scale is to be used."""

    def set_threshold(self, name: str, value: float) -> None:
        """A threshold is to be another. Raises ValueError where it cannot be that."""

    def pick_layer(self, layer: str) -> None:
        """The layer whose numbers are to be counted."""

    def renew(self, view: PlotView) -> None:
        """A plot has another size, and needs a chart for it."""
