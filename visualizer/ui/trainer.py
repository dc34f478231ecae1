"""Training beside the window: a timer that brings what the worker's thread has done, thirty times a second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from visualizer.session.training.lab import Lab
from visualizer.session.training.worker import Worker

INTERVAL = 33  # ms between two looks at the worker, at least
# Painting may take this share of the time: Python runs one thread at a time, and the rest is for training.
PAINTING = 0.1
SLOWEST = 500  # ms between two looks at the worker, at most
PACES: tuple[float | None, ...] = (1.0, 10.0, 100.0, 1000.0, None)  # iterations a second; None: as fast as it can


class Trainer(QObject):
    """Trains a lab. All methods are for the window's thread.

    ``progressed`` comes while it trains, ``snapped`` with a snapshot of every run, ``running_changed`` when it starts
    and stops, ``halted`` with the reason where it stopped by itself, ``failed`` with a sentence where it cannot go on,
    ``all_right`` where no sample is wrong among those that ``show_wrong`` looks through.
    """

    progressed = Signal()
    snapped = Signal(object)
    running_changed = Signal(bool)
    halted = Signal(object)
    failed = Signal(str)
    all_right = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._worker = Worker()
        self._was_running = False
        self._pace = len(PACES) - 1
        self._timer = QTimer(self, interval=INTERVAL)
        self._frames = Frames()
        self._timer.timeout.connect(self._look)
        self._rate = _Rate()

    @property
    def lab(self) -> Lab | None:
        """What is trained."""
        return self._worker.lab

    @property
    def running(self) -> bool:
        """True while it trains."""
        return self._was_running

    @property
    def busy(self) -> bool:
        """True while it trains, or an answer of the worker is still to come."""
        return self._was_running or self._worker.busy()

    @property
    def rate(self) -> float:
        """Iterations a second, lately; 0 while it stands still."""
        return self._rate.value if self._was_running else 0.0

    @property
    def pace(self) -> float | None:
        """Iterations a second that are wanted; None for as fast as it can."""
        return PACES[self._pace]

    def set_lab(self, lab: Lab | None) -> None:
        """Train another lab from now on; it stands still. Its snapshots follow."""
        self.pause()
        self._worker.set_lab(lab)
        if lab is not None:
            self.refresh()

    def select(self, which: int) -> None:
        """Look at that run while all are trained."""
        self._worker.selected = which

    def run(self, iterations: int | None = None) -> None:
        """Train so many iterations, or until something stops it."""
        if self.lab is None:
            return
        self._worker.start(iterations, PACES[self._pace])
        self._rate.start(self.lab.iteration)
        self._set_running(True)
        self._timer.start()

    def pause(self) -> None:
        """Stand still; returns when the worker does, after the slice it is in."""
        self._worker.stop()
        if self._was_running:
            self._timer.stop()
            self._set_running(False)
            self.progressed.emit()
            self.refresh()

    def change_pace(self, by: int) -> None:
        """Faster or slower by so many places in ``PACES``."""
        self._pace = min(max(self._pace + by, 0), len(PACES) - 1)
        self._worker.set_pace(PACES[self._pace])

    def cycle_pace(self) -> None:
        """The next pace, the slowest after the fastest."""
        self.change_pace(1 if self._pace + 1 < len(PACES) else -len(PACES))

    def refresh(self) -> None:
        """Have a snapshot taken although nothing is trained."""
        self.ask(lambda: self._worker.look(), self.snapped.emit)

    def show_sample(self, number: int) -> None:
        """Show another sample, from 0; numbers wrap around."""

        def look() -> Any:
            snapshots = self._worker.snapshots
            if snapshots is not None and snapshots.test_count:
                snapshots.sample = number % snapshots.test_count
            return self._worker.look()

        self.ask(look, self.snapped.emit)

    def show_wrong(self, which: int) -> None:
        """Show the next sample whose class run ``which`` does not predict; ``all_right`` comes where there is none."""

        def look() -> Any:
            snapshots = self._worker.snapshots
            number = None if snapshots is None else snapshots.next_wrong(which)
            if snapshots is None or number is None:
                return None
            snapshots.sample = number
            return self._worker.look()

        self.ask(look, lambda found: self.all_right.emit() if found is None else self.snapped.emit(found))

    def ask(self, question: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Have the worker do something with the lab between two slices, and pass the answer on here.

        Where the question raises GradStepError, ``failed`` has the sentence instead.
        """
        self._worker.ask(question, then)
        self._timer.start()

    def close(self) -> None:
        """End the worker for good."""
        self._timer.stop()
        self._worker.close()

    def _set_running(self, running: bool) -> None:
        if running != self._was_running:
            self._was_running = running
            self.running_changed.emit(running)

    def _look(self) -> None:
        """Bring to the window what the worker has done since the last look, and have it painted, in one go."""
        with self._worker.held():
            start = time.perf_counter()
            self._bring()
            QCoreApplication.sendPostedEvents()
            self._timer.setInterval(self._frames.next_interval(time.perf_counter() - start))

    def _bring(self) -> None:
        worker = self._worker
        ended = worker.ended()
        for then, answer, sentence in worker.answers():
            if sentence is None:
                then(answer)
            else:
                self.failed.emit(sentence)
        if self._was_running and worker.lab is not None:
            self._rate.add(worker.lab.iteration)
            snapshots = worker.taken()
            self.progressed.emit()
            if snapshots is not None:
                self.snapped.emit(snapshots)
        if ended and self._was_running:
            self._set_running(False)
            sentence, halt = worker.outcome()
            if sentence is not None:
                self.failed.emit(sentence)
            elif halt is not None:
                self.halted.emit(halt)
            self.refresh()
        elif not self._was_running and not worker.busy():
            self._timer.stop()


class Frames:
    """How long to wait for the next look, by what the ones before have taken."""

    def __init__(self) -> None:
        self._cost = 0.01

    def next_interval(self, seconds: float) -> int:
        """Milliseconds, after a look that took so many seconds: more where painting takes long, so that training goes
        on."""
        self._cost += 0.08 * (seconds - self._cost)
        return min(max(INTERVAL, round(1000 * self._cost / PAINTING)), SLOWEST)


class _Rate:
    """Iterations a second over the last second or so."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self.value = 0.0

    def start(self, iteration: int) -> None:
        self._seen.clear()
        self._seen.append((time.perf_counter(), iteration))
        self.value = 0.0

    def add(self, iteration: int) -> None:
        now = time.perf_counter()
        self._seen.append((now, iteration))
        while len(self._seen) > 2 and now - self._seen[0][0] > 1.0:
            self._seen.popleft()
        (since, first) = self._seen[0]
        seconds = now - since
        self.value = max(iteration - first, 0) / seconds if seconds > 0 else 0.0
