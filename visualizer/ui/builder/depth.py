"""The slider of the number of hidden layers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from visualizer.ui.builder.boxes import HEIGHT
from visualizer.ui.builder.rows import number_label

DEEPEST = 50


class _Slider(QSlider):
    """The wheel scrolls the panel instead."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class DepthSlider(QWidget):
    """The number of hidden layers, from 1 to 50. ``moved`` has it."""

    moved = Signal(int)

    def __init__(self, label: str, spoken: str) -> None:
        super().__init__()
        self.slider = _Slider(Qt.Orientation.Horizontal, minimum=1, maximum=DEEPEST, pageStep=5)
        self.slider.setAccessibleName(spoken)
        self.slider.setToolTip(spoken)
        self.slider.setFixedHeight(HEIGHT)
        self._count = number_label()
        self._count.setFixedWidth(22)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider.valueChanged.connect(self.moved)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(number_label(label))
        layout.addWidget(self.slider, 1)
        layout.addWidget(self._count)

    def show_depth(self, depth: int) -> None:
        """Show so many; beyond its ends the slider reaches as far as it must."""
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(min(1, depth), max(DEEPEST, depth))
        self.slider.setValue(depth)
        self.slider.blockSignals(blocked)
        self._count.setText(str(depth))
