"""Grids of numbers as plain data: what a rule over arrays is set with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.expression import Reference
from engine.shapes import Shape


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a tile; ``lit`` where it takes part in the chosen element, ``faint`` where it is another step's.

    ``value`` is the number itself, None for what is no number of an array.
    """

    text: str
    reference: Reference | None
    lit: bool = False
    faint: bool = False
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A grid of numbers within the rule. ``label`` says what it is, with a ᵀ where ``transposed``.

    ``split`` draws a bar before that row or column. ``whole`` is the shape, as it is shown, of an array of which only a
    part is; () where all of it is.
    """

    label: Reference | str
    cells: tuple[tuple[Cell, ...], ...]
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    split: tuple[Literal["row", "column"], int] | None = None
    transposed: bool = False
    whole: Shape = ()


# A rule over arrays, set in a line: tiles and the signs between them.
Flow = tuple[Tile | str, ...]
