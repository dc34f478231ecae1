"""How large the small boxes of single numbers are: by their texts over the whole trace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.trace import Trace
from visualizer.session.formatting import number_text
from visualizer.session.scene import Box, Form, Grid

DIGIT, POINT = 6.85, 3.0  # widths of a digit and of the point in a small box
LETTER = 5.45  # width of a letter of a name
LEAD = 7.0  # before a name
CELL = 7.0  # around a number
LINE, SECOND, NAME_LINE = 16.0, 14.0, 13.0  # heights
LONGEST_NAME = 16


@dataclass(frozen=True, slots=True)
class Texts:
    """How wide a name and the numbers of value and gradient are; 0 where there is none."""

    name: float
    value: float
    gradient: float

    def __or__(self, other: Texts) -> Texts:
        """Room for both."""
        return Texts(
            max(self.name, other.name), max(self.value, other.value), max(self.gradient, other.gradient)
        )  # fmt: skip

    def size(self, form: Form) -> tuple[float, float]:
        """Width and height of a box."""
        if form == "line":
            return LEAD + self.name + self.value + self.gradient, LINE
        second = SECOND if self.gradient else 0.0
        if form == "pair":
            return LEAD + self.name + max(self.value, self.gradient), LINE - 1 + second
        width = LEAD + max(self.name, self.value - LEAD + 2, self.gradient - LEAD + 2) + 2
        return width, (NAME_LINE if self.name else 3.0) + SECOND + second


NOTHING = Texts(0.0, 0.0, 0.0)


def texts_of(trace: Trace, node: int, name: str) -> Texts:
    """What stands in the box of a node."""
    values = [float(trace.values[node])]
    if node in trace.updates:
        values.append(float(trace.updates[node].after))
    gradient = trace.gradients[node]
    gradients: list[float] = []
    if gradient is not None:
        messages = [float(trace.message_of(trace.steps[at - 1])) for at in trace.arrivals[node]]
        gradients = [*messages, float(gradient)]
    letters = min(len(name), LONGEST_NAME)
    return Texts(letters * LETTER + 3 if letters else 0.0, _width(values), _width(gradients) if gradients else 0.0)


def _width(numbers: Iterable[float]) -> float:
    texts = [number_text(number) for number in numbers]
    return CELL + max(len(text) * DIGIT - (DIGIT - POINT if "." in text else 0) for text in texts)


def small_box(node: int, name: str, role: str, own: Texts, room: Texts, form: Form) -> Box:
    """A box at (0, 0) with room for ``room``, so that it stands in a column with others; its own texts are ``own``."""
    width, height = room.size(form)
    if form == "line":
        left = width - room.value - room.gradient
        cells = [(left, 0.0, room.value, height), (left + room.value, 0.0, room.gradient, height)]
    elif form == "pair":
        across = max(room.value, room.gradient)
        cells = [(width - across, 0.0, across, LINE - 1), (width - across, LINE - 1, across, SECOND)]
    else:
        top = NAME_LINE if room.name else 3.0
        cells = [(2.0, top, width - 3, SECOND), (2.0, top + SECOND, width - 3, SECOND)]
    if not own.gradient and form != "line":  # the value has the room of both
        cells[0] = (*cells[0][:3], height - cells[0][1])
    grids = [Grid("value", (), *cells[0][:2], 1, 1, *cells[0][2:])]
    if own.gradient:
        grids.append(Grid("gradient", (), *cells[1][:2], 1, 1, *cells[1][2:]))
    return Box(node, name, role, (0.0, 0.0, width, height), "", None, tuple(grids), form=form)
