"""How the leaves of an equation are written, and how much of a long list is."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from PySide6.QtGui import QColor

from engine.expression import Number, Reference, Symbol

Leaf = Number | Symbol | Reference


class Most(NamedTuple):
    """Of a list of more than ``items``, only the ``first`` and the ``last`` are shown."""

    items: int
    first: int
    last: int

    def said(self, skipped: int) -> str:
        """What stands for the others; inside a name there is no room for their number."""
        if self is MOST_IN_NAME:
            return "⋯"
        return f"⋯ {skipped:,} more {'terms ' if self is MOST_TERMS else ''}⋯"


MOST_ITEMS = Most(24, first=10, last=3)  # of products and lists
MOST_TERMS = Most(12, first=5, last=2)  # of sums
MOST_NESTED = Most(6, first=2, last=1)  # of sums within the terms of another
MOST_IN_NAME = Most(4, first=2, last=1)


@dataclass(frozen=True, slots=True)
class Ink:
    """How a leaf is written.

    ``text`` is a number as text, or a name of the program: single letters are set in italics, trailing digits as
    subscripts, and a name that is an expression itself (``x1w1 + x2w2``) as that expression, shortened where it is
    long. A "number" has the figures of the number family; a rule's own numbers look best as names, in the figures of
    the formula. "gradient" is a fraction, ∂``of`` over ∂``text``. ``subscript`` is set as one; ``element`` in square
    brackets behind the name, ``x[2,1]``. ``key`` is what is under the pointer there, None where nothing is. ``ghost``
    greys what does not count.
    """

    text: str
    subscript: str = ""
    element: str = ""
    kind: Literal["name", "number", "gradient"] = "name"
    key: Hashable | None = None
    color: QColor | None = None
    underline: QColor | None = None
    ghost: bool = False
    of: str = "L"


Write = Callable[[Leaf], Ink]


def name_write(color: QColor, ghost: bool) -> Write:
    """How the leaves of an unnamed value's text are written."""

    def write(leaf: Leaf) -> Ink:
        if isinstance(leaf, Number):
            return Ink(f"{leaf.value:g}", color=color, ghost=ghost)
        return Ink(leaf.name if isinstance(leaf, Symbol) else "?", color=color, ghost=ghost)

    return write
