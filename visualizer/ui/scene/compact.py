"""Small boxes for single numbers: name, value and gradient in one, two or three lines."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from engine.expression import Reference
from visualizer.session.scene import Box, Grid, Scene
from visualizer.ui.pen import Pen, elided
from visualizer.ui.scene.edges import EdgePainter
from visualizer.ui.scene.figures import cell_text, paint_operation
from visualizer.ui.theme import CODE, Theme, color

NAME, NUMBER = 9.0, 10.5
ROOM = 7.0  # left of a name


class CompactPainter:
    """Paints the small boxes of one scene in one theme."""

    def __init__(self, scene: Scene, theme: Theme, edges: EdgePainter) -> None:
        self.scene = scene
        self.theme = theme
        self._edges = edges

    def paint(self, pen: Pen, box: Box, position: int, asked: Reference | None, numbers: bool = True) -> None:
        """A box with its sign; its numbers can be left out."""
        theme, rect = self.theme, QRectF(*box.rect)
        if box.operation_rect:
            paint_operation(pen, theme, self._edges, box, position, asked)
        panel = color(theme.panel)
        pen.box(rect, 3.5, panel, color(theme.hairline), 1.0)
        pen.painter.fillRect(QRectF(rect.left() + 0.8, rect.top() + 2.5, 2.4, rect.height() - 5), theme.role(box.role))
        if not numbers:
            return
        self._name(pen, box)
        for grid in box.grids:
            hidden = asked is not None and (asked.node, asked.kind) == (box.node, grid.kind)
            text, tone = cell_text(self.scene, theme, box, grid.kind, (), position, panel)
            if hidden:
                text, tone = "?", theme.ink(color(theme.backward))
            middle = grid.y + grid.cell_height / 2
            pen.right(grid.x + grid.cell_width - 3, middle + 3.7, text, tone, NUMBER)
            if grid.kind == "gradient":
                self._gradient(pen, box, grid, position)

    def _name(self, pen: Pen, box: Box) -> None:
        if not box.name:
            return
        left, top, width, height = box.rect
        first = box.grids[0]
        above = box.form == "stack"
        room = width - ROOM - 3 if above else first.x - left - ROOM - 1
        middle = top + 7.5 if above else top + height / 2
        name = elided(box.name, room, NAME, family=CODE)
        pen.text(left + ROOM, middle + 3.2, name, color(self.theme.muted), NAME, family=CODE)

    def _gradient(self, pen: Pen, box: Box, grid: Grid, position: int) -> None:
        """The line before a gradient, and how much of it has arrived while that is not all."""
        tone = color(self.theme.hairline)
        if box.form == "line":
            pen.stroke(grid.x, grid.y + 3, grid.x, grid.y + grid.cell_height - 3, tone)
        else:
            pen.stroke(grid.x + 2, grid.y, grid.x + grid.cell_width - 2, grid.y, tone)
        state = self.scene.gradient_state(box.node, position)
        if state.kind == "partial":
            full, y = grid.cell_width - 6, grid.y + grid.cell_height - 1.5
            share = QColor(color(self.theme.backward))
            pen.stroke(grid.x + 3, y, grid.x + 3 + full, y, tone, 1.4)
            pen.stroke(grid.x + 3, y, grid.x + 3 + full * state.arrived / state.total, y, share, 1.4)
