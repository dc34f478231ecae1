"""A check box, painted in the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from visualizer.ui.pen import Pen, painting
from visualizer.ui.theme import text_width

SIDE, GAP, SIZE = 14.0, 7.0, 12.0


class Tick(QCheckBox):
    """On or off, with a word beside it."""

    def __init__(self, text: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setToolTip(tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(round(SIDE + GAP + text_width(self.text(), SIZE)) + 4, 22)

    def hitButton(self, at: QPoint) -> bool:
        return self.rect().contains(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        roles, palette = QPalette.ColorRole, self.palette()
        box = QRectF(1.5, (self.height() - SIDE) / 2, SIDE, SIDE)
        text, accent = palette.color(roles.WindowText), palette.color(roles.Highlight)
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = Pen(painter)
            fill = text if self.isChecked() else palette.color(roles.Base)
            border = accent if self.hasFocus() else palette.color(roles.PlaceholderText)
            pen.box(box, 3.5, fill, border, 1.6 if self.hasFocus() else 1.1)
            if self.isChecked():
                self._paint_check(painter, box, palette.color(roles.Base))
            pen.text(box.right() + GAP, self.height() / 2 + 4.2, self.text(), text, SIZE)

    @staticmethod
    def _paint_check(painter: QPainter, box: QRectF, tone: QColor) -> None:
        round_ends = Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(tone, 1.8, Qt.PenStyle.SolidLine, round_ends, Qt.PenJoinStyle.RoundJoin))
        x, y = box.center().x(), box.center().y()
        painter.drawPolyline([QPointF(x - 3.6, y + 0.1), QPointF(x - 1, y + 2.8), QPointF(x + 3.8, y - 2.8)])
