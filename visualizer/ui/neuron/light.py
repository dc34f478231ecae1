"""The light over a picture of neurons: who has just been given a number, along which edges, and what is pointed at."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.neuron.lighting import Mark, NeuronLight
from visualizer.session.neuron.scene import NeuronScene
from visualizer.ui.network.lines import draw_lines
from visualizer.ui.neuron.biases import LEAST
from visualizer.ui.neuron.edges import EdgePainter
from visualizer.ui.neuron.labels import local
from visualizer.ui.neuron.matrix import entry_rect
from visualizer.ui.neuron.pill_places import freest, places_around
from visualizer.ui.neuron.rings import outline
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import Stroke, draw_kinds, pens_of
from visualizer.ui.neuron.tags import TagPainter, along
from visualizer.ui.pen import Pen, line
from visualizer.ui.theme import Theme, color, mix, text_on, text_width

HALO = 9.0  # pixels by which the light reaches beyond what it is around
MOST_LIT = 1200  # edges that are lit; of more only the strongest are
MOST_WIDE, MOST_ARROWS = 40, 12  # edges that are lit by a wide band, that carry an arrow
FEW_RINGS, MOST_RINGS = 12, 80  # units that are lit one by one however small they are, and if they are not
RINGED = 4.0  # pixels, the radius of a unit that is not small
LIT = 3.4  # pixels, the width of the strongest lit edge
PILL = 11.5
BESIDE = 12.0  # pixels beside a picture in which a pill may still stand
WALL = 1e7  # scene units: what begins there ends nowhere


class LightPainter:
    """Paints the light of one scene in one theme."""

    def __init__(self, scene: NeuronScene, theme: Theme, edges: EdgePainter, tags: TagPainter) -> None:
        self.scene = scene
        self.theme = theme
        self._edges = edges
        self._tags = tags
        self._standing: Array | None = None

    def paint(self, pen: Pen, light: NeuronLight, showing: Showing, scale: float) -> None:
        """Edges first, then rings around units, then the number that has arrived."""
        accent = self.theme.phase(light.phase)
        self._lit_edges(pen, light, showing, scale, accent)
        quiet = color(self.theme.muted)
        glow = QColor(accent)
        glow.setAlpha(56)
        self._rings(pen, light.selected, 3.5, 1.4, quiet, scale)
        self._rings(pen, light.senders, 2.0, 1.4, mix(accent, color(self.theme.ground), 0.75), scale)
        self._rings(pen, light.receivers, 5.0, 6.0, glow, scale)
        self._rings(pen, light.receivers, 2.2, 2.4, accent, scale)
        for rect in self._lit_biases(light.biases, scale):
            self._square(pen, rect, accent, 2.0, scale, 40)
        for strand, target, source in light.entries:
            self._square(pen, entry_rect(self.scene.strands[strand], target, source), accent, 1.8, scale, 0)
        for mark, width in ((light.picked, 1.4), (light.hovered, 2.0)):
            if mark is not None:
                self._mark(pen, mark, color(self.theme.text), width, showing, scale)
        if light.pill and light.pill_at is not None:
            self._pill(pen, light, accent, scale)

    # Edges ----------------------------------------------------------------------------------------------------------

    def _lit_edges(self, pen: Pen, light: NeuronLight, showing: Showing, scale: float, accent: QColor) -> None:
        if len(light.selected_edges) and len(light.selected_edges) <= MOST_LIT:
            soft = mix(color(self.theme.muted), color(self.theme.ground), 0.5)
            draw_lines(pen.painter, self._edges.lines[light.selected_edges], _flat(soft, 3.0 / scale))
        lit = self.shown(light.edges)
        if not len(lit):
            return
        lines = self._edges.lines[lit]
        few = len(lit) <= MOST_WIDE
        under = mix(accent, color(self.theme.ground), 0.34)
        draw_lines(pen.painter, lines, _flat(under, (8.0 if few else 3.0) / scale))
        if light.phase == "backward" and light.asked is None and not light.receiving_edges:
            kinds, signed = showing.edge_kinds(lit), showing.scales.edges.signed
            pens = pens_of(self.theme, Stroke(signed, round(1 / scale, 4), LIT if few else 1.4))
            draw_kinds(pen.painter, lines, kinds, pens)
        else:
            draw_lines(pen.painter, lines, _flat(accent, (2.0 if few else 1.0) / scale))
        if len(lit) <= MOST_ARROWS and not light.receiving_edges:
            for edge in lit.tolist():
                self._arrow(pen, edge, light.phase == "backward", accent, scale)
        if few:
            self._tags.paint(pen, showing, scale, [QRectF(0, 0, *self.scene.size)], lit.tolist())

    def shown(self, edges: Indices) -> Indices:
        """The lit edges that are painted: of very many only the strongest."""
        return edges if len(edges) <= MOST_LIT else edges[-MOST_LIT:]

    def _arrow(self, pen: Pen, edge: int, back: bool, accent: QColor, scale: float) -> None:
        """A small arrowhead on an edge, the way the number travels."""
        pieces = self._edges.lines[edge]
        place, ahead = (along(pieces, share) for share in ((0.24, 0.2) if back else (0.76, 0.8)))
        angle = math.atan2(ahead.y() - place.y(), ahead.x() - place.x())
        with local(pen, place, scale):
            corners = [(0.0, 6.5), (2.45, 6.0), (math.pi, 2.2), (-2.45, 6.0)]
            head = [QPointF(r * math.cos(angle + turn), r * math.sin(angle + turn)) for turn, r in corners]
            pen.painter.setPen(line(color(self.theme.ground), 1.2))
            pen.painter.setBrush(accent)
            pen.painter.drawPolygon(QPolygonF(head))

    # Rings ----------------------------------------------------------------------------------------------------------

    def _rings(self, pen: Pen, units: Indices, away: float, width: float, tone: QColor, scale: float) -> None:
        """Lines around units; where they are many, around all those of a group together."""
        if self._told_apart(units, scale):
            for unit in units.tolist():
                self._ring(pen, unit, away, width, tone, scale)
            return
        for rect in self._groups(units):
            gap = away / scale
            pen.box(rect.adjusted(-gap, -gap, gap, gap), 5 / scale, None, tone, width / scale)

    def _told_apart(self, units: Indices, scale: float) -> bool:
        """Whether units have a ring each: where they are few, or large enough that the rings do not run together."""
        few = len(units) <= FEW_RINGS
        return few or (len(units) <= MOST_RINGS and float(self.scene.radius[units].min()) * scale >= RINGED)

    def _groups(self, units: Indices) -> list[QRectF]:
        """The rectangles around those of some units that are of one group."""
        scene, found = self.scene, []
        for group in np.unique(scene.group[units]).tolist():
            own = units[scene.group[units] == group]
            found.append(_around(scene.x[own], scene.y[own], scene.radius[own]))
        return found

    def _ring(self, pen: Pen, unit: int, away: float, width: float, tone: QColor, scale: float) -> None:
        """A line around a unit, ``away`` pixels from it."""
        scene, painter = self.scene, pen.painter
        path = outline(int(scene.shape[unit]), round(float(scene.radius[unit]) + away / scale, 3))
        painter.translate(scene.x[unit], scene.y[unit])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(line(tone, width / scale))
        painter.drawPath(path)
        painter.translate(-scene.x[unit], -scene.y[unit])

    @staticmethod
    def _square(pen: Pen, rect: QRectF | None, tone: QColor, width: float, scale: float, alpha: int) -> None:
        if rect is None:
            return
        fill = QColor(tone)
        fill.setAlpha(alpha)
        away = 1.2 / scale
        pen.box(rect.adjusted(-away, -away, away, away), 1.5 / scale, fill if alpha else None, tone, width / scale)

    def _mark(self, pen: Pen, mark: Mark, tone: QColor, width: float, showing: Showing, scale: float) -> None:
        if mark.bias is not None:
            self._square(pen, self.bias_rect(mark.bias), tone, width, scale, 0)
        elif mark.unit is not None:
            self._ring(pen, mark.unit, 2.0, width, tone, scale)
        if mark.edge is not None:
            lines = self._edges.lines[[mark.edge]]
            draw_lines(pen.painter, lines, _flat(tone, (LIT + 2.6) / scale))
            kinds = showing.edge_kinds(np.array([mark.edge]))
            stroke = Stroke(showing.scales.edges.signed, round(1 / scale, 4), LIT)
            draw_kinds(pen.painter, lines, kinds, pens_of(self.theme, stroke))
        if mark.strand is not None:
            self._square(pen, entry_rect(self.scene.strands[mark.strand], mark.target, mark.source), tone, width,
                         scale, 0)  # fmt: skip

    def _lit_biases(self, biases: Indices, scale: float) -> list[QRectF]:
        few = len(biases) <= FEW_RINGS
        large = len(biases) <= MOST_RINGS and float(self.scene.bias_half[biases].min(initial=np.inf)) * scale >= LEAST
        return self.bias_rects(biases, apart=few or large)

    def bias_rects(self, biases: Indices, apart: bool) -> list[QRectF]:
        """Where some biases stand, each ``apart`` or all those of an array together."""
        if apart:
            return [self.bias_rect(bias) for bias in biases.tolist()]
        scene, found = self.scene, []
        for node in np.unique(scene.bias_node[biases]).tolist():
            own = biases[scene.bias_node[biases] == node]
            found.append(_around(scene.bias_x[own], scene.bias_y[own], scene.bias_half[own]))
        return found

    def bias_rect(self, bias: int) -> QRectF:
        """Where a bias stands."""
        half = float(self.scene.bias_half[bias])
        return QRectF(float(self.scene.bias_x[bias]) - half, float(self.scene.bias_y[bias]) - half, 2 * half, 2 * half)

    def unit_rect(self, unit: int) -> QRectF:
        """Where a unit stands."""
        radius = float(self.scene.radius[unit])
        return QRectF(float(self.scene.x[unit]) - radius, float(self.scene.y[unit]) - radius, 2 * radius, 2 * radius)

    def _pill(self, pen: Pen, light: NeuronLight, accent: QColor, scale: float) -> None:
        with local(pen, QPointF(*light.pill_at), scale):
            rect = self._pill_rect(light, scale)
            pen.box(rect, 10, accent, color(self.theme.ground), 1.5)
            pen.centered(rect, light.pill, text_on(accent), PILL, "semibold")

    def _pill_rect(self, light: NeuronLight, scale: float) -> QRectF:
        """In pixels from ``pill_at``: where it hides the least of other things that say something."""
        width = text_width(light.pill, PILL, "semibold") + 18
        assert light.pill_at is not None
        x, y = light.pill_at
        tagged = self._tags.places(scale).edges
        if len(light.receivers):
            around = self.unit_rect(int(light.receivers[0]))
        elif len(light.biases):
            around = self.bias_rect(int(light.biases[0]))
        elif light.edges[0] in tagged:
            around = tagged[int(light.edges[0])][0]
        else:
            around = QRectF(x, y, 0.0, 0.0)
        around = QRectF((around.topLeft() - QPointF(x, y)) * scale, around.size() * scale)
        others = ((self._obstacles(scale) - np.array([x, y, x, y])) * scale).T
        return freest(places_around(around, width, 20.0), others)

    def _obstacles(self, scale: float) -> Array:
        """Units, biases, captions, tags, what lies beside: left, top, right and bottom (n, 4) in scene units."""
        scene = self.scene
        if self._standing is None:
            x, y = np.concatenate([scene.x, scene.bias_x]), np.concatenate([scene.y, scene.bias_y])
            half = np.concatenate([scene.radius, scene.bias_half])
            captions = np.array([caption.rect for caption in scene.captions]).reshape(-1, 4)
            captions[:, 2:] += captions[:, :2]
            self._standing = np.concatenate([np.stack([x - half, y - half, x + half, y + half], axis=1), captions])
        tags = [(rect.left(), rect.top(), rect.right(), rect.bottom()) for rect in self._tags.places(scale).rects]
        # Beside the picture there is hardly any room on a page.
        right, reach = scene.size[0], BESIDE / scale
        walls = [(-WALL, -WALL, -reach, WALL), (right + reach, -WALL, right + WALL, WALL)]
        return np.concatenate([self._standing, np.array(tags).reshape(-1, 4), np.array(walls)])

    # Where it is ----------------------------------------------------------------------------------------------------

    def bounds(self, light: NeuronLight, scale: float) -> list[QRectF]:
        """The rectangles that ``paint`` touches."""
        reach = HALO / scale
        rects = []
        for units in (light.receivers, light.senders, light.selected):
            apart = self._told_apart(units, scale)
            rects += [self.unit_rect(unit) for unit in units.tolist()] if apart else self._groups(units)
        rects += self._lit_biases(light.biases, scale)
        rects += [rect for entry in light.entries if (rect := self._entry(*entry)) is not None]
        for edges in (self.shown(light.edges), light.selected_edges):
            if len(edges):
                left, top, right, bottom = self._edges.bounds[:, edges]
                rects.append(QRectF(QPointF(left.min(), top.min()), QPointF(right.max(), bottom.max())))
        if len(light.edges) <= MOST_WIDE:
            tags = self._tags.places(scale).edges
            rects += [tags[edge][0] for edge in light.edges.tolist() if edge in tags]
        for mark in (light.picked, light.hovered):
            if mark is not None:
                rects += self._mark_rects(mark)
        if light.pill and light.pill_at is not None:
            rect, (x, y) = self._pill_rect(light, scale), light.pill_at
            rects.append(
                QRectF(x + rect.x() / scale, y + rect.y() / scale, rect.width() / scale, rect.height() / scale)
            )
        return [rect.adjusted(-reach, -reach, reach, reach) for rect in rects]

    def _entry(self, strand: int, target: int | None, source: int | None) -> QRectF | None:
        return entry_rect(self.scene.strands[strand], target, source)

    def _mark_rects(self, mark: Mark) -> list[QRectF]:
        found = [self.bias_rect(mark.bias)] if mark.bias is not None else []
        if mark.unit is not None:
            found.append(self.unit_rect(mark.unit))
        if mark.edge is not None:
            left, top, right, bottom = self._edges.bounds[:, mark.edge].tolist()
            found.append(QRectF(QPointF(left, top), QPointF(right, bottom)))
        if mark.strand is not None:
            rect = self._entry(mark.strand, mark.target, mark.source)
            found += [] if rect is None else [rect]
        return found


def _around(x: Array, y: Array, half: Array) -> QRectF:
    return QRectF(QPointF((x - half).min(), (y - half).min()), QPointF((x + half).max(), (y + half).max()))


def _flat(tone: QColor, width: float) -> QPen:
    """A pen that ends where its line does: edges are lit up to the units, not into them."""
    made = QPen(tone, width)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made
