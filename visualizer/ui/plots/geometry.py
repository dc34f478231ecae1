"""Where the parts of a chart go: its frame, the names of its curves, its thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF

from engine.ops import Array
from visualizer.session.plots.drawing import Gap
from visualizer.ui.plots.chart import Chart, Entry, Label, Rule
from visualizer.ui.plots.naming import place_names, place_thresholds
from visualizer.ui.theme import text_width

LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 27.0, 20.0
BETWEEN = 26.0  # two charts of one plot, apart from the numbers at the left
TITLE, SMALL, TINY = 13.0, 11.0, 10.5  # sizes of text
LINE = 13.5  # from one name at the right to the next
SWATCH = 14.0
THINNEST_GAP = 6.0  # pixels: a single iteration has to be seen
GAP = 12.0  # between two texts in the row of the title


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A chart in ``rect``, whose curves are in ``frame``.

    ``corner`` is the room that buttons take at the right of the title's row. ``entries`` and ``rules`` are where those
    are written: what is pressed there is meant for them. ``subtitle`` is the text that there is room for and its x.
    """

    chart: Chart
    rect: QRectF
    frame: QRectF
    entries: tuple[tuple[Entry, QRectF], ...] = ()
    rules: tuple[tuple[Rule, QRectF], ...] = ()
    labels: tuple[tuple[Label, QRectF], ...] = ()
    subtitle: tuple[float, str] = (0.0, "")

    def x(self, value: float) -> float:
        """The pixel of an x."""
        low, high = self.chart.x
        return self.frame.left() + (value - low) / ((high - low) or 1.0) * self.frame.width()

    def y(self, place: float) -> float:
        """The pixel of a place."""
        scale = self.chart.y
        return self.frame.bottom() - (place - scale.low) / ((scale.high - scale.low) or 1.0) * self.frame.height()

    def pixels(self, points: Array) -> Array:
        """Points (count, 1 + places) in pixels; those far outside are brought to where a painter can still count."""
        found = np.empty(points.shape)
        (first, last), scale = self.chart.x, self.chart.y
        with np.errstate(all="ignore"):
            found[:, 0] = self.frame.left() + (points[:, 0] - first) * (self.frame.width() / ((last - first) or 1.0))
            heights = (points[:, 1:] - scale.low) * (self.frame.height() / ((scale.high - scale.low) or 1.0))
            found[:, 1:] = self.frame.bottom() - heights
        return np.clip(found, -20_000.0, 20_000.0)

    def x_at(self, pixel: float) -> float:
        """The x at a pixel."""
        low, high = self.chart.x
        return low + (pixel - self.frame.left()) / max(self.frame.width(), 1.0) * (high - low)

    def place_at(self, pixel: float) -> float:
        """The place at a pixel."""
        scale = self.chart.y
        return scale.low + (self.frame.bottom() - pixel) / max(self.frame.height(), 1.0) * (scale.high - scale.low)

    def contains(self, place: float) -> bool:
        """Whether a place is within the scale."""
        return self.chart.y.low - 1e-9 <= place <= self.chart.y.high + 1e-9


def place_charts(charts: Sequence[Chart], rect: QRectF, corner: float = 0.0, words: bool = False) -> list[Placed]:
    """The charts of one plot, side by side; ``words`` says the scale in words, where no button says it."""
    width = (rect.width() - BETWEEN * (len(charts) - 1)) / max(len(charts), 1)
    return [
        _place(
            chart,
            QRectF(rect.left() + i * (width + BETWEEN), rect.top(), width, rect.height()),
            corner if i == len(charts) - 1 else 0.0,
            words,
        )
        for i, chart in enumerate(charts)
    ]


def _place(chart: Chart, rect: QRectF, corner: float, words: bool) -> Placed:
    frame = rect.adjusted(LEFT, TOP, -_right(chart), -BOTTOM)
    chart = _titled(chart, rect.right() - corner - frame.left())
    placed = Placed(chart, rect, frame)
    row, room = _title_row(chart, rect, frame, corner)
    beside = bool(row) and row[0][1].top() < frame.top()
    subtitle = (room[0], "")
    for said in chart.subtitles or ("",):
        if words and chart.scale_word:
            said = f"{said}, {chart.scale_word}" if said else chart.scale_word
        width = text_width(said, SMALL)
        if width <= room[1] - room[0]:
            subtitle = (room[0] if beside else room[1] - width, said)
            break
    lines, named = (
        [placed.pixels(line.points) for line in part]
        for part in (chart.lines if chart.labels else (), [label.line for label in chart.labels])
    )
    rules = _rule_texts(placed, lines)
    labels = place_names(chart.labels, lines, named, frame, [area for _, area in rules])
    return Placed(chart, rect, frame, (*row, *_names(placed)), rules, labels, subtitle)


