"""Tables of text for a terminal: columns of one width, numbers with their points below one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

INDENT = "  "
GAP = "   "
# A number as people read it, perhaps with a unit: what stands before its point, or its exponent, and what behind.
_NUMBER = re.compile(r"([−-]?[\d,]+|−?∞|NaN|–)((?:\.\d+)?(?:e[−-]?\d+)?(?: \S+)?)")


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines, indented. Columns are as wide as their widest cell; numbers are aligned at the point."""
    columns = [_aligned([row[place] for row in rows]) for place in range(len(rows[0]))] if rows else []
    for cells in zip(*columns, strict=True):
        yield f"{INDENT}{GAP.join(cells)}".rstrip()


def _aligned(texts: Sequence[str]) -> list[str]:
    """The cells of a column, all of one width."""
    found = [_NUMBER.fullmatch(text) for text in texts]
    before = max((len(number[1]) for number in found if number), default=0)
    cells = [f"{number[1]:>{before}}{number[2]}" if number else text for number, text in zip(found, texts, strict=True)]
    width = max(map(len, cells))
    return [f"{cell:<{width}}" for cell in cells]
