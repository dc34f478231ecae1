"""On or off, as a small switch."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from visualizer.ui.builder.boxes import HEIGHT


class Switch(QAbstractButton):
    """On or off."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFixedSize(30, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda on: self.chosen.emit("on" if on else "off"))

    def sizeHint(self) -> QSize:
        return QSize(30, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        roles, palette = QPalette.ColorRole, self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(1, (self.height() - 16) / 2, 28, 16)
        off = palette.color(roles.PlaceholderText)
        off.setAlphaF(0.45)
        painter.setBrush(palette.color(roles.Highlight) if self.isChecked() else off)
        painter.drawRoundedRect(track, 8, 8)
        painter.setBrush(palette.color(roles.HighlightedText) if self.isChecked() else QColor("#FFFFFF"))
        painter.drawEllipse(
            QPointF(track.right() - 8 if self.isChecked() else track.left() + 8, track.center().y()), 6, 6
        )
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.color(roles.Highlight), 1))
            painter.drawRoundedRect(track.adjusted(-0.5, -2.5, 0.5, 2.5), 10, 10)
        painter.end()
