"""What is said below the columns of a network: names, activations, numbers of units, norms of gradients."""

from __future__ import annotations

import math

from PySide6.QtGui import QColor

from visualizer.session.formatting import MINUS, number_text
from visualizer.session.network.layout import SPARSE
from visualizer.session.network.scene import CAPTION_LINE, NetworkScene
from visualizer.session.network.shape import described
from visualizer.session.training.snapshot import LayerView, Snapshot
from visualizer.ui.network.look import write_centred
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import MATH, Theme, color, text_width

NORM = "‖∇‖"


def paint_captions(pen: Pen, scene: NetworkScene, theme: Theme, snapshot: Snapshot) -> None:
    """Three lines below each column; below some columns only where they are too many."""
    if scene.captions == "numbers":
        _paint_numbers(pen, scene, theme, snapshot)
        return
    muted, top, shape = color(theme.muted), scene.caption_top + 11, scene.shape
    room = scene.pitch - 8
    for number, column in enumerate(scene.columns):
        name = elided(shape.names[number], room, 12, "semibold")
        write_centred(pen, column.middle, top, name, color(theme.text), 12, "semibold")
        kind = f"{shape.activations[number]} · {shape.units[number]:,}" if number else f"{shape.units[0]:,}"
        write_centred(pen, column.middle, top + CAPTION_LINE, elided(kind, room, 11), muted, 11)
        baseline = top + 2 * CAPTION_LINE
        if number and scene.captions == "short":
            layer = snapshot.layers[number - 1]
            write_centred(pen, column.middle, baseline, brief(layer.norm), _tone(theme, layer), 11)
        elif number:
            _paint_norm(pen, theme, column.middle, baseline, snapshot.layers[number - 1])
        elif scene.captions == "short":
            pen.text(column.middle - _sign_width() / 2, baseline, NORM, muted, 12, family=MATH)


def _paint_norm(pen: Pen, theme: Theme, middle: float, baseline: float, layer: LayerView) -> None:
    """A layer's norm with its sign, which keeps still while the digits change."""
    left = middle - (_sign_width() + 6 + text_width("0.000", 11)) / 2
    pen.text(left, baseline, NORM, color(theme.muted), 12, family=MATH)
    pen.text(left + _sign_width() + 6, baseline, brief(layer.norm), _tone(theme, layer), 11)


def _paint_numbers(pen: Pen, scene: NetworkScene, theme: Theme, snapshot: Snapshot) -> None:
    """The captions of a deep network: numbers of some layers, and their norms."""
    muted, top = color(theme.muted), scene.caption_top + 11
    heading = scene.columns[0].middle - 28
    pen.right(heading, top, "layer", muted, 11)
    pen.text(heading - _sign_width(), top + CAPTION_LINE, NORM, muted, 12, family=MATH)
    for number in scene.captioned:
        middle, layer = scene.columns[number].middle, snapshot.layers[number - 1]
        name = scene.shape.names[number] if number == len(snapshot.layers) else str(number)
        name = elided(name, SPARSE - 4, 11.5, "semibold")
        write_centred(pen, middle, top, name, color(theme.text), 11.5, "semibold")
        write_centred(pen, middle, top + CAPTION_LINE, brief(layer.norm), _tone(theme, layer), 10.5)
    text = elided(described(scene.shape), scene.size[0] - 32, 11)
    write_centred(pen, scene.size[0] / 2, top + 2 * CAPTION_LINE + 2, text, muted, 11)


def _sign_width() -> float:
    return text_width(NORM, 12, family=MATH)


def _tone(theme: Theme, layer: LayerView) -> QColor:
    """The colour of a norm: red where it is not finite."""
    wrong = layer.norm is not None and not math.isfinite(layer.norm)
    return theme.ink(color(theme.danger)) if wrong else color(theme.muted)


def brief(value: float | None) -> str:
    """A number to two significant digits, zeros included, as much as one glance takes in; "·" where there is none."""
    if value is None:
        return "·"
    if not math.isfinite(value) or not value:
        return number_text(value)
    if 99.5 <= abs(value) < 9999.5:
        return f"{value:,.0f}"
    digits, _, exponent = f"{value:#.2g}".removesuffix(".").partition("e")
    return (f"{digits}e{int(exponent)}" if exponent else digits).replace("-", MINUS)
