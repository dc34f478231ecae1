"""Typing another number into an input or parameter, where it stands in the picture."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session.formatting import full_text, parse_number
from visualizer.session.session import Session
from visualizer.ui.theme import font

LEAST_WIDTH, LEAST_HEIGHT = 76, 24


class ValueLine(QLineEdit):
    """The line for typing a number. Enter and Escape end here: the canvas has a meaning of its own for them."""

    cancelled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
        event.accept()


class Editor(QObject):
    """At most one line over a canvas. ``complained`` carries a sentence where a number cannot be used."""

    complained = Signal(str)

    def __init__(self, session: Session, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._line: ValueLine | None = None

    def edit(self, reference: Reference, rect: QRect) -> None:
        """Let the person type another number for one element of a leaf that stands at ``rect`` of the widget."""
        node = self._session.document.graph.nodes[reference.node]
        if reference.index is None or reference.kind != "value":
            return
        if node.op not in ("input", "parameter"):
            self.complained.emit(f"“{node.name}” is computed, so it cannot be set; its inputs can")
            return
        self.close()
        rect = rect.adjusted(-6, -3, 6, 3)
        size = QSize(min(max(rect.width(), LEAST_WIDTH), 3 * LEAST_WIDTH), max(LEAST_HEIGHT, min(rect.height(), 40)))
        line = ValueLine(self._canvas)
        line.setText(full_text(float(self._session.trace.values[reference.node][reference.index])))
        line.setFont(font(12))
        line.setAccessibleName(f"Value of {node.name}")
        at = QRect(rect.topLeft(), size)
        at.moveCenter(rect.center())
        line.setGeometry(at)
        line.selectAll()
        line.returnPressed.connect(lambda: self._commit(line, reference))
        line.cancelled.connect(self.close)
        line.show()
        line.setFocus()
        self._line = line

    def _commit(self, line: ValueLine, reference: Reference) -> None:
        name = self._session.document.graph.nodes[reference.node].name
        try:
            self._session.set_element(name, reference.index or (), parse_number(line.text()))
        except (GradStepError, ValueError) as error:
            self.complained.emit(str(error))
            return
        self.close()

    def close(self) -> None:
        """Take the line away."""
        if self._line is not None:
            if self._line.hasFocus():
                self._canvas.setFocus()
            self._line.deleteLater()
            self._line = None
