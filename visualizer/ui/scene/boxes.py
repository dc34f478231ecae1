"""Boxes in full: the name, the sign of the operation, the numbers of value and gradient, cell by cell or as norms."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath

from engine.expression import Index, Kind, Reference
from engine.ops import Array
from visualizer.session.formatting import element_name, number_text
from visualizer.session.scene import Box, Grid, Scene, magnitude
from visualizer.ui.gauge import paint_gauge
from visualizer.ui.pen import Pen, elided, line
from visualizer.ui.scene.edges import EdgePainter
from visualizer.ui.scene.figures import cell_text, number_tone, paint_operation
from visualizer.ui.theme import CODE, Theme, color, readable, text_width

NUMBER = 13.0
SMALLEST_NUMBER = 9.0
SMALL = 10.0
WORDS = {"value": "value", "gradient": "grad"}


class BoxPainter:
    """Paints the boxes of one scene in one theme."""

    def __init__(self, scene: Scene, theme: Theme, edges: EdgePainter) -> None:
        self.scene = scene
        self.theme = theme
        self._edges = edges

    def paint(self, pen: Pen, box: Box, position: int, asked: Reference | None, numbers: bool = True) -> None:
        """A box with its sign; its texts can be left out."""
        theme = self.theme
        rect = QRectF(*box.rect)
        role = theme.role(box.role)
        if box.operation_rect:
            paint_operation(pen, self.theme, self._edges, box, position, asked)
        pen.box(rect, 7, color(theme.panel), color(theme.hairline), 1.2)
        self._stripe(pen, rect, role)
        if not numbers:
            self._blank(pen, box)
            return
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

    def _blank(self, pen: Pen, box: Box) -> None:
        """The cells without their numbers, for a picture in which these could not be read."""
        for grid in box.grids:
            if grid.shape:
                pen.box(QRectF(*grid.bounds), 3, self._fill(grid), color(self.theme.hairline), 1.0)

    def _fill(self, grid: Grid) -> QColor:
        return self.theme.tint("backward", 0.05) if grid.kind == "gradient" else self.theme.tint("faint", 0.10)

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
            tone = number_tone(
                self.scene, self.theme, box, kind, position, math.nan if array is None else magnitude(array), ground
            )
            if array is None:
                tone = color(self.theme.faint)
            elif asked is not None and (asked.node, asked.kind) == (node, kind):
                text, tone = "?", self.theme.ink(color(self.theme.backward))
            pen.text(left + 12, baseline, f"‖{WORDS[kind]}‖", color(self.theme.muted), 11)
            pen.right(left + width - 13, baseline, text, tone, NUMBER, "medium")

    def _scalar(self, pen: Pen, box: Box, grid: Grid, position: int, hidden: bool) -> None:
        text, tone = cell_text(self.scene, self.theme, box, grid.kind, (), position, color(self.theme.panel))
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
        fill = self._fill(grid)
        pen.box(QRectF(*grid.bounds), 3, fill, color(theme.hairline), 1.0)
        self._rules(pen, grid)
        columns: dict[int, list[tuple[Index, str, QColor]]] = {}
        for index in grid.indices():
            text, tone = cell_text(self.scene, self.theme, box, grid.kind, index, position, fill)
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
