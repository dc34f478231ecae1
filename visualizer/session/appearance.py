"""How the graph is looked at: what its edges show, on which scale, how many of them, and in which direction it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["layer", "neuron", "scalar"]
LEVELS: tuple[Level, ...] = ("layer", "neuron", "scalar")

Shows = Literal["message", "gradient", "weight", "update"]
Direction = Literal["right", "down"]


@dataclass(frozen=True, slots=True)
class Appearance:
    """A choice that no number depends on; the same for all levels.

    ``shows`` is what an edge shows: the size of the message along it, of the gradient of its weight, the weight itself,
    or its update. ``fixed`` is the range of the scale, (smallest, largest), None where it follows the numbers.
    ``strongest`` edges at most are drawn between two dense layers. ``motion`` lets messages travel while playing.
    """

    shows: Shows = "message"
    logarithmic: bool = True
    fixed: tuple[float, float] | None = None
    strongest: int = 200
    direction: Direction = "right"
    motion: bool = True
