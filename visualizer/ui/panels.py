"""The panels around the picture: which belong to which bench, where they are, and which are put away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6 import QtCore  # not Qt from it: docs/decisions/0012-first-paint.md
from PySide6.QtCore import QByteArray

from visualizer.ui.settings import settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

# The two benches at which an open document is worked on: the steps of one iteration, and the iterations of its runs.
STEPS, TRAIN = "steps", "train"
# Panels by their docks' names, in the order of their keys: Ctrl+1 and so on.
PANELS: Mapping[str, str] = {
    "outline": "Program and sections",
    "card": "Step card",
    "timeline": "Timeline",
    "builder": "Network, data and training",
    "output": "Output",
    "plots": "Plots",
}
# Left, right and below.
BENCHES: Mapping[str, tuple[str, str, str]] = {
    STEPS: ("outline", "card", "timeline"),
    TRAIN: ("builder", "output", "plots"),
}


class Panels:
    """The docks of a window, by name. What is moved, sized or put away is remembered for each bench."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._docks: dict[str, QDockWidget] = {}
        self._floating = False

    def __contains__(self, name: str) -> bool:
        return name in self._docks

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def add(self, bench: str, *widgets: QWidget) -> None:
        """Give a bench its panels: left, right and below. They are not shown yet."""
        from PySide6.QtWidgets import QDockWidget, QWidget

        sides = QtCore.Qt.DockWidgetArea
        areas = (sides.LeftDockWidgetArea, sides.RightDockWidgetArea, sides.BottomDockWidgetArea)
        for corner in (QtCore.Qt.Corner.BottomLeftCorner, QtCore.Qt.Corner.BottomRightCorner):
            self._window.setCorner(corner, sides.BottomDockWidgetArea)
        for name, widget, area in zip(BENCHES[bench], widgets, areas, strict=True):
            dock = self._docks[name] = QDockWidget(PANELS[name], self._window, objectName=name)
            dock.setWidget(widget)
            dock.setTitleBarWidget(None if self._floating else QWidget())
            dock.hide()
            self._window.addDockWidget(area, dock)

    def show(self, bench: str) -> None:
        """Show a bench's panels where they were left; those of the other are put away."""
        state = settings().value(_place_key(bench))
        if isinstance(state, QByteArray):
            self._window.restoreState(state)
        shown = self._shown(bench)
        for name, dock in self._docks.items():
            dock.setVisible(name in shown)
        if not isinstance(state, QByteArray):
            self._size(bench)

    def hide(self) -> None:
        """Put all of them away."""
        for dock in self._docks.values():
            dock.hide()

    def toggle(self, name: str, bench: str) -> None:
        """Put a panel away, or bring it back where it was."""
        self._docks[name].setVisible(not self._docks[name].isVisible())
        hidden = [key for key in BENCHES[bench] if not self._docks[key].isVisible()]
        settings().setValue(_hidden_key(bench), ",".join(hidden))

    def reset(self, bench: str) -> None:
        """All panels of a bench, where and as large as they were at first."""
        settings().remove(_hidden_key(bench))
        sides = QtCore.Qt.DockWidgetArea
        areas = (sides.LeftDockWidgetArea, sides.RightDockWidgetArea, sides.BottomDockWidgetArea)
        for name, area in zip(BENCHES[bench], areas, strict=True):
            self._docks[name].setFloating(False)
            self._window.addDockWidget(area, self._docks[name])
            self._docks[name].show()
        self._size(bench)
        self.remember(bench)

    def toggle_floating(self) -> None:
        """Give the panels their title bars, so that they can be moved; or take them away again."""
        from PySide6.QtWidgets import QWidget

        self._floating = not self._floating
        for dock in self._docks.values():
            dock.setTitleBarWidget(None if self._floating else QWidget())

    def remember(self, bench: str) -> None:
        """Keep where the panels of a bench are, for the next time."""
        settings().setValue(_place_key(bench), self._window.saveState())

    def _shown(self, bench: str) -> set[str]:
        """The panels of a bench but those that were put away."""
        return set(BENCHES[bench]) - set(str(settings().value(_hidden_key(bench), "")).split(","))

    def _size(self, bench: str) -> None:
        """The first sizes: as the panels themselves would have them."""
        left, right, below = (self._docks[name] for name in BENCHES[bench])
        widths = [dock.widget().sizeHint().width() for dock in (left, right)]
        self._window.resizeDocks([left, right], widths, QtCore.Qt.Orientation.Horizontal)
        self._window.resizeDocks([below], [below.widget().sizeHint().height()], QtCore.Qt.Orientation.Vertical)


def _place_key(bench: str) -> str:
    return "panels" if bench == STEPS else f"panels-{bench}"


def _hidden_key(bench: str) -> str:
    return "hidden" if bench == STEPS else f"hidden-{bench}"
