"""What the pointer does on the canvas: it lights, picks, drags, zooms, edits and says what is under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from visualizer.session.scene import Ribbon

if TYPE_CHECKING:
    from visualizer.ui.canvas.canvas import Canvas

CLICK = 4  # pixels that a click may move
NOTCH = 1.0015  # the zoom of one unit of a wheel, of which a notch has 120


class Gestures:
    """Of one canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._pressed: QPointF | None = None
        self._dragged = False

    def move(self, event: QMouseEvent) -> None:
        """Drag, or light what is under the pointer and say what it is."""
        canvas = self._canvas
        if self._pressed is not None:
            moved = event.position() - self._pressed
            if self._dragged or moved.manhattanLength() > CLICK:
                self._dragged = True
                canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
                canvas.pan(moved.x(), moved.y())
                self._pressed = event.position()
            return
        hit, ribbon = canvas.hit(event.position()), self._ribbon(event.position())
        canvas.session.hover(hit[1] if hit else None)
        canvas.setCursor(Qt.CursorShape.PointingHandCursor if hit or ribbon else Qt.CursorShape.ArrowCursor)
        if ribbon is not None:
            does = "Open" if ribbon.folded else "Fold"
            QToolTip.showText(event.globalPosition().toPoint(), f"{does} {ribbon.title}", canvas)
        elif hit:
            QToolTip.showText(event.globalPosition().toPoint(), canvas.picture.words(canvas.session, hit), canvas)
        else:
            QToolTip.hideText()

    def _ribbon(self, point: QPointF) -> Ribbon | None:
        """The name of a layer under a point, in the picture of the arrays."""
        session = self._canvas.session
        at = self._canvas.scene_point(point)
        return session.scene.ribbon_at(at.x(), at.y()) if session.level == "layer" else None

    def press(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._dragged = event.position(), False

    def release(self, event: QMouseEvent) -> None:
        """End it; a click selects."""
        was_drag, self._pressed = self._dragged, None
        self._dragged = False
        self._canvas.unsetCursor()
        if not was_drag and event.button() == Qt.MouseButton.LeftButton:
            ribbon = self._ribbon(event.position())
            if ribbon is not None:
                self._canvas.session.toggle_folds(ribbon.blocks)
                return
            hit = self._canvas.hit(event.position())
            self._canvas.session.select(hit[0] if hit else None)
            self._canvas.session.pick(hit[1] if hit else None)

    def double_click(self, event: QMouseEvent) -> None:
        """Edit a value; on the ground, show the whole."""
        hit = self._canvas.hit(event.position())
        if self._ribbon(event.position()) is not None:
            return  # two clicks have folded it and opened it again
        if hit is None:
            self._canvas.fit()
        elif hit[1] is not None and hit[1].kind == "value":
            self._canvas.edit(hit[1])

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if event.angleDelta().y():
            self._canvas.zoom(NOTCH ** event.angleDelta().y(), event.position())
        event.accept()