def _titled(chart: Chart, room: float) -> Chart:
    """The chart with its short title where the long one leaves no room for the shortest subtitle."""
    needed = text_width(chart.title, TITLE, "semibold")
    if chart.subtitles:
        needed += GAP + text_width(chart.subtitles[-1], SMALL)
    return replace(chart, title=chart.short_title) if chart.short_title and needed > room else chart


def _right(chart: Chart) -> float:
    """The room at the right of the frame for names or a bar of colours."""
    names = [text_width(entry.text, TINY, "medium") for entry in chart.entries if entry.place is not None]
    ramp = [16 + text_width(text, TINY) for _, text in chart.ramp.texts] if chart.ramp else []
    return max([RIGHT, *(min(width, 90.0) + 12 for width in (*names, *ramp))])


def _title_row(
    chart: Chart, rect: QRectF, frame: QRectF, corner: float
) -> tuple[list[tuple[Entry, QRectF]], tuple[float, float]]:
    """The entries in the row of the title, from the right, and what room is left between title and them.

    Where that is none they stand in the upper right corner of the frame, their names cut to one width.
    """
    entries = [entry for entry in chart.entries if entry.place is None]
    left = frame.left() + (text_width(chart.title, TITLE, "semibold") + GAP if chart.title else 0.0)
    right = rect.right() - (corner or rect.right() - frame.right())
    widths = [SWATCH + 4 + text_width(entry.text, SMALL, "medium") for entry in entries]
    if not entries or sum(widths) + GAP * len(widths) <= right - left:
        row = _from_right(entries, widths, right, rect.top() + 2)
        return row, (left, right - sum(widths) - GAP * len(widths))
    room = (frame.width() - 16) / len(entries) - GAP
    return _from_right(entries, [min(width, room) for width in widths], frame.right() - 8, frame.top() + 3), (
        left,
        right,
    )


def _from_right(entries: list[Entry], widths: list[float], right: float, top: float) -> list[tuple[Entry, QRectF]]:
    """Entries in a row that ends at ``right``."""
    row: list[tuple[Entry, QRectF]] = []
    for entry, width in zip(reversed(entries), reversed(widths), strict=True):
        row.insert(0, (entry, QRectF(right - width, top, width, 18)))
        right -= width + GAP
    return row


def _names(placed: Placed) -> list[tuple[Entry, QRectF]]:
    """The names at the ends of curves, moved apart so that each can be read."""
    frame, chart = placed.frame, placed.chart
    entries = [entry for entry in chart.entries if entry.place is not None]
    wanted = []
    for number, entry in enumerate(entries):
        place = entry.place if entry.place is not None and math.isfinite(entry.place) else chart.y.low
        wanted.append((min(max(placed.y(place), frame.top() + 5), frame.bottom() - 5), number, entry))
    wanted.sort(key=lambda item: (item[0], item[1]))
    middles = [y for y, _, _ in wanted]
    line = min(LINE, (frame.height() - 4) / max(len(middles), 1))
    for i in range(1, len(middles)):
        middles[i] = max(middles[i], middles[i - 1] + line)
    bottom = frame.bottom() - 3
    for i in range(len(middles) - 1, -1, -1):
        middles[i] = min(middles[i], bottom)
        bottom = middles[i] - line
    out = []
    for middle, (_, _, entry) in zip(middles, wanted, strict=True):
        width = min(text_width(entry.text, TINY, "medium"), 90.0)
        out.append((entry, QRectF(frame.right() + 7, middle - LINE / 2, width + 3, LINE)))
    return out


def _rule_texts(placed: Placed, lines: list[Array]) -> tuple[tuple[Rule, QRectF], ...]:
    """Where thresholds are named: above or below their line, away from ``lines``."""
    rules = [rule for rule in placed.chart.rules if placed.contains(rule.place)]
    texts = [(placed.y(rule.place), text_width(rule.text, TINY) + 6) for rule in rules]
    return tuple(zip(rules, place_thresholds(texts, lines, placed.frame), strict=True))


def gap_area(placed: Placed, gap: Gap) -> QRectF:
    """The strip of a gap within the frame, wide enough to be seen; empty where the gap is not shown."""
    frame = placed.frame
    left, right = placed.x(gap.first), placed.x(gap.last)
    if right < frame.left() - 0.5 or left > frame.right() + 0.5:
        return QRectF()
    wider = max(THINNEST_GAP - (right - left), 0.0) / 2
    left, right = max(left - wider, frame.left()), min(right + wider, frame.right())
    return QRectF(left, frame.top(), right - left, frame.height())
