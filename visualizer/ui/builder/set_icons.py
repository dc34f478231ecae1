"""Data sets as icons in the list of sets."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from visualizer.session.builder.thumbnail import Thumbnail, thumbnail_of
from visualizer.ui.theme import THEMES, Theme, ThemeName, color, mix

SIZE = 20
SCALES = (1, 2, 3)


def set_icon(name: str, theme: Theme) -> QIcon:
    """The icon of a set; empty for one that does not come with the program."""
    return _icon(name, theme.name)


@lru_cache(maxsize=64)
def _icon(name: str, theme: ThemeName) -> QIcon:
    made, thumbnail = QIcon(), thumbnail_of(name)
    if thumbnail is not None:
        for scale in SCALES:
            made.addPixmap(_pixmap(thumbnail, THEMES[theme], scale))
    return made


def _pixmap(thumbnail: Thumbnail, theme: Theme, scale: int) -> QPixmap:
    pixmap = QPixmap(SIZE * scale, SIZE * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.scale(scale, scale)
    if thumbnail.pixels is not None:
        rows, columns = thumbnail.pixels.shape
        side = (SIZE - 2) / max(rows, columns)
        for (row, column), value in _entries(thumbnail.pixels):
            painter.fillRect(
                QRectF(1 + column * side, 1 + row * side, side, side), mix(color(theme.text), color(theme.panel), value)
            )
    elif thumbnail.dots is not None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for tone, (x, y) in zip(_tones(thumbnail, theme), thumbnail.dots, strict=True):
            painter.setBrush(tone)
            painter.drawEllipse(QPointF(2 + (SIZE - 4) * float(x), 2 + (SIZE - 4) * (1 - float(y))), 1.1, 1.1)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def _entries(pixels: object) -> list[tuple[tuple[int, int], float]]:
    return [
        ((row, column), float(value))
        for row, values in enumerate(pixels)  # type: ignore[arg-type]
        for column, value in enumerate(values)
    ]


def _tones(thumbnail: Thumbnail, theme: Theme) -> list[QColor]:
    """Orange and blue as Playground has them, for classes and for the two ends of a range."""
    orange, blue = color(theme.weight), color(theme.pre_activation)
    if thumbnail.classes is not None:
        tones = (orange, blue, color(theme.activation))
        return [tones[int(number) % len(tones)] for number in thumbnail.classes]
    faint = color(theme.hairline)
    values = [] if thumbnail.values is None else [float(value) for value in thumbnail.values]
    return [mix(blue if value > 0 else orange, faint, abs(value)) for value in values]
