"""What the present step touches: the halo, lit edges and cells, the paths between cells, the pill with the number."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPainterPathStroker, QPolygonF

from engine.expression import Reference
from visualizer.session.lighting import Lighting
from visualizer.session.scene import Edge, Rect, Scene
from visualizer.ui.pen import Pen, line
from visualizer.ui.scene.edges import EdgePainter
from visualizer.ui.theme import Theme, color, text_on, text_width

SHORTEST = 30.0  # an edge with an arrow
HALO = 11.0  # how far the halo of the present step reaches around a box


class LightPainter:
    """Paints the light of one scene in one theme."""

    def __init__(self, scene: Scene, theme: Theme, edges: EdgePainter) -> None:
        self.scene = scene
        self.theme = theme
        self._edges = edges
        self._index = {(edge.consumer, edge.slot): i for i, edge in enumerate(scene.edges)}

    def index_of(self, edge: Edge) -> int:
        """The number of an edge in its scene."""
        return self._index[edge.consumer, edge.slot]

    def paint(self, pen: Pen, light: Lighting) -> None:
        """The halo, the lit edges and cells, the paths between cells and the pill with the message."""
        accent = self.theme.phase(light.phase)
        for consumer, slot in light.edges:
            self._lit_edge(pen, consumer, slot, accent, light)
        for node in _selected(light):
            if node != light.receiver:
                self._ring(pen, node, 4.0, color(self.theme.muted), 1.4)
        if light.receiver is not None:
            glow = QColor(accent)
            glow.setAlpha(60)
            self._ring(pen, light.receiver, 5.5, glow, 4.0)
            self._ring(pen, light.receiver, 3.0, accent, 2.0)
        for start, end in light.lines:
            self._joined_cells(pen, start, end, accent, light)
        for rect in dict.fromkeys(map(self.cell_rect, light.cells)):
            self._lit_rect(pen, rect, accent, 1.6, 26)
        if light.picked is not None:
            self._lit_rect(pen, self.cell_rect(light.picked), color(self.theme.text), 1.2, 0)
        if light.result is not None:
            self._lit_rect(pen, self.cell_rect(light.result), accent, 2.2, 54)
        if light.hovered is not None:
            self._lit_rect(pen, self.cell_rect(light.hovered), color(self.theme.text), 2.0, 40)
        if light.pill and light.receiver is not None:
            self._pill(pen, light, accent)

    def _ring(self, pen: Pen, node: int, reach: float, tone: QColor, width: float) -> None:
        """A line around a box, that far from it."""
        box = self.scene.boxes[node]
        slim = self._edges.slim if box.form != "full" else 1.0
        by = reach * slim
        pen.box(QRectF(*box.rect).adjusted(-by, -by, by, by), (6 + reach) * slim, None, tone, width * slim)

    def bounds(self, light: Lighting) -> list[QRectF]:
        """The rectangles that ``paint`` touches."""
        rects = [area.adjusted(-6, -6, 6, 6) for edge in light.edges for area in self._edges.areas(self._index[edge])]
        for node in (light.receiver, *_selected(light)):
            if node is not None:
                rects.append(QRectF(*self.scene.boxes[node].rect).adjusted(-HALO, -HALO - 14, HALO + 40, HALO))
        for start, end in light.lines:
            points = [self.cell_rect(start), self.cell_rect(end)]
            if all(points):
                rects.append(QRectF(*points[0]).united(QRectF(*points[1])).adjusted(-20, -20, 20, 20))
        lit = (*light.cells, light.result, light.hovered, light.picked)
        for rect in {self.cell_rect(reference) for reference in lit if reference}:
            if rect:
                rects.append(QRectF(*rect).adjusted(-4, -4, 4, 4))
        return rects

    def cell_rect(self, reference: Reference) -> Rect | None:
        """Where a recorded number stands: the whole box of a summary; None where it is not drawn."""
        box = self.scene.boxes[reference.node]
        if not box.grids:
            return box.rect
        grid = box.grid(reference.kind)
        if grid is None:
            return None
        if not grid.shape:
            x, y, width, height = grid.rect(())
            return (x - 42, y, width + 42, height) if box.form == "full" else (x, y, width, height)
        return grid.rect(reference.index) if reference.index is not None else grid.bounds

    def _lit_edge(self, pen: Pen, consumer: int, slot: int, accent: QColor, light: Lighting) -> None:
        index = self._index[consumer, slot]
        polygon, slim = self._edges.polygon(index), self._edges.slim
        glow = QColor(accent)
        glow.setAlpha(70)
        pen.painter.setBrush(Qt.BrushStyle.NoBrush)
        pen.painter.setPen(line(glow, 9.0 * slim))
        pen.painter.drawPolyline(polygon)
        edge = self.scene.edges[index]
        back = light.phase == "backward"
        if not back or self.scene.numbers.shows != "message":
            pen.painter.setPen(line(accent, 2.0 * slim))
            pen.painter.drawPolyline(polygon)
        elif edge.arrives_at is not None:
            for stroke in self._edges.strokes(edge.magnitude) if light.asked is None else self._edges.on_its_way():
                pen.painter.setPen(stroke)
                pen.painter.drawPolyline(polygon)
        self._arrowhead(pen, polygon, accent, back, slim)

    def _arrowhead(self, pen: Pen, polygon: QPolygonF, accent: QColor, back: bool, slim: float) -> None:
        """A small arrow in the middle of an edge, the way the number travels; none where there is no room for it."""
        bounds, count = polygon.boundingRect(), polygon.size()
        if bounds.width() + bounds.height() < SHORTEST * slim:
            return
        a, b = polygon.at(count // 2 - 1), polygon.at(count // 2 + (1 if count > 2 else 0))
        direction = math.atan2(b.y() - a.y(), b.x() - a.x()) + (math.pi if back else 0.0)
        center = QPointF((a.x() + b.x()) / 2, (a.y() + b.y()) / 2)

        def at(angle: float, radius: float) -> QPointF:
            return QPointF(
                center.x() + slim * radius * math.cos(direction + angle),
                center.y() + slim * radius * math.sin(direction + angle),
            )

        pen.painter.setPen(line(color(self.theme.ground), 1.5))
        pen.painter.setBrush(QBrush(accent))
        pen.painter.drawPolygon(QPolygonF([at(0, 9), at(2.45, 8), at(math.pi, 3), at(-2.45, 8)]))

    def _lit_rect(self, pen: Pen, rect: Rect | None, accent: QColor, width: float, alpha: int) -> None:
        if rect is None:
            return
        fill = QColor(accent)
        fill.setAlpha(alpha)
        pen.box(QRectF(*rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, fill, accent, width * self._edges.slim**0.5)

    def _joined_cells(self, pen: Pen, start: Reference, end: Reference, accent: QColor, light: Lighting) -> None:
        """A curve from one cell to the next on a path, underneath the lit cells."""
        first, second = self.cell_rect(start), self.cell_rect(end)
        if first is None or second is None:
            return
        a, b = QRectF(*first), QRectF(*second)
        if a.center().x() <= b.center().x():
            p, q = QPointF(a.right(), a.center().y()), QPointF(b.left(), b.center().y())
        else:
            p, q = QPointF(a.left(), a.center().y()), QPointF(b.right(), b.center().y())
        bend = max(abs(q.x() - p.x()) * 0.45, 24.0) * (1 if q.x() >= p.x() else -1)
        path = QPainterPath(p)
        path.cubicTo(QPointF(p.x() + bend, p.y()), QPointF(q.x() - bend, q.y()), q)
        stroker = QPainterPathStroker()
        stroker.setWidth(1.8)
        wire = stroker.createStroke(path)
        for rect in {self.cell_rect(reference) for reference in (*light.cells, light.result) if reference}:
            if rect is not None:
                cell = QPainterPath()
                cell.addRect(QRectF(*rect))
                wire = wire.subtracted(cell)
        # See-through, because a path may have to cross numbers.
        tone = QColor(accent)
        tone.setAlpha(110)
        pen.painter.fillPath(wire, tone)
        pen.painter.setBrush(accent)
        pen.painter.setPen(Qt.PenStyle.NoPen)
        pen.painter.drawEllipse(q, 3.5, 3.5)

    def _pill(self, pen: Pen, light: Lighting, accent: QColor) -> None:
        box = QRectF(*self.scene.boxes[light.receiver].rect)
        width = text_width(light.pill, 11.5, "semibold") + 18
        rect = QRectF(box.right() - width + 14, box.top() - 17, width, 20)
        pen.box(rect, 10, accent, color(self.theme.ground), 1.5)
        pen.centered(rect, light.pill, text_on(accent), 11.5, "semibold")


def _selected(light: Lighting) -> tuple[int, ...]:
    return light.alike if light.selected is None else (light.selected, *light.alike)
