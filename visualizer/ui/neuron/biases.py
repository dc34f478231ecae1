"""The biases: small squares at their units, coloured by sign, with a border by the size of their gradient."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from engine.draws import Indices
from engine.expression import Reference
from visualizer.session.neuron.scales import Scales
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.state import Flags
from visualizer.ui.neuron.bulk import draw_squares, touching
from visualizer.ui.neuron.labels import local, short_text
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import NOT_YET, kinds_of
from visualizer.ui.neuron.tones import faded, ring_colors, value_colors
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, readable, text_width

LEAST, TOLD = 1.8, 7.0  # half a side in pixels; smaller ones would look like units, larger ones have a number
MOST_LETTERS, LEAST_LETTERS = 12.0, 9.0


class BiasPainter:
    """Paints the biases of one scene in one theme."""

    def __init__(self, scene: NeuronScene, scales: Scales, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme
        self._limits = np.array([scales.values.get(int(node), 1.0) or 1.0 for node in scene.bias_node])

    def paint(
        self, pen: Pen, showing: Showing, scale: float, rects: Sequence[QRectF], tagged: Container[int] = ()
    ) -> None:
        """The biases that touch any of some rectangles; those that are ``tagged`` have their number beside them."""
        scene, theme, painter = self.scene, self.theme, pen.painter
        chosen = touching(scene.bias_x, scene.bias_y, scene.bias_half + 2 * scene.grain, rects)
        chosen = chosen[scene.bias_half[chosen] * scale >= LEAST]
        if not len(chosen):
            return
        numbers, half = showing.state.biases, scene.bias_half[chosen]
        nodes = scene.bias_node[chosen]
        known = numbers.value_known[chosen] & ~_asks(showing.asked, "value", nodes)
        fills = value_colors(theme, numbers.value[chosen], known, self._limits[chosen])
        kinds = kinds_of(
            numbers.gradient[chosen], numbers.arrived[chosen] > 0, numbers.total[chosen] == 0, showing.scales.gradients
        )
        kinds[_asks(showing.asked, "gradient", nodes)] = NOT_YET
        borders = ring_colors(theme, kinds)
        borders[kinds < 0] = color(theme.muted).rgb()
        if showing.focus is not None:
            outside = ~showing.focus[scene.bias_unit[chosen]]
            fills[outside], borders[outside] = faded(theme, fills[outside]), faded(theme, borders[outside])
        centres = np.stack([scene.bias_x[chosen], scene.bias_y[chosen]], axis=1)
        width = np.where(kinds >= 0, 1.8, 1.0) / scale
        ground = np.full(len(half), color(theme.ground).rgb(), dtype=np.uint32)
        draw_squares(painter, centres, half + 1.0 / scale, ground)
        draw_squares(painter, centres, half, borders)
        draw_squares(painter, centres, np.maximum(half - width, 0.3 * half), fills)
        for place in np.flatnonzero(half * scale >= TOLD).tolist():
            if int(chosen[place]) in tagged:
                continue
            text = short_text(float(numbers.value[chosen[place]]), 3) if known[place] else "?"
            room = 2 * float(half[place]) * scale - 5
            letters = min(0.8 * room, MOST_LETTERS, MOST_LETTERS * room / text_width(text, MOST_LETTERS, "medium"))
            if letters >= LEAST_LETTERS:
                tone = readable(color(theme.text), QColor.fromRgb(int(fills[place])))
                with local(pen, QPointF(*centres[place].tolist()), scale):
                    width = text_width(text, letters, "medium")
                    pen.text(-width / 2, 0.36 * letters, text, tone, letters, "medium")


def _asks(asked: Reference | None, kind: str, nodes: Indices) -> Flags:
    """Which of some nodes' numbers of that kind are asked for."""
    if asked is None or asked.kind != kind:
        return np.zeros(len(nodes), dtype=np.bool_)
    return np.asarray(nodes == asked.node)
