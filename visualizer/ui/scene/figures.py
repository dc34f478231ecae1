"""Figures in boxes of every form: what stands in a cell, in which colour, and the sign of an operation."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from engine.expression import Index, Kind, Reference
from visualizer.session.formatting import number_text
from visualizer.session.scene import Box, Scene, magnitude
from visualizer.ui.pen import Pen, line
from visualizer.ui.scene.edges import EdgePainter
from visualizer.ui.theme import Theme, color, mix, readable

SMALLEST_WORD = 8.0  # in the sign of an operation


def cell_text(
    scene: Scene, theme: Theme, box: Box, kind: Kind, index: Index, position: int, ground: QColor
) -> tuple[str, QColor]:
    """What stands in a cell at a position, and its colour; a dot for what is not known yet."""
    if kind == "value":
        array = scene.value(box.node, position) if scene.value_known(box.node, position) else None
    else:
        array = scene.gradient_state(box.node, position).value
    if array is None:
        return "·", color(theme.faint)
    value = float(array[index])
    return number_text(value), number_tone(scene, theme, box, kind, position, value, ground)


def number_tone(
    scene: Scene, theme: Theme, box: Box, kind: Kind, position: int, value: float, ground: QColor
) -> QColor:
    """The colour of a number that is known: how far it has come, and whether it is finite."""
    if not math.isfinite(value):
        tone = color(theme.danger)
    elif kind == "value":
        tone = color(theme.update if scene.updated(box.node, position) else theme.text)
    elif scene.gradient_state(box.node, position).kind == "final":
        tone = color(theme.backward)
    else:
        tone = mix(color(theme.backward), color(theme.muted), 0.55)
    return readable(tone, ground)


def paint_operation(
    pen: Pen, theme: Theme, edges: EdgePainter, box: Box, position: int, asked: Reference | None
) -> None:
    """The sign of a box's operation, joined with the box: to its left, or above it."""
    scene = edges.scene
    sign, rect = QRectF(*box.operation_rect), QRectF(*box.rect)
    state = scene.gradient_state(box.node, position)
    if scene.numbers.shows == "message" and state.kind == "final" and state.value is not None:
        hidden = asked is not None and (asked.node, asked.kind) == (box.node, "gradient")
        strokes = edges.on_its_way() if hidden else edges.strokes(magnitude(state.value))
    else:
        known = scene.value_known(box.node, position)
        strokes = [line(color(theme.muted if known else theme.faint), 1.2)]
    middle = sign.center()
    end = QPointF(rect.left(), middle.y()) if sign.right() <= rect.left() else QPointF(middle.x(), rect.top())
    pen.painter.setBrush(Qt.BrushStyle.NoBrush)
    for stroke in strokes:
        pen.painter.setPen(stroke)
        pen.painter.drawLine(middle, end)
    # 16 and 11.5 in a box in full
    size = sign.height() * 0.64 if len(box.operation) == 1 else max(sign.height() * 0.46, SMALLEST_WORD)
    pen.box(sign, sign.height() / 2, color(theme.raised), color(theme.faint), 1.1)
    pen.centered(sign, box.operation, color(theme.text), size, "medium")
