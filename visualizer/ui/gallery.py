"""The first page: a card for each lesson, recent files, and how to open others. Its shell is what is painted first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore  # not Qt from it: docs/decisions/0012-first-paint.md
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from visualizer.session.gallery import Headline, headlines
from visualizer.ui.theme import Theme, metrics

if TYPE_CHECKING:
    from visualizer.ui.lesson_card import LessonCard

CARD = QSize(348, 268)
PICTURE = 176.0
COLUMNS = 3


class _Place(QFrame):
    """Where the card of a lesson will be, with its words: drawn by the style sheet, which needs little to be loaded."""

    def __init__(self, headline: Headline) -> None:
        super().__init__(objectName="place")
        self.setFixedSize(CARD)
        room = CARD.width() - 36
        QFrame(self, objectName="picture").setGeometry(1, 1, CARD.width() - 2, round(PICTURE))
        QLabel(headline.title, self, objectName="lesson").setGeometry(18, 187, room, 24)
        QLabel(headline.summary, self, objectName="summary", wordWrap=True).setGeometry(18, 215, room, 36)


class Gallery(QScrollArea):
    """The page of lessons. ``chosen`` carries a lesson's name or a file's path, ``browse`` asks for a file dialog,
    ``build`` for a new network.

    Holds ``cards``, one a lesson. A ``shell`` has none until it is completed, only their words.
    """

    chosen = Signal(str)
    browse = Signal()
    build = Signal()

    def __init__(self, theme: Theme, shell: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        page = QWidget(objectName="page")
        self._page = page
        outer = QHBoxLayout(page)
        column = QVBoxLayout()
        column.setContentsMargins(30, 34, 30, 34)
        column.setSpacing(6)
        column.addWidget(QLabel("Step through backpropagation", objectName="heading"))
        column.addWidget(
            QLabel("Every value, every gradient, every step of the arithmetic, forwards and backwards.",
                   objectName="subheading")
        )  # fmt: skip
        column.addSpacing(18)
        self.cards: list[LessonCard] = []
        self._theme = theme
        found = headlines()
        self._stepped = [headline for headline in found if not headline.trains]
        self._trained = [headline for headline in found if headline.trains]
        self._grid = QGridLayout()
        self._grid.setSpacing(20)
        self._fill(self._grid, [*map(_Place, self._stepped), self._file_box()])
        column.addLayout(self._grid)
        self._column = column
        column.addStretch(1)
        outer.addStretch(1)
        outer.addLayout(column)
        outer.addStretch(1)
        self.setWidget(page)
        if not shell:
            self.complete()

    @staticmethod
    def _fill(grid: QGridLayout, widgets: Sequence[QWidget]) -> None:
        for i, widget in enumerate(widgets):
            grid.addWidget(widget, i // COLUMNS, i % COLUMNS)

    def _file_box(self) -> QWidget:
        box = QWidget()
        box.setFixedSize(CARD)
        self._file_layout = QVBoxLayout(box)
        self._file_layout.setContentsMargins(8, 6, 8, 6)
        self._file_layout.setSpacing(4)
        return box

    def complete(self) -> None:
        """Put the cards in their places, and add what opens other files."""
        from visualizer.ui.lesson_card import LessonCard

        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.cards = [LessonCard(headline, self._theme) for headline in (*self._stepped, *self._trained)]
        for card in self.cards:
            card.chosen.connect(self.chosen)
        for place in self._page.findChildren(_Place):
            self._grid.removeWidget(place)
            place.hide()
            place.deleteLater()
        self._fill(self._grid, self.cards[: len(self._stepped)])
        self._add_training(self.cards[len(self._stepped) :])
        self.show_recent([])

    def _add_training(self, cards: Sequence[LessonCard]) -> None:
        """The lessons that train, under a heading of their own: below what the first paint shows."""
        words = "Loss, gradients by layer and by depth, and the steps of any iteration."
        last = self._column.count() - 1  # before the stretch
        self._column.insertSpacing(last, 26)
        self._column.insertWidget(last + 1, QLabel("Train, and look inside", objectName="heading"))
        self._column.insertWidget(last + 2, QLabel(words, objectName="subheading"))
        self._column.insertSpacing(last + 3, 18)
        grid = QGridLayout()
        grid.setSpacing(20)
        self._fill(grid, cards)
        for column in range(COLUMNS):
            grid.setColumnMinimumWidth(column, CARD.width())
        self._column.insertLayout(last + 4, grid)

    def show_recent(self, recent: list[str]) -> None:
        """List these files, most recent first."""
        while self._file_layout.count():
            item = self._file_layout.takeAt(0)
            if item.widget():
                item.widget().deleteLater()
        button = QPushButton("Open a document…")
        button.clicked.connect(self.browse)
        self._file_layout.addWidget(button, alignment=QtCore.Qt.AlignmentFlag.AlignLeft)
        build = QPushButton("Build a network…")
        build.clicked.connect(self.build)
        self._file_layout.addWidget(build, alignment=QtCore.Qt.AlignmentFlag.AlignLeft)
        self._file_layout.addSpacing(6)
        self._file_layout.addWidget(QLabel("or drop a .toml file on this window", objectName="muted"))
        if recent:
            self._file_layout.addSpacing(12)
            self._file_layout.addWidget(QLabel("Recent files", objectName="muted"))
        for path in recent[:5]:
            name = metrics(13).elidedText(Path(path).name, QtCore.Qt.TextElideMode.ElideMiddle, CARD.width() - 40)
            link = QPushButton(name, objectName="link", toolTip=path)
            link.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
            link.clicked.connect(lambda _=False, path=path: self.chosen.emit(path))
            self._file_layout.addWidget(link, alignment=QtCore.Qt.AlignmentFlag.AlignLeft)
        self._file_layout.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        for card in self.cards:
            card.set_theme(theme)
