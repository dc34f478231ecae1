"""The level of neurons as a picture for the canvas."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from engine.draws import Indices
from engine.expression import Reference
from visualizer.session.neuron.lighting import NeuronLight, neuron_lighting
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.state import change_between
from visualizer.session.neuron.words import neuron_words
from visualizer.ui.neuron.legend import NeuronLegend, legend_of
from visualizer.ui.neuron.painter import NeuronPainter
from visualizer.ui.neuron.showing import Moment
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.session.session import Session

Hit = tuple[int, Reference | None]
APART = 12  # changed things of one group or strand beyond which the rectangle around all of them is painted anew
MOST_WAYS = 60  # edges on which numbers are seen to travel
NEAR = 5.0  # pixels by which strokes reach beyond units and edges


@dataclass(frozen=True, eq=False)
class Light:
    """What is lit, and the moment it lies over."""

    light: NeuronLight
    moment: Moment


class NeuronPicture:
    """Obeys ``visualizer.ui.canvas.picture.Picture``, over one scene in one theme."""

    def __init__(self, scene: NeuronScene, theme: Theme, outlines: bool = False) -> None:
        self.scene = scene
        self.painter = NeuronPainter(scene, theme, outlines)
        self._scale = 1.0  # that was painted last: strokes and the light reach so many pixels beyond what they are of

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole."""
        return self.scene.size

    # What is baked --------------------------------------------------------------------------------------------------

    def moment(self, session: Session) -> Moment:
        """The place in time, what is asked there, and what is in focus."""
        position = session.position
        asked = session.card.target if session.asking else None
        return Moment(position.step, position.unit, asked, session.focus)

    def paint(self, painter: QPainter, moment: Hashable, scale: float) -> None:
        """All but the light."""
        assert isinstance(moment, Moment)
        self._scale = scale
        self.painter.paint(painter, moment, scale)

    def sketch(self, painter: QPainter, moment: Hashable, scale: float) -> None:
        """All of it for the minimap."""
        assert isinstance(moment, Moment)
        self.painter.paint(painter, moment, scale)

    def paint_within(self, painter: QPainter, moment: Hashable, scale: float, rects: Sequence[QRectF]) -> None:
        """What touches any of ``rects``."""
        assert isinstance(moment, Moment)
        self._scale = scale
        self.painter.paint(painter, moment, scale, rects)

    def changes(self, before: Hashable, after: Hashable) -> list[QRectF] | None:
        """Where two moments look different; None where that is nearly everywhere."""
        assert isinstance(before, Moment)
        assert isinstance(after, Moment)
        if before.focus != after.focus:
            return None
        change = change_between(self.scene, before[:2], after[:2])
        rects = self._units(change.units) + self._biases(change.biases)
        rects += self._edges(change.edges)
        showings = self.painter.showing(before), self.painter.showing(after)
        rects += self.painter.tags.changed(*showings, self._scale)
        rects += [QRectF(*rect) for number in change.matrices if (rect := self.scene.strands[number].matrix)]
        if before.asked != after.asked:
            for asked in (before.asked, after.asked):
                rects += [] if asked is None else self._asked(asked)
        near = NEAR / self._scale
        return [rect.adjusted(-near, -near, near, near) for rect in rects]

    def _units(self, units: Indices) -> list[QRectF]:
        scene, found = self.scene, []
        groups = scene.group[units]
        for group in np.unique(groups).tolist():
            own = units[groups == group]
            if len(own) <= APART:
                found += [self.painter.light.unit_rect(unit) for unit in own.tolist()]
            else:
                x, y, radius = scene.x[own], scene.y[own], scene.radius[own]
                found.append(_around((x - radius).min(), (y - radius).min(), (x + radius).max(), (y + radius).max()))
        return found

    def _biases(self, biases: Indices) -> list[QRectF]:
        return self.painter.light.bias_rects(biases, apart=len(biases) <= APART)

    def _edges(self, edges: Indices) -> list[QRectF]:
        found = []
        strands = np.searchsorted([strand.first for strand in self.scene.strands], edges, side="right")
        for strand in np.unique(strands).tolist():
            own = edges[strands == strand]
            if len(own) <= APART:
                found += [rect for edge in own.tolist() for rect in self.painter.edges.rects(edge)]
            else:
                left, top, right, bottom = self.painter.edges.bounds[:, own]
                found.append(_around(left.min(), top.min(), right.max(), bottom.max()))
        return found

    def _asked(self, asked: Reference) -> list[QRectF]:
        """All that hides or shows numbers of an array."""
        whole = self.bounds(Reference(asked.node, asked.kind, None))
        found = [] if whole is None else [whole]
        for strand in self.scene.strands:
            if asked.node in (strand.bundle.stage, strand.bundle.weight):
                found += self._edges(np.arange(strand.first, strand.first + len(strand.sources)))
                found += [QRectF(*strand.matrix)] if strand.matrix else []
        return found

    # What is lit ----------------------------------------------------------------------------------------------------

    def light(self, session: Session) -> Light:
        """What is lit where the session stands, with what the pointer is on."""
        return Light(neuron_lighting(session), self.moment(session))

    def paint_light(self, painter: QPainter, light: Light, scale: float) -> None:
        """The light, over what is baked."""
        self._scale = scale
        self.painter.paint_light(painter, light.light, light.moment, scale)

    def light_bounds(self, light: Light) -> list[QRectF]:
        """The rectangles that ``paint_light`` touches."""
        return self.painter.light.bounds(light.light, self._scale)

    def ways(self, light: Light) -> list[QPolygonF]:
        """The lit edges, from where their numbers come to where they go."""
        lit = light.light
        edges = lit.edges[-MOST_WAYS:]
        back = lit.phase == "backward" and not lit.receiving_edges
        found = []
        for edge in edges.tolist():
            pieces = self.painter.edges.lines[edge]
            points = [QPointF(*pieces[0, :2].tolist()), *(QPointF(x, y) for x, y in pieces[:, 2:].tolist())]
            found.append(QPolygonF(points[::-1] if back else points))
        return found

    # What is where --------------------------------------------------------------------------------------------------

    def at(self, x: float, y: float, scale: float) -> Hit | None:
        """The array under a point, and its element."""
        return self.scene.hit(x, y, scale)

    def words(self, session: Session, hit: Hit) -> str:
        """What is under the pointer, with full precision."""
        scales = self.painter.scales
        return neuron_words(session, hit, None if scales.gradients == scales.edges else scales.gradients)

    def surroundings(self, session: Session) -> tuple[QRectF, QRectF]:
        """The receiver of the present part (at the start, of the first step), and all that takes part in it."""
        light = neuron_lighting(session)
        rects = self._units(light.receivers) + self._biases(light.biases)
        if light.receiving_edges:
            rects += self._edges(light.edges)
        if not rects:
            step = session.trace.steps[max(session.position.step - 1, 0)]
            first = self.bounds(Reference(session.trace.receiver(step), "value", None))
            rects = [QRectF(0, 0, *self.size) if first is None else first]
        receiver = _united(rects)
        return receiver, _united([receiver, *self._units(light.senders), *self._edges(light.edges)])

    def bounds(self, reference: Reference) -> QRectF | None:
        """Where an element of an array stands; without an index, all of it."""
        rect = self.scene.bounds(reference)
        return None if rect is None else QRectF(*rect)

    def legend(self, session: Session) -> NeuronLegend:
        """What a legend of the edges has to say."""
        return legend_of(self.scene, self.painter.scales.edges, self.painter.scales.gradients)


def _around(left: float, top: float, right: float, bottom: float) -> QRectF:
    return QRectF(QPointF(left, top), QPointF(right, bottom))


def _united(rects: Sequence[QRectF]) -> QRectF:
    whole = QRectF(rects[0])
    for rect in rects[1:]:
        whole = whole.united(rect)
    return whole
