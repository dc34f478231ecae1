"""What follows the pointer: a line across the plot, and a box with the numbers there, which never leaves the frame."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from visualizer.ui.pen import Pen, dashes, elided
from visualizer.ui.plots.chart import Reading
from visualizer.ui.plots.geometry import SMALL, Placed
from visualizer.ui.theme import Theme, color, text_width

ROW, INSET = 15.0, 8.0
AWAY = 9.0  # from the line to the box
WIDEST = 260.0


def paint_crosshair(pen: Pen, theme: Theme, placed: Placed, x: float, firm: bool) -> None:
    """The line at x: firm for the iteration looked at, dashed for the pointer."""
    frame = placed.frame
    pixel = placed.x(x)
    if not frame.left() - 1 <= pixel <= frame.right() + 1:
        return
    pixel = min(max(pixel, frame.left() + 0.5), frame.right() - 0.5)
    painter = pen.painter
    painter.setPen(
        dashes(color(theme.text if firm else theme.muted), 1.2 if firm else 1.0, (1e6, 1.0) if firm else (3.0, 3.0))
    )
    painter.drawLine(QPointF(pixel, frame.top()), QPointF(pixel, frame.bottom()))


def paint_reading(pen: Pen, theme: Theme, placed: Placed, reading: Reading, pointer: float = math.nan) -> QRectF:
    """The box of a reading beside its line; where it is. ``pointer`` is the pointer's y, which it keeps clear of."""
    frame = placed.frame
    room = min(frame.width() - 8, WIDEST)
    rows = [*reading.rows]
    fitting = max(0, int((frame.height() - INSET - ROW - 9) / ROW))
    notes = _wrapped(reading.note, room - 2 * INSET) if reading.note else []
    if len(rows) + len(notes) > fitting:
        rows = rows[: max(fitting - len(notes), 0)]
        notes = notes[: max(fitting - len(rows), 0)]
    names = max((text_width(name, SMALL) for _, name, _ in rows), default=0.0)
    numbers = max((text_width(number, SMALL, "medium") for *_, number in rows), default=0.0)
    lead = 12.0 if any(tone is not None for tone, *_ in rows) else 0.0
    widths = [text_width(reading.title, SMALL), lead + names + 14 + numbers if rows else 0.0]
    inner = min(max([*widths, *(text_width(note, SMALL) for note in notes)]), room - 2 * INSET)
    width, height = inner + 2 * INSET, ROW * (1 + len(rows) + len(notes)) + INSET + 3
    pixel = min(max(placed.x(reading.x), frame.left()), frame.right())
    left = pixel + AWAY if pixel + AWAY + width <= frame.right() - 4 else pixel - AWAY - width
    left = min(max(left, frame.left() + 4), frame.right() - 4 - width)
    upper, lower = frame.top() + 6, frame.bottom() - 6 - height
    top = lower if not math.isnan(pointer) and pointer < frame.center().y() and lower > pointer + 6 else upper
    top = min(max(top, frame.top() + 3), max(frame.bottom() - 3 - height, frame.top() + 3))
    box = QRectF(left, top, width, height)
    over = QColor(color(theme.panel))
    over.setAlphaF(0.94)
    pen.box(box, 5, over, color(theme.hairline))
    baseline = top + INSET + 7.5
    x = left + INSET
    pen.text(x, baseline, elided(reading.title, inner, SMALL), color(theme.muted), SMALL)
    for tone, name, number in rows:
        baseline += ROW
        if tone is not None:
            pen.box(QRectF(x, baseline - 7, 7, 7), 2, tone)
        pen.text(x + lead, baseline, elided(name, inner - lead - numbers - 8, SMALL), color(theme.muted), SMALL)
        pen.right(box.right() - INSET, baseline, number, color(theme.text), SMALL, "medium")
    for note in notes:
        baseline += ROW
        pen.text(x, baseline, note, theme.ink(color(theme.danger)) if not reading.rows else color(theme.muted), SMALL)
    return box


def _wrapped(text: str, width: float) -> list[str]:
    """A text in lines no wider than so many pixels; a word that is wider loses its end."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, SMALL) <= width:
            lines[-1] = longer
        else:
            lines.append(elided(word, width, SMALL))
    return [line for line in lines if line]
