"""The small chart of gradient norms below the step card."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF

from visualizer.session.card import Bar
from visualizer.session.formatting import number_text
from visualizer.ui.card_column import HEADING
from visualizer.ui.card_picture import CardLayout, Draw
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, text_width


def lay_out_bars(bars: tuple[Bar, ...], theme: Theme, width: float) -> CardLayout:
    """The small chart of gradient norms, layer by layer in the order in which they arrive; empty before the first."""
    out = CardLayout(width)
    if len(bars) < 2 or all(bar.value is None for bar in bars):
        return out
    muted = color(theme.muted)
    out.draws.append(lambda pen: pen.text(0, 11, "GRADIENT NORM, AS THEY ARRIVE", muted, HEADING, "semibold"))
    largest = max((bar.value for bar in bars if bar.value is not None and math.isfinite(bar.value)), default=0.0) or 1.0
    lead = max(text_width(bar.name, 12, "medium") for bar in bars) + 10
    room = width - lead - 52
    for place, bar in enumerate(bars):
        out.draws.append(_bar(bar, theme, width, lead, room, largest, 22.0 + 20 * place))
    out.height = 26.0 + 20 * len(bars)
    return out


def _bar(bar: Bar, theme: Theme, width: float, lead: float, room: float, largest: float, y: float) -> Draw:
    share = min(bar.value / largest, 1.0) if bar.value is not None and math.isfinite(bar.value) else 0.0
    track, filled = QRectF(lead, y, room, 13), QRectF(lead, y, max(room * share, 2.0), 13)

    def draw(pen: Pen) -> None:
        pen.text(0, y + 11, bar.name, color(theme.text), 12, "medium")
        pen.box(track, 3, color(theme.raised))
        if bar.value is None:
            pen.right(width, y + 11, "not yet", color(theme.muted), 11.5)
        else:
            if share:
                pen.box(filled, 3, color(theme.backward))
            pen.right(width, y + 11, number_text(bar.value), color(theme.text), 12)

    return draw
