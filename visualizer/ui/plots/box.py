"""The range of a plot and the gestures that change it: pyqtgraph's view box, which paints nothing here."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsSceneWheelEvent


class Box(pyqtgraph.ViewBox):
    """The wheel zooms x and, with Ctrl, y; a drag moves; a click goes to ``clicked(place)``.

    ``fixed`` has no range of its own and takes clicks only. While y fits what is shown (``y_fits``), a drag leaves it.
    """

    def __init__(self, clicked: Callable[[QPointF], None], fixed: bool) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self._clicked = clicked
        self._fixed = fixed
        self.y_fits = True
        self.disableAutoRange()

    def show_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Has this range, of which nobody is told."""
        if [[*x], [*y]] != self.viewRange():
            self.setRange(xRange=x, yRange=y, padding=0.0, disableAutoRange=False)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        if self._fixed:
            event.ignore()
        else:
            self.updateMatrix()  # the range may have changed since it was painted
            super().wheelEvent(event, axis=1 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 0)

    def mouseDragEvent(self, event: object, axis: int | None = None) -> None:
        if self._fixed:
            event.ignore()
        else:
            self.updateMatrix()
            super().mouseDragEvent(event, axis=0 if self.y_fits else None)

    def mouseClickEvent(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self._clicked(event.scenePos())
