"""How many edges are drawn between two dense layers, as a slider whose steps grow."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from visualizer.ui.theme import text_width

FEWEST = 10
STEPS = 60
PAUSE = 60  # ms without a further move, until the graph is drawn anew
LENGTH = 64


def count_at(place: int, most: int) -> int:
    """The number of edges at a place of the slider, of at most ``most``: each step is the same share more."""
    if place >= STEPS:
        return most
    exact = FEWEST * (most / FEWEST) ** (place / STEPS)
    unit = 10 ** max(math.floor(math.log10(exact)) - 1, 0)
    return round(exact / unit) * unit


def place_of(count: int, most: int) -> int:
    """Where ``count`` edges stand on the slider: the place whose number is nearest."""
    return STEPS if count >= most else min(range(STEPS), key=lambda place: abs(count_at(place, most) - count))


class Strongest(QWidget):
    """``chosen`` carries how many edges shall be drawn, once the slider rests."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._most = FEWEST
        self.slider = QSlider(Qt.Orientation.Horizontal, minimum=0, maximum=STEPS)
        self.slider.setAccessibleName("Strongest edges drawn between two layers")
        self.slider.setFixedWidth(LENGTH)
        self._label = QLabel("", objectName="muted")
        self._rest = QTimer(self, singleShot=True, interval=PAUSE)
        self._rest.timeout.connect(lambda: self.chosen.emit(count_at(self.slider.value(), self._most)))
        self.slider.valueChanged.connect(self._moved)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.slider)
        row.addWidget(self._label)

    def sizeHint(self) -> QSize:
        widest = max(f"strongest {self._most:,}", f"all {self._most:,}", key=len)
        return QSize(LENGTH + 8 + round(text_width(widest, 12)), self.slider.sizeHint().height())

    def say(self, count: int, most: int) -> None:
        """Show that ``count`` edges are drawn where there are at most ``most``."""
        self._most = max(most, FEWEST + 1)
        if not self._rest.isActive():
            self.slider.blockSignals(True)
            self.slider.setValue(place_of(count, self._most))
            self.slider.blockSignals(False)
            self._write(min(count, self._most))
        self.setToolTip(f"Edges drawn between two layers: the strongest {min(count, most):,} of up to {most:,}")

    def _moved(self, place: int) -> None:
        self._write(count_at(place, self._most))
        self._rest.start()

    def _write(self, count: int) -> None:
        self._label.setText(f"all {count:,}" if count >= self._most else f"strongest {count:,}")
        self.slider.setAccessibleDescription(self._label.text())
