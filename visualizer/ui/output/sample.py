"""One sample as a picture, and the probabilities that a network gives its classes."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from visualizer.session.training.snapshot import SampleView as Sample
from visualizer.ui.heat import colored, greys, picture
from visualizer.ui.pen import Pen, elided, painting
from visualizer.ui.theme import Theme, color, mix, text_width

HEAD, GAP = 30.0, 12.0
LARGEST_PICTURE = 132.0
VERDICT = 112.0  # the height of what stands beside the picture
ROW, LOWEST_ROW = 19.0, 12.0
MOST_ROWS = 12  # classes with a bar; of more the most probable
BUTTON = QSize(32, 26)  # what the style sheet makes of such a button at least


def verdict(sample: Sample) -> tuple[bool | None, str]:
    """Whether the most probable class is the right one, and the same in words; None where there is no number."""
    if not np.isfinite(sample.probabilities).all():
        return None, "no prediction: probabilities are not numbers"
    predicted, truth = sample.class_names[int(sample.probabilities.argmax())], sample.class_names[sample.truth]
    if predicted == truth:
        return True, f"right: predicted {predicted}"
    return False, f"wrong: predicted {predicted}, it is {truth}"


class SamplePicture(QWidget):
    """Shows a sample. ``wanted`` carries the number of another, counted from 0; −1 is the last."""

    wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sample: Sample | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Sample")
        self.buttons = []
        for sign, word, step in (("‹", "Previous sample", -1), ("›", "Next sample", 1)):
            button = QPushButton(sign, self, objectName="stepper", toolTip=word)
            button.setAccessibleName(word)
            button.setFixedSize(BUTTON)
            button.clicked.connect(lambda _, step=step: self._step(step))
            self.buttons.append(button)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def show_sample(self, sample: Sample | None) -> None:
        """Show another sample, or another opinion of it."""
        self._sample = sample
        if sample is not None:
            self.setAccessibleDescription(f"Test sample {sample.number:,}, {verdict(sample)[1]}")
        self.update()

    def _step(self, step: int) -> None:
        if self._sample is not None:
            self.wanted.emit(self._sample.number - 1 + step)

    # Geometry -------------------------------------------------------------------------------------------------------

    def _side(self, width: float) -> float:
        return float(int(min(LARGEST_PICTURE, 0.45 * width) // 8 * 8))

    def _rows(self) -> int:
        return min(len(self._sample.class_names), MOST_ROWS) if self._sample is not None else 0

    def wanted_height(self, width: float) -> float:
        """How high it would be at that width."""
        return self._below(width) + 18 + ROW * self._rows() if self._sample is not None else 0.0

    def _below(self, width: float) -> float:
        """Where the probabilities begin."""
        return HEAD + max(self._side(width), VERDICT) + GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        for place, button in enumerate(reversed(self.buttons)):
            button.move(self.width() - (place + 1) * BUTTON.width() - 4 * place, 0)

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.fillRect(event.rect(), color(self._theme.ground))
            if self._sample is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint(Pen(painter), self._sample)

    def _paint(self, pen: Pen, sample: Sample) -> None:
        theme, side = self._theme, self._side(self.width())
        pen.text(0, 16, f"Test sample {sample.number:,}", color(theme.text), 12.5, "semibold")
        rect = QRectF(0.5, HEAD + 0.5, side, side)
        pen.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        pen.painter.drawImage(rect, picture(colored(sample.pixels, 0.0, 1.0, greys(theme))))
        pen.box(rect, 0, None, color(theme.hairline))
        self._paint_verdict(pen, sample, side + 16)
        self._paint_bars(pen, sample, self._below(self.width()))

    def _paint_verdict(self, pen: Pen, sample: Sample, x: float) -> None:
        """The two classes large, and whether they are the same: as a sign and as a word."""
        theme, room = self._theme, self.width() - x
        right, _ = verdict(sample)
        predicted = "·" if right is None else sample.class_names[int(sample.probabilities.argmax())]
        y = HEAD + 10
        for word, name in (("true class", sample.class_names[sample.truth]), ("predicted", predicted)):
            size = 26.0 if len(name) <= 2 else 15.0
            pen.text(x, y, word, color(theme.muted), 11)
            pen.text(x, y + size * 0.8 + 6, elided(name, room, size, "semibold"), color(theme.text), size, "semibold")
            y += size * 0.8 + 26
        tone = theme.ink(color(theme.muted if right is None else theme.good if right else theme.danger))
        paint_sign(pen.painter, QPointF(x + 7, y - 2), right, QPen(tone, 2.0))
        words = {True: "right", False: "wrong", None: "no number"}
        pen.text(x + 19, y + 2.5, words[right], tone, 12.5, "semibold")

    def _paint_bars(self, pen: Pen, sample: Sample, top: float) -> None:
        theme = self._theme
        self._paint_heading(pen, top + 9)
        top += 18
        pitch = max(min(ROW, (self.height() - top) / max(self._rows(), 1)), LOWEST_ROW)
        shown = self._shown(sample)
        lead = min(max(text_width(sample.class_names[i], 12, "semibold") for i in shown), self.width() * 0.42) + 18
        number = text_width("100.0 %", 11.5) + 4
        room = max(self.width() - lead - number - 6, 20.0)
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
                fill = (
                    color(theme.pre_activation) if best else mix(color(theme.pre_activation), color(theme.raised), 0.45)
                )
                pen.box(QRectF(track.x(), track.y(), max(room * min(value, 1.0), 2.0), track.height()), 2.5, fill)
            if index == sample.truth:
                pen.box(track.adjusted(-2, -2, 2, 2), 4, None, color(theme.text), 1.3)
            text = f"{100 * value:.1f} %" if math.isfinite(value) else "NaN"
            pen.right(self.width(), middle + 4, text, tone, 11.5, weight)

    def _paint_heading(self, pen: Pen, baseline: float) -> None:
        """What the bars are, and the signs of the true and of the predicted class."""
        muted, x = color(self._theme.muted), self.width() - text_width("predicted", 10.5)
        pen.text(0, baseline, "PROBABILITY", muted, 10, "semibold")
        pen.text(x, baseline, "predicted", muted, 10.5)
        paint_arrow(pen.painter, QPointF(x - 10, baseline - 3.7), color(self._theme.text))
        x -= 20 + text_width("true", 10.5)
        pen.text(x, baseline, "true", muted, 10.5)
        pen.box(QRectF(x - 17, baseline - 7.5, 13, 8), 3, None, color(self._theme.text), 1.3)

    def _shown(self, sample: Sample) -> list[int]:
        """The classes with a bar, in their order: the most probable where they are many, and the right one."""
        count = len(sample.class_names)
        if count <= MOST_ROWS:
            return list(range(count))
        best = np.argsort(-np.nan_to_num(sample.probabilities), kind="stable")[:MOST_ROWS].tolist()
        if sample.truth not in best:
            best[-1] = sample.truth
        return sorted(best)


def paint_sign(painter: QPainter, at: QPointF, right: bool | None, pen: QPen) -> None:
    """A tick, a cross, or a dash where nothing is known."""
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    x, y = at.x(), at.y()
    if right is None:
        painter.drawLine(QPointF(x - 5, y), QPointF(x + 5, y))
    elif right:
        painter.drawPolyline([QPointF(x - 5.5, y), QPointF(x - 1.5, y + 4), QPointF(x + 5.5, y - 4.5)])
    else:
        painter.drawLine(QPointF(x - 4.5, y - 4.5), QPointF(x + 4.5, y + 4.5))
        painter.drawLine(QPointF(x - 4.5, y + 4.5), QPointF(x + 4.5, y - 4.5))


def paint_arrow(painter: QPainter, at: QPointF, tone) -> None:
    """A small triangle that points to a name."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    x, y = at.x(), at.y()
    painter.drawPolygon([QPointF(x, y - 3.8), QPointF(x + 6, y), QPointF(x, y + 3.8)])
