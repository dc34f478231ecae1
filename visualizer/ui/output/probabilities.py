"""The probabilities that a network gives the classes of one sample, as bars; and whether it is right."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from visualizer.session.training.snapshot import SampleView as Sample
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import Theme, color, mix, text_width

HEAD = 18.0
ROW, LOWEST_ROW = 19.0, 12.0
MOST_ROWS = 12  # classes with a bar; of more the most probable


def verdict(sample: Sample) -> tuple[bool | None, str]:
    """Whether the most probable class is the right one, and the same in words; None where there is no number."""
    if not np.isfinite(sample.probabilities).all():
        return None, "no prediction: probabilities are not numbers"
    predicted, truth = sample.class_names[int(sample.probabilities.argmax())], sample.class_names[sample.truth]
    if predicted == truth:
        return True, f"right: predicted {predicted}"
    return False, f"wrong: predicted {predicted}, it is {truth}"


def height_of_bars(sample: Sample, row: float = ROW) -> float:
    """How high the bars are, with so much for each and with their heading."""
    return HEAD + row * min(len(sample.class_names), MOST_ROWS)


def paint_bars(pen: Pen, theme: Theme, sample: Sample, rect: QRectF) -> None:
    """A bar for each class, with what the signs mean above them."""
    _paint_heading(pen, theme, rect)
    top, shown = rect.y() + HEAD, shown_classes(sample)
    pitch = max(min(ROW, (rect.bottom() - top) / max(len(shown), 1)), LOWEST_ROW)
    lead = min(max(text_width(sample.class_names[i], 12, "semibold") for i in shown), rect.width() * 0.42) + 18
    number = text_width("100.0 %", 11.5) + 4
    room = max(rect.width() - lead - number - 6, 20.0)
    predicted = int(sample.probabilities.argmax()) if verdict(sample)[0] is not None else None
    for place, index in enumerate(shown):
        value, best = float(sample.probabilities[index]), index == predicted
        middle = top + pitch * (place + 0.5)
        tone = color(theme.text if best or index == sample.truth else theme.muted)
        weight = "semibold" if best else "regular"
        name = elided(sample.class_names[index], lead - 16, 12, weight)
        if best:
            paint_arrow(pen.painter, QPointF(1, middle), tone)
        pen.text(12, middle + 4, name, tone, 12, weight)
        track = QRectF(lead, middle - min(pitch * 0.3, 5.0), room, min(pitch * 0.6, 10.0))
        pen.box(track, 2.5, color(theme.raised))
        if math.isfinite(value) and value > 0.002:
            fill = color(theme.pre_activation) if best else mix(color(theme.pre_activation), color(theme.raised), 0.45)
            pen.box(QRectF(track.x(), track.y(), max(room * min(value, 1.0), 2.0), track.height()), 2.5, fill)
        if index == sample.truth:
            pen.box(track.adjusted(-2, -2, 2, 2), 4, None, color(theme.text), 1.3)
        text = f"{100 * value:.1f} %" if math.isfinite(value) else "NaN"
        pen.right(rect.width(), middle + 4, text, tone, 11.5, weight)


def _paint_heading(pen: Pen, theme: Theme, rect: QRectF) -> None:
    """What the bars are, and the signs of the true and of the predicted class."""
    muted, baseline, x = color(theme.muted), rect.y() + 9, rect.width() - text_width("predicted", 10.5)
    pen.text(0, baseline, "PROBABILITY", muted, 10, "semibold")
    pen.text(x, baseline, "predicted", muted, 10.5)
    paint_arrow(pen.painter, QPointF(x - 10, baseline - 3.7), color(theme.text))
    x -= 20 + text_width("true", 10.5)
    pen.text(x, baseline, "true", muted, 10.5)
    pen.box(QRectF(x - 17, baseline - 7.5, 13, 8), 3, None, color(theme.text), 1.3)


def shown_classes(sample: Sample) -> list[int]:
    """The classes with a bar, in their order: the most probable where they are many, and the right one."""
    count = len(sample.class_names)
    if count <= MOST_ROWS:
        return list(range(count))
    best = np.argsort(-np.nan_to_num(sample.probabilities), kind="stable")[:MOST_ROWS].tolist()
    if sample.truth not in best:
        best[-1] = sample.truth
    return sorted(best)


def paint_arrow(painter: QPainter, at: QPointF, tone: QColor) -> None:
    """A small triangle that points to a name."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    x, y = at.x(), at.y()
    painter.drawPolygon([QPointF(x, y - 3.8), QPointF(x + 6, y), QPointF(x, y + 3.8)])
