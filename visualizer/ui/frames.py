"""Pictures of what comes next, painted while nobody waits: a step then only shows them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from visualizer.session.session import Change, Session
from visualizer.ui.pen import painting


class Frames:
    """The last few pictures of a widget, by the moment that they show: all that a picture depends on, its size too."""

    def __init__(self, widget: QWidget, most: int = 6) -> None:
        self._widget = widget
        self._most = most
        self._frames: dict[Hashable, QPixmap] = {}

    def find(self, moment: Hashable) -> QPixmap | None:
        """The picture of a moment, None where there is none."""
        key = (moment, self._widget.devicePixelRatioF())
        found = self._frames.pop(key, None)
        if found is not None:
            self._frames[key] = found  # the one used last goes last
        return found

    def blank(self, size: QSize, ground: QColor) -> QPixmap:
        """An empty picture."""
        ratio = self._widget.devicePixelRatioF()
        picture = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(ground)
        return picture

    def paint(self, moment: Hashable, onto: QPixmap, draw: Callable[[QPainter], None]) -> QPixmap:
        """Paint the picture of a moment on a copy of ``onto`` and keep it."""
        frame = QPixmap(onto)
        with painting(frame) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter)
        while len(self._frames) >= self._most:
            del self._frames[next(iter(self._frames))]
        self._frames[moment, self._widget.devicePixelRatioF()] = frame
        return frame

    def clear(self) -> None:
        """Forget all: the numbers or the colours are others."""
        self._frames.clear()


class View(Protocol):
    """A widget that can paint ahead."""

    def prepare(self, session: Session) -> None:
        """Paint what will be seen where ``session`` stands, unless it has been painted."""

    def isVisible(self) -> bool:
        """Whether it is on the screen."""


class Ahead(QObject):
    """After every move has the views paint where the next one may lead: one view at a time, between events."""

    def __init__(self, session: Session, views: Sequence[View], parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._views = views
        self._waiting: list[tuple[View, Session]] | None = None  # None where it is not known yet
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._prepare_one)
        session.subscribe(self._changed)
        self.look()

    def look(self) -> None:
        """Begin anew from where the session stands."""
        self._waiting = None
        self._timer.start()

    @property
    def busy(self) -> bool:
        """True while something is still to be painted."""
        return self._timer.isActive()

    def _changed(self, change: Change) -> None:
        if change != Change.HOVER:
            self.look()

    def _prepare_one(self) -> None:
        if self._waiting is None:
            places = [self._session.glimpse(position) for position in self._session.neighbours]
            self._waiting = [(view, place) for place in places for view in self._views]
        if self._waiting:
            view, place = self._waiting.pop(0)
            if view.isVisible():
                view.prepare(place)
            self._timer.start()
