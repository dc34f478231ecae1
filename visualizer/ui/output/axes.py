"""The frame of a plot of the output: where numbers stand, round ones along its sides, names of the features."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from engine.ops import Array
from visualizer.session.formatting import number_text
from visualizer.ui.pen import Pen, elided, line
from visualizer.ui.theme import Theme, color, text_width

LEFT, TOP, RIGHT, BOTTOM = 30.0, 18.0, 8.0, 32.0  # around the frame
MOST = 5  # numbers along a side
SIZE = 10.5


@dataclass(frozen=True)
class Frame:
    """A rectangle of the widget, and the (lowest, highest) of what runs across it and up it."""

    rect: QRectF
    across: tuple[float, float]
    up: tuple[float, float]

    def place(self, points: Array) -> Array:
        """Pixels of points (n, 2)."""
        x, y = self.rect.x(), self.rect.bottom()
        (left, right), (low, high) = self.across, self.up
        return np.stack(
            [
                x + (points[:, 0] - left) / (right - left) * self.rect.width(),
                y - (points[:, 1] - low) / (high - low) * self.rect.height(),
            ],
            axis=1,
        )

    def numbers(self, at: QPointF) -> tuple[float, float]:
        """What stands at a pixel."""
        (left, right), (low, high) = self.across, self.up
        return (
            left + (at.x() - self.rect.x()) / self.rect.width() * (right - left),
            low + (self.rect.bottom() - at.y()) / self.rect.height() * (high - low),
        )


def ticks(low: float, high: float, most: int = MOST) -> tuple[float, ...]:
    """At most so many round numbers from ``low`` to ``high``, the same distance apart; none where these are as good as
    one number."""
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        return ()
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for factor in (1, 2, 3, 5, 10, 20, 30, 50, 100):
        step = factor * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            break
    return tuple(number * step for number in range(first, last + 1))


def paint_axes(pen: Pen, theme: Theme, frame: Frame, names: tuple[str, str]) -> None:
    """The frame, numbers to its left and below, and what runs up and across."""
    rect, muted = frame.rect, color(theme.muted)
    pen.box(rect, 0, None, color(theme.hairline))
    ends = [-math.inf]
    for number in ticks(*frame.across):
        x = rect.x() + (number - frame.across[0]) / (frame.across[1] - frame.across[0]) * rect.width()
        text = number_text(number)
        width = text_width(text, SIZE)
        if x - width / 2 > ends[-1] + 6:
            pen.stroke(x, rect.bottom(), x, rect.bottom() + 3, color(theme.faint))
            pen.text(x - width / 2, rect.bottom() + 14, text, muted, SIZE)
            ends.append(x + width / 2)
    for number in ticks(*frame.up):
        y = rect.bottom() - (number - frame.up[0]) / (frame.up[1] - frame.up[0]) * rect.height()
        pen.stroke(rect.x() - 3, y, rect.x(), y, color(theme.faint))
        pen.right(rect.x() - 6, y + 3.7, elided(number_text(number), rect.x() - 8, SIZE), muted, SIZE)
    across, up = (elided(name, rect.width(), 11, "medium") for name in names)
    pen.text(rect.center().x() - text_width(across, 11, "medium") / 2, rect.bottom() + 28, across, muted, 11, "medium")
    start = max(rect.x() - 6 - text_width(up, 11, "medium"), 0.0)
    pen.text(start, rect.y() - 7, up, muted, 11, "medium")
    pen.painter.setPen(line(color(theme.hairline)))
