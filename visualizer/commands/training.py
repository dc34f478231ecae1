"""Trains a document's runs in the terminal: slice by slice, so that progress is seen and Ctrl-C ends it cleanly."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

from visualizer.commands import subject
from visualizer.commands.outcome import Stop
from visualizer.commands.progress import Progress

if TYPE_CHECKING:
    from visualizer.session.document import Document
    from visualizer.session.training.lab import Halt, Lab

ITERATIONS = 1000  # where neither the command nor the document says how many
# Seconds that a slice is to take: Ctrl-C is heard, and progress seen, after it.
SLICE = 0.05


@dataclass(frozen=True)
class Ended:
    """How training ended: what halted it, in order, whether it was interrupted, and the seconds that it took."""

    halts: tuple[Halt, ...]
    interrupted: bool
    seconds: float


def start(document: Document, iterations: int | None, seed: int | None = None) -> tuple[Lab, int]:
    """The runs of a document, to be trained, and how many iterations: as many as are given, else as it says itself.

    Raises Stop where it has no data.
    """
    if not document.recipes:
        raise Stop(f"{subject.name_of(document)} has no data to train on: it needs a table [data]")
    count = iterations or document.recipes[0].stop.iterations or ITERATIONS
    if seed is not None:
        document = document.with_recipes([recipe.with_seed(seed) for recipe in document.recipes])
    return subject.make_lab(subject.without_limit(document)), count


def train(lab: Lab, iterations: int, progress: Progress | None = None) -> Ended:
    """Trains all runs up to so many iterations, or until a rule or Ctrl-C ends it.

    A run that meets NaN or infinity stops, and the others go on.
    """
    halts: list[Halt] = []
    start = time.perf_counter()
    portion = 1
    with _interrupts() as interrupted:
        while lab.iteration < iterations and not interrupted.is_set():
            before = time.perf_counter()
            lab.advance(min(portion, iterations - lab.iteration))
            if lab.halt is not None:
                halts.append(lab.halt)
                if not lab.halt.wrong or all(run.stopped is not None for run in lab.runs):
                    break
            spent = max(time.perf_counter() - before, 1e-6)
            portion = max(1, min(2 * portion, int(portion * SLICE / spent)))
            if progress is not None:
                progress.show(lab)
    if progress is not None:
        progress.end()
    return Ended(tuple(halts), interrupted.is_set(), time.perf_counter() - start)


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Set by Ctrl-C instead of KeyboardInterrupt, which would leave an iteration half made; a second one raises it."""
    pressed = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    # A shell has what runs in the background ignore Ctrl-C; other threads cannot be told of it.
    if before in (signal.SIG_IGN, None) or threading.current_thread() is not threading.main_thread():
        yield pressed
        return

    def press(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
