"""The runs that are compared, as tabs: which one the sections below edit, one more, one less, and the depth of all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from visualizer.session.training.recipe import Recipe
from visualizer.session.training.tables import MAX_RUNS
from visualizer.ui.builder.depth import DepthSlider
from visualizer.ui.builder.rows import Refusal
from visualizer.ui.elided import ElidedButton
from visualizer.ui.theme import Theme, color

SWATCH = 9.0


class RunTab(ElidedButton):
    """One run: its colour and its label."""

    def __init__(self) -> None:
        super().__init__("", 12, 14, checkable=True, objectName="run")
        self.tone = ""

    def shown(self) -> str:
        room = self.width() - 34
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.tone))
        painter.drawRoundedRect(QRectF(9, (self.height() - SWATCH) / 2, SWATCH, SWATCH), 2.5, 2.5)
        painter.end()


class Compare(QWidget):
    """``chosen``, ``removed`` have the number of a run, ``added`` asks for a copy, ``depth_moved`` has a depth."""

    chosen = Signal(int)
    removed = Signal(int)
    added = Signal()
    depth_moved = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        self.tabs: list[RunTab] = []
        self.closers: list[QPushButton] = []
        self._rows: list[QWidget] = []
        self.add = QPushButton("+ Compare with a copy", objectName="link")
        self.add.setAccessibleName("Compare with a copy of this run")
        self.add.setToolTip("Train a copy of this run beside it, from the same seed")
        self.add.clicked.connect(self.added)
        self.refusal = Refusal()
        self.depth = DepthSlider("Depth of all", "Number of hidden layers of all runs")
        self.depth.moved.connect(self.depth_moved)
        self._above = QVBoxLayout()
        self._above.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._above)
        layout.addWidget(self.depth)
        layout.addWidget(self.refusal)
        layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def set_theme(self, theme: Theme) -> None:
        """The runs' colours of another theme."""
        self._theme = theme
        for number, tab in enumerate(self.tabs):
            tab.tone = theme.runs[number]
            tab.update()

    def show_runs(self, recipes: Sequence[Recipe], labels: Sequence[str], selected: int) -> None:
        """Show a tab for each run; none where there is but one."""
        self.refusal.say("")
        several = len(recipes) > 1
        while len(self.tabs) > (len(recipes) if several else 0):
            self._remove_tab()
        while len(self.tabs) < (len(recipes) if several else 0):
            self._add_tab()
        for number, (tab, label) in enumerate(zip(self.tabs, labels, strict=False)):
            tab.setText(label)
            tab.setToolTip(f"{label}: the sections below show this run")
            tab.setAccessibleName(f"Run {number + 1}: {label}")
            tab.setChecked(number == selected)
            self.closers[number].setAccessibleName(f"Remove run {number + 1}: {label}")
            self.closers[number].setToolTip(f"Remove {label}")
        network = recipes[selected].network
        self.depth.setVisible(several and network is not None)
        if network is not None:
            self.depth.show_depth(len(network.layers) - 1)
        self.add.setVisible(len(recipes) < MAX_RUNS)

    def _add_tab(self) -> None:
        number = len(self.tabs)
        tab, closer, row = RunTab(), QPushButton("×", objectName="remove"), QWidget()
        tab.tone = self._theme.runs[number]
        tab.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        tab.setFixedHeight(27)
        closer.setFixedSize(18, 25)
        closer.clicked.connect(lambda: self.removed.emit(number))
        closer.setVisible(number > 0)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3)
        line.addWidget(tab, 1)
        line.addWidget(closer)
        self._group.addButton(tab, number)
        self._above.addWidget(row)
        self.tabs.append(tab)
        self.closers.append(closer)
        self._rows.append(row)

    def _remove_tab(self) -> None:
        self._group.removeButton(self.tabs.pop())
        self.closers.pop()
        row = self._rows.pop()
        self._above.removeWidget(row)
        row.hide()
        row.deleteLater()

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at, in order."""
        pairs = [stop for tab, closer in zip(self.tabs, self.closers, strict=True) for stop in (tab, closer)]
        return [*pairs, self.depth.slider, self.add]
