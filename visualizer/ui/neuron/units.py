"""The units: filled by their values, ringed by their gradients, as circles, squares or the diamond of the output."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from engine.draws import Indices
from visualizer.session.neuron.scales import Scales
from visualizer.session.neuron.scene import CIRCLE, NeuronScene
from visualizer.ui.heat import Colors
from visualizer.ui.neuron.bulk import draw_discs, draw_squares, touching
from visualizer.ui.neuron.labels import LabelPainter
from visualizer.ui.neuron.rings import outline, ring_pens
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import FADED
from visualizer.ui.neuron.tones import FULL, PALE, faded, ring_colors, value_colors
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, mix

POINT, DISC, SINGLE = 2.2, 2.6, 3.4  # radii in pixels from which a unit has an outline, is round, has strokes
FLATTEST, NARROWEST = 0.6, 1.6  # half the height and the width of a unit in pixels, however small it is
MOST_SINGLE = 1500  # units that are painted one by one; more of them are discs, painted by colour
TOLD = 9.0  # from that radius on there is a number in a unit, and its colour is a paler one
SHADES = 24  # of each sign, to which colours are rounded where units are painted by colour


class UnitPainter:
    """Paints the units of one scene in one theme."""

    def __init__(self, scene: NeuronScene, scales: Scales, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme
        groups = scene.units.groups
        self._limits = np.ones((len(groups), max((len(group.stages) for group in groups), default=1)))
        for group in groups:
            for place, node in enumerate(group.stages):
                self._limits[group.number, place] = scales.values.get(node, 1.0) or 1.0

    def paint(self, pen: Pen, showing: Showing, scale: float, rects: Sequence[QRectF], labels: LabelPainter) -> None:
        """The units that touch any of some rectangles, with what they say."""
        scene = self.scene
        chosen = touching(scene.x, scene.y, np.maximum(scene.radius, NARROWEST / scale) + 2 * scene.grain, rects)
        single = scene.radius[chosen] * scale >= SINGLE
        if np.count_nonzero(single) > MOST_SINGLE:
            single = np.zeros_like(single)
        self._paint_many(pen.painter, showing, scale, chosen[~single])
        self._paint_single(pen, showing, scale, chosen[single], labels)

    def _paint_single(self, pen: Pen, showing: Showing, scale: float, chosen: Indices, labels: LabelPainter) -> None:
        """Units one by one, each with its strokes and its texts."""
        if not len(chosen):
            return
        scene, painter = self.scene, pen.painter
        large = scene.radius[chosen] * scale >= TOLD
        fills = np.where(large, self._fills(showing, chosen, PALE), self._fills(showing, chosen, FULL))
        values, known = showing.values(chosen)
        kinds, numbers = showing.ring_kinds(chosen), showing.state.units
        shares = numbers.arrived[chosen] / np.maximum(numbers.total[chosen], 1)
        for place, unit in enumerate(chosen.tolist()):
            strength = FADED if showing.faded(unit) else 1.0
            painter.translate(scene.x[unit], scene.y[unit])
            value = float(values[place]) if known[place] else None
            self._fill(painter, unit, value, QColor.fromRgb(int(fills[place])), scale, strength)
            radius = float(scene.radius[unit])
            path = outline(int(scene.shape[unit]), radius)
            strokes = ring_pens(
                self.theme, int(kinds[place]), float(shares[place]), path.length(), round(radius * scale),
                round(1 / scale, 4), strength,
            )  # fmt: skip
            for stroke in strokes:
                painter.strokePath(path, stroke)
            painter.translate(-scene.x[unit], -scene.y[unit])
        labels.units(pen, showing, scale, chosen, fills.tolist())

    def _fill(
        self, painter: QPainter, unit: int, value: float | None, tone: QColor, scale: float, strength: float
    ) -> None:
        """The inside of a unit; hatched where its value is not finite, with a dot for a 0 that no text tells."""
        ground, radius = color(self.theme.ground), float(self.scene.radius[unit])
        path = outline(int(self.scene.shape[unit]), radius)
        painter.fillPath(path, ground)
        if value is not None and not math.isfinite(value):
            red = mix(color(self.theme.danger), ground, strength)
            painter.fillPath(path, QBrush(red, Qt.BrushStyle.BDiagPattern))
            return
        painter.fillPath(path, mix(tone, ground, strength))
        if value == 0 and radius * scale < TOLD:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mix(color(self.theme.muted), ground, strength))
            painter.drawEllipse(QPointF(0, 0), 1.2 / scale, 1.2 / scale)

    def _paint_many(self, painter: QPainter, showing: Showing, scale: float, chosen: Indices) -> None:
        """Units too small, or too many, for strokes of their own: a disc or a square in the colour of the ring, and
        one in that of the value over it."""
        scene, theme = self.scene, self.theme
        bare = scene.radius[chosen] * scale < POINT
        self._paint_points(painter, showing, scale, chosen[bare])
        chosen = chosen[~bare]
        if not len(chosen):
            return
        radius, rings = scene.radius[chosen], ring_colors(theme, showing.ring_kinds(chosen))
        fills = self._fills(showing, chosen, FULL, SHADES)
        self._fade(showing, chosen, fills, rings)
        centres = np.stack([scene.x[chosen], scene.y[chosen]], axis=1)
        round_ones = (scene.shape[chosen] == CIRCLE) & (radius * scale >= DISC)
        inner = np.maximum(radius - 1.3 / scale, 0.4 * radius)
        for part, draw in ((round_ones, draw_discs), (~round_ones, draw_squares)):
            draw(painter, centres[part], radius[part], rings[part])
            draw(painter, centres[part], inner[part], fills[part])

    def _paint_points(self, painter: QPainter, showing: Showing, scale: float, chosen: Indices) -> None:
        """Units that are hardly larger than a pixel: of one colour, that of the ring where no value is known."""
        scene, tones = self.scene, self._fills(showing, chosen, FULL, SHADES)
        blank = tones == color(self.theme.ground).rgb()
        tones[blank] = ring_colors(self.theme, showing.ring_kinds(chosen[blank]))
        self._fade(showing, chosen, tones)
        centres, radius = np.stack([scene.x[chosen], scene.y[chosen]], axis=1), scene.radius[chosen]
        sides = np.stack([np.maximum(radius, NARROWEST / scale), np.maximum(radius, FLATTEST / scale)], axis=1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        draw_squares(painter, centres, sides, tones)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _fade(self, showing: Showing, chosen: Indices, *tones: Colors) -> None:
        """Take the colours of what is out of focus back."""
        if showing.focus is not None:
            outside = ~showing.focus[chosen]
            for own in tones:
                own[outside] = faded(self.theme, own[outside])

    def _fills(self, showing: Showing, chosen: Indices, strength: float, shades: int = 128) -> Colors:
        """The colours of the values of some units, the ground's where they are not known."""
        values, known = showing.values(chosen)
        stages = np.maximum(showing.state.value_stage[chosen], 0)
        limits = self._limits[self.scene.group[chosen], stages]
        return value_colors(self.theme, values, known, limits, strength, shades)
