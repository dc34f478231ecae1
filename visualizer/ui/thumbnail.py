"""What plays on a lesson's card: the steps of its pass, or its network while it trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap

from visualizer.session.document import Document
from visualizer.session.session import Session
from visualizer.session.training.lab import Lab
from visualizer.session.training.snapshot import Snapshot
from visualizer.session.training.snapshots import Snapshots, run_units
from visualizer.ui.theme import Theme

# The iterations at which the network on a card is shown.
ITERATIONS = (1, 20, 60, 120, 200, 300, 450)
VIEW = QSize(760, 470)  # the network is laid out for that, and then set smaller
PICTURE_HEIGHT = 410  # without the legend, which would be too small to be read


class Thumbnail(Protocol):
    """Pictures in a row; ``resting`` is the number of the one that is shown while nothing plays."""

    count: int
    resting: int

    def paint(self, painter: QPainter, area: QRectF, theme: Theme, number: int, ratio: float) -> None:
        """Paint one of them; ``ratio`` is the number of device pixels in a pixel."""


class StepsThumbnail:
    """The steps of a document's pass. It rests well into the backward pass."""

    def __init__(self, session: Session) -> None:
        self._session = session
        steps = session.trace.steps
        backward = [position for position, step in enumerate(steps, start=1) if step.phase == "backward"]
        self.count, self.resting = len(steps) + 1, backward[len(backward) * 2 // 3]

    def paint(self, painter: QPainter, area: QRectF, theme: Theme, number: int, ratio: float) -> None:
        """Paint the graph after ``number`` steps."""
        from visualizer.ui.export import paint_scene

        self._session.go_to(number)
        paint_scene(painter, self._session, theme, area)


class TrainingThumbnail:
    """A network while it trains. It rests at the end."""

    def __init__(self, snapshots: Sequence[Snapshot]) -> None:
        self._snapshots = snapshots
        self.count = len(snapshots)
        self.resting = self.count - 1

    def paint(self, painter: QPainter, area: QRectF, theme: Theme, number: int, ratio: float) -> None:
        """Paint the network in one of its snapshots."""
        from visualizer.ui.network_view import NetworkView

        view = NetworkView(theme)
        view.resize(VIEW)
        view.show_snapshot(self._snapshots[number])
        scale = min(area.width() / VIEW.width(), area.height() / PICTURE_HEIGHT)
        # Rendered at the size at which it is shown: a picture that is set smaller loses its thin lines.
        picture = QPixmap(VIEW * (scale * ratio))
        picture.setDevicePixelRatio(scale * ratio)
        picture.fill(theme.ground)
        view.render(picture)
        picture.setDevicePixelRatio(ratio)
        left = area.center().x() - VIEW.width() * scale / 2
        painter.save()
        painter.setClipRect(QRectF(area.left(), area.top(), area.width(), PICTURE_HEIGHT * scale))
        painter.drawPixmap(QPointF(left, area.top()), picture)
        painter.restore()
        view.deleteLater()


def training_thumbnail(document: Document) -> TrainingThumbnail:
    """Train a document's largest network a little, for its card. Takes a moment: a worker does it."""
    chapters = range(len(document.specification.chapters))
    versions = [document, *(document.at_chapter(number) for number in chapters)]
    lab = Lab(max(versions, key=_units))
    snapshots, taken = Snapshots(lab), []
    for iteration in ITERATIONS:
        lab.advance(iteration - lab.iteration)
        taken.append(snapshots.take(0, scored=False))
        if lab.halt is not None:
            break
    return TrainingThumbnail(taken)


def _units(document: Document) -> int:
    network = document.recipes[0].network
    return 0 if network is None else run_units(network)
