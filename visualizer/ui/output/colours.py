"""The output as colours: over a plane one picture, along a line of numbers a legend."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QLinearGradient

from engine.ops import Array
from visualizer.session.formatting import MINUS, number_text
from visualizer.session.output.contour import boundary
from visualizer.session.output.plane import refined
from visualizer.session.output.points import Points, margins
from visualizer.ui.heat import class_color, colored, diverging, picture, sign_color, towards, two_colors
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import Theme, color, text_width

FINE = 160  # points along each side of a picture with sharp borders
FAINTEST, FULL = 0.14, 0.9  # how much of its class's colour a pixel has, from no margin to a margin of 1
MOST_LINES = 6  # classes with boundaries drawn
SIZE = 10.5
SWATCH = 10.0


def output_picture(output: Array, limits: tuple[float, float], theme: Theme, discrete: bool) -> QImage:
    """The output (outputs, side, side) as a picture, its first row at the bottom."""
    if len(output) > 1:
        return picture(_class_colours(refined(output, FINE) if discrete else output, theme, discrete)[::-1])
    values = refined(output, FINE)[0] if discrete else output[0]
    return picture(colored(values[::-1], *limits, two_colors(theme) if discrete else diverging(theme)))


def _class_colours(output: Array, theme: Theme, discrete: bool) -> np.ndarray:
    winners, margin = (output.argmax(axis=0), output.max(axis=0)) if discrete else margins(output)
    tables = np.concatenate([towards(theme, class_color(theme, number).rgb()) for number in range(len(output))])
    finite = np.isfinite(margin)
    shares = np.full(margin.shape, FULL) if discrete else FAINTEST + (FULL - FAINTEST) * np.clip(margin, 0, 1)
    places = np.where(finite, shares * 255, 256).astype(np.intp)
    return np.asarray(tables[winners * 257 + places])


def boundaries(output: Array, limits: tuple[float, float]) -> Array:
    """The lines between classes as shares of the plane's width and height: x1, y1, x2, y2, (lines, 4)."""
    if len(output) == 1:
        found = boundary(output[0] - sum(limits) / 2)
    elif len(output) <= MOST_LINES:
        parts = []
        for number in range(len(output) - 1):
            with np.errstate(invalid="ignore"):
                parts.append(boundary(output[number] - np.delete(output, number, axis=0).max(axis=0)))
        found = np.concatenate(parts)
    else:
        found = np.empty((0, 4))
    return np.asarray(found / (output.shape[-1] - 1))


# The legend -----------------------------------------------------------------------------------------------------------


def legend_rows(points: Points, outputs: int, width: float) -> int:
    """The rows that the legend of colours takes."""
    if outputs == 1:
        return 1
    rows, x = 1, 0.0
    for name in points.classes[:outputs]:
        x += _swatch_width(name, width)
        if x > width + 12:
            rows, x = rows + 1, _swatch_width(name, width)
    return rows


def _swatch_width(name: str, width: float) -> float:
    return SWATCH + 5 + text_width(elided(name, width - SWATCH - 5, 11), 11) + 14


def paint_legend(
    pen: Pen, theme: Theme, points: Points, outputs: int, limits: tuple[float, float], rect: QRectF
) -> None:
    """What the colours mean: a bar from the lowest to the highest output, or a swatch for each class."""
    if outputs == 1:
        _paint_bar(pen, theme, points, limits, rect)
        return
    x, y = rect.x(), rect.y()
    for number, name in enumerate(points.classes[:outputs]):
        wide = _swatch_width(name, rect.width())
        if x + wide > rect.right() + 14 and x > rect.x():
            x, y = rect.x(), y + 17
        pen.box(QRectF(x, y + 1, SWATCH, SWATCH), 2.5, class_color(theme, number))
        text = elided(name, rect.width() - SWATCH - 5, 11)
        pen.text(x + SWATCH + 5, y + 10, text, color(theme.text), 11)
        x += wide


def _paint_bar(pen: Pen, theme: Theme, points: Points, limits: tuple[float, float], rect: QRectF) -> None:
    low, high = (number_text(float(f"{limit:.3g}")) for limit in limits)
    if len(points.classes) == 2:
        names = [name.replace("-", MINUS) for name in points.classes]
        alike = all(name.removeprefix("+") == number for name, number in zip(names, (low, high), strict=True))
        low, high = names if alike else (f"{name} ({number})" for name, number in zip(names, (low, high), strict=True))
    room = rect.width() * 0.34
    low, high = elided(low, room, SIZE), elided(high, room, SIZE)
    start = rect.x() + text_width(low, SIZE) + 7
    end = rect.right() - text_width(high, SIZE) - 7
    pen.text(rect.x(), rect.y() + 9.5, low, color(theme.muted), SIZE)
    pen.text(end + 7, rect.y() + 9.5, high, color(theme.muted), SIZE)
    gradient = QLinearGradient(start, 0, end, 0)
    for place in range(17):
        gradient.setColorAt(place / 16, sign_color(theme, place / 8 - 1))
    bar = QRectF(start, rect.y() + 1, end - start, 9)
    pen.painter.fillRect(bar, gradient)
    pen.box(bar, 0, None, color(theme.hairline))
