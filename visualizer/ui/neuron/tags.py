"""The numbers on the edges of a small picture: what each edge shows, where it is in nobody's way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene
from visualizer.ui.neuron.edges import EdgePainter
from visualizer.ui.neuron.labels import local, short_text
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import FADED, NOT_YET, SILENT
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, mix, text_width

MOST_EDGES = 48  # of a picture whose edges have numbers
LEAST_ZOOM = 0.95  # pixels per scene unit, of a grain of 1
LETTERS = 10.0
WIDTH, HEIGHT = 44.0, 14.0  # pixels, of the widest number: places do not depend on what the numbers are
SHARES = (0.5, 0.38, 0.62, 0.3, 0.7, 0.24, 0.76)  # of the way, tried one after the other


class TagPainter:
    """Writes the numbers of the edges of one scene in one theme."""

    def __init__(self, scene: NeuronScene, theme: Theme, edges: EdgePainter) -> None:
        self.scene = scene
        self.theme = theme
        self._edges = edges
        self._places: tuple[float, dict[int, QPointF]] = (0.0, {})

    def paint(
        self, pen: Pen, showing: Showing, scale: float, rects: Sequence[QRectF], edges: Sequence[int] | None = None
    ) -> None:
        """The numbers that are known and touch any of some rectangles; of some ``edges``, or of all."""
        places = self.places(scale)
        if edges is not None:
            places = {edge: places[edge] for edge in edges if edge in places}
        if not places:
            return
        kinds = showing.edge_kinds(slice(None))
        ground, ink = color(self.theme.ground), color(self.theme.text)
        for edge, place in places.items():
            rect = tag_rect(place, scale)
            if kinds[edge] in (SILENT, NOT_YET) or not any(rect.intersects(area) for area in rects):
                continue
            text = short_text(float(showing.state.edges[edge]), 3)
            width = text_width(text, LETTERS, "medium") + 6
            ends = int(self.scene.edge_sources[edge]), int(self.scene.edge_targets[edge])
            tone = mix(ink, ground, FADED) if any(map(showing.faded, ends)) else ink
            with local(pen, place, scale):
                pen.box(QRectF(-width / 2, -HEIGHT / 2, width, HEIGHT), 4, ground)
                pen.text(3 - width / 2, 0.36 * LETTERS, text, tone, LETTERS, "medium")

    def places(self, scale: float) -> dict[int, QPointF]:
        """The middle of the number of each edge that has room for one, in scene units."""
        if self._edges.count > MOST_EDGES or scale * self.scene.grain < LEAST_ZOOM:
            return {}
        if self._places[0] != scale:
            self._places = (scale, self._placed(scale))
        return self._places[1]

    def _placed(self, scale: float) -> dict[int, QPointF]:
        scene = self.scene
        radius = scene.radius + 2 / scale
        taken = [
            QRectF(x - r, y - r, 2 * r, 2 * r)
            for x, y, r in zip(scene.x.tolist(), scene.y.tolist(), radius.tolist(), strict=True)
        ]
        half = scene.bias_half
        taken += [
            QRectF(x - h, y - h, 2 * h, 2 * h)
            for x, y, h in zip(scene.bias_x.tolist(), scene.bias_y.tolist(), half.tolist(), strict=True)
        ]
        found: dict[int, QPointF] = {}
        for edge in range(self._edges.count):
            for share in SHARES:
                place = along(self._edges.lines[edge], share)
                rect = tag_rect(place, scale)
                if not any(rect.intersects(other) for other in taken):
                    found[edge] = place
                    taken.append(rect)
                    break
        return found


def tag_rect(place: QPointF, scale: float) -> QRectF:
    """The room of a number whose middle is at ``place``, in scene units."""
    return QRectF(place.x() - WIDTH / 2 / scale, place.y() - HEIGHT / 2 / scale, WIDTH / scale, HEIGHT / scale)


def along(pieces: Array, share: float) -> QPointF:
    """The point at a share of the way along a curve of pieces (p, 4)."""
    lengths = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    way = np.concatenate([[0.0], np.cumsum(lengths)])
    at = share * way[-1]
    piece = min(int(np.searchsorted(way[1:], at)), len(pieces) - 1)
    within = (at - way[piece]) / max(lengths[piece], 1e-12)
    x1, y1, x2, y2 = pieces[piece].tolist()
    return QPointF(x1 + within * (x2 - x1), y1 + within * (y2 - y1))
