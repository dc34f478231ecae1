"""The painted parts of the legend: the scale as a wedge, and the dashes for what has no size."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.session.edge_scale import EdgeScale
from visualizer.ui.heat import sign_color
from visualizer.ui.legend import kinds_width, paint_kinds, paint_wedge
from visualizer.ui.pen import Pen, painting
from visualizer.ui.theme import Theme, magnitude_colors, text_width

HEIGHT = 24
STEPS = 17
WIDEST = 4.0  # half the height of the thick end, in pixels
DASH = 19.8  # length of the line of a kind


def tones(theme: Theme, signed: bool) -> list[QColor]:
    """Colours from the left end of a scale to the right one."""
    if signed:
        return [sign_color(theme, place / (STEPS // 2) - 1) for place in range(STEPS)]
    colors = magnitude_colors(theme.name)
    return [colors[round(255 * place / (STEPS - 1))] for place in range(STEPS)]


def halves(signed: bool) -> tuple[float, ...]:
    """Half the heights of a scale, at even distances: edges are as wide as what they show is large."""
    return (WIDEST, 0.8, WIDEST) if signed else (0.8, WIDEST)


class Wedge(QWidget):
    """The scale with a number at each end. An end that stands in a field beside it is not written."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self._scale = EdgeScale(0.1, 1.0)
        self._written = (True, True)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def say(self, scale: EdgeScale, written: tuple[bool, bool]) -> None:
        """Show a scale, and which of its ends are written."""
        self._scale, self._written = scale, written
        self.setAccessibleName(f"from {scale.ends[0]} to {scale.ends[1]}")
        self.update()

    @property
    def _ends(self) -> tuple[str, str]:
        low, high = (end if written else "" for end, written in zip(self._scale.ends, self._written, strict=True))
        return low, high

    def needed(self, bar: int) -> int:
        """The width with a bar of that length, in pixels."""
        return round(sum(text_width(end, 10.5) for end in self._ends) + bar + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        ends, signed = self._ends, self._scale.signed
        bar = self.width() - sum(text_width(end, 10.5) for end in ends) - 12
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle, look = self.height() / 2, tones(self._theme, signed)
            paint_wedge(Pen(painter), self._theme, ends, look, 0, middle, bar, halves(signed))


class Kinds(QWidget):
    """Lines for what has no size: not computed yet, exactly zero, not finite."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("thin dashes: not yet; dots: zero; hatched red: not finite")
        self.setToolTip("Thin dashes: not yet. Dots: exactly zero. Hatched red: not finite.")

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(kinds_width(DASH)) + 2, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_kinds(Pen(painter), self._theme, 0, self.height() / 2, DASH)
