"""How far training is: a bar that is drawn over itself on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from visualizer.session.training.lab import Lab

# Seconds between two pictures of the bar, and between two plain lines.
BAR_EVERY = 0.1
LINE_EVERY = 5.0
BAR_WIDTH, NARROW_BAR = 24, 10
NARROW = 100  # columns of a terminal


class Progress:
    """Tells of training up to ``iterations``, on ``stream``."""

    def __init__(self, stream: TextIO, iterations: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._iterations = iterations
        self._clock = clock
        self._terminal = stream.isatty()
        self._start = clock()
        self._next = self._start + (0.0 if self._terminal else LINE_EVERY)
        self._drawn = 0  # letters of the bar that is on the terminal

    def show(self, lab: Lab) -> None:
        """Say how far it is, where it is time to."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (BAR_EVERY if self._terminal else LINE_EVERY)
        rate = lab.iteration / max(now - self._start, 1e-9)
        goal = f"{self._iterations:,}"
        text = f"{f'{lab.iteration:,}':>{len(goal)}} of {goal} iterations  {rate:,.0f}/s  loss {_losses(lab)}"
        if self._terminal:
            self._draw(lab.iteration / self._iterations, text)
        else:
            self._put(f"{text.lstrip()}\n")

    def end(self) -> None:
        """Takes the bar away."""
        if self._drawn:
            self._put(f"\r{' ' * (self._drawn + 2)}\r")  # Ctrl-C is echoed as ^C
            self._drawn = 0

    def _draw(self, share: float, text: str) -> None:
        width = _width(self._stream)
        bar = NARROW_BAR if width < NARROW else BAR_WIDTH
        full = int(bar * share)
        line = f"{'━' * full}{'─' * (bar - full)} {int(100 * share):3} %  {text}"[: width - 3]
        self._put(f"\r{line:<{self._drawn}}")
        self._drawn = len(line)

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # nobody looks: what is trained matters more
            self._next = float("inf")


def _losses(lab: Lab) -> str:
    """The loss of each run's last iteration."""
    losses = [float(run.records.losses.rows[-1, 0]) for run in lab.runs if len(run.records)]
    return ", ".join(f"{loss:.4g}" for loss in losses)


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
