"""Widgets whose text loses its end where there is no room for it; the tooltip says all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QStyleOptionButton, QStylePainter, QWidget

from visualizer.ui.pen import elided


class ElidedLabel(QLabel):
    """A line of plain text."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def shown(self) -> str:
        """What is written at the present width."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        self.setToolTip(self.text() if self.shown() != self.text() else "")
        painter = QStylePainter(self)
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawItemText(self.rect(), align, self.palette(), self.isEnabled(), self.shown(), self.foregroundRole())


class ElidedButton(QPushButton):
    """A button as wide as its place; it does not widen it."""

    def __init__(self, text: str, size: float, padding: int, checkable: bool = False, objectName: str = "") -> None:
        super().__init__(text, checkable=checkable, objectName=objectName)
        self._size, self._padding = size, padding
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(text)

    def shown(self) -> str:
        """What is written at the present width, also in bold."""
        return elided(self.text(), self.width() - 2 * self._padding, self._size, "semibold")

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.shown()
        QStylePainter(self).drawControl(self.style().ControlElement.CE_PushButton, option)
