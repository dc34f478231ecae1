"""The one bridge between workers and the window: a function runs beside, its result comes back to the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from visualizer.session.mishaps import sentence_of
from visualizer.session.pace import Cancelled, Pace


class Work(QObject):
    """A function at work for ``owner``. ``cancel`` drops its result, and so does the end of the owner; exactly one of
    ``done`` and ``failed`` is sent otherwise."""

    _at_work: set[Work] = set()  # nobody else need hold on to them

    done = Signal(object)
    failed = Signal(str)
    progressed = Signal(float)  # how much is done, from 0 to 1
    _finished = Signal(object, bool)  # carries the outcome to the window's thread: it may be cancelled on its way

    def __init__(self, function: Callable[[], Any], owner: QObject) -> None:
        super().__init__()  # no child of the owner: it may still be at work when that is gone
        owner.destroyed.connect(self.cancel)
        self._function = function
        self._cancelled = False
        self._finished.connect(self._deliver)

    def start(self) -> None:
        """Begin on a worker thread."""
        self._at_work.add(self)
        QThreadPool.globalInstance().start(_Task(self))

    def cancel(self) -> None:
        """Drop the result: nothing is sent any more, and what keeps the ``pace`` stops."""
        self._cancelled = True

    @property
    def pace(self) -> Pace:
        """For the function, to ask whether to go on and to tell how far it is."""
        return Pace(lambda: self._cancelled, self.progressed.emit)

    def run(self) -> None:
        """What the worker does; never raises."""
        try:
            outcome, good = self._function(), True
        except Cancelled as error:
            outcome, good = str(error), False  # nobody waits for it
        except Exception as error:
            outcome, good = sentence_of(error, "for this document"), False
        self._finished.emit(outcome, good)

    @Slot(object, bool)
    def _deliver(self, outcome: Any, good: bool) -> None:
        self._at_work.discard(self)
        if not self._cancelled:
            (self.done if good else self.failed).emit(outcome)


class _Task(QRunnable):
    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    @Slot()
    def run(self) -> None:
        self._work.run()
