"""The legend of edges: what width, colour and dashes say about gradients."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QLinearGradient

from visualizer.session.formatting import power_of_ten
from visualizer.session.scene import Scale
from visualizer.ui.pen import Pen, dashes, line
from visualizer.ui.theme import Theme, color, magnitude_colors, text_width

HEIGHT = 34.0
_BAR = 120.0


def legend_width(scale: Scale) -> float:
    """How wide the legend is, in pixels."""
    ends = text_width(power_of_ten(scale.low), 10.5) + text_width(power_of_ten(scale.high), 10.5)
    return 12 + text_width("|gradient|", 11, "medium") + 10 + ends + 12 + _BAR + 3 * 34 + 130


def paint_legend(pen: Pen, theme: Theme, scale: Scale, x: float, y: float) -> None:
    """The legend with its top left corner at (x, y)."""
    width = legend_width(scale)
    pen.box(QRectF(x, y, width, HEIGHT), 8, color(theme.panel), color(theme.hairline))
    muted, middle = color(theme.muted), y + HEIGHT / 2
    baseline = middle + 4
    x += 12
    pen.text(x, baseline, "|gradient|", color(theme.text), 11, "medium")
    x += text_width("|gradient|", 11, "medium") + 10
    pen.text(x, baseline, power_of_ten(scale.low), muted, 10.5)
    x += text_width(power_of_ten(scale.low), 10.5) + 5
    colors = magnitude_colors(theme.name)
    gradient = QLinearGradient(x, 0, x + _BAR, 0)
    for i in range(17):
        gradient.setColorAt(i / 16, colors[min(i * 16, 255)])
    wedge = [
        QPointF(x, middle - 0.8),
        QPointF(x + _BAR, middle - 4),
        QPointF(x + _BAR, middle + 4),
        QPointF(x, middle + 0.8),
    ]
    pen.painter.setPen(line(color(theme.panel), 0.01))
    pen.painter.setBrush(gradient)
    pen.painter.drawPolygon(wedge)
    x += _BAR + 5
    pen.text(x, baseline, power_of_ten(scale.high), muted, 10.5)
    x += text_width(power_of_ten(scale.high), 10.5) + 16
    samples = (
        ([dashes(muted, 1.2, (3.5, 3.0))], "not yet"),
        ([dashes(muted, 2.6, (0.1, 2.2), rounded=True)], "zero"),
        ([line(color(theme.danger), 6.0), dashes(color(theme.panel), 4.0, (0.5, 0.8))], "NaN, ∞"),
    )
    for strokes, word in samples:
        for stroke in strokes:
            pen.painter.setPen(stroke)
            pen.painter.drawLine(QPointF(x, middle), QPointF(x + 24, middle))
        pen.text(x + 30, baseline, word, muted, 10.5)
        x += 30 + text_width(word, 10.5) + 14
