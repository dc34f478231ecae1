"""The story that a document tells in chapters: one chapter's words over the picture, and the way to the others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from visualizer.session.specification import Chapter


class Story(QFrame):
    """Shows one chapter. ``chosen`` carries the number, from 0, of the one that is asked for."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(objectName="story")
        self._chapters: Sequence[Chapter] = ()
        self._number: int | None = None
        self._heading = QLabel("", objectName="chapter")
        self._count = QLabel("", objectName="muted")
        self._text = QLabel("", objectName="tale", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._back = self._button("‹ Back", -1)
        self._next = self._button("Next ›", 1)
        self._next.setObjectName("primary")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._heading)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self._back)
        head.addWidget(self._next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 8, 14, 10)
        layout.setSpacing(3)
        layout.addLayout(head)
        layout.addWidget(self._text)
        self.hide()

    def _button(self, text: str, by: int) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(lambda: self.chosen.emit((-1 if self._number is None else self._number) + by))
        return button

    def show_chapter(self, chapters: Sequence[Chapter], number: int | None) -> None:
        """Show a chapter; None is before the first. A document without chapters has no story."""
        self._chapters, self._number = chapters, number
        self.setVisible(bool(chapters))
        if not chapters:
            return
        self._heading.setText(chapters[number].title if number is not None else "A story in chapters")
        count = len(chapters)
        self._count.setText(f"chapter {number + 1} of {count}" if number is not None else f"{count} chapters")
        self._text.setText(chapters[number].text if number is not None else "Next opens the first one.")
        self._back.setEnabled(number is not None and number > 0)
        self._next.setEnabled(number is None or number + 1 < count)
        self._next.setText("Begin ›" if number is None else "Next ›")
        self.setAccessibleName(f"{self._heading.text()}, {self._count.text()}")
        self.setAccessibleDescription(self._text.text())
