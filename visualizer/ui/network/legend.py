"""The legend of a network, with the choice of what its edges show."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.session.formatting import MINUS, number_text, power_of_ten
from visualizer.session.network.edges import Scales, Shows
from visualizer.ui.heat import sign_color
from visualizer.ui.legend import HEIGHT, kinds_width, paint_kinds, paint_wedge
from visualizer.ui.network.lines import width_of
from visualizer.ui.pen import Pen, painting
from visualizer.ui.segments import Choice, Segments
from visualizer.ui.theme import MATH, Theme, color, magnitude_colors, text_width

BAR, SHORT_BAR = 110.0, 56.0
# The wedge's half heights: half the widths of edges.
MAGNITUDES = tuple(max(0.8, width_of(place / 16, 7.5) / 2) for place in range(17))
BANDS = (0.8, 4.2)
SIGNED = tuple(max(0.8, width_of(abs(place) / 8, 7.5) / 2) for place in range(-8, 9))
CHOICES = (
    Choice("gradient", "Gradient", "Edges show the gradient of the last iteration"),
    Choice("weight", "Weight", "Edges show the weights"),
)
SIGNS = {("gradient", False): "|∂L/∂w|", ("gradient", True): "‖∇‖", ("weight", False): "w", ("weight", True): "‖W‖"}


class NetworkLegend(QWidget):
    """Says what an edge's colour and width mean. ``chosen`` carries what edges shall show."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shows: Shows = "gradient"
        self._scales, self._banded = Scales(), False
        self._segments = Segments(CHOICES, "What edges show", self)
        self._segments.show_chosen(self._shows)
        self._segments.chosen.connect(self.chosen)
        self.buttons = self._segments.buttons
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else each frame of the network would paint it too
        self.setFixedHeight(round(HEIGHT))
        self.setAccessibleName("Legend")

    def sizeHint(self) -> QSize:
        return QSize(round(self._segments.sizeHint().width() + 31 + self._needed(BAR, True)), round(HEIGHT))

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def say(self, shows: Shows, scales: Scales, banded: bool) -> None:
        """What edges show now, on which scales, and whether bands stand for them."""
        if (shows, scales.decades, scales.weight, banded) != (
            self._shows, self._scales.decades, self._scales.weight, self._banded
        ):  # fmt: skip
            self._shows, self._scales, self._banded = shows, scales, banded
            self._segments.show_chosen(shows)
            self.update()

    def resizeEvent(self, event) -> None:
        size = self._segments.sizeHint()
        self._segments.setGeometry(5, round((self.height() - size.height()) / 2), size.width(), size.height())

    @property
    def _sign(self) -> str:
        return SIGNS[self._shows, self._banded]

    @property
    def _ends(self) -> tuple[str, str]:
        """The smallest and the largest number of the scale."""
        if self._shows == "gradient" or self._banded:
            scale = self._scales.decades
            return power_of_ten(scale.low), power_of_ten(scale.high)
        limit = number_text(self._scales.weight)
        return f"{MINUS}{limit}", limit

    def _needed(self, bar: float, kinds: bool) -> float:
        """The room that all beside the choice takes."""
        ends = sum(text_width(text, 10.5) for text in self._ends)
        return text_width(self._sign, 12, family=MATH) + 20 + ends + bar + (kinds_width() + 18 if kinds else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, pen = self._theme, Pen(painter)
        painter.fillRect(self.rect(), color(theme.ground))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        pen.box(frame, 8, color(theme.panel), color(theme.hairline))
        x, middle = self._segments.geometry().right() + 13.0, self.height() / 2
        room = self.width() - x - 12
        choices = ((BAR, True), (SHORT_BAR, True), (BAR, False), (SHORT_BAR, False))
        bar, kinds = next((choice for choice in choices if self._needed(*choice) <= room), choices[-1])
        pen.text(x, middle + 4, self._sign, color(theme.text), 12, family=MATH)
        x += text_width(self._sign, 12, family=MATH) + 10
        if self._shows == "gradient" or self._banded:
            colors = magnitude_colors(theme.name)
            tones, halves = [colors[min(i * 16, 255)] for i in range(17)], BANDS if self._banded else MAGNITUDES
        else:
            tones, halves = [sign_color(theme, place / 8) for place in range(-8, 9)], SIGNED
        x = paint_wedge(pen, theme, self._ends, tones, x, middle, bar, halves)
        if kinds:
            paint_kinds(pen, theme, x + 18, middle)
