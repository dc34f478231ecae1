"""What keys do on the canvas, and what is said of what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent

from engine.expression import Reference
from visualizer.ui.canvas.levels import stops_of
from visualizer.ui.canvas.walking import Way, walked
from visualizer.ui.canvas.words import described

if TYPE_CHECKING:
    from visualizer.ui.canvas.canvas import Canvas

Key = Qt.Key
# across, down
WAYS: dict[int, Way] = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1)}
ENTER = (Key.Key_Return, Key.Key_Enter)
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
# An arrow with a modifier is somebody else's.
FREE = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class Keys:
    """Of one canvas. ``came_by_key`` is true while the focus is there because of a key, and has to be shown."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.came_by_key = False

    def takes(self, event: QEvent) -> bool:
        """Whether a key is the canvas's before it is a shortcut: arrows step until somebody walks the graph."""
        walks = self.came_by_key or self._canvas.session.selected is not None
        return walks and event.key() in WAYS and event.modifiers() in FREE

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key is for; False where it is for nothing here."""
        session = self._canvas.session
        if self.takes(event):
            self._walk(WAYS[event.key()])
        elif event.key() == Key.Key_Escape and (session.selected, session.picked) != (None, None):
            session.select(None)
            session.pick(None)
        elif event.key() == Key.Key_Escape and self.came_by_key:
            self._come(by_key=False)  # from now on arrows step
        elif event.key() in ENTER and session.selected is not None:
            self._edit()
        else:
            return False
        return True

    def _walk(self, way: Way) -> None:
        canvas, session = self._canvas, self._canvas.session
        stops = stops_of(session, canvas.picture)
        stop = walked(stops, way, session.appearance.direction)
        if stop is not None:
            reference = stops.element(stop)
            session.select(reference.node)
            session.pick(reference if reference.index is not None else None)
            canvas.reveal(reference)

    def _edit(self) -> None:
        session = self._canvas.session
        picked = session.picked
        if picked is None or picked.kind != "value":
            node = session.document.graph.nodes[session.selected]
            picked = Reference(node.id, "value", tuple(0 for _ in node.shape))
        self._canvas.edit(picked)

    def focus(self, event: QFocusEvent | None) -> None:
        """The focus came, or went."""
        # Who clicks sees where the focus is; who presses Tab has to be shown.
        self._come(event is not None and event.reason() in BY_KEY)

    def _come(self, by_key: bool) -> None:
        if by_key != self.came_by_key:
            self.came_by_key = by_key
            self._canvas.update()

    def describe(self) -> None:
        """Have a screen reader know what is selected."""
        session, words = self._canvas.session, described(self._canvas.session)
        name = "Graph" if session.selected is None else f"Graph, {words.split(',')[0]}"
        if self._canvas.accessibleDescription() != words:  # telling costs, and so does hearing it twice
            self._canvas.setAccessibleName(name)
            self._canvas.setAccessibleDescription(words)
