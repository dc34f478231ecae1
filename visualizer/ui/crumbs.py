"""The line above the canvas: where one is as a path, the levels to look at it on, and the sample of a batch."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QWidget

from visualizer.session.crumbs import Crumb, Crumbs
from visualizer.ui.path import BEFORE_NOTE, SIZE, Path, path_width
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
PART = 60.0  # pixels of the sentence on the part that is shown, of which all is in a tooltip


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
        self._shown: Crumbs | None = None
        self._tight = TIGHTNESS[0]
        self.path = Path(theme)
        self.path.chosen.connect(self.went_out)
        self.levels = Segments(LEVELS, "Level")
        self.levels.setFixedHeight(26)
        self.levels.chosen.connect(self.level_chosen)
        self.samples = SampleChoice()
        self.samples.chosen.connect(self.sample_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 10, 1)
        layout.setSpacing(10)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the canvas below says how narrow it may be
        layout.addWidget(self.path, 1)
        layout.addWidget(self.samples)
        layout.addWidget(self.levels)
        self.set_theme(theme)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self.path.set_theme(theme)
        self.samples.set_theme(theme)

    def show_crumbs(self, crumbs: Crumbs) -> None:
        """Show where one is."""
        before = self._shown
        if crumbs != before:
            self._shown = crumbs
            if before is None or _choices(crumbs) != _choices(before):
                self.levels.show_chosen(crumbs.level)
                self.samples.setVisible(crumbs.samples > 1)
                self.samples.show_sample(crumbs.sample, crumbs.samples, crumbs.level != "scalar")
            self.path.setAccessibleDescription(", ".join(crumb.text for crumb in crumbs.frames))
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """Write as much as there is room for."""
        if self._shown is None:
            return
        shown, before = self._shown, self._tight
        fitting = (tight for tight in TIGHTNESS if self._needed(shown, tight) <= self.width())
        self._tight = tight = next(fitting, TIGHTNESS[-1])
        if tight != before:
            self.samples.write(tight.word, tight.arrows)
            self.levels.write(_level_texts(tight))
        self.path.say(_frames(shown, tight), shown.phase, shown.part)

    def _needed(self, crumbs: Crumbs, tight: Tightness) -> float:
        """The pixels that all takes, found from the texts: a layout learns of them too late."""
        needed = path_width(_frames(crumbs, tight), crumbs.phase)
        if crumbs.part:
            needed += BEFORE_NOTE + min(text_width(crumbs.part, SIZE), PART)
        if crumbs.samples > 1:
            needed += self.samples.needed(crumbs.samples, tight.word, tight.arrows)
        levels = sum(text_width(text, 12, "semibold") + 2 * PADDING for text in _level_texts(tight)) + 4
        return 24 + needed + levels + 2 * 10


def _choices(crumbs: Crumbs) -> tuple[object, ...]:
    """What is chosen, which few steps change."""
    return crumbs.level, crumbs.sample, crumbs.samples


def _level_texts(tight: Tightness) -> list[str]:
    return [choice.text for choice in LEVELS] if tight.names else list(SHORT_LEVELS)


def _frames(crumbs: Crumbs, tight: Tightness) -> tuple[Crumb, ...]:
    """The innermost frames; … leads to the outermost."""
    frames = list(crumbs.frames)
    if len(frames) > tight.innermost:
        outer = frames[: -tight.innermost]
        depth = next((frame.depth for frame in outer if frame.depth is not None), None)
        frames[: -tight.innermost] = [Crumb("…", depth, " › ".join(frame.text for frame in outer))]
    return tuple(frames)
