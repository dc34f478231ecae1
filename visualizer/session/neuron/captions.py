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
_PLAIN = ("linear", "matmul", "add", "multiply", "subtract", "divide", "input", "parameter", "constant")
INCOMING = "incoming gradient"
_KINDS = {
    "input": ("input", "inputs"),
    "target": ("target", "targets"),
    "units": ("unit", "units"),
    "output": ("output", "outputs"),
    "parameter": ("parameter", "parameters"),
    "constant": ("constant", "constants"),
}

Rect = tuple[float, float, float, float]
# Name, operation and, for an incoming gradient and what that is made of, its part there, of each node, by id.
Words = Sequence[tuple[str, str, Literal["", "incoming", "made of"]]]


@dataclass(frozen=True, slots=True)
class Caption:
    """One line of text: ``rect`` is the room it has, ``height`` that of its letters, both in scene units: on the screen
    letters keep to sizes that can be read. Where it is ``turned`` it is read from below to above.

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
    turned: bool = False


# (text, quiet, group) of each line; group numbers the first group that a line speaks of.
Line = tuple[str, bool, int]


def column_lines(words: Words, groups: Sequence[Group], members: Sequence[int], letters: int) -> list[Line]:
    """What is said of a column: names and, below or behind them, what they are. Lines have at most ``letters``."""
    entries = []
    for _, alike in groupby(members, key=lambda i: _merging(words, groups[i])):
        together = [groups[i] for i in alike]
        entries.append((_names(words, together), details(words, together), together[0].number))
    if len(entries) == 1:
        names, what, group = entries[0]
        if what[0] == INCOMING and len(names) > letters:
            names, what = INCOMING.split(" ")[0], INCOMING.split(" ")[1:]
        return [(_shorter(names, letters), False, group), (_fitting(what, letters), True, group)]
    lines: list[Line] = []
    for names, what, group in entries[:MOST_ENTRIES]:
        lines.append((_fitting([*(f"{names} · {text}" for text in what), names], letters), False, group))
    if len(entries) > MOST_ENTRIES:
        left = len(entries) - MOST_ENTRIES + 1
        lines[-1] = (shortened(f"and {left} more", letters), True, entries[MOST_ENTRIES - 1][2])
    return lines


def details(words: Words, groups: Sequence[Group]) -> list[str]:
    """How many units of which kind, and what makes their last number: "16 units, relu"; of a loss its name.

    The longest first.
    """
    count, kind = sum(group.size for group in groups), groups[0].kind
    names = [words[stage][1].replace("_", " ") for stage in groups[0].stages if words[stage][1] not in _PLAIN]
    made, part = ", ".join(names), words[groups[0].stages[-1]][2]
    if kind == "output" and made:
        return [made]
    if kind == "target" and part == "incoming":
        return [INCOMING, "incoming"]
    one, many = ("value", "values") if kind == "target" and part else _KINDS[kind]
    counted = f"{count:,} {one if count == 1 else many}"
    return [*([f"{counted}, {made}"] if made else []), counted, f"{count:,}"]


def _shorter(names: str, letters: int) -> str:
    """The first and the last of some names where all of them have too many letters."""
    if len(names) <= letters or ", " not in names:
        return shortened(names, letters)
    return shortened(f"{names.split(', ')[0]} … {names.split(', ')[-1]}", letters)


def _fitting(texts: Sequence[str], letters: int) -> str:
    """The first of some texts that has at most so many letters; else the last, shortened."""
    return next((text for text in texts if len(text) <= letters), shortened(texts[-1], letters))


def strand_line(bundle: Bundle, drawn: int, letters: int) -> str:
    """How many of a bundle's edges are drawn."""
    whole = f"strongest {drawn:,} of {bundle.total:,} edges"
    texts = (whole, f"{drawn:,} of {bundle.total:,} edges", f"{drawn:,} of {bundle.total:,}")
    return next((text for text in texts if len(text) <= letters), texts[-1])


def _names(words: Words, groups: Sequence[Group]) -> str:
    """z1, a1 of one group, without what has no name of its own; x1, x2, …, x9 of single units."""
    if len(groups) == 1:
        own = [words[stage][0] for stage in groups[0].stages]
        return ", ".join([name for name in own if name.isidentifier()] or own[-1:])
    names = [words[group.stages[-1]][0] for group in groups]
    return ", ".join(names) if len(names) <= MOST_ENTRIES else f"{names[0]}, …, {names[-1]}"


def _merging(words: Words, group: Group) -> tuple[object, ...]:
    """Single units of a kind are spoken of together; other groups by themselves."""
    if group.size > 1:
        return (group.number,)
    return (-1, group.kind, tuple(words[stage][1] for stage in group.stages))
