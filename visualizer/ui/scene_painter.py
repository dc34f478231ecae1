"""Paints a scene: boxes with their numbers, edges with their gradients, and what is lit at the present step."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF

from engine.expression import Index, Kind, Reference
from engine.ops import Array
from visualizer.session.formatting import element_name, number_text
from visualizer.session.lighting import Lighting
from visualizer.session.scene import Box, Edge, Grid, Rect, Scene, magnitude
from visualizer.ui.gauge import paint_gauge
from visualizer.ui.pen import Pen, dashes, elided, line
from visualizer.ui.theme import CODE, Theme, color, magnitude_colors, mix, readable, text_on, text_width

HALO = 11.0  # how far the halo of the present step reaches around a box
NUMBER = 13.0
SMALLEST_NUMBER = 9.0
SMALL = 10.0
THINNEST, THICKEST = 1.6, 6.0
ON_ITS_WAY = 2.5  # the width of a message whose size is not told
WORDS = {"value": "value", "gradient": "grad"}


class ScenePainter:
    """Paints one scene in one theme. ``outlines`` turns text into paths for files."""

    def __init__(self, scene: Scene, theme: Theme, outlines: bool = False) -> None:
        self.scene = scene
        self.theme = theme
        self.outlines = outlines
        self._colors = magnitude_colors(theme.name)
        self._polygons = [QPolygonF([QPointF(x, y) for x, y in edge.points]) for edge in scene.edges]
        self._edge_index = {(edge.consumer, edge.slot): i for i, edge in enumerate(scene.edges)}

    # The layer: everything that is true at a position ---------------------------------------------------------------

    def paint(self, painter: QPainter, position: int, asked: Reference | None = None) -> None:
        """Everything but the lighting."""
        pen = Pen(painter, self.outlines)
        for edge in self.scene.edges:
            self._edge(pen, edge, position, asked)
        for box in self.scene.boxes:
            self._box(pen, box, position, asked)

    def paint_within(self, painter: QPainter, position: int, rects: Iterable[QRectF], asked: Reference | None) -> None:
        """What touches any of ``rects``; the caller has cleared them and set the clip."""
        areas = tuple(rects)
        pen = Pen(painter, self.outlines)
        for edge, polygon in zip(self.scene.edges, self._polygons, strict=True):
            bounds = polygon.boundingRect().adjusted(-4, -4, 4, 4)
            if any(bounds.intersects(area) for area in areas):
                self._edge(pen, edge, position, asked)
        for box in self.scene.boxes:
            if any(self.box_bounds(box).intersects(area) for area in areas):
                self._box(pen, box, position, asked)

    @staticmethod
    def box_bounds(box: Box) -> QRectF:
        """The rectangle that a box and its operation cover."""
        bounds = QRectF(*box.rect)
        return (bounds.united(QRectF(*box.operation_rect)) if box.operation_rect else bounds).adjusted(-3, -3, 3, 3)

    def edge_bounds(self, edge: Edge) -> QRectF:
        """The rectangle that an edge covers."""
        return self._polygons[self._edge_index[edge.consumer, edge.slot]].boundingRect().adjusted(-5, -5, 5, 5)

    def _edge(self, pen: Pen, edge: Edge, position: int, asked: Reference | None) -> None:
        painter, theme = pen.painter, self.theme
        painter.setBrush(Qt.BrushStyle.NoBrush)
        polygon = self._polygons[self._edge_index[edge.consumer, edge.slot]]
        arrived = edge.arrives_at is not None and position >= edge.arrives_at
        if not arrived:
            known = self.scene.value_known(edge.consumer, position)
            tone = color(theme.muted if known else theme.faint)
            painter.setPen(dashes(tone, 1.2, (3.5, 3.0)) if edge.arrives_at is not None else line(tone, 1.0))
            painter.drawPolyline(polygon)
            return
        told = asked is None or asked.kind != "gradient" or edge.arrives_at != position
        for stroke in self._strokes(edge.magnitude) if told else self._on_its_way():
            painter.setPen(stroke)
            painter.drawPolyline(polygon)

    def _on_its_way(self) -> list[QPen]:
        """The pen for a message whose size is asked for."""
        return [line(color(self.theme.backward), ON_ITS_WAY)]

    def _strokes(self, norm: float) -> list[QPen]:
        """The pens for a message: width and colour by its size, dotted for exactly 0, hatched red where not finite."""
        theme = self.theme
        if not math.isfinite(norm):
            return [line(color(theme.danger), 6.0), dashes(color(theme.panel), 4.0, (0.5, 0.8))]
        if norm == 0:
            return [dashes(color(theme.muted), 2.6, (0.1, 2.2), rounded=True)]
        share = self.scene.scale.position(norm)
        return [line(self._colors[round(share * 255)], THINNEST + share * (THICKEST - THINNEST))]

    # Boxes ----------------------------------------------------------------------------------------------------------

    def _box(self, pen: Pen, box: Box, position: int, asked: Reference | None) -> None:
        theme = self.theme
        rect = QRectF(*box.rect)
        role = theme.role(box.role)
        if box.operation_rect:
            self._operation(pen, box, position, asked)
        pen.box(rect, 7, color(theme.panel), color(theme.hairline), 1.2)
        self._stripe(pen, rect, role)
        self._title(pen, box, position)
        if not box.grids:
            self._summary(pen, box, position, asked)
        for grid in box.grids:
            hidden = asked is not None and (asked.node, asked.kind) == (box.node, grid.kind)
            if grid.shape:
                self._grid(pen, box, grid, position, hidden)
            else:
                self._scalar(pen, box, grid, position, hidden)

    def _stripe(self, pen: Pen, rect: QRectF, tone: QColor) -> None:
        pen.painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(rect, 7, 7)
        pen.painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        pen.painter.fillRect(QRectF(rect.x(), rect.y(), 4.5, rect.height()), tone)
        pen.painter.restore()

    def _operation(self, pen: Pen, box: Box, position: int, asked: Reference | None) -> None:
        theme = self.theme
        sign, rect = QRectF(*box.operation_rect), QRectF(*box.rect)
        middle = sign.center().y()
        state = self.scene.gradient_state(box.node, position)
        pen.painter.setBrush(Qt.BrushStyle.NoBrush)
        if state.kind == "final" and state.value is not None:
            hidden = asked is not None and (asked.node, asked.kind) == (box.node, "gradient")
            strokes = self._on_its_way() if hidden else self._strokes(magnitude(state.value))
        else:
            known = self.scene.value_known(box.node, position)
            strokes = [line(color(theme.muted if known else theme.faint), 1.2)]
        for stroke in strokes:
            pen.painter.setPen(stroke)
            pen.painter.drawLine(QPointF(sign.right(), middle), QPointF(rect.left(), middle))
        pen.box(sign, sign.height() / 2, color(theme.raised), color(theme.faint), 1.1)
        pen.centered(sign, box.operation, color(theme.text), 16 if len(box.operation) == 1 else 11.5, "medium")

    def _title(self, pen: Pen, box: Box, position: int) -> None:
        theme = self.theme
        left, top, width, _ = box.rect
        state = self.scene.gradient_state(box.node, position)
        room = width - 24 - (30 if state.total > 1 else 16 if state.total else 0)
        family = CODE if not box.name.isidentifier() else "Inter"
        size = 11 if family == CODE else 13
        name = elided(box.name, room, size, "semibold", family)
        pen.text(left + 12, top + 17, name, color(theme.text), size, "semibold", family)
        if state.total:
            paint_gauge(pen, self.theme, left + width - 13, top + 12.5, state.arrived, state.total)

    def _summary(self, pen: Pen, box: Box, position: int, asked: Reference | None) -> None:
        """The shape of a large array, and the norms of value and gradient."""
        left, top, width, _ = box.rect
        scene, node, ground = self.scene, box.node, color(self.theme.panel)
        pen.text(left + 12, top + 34, box.summary, color(self.theme.muted), 11)
        norms: list[tuple[Kind, Array | None]] = [
            ("value", scene.value(node, position) if scene.value_known(node, position) else None)
        ]
        if scene.trace.gradients[node] is not None:
            norms.append(("gradient", scene.gradient_state(node, position).value))
        for row, (kind, array) in enumerate(norms):
            baseline = top + 24 + 15 + 13.5 + 18 * row
            text = "·" if array is None else number_text(magnitude(array))
            tone = self._number_tone(box, kind, position, math.nan if array is None else magnitude(array), ground)
            if array is None:
                tone = color(self.theme.faint)
            elif asked is not None and (asked.node, asked.kind) == (node, kind):
                text, tone = "?", self.theme.ink(color(self.theme.backward))
            pen.text(left + 12, baseline, f"‖{WORDS[kind]}‖", color(self.theme.muted), 11)
            pen.right(left + width - 13, baseline, text, tone, NUMBER, "medium")

    def _scalar(self, pen: Pen, box: Box, grid: Grid, position: int, hidden: bool) -> None:
        text, tone = self._cell_text(box, grid, (), position, color(self.theme.panel))
        if hidden:
            text, tone = "?", self.theme.ink(color(self.theme.backward))
        x, y, width, height = grid.rect(())
        baseline = y + height / 2 + 4.5
        pen.text(x - 42 + 3, baseline, WORDS[grid.kind], color(self.theme.muted), 11)
        pen.right(x + width - 4, baseline, text, tone, NUMBER, "medium")

    def _grid(self, pen: Pen, box: Box, grid: Grid, position: int, hidden: bool) -> None:
        theme = self.theme
        x, y, _, _ = grid.bounds
        header = y - 4 - (14 if grid.column_labels else 0)
        pen.text(x, header, WORDS[grid.kind], color(theme.muted), SMALL)
        for column, label in enumerate(grid.column_labels):
            cell = QRectF(x + column * grid.cell_width, y - 15, grid.cell_width, 14)
            pen.centered(cell, label, color(theme.muted), 9)
        for row, label in enumerate(grid.row_labels):
            middle = y + (row + 0.5) * grid.cell_height
            pen.right(x - 5, middle + 3.5, label, color(theme.muted), 9)
        fill = theme.tint("backward", 0.05) if grid.kind == "gradient" else theme.tint("faint", 0.10)
        pen.box(QRectF(*grid.bounds), 3, fill, color(theme.hairline), 1.0)
        self._rules(pen, grid)
        columns: dict[int, list[tuple[Index, str, QColor]]] = {}
        for index in grid.indices():
            text, tone = self._cell_text(box, grid, index, position, fill)
            if hidden:
                text, tone = "?", readable(color(theme.backward), fill)
            columns.setdefault(index[1] if len(index) > 1 else 0, []).append((index, text, tone))
        size = min(_number_size(entries, grid.cell_width - 3) for entries in columns.values())
        for entries in columns.values():
            self._column(pen, box, grid, entries, size, readable(color(theme.muted), fill))

    def _rules(self, pen: Pen, grid: Grid) -> None:
        x, y, width, height = grid.bounds
        pen.painter.setPen(line(color(self.theme.hairline), 1.0))
        for column in range(1, grid.columns):
            at = x + column * grid.cell_width
            pen.painter.drawLine(QPointF(at, y), QPointF(at, y + height))
        for row in range(1, grid.rows):
            at = y + row * grid.cell_height
            pen.painter.drawLine(QPointF(x, at), QPointF(x + width, at))

    def _column(
        self, pen: Pen, box: Box, grid: Grid, entries: list[tuple[Index, str, QColor]], size: float, muted: QColor
    ) -> None:
        """One column of numbers, aligned at the point and centred as a whole."""
        before, after = _extent(entries, size)
        lift = 12.0 if grid.names else 0.0
        for index, text, tone in entries:
            x, y, width, height = grid.rect(index)
            if grid.names:
                name = element_name(box.name.lower() if len(box.name) == 1 else box.name, index, grid.shape)
                pen.text(x + 5, y + 11, name, muted, 9)
            if text in ("·", "?"):
                pen.centered(QRectF(x, y + lift, width, height - lift), text, tone, size)
            else:
                point = x + (width - before - after) / 2 + before
                pen.text(point - text_width(_before_point(text), size), y + (height + lift) / 2 + 4.6, text, tone, size)

    def _cell_text(self, box: Box, grid: Grid, index: Index, position: int, ground: QColor) -> tuple[str, QColor]:
        scene = self.scene
        if grid.kind == "value":
            array = scene.value(box.node, position) if scene.value_known(box.node, position) else None
        else:
            array = scene.gradient_state(box.node, position).value
        if array is None:
            return "·", color(self.theme.faint)
        value = float(array[index])
        return number_text(value), self._number_tone(box, grid.kind, position, value, ground)

    def _number_tone(self, box: Box, kind: Kind, position: int, value: float, ground: QColor) -> QColor:
        """The colour of a number that is known: how far it has come, and whether it is finite."""
        theme = self.theme
        if not math.isfinite(value):
            tone = color(theme.danger)
        elif kind == "value":
            tone = color(theme.update if self.scene.updated(box.node, position) else theme.text)
        elif self.scene.gradient_state(box.node, position).kind == "final":
            tone = color(theme.backward)
        else:
            tone = mix(color(theme.backward), color(theme.muted), 0.55)
        return readable(tone, ground)

    # The lighting: what the present step touches --------------------------------------------------------------------

    def paint_lighting(self, painter: QPainter, light: Lighting) -> None:
        """The halo, the lit edges and cells, the paths between cells and the pill with the message."""
        pen = Pen(painter, self.outlines)
        accent = self.theme.phase(light.phase)
        for consumer, slot in light.edges:
            self._lit_edge(pen, consumer, slot, accent, light)
        if light.selected is not None and light.selected != light.receiver:
            pen.box(QRectF(*self.scene.boxes[light.selected].rect).adjusted(-4, -4, 4, 4), 10, None,
                    color(self.theme.muted), 1.4)  # fmt: skip
        if light.receiver is not None:
            box = QRectF(*self.scene.boxes[light.receiver].rect)
            glow = QColor(accent)
            glow.setAlpha(60)
            pen.box(box.adjusted(-5.5, -5.5, 5.5, 5.5), 11, None, glow, 4.0)
            pen.box(box.adjusted(-3, -3, 3, 3), 9, None, accent, 2.0)
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

    def lighting_bounds(self, light: Lighting) -> list[QRectF]:
        """The rectangles that ``paint_lighting`` touches."""
        rects = [self.edge_bounds(self.scene.edge_of[edge]).adjusted(-6, -6, 6, 6) for edge in light.edges]
        for node in (light.receiver, light.selected):
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
            return (x - 42, y, width + 42, height)
        return grid.rect(reference.index) if reference.index is not None else grid.bounds

    def _lit_edge(self, pen: Pen, consumer: int, slot: int, accent: QColor, light: Lighting) -> None:
        polygon = self._polygons[self._edge_index[consumer, slot]]
        glow = QColor(accent)
        glow.setAlpha(70)
        pen.painter.setBrush(Qt.BrushStyle.NoBrush)
        pen.painter.setPen(line(glow, 9.0))
        pen.painter.drawPolyline(polygon)
        edge = self.scene.edges[self._edge_index[consumer, slot]]
        back = light.phase == "backward"
        if not back:
            pen.painter.setPen(line(accent, 2.0))
            pen.painter.drawPolyline(polygon)
        elif edge.arrives_at is not None:
            for stroke in self._strokes(edge.magnitude) if light.asked is None else self._on_its_way():
                pen.painter.setPen(stroke)
                pen.painter.drawPolyline(polygon)
        self._arrowhead(pen, polygon, accent, back)

    def _arrowhead(self, pen: Pen, polygon: QPolygonF, accent: QColor, back: bool) -> None:
        """A small arrow in the middle of an edge, the way the number travels."""
        count = polygon.size()
        a, b = polygon.at(count // 2 - 1), polygon.at(count // 2 + (1 if count > 2 else 0))
        direction = math.atan2(b.y() - a.y(), b.x() - a.x()) + (math.pi if back else 0.0)
        center = QPointF((a.x() + b.x()) / 2, (a.y() + b.y()) / 2)

        def at(angle: float, radius: float) -> QPointF:
            return QPointF(
                center.x() + radius * math.cos(direction + angle), center.y() + radius * math.sin(direction + angle)
            )

        pen.painter.setPen(line(color(self.theme.ground), 1.5))
        pen.painter.setBrush(QBrush(accent))
        pen.painter.drawPolygon(QPolygonF([at(0, 9), at(2.45, 8), at(math.pi, 3), at(-2.45, 8)]))

    @staticmethod
    def _lit_rect(pen: Pen, rect: Rect | None, accent: QColor, width: float, alpha: int) -> None:
        if rect is None:
            return
        fill = QColor(accent)
        fill.setAlpha(alpha)
        pen.box(QRectF(*rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, fill, accent, width)

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


def _number_size(entries: list[tuple[Index, str, QColor]], room: float) -> float:
    """The size at which a column of numbers fits into ``room``."""
    needed = sum(_extent(entries, NUMBER))
    return NUMBER if needed <= room else max(SMALLEST_NUMBER, math.floor(NUMBER * room / needed))


def _extent(entries: list[tuple[Index, str, QColor]], size: float) -> tuple[float, float]:
    """The widest parts before and behind the point."""
    before = max(text_width(_before_point(text), size) for _, text, _ in entries)
    return before, max(text_width(text, size) - text_width(_before_point(text), size) for _, text, _ in entries)


def _before_point(text: str) -> str:
    return text.partition(".")[0]
