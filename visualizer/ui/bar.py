"""The top bar: where one is, the step buttons in the middle, speed, export and colours on the right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6 import QtCore  # not Qt from it: docs/decisions/0012-first-paint.md
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from visualizer.ui.theme import Theme, color, text_width

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

# The menus above the bar, in the order of the registry of commands, which is loaded after the first paint.
MENUS = ("File", "Edit", "Step", "Graph", "Train", "View", "Help")
# The benches at which a document that trains is worked on.
BENCHES = {"train": "Train", "steps": "Steps"}
BUTTONS = {
    "steps": ("first", "back", "play", "forward", "last", "into", "out"),
    "train": ("new-seed", "reset", "back", "play", "forward", "epoch", "into"),
}
ORDER = ("new-seed", "reset", "first", "back", "play", "forward", "epoch", "last", "into", "out")
HINT = "F10 step   ⇧F10 back   F11 into"


class TopBar(QWidget):
    """Made from the registry's actions; knows neither session nor document. It has no buttons until it is completed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(objectName="bar")
        self.setFixedHeight(50)
        self._theme = theme
        self._playing = False
        self._open = False
        self._bench_shown: str | None = None
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
        self._actions = actions
        self._buttons = {name: self._button(actions[name], name) for name in ORDER}
        self._hint = QLabel(HINT, objectName="muted")
        self._bench = self._segments(actions["bench"])
        self._lessons = QPushButton("Lessons", objectName="link", cursor=QtCore.Qt.CursorShape.PointingHandCursor)
        self._lessons.clicked.connect(show_gallery)
        self._arrow = QLabel("›", objectName="muted")
        self._title = ElidedLabel()
        self._steps_speed = "2 steps/s"
        self._speed = QPushButton(self._steps_speed, objectName="link", cursor=QtCore.Qt.CursorShape.PointingHandCursor)
        self._speed.setToolTip("Speed of playing: click for the next (Ctrl+, and Ctrl+.)")
        self._speed.clicked.connect(cycle_speed)
        self._export = QPushButton("Export", objectName="link", cursor=QtCore.Qt.CursorShape.PointingHandCursor)
        self._export.clicked.connect(actions["export"].trigger)
        self._colors = self._button(actions["theme-switch"], "theme")
        self._colors.setObjectName("flat")
        self._lay_out()
        self.set_theme(self._theme)
        self.show_lesson(None)

    def _segments(self, action: QAction) -> QFrame:
        """Train or Steps, for a document that has both."""
        frame = QFrame(objectName="segments")
        frame.setFixedHeight(30)
        layout = QHBoxLayout(frame)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        self._bench_buttons = {}
        for name, text in BENCHES.items():
            button = QPushButton(text, objectName="segment", checkable=True)
            button.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
            button.setToolTip(f"{action.text()} ({action.shortcut().toString()})")
            button.clicked.connect(lambda _=False, name=name: self._choose_bench(name, action))
            layout.addWidget(button)
            self._bench_buttons[name] = button
        return frame

    def _choose_bench(self, name: str, action: QAction) -> None:
        if name != self._bench_shown:
            action.trigger()
        self._check_bench()

    def _check_bench(self) -> None:
        for name, button in self._bench_buttons.items():
            button.setChecked(name == self._bench_shown)

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
        right.addWidget(self._hint, 1)
        right.addSpacing(6)
        for widget in (self._bench, self._speed, self._export, self._colors):
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
        self._open = title is not None
        for widget in (self._hint, self._lessons, self._arrow, self._speed, self._export):
            widget.setVisible(self._open)
        self.show_bench(self._bench_shown if self._open else None)

    def show_bench(self, bench: str | None, iteration: int | None = None) -> None:
        """Where a document that trains is worked on, None for one that does not; among steps, those of which
        iteration."""
        self._bench_shown = bench
        self._bench.setVisible(bench is not None)
        self._check_bench()
        self._hint.setToolTip("")
        self._hint.setText(HINT if iteration is None else f"iteration {iteration:,} · PgUp, PgDn")
        self._speed.setText(self._steps_speed)
        for name, button in self._buttons.items():
            button.setVisible(self._open and name in BUTTONS[bench or "steps"])
            action = self._actions[name]
            keys = action.shortcut().toString()
            button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
            button.setAccessibleName(action.text())

    def show_progress(self, iteration: int, limit: int, epoch: float, rate: float, pace: float | None) -> None:
        """How far the runs are, while iterations are in view: ``rate`` and ``pace`` are in iterations a second.

        ``limit`` is where they stop by themselves, 0 for nowhere; ``pace`` is None for as fast as it goes.
        """
        if self._bench_shown != "train":
            return
        of = f" of {limit:,}" if limit >= iteration and limit else ""
        speed = f" · {_rounded(rate)}/s" if rate else ""
        made = f"{iteration:,}{of} iteration{'s' * (max(iteration, limit if of else 0) != 1)}"
        full = f"{made} · epoch {epoch:,.1f}{speed}"
        short = f"{made}{speed}"
        room = self._hint.width() - 4
        self._hint.setText(full if text_width(full, 12) <= room else short)
        self._hint.setToolTip(full)
        self._speed.setText("full speed" if pace is None else f"{pace:g} iteration{'s' * (pace != 1)}/s")

    def show_playing(self, playing: bool) -> None:
        """The middle button pauses while playing."""
        self._playing = playing
        self.set_theme(self._theme)

    def show_speed(self, speed: float) -> None:
        """The speed of playing, in steps a second."""
        self._steps_speed = f"{speed:g} step{'' if speed == 1 else 's'}/s"
        if self._bench_shown != "train":
            self._speed.setText(self._steps_speed)


def _rounded(rate: float) -> str:
    """Two digits are as many as can be read while they change."""
    return f"{float(f'{rate:.2g}'):,.0f}" if rate >= 10 else f"{rate:.1f}"
