"""Arrays as lines of text whose numbers stand below one another, and long lines broken, for a terminal."""

from __future__ import annotations

import textwrap
import unicodedata

import numpy as np

from engine.ops import Array
from engine.shapes import shape_text
from visualizer.session.formatting import number_text

WIDTH = 96
# A grid may be a little wider: in blocks it is harder to read.
GRID_WIDTH = 100
# A matrix of more rows or columns than this is summed up in a line.
MAX_GRID = 10


def grid(array: Array, room: int | None = None) -> list[str]:
    """An array as lines: numbers aligned at the point in columns, a row a line; a large one in one line of words.

    One wider than ``room`` stands in blocks of columns below one another.
    """
    if array.ndim == 0:
        return [number_text(float(array))]
    if array.ndim > 2 or max(array.shape) > MAX_GRID:
        return [_summary(array)]
    rows = np.atleast_2d(array)
    columns = [aligned([number_text(float(value)) for value in column]) for column in rows.T]
    blocks = _blocks([len(column[0]) + 2 for column in columns], room - 2) if room else [range(len(columns))]
    lines = []
    for block in blocks:
        if len(blocks) > 1:
            lines.append(f"columns {block[0] + 1} to {block[-1] + 1}" if len(block) > 1 else f"column {block[0] + 1}")
        chosen = [columns[place] for place in block]
        lines += [f"[ {'  '.join(row)} ]" for row in zip(*chosen, strict=True)]
    return lines


def _blocks(widths: list[int], room: int) -> list[range]:
    """The columns, in as few blocks as fit."""
    starts, used = [0], 0
    for place, width in enumerate(widths):
        if used and used + width > room:
            starts.append(place)
            used = 0
        used += width
    return [range(start, stop) for start, stop in zip(starts, [*starts[1:], len(widths)], strict=True)]


def aligned(texts: list[str]) -> list[str]:
    """Numbers padded so that their points stand below one another."""
    split = [_split_at_point(text) for text in texts]
    before = max(len(whole) for whole, _ in split)
    behind = max(len(rest) for _, rest in split)
    return [f"{whole:>{before}}{rest:<{behind}}" for whole, rest in split]


def _split_at_point(text: str) -> tuple[str, str]:
    place = next((i for i, sign in enumerate(text) if sign in ".e"), len(text))
    return text[:place], text[place:]


def _summary(array: Array) -> str:
    """A large array in words: its shape, and from where to where its numbers go."""
    finite = array[np.isfinite(array)]
    if not finite.size:
        return f"({shape_text(array.shape)}), no number of it finite"
    reach = f"from {number_text(float(finite.min()))} to {number_text(float(finite.max()))}"
    others = array.size - finite.size
    return f"({shape_text(array.shape)}), {reach}" + (f", {others:,} not finite" if others else "")


def wrapped(start: str, text: str) -> list[str]:
    """``text`` behind ``start``, broken at spaces where it is too long, within lists only if it must."""
    glued = text.replace(", ", ",\N{NO-BREAK SPACE}")
    width = max(WIDTH, len(start) + 40)
    lines = _broken(start, glued, width)
    if max(map(len, lines)) > width:
        lines = _broken(start, text, width)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _broken(start: str, text: str, width: int) -> list[str]:
    behind = " " * (len(start) + 2)
    return textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=behind, break_long_words=False, break_on_hyphens=False
    )


def to_right(text: str, width: int) -> str:
    """``text`` at the right end of ``width`` columns; an accent takes none."""
    return " " * (width - columns_of(text)) + text


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(not unicodedata.combining(letter) for letter in text)
