"""The legend of edges: what width, colour and dashes say about gradients."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QLinearGradient

from visualizer.ui.pen import Pen, dashes, line
from visualizer.ui.theme import Theme, color, text_width

HEIGHT = 34.0
_KINDS = ("not yet", "zero", "NaN, ∞")


def paint_wedge(
    pen: Pen,
    theme: Theme,
    ends: tuple[str, str],
    tones: Sequence[QColor],
    x: float,
    middle: float,
    length: float,
    halves: Sequence[float],
) -> float:
    """A bar between two texts, in colours from left to right, half as high as ``halves`` at even distances; its end."""
    muted, baseline = color(theme.muted), middle + 4
    pen.text(x, baseline, ends[0], muted, 10.5)
    x += text_width(ends[0], 10.5) + 5
    gradient = QLinearGradient(x, 0, x + length, 0)
    for i, tone in enumerate(tones):
        gradient.setColorAt(i / (len(tones) - 1), tone)
    places = [(x + length * i / (len(halves) - 1), half) for i, half in enumerate(halves)]
    wedge = [QPointF(at, middle - half) for at, half in places]
    wedge += [QPointF(at, middle + half) for at, half in reversed(places)]
    pen.painter.setPen(line(color(theme.panel), 0.01))
    pen.painter.setBrush(gradient)
    pen.painter.drawPolygon(wedge)
    x += length + 5
    pen.text(x, baseline, ends[1], muted, 10.5)
    return x + text_width(ends[1], 10.5)


def kinds_width(length: float = 24.0) -> float:
    """How wide ``paint_kinds`` is, in pixels."""
    return sum(length + 6 + text_width(word, 10.5) + 14 for word in _KINDS) - 14


def paint_kinds(pen: Pen, theme: Theme, x: float, middle: float, length: float = 24.0) -> None:
    """Lines of a length for what has no size: not computed yet, exactly zero, not finite."""
    muted = color(theme.muted)
    samples = (
        [dashes(muted, 1.2, (3.5, 3.0))],
        [dashes(muted, 2.6, (0.1, 2.2), rounded=True)],
        [line(color(theme.danger), 6.0), dashes(color(theme.panel), 4.0, (0.5, 0.8))],
    )
    for strokes, word in zip(samples, _KINDS, strict=True):
        for stroke in strokes:
            pen.painter.setPen(stroke)
            pen.painter.drawLine(QPointF(x, middle), QPointF(x + length, middle))
        pen.text(x + length + 6, middle + 4, word, muted, 10.5)
        x += length + 6 + text_width(word, 10.5) + 14
