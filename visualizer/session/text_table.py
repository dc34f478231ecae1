"""Tables of text for a terminal: columns of one width, numbers with their points below one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from visualizer.session.text_grid import aligned

INDENT = "  "
GAP = "   "
# A number as people read it, perhaps with a unit behind it.
_NUMBER = re.compile(r"(−?[\d,]+(\.\d+)?(e−?\d+)?|−?∞|NaN)( \S+)?")


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines, indented. Columns are as wide as their widest cell; numbers are aligned at the point."""
    columns = [_column([row[place] for row in rows]) for place in range(len(rows[0]))] if rows else []
    for cells in zip(*columns, strict=True):
        yield f"{INDENT}{GAP.join(cells)}".rstrip()


def _column(texts: Sequence[str]) -> list[str]:
    """The cells of a column, all of one width."""
    numbers = [text for text in texts if _NUMBER.fullmatch(text)]
    placed = iter(aligned(numbers) if numbers else [])
    cells = [next(placed) if _NUMBER.fullmatch(text) else text for text in texts]
    width = max(map(len, cells))
    return [f"{cell:<{width}}" for cell in cells]
