"""The samples as markers: a colour for each class, a shape for each where they are more than two."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QPolygonF

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.output.points import Points
from visualizer.ui.heat import class_color, sign_color
from visualizer.ui.output.axes import Frame
from visualizer.ui.pen import Pen, line, painting
from visualizer.ui.theme import Theme, color, mix, text_width

RADIUS, SMALLEST, MANY = 3.4, 1.9, 300  # where more samples than that are drawn, each is smaller
# Corners of the shapes beside the circle, for a radius of 1.
SHAPES = (
    (),
    ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    ((0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    ((0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)),
    ((0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)),
)


def marker_picture(
    frame: Frame, size: QSize, ratio: float, points: Points, heights: tuple[Array, Array], theme: Theme, test: bool
) -> QPixmap:
    """All samples on a transparent ground: it is painted once, while the output behind it changes.

    ``heights`` are how far up training and test samples stand. ``test`` shows those of the test set too.
    """
    made = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    with painting(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(frame.rect.adjusted(-5, -5, 5, 5))
        radius = radius_of(len(points.drawn(False)[0]) + (len(points.drawn(True)[0]) if test else 0))
        for hollow in (True, False) if test else (False,):
            sample, targets = points.drawn(hollow)
            if len(sample):
                places = frame.place(_standing(sample, heights[int(hollow)]))
                tones, shapes = _tones(points, targets, theme), _shapes(points, targets)
                for (x, y), tone, shape in zip(places.tolist(), tones, shapes, strict=True):
                    paint_marker(painter, theme, x, y, tone, shape, hollow, radius)
    return made


def _standing(sample: Array, heights: Array) -> Array:
    return np.stack([sample[:, 0], heights], axis=1)


def _tones(points: Points, targets: Array | Indices, theme: Theme) -> list[QColor]:
    if points.classes:
        return [class_color(theme, int(target)) for target in targets]
    low, high = points.span
    return [sign_color(theme, 2 * (float(target) - low) / (high - low) - 1) for target in targets]


def _shapes(points: Points, targets: Array | Indices) -> list[int]:
    """The number of each sample's shape."""
    if len(points.classes) <= 2:
        return [0] * len(targets)
    return [int(target) % len(SHAPES) for target in targets]


def radius_of(count: int) -> float:
    """The size of each of so many markers, in pixels."""
    return max(RADIUS * min(1.0, MANY / max(count, 1)) ** 0.4, SMALLEST)


def paint_marker(
    painter: QPainter,
    theme: Theme,
    x: float,
    y: float,
    tone: QColor,
    shape: int = 0,
    hollow: bool = False,
    radius: float = RADIUS,
) -> None:
    """A sample: filled within a light ring, or a coloured ring around the ground."""
    corners = SHAPES[shape]
    middle, strong = color(theme.ground), mix(tone, QColor("#000000" if theme.name == "light" else "#FFFFFF"), 0.8)
    if hollow:
        painter.setPen(line(middle, 0.76 * radius))
        painter.setBrush(middle)
        _outline(painter, x, y, 0.82 * radius, corners)
        painter.setPen(line(strong, 0.44 * radius))
        _outline(painter, x, y, 0.7 * radius, corners)
    else:
        painter.setPen(line(QColor("#FFFFFF" if theme.name == "light" else theme.text), 0.34 * radius))
        painter.setBrush(strong)
        _outline(painter, x, y, radius, corners)


def _outline(painter: QPainter, x: float, y: float, radius: float, corners: tuple[tuple[float, float], ...]) -> None:
    if corners:
        painter.drawPolygon(QPolygonF([QPointF(x + radius * dx, y + radius * dy) for dx, dy in corners]))
    else:
        painter.drawEllipse(QPointF(x, y), radius, radius)


def paint_key(pen: Pen, theme: Theme, points: Points, x: float, baseline: float, test: bool) -> None:
    """Which markers are training and which test samples, and how many of them are drawn."""
    entries = [(False, "train", len(points.train))]
    if test and points.test is not None:
        entries.append((True, "test", len(points.test)))
    for hollow, word, count in entries:
        paint_marker(pen.painter, theme, x + 4, baseline - 4, color(theme.muted), hollow=hollow)
        drawn = len(points.drawn(hollow)[0])
        text = f"{word} {count:,}" if drawn == count else f"{word}: {drawn:,} of {count:,}"
        pen.text(x + 13, baseline, text, color(theme.muted), 11)
        x += 13 + text_width(text, 11) + 16
