"""Words and numbers of a picture of neurons, by zoom: in the units their values, then names and gradients, then all
stages; captions below; on the edges of a small picture what they show."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from engine.draws import Indices
from engine.units import unit_shape
from visualizer.session.formatting import element_name, number_text, shortened
from visualizer.session.neuron.scene import CIRCLE, DIAMOND, Caption, NeuronScene
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import FADED
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import Theme, Weight, color, mix, readable, text_width

VALUE, NAME, STAGES = 11.0, 23.0, 54.0  # radii in pixels from which a unit tells its value, its name, all its stages
LEAST, FULL, USUAL, LARGEST = 8.0, 9.0, 13.0, 17.0  # sizes of numbers; from FULL on with all their digits
_BARE = re.compile(r"\b0\.")  # the 0 before the point, which may be left out
LEAST_CAPTION = 6.5  # smaller than that a caption cannot be read


class LabelPainter:
    """Writes what one scene has to say, in one theme."""

    def __init__(self, scene: NeuronScene, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme

    def captions(self, pen: Pen, scale: float, rects: Iterable[QRectF]) -> None:
        """The captions that touch any of some rectangles."""
        areas = tuple(rects)
        for caption in self.scene.captions:
            rect = QRectF(*caption.rect)
            if caption.height * scale >= LEAST_CAPTION and any(rect.intersects(area) for area in areas):
                self._caption(pen, caption, QRectF(rect), scale)

    def _caption(self, pen: Pen, caption: Caption, rect: QRectF, scale: float) -> None:
        weight: Weight = "regular" if caption.quiet else "semibold"
        tone = color(self.theme.muted if caption.quiet else self.theme.text)
        size = caption.height * scale
        with local(pen, rect.center(), scale):
            width = rect.width() * scale
            text = elided(caption.text, width + 1, size, weight)
            left = {"left": -width / 2, "right": width / 2 - text_width(text, size, weight)}.get(
                caption.align, -text_width(text, size, weight) / 2
            )
            pen.text(left, size * 0.36, text, tone, size, weight)

    # In the units ---------------------------------------------------------------------------------------------------

    def units(self, pen: Pen, showing: Showing, scale: float, chosen: Indices, fills: Iterable[int]) -> None:
        """What the units ``chosen`` say where they are large enough; ``fills`` are their colours."""
        sizes = self.scene.radius[chosen] * scale
        told = zip(chosen.tolist(), sizes.tolist(), fills, strict=True)
        for unit, size, fill in told:
            if size >= VALUE:
                with local(pen, QPointF(self.scene.x[unit], self.scene.y[unit]), scale):
                    self._unit(pen, showing, unit, size, QColor.fromRgb(int(fill)))

    def _unit(self, pen: Pen, showing: Showing, unit: int, size: float, fill: QColor) -> None:
        group = self.scene.units.groups[int(self.scene.group[unit])]
        numbers, state = showing.state.units, showing.state
        tone = self._tone(showing, unit, color(self.theme.text), fill)
        value = _number(numbers.value[unit], numbers.value_known[unit], showing.hidden("value")[unit])
        if size < NAME:
            self._fitted(pen, unit, size, 0.0, value, tone, min(0.62 * size, USUAL), "medium")
            return
        if size >= STAGES and len(group.stages) > 1:
            self._stages(pen, showing, unit, size, fill)
            return
        large = min(0.42 * size, LARGEST)
        small = max(min(0.32 * size, 12.0), LEAST)
        line = large * 0.58 + small * 0.6
        shown = int(state.value_stage[unit])
        node = group.stages[shown if shown >= 0 else -1]
        muted = self._tone(showing, unit, color(self.theme.muted), fill)
        self._fitted(pen, unit, size, 0.0, value, tone, large, "semibold")
        self._fitted(pen, unit, size, -line, [self._name(node, int(self.scene.unit[unit]))], muted, small)
        if numbers.total[unit]:
            gradient = _number(numbers.gradient[unit], bool(numbers.arrived[unit]), showing.hidden("gradient")[unit])
            other = group.stages[int(state.gradient_stage[unit])]
            if numbers.arrived[unit] and other != node:  # whose gradient it is has to be said then
                gradient = [f"∂{self._sign(other)} {text}" for text in gradient]
            backward = self._tone(showing, unit, color(self.theme.backward), fill)
            self._fitted(pen, unit, size, line, gradient, backward, small, "medium")

    def _stages(self, pen: Pen, showing: Showing, unit: int, size: float, fill: QColor) -> None:
        """A row for each stage: name, value, gradient."""
        group = self.scene.units.groups[int(self.scene.group[unit])]
        count = len(group.stages)
        text = min(max(0.15 * size, 10.0), LARGEST, 0.72 * size / count)
        row = 1.6 * text
        width = 2 * _half_chord(int(self.scene.shape[unit]), size, row * count / 2) - 4
        muted, ink, backward = (
            self._tone(showing, unit, color(tone), fill)
            for tone in (self.theme.muted, self.theme.text, self.theme.backward)
        )
        for stage, node in enumerate(group.stages):
            numbers, asked = showing.state.stage(stage), showing.asked
            y = (stage - (count - 1) / 2) * row + text * 0.36
            hidden = asked.kind if asked is not None and asked.node == node else ""
            name = self._name(node, int(self.scene.unit[unit]))
            pen.text(-width / 2, y, elided(name, 0.24 * width, text - 1.5), muted, text - 1.5)
            value = _number(numbers.value[unit], numbers.value_known[unit], hidden == "value")
            pen.right(0.125 * width, y, _fitting(value, 0.37 * width, text), ink, text, "medium")
            if numbers.total[unit]:
                gradient = _number(numbers.gradient[unit], bool(numbers.arrived[unit]), hidden == "gradient")
                pen.right(width / 2, y, _fitting(gradient, 0.35 * width, text - 1), backward, text - 1, "medium")

    def _sign(self, node: int) -> str:
        """A stage in one or two letters; a sum that has no name of its own is Σ."""
        name = self.scene.units.graph.nodes[node].name
        return name if name.isidentifier() else "Σ"

    def _name(self, node: int, unit: int) -> str:
        graph = self.scene.units.graph
        shape = unit_shape(graph.nodes[node], self.scene.units.axes)
        name = shortened(graph.nodes[node].name, 12)
        if not shape or math.prod(shape) == 1:
            return name
        return element_name(name, tuple(int(i) for i in np.unravel_index(unit, shape)), shape)

    def _fitted(
        self, pen: Pen, unit: int, size: float, middle: float, texts: Sequence[str], tone: QColor, wanted: float,
        weight: Weight = "regular",
    ) -> None:  # fmt: skip
        """The first of ``texts`` that fits into a unit, ``middle`` below its centre, at ``wanted`` or somewhat less."""
        shape, inside = int(self.scene.shape[unit]), size - max(2.0, 0.09 * size)
        for text, least in zip(texts, (FULL, LEAST, LEAST - 1, LEAST - 1), strict=False):
            letters = wanted
            while letters >= min(least, wanted):
                room = 2 * _half_chord(shape, inside, abs(middle) + 0.34 * letters)
                if text_width(text, letters, weight) <= room:
                    left = -text_width(text, letters, weight) / 2
                    pen.text(left, middle + 0.36 * letters, text, tone, letters, weight)
                    return
                letters -= 1.0

    def _tone(self, showing: Showing, unit: int, tone: QColor, fill: QColor) -> QColor:
        if showing.faded(unit):
            return mix(tone, color(self.theme.ground), 2 * FADED)
        return readable(tone, fill)


@contextmanager
def local(pen: Pen, origin: QPointF, scale: float) -> Iterator[None]:
    """Have the pen write around a point of the scene in pixels: letters have whole sizes there whatever the zoom."""
    painter = pen.painter
    before = painter.worldTransform()
    painter.translate(origin)
    painter.scale(1 / scale, 1 / scale)
    yield
    painter.setWorldTransform(before)


def _half_chord(shape: int, size: float, away: float) -> float:
    """Half the width of a unit of ``size`` at ``away`` from its middle."""
    if shape == CIRCLE:
        return math.sqrt(max(size * size - away * away, 0.0))
    return max(size - away, 0.0) if shape == DIAMOND else size


def _number(value: float, known: bool, asked: bool) -> list[str]:
    """A number in fewer and fewer digits; "?" where it is asked for, "·" where it is not known."""
    if asked or not known:
        return ["?" if asked else "·"]
    shortest = short_text(float(value), 1)
    return [number_text(float(value)), short_text(float(value), 2), shortest, _BARE.sub(".", shortest)]


def short_text(value: float, digits: int) -> str:
    """A number to so many significant digits; larger ones to the unit."""
    if not math.isfinite(value):
        return number_text(value)
    large = 100 <= abs(value) < 99_999.5
    return number_text(float(round(value)) if large else float(f"{value:.{digits}g}"))


def _fitting(texts: Sequence[str], room: float, size: float) -> str:
    """The first of some texts that is not wider than ``room``, else the last."""
    return next((text for text in texts if text_width(text, size, "medium") <= room), texts[-1])
