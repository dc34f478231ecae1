"""One sample as a picture or as a table, and the probabilities that a network gives its classes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from visualizer.session.formatting import number_text
from visualizer.session.training.snapshot import SampleView as Sample
from visualizer.ui.heat import colored, greys, picture
from visualizer.ui.output.facts import MOST, Row, lines_for, paint_facts
from visualizer.ui.output.facts import ROW as FACT
from visualizer.ui.output.probabilities import LOWEST_ROW, height_of_bars, paint_bars, verdict
from visualizer.ui.pen import Pen, elided, painting
from visualizer.ui.theme import Theme, color, text_width

HEAD, GAP = 30.0, 12.0
LARGEST_PICTURE = 132.0
VERDICT = 112.0  # the height of what stands beside the picture
LINE_OF_VERDICT = 46.0  # the same below a table, in one line
FACTS_HEAD = 18.0
BUTTON = QSize(32, 26)  # what the style sheet makes of such a button at least
WRONG = QSize(82, 26)

WORDS = {True: "right", False: "wrong", None: "no number"}


def described(sample: Sample) -> str:
    """The sample in words, for those who do not see it."""
    said = [f"{_kind(sample)} {sample.number:,}"]
    said += [f"{name} {number_text(value)}" for name, value in sample.features[:MOST]]
    said += [f"{name} {number_text(target)}, predicted {number_text(found)}" for name, target, found in sample.numbers]
    return ", ".join([*said, verdict(sample)[1]] if sample.class_names else said)


def _kind(sample: Sample) -> str:
    return "Test sample" if sample.tested else "Training sample"


class SamplePicture(QWidget):
    """Shows a sample.

    ``wanted`` carries the number of another, counted from 0; −1 is the last. ``wrong_wanted`` asks for the next one
    that is not given its class.
    """

    wanted = Signal(int)
    wrong_wanted = Signal()

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
        self.wrong = QPushButton("Next wrong", self, objectName="small")
        self.wrong.setToolTip("The next sample that is given another class than its own")
        self.wrong.setFixedSize(WRONG)
        self.wrong.clicked.connect(self.wrong_wanted)
        self.setTabOrder(self.wrong, self.buttons[0])

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def show_sample(self, sample: Sample | None) -> None:
        """Show another sample, or another opinion of it."""
        self._sample = sample
        if sample is not None:
            self.setAccessibleDescription(described(sample))
            self.wrong.setVisible(bool(sample.class_names))
        self.update()

    def _step(self, step: int) -> None:
        if self._sample is not None:
            self.wanted.emit(self._sample.number - 1 + step)

    # Geometry -------------------------------------------------------------------------------------------------------

    def _side(self, width: float) -> float:
        return float(int(min(LARGEST_PICTURE, 0.45 * width) // 8 * 8))

    def wanted_height(self, width: float) -> float:
        """How high it would be at that width."""
        if self._sample is None:
            return 0.0
        facts = FACTS_HEAD + FACT * lines_for(len(self._sample.features)) + GAP
        if not self._sample.class_names:
            return HEAD + facts + FACTS_HEAD + FACT * lines_for(len(self._sample.numbers))
        above = max(self._side(width), VERDICT) + GAP if self._sample.pixels is not None else facts + LINE_OF_VERDICT
        return HEAD + above + height_of_bars(self._sample)

    def resizeEvent(self, event: QResizeEvent) -> None:
        for place, button in enumerate(reversed(self.buttons)):
            button.move(self.width() - (place + 1) * BUTTON.width() - 4 * place, 0)
        self.wrong.move(self.width() - 2 * BUTTON.width() - WRONG.width() - 10, 0)

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.fillRect(event.rect(), color(self._theme.ground))
            if self._sample is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint(Pen(painter), self._sample)

    def _paint(self, pen: Pen, sample: Sample) -> None:
        theme, side = self._theme, self._side(self.width())
        room = (self.wrong.x() if sample.class_names else self.buttons[0].x()) - 6
        titles = (f"{_kind(sample)} {sample.number:,}", f"Sample {sample.number:,}", f"{sample.number:,}")
        title = next((title for title in titles if text_width(title, 12.5, "semibold") <= room), titles[-1])
        pen.text(0, 17, title, color(theme.text), 12.5, "semibold")
        if sample.pixels is None:
            self._paint_table(pen, sample)
            return
        rect = QRectF(0.5, HEAD + 0.5, side, side)
        pen.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        pen.painter.drawImage(rect, picture(colored(sample.pixels, 0.0, 1.0, greys(theme))))
        pen.box(rect, 0, None, color(theme.hairline))
        self._paint_verdict(pen, sample, side + 16)
        self._paint_bars(pen, sample, HEAD + max(side, VERDICT) + GAP)

    def _paint_table(self, pen: Pen, sample: Sample) -> None:
        """Features, as many as there is room for; below them the verdict and the probabilities, or the answers."""
        width, theme = float(self.width()), self._theme
        answers: list[Row] = [(name, (target, found)) for name, target, found in sample.numbers]
        if sample.class_names:
            below = LINE_OF_VERDICT + height_of_bars(sample, LOWEST_ROW)
        else:
            below = FACTS_HEAD + FACT * lines_for(len(answers))
        lines = lines_for(len(sample.features), self.height() - HEAD - FACTS_HEAD - GAP - below)
        facts = QRectF(0, HEAD + 4, width, FACTS_HEAD + FACT * lines)
        paint_facts(pen, theme, [(name, (value,)) for name, value in sample.features], facts, ("FEATURE", "VALUE"))
        top = facts.bottom() + GAP - 4
        if sample.class_names:
            self._paint_line(pen, sample, top)
            self._paint_bars(pen, sample, top + LINE_OF_VERDICT)
        else:
            rest = QRectF(0, top, width, self.height() - top)
            paint_facts(pen, theme, answers, rest, ("ANSWER", "TARGET", "PREDICTED"))

    def _paint_line(self, pen: Pen, sample: Sample, top: float) -> None:
        """The two classes beside each other, and whether they are the same."""
        right, predicted = self._predicted(sample)
        sign = 20 + text_width(WORDS[right], 12.5, "semibold")
        room = (self.width() - sign) / 2
        for place, (word, name) in enumerate((("true class", sample.class_names[sample.truth]), predicted)):
            x = place * room
            pen.text(x, top + 10, word, color(self._theme.muted), 11)
            text = elided(name, room - 8, 14, "semibold")
            pen.text(x, top + 27, text, color(self._theme.text), 14, "semibold")
        self._paint_word(pen, right, 2 * room, top + 22.5)

    def _paint_bars(self, pen: Pen, sample: Sample, top: float) -> None:
        paint_bars(pen, self._theme, sample, QRectF(0, top, self.width(), self.height() - top))

    @staticmethod
    def _predicted(sample: Sample) -> tuple[bool | None, tuple[str, str]]:
        """Whether it is right, and what stands for the predicted class: its heading and its name."""
        right, _ = verdict(sample)
        return right, ("predicted", "·" if right is None else sample.class_names[int(sample.probabilities.argmax())])

    def _paint_word(self, pen: Pen, right: bool | None, x: float, y: float) -> None:
        theme = self._theme
        tone = theme.ink(color(theme.muted if right is None else theme.good if right else theme.danger))
        paint_sign(pen.painter, QPointF(x + 7, y), right, QPen(tone, 2.0))
        pen.text(x + 19, y + 4.5, WORDS[right], tone, 12.5, "semibold")

    def _paint_verdict(self, pen: Pen, sample: Sample, x: float) -> None:
        """The two classes large, and whether they are the same: as a sign and as a word."""
        theme, room = self._theme, self.width() - x
        right, predicted = self._predicted(sample)
        y = HEAD + 10
        for word, name in (("true class", sample.class_names[sample.truth]), predicted):
            size = 26.0 if len(name) <= 2 else 15.0
            pen.text(x, y, word, color(theme.muted), 11)
            pen.text(x, y + size * 0.8 + 6, elided(name, room, size, "semibold"), color(theme.text), size, "semibold")
            y += size * 0.8 + 26
        self._paint_word(pen, right, x, y - 2)


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
