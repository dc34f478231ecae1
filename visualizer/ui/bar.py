"""The top bar: where one is, the step buttons in the middle, speed, export and colours on the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6 import QtCore  # not Qt from it: docs/decisions/0012-first-paint.md
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from visualizer.ui.theme import Theme, color

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

BUTTONS = ("first", "back", "play", "forward", "last", "into", "out")


class TopBar(QWidget):
    """Made from the registry's actions; knows neither session nor document. It has no buttons until it is completed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(objectName="bar")
        self.setFixedHeight(50)
        self._theme = theme
        self._playing = False
        self._left = QHBoxLayout()
        self._left.addWidget(QLabel("GradStep", objectName="brand"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 0, 14, 0)
        layout.setSpacing(6)
        layout.addLayout(self._left, 1)

    def complete(
        self, actions: Mapping[str, QAction], cycle_speed: Callable[[], None], show_gallery: Callable[[], None]
    ) -> None:
        """Add the buttons."""
        from visualizer.ui.elided import ElidedLabel

        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._buttons = {name: self._button(actions[name], name) for name in BUTTONS}
        self._hint = QLabel("F10 step   ⇧F10 back   F11 into", objectName="muted")
        self._lessons = QPushButton("Lessons", objectName="link", cursor=QtCore.Qt.CursorShape.PointingHandCursor)
        self._lessons.clicked.connect(show_gallery)
        self._arrow = QLabel("›", objectName="muted")
        self._title = ElidedLabel()
        self._speed = QPushButton("2 steps/s", objectName="link", cursor=QtCore.Qt.CursorShape.PointingHandCursor)
        self._speed.setToolTip("Speed of playing: click for the next (Ctrl+, and Ctrl+.)")
        self._speed.clicked.connect(cycle_speed)
        self._export = QPushButton("Export", objectName="link", cursor=QtCore.Qt.CursorShape.PointingHandCursor)
        self._export.clicked.connect(actions["export"].trigger)
        self._colors = self._button(actions["theme-switch"], "theme")
        self._colors.setObjectName("flat")
        self._lay_out()
        self.set_theme(self._theme)
        self.show_lesson(None)

    def _button(self, action: QAction, name: str) -> QToolButton:
        button = QToolButton(objectName=name)
        button.setIconSize(QSize(21, 21))
        button.setFixedSize(38, 30)
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        keys = action.shortcut().toString()
        button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
        button.setAccessibleName(action.text())
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def _lay_out(self) -> None:
        layout, left, middle, right = self.layout(), self._left, QHBoxLayout(), QHBoxLayout()
        left.addSpacing(10)
        for widget in (self._lessons, self._arrow):
            left.addWidget(widget)
        left.addWidget(self._title, 1)
        middle.setSpacing(7)
        for button in self._buttons.values():
            middle.addWidget(button)
        right.addWidget(self._hint)
        right.addStretch(1)
        for widget in (self._speed, self._export, self._colors):
            right.addWidget(widget)
        layout.addLayout(middle)
        layout.addSpacing(10)
        layout.addLayout(right, 1)

    def set_theme(self, theme: Theme) -> None:
        """Icons in other colours."""
        from visualizer.ui.icons import icon

        self._theme = theme
        for name, button in self._buttons.items():
            shape = "pause" if name == "play" and self._playing else name
            tone = theme.on_accent if name == "play" else theme.text
            button.setIcon(icon(shape, color(tone), color(theme.faint)))
        self._colors.setIcon(icon("theme", color(theme.muted)))

    def show_lesson(self, title: str | None, edited: bool = False) -> None:
        """The name of what is open; None on the page of lessons."""
        self._title.setText(f"{title}{', edited' if edited else ''}" if title else "")
        for widget in (*self._buttons.values(), self._hint, self._lessons, self._arrow, self._speed, self._export):
            widget.setVisible(title is not None)

    def show_playing(self, playing: bool) -> None:
        """The middle button pauses while playing."""
        self._playing = playing
        self.set_theme(self._theme)

    def show_speed(self, speed: float) -> None:
        """The speed of playing, in steps a second."""
        self._speed.setText(f"{speed:g} step{'' if speed == 1 else 's'}/s")
