"""The line above the canvas: where one is as a path, the levels to look at it on, and the sample of a batch."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QPushButton, QWidget

from visualizer.session.crumbs import Crumb, Crumbs
from visualizer.ui.elided import ElidedLabel
from visualizer.ui.sample_choice import SampleChoice
from visualizer.ui.segments import PADDING, Choice, Segments
from visualizer.ui.theme import Theme, text_width

HEIGHT = 34
LEVELS = (
    Choice("layer", "Layer 1", "Look at whole layers (1)"),
    Choice("neuron", "Neuron 2", "Look at neurons (2)"),
    Choice("scalar", "Scalar 3", "Look at single numbers (3)"),
)
SHORT_LEVELS = ("1", "2", "3")
A_PART = "a part"
READABLE_PART = 110  # pixels: with less room the sentence on the part that is shown is a tooltip


class Tightness(NamedTuple):
    """How little is written where there is little room: so many of the innermost frames, words, keys and buttons."""

    innermost: int = 99
    word: bool = True
    arrows: bool = True
    names: bool = True


TIGHTNESS = (
    Tightness(),
    Tightness(word=False),
    Tightness(4, word=False),
    Tightness(3, word=False),
    Tightness(2, word=False),
    Tightness(2, word=False, names=False),
    Tightness(1, word=False, arrows=False, names=False),
)


class CrumbBar(QWidget):
    """Shows ``Crumbs``. ``level_chosen`` and ``went_out`` carry a level ("iteration" too), ``sample_chosen`` the number
    of a sample from 0, or None for the mean."""

    level_chosen = Signal(str)
    sample_chosen = Signal(object)
    went_out = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="crumbs")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Place")
        self._shown: Crumbs | None = None
        self._path = QHBoxLayout()
        self._path.setSpacing(3)
        self._part = _Part()
        self.levels = Segments(LEVELS, "Level")
        self.levels.setFixedHeight(26)
        self.levels.chosen.connect(self.level_chosen)
        self._samples = SampleChoice()
        self._samples.chosen.connect(self.sample_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 10, 0)
        layout.setSpacing(10)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the canvas below says how narrow it may be
        layout.addLayout(self._path)
        layout.addWidget(self._part, 1)
        layout.addWidget(self._samples)
        layout.addWidget(self.levels)
        self._tight = TIGHTNESS[0]
        self.set_theme(theme)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._samples.set_theme(theme)

    def show_crumbs(self, crumbs: Crumbs) -> None:
        """Show where one is."""
        before, self._shown = self._shown, crumbs
        if before is None or (before.frames, before.phase) != (crumbs.frames, crumbs.phase):
            self._lay_path(crumbs)
        self.levels.show_chosen(crumbs.level)
        self._samples.setVisible(crumbs.samples > 1)
        self._samples.show_sample(crumbs.sample, crumbs.samples, crumbs.level != "scalar")
        self._part.say(crumbs.part)
        self.setAccessibleDescription(", ".join(crumb.text for crumb in crumbs.frames))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """Write as much as there is room for."""
        if self._shown is not None:
            fitting = (tight for tight in TIGHTNESS if self._needed(self._shown, tight) <= self.width())
            self._tighten(next(fitting, TIGHTNESS[-1]))

    def _needed(self, crumbs: Crumbs, tight: Tightness) -> float:
        """The pixels that all takes, found from the texts: a layout learns of them too late."""
        frames = [crumb.text for crumb in _frames(crumbs, tight)]
        path = sum(text_width(text, 12, "semibold") + 12 for text in frames) + 14 * (len(frames) - 1)
        part = text_width(A_PART, 12) + 4 if crumbs.part else 0
        samples = self._samples.needed(crumbs.samples, tight.word, tight.arrows) if crumbs.samples > 1 else 0
        levels = sum(text_width(text, 12, "semibold") + 2 * PADDING for text in _level_texts(tight)) + 4
        return 26 + path + part + samples + levels + 3 * 10

    def _tighten(self, tight: Tightness) -> None:
        before, self._tight = self._tight, tight
        if tight != before:
            self._samples.write(tight.word, tight.arrows)
            self.levels.write(_level_texts(tight))
        if tight.innermost != before.innermost and self._shown is not None:
            self._lay_path(self._shown)

    def _lay_path(self, crumbs: Crumbs) -> None:
        while (item := self._path.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        frames = _frames(crumbs, self._tight)
        for place, crumb in enumerate(frames):
            last = place == len(frames) - 1
            for widget in [QLabel("›", objectName="muted")] * bool(place) + [self._frame(crumb, last, crumbs.phase)]:
                self._path.addWidget(widget)

    def _frame(self, crumb: Crumb, last: bool, phase: str | None) -> QWidget:
        if crumb.depth is not None and not last:
            depth = crumb.depth
            button = QPushButton(crumb.text, objectName="crumb", toolTip=crumb.tip)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(crumb.tip)
            button.clicked.connect(lambda: self.went_out.emit(depth))
            return button
        name = f"crumb-{phase}" if crumb.text == phase else "crumb-here" if last else "crumb"
        return QLabel(crumb.text, objectName=name, toolTip=crumb.tip, textFormat=Qt.TextFormat.PlainText)


def _level_texts(tight: Tightness) -> list[str]:
    return [choice.text for choice in LEVELS] if tight.names else list(SHORT_LEVELS)


def _frames(crumbs: Crumbs, tight: Tightness) -> list[Crumb]:
    """The innermost frames; … leads to the outermost."""
    frames = list(crumbs.frames)
    if len(frames) > tight.innermost:
        outer = frames[: -tight.innermost]
        depth = next((frame.depth for frame in outer if frame.depth is not None), None)
        frames[: -tight.innermost] = [Crumb("…", depth, " › ".join(frame.text for frame in outer))]
    return frames


class _Part(ElidedLabel):
    """Which part of the single numbers is shown: the sentence, or that it is a part."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("muted")

    def say(self, words: str) -> None:
        """What is said of it, "" where all is shown."""
        self.setText(words)
        self.setMinimumWidth(round(text_width(A_PART, 12)) + 4 if words else 0)

    def shown(self) -> str:
        return super().shown() if self.width() >= READABLE_PART or not self.text() else A_PART
