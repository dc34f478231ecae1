"""The one bridge between workers and the window: a function runs beside, its result comes back to the window."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot


class Work(QObject):
    """A function at work. ``cancel`` drops its result; exactly one of ``done`` and ``failed`` is sent otherwise."""

    done = Signal(object)
    failed = Signal(str)
    _finished = Signal(object, bool)  # carries the outcome to the window's thread: it may be cancelled on its way

    def __init__(self, function: Callable[[], Any], parent: QObject) -> None:
        super().__init__(parent)
        self._function = function
        self._cancelled = False
        self._finished.connect(self._deliver)

    def start(self) -> None:
        """Begin on a worker thread."""
        QThreadPool.globalInstance().start(_Task(self))

    def cancel(self) -> None:
        """Drop the result: nothing is sent any more."""
        self._cancelled = True

    def run(self) -> None:
        """What the worker does; never raises."""
        try:
            outcome, good = self._function(), True
        except ValueError as error:  # every error that input can cause is one
            outcome, good = str(error), False
        except MemoryError:
            outcome, good = "there is not enough memory for this document", False
        except Exception as error:  # a bug of ours: a worker must not show it, but the window has to hear of it
            traceback.print_exc()
            outcome, good = f"something went wrong in GradStep itself ({type(error).__name__})", False
        if not self._cancelled:
            self._finished.emit(outcome, good)

    @Slot(object, bool)
    def _deliver(self, outcome: Any, good: bool) -> None:
        if not self._cancelled:
            (self.done if good else self.failed).emit(outcome)


class _Task(QRunnable):
    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    @Slot()
    def run(self) -> None:
        self._work.run()
