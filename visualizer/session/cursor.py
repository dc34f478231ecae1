"""Where the user stands in time, and the pure moves over it.

A position counts the steps taken: 0 is before the first, ``len(trace.steps)`` behind the last. Inside a step one can
walk its elements and, within them, the terms that make them: the single paths.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

from engine.explain import paths
from engine.expression import Index
from engine.trace import Step, Trace

# A step of more single paths than this is walked as far as here.
MAX_PATHS = 2000


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A point in time: ``step`` steps have been taken in ``iteration``.

    ``path`` counts from 0 through the (element, term) pairs of the step just taken; -1 while the step is seen whole.
    Of that step the parts 0 to ``unit`` have been done at the level of neurons, and 0 to ``scalar`` at that of single
    numbers; -1 where all of it has.
    """

    iteration: int = 0
    step: int = 0
    path: int = -1
    unit: int = -1
    scalar: int = -1


def current_step(trace: Trace, position: Position) -> Step | None:
    """The step just taken, None at the start."""
    return trace.steps[position.step - 1] if position.step else None


def current_path(trace: Trace, position: Position) -> tuple[Index, int] | None:
    """The (element, term) that is being walked, None while the step is seen whole."""
    step = current_step(trace, position)
    if step is None or position.path < 0:
        return None
    return _path_list(trace, step)[position.path]


def forward(trace: Trace, position: Position) -> Position:
    """One step on at the present depth; stays at the end."""
    step = current_step(trace, position)
    if position.path >= 0 and step is not None:
        if position.path + 1 < len(_path_list(trace, step)):
            return Position(position.iteration, position.step, position.path + 1)
        if position.step < len(trace.steps):
            return Position(position.iteration, position.step + 1, 0)
        return position
    return Position(position.iteration, min(position.step + 1, len(trace.steps)))


def back(trace: Trace, position: Position) -> Position:
    """One step back at the present depth; stays at the start."""
    if position.path > 0:
        return Position(position.iteration, position.step, position.path - 1)
    if position.path == 0 and position.step > 1:
        before = trace.steps[position.step - 2]
        return Position(position.iteration, position.step - 1, len(_path_list(trace, before)) - 1)
    return Position(position.iteration, max(position.step - 1, 0))


def into(trace: Trace, position: Position) -> Position:
    """Down to the single paths of the step just taken (of the first step, from the start)."""
    if position.path >= 0:
        return forward(trace, position)
    return Position(position.iteration, max(position.step, 1), 0)


def out(trace: Trace, position: Position) -> Position:
    """Back up to whole steps."""
    return Position(position.iteration, position.step)


def at_step(trace: Trace, position: Position, step: int) -> Position:
    """The position after ``step`` steps, kept within the iteration."""
    return Position(position.iteration, min(max(step, 0), len(trace.steps)))


def path_count(trace: Trace, position: Position) -> int:
    """The number of single paths of the step just taken."""
    step = current_step(trace, position)
    return len(_path_list(trace, step)) if step is not None else 0


@lru_cache(maxsize=8)
def _path_list(trace: Trace, step: Step) -> tuple[tuple[Index, int], ...]:
    return tuple(itertools.islice(paths(trace, step), MAX_PATHS))
