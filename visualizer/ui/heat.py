"""Numbers as colours: pictures of arrays, signs from orange through the ground to blue, classes by a colour each."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from engine.ops import Array
from visualizer.ui.theme import Theme, color, mix

NEGATIVE = {"light": "#E07B1A", "dark": "#C46A12"}
POSITIVE = {"light": "#3B78E7", "dark": "#2C66CC"}
# Told apart by their lightness too; of two classes the first is orange, the second blue.
CLASSES = {
    "light": ("#E07B1A", "#3B78E7", "#1F8F5F", "#B5179E", "#7A5C3E", "#0F8B8D", "#D9A400", "#6E56B8", "#C2353F",
              "#5B6472"),
    "dark": ("#D9791F", "#4C86EA", "#3FB27F", "#D765C4", "#A98560", "#3FC1C0", "#E0B93C", "#A08AE8", "#E5666E",
             "#8A93A1"),
}  # fmt: skip
_NOT_FINITE = 256  # the place in a table behind the 256 colours

Colors = np.ndarray[tuple[int], np.dtype[np.uint32]]


def class_color(theme: Theme, number: int) -> QColor:
    """The colour of a class; from the eleventh on they come again."""
    colors = CLASSES[theme.name]
    return color(colors[number % len(colors)])


def sign_color(theme: Theme, share: float) -> QColor:
    """The colour of a number from −1 to 1."""
    found = diverging(theme)[round(min(max(share, -1.0), 1.0) * 127.5 + 127.5)]
    return QColor.fromRgb(int(found))


@lru_cache(maxsize=2)
def diverging(theme: Theme) -> Colors:
    """256 colours from orange through the ground to blue, as 0xffRRGGBB, and one for what is not finite."""
    low, ground, high = color(NEGATIVE[theme.name]), color(theme.ground), color(POSITIVE[theme.name])
    colors = [
        mix(low if place < 128 else high, ground, min(abs(place - 127.5) / 127.5, 1.0) ** 0.8) for place in range(256)
    ]
    return _table(colors, theme)


@lru_cache(maxsize=2)
def two_colors(theme: Theme) -> Colors:
    """The same for signs alone: orange below 0, blue from 0 on."""
    ends = diverging(theme)[[20, 235]]
    return _table([QColor.fromRgb(int(ends[int(place > 127)])) for place in range(256)], theme)


@lru_cache(maxsize=2)
def greys(theme: Theme) -> Colors:
    """256 colours from paper to ink."""
    paper, ink = color(theme.panel), color(theme.text)
    return _table([mix(ink, paper, place / 255) for place in range(256)], theme)


@lru_cache(maxsize=32)
def towards(theme: Theme, tone: int) -> Colors:
    """256 colours from the ground to ``tone`` (0xffRRGGBB)."""
    return _table([mix(QColor.fromRgb(tone), color(theme.ground), place / 255) for place in range(256)], theme)


def _table(colors: list[QColor], theme: Theme) -> Colors:
    table = np.array([*(tone.rgb() for tone in colors), color(theme.danger).rgb()], dtype=np.uint32)
    table.flags.writeable = False
    return table


def colored(values: Array, low: float, high: float, table: Colors) -> Colors:
    """The colours of numbers, from a table that runs from ``low`` to ``high``; red for what is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        places = np.clip((values - low) * (256 / (high - low)), 0, 255)
    return table[np.where(np.isfinite(values), places, _NOT_FINITE).astype(np.intp)]


def picture(colors: Colors) -> QImage:
    """An image over rows of colours (height, width), top row first. The image keeps the array alive."""
    colors = np.ascontiguousarray(colors)
    height, width = colors.shape
    return QImage(memoryview(colors).cast("B"), width, height, 4 * width, QImage.Format.Format_RGB32)


def pictures(maps: Array, limit: float, theme: Theme) -> list[QImage]:
    """Each of ``maps`` (n, side, side) as an image, from −``limit`` to ``limit``, its first row at the bottom."""
    return [picture(colors) for colors in colored(maps, -limit, limit, diverging(theme))[:, ::-1]]
