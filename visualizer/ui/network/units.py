"""The units of a network: tiles with pictures over the plane or with values, or strips of cells in colours."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap

from engine.ops import Array
from visualizer.session.formatting import number_text
from visualizer.session.network.scene import Column, NetworkScene
from visualizer.session.training.snapshot import Snapshot
from visualizer.ui.heat import colored, diverging, picture, pictures, sign_color
from visualizer.ui.network.lines import draw_lines
from visualizer.ui.network.look import Look, seen
from visualizer.ui.pen import Pen, line, painting
from visualizer.ui.theme import Theme, color, mix, readable

CORNER = 5.0
LARGE = 30.0  # from that width on a tile has a stronger border
TINT = 0.42  # of a colour behind a number
RULED = 7.0  # from that height on the cells of a strip are ruled
FRAMED = 12.0  # from that width on a strip has a border in its role's colour


def paint_units(pen: Pen, scene: NetworkScene, theme: Theme, snapshot: Snapshot, look: Look) -> None:
    """All columns."""
    strips: list[tuple[int, Column]] = []
    for number, column in enumerate(scene.columns):
        maps, values = seen(snapshot, number)
        limit, border = look.scales.values[number], _border(scene, theme, number)
        if not column.tiles:
            strips.append((number, column))
        elif scene.shape.maps and maps is not None:
            _paint_maps(pen.painter, theme, column, maps, limit, border)
        else:
            _paint_values(pen, theme, column, values, limit, border)
        if column.shown < column.units:
            x, y, width, height = column.bounds
            rect = QRectF(x + width / 2 - 40, y + height + 3, 80, 14)
            pen.centered(rect, f"+ {column.units - column.shown:,}", color(theme.muted), 10.5)
    if strips:
        _paint_strips(pen, scene, theme, snapshot, look, strips)


def _border(scene: NetworkScene, theme: Theme, number: int) -> QColor:
    """The colour of a column's role, paler around small tiles."""
    tone = theme.role("input" if number == 0 else "activation")
    if number == len(scene.columns) - 1:
        tone = color(theme.text)
    return mix(tone, color(theme.ground), 0.62 if scene.columns[number].width > LARGE else 0.5)


# Tiles --------------------------------------------------------------------------------------------------------------


def _paint_maps(painter: QPainter, theme: Theme, column: Column, maps: Array, limit: float, border: QColor) -> None:
    ratio = painter.device().devicePixelRatioF()
    frame = _frame(column.width, column.height, border.rgb(), color(theme.ground).rgb(), ratio)
    for unit, image in enumerate(pictures(maps[: column.shown], limit, theme)):
        x, y, width, height = column.rect(unit)
        painter.drawImage(QRectF(x, y, width, height), image)
        painter.drawPixmap(QPointF(x - 1, y - 1), frame)


@lru_cache(maxsize=64)
def _frame(width: float, height: float, border: int, ground: int, ratio: float) -> QPixmap:
    """What makes a rounded tile of a square picture, laid over it: painting through a clip takes ten times as long."""
    made = QPixmap(round((width + 2) * ratio), round((height + 2) * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    rect = QRectF(1, 1, width, height)
    corners, rounded = QPainterPath(), QPainterPath()
    corners.addRect(rect.adjusted(-1, -1, 1, 1))
    rounded.addRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)
    with painting(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(corners - rounded, QColor.fromRgb(ground))
        painter.strokePath(rounded, line(QColor.fromRgb(border), 1.4 if width > LARGE else 1.1))
    return made


def _paint_values(pen: Pen, theme: Theme, column: Column, values: Array | None, limit: float, border: QColor) -> None:
    for unit in range(column.shown):
        rect = QRectF(*column.rect(unit))
        value = None if values is None else float(values[unit])
        finite = value is not None and math.isfinite(value)
        share = min(max(value / limit, -1.0), 1.0) if value is not None and finite else 0.0
        fill = sign_color(theme, TINT * share) if finite else color(theme.panel)
        pen.box(rect, CORNER, fill, border, 1.2)
        tone = color(theme.text if value is None or finite else theme.danger)
        pen.centered(rect, "·" if value is None else number_text(value), readable(tone, fill), 11.5, "medium")


# Strips -------------------------------------------------------------------------------------------------------------


def _paint_strips(
    pen: Pen, scene: NetworkScene, theme: Theme, snapshot: Snapshot, look: Look, strips: list[tuple[int, Column]]
) -> None:
    """All strips at once: a deep network has a hundred of them."""
    painter = pen.painter
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    shares = [_shares(snapshot, number, column, look.scales.values[number]) for number, column in strips]
    colors = colored(np.concatenate(shares)[:, None], -1.0, 1.0, diverging(theme))
    place = 0
    for (number, column), share in zip(strips, shares, strict=True):
        rect = QRectF(*column.bounds)
        if seen(snapshot, number)[1] is None:
            painter.fillRect(rect, color(theme.raised))
        else:
            painter.drawImage(rect, picture(colors[place : place + len(share)]))
        place += len(share)
    columns = [column for _, column in strips]
    draw_lines(painter, _rules(columns), line(color(theme.ground), 1.0))
    draw_lines(painter, _outlines(columns), line(color(theme.hairline), 1.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for number, column in strips:
        if column.width >= FRAMED:
            rect = QRectF(*column.bounds).adjusted(-0.5, -0.5, 0.5, 0.5)
            pen.box(rect, 2, None, _border(scene, theme, number), 1.1)


def _shares(snapshot: Snapshot, number: int, column: Column, limit: float) -> Array:
    """Values of a column's units as shares of their limit."""
    values = seen(snapshot, number)[1]
    return np.zeros(column.shown) if values is None else values[: column.shown] / limit


def _rules(columns: list[Column]) -> Array:
    """The lines between the cells of strips: x1, y1, x2, y2 of each."""
    found = [np.empty((0, 4))]
    for column in columns:
        if column.pitch >= RULED:
            y = column.y + column.pitch * np.arange(1, column.shown)
            x = np.full(len(y), column.x)
            found.append(np.stack([x, y, x + column.width, y], axis=1))
    return np.concatenate(found)


def _outlines(columns: list[Column]) -> Array:
    """The lines around narrow strips: x1, y1, x2, y2 of each."""
    found = [np.empty((0, 4))]
    for column in columns:
        if column.width < FRAMED:
            x, y, width, height = column.bounds
            left, right, top, bottom = x - 1, x + width, y - 1, y + height
            found.append(np.array([
                (left, top, right, top), (left, bottom, right, bottom), (left, top, left, bottom),
                (right, top, right, bottom),
            ]))  # fmt: skip
    return np.concatenate(found)
