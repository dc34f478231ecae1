"""What is written beside the columns of units: whose they are, how many, and how many edges are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from engine.units import Bundle, Group
from visualizer.session.formatting import shortened

LETTER = 0.6  # the width of a letter by its height
MOST_ENTRIES = 3  # of a column of several groups
# What is not worth a word: it is what units do.
_PLAIN = ("linear", "matmul", "add", "multiply", "subtract")
_KINDS = {
    "input": ("input", "inputs"),
    "target": ("target", "targets"),
    "units": ("unit", "units"),
    "output": ("output", "outputs"),
    "parameter": ("parameter", "parameters"),
    "constant": ("constant", "constants"),
}

Rect = tuple[float, float, float, float]
Words = Sequence[tuple[str, str]]  # name and operation of each node, by id


@dataclass(frozen=True, slots=True)
class Caption:
    """One line of text: ``rect`` is the room it has, ``height`` that of its letters, both in scene units.

    ``group`` or ``strand`` (a bundle's number) is what it speaks of, the other is None. What a group is called is said
    loudly, the rest is ``quiet``.
    """

    text: str
    rect: Rect
    height: float
    align: Literal["left", "middle", "right"]
    quiet: bool = False
    group: int | None = None
    strand: int | None = None


# (text, quiet, group) of each line; group numbers the first group that a line speaks of.
Line = tuple[str, bool, int]


def column_lines(words: Words, groups: Sequence[Group], members: Sequence[int], letters: int) -> list[Line]:
    """What is said of a column: names and, below or behind them, what they are. Lines have at most ``letters``."""
    entries = []
    for _, alike in groupby(members, key=lambda i: _merging(words, groups[i])):
        together = [groups[i] for i in alike]
        entries.append((_names(words, together), detail(words, together), together[0].number))
    if len(entries) == 1:
        names, what, group = entries[0]
        return [(shortened(names, letters), False, group), (shortened(what, letters), True, group)]
    lines: list[Line] = []
    for names, what, group in entries[:MOST_ENTRIES]:
        text = f"{names} · {what}"
        lines.append((text if len(text) <= letters else shortened(names, letters), False, group))
    if len(entries) > MOST_ENTRIES:
        left = len(entries) - MOST_ENTRIES + 1
        lines[-1] = (shortened(f"and {left} more", letters), True, entries[MOST_ENTRIES - 1][2])
    return lines


def detail(words: Words, groups: Sequence[Group]) -> str:
    """How many units of which kind, and what makes their last number: "16 units, relu"; of a loss its name."""
    count, kind = sum(group.size for group in groups), groups[0].kind
    done = [words[stage][1] for stage in groups[0].stages]
    made = ", ".join(op.replace("_", " ") for op in done if op not in (*_PLAIN, "input", "parameter", "constant"))
    if kind == "output" and made:
        return made
    counted = f"{count:,} {_KINDS[kind][count != 1]}"
    return f"{counted}, {made}" if made else counted


def strand_line(bundle: Bundle, drawn: int, letters: int) -> str:
    """How many of a bundle's edges are drawn."""
    whole = f"strongest {drawn:,} of {bundle.total:,} edges"
    texts = (whole, f"{drawn:,} of {bundle.total:,} edges", f"{drawn:,} of {bundle.total:,}")
    return next((text for text in texts if len(text) <= letters), texts[-1])


def _names(words: Words, groups: Sequence[Group]) -> str:
    """z1, a1 of one group; x1, x2, …, x9 of single units."""
    if len(groups) == 1:
        return ", ".join(words[stage][0] for stage in groups[0].stages)
    names = [words[group.stages[-1]][0] for group in groups]
    return ", ".join(names) if len(names) <= MOST_ENTRIES else f"{names[0]}, …, {names[-1]}"


def _merging(words: Words, group: Group) -> tuple[object, ...]:
    """Single units of a kind are spoken of together; other groups by themselves."""
    if group.size > 1:
        return (group.number,)
    return (-1, group.kind, tuple(words[stage][1] for stage in group.stages))
