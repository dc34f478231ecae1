"""A thread that owns a lab while it works on it: it trains in slices of a few milliseconds, and looks in between.

Between two slices it takes snapshots when they are wanted, and does what it is asked to. Whoever asks picks the answers
up when it suits them; nothing here calls back into another thread.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from visualizer.session.mishaps import sentence_of
from visualizer.session.training.lab import Halt, Lab
from visualizer.session.training.snapshot import Snapshot
from visualizer.session.training.snapshots import Snapshots

SLICE = 0.005  # s of training between two looks at what is asked, or at who waits
# Slices of one long iteration each would cost more than they train: so many go together, within so many seconds.
TOGETHER, LONGEST = 8, 0.01
# Looking at the runs may take this share of the thread's time, and measuring them over all samples that one.
LOOKING, MEASURING = 0.02, 0.04
# s that somebody who holds the thread waits at most: a longer iteration leaves Python to others by itself.
PATIENCE = 0.012

Then = Callable[[Any], None]


class Worker:
    """The thread and what it shares, all behind one condition. The lab is the thread's while it works on it."""

    def __init__(self) -> None:
        self.lab: Lab | None = None
        self.snapshots: Snapshots | None = None
        self._condition = threading.Condition()
        self._running = self._working = self._closing = self._held = False
        self._goal: int | None = None
        self._pace: float | None = None
        self._asked: deque[tuple[Callable[[], Any], Then]] = deque()
        self._answers: deque[tuple[Then, Any, str | None]] = deque()
        self._taken: tuple[Snapshot, ...] | None = None
        self._last: tuple[Snapshot, ...] = ()
        self.selected = 0  # the run that is looked at while all are trained
        self._wanted = True
        self._sentence: str | None = None
        self._thread: threading.Thread | None = None

    # The window's side ----------------------------------------------------------------------------------------------

    def set_lab(self, lab: Lab | None) -> None:
        """Work on another lab from now on, standing still; what was asked of the one before is dropped."""
        with self._condition:
            self._running = False
            self._asked.clear()
            self._wait_until_still()
            self._answers.clear()
            self.lab, self._taken, self._last = lab, None, ()
            self.snapshots = None if lab is None else Snapshots(lab)

    def start(self, iterations: int | None, pace: float | None) -> None:
        """Train so many iterations (None: until something stops it), so many a second (None: as fast as it can)."""
        with self._condition:
            assert self.lab is not None
            self._goal = None if iterations is None else self.lab.iteration + iterations
            self._pace, self._sentence, self._running, self._wanted = pace, None, True, True
            self._ensure_thread()
            self._condition.notify_all()

    def set_pace(self, pace: float | None) -> None:
        """Train so many iterations a second from now on; None is as fast as it can."""
        with self._condition:
            self._pace = pace
            self._condition.notify_all()

    def stop(self) -> None:
        """Stand still; returns when it does, after the slice it is in."""
        with self._condition:
            self._running = False
            self._condition.notify_all()
            self._wait_until_still()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps the thread from training meanwhile: Python runs one thread at a time, and hands over slowly."""
        with self._condition:
            self._held = True
            self._condition.wait_for(lambda: not self._working, PATIENCE)
        try:
            yield
        finally:
            with self._condition:
                self._held = False
                self._condition.notify_all()

    def ask(self, question: Callable[[], Any], then: Then) -> None:
        """Have ``question`` done between two slices; its answer, and ``then``, are among the ``answers`` later."""
        with self._condition:
            self._asked.append((question, then))
            self._ensure_thread()
            self._condition.notify_all()

    def answers(self) -> list[tuple[Then, Any, str | None]]:
        """What has been answered since the last call: (then, the answer, a sentence where it could not be had)."""
        with self._condition:
            found = list(self._answers)
            self._answers.clear()
            return found

    def busy(self) -> bool:
        """Whether an answer is still to come, or to be picked up."""
        with self._condition:
            return bool(self._asked or self._answers) or self._working

    def taken(self) -> tuple[Snapshot, ...] | None:
        """The snapshots taken since the last call, and have others taken."""
        with self._condition:
            found, self._taken, self._wanted = self._taken, None, True
            return found

    def ended(self) -> bool:
        """True while it neither trains nor works on anything."""
        with self._condition:
            return not self._running and not self._working

    def outcome(self) -> tuple[str | None, Halt | None]:
        """(a sentence where something went wrong, why the lab stands still)."""
        with self._condition:
            return self._sentence, None if self.lab is None else self.lab.halt

    def close(self) -> None:
        """End the thread for good."""
        with self._condition:
            self._running, self._closing = False, True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _wait_until_still(self) -> None:
        while self._working:
            self._condition.wait()

    def _ensure_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="training", daemon=True)
            self._thread.start()

    # The thread's side ----------------------------------------------------------------------------------------------

    def look(self, scored: bool = True, only: int | None = None) -> tuple[Snapshot, ...]:
        """Snapshots of all runs; where ``only`` one is looked at, of the others the last that were taken."""
        assert self.lab is not None
        assert self.snapshots is not None
        if only is None or len(self._last) != len(self.lab.runs):
            self._last = tuple(self.snapshots.take(which, scored) for which in range(len(self.lab.runs)))
        else:
            taken = self.snapshots.take(only, scored)
            self._last = (*self._last[:only], taken, *self._last[only + 1 :])
        return self._last

    def _work(self) -> None:
        clock = _Clock()
        while True:
            with self._condition:
                while not (self._closing or self._asked or (self._running and not self._held)):
                    if not self._running:
                        clock = _Clock()
                    self._condition.wait()
                if self._closing:
                    return
                asked = self._asked.popleft() if self._asked else None
                self._working = True
                goal, pace, wanted = self._goal, self._pace, self._wanted
            try:
                if asked is not None:
                    self._answer(*asked)
                else:
                    self._slice(clock, goal, pace, wanted)
            except Exception as error:  # a worker must not die of it: the window has to hear
                with self._condition:
                    self._running, self._sentence = False, sentence_of(error, "to go on")
            with self._condition:
                self._working = False
                self._condition.notify_all()
                rest = clock.rest(self._pace) if self._running and not self._asked else 0.0
                if rest > 0:
                    self._condition.wait_for(lambda: not self._running or self._asked, rest)

    def _answer(self, question: Callable[[], Any], then: Then) -> None:
        try:
            answer, sentence = question(), None
        except Exception as error:
            answer, sentence = None, sentence_of(error, "to go on")
        with self._condition:
            self._answers.append((then, answer, sentence))

    def _slice(self, clock: _Clock, goal: int | None, pace: float | None, wanted: bool) -> None:
        lab = self.lab
        assert lab is not None
        count = clock.iterations(pace)
        if goal is not None:
            count = min(count, goal - lab.iteration)
        before = time.perf_counter()
        made = lab.advance(count)
        clock.trained(made, time.perf_counter() - before)
        done = lab.halt is not None or (goal is not None and lab.iteration >= goal)
        if wanted and not done and clock.may_look():
            before = time.perf_counter()
            scored = clock.may_measure()
            found = self.look(scored, min(self.selected, len(lab.runs) - 1))
            clock.looked(time.perf_counter() - before, scored)
            with self._condition:
                self._taken, self._wanted = found, False
        if done:
            with self._condition:
                self._running = False


class _Clock:
    """How much to train in a slice, when to rest for the pace, and when a look at the runs is cheap enough."""

    def __init__(self) -> None:
        self._each = 1e-4  # s an iteration takes
        self._start = time.perf_counter()
        self._made = 0
        self._pace: float | None = None
        self._look = 0.0  # s a look takes
        self._next_look = self._next_measure = 0.0

    def iterations(self, pace: float | None) -> int:
        """How many to train in the next slice."""
        count = max(1, int(SLICE / self._each), min(TOGETHER, int(LONGEST / self._each)))
        if pace is not None:
            if pace != self._pace:
                self._start, self._made = time.perf_counter(), 0
            due = (time.perf_counter() - self._start) * pace + 1 - self._made
            count = min(count, max(1, int(due)))
        self._pace = pace
        return count

    def trained(self, count: int, seconds: float) -> None:
        """What a slice took."""
        if count:
            self._made += count
            self._each = 0.7 * self._each + 0.3 * seconds / count

    def rest(self, pace: float | None) -> float:
        """Seconds to wait for the pace."""
        if pace is None or pace != self._pace:
            return 0.0
        return min(self._start + self._made / pace - time.perf_counter(), 0.5)

    def may_look(self) -> bool:
        """True where looking is within its share of the time."""
        return time.perf_counter() >= self._next_look

    def may_measure(self) -> bool:
        """True where measuring is within its share of the time."""
        return time.perf_counter() >= self._next_measure

    def looked(self, seconds: float, measured: bool) -> None:
        """What a look took."""
        now = time.perf_counter()
        if measured:
            self._next_measure = now + max(0.25, seconds * (1 / MEASURING - 1))
        else:
            self._look = seconds
        self._next_look = now + self._look * (1 / LOOKING - 1)
