"""A network as TensorFlow Playground draws it, redrawn: for each unit a square with what it answers over the plane, and
curves as wide as weights are large, orange below 0 and blue above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QColor, QPainter

    from visualizer.session.session import Session

# What is below 0, 0 and above it; how wide links are; squares and the plane beside them, in pixels.
BELOW, ZERO, ABOVE = (245, 147, 34), (232, 234, 235), (8, 119, 189)
WIDEST, FULL = 10.0, 5.0
SQUARE, OUTPUT, PLANE = 30.0, 200.0, 6.0
SAMPLES, POINTS = 100, 120  # of the plane, a side; of the set


def playground(painter: QPainter, session: Session, area: QRectF) -> None:
    """Features, one hidden layer and the output, as in the middle of Playground's page."""
    from PySide6.QtCore import QPointF, QRectF
    from PySide6.QtGui import QColor, QPainterPath, QPen

    from visualizer.ui.pen import Pen

    numbers = {name: session.trace.value(name) for name in ("W1", "b1", "W2", "b2")}
    steps = np.linspace(-PLANE, PLANE, SAMPLES)
    plane = np.stack([np.tile(steps, SAMPLES), np.repeat(steps[::-1], SAMPLES)])
    hidden = np.tanh(numbers["W1"] @ plane + numbers["b1"].reshape(-1, 1))
    answers = np.tanh(numbers["W2"] @ hidden + numbers["b2"].reshape(-1, 1))
    x = (area.left() + 90, area.left() + 280, area.left() + 440)
    rows = [np.linspace(-1, 1, count) * 58 * (count - 1) / 2 + area.center().y() for count in (2, 3)]
    pen, grey = Pen(painter), QColor("#777777")
    for words, at in (("FEATURES", x[0]), ("1 HIDDEN LAYER", x[1]), ("OUTPUT", x[2] + OUTPUT / 2 - SQUARE / 2)):
        pen.centered(QRectF(at - 80, area.top() + 18, 160, 20), words, grey, 12)
    pen.centered(QRectF(x[1] - 80, area.top() + 44, 160, 20), "3 neurons", grey, 12)
    ends = [(x[2], area.center().y())]
    columns = [[(x[0], y) for y in rows[0]], [(x[1], y) for y in rows[1]], ends]
    for weights, sources, targets in zip((numbers["W1"], numbers["W2"]), columns[:-1], columns[1:], strict=True):
        for (target, source), weight in np.ndenumerate(weights):
            (x1, y1), (x2, y2) = sources[source], targets[target]
            start, end = QPointF(x1 + SQUARE / 2, y1), QPointF(x2 - SQUARE / 2, y2)
            middle = (start.x() + end.x()) / 2
            curve = QPainterPath(start)
            curve.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
            stroke = QPen(_toned(float(weight)), 1 + (WIDEST - 1) * min(abs(float(weight)) / FULL, 1))
            stroke.setDashPattern([9 / stroke.widthF(), 1 / stroke.widthF()])
            stroke.setCapStyle(stroke.capStyle().FlatCap)
            painter.setBrush(QColor(0, 0, 0, 0))
            painter.setPen(stroke)
            painter.drawPath(curve)
    for number, (at, y) in enumerate(columns[0]):
        _square(painter, QRectF(at - SQUARE / 2, y - SQUARE / 2, SQUARE, SQUARE), np.sign(plane[number]))
        pen.right(at - SQUARE / 2 - 8, y + 4, f"X{'₁₂'[number]}", QColor("#333333"), 12)
    for number, (at, y) in enumerate(columns[1]):
        _square(painter, QRectF(at - SQUARE / 2, y - SQUARE / 2, SQUARE, SQUARE), hidden[number])
        painter.fillRect(
            QRectF(at - SQUARE / 2 - 2, y + SQUARE / 2 - 3, 5, 5), _toned(float(numbers["b1"].flat[number]))
        )
    big = QRectF(x[2] - SQUARE / 2, area.center().y() - OUTPUT / 2, OUTPUT, OUTPUT)
    _square(painter, big, answers[0])
    _points(painter, session, big)


def _square(painter: QPainter, rect: QRectF, answers: np.ndarray) -> None:
    """What a unit answers over the plane."""
    from PySide6.QtGui import QColor, QImage, QPen

    tones = _tones(answers).reshape(SAMPLES, SAMPLES, 3)
    pixels = np.full((SAMPLES, SAMPLES, 4), 255, np.uint8)
    pixels[..., :3] = tones[..., ::-1]
    image = QImage(pixels.tobytes(), SAMPLES, SAMPLES, QImage.Format.Format_RGB32)
    painter.drawImage(rect, image.copy())
    painter.setBrush(QColor(0, 0, 0, 0))
    painter.setPen(QPen(QColor("#444444"), 1.0))
    painter.drawRect(rect)


def _points(painter: QPainter, session: Session, rect: QRectF) -> None:
    """Samples that the network was trained on."""
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QColor, QPen

    lab = session.lab
    assert lab is not None
    train = lab.samples.train
    for (x, y), target in zip(train.features[:POINTS], train.signs()[:POINTS].ravel(), strict=True):
        at = QPointF(
            rect.center().x() + x / PLANE * rect.width() / 2, rect.center().y() - y / PLANE * rect.height() / 2
        )
        painter.setPen(QPen(QColor("white"), 0.8))
        painter.setBrush(QColor(*(ABOVE if target > 0 else BELOW)))
        painter.drawEllipse(at, 3.0, 3.0)


def _tones(numbers: np.ndarray) -> np.ndarray:
    """Colours (n, 3) of numbers from -1 to 1."""
    share = np.clip(numbers.ravel(), -1, 1)[:, None]
    ends = np.where(share < 0, np.array(BELOW), np.array(ABOVE))
    return np.rint(np.array(ZERO) + np.abs(share) * (ends - np.array(ZERO))).astype(np.uint8)


def _toned(number: float) -> QColor:
    from PySide6.QtGui import QColor

    return QColor(*_tones(np.array([number]))[0].tolist())
