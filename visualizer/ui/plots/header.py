"""The row above the plots: which are shown, how much they are smoothed, and the way back to all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from visualizer.session.plots.smoothing import LARGEST
from visualizer.ui.elided import ElidedLabel
from visualizer.ui.theme import Theme, color, readable

HINT = "Click on a plot to stop at that iteration and step inside it"
STEPS = 99  # of the slider: hundredths


class Hint(ElidedLabel):
    """A line of text that is there where there is room for all of it."""

    def shown(self) -> str:
        return self.text() if super().shown() == self.text() else ""


class Header(QWidget):
    """``shown`` carries the keys of the plots that are switched on, ``smoothed`` the factor, ``reset`` asks for all."""

    shown = Signal(tuple)
    smoothed = Signal(float)
    reset = Signal()

    def __init__(self, plots: Mapping[str, str]) -> None:
        super().__init__()
        self.setAccessibleName("Which plots are shown")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.chips: dict[str, QPushButton] = {}
        for key, name in plots.items():
            chip = QPushButton(name, self, checkable=True, objectName="chip")
            chip.setAccessibleName(f"Show the plot “{name}”")
            chip.setCursor(Qt.CursorShape.PointingHandCursor)
            chip.clicked.connect(self._chips_changed)
            self.chips[key] = chip
            layout.addWidget(chip)
        layout.addSpacing(10)
        self.hint = Hint(HINT, self)
        self.hint.setObjectName("word")
        layout.addWidget(self.hint, 1)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setFixedWidth(110)
        self.slider.setAccessibleName("Smoothing")
        self.slider.setToolTip("Exponential moving average: each point keeps this share of the one before")
        self.slider.valueChanged.connect(self._slid)
        self.number = QLabel("0.00", self, objectName="number")
        self.number.setFixedWidth(30)
        self.reset_button = QPushButton("Reset view", self, objectName="quiet")
        self.reset_button.setToolTip("Show all iterations again (double click on a plot)")
        self.reset_button.clicked.connect(self.reset)
        for widget in (QLabel("Smoothing", self, objectName="word"), self.slider, self.number, self.reset_button):
            layout.addWidget(widget)

    def show_state(self, visible: Iterable[str], smoothing: float, zoomed: bool) -> None:
        """What is shown; nobody is told. The way back is there only while there is something to come back from."""
        visible = set(visible)
        for key, chip in self.chips.items():
            chip.setChecked(key in visible)
        self.slider.blockSignals(True)
        self.slider.setValue(round(smoothing * 100))
        self.slider.blockSignals(False)
        self.number.setText(f"{smoothing:.2f}")
        self.reset_button.setEnabled(zoomed)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        muted = readable(color(theme.muted), color(theme.raised)).name()
        self.setStyleSheet(f"""
            QPushButton#chip {{ background: {theme.panel}; color: {theme.muted}; border: 1px solid {theme.hairline};
                border-radius: 11px; padding: 2px 10px; font-size: 12px; min-height: 16px; }}
            QPushButton#chip:checked {{ background: {theme.raised}; color: {theme.text};
                border: 1px solid {theme.faint}; }}
            QPushButton#chip:hover {{ border: 1px solid {theme.muted}; }}
            QPushButton#chip:focus {{ border: 1px solid {theme.backward}; }}
            QPushButton#quiet {{ background: transparent; color: {muted}; border: 1px solid transparent;
                border-radius: 6px; padding: 2px 8px; font-size: 12px; min-height: 16px; }}
            QPushButton#quiet:hover {{ color: {theme.text}; border: 1px solid {theme.hairline}; }}
            QPushButton#quiet:focus {{ border: 1px solid {theme.backward}; }}
            QPushButton#quiet:disabled {{ color: {theme.faint}; }}
            QLabel {{ font-size: 12px; background: transparent; }}
            QLabel#word {{ color: {theme.muted}; }}
            QLabel#number {{ color: {theme.text}; }}
            QSlider::groove:horizontal {{ height: 4px; background: {theme.hairline}; border-radius: 2px; }}
            QSlider::sub-page:horizontal {{ background: {theme.faint}; border-radius: 2px; }}
            QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -4px 0; border-radius: 6px;
                background: {theme.muted}; }}
            QSlider::handle:horizontal:focus {{ background: {theme.backward}; }}
            """)

    def _chips_changed(self) -> None:
        self.shown.emit(tuple(key for key, chip in self.chips.items() if chip.isChecked()))

    def _slid(self, value: int) -> None:
        smoothing = min(value / 100.0, LARGEST)
        self.number.setText(f"{smoothing:.2f}")
        self.smoothed.emit(smoothing)
