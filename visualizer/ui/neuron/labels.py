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

from engine import units as neurons
from engine.draws import Indices
from engine.units import unit_shape
from visualizer.session.formatting import element_name, number_text, shortened
from visualizer.session.neuron.scene import CIRCLE, DIAMOND, Caption, NeuronScene
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import FADED
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import Theme, Weight, color, mix, readable, text_width

VALUE, NAME, STAGES = 11.0, 23.0, 54.0  # radii in pixels from which a unit tells its value, its name, all its stages
USUAL, LARGEST = 13.0, 32.0  # sizes of a unit's value in pixels, alone and among others
LARGE, SMALL = (11.0, 11.0, 9.5, 7.0), (9.0, 9.0, 8.0, 8.0)  # least sizes of numbers in fewer and fewer digits
LEAST, MOST, BETWEEN = 15.0, 22.0, 0.5  # sizes of the rows of stages where a unit is large, and between columns
SUMS = ("add", "sum", "linear", "matmul")
_BARE = re.compile(r"\b0\.")  # the 0 before the point, which may be left out
LEAST_CAPTION = 7.5  # pixels that the letters of a caption have room for, for it to be written
SMALLEST_CAPTION, LARGEST_CAPTION = 10.0, 14.0


class LabelPainter:
    """Writes what one scene has to say, in one theme."""

    def __init__(self, scene: NeuronScene, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme
        self._rows: dict[int, tuple[float, float, float]] = {}

    def captions(self, pen: Pen, scale: float, rects: Iterable[QRectF]) -> None:
        """The captions that touch any of some rectangles."""
        areas = tuple(rects)
        for caption in self.scene.captions:
            if caption.height * scale < LEAST_CAPTION:
                continue
            rect = QRectF(*caption.rect)
            if any(rect.intersects(area) for area in areas):
                self._caption(pen, caption, rect, scale)

    def _caption(self, pen: Pen, caption: Caption, rect: QRectF, scale: float) -> None:
        """In letters of a size that can be read: what a smaller picture has no room for is left out."""
        weight: Weight = "regular" if caption.quiet else "semibold"
        tone = color(self.theme.muted if caption.quiet else self.theme.text)
        size = caption_size(caption, scale)
        with local(pen, rect.center(), scale):
            if caption.turned:
                pen.painter.rotate(-90)
            width = (rect.height() if caption.turned else rect.width()) * scale
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
        numbers, state, graph = showing.state.units, showing.state, self.scene.units.graph
        tone = self._tone(showing, unit, color(self.theme.text), fill)
        value = _number(numbers.value[unit], numbers.value_known[unit], showing.hidden("value")[unit])
        if size < NAME:
            self._fitted(pen, unit, size, 0.0, value, tone, min(0.62 * size, USUAL), "medium")
            return
        if size >= STAGES and len(group.stages) > 1 and self._stages(pen, showing, unit, size, fill):
            return
        large = min(0.42 * size, LARGEST)
        small = min(max(0.28 * size, SMALL[0]), 18.0)
        line = large * 0.58 + small * 0.6
        shown = int(state.value_stage[unit])
        node = group.stages[shown if shown >= 0 else -1]
        muted = self._tone(showing, unit, color(self.theme.muted), fill)
        self._fitted(pen, unit, size, 0.0, value, tone, large, "semibold")
        if graph.nodes[node].name.isidentifier():
            name = self._name(node, int(self.scene.unit[unit]))
            self._fitted(pen, unit, size, -line, [name], muted, small, least=SMALL)
        asked = bool(showing.hidden("gradient")[unit])
        if numbers.arrived[unit] or (asked and numbers.total[unit]):
            gradient = _number(numbers.gradient[unit], bool(numbers.arrived[unit]), asked)
            other = group.stages[int(state.gradient_stage[unit])]
            if numbers.arrived[unit] and other != node:  # whose gradient it is has to be said then
                gradient = [f"∂{self._sign(other)} {text}" for text in gradient]
            backward = self._tone(showing, unit, color(self.theme.backward), fill)
            self._fitted(pen, unit, size, line, gradient, backward, small, "medium", SMALL)

    def _stages(self, pen: Pen, showing: Showing, unit: int, size: float, fill: QColor) -> bool:
        """A row for each stage: name, value, gradient. False, and nothing, where there is no room for large letters."""
        group = self.scene.units.groups[int(self.scene.group[unit])]
        stages = group.stages
        shares = self._widest(group.number)
        text = min(MOST, 0.26 * size, 0.8 * size / len(stages))
        while sum(shares) * text + BETWEEN * text * 2 > 2 * (
            _half_chord(int(self.scene.shape[unit]), size, 0.8 * text * len(stages)) - 3
        ):
            text -= 0.5
            if text < min(LEAST, 0.2 * size):
                return False
        columns = [*zip(*(self._row(showing, unit, place, node) for place, node in enumerate(stages)), strict=True)]
        widths = [max(text_width(told, text, "medium") for told in column) for column in columns]
        gap = BETWEEN * text
        width = sum(widths) + 2 * gap
        muted, ink, backward = (
            self._tone(showing, unit, color(tone), fill)
            for tone in (self.theme.muted, self.theme.text, self.theme.backward)
        )
        for place, (name, value, gradient) in enumerate(zip(*columns, strict=True)):
            y = (place - (len(stages) - 1) / 2) * 1.6 * text + text * 0.36
            pen.text(-width / 2, y, name, muted, text)
            pen.right(width / 2 - widths[2] - gap, y, value, ink, text, "medium")
            pen.right(width / 2, y, gradient, backward, text, "medium")
        return True

    def _widest(self, number: int) -> tuple[float, float, float]:
        """How wide names, values and gradients are in all units of a group at the end, by the height of letters.

        So all units of a group are written alike, and at all times.
        """
        if number not in self._rows:
            scene = self.scene
            group, sample, widths = scene.units.groups[number], scene.sample, np.zeros(3)
            for node in group.stages:
                numbers = neurons.values(scene.trace, scene.units, node, sample)
                gradients = neurons.gradients(scene.trace, scene.units, node, sample)
                texts = (
                    [self._name(node, group.size - 1)],
                    [number_text(float(value)) for value in numbers],
                    [] if gradients is None else [number_text(float(value)) for value in gradients],
                )
                own = [max((text_width(text, 100.0, "medium") for text in told), default=0.0) for told in texts]
                widths = np.maximum(widths, own)
            name, value, gradient = (widths / 100).tolist()
            self._rows[number] = (name, value, gradient)
        return self._rows[number]

    def _row(self, showing: Showing, unit: int, place: int, node: int) -> tuple[str, str, str]:
        """What is written of a stage: name, value, gradient; "" where there is none."""
        numbers, asked = showing.state.stage(place), showing.asked
        hidden = asked.kind if asked is not None and asked.node == node else ""
        name = self._name(node, int(self.scene.unit[unit]))
        value = _number(numbers.value[unit], numbers.value_known[unit], hidden == "value")[0]
        if not numbers.arrived[unit] and hidden != "gradient":
            return name, value, ""
        return name, value, _number(numbers.gradient[unit], bool(numbers.arrived[unit]), hidden == "gradient")[0]

    def _sign(self, node: int) -> str:
        """A stage in a few letters; what has no name of its own goes by its operation, a sum by Σ."""
        array = self.scene.units.graph.nodes[node]
        if array.name.isidentifier():
            return str(array.name)
        return "Σ" if array.op in SUMS else str(array.op).replace("_", " ")

    def _name(self, node: int, unit: int) -> str:
        """What a unit is called in an array: z1[2]; what has no name goes by what it does: Σ."""
        graph = self.scene.units.graph
        shape = unit_shape(graph.nodes[node], self.scene.units.axes)
        single = not shape or math.prod(shape) == 1
        place = () if single else tuple(int(i) for i in np.unravel_index(unit, shape))
        return element_name(shortened(self._sign(node), 12), place, shape)

    def _fitted(
        self, pen: Pen, unit: int, size: float, middle: float, texts: Sequence[str], tone: QColor, wanted: float,
        weight: Weight = "regular", least: Sequence[float] = LARGE,
    ) -> None:  # fmt: skip
        """The first of ``texts`` that fits into a unit, ``middle`` below its centre, at ``wanted`` or somewhat less."""
        shape, inside = int(self.scene.shape[unit]), size - max(2.0, 0.09 * size)
        for text, smallest in zip(texts, least, strict=False):
            letters = wanted
            while letters >= min(smallest, wanted):
                room = 2 * _half_chord(shape, inside, abs(middle) + 0.34 * letters)
                if text_width(text, letters, weight) <= room:
                    left = -text_width(text, letters, weight) / 2
                    pen.text(left, middle + 0.36 * letters, text, tone, letters, weight)
                    return
                letters -= 0.5

    def _tone(self, showing: Showing, unit: int, tone: QColor, fill: QColor) -> QColor:
        if showing.faded(unit):
            return mix(tone, color(self.theme.ground), 2 * FADED)
        return readable(tone, fill)


def caption_size(caption: Caption, scale: float) -> float:
    """The height of a caption's letters in pixels: such that they can be read, and are smaller than the numbers."""
    return min(max(caption.height * scale, SMALLEST_CAPTION), LARGEST_CAPTION - caption.quiet)


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
