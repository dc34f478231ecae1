"""A sample that is no picture, as a small table: its features, or what a regression answers of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF

from visualizer.session.formatting import number_text
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import Theme, color, text_width

ROW, SIZE = 18.0, 12.0
MOST = 8  # rows; what is left is counted
NUMBERS = 84.0  # from the right end of one column of numbers to the next, at most

Row = tuple[str, tuple[float, ...]]


def lines_for(count: int, room: float = 1e6) -> int:
    """The lines that so many rows take in that room: the last one may say how many are left."""
    wanted = count if count <= MOST else MOST + 1
    return min(wanted, max(int(room // ROW), 2))


def paint_facts(pen: Pen, theme: Theme, rows: Sequence[Row], rect: QRectF, heads: tuple[str, ...]) -> None:
    """Rows of a name and its numbers, below ``heads``: the name's, and one for each number, all in capitals."""
    muted, ink = color(theme.muted), color(theme.text)
    columns = len(heads) - 1
    apart = min(NUMBERS, rect.width() / (columns + 1))
    ends = [rect.right() - apart * (columns - 1 - k) for k in range(columns)]
    pen.text(rect.x(), rect.y() + 9, heads[0], muted, 10, "semibold")
    for end, head in zip(ends, heads[1:], strict=True):
        pen.right(end, rect.y() + 9, head, muted, 10, "semibold")
    y = rect.y() + 18
    lines = lines_for(len(rows), rect.bottom() - y)
    shown = len(rows) if lines >= len(rows) else lines - 1
    for name, numbers in rows[:shown]:
        texts = [number_text(number) for number in numbers]
        room = ends[0] - text_width(texts[0], SIZE, "medium") - 10 - rect.x()
        pen.text(rect.x(), y + 12.5, elided(name, room, SIZE), ink, SIZE)
        for end, text in zip(ends, texts, strict=True):
            pen.right(end, y + 12.5, text, ink, SIZE, "medium")
        pen.stroke(rect.x(), y + ROW - 0.5, rect.right(), y + ROW - 0.5, color(theme.hairline))
        y += ROW
    if shown < len(rows):
        pen.text(rect.x(), y + 12.5, f"and {len(rows) - shown:,} more", muted, SIZE)
