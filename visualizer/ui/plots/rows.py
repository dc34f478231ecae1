"""Plots in rows that are about as long as each other; where there is no room for their height they can be scrolled."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from visualizer.ui.theme import Theme

GUTTER = 20
ROW = 150  # the least height of a row
# A row alone may have four plots from so many pixels on; of several rows none has four below so many.
WIDE, NARROW = 1600, 1000


class Rows(QScrollArea):
    """Holds ``page``, the parent that plots are to be made with."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.page = QWidget()
        self._rows = QVBoxLayout(self.page)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(10)
        self._shape = (0, 0)
        self.setWidget(self.page)

    def set_theme(self, theme: Theme) -> None:
        """Another ground."""
        self.setStyleSheet(
            f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {theme.panel}; border: none; }}"
        )

    def show_plots(self, plots: Sequence[QWidget], width: float) -> None:
        """Shows these and no others, in this order."""
        while self._rows.count():
            row = self._rows.takeAt(0).layout()
            while row.count():
                row.takeAt(0).widget().hide()
        self._shape = rows, per_row = shape_of(len(plots), width)
        for number in range(rows):
            row = QHBoxLayout()
            row.setSpacing(GUTTER)
            self._rows.addLayout(row, 1)
            for plot in plots[number * per_row : (number + 1) * per_row]:
                row.addWidget(plot, 1)
                plot.show()
        self.page.setMinimumHeight(rows * ROW)

    def fits(self, plots: int, width: float) -> bool:
        """Whether so many are already as they should be at that width."""
        return shape_of(plots, width) == self._shape


def shape_of(plots: int, width: float) -> tuple[int, int]:
    """(rows, plots in a row) for so many plots: one row for a few, else two or more."""
    if plots <= (4 if width >= WIDE else 3):
        return min(plots, 1), plots
    per_row = min(-(-plots // 2), 3 if width < NARROW else 4)
    return -(-plots // per_row), per_row
