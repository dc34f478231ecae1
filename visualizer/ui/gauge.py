"""The state of a gradient as a small sign: an empty ring, a part of a disc with k/n beside it, a full disc."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt

from visualizer.ui.pen import Pen, line
from visualizer.ui.theme import Theme, color


def paint_gauge(pen: Pen, theme: Theme, x: float, y: float, arrived: int, total: int, counted: bool = True) -> None:
    """The sign with its middle at (x, y): ``arrived`` of ``total`` messages are in; ``counted`` writes k/n."""
    tone, painter = color(theme.backward), pen.painter
    ring = QRectF(x - 4, y - 4, 8, 8)
    painter.setPen(line(tone if arrived else color(theme.faint), 1.3))
    painter.setBrush(tone if arrived == total else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(ring)
    if 0 < arrived < total:
        painter.setBrush(tone)
        painter.drawPie(ring, 90 * 16, round(-360 * 16 * arrived / total))
    if total > 1 and counted:
        pen.right(x - 7, y + 3.5, f"{arrived}/{total}", color(theme.muted), 9)
