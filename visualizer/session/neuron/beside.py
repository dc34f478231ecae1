"""What stands beside the columns of units: captions and heat maps, below them or at the sides of rows.

Letters keep to sizes in pixels, so how much room they take in the picture depends on how large it is seen: ``pixel``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.units import Bundle, Group
from visualizer.session.neuron.captions import LETTER, Caption, Line, Rect, Words, column_lines, strand_line
from visualizer.session.neuron.columns import Columns

NAME, QUIET = 12.0, 11.0  # heights of letters in pixels
LINE = 1.35  # of a line, by the height of its letters
APART = 12.0  # pixels between the words of two columns
CROWDED, STACKED = 72.0, 56.0  # pixels from column to column, from row to row, that words need at least
WIDEST, WORDY = 150.0, 260.0  # pixels: a caption beside its row; one of a heat map there
NEAR, LANE = 14.0, 22.0  # from the outermost unit to what is written; more where edges may run between
FAR = 2  # columns: edges that lead over more may do so
SHORTEST, LONGEST, SHARE = 110.0, 240.0, 0.42  # the longer side of a heat map: a share of the columns' height
LARGEST_CELL, SMALLEST_CELL = 14.0, 1.0
FRAME = 6.0  # pixels around a heat map, and between it and the words along its sides


class Beside:
    """Captions and heat maps around some columns; ``lane`` is how far edges may run outside of these."""

    def __init__(
        self, groups: Sequence[Group], bundles: Sequence[Bundle], columns: Columns, rightwards: bool, pixel: float
    ) -> None:
        self._groups, self._columns, self._rightwards = groups, columns, rightwards
        if len(columns.middle) > 1:  # of a long network they can be read from nearer alone
            pixel = min(pixel, float(np.diff(columns.middle).min()) / (CROWDED if rightwards else STACKED))
        self._name, self._quiet, self._pixel = NAME * pixel, QUIET * pixel, pixel
        spans = (columns.column[bundle.target] - columns.column[bundle.source] for bundle in bundles)
        self.lane = lane = LANE if max(spans, default=0) >= FAR else 0.0
        hanging = 0.25 * float(columns.radius.max())  # of a bias, beyond its unit
        self._start = float(columns.start.min()) - NEAR - lane - (hanging if rightwards else 2 * hanging)
        self._end = float(columns.end.max()) + NEAR + lane + hanging

    # Captions -------------------------------------------------------------------------------------------------------

    def captions(self, words: Words) -> list[Caption]:
        """Below each column, or to the left of each row."""
        found = []
        for number, members in enumerate(self._columns.ranks):
            room = self._room(number)
            lines = column_lines(words, self._groups, members, int(room / (LETTER * self._name)) - 1)
            middle = float(self._columns.middle[number])
            found += self._below(lines, middle, room) if self._rightwards else self._left(lines, middle)
        return found

    def _room(self, number: int) -> float:
        """How wide the caption of a column may be."""
        widest = WIDEST * self._pixel
        near = np.diff(self._columns.middle)[max(number - 1, 0) : number + 1] if self._rightwards else ()
        return min(float(min(near)) - APART * self._pixel, widest) if len(near) else widest

    def _below(self, lines: Sequence[Line], middle: float, room: float) -> list[Caption]:
        found, y = [], self._end
        for text, quiet, group in lines:
            height = self._quiet if quiet else self._name
            width = min(_width(text, height), room)
            found.append(Caption(text, (middle - width / 2, y, width, height * LINE), height, "middle", quiet, group))
            y += height * LINE
        return found

    def _left(self, lines: Sequence[Line], middle: float) -> list[Caption]:
        heights = [self._quiet if quiet else self._name for _, quiet, _ in lines]
        y, found = middle - sum(heights) * LINE / 2, []
        for (text, quiet, group), height in zip(lines, heights, strict=True):
            width = _width(text, height)
            rect = (self._start - width, y, width, height * LINE)
            found.append(Caption(text, rect, height, "right", quiet, group))
            y += height * LINE
        return found

    # Heat maps ------------------------------------------------------------------------------------------------------

    def matrices(
        self, words: Words, crowded: Sequence[Bundle], strongest: int, captions: Sequence[Caption]
    ) -> tuple[dict[int, Rect], list[Caption]]:
        """Beside the gap that leads to the target: below everything, or to the right of it. With words around each."""
        columns, used = self._columns, defaultdict[int, float](float)
        across = float(columns.end.max() - columns.start.min())
        side, line, frame = min(max(SHARE * across, SHORTEST), LONGEST), self._quiet * LINE, FRAME * self._pixel
        head = line + frame  # the words above, and those at the left and below
        below = max((caption.rect[1] + caption.rect[3] for caption in captions), default=0.0)
        rects: dict[int, Rect] = {}
        found: list[Caption] = []
        for bundle in crowded:
            gap = int(columns.column[bundle.target]) - 1
            before, after = float(columns.middle[gap]), float(columns.middle[gap + 1])
            apart = after - before - 2 * frame
            room = min(apart - (head if self._rightwards else 2 * head), LONGEST)
            width, height = _matrix_size(bundle, *((room, side) if self._rightwards else (side, room)))
            wide = apart if self._rightwards else WORDY * self._pixel
            text = strand_line(bundle, strongest, int(wide / (LETTER * self._quiet)) - 2)
            taken = max(_width(text, self._quiet), width + head)
            if self._rightwards:
                left = (before + after) / 2 - (width - head) / 2
                top = below + 2 * frame + used[gap] + head
                used[gap] += 2 * head + height + 2 * frame
            else:
                left = self._end + head + used[gap]
                top = (before + after) / 2 - height / 2
                used[gap] += taken + 2 * frame
            rects[bundle.number] = (left, top, width, height)
            found += self._around(words, bundle, text, rects[bundle.number], taken)
        return rects, found

    def _around(self, words: Words, bundle: Bundle, text: str, rect: Rect, taken: float) -> list[Caption]:
        """How much of a heat map is drawn above it, and where its rows and columns are as far as there is room."""
        left, top, width, height = rect
        line, frame, letter = self._quiet * LINE, FRAME * self._pixel, LETTER * self._quiet
        head = line + frame
        text_left = left + (width - head) / 2 - taken / 2 if self._rightwards else left - head

        def caption(text: str, rect: Rect, turned: bool = False) -> Caption:
            return Caption(text, rect, self._quiet, "middle", True, strand=bundle.number, turned=turned)

        above = caption(text, (text_left, top - head, taken, line))
        found = [above if self._rightwards else replace(above, align="left")]
        source, target = words[bundle.stage][0], words[bundle.consumer][0]
        if len(f"from {source}") * letter <= width:
            found.append(caption(f"from {source}", (left, top + height + frame / 2, width, line)))
        if len(f"to {target}") * letter <= height:
            found.append(caption(f"to {target}", (left - line - frame / 2, top, line, height), True))
        return found


def _width(text: str, height: float) -> float:
    """The room for a text, with some to spare where it is a short one."""
    return (len(text) + 2) * LETTER * height


def _matrix_size(bundle: Bundle, width: float, height: float) -> tuple[float, float]:
    """Cells are squares as long as they can be seen; then the larger of the two sides is pressed together."""
    targets, sources = bundle.shape
    cell = min(max(min(width / sources, height / targets), SMALLEST_CELL), LARGEST_CELL)
    return min(cell * sources, width), min(cell * targets, height)
