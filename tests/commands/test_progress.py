"""How far training is: a bar over itself on a terminal, plain lines now and then elsewhere, and nothing that fails."""

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.records import Records
from visualizer.commands import progress
from visualizer.commands.progress import BAR_EVERY, LINE_EVERY, Progress


class Terminal(io.StringIO):
    """A terminal 120 columns wide."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lab(iteration: int, *losses: float) -> Any:
    """As much of a lab as is told of: runs with these losses at last."""
    runs = []
    for loss in losses:
        records = Records(())
        records.losses.append(0, np.array([[loss]]))
        runs.append(SimpleNamespace(records=records))
    return SimpleNamespace(iteration=iteration, runs=runs)


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_width", lambda stream: 120)


def test_a_bar_is_drawn_over_itself_and_taken_away() -> None:
    stream, clock = Terminal(), Clock()
    told = Progress(stream, 1000, clock)
    clock.now += 2.0
    told.show(lab(250, 0.5))
    assert stream.getvalue() == "\r━━━━━━──────────────────  25 %    250 of 1,000 iterations  125/s  loss 0.5"
    clock.now += BAR_EVERY / 2
    told.show(lab(260, 0.4))  # not yet
    clock.now += BAR_EVERY
    told.show(lab(1000, 0.123456, 12.0))
    first, second = stream.getvalue().split("\r")[1:]
    assert second.startswith("━━━━━━━━━━━━━━━━━━━━━━━━ 100 %  1,000 of 1,000 iterations  ")
    assert second.endswith("/s  loss 0.1235, 12")
    assert len(second) >= len(first)
    told.end()
    assert stream.getvalue().endswith(f"\r{' ' * (len(second) + 2)}\r")
    told.end()
    assert stream.getvalue().count("\r") == 4


def test_a_narrow_terminal_gets_a_line_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_width", lambda stream: 40)
    stream = Terminal()
    Progress(stream, 1000).show(lab(990, *[0.123456] * 4))
    assert stream.getvalue().startswith("\r━━━━━━━━━─  99 %    990 of")
    assert len(stream.getvalue()) < 40


def test_a_line_now_and_then_where_there_is_no_terminal() -> None:
    stream, clock = io.StringIO(), Clock()
    told = Progress(stream, 10_000, clock)
    for iteration in range(0, 10_000, 100):
        clock.now += LINE_EVERY / 40
        told.show(lab(iteration, 0.5))
    told.end()
    assert stream.getvalue() == (
        "3,900 of 10,000 iterations  780/s  loss 0.5\n7,900 of 10,000 iterations  790/s  loss 0.5\n"
    )


def test_a_short_training_says_nothing_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    Progress(stream, 10).show(lab(10, 0.5))
    assert stream.getvalue() == ""


def test_nobody_has_to_look() -> None:
    class Closed(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    told = Progress(Closed(), 10)
    told.show(lab(1, 0.5))
    told.end()


def test_the_width_of_what_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert progress._width(io.StringIO()) == 80
