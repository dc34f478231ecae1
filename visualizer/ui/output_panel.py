"""The panel of a network's output: over the plane with the samples, or a sample and its classes; and the scores."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.output.points import Points
from visualizer.session.training.snapshot import Snapshot
from visualizer.ui.output.sample import SamplePicture
from visualizer.ui.output.scores import ScoresView
from visualizer.ui.output.tick import Tick
from visualizer.ui.output.view import OutputView
from visualizer.ui.pen import Pen, elided, painting
from visualizer.ui.theme import Theme, color

SIDE, HEAD, GAP = 16, 38, 14
WIDTH = 300
TICKS = 24


class OutputPanel(QWidget):
    """Shows what a run's network makes of its inputs.

    ``sample_wanted`` carries the number of another sample, counted from 0; −1 is the last. ``wrong_wanted`` asks for
    the next one that is given another class than its own.
    """

    sample_wanted = Signal(int)
    wrong_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._points: Points | None = None
        self._snapshot: Snapshot | None = None
        self.view = OutputView(theme, self)
        self.sample = SamplePicture(theme, self)
        self.scores = ScoresView(theme, self)
        self.test = Tick("Test points", "Show the samples that are not trained on", self)
        self.discrete = Tick("Discretise", "Show the class alone, not how sure the output is", self)
        for tick in (self.test, self.discrete):
            tick.toggled.connect(self._choose)
        self.sample.wanted.connect(self.sample_wanted)
        self.sample.wrong_wanted.connect(self.wrong_wanted)
        self.setMinimumSize(200, 240)
        self.setAccessibleName("Output")
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 560)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        for part in (self.view, self.sample, self.scores):
            part.set_theme(theme)
        self.update()

    def set_points(
        self,
        train: Array,
        train_targets: Array | Indices,
        test: Array | None,
        test_targets: Array | Indices | None,
        classes: tuple[str, ...],
        names: tuple[str, ...],
    ) -> None:
        """The samples: (n, features) with targets (n,), indices into ``classes``, which is empty for a regression.

        Of several targets (n, targets) the first is shown. What is shown of a run goes.
        """
        self._points = Points(train, _flat(train_targets), test, _flat(test_targets), classes, names)
        self._snapshot = None
        self.view.set_points(self._points)
        self.sample.show_sample(None)
        self.scores.set_scores({})
        self._arrange()

    def show_snapshot(self, snapshot: Snapshot, scores: Mapping[str, float] | None = None) -> None:
        """Show a run as it is now; ``scores`` are those measured last, where the snapshot has none of its own."""
        before = self._state()
        self._snapshot = snapshot
        self.view.show_snapshot(snapshot)
        self.sample.show_sample(snapshot.sample)
        measured = scores or snapshot.scores
        other = self.scores.set_scores(measured) if measured else False
        if other or before != self._state():
            self._arrange()

    def _choose(self) -> None:
        self.view.set_choices(self.test.isChecked(), self.discrete.isChecked())

    # Geometry -------------------------------------------------------------------------------------------------------

    def _state(self) -> tuple[object, ...]:
        """What decides on the places of the parts."""
        snapshot = self._snapshot
        if snapshot is None:
            return ()
        plane, sample = snapshot.plane, snapshot.sample
        return (
            None if plane is None else plane.output.shape,
            None if sample is None else (sample.class_names, len(sample.features), len(sample.numbers)),
        )

    def _arrange(self) -> None:
        """Put each part in its place, from the top down."""
        width, y = self.width() - 2 * SIDE, float(HEAD)
        points, snapshot = self._points, self._snapshot
        pictured = snapshot is not None and snapshot.sample is not None
        wanted = self.view.wanted_height(width) if not pictured else 0.0
        below = self.scores.needed_height + (GAP if self.scores.needed_height else 0)
        self.view.setVisible(wanted > 0)
        self.sample.setVisible(pictured)
        test = wanted > 0 and points is not None and points.test is not None
        discrete = wanted > 0 and points is not None and bool(points.classes) and len(points.names) == 2
        self.test.setVisible(test)
        self.discrete.setVisible(discrete)
        ticks = TICKS if test or discrete else 0
        room = self.height() - y - below - ticks - GAP
        if pictured:
            height = min(self.sample.wanted_height(width), room)
            self.sample.setGeometry(SIDE, round(y), width, round(height))
            y += height + GAP
        elif wanted > 0:
            height = min(wanted, room)
            self.view.setGeometry(SIDE, round(y), width, round(height))
            y += height
            shown = [tick for tick, there in ((self.test, test), (self.discrete, discrete)) if there]
            taken = sum(tick.width() + 10 for tick in shown)
            x = min(SIDE + 29, max(SIDE - 1, self.width() - 4 - taken))
            for tick in shown:
                tick.move(x, round(y))
                x += tick.width() + 10
            y += ticks + GAP
        elif self._note():
            y += 22
        self.scores.setGeometry(SIDE, round(y), width, round(self.scores.needed_height))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    # Painting -------------------------------------------------------------------------------------------------------

    def _note(self) -> str:
        """What is said where there is no picture."""
        points, snapshot = self._points, self._snapshot
        if points is None or snapshot is None or snapshot.plane is not None or snapshot.sample is not None:
            return ""
        features = len(points.names)
        return f"{features:,} features: no plane to show" if features > 2 else "no output to show"

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.fillRect(event.rect(), color(self._theme.ground))
            pen, muted = Pen(painter), color(self._theme.muted)
            pen.text(SIDE, 25, "OUTPUT", muted, 10.5, "semibold")
            note = self._note()
            if note:
                pen.text(SIDE, HEAD + 11, elided(note, self.width() - 2 * SIDE, 12), muted, 12)


def _flat(targets: Array | Indices | None) -> Array | Indices | None:
    return None if targets is None else np.asarray(targets).reshape(len(targets), -1)[:, 0]
