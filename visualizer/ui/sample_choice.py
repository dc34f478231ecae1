"""Which sample of a batch is looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from visualizer.ui.icons import icon
from visualizer.ui.theme import Theme, color, text_width


class SampleChoice(QWidget):
    """A sample's number, typed or stepped, or the mean over all. ``chosen`` carries the number from 0, or None."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._sample, self._count = 0, 1
        self._word, self._of = QLabel("sample", objectName="muted"), QLabel("", objectName="muted")
        self.number = _Number()
        self.number.stepped.connect(self._step)
        self.number.editingFinished.connect(self._typed)
        self.before, self.after = self._arrow(-1, "Sample before"), self._arrow(1, "Next sample")
        self.mean = QPushButton("mean", checkable=True, objectName="chip", toolTip="The mean over all samples")
        self.mean.setAccessibleName("The mean over all samples")
        self.mean.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.mean.setFixedSize(52, 26)
        self.mean.clicked.connect(lambda on: self.chosen.emit(None if on else self._sample))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.before, self._word, self.number, self._of, self.after, self.mean):
            row.addWidget(widget)

    def _arrow(self, by: int, spoken: str) -> QToolButton:
        button = QToolButton(objectName="flat", toolTip=spoken)
        button.setAccessibleName(spoken)
        button.setFixedSize(22, 26)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Up and Down do the same from the number
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self._step(by))
        return button

    def set_theme(self, theme: Theme) -> None:
        """Arrows in other colours."""
        for button, shape in ((self.before, "back"), (self.after, "forward")):
            button.setIcon(icon(shape, color(theme.muted), color(theme.faint)))

    def show_sample(self, sample: int | None, count: int, mean: bool) -> None:
        """Show which sample of ``count`` is looked at; ``mean`` says whether there is a mean of what is shown."""
        self._sample, self._count = self._sample % count if sample is None else sample, count
        self.number.setFixedWidth(round(text_width(f"{count:,}", 12)) + 16)
        self.number.setText("" if sample is None and mean else f"{self._sample + 1:,}")
        self.number.setAccessibleDescription(f"of {count:,}")
        self._of.setText(f"of {count:,}")
        self.mean.setVisible(mean)
        self.mean.setChecked(sample is None)

    def write(self, word: bool, arrows: bool) -> None:
        """Write "‹ sample 3 of 100 ›", or less of it."""
        self._word.setVisible(word)
        for widget in (self.before, self.after, self._of):
            widget.setVisible(arrows)

    @staticmethod
    def needed(count: int, word: bool, arrows: bool) -> float:
        """The pixels that it takes."""
        needed = text_width(f"{count:,}", 12) + 16 + 4 + 52
        if arrows:
            needed += 2 * (22 + 4) + text_width(f"of {count:,}", 12) + 6
        return needed + (text_width("sample", 12) + 6 if word else 0)

    def _step(self, by: int) -> None:
        self.chosen.emit((self._sample + by) % self._count)

    def _typed(self) -> None:
        text = self.number.text().replace(",", "")
        if text.isdecimal() and 1 <= int(text) <= self._count:
            if int(text) - 1 != self._sample or self.mean.isChecked():
                self.chosen.emit(int(text) - 1)
        elif text:
            self.number.setText(f"{self._sample + 1:,}")


class _Number(QLineEdit):
    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__(objectName="sample", alignment=Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName("Sample")
        self.setFixedHeight(24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)
