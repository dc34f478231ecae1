"""The edges of a scene: curves by the size of what they show while they are few, straight hairlines when many."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from engine.draws import Indices
from engine.expression import Reference
from visualizer.session.scene import Scene
from visualizer.session.scene.numbers import Bools
from visualizer.ui.heat import sign_color
from visualizer.ui.neuron.strokes import PALEST, Stroke, draw_kinds, kinds_of, pens_of
from visualizer.ui.pen import dashes, line
from visualizer.ui.scene.bulk import Lines, polygon_of, simplified, touching_lines
from visualizer.ui.theme import Theme, color, magnitude_colors

THINNEST, THICKEST = 1.6, 6.0
SLIM = 0.55  # of these, where boxes are small
ON_ITS_WAY = 2.5  # the width of a message whose size is not told
PART = 3.0  # how far a curve may leave the straight line between the ends of a part of it
LEAST_ZOOM = 0.45  # where the picture is seen smaller, its lines do not get thinner
SEEN = 2.5  # pixels by which a hairline may leave its curve


class EdgePainter:
    """Paints the edges of one scene in one theme."""

    def __init__(self, scene: Scene, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme
        self._colors = magnitude_colors(theme.name)
        self._polygons: dict[int, QPolygonF] = {}
        self._lines: dict[int, Lines] = {}
        self._numbers = scene.numbers
        self._silent = ~scene.numbers.shown
        self.slim = SLIM if any(box.form != "full" for box in scene.boxes) else 1.0
        self._grown, self._octave = 1.0, 0

    def polygon(self, index: int) -> QPolygonF:
        """The curve of an edge."""
        if index not in self._polygons:
            self._polygons[index] = polygon_of(self.scene.edges[index].points)
        return self._polygons[index]

    def bounds(self, index: int) -> QRectF:
        """The rectangle that an edge covers."""
        left, top, right, bottom = self.scene.edge_bounds[index].tolist()
        reach = self.reach
        return QRectF(left - reach, top - reach, right - left + 2 * reach, bottom - top + 2 * reach)

    def areas(self, index: int) -> list[QRectF]:
        """Rectangles around the parts of an edge: of a long one they cover much less than one around all of it."""
        return self._around(index, PART, PART + self.reach)

    def hairline_areas(self, index: int) -> list[QRectF]:
        """The same of an edge that is painted in bulk."""
        return self._around(index, _tolerance(self._octave), self.reach)

    def _around(self, index: int, tolerance: float, reach: float) -> list[QRectF]:
        pieces, _ = simplified([self.scene.edges[index].points], tolerance)
        found = []
        for x1, y1, x2, y2 in pieces.tolist():
            left, top = min(x1, x2) - reach, min(y1, y2) - reach
            found.append(QRectF(left, top, max(x1, x2) + reach - left, max(y1, y2) + reach - top))
        return found

    @property
    def reach(self) -> float:
        """How far the strokes of edges reach around their curves."""
        return 5.0 * self._grown

    def seen_at(self, scale: float) -> None:
        """Say how large the picture is seen, in pixels per scene unit: from afar, lines are wider in it."""
        self._grown = max(1.0, round(LEAST_ZOOM / scale, 2))
        self._octave = _octave(scale)

    # One by one -----------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, chosen: Indices, position: int, asked: Reference | None) -> None:
        """Some edges, as curves."""
        numbers, known = self._numbers.at(position)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in chosen.tolist():
            polygon = self.polygon(index)
            for stroke in self._strokes_at(index, float(numbers[index]), bool(known[index]), position, asked):
                painter.setPen(stroke)
                painter.drawPolyline(polygon)

    def _strokes_at(self, index: int, number: float, known: bool, position: int, asked: Reference | None) -> list[QPen]:
        if not known:
            return self._waiting(index, position)
        hidden = asked is not None and asked.kind == "gradient" and self._numbers.first_at[index] == position
        return self.on_its_way() if hidden else self.strokes(number)

    def _waiting(self, index: int, position: int) -> list[QPen]:
        """The pen for what shows no number yet, or never."""
        computed = self._numbers.computed_at[index] <= position
        tone = color(self.theme.muted if computed else self.theme.faint)
        if self._silent[index]:
            return [line(tone, self._grown)]
        return [dashes(tone, (1.2 if self.slim == 1.0 else 1.0) * self._grown, (3.5, 3.0))]

    def on_its_way(self) -> list[QPen]:
        """The pen for a message whose size is asked for."""
        return [line(color(self.theme.backward), ON_ITS_WAY * self.slim * self._grown)]

    def strokes(self, number: float) -> list[QPen]:
        """The pens for a number: width and colour by its size, dotted for exactly 0, hatched red where not finite."""
        theme, slim = self.theme, self.slim * self._grown
        if not math.isfinite(number):
            return [line(color(theme.danger), 6.0 * slim), dashes(color(theme.panel), 4.0 * slim, (0.5, 0.8))]
        if number == 0:
            return [dashes(color(theme.muted), 2.6 * slim, (0.1, 2.2), rounded=True)]
        place = self.scene.scale.position(number)
        share = abs(place)
        if self.scene.scale.signed:
            tone = sign_color(theme, math.copysign(PALEST + (1 - PALEST) * share, place))
        else:
            tone = self._colors[round(share * 255)]
        return [line(tone, (THINNEST + share * (THICKEST - THINNEST)) * slim)]

    # In bulk --------------------------------------------------------------------------------------------------------

    def paint_bulk(
        self,
        painter: QPainter,
        rects: Sequence[QRectF] | None,
        only: Bools | None,
        position: int,
        scale: float,
        strength: float = 1.0,
    ) -> None:
        """Hairlines of all edges, or of what of them touches ``rects``; ``only`` says which edges.

        ``strength`` below 1 mixes them with the ground.
        """
        numbers, known = self._numbers.at(position)
        kinds = kinds_of(numbers, known, self._silent, self.scene.scale)
        pieces, owner = self._hairlines(_octave(scale))
        if rects is not None:
            near = touching_lines(pieces, rects, 1.0 / scale)
            pieces, owner = pieces[near], owner[near]
        if only is not None:
            pieces, owner = pieces[only[owner]], owner[only[owner]]
        smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        draw_kinds(
            painter, pieces, kinds[owner], pens_of(self.theme, Stroke(self.scene.scale.signed, None, 1.0, strength))
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)

    def _hairlines(self, octave: int) -> Lines:
        """The edges as straight pieces that look the same at a zoom, and up to twice as near."""
        if octave not in self._lines:
            self._lines[octave] = simplified([edge.points for edge in self.scene.edges], _tolerance(octave))
        return self._lines[octave]


def _octave(scale: float) -> int:
    """The power of two below so many pixels per scene unit."""
    return math.floor(math.log2(max(scale, 1e-6)))


def _tolerance(octave: int) -> float:
    """How far hairlines may leave their curves from 2**octave pixels per scene unit on."""
    return float(SEEN / 2.0 ** (octave + 1))
