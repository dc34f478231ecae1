"""Paints a scene: boxes with their numbers, edges with what they show, and what is lit at the present step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from engine.draws import Indices
from engine.expression import Reference
from engine.ops import Array
from visualizer.session.lighting import Lighting
from visualizer.session.scene import Box, Edge, Rect, Ribbon, Scene
from visualizer.session.scene.folding import RIBBON
from visualizer.session.scene.numbers import Bools
from visualizer.ui.pen import Pen, elided
from visualizer.ui.scene.boxes import BoxPainter
from visualizer.ui.scene.bulk import touching
from visualizer.ui.scene.compact import CompactPainter
from visualizer.ui.scene.edges import EdgePainter
from visualizer.ui.scene.light import LightPainter
from visualizer.ui.scene.plain import PlainPainter
from visualizer.ui.theme import Theme, color

READABLE = 4.0  # pixels: smaller numbers are left out
FIGURES = {"full": 13.0, "line": 10.5, "pair": 10.5, "stack": 10.5}  # how large numbers are set
PLAIN = 2.6  # pixels: where numbers would be smaller, boxes are rectangles
FEW = 250  # so many boxes in full keep their shape however small they are
MANY_EDGES = 1200  # in a view of VIEW pixels, beyond which they are hairlines
VIEW = (1000.0, 700.0)
FADED = 0.16  # what is left of what is out of focus


class ScenePainter:
    """Paints one scene in one theme. ``outlines`` turns text into paths for files.

    ``scale`` is pixels per scene unit: texts that could not be read are left out, small boxes are rectangles, and many
    edges are hairlines. What is not in ``focus``, a set of nodes, is faint.
    """

    def __init__(self, scene: Scene, theme: Theme, outlines: bool = False) -> None:
        self.scene = scene
        self.theme = theme
        self.outlines = outlines
        self.edges = EdgePainter(scene, theme)
        self._light = LightPainter(scene, theme, self.edges)
        self._full = BoxPainter(scene, theme, self.edges)
        self._small = CompactPainter(scene, theme, self.edges)
        self._all_boxes = np.array(scene.drawn, dtype=np.intp)
        self._small_boxes = any(box.form != "full" for box in scene.boxes)
        self._scale = 1.0  # painted last
        self._figure = min((FIGURES[box.form] for box in scene.boxes), default=13.0)

    # The layer: everything that is true at a position ---------------------------------------------------------------

    def paint(
        self,
        painter: QPainter,
        position: int,
        asked: Reference | None = None,
        scale: float = 1.0,
        focus: Collection[int] | None = None,
    ) -> None:
        """Everything but the lighting that is within the painter's device."""
        view, known = painter.combinedTransform().inverted()
        if not known:
            return
        area = view.mapRect(QRectF(painter.viewport()))
        whole = QRectF(0, 0, *self.scene.size)
        self._paint(painter, position, None if area.contains(whole) else [area], asked, scale, focus)

    def paint_within(
        self,
        painter: QPainter,
        position: int,
        rects: Iterable[QRectF],
        asked: Reference | None = None,
        scale: float = 1.0,
        focus: Collection[int] | None = None,
    ) -> None:
        """What touches any of ``rects``; the caller has cleared them and set the clip."""
        self._paint(painter, position, list(rects), asked, scale, focus)

    def sketch(self, painter: QPainter, position: int, scale: float) -> None:
        """All of it as seen from afar, however few things there are: for an overview."""
        self.edges.paint_bulk(painter, None, None, position, scale)
        self._plain.paint(painter, np.arange(len(self.scene.boxes)), position)

    def _paint(
        self,
        painter: QPainter,
        position: int,
        rects: list[QRectF] | None,
        asked: Reference | None,
        scale: float,
        focus: Collection[int] | None,
    ) -> None:
        pen = Pen(painter, self.outlines)
        self._scale = scale
        self.edges.seen_at(scale)
        self._frames(pen)
        boxes = self._all_boxes if rects is None else self._all_boxes[touching(self._bounds, rects, 3.0)]
        if focus is None:
            self._paint_edges(painter, rects, None, position, asked, scale, 1.0)
            self._paint_boxes(pen, boxes, position, asked, scale, 1.0)
            return
        inside = np.zeros(len(self.scene.boxes), dtype=np.bool_)
        inside[list(focus)] = True
        joined = inside[self._ends[0]] & inside[self._ends[1]]
        for strength, some_edges, some_boxes in (
            (FADED, ~joined, boxes[~inside[boxes]]), (1.0, joined, boxes[inside[boxes]])
        ):  # fmt: skip
            self._paint_edges(painter, rects, some_edges, position, asked, scale, strength)
            self._paint_boxes(pen, some_boxes, position, asked, scale, strength)

    @cached_property
    def _bounds(self) -> Array:
        """Left, top, right and bottom of all boxes that are drawn: (n, 4)."""
        return np.asarray(self.scene.box_bounds[self._all_boxes])

    @cached_property
    def _ends(self) -> tuple[Indices, Indices]:
        """The sources and the consumers of all edges."""
        edges = self.scene.edges
        return (
            np.array([edge.source for edge in edges], dtype=np.intp),
            np.array([edge.consumer for edge in edges], dtype=np.intp),
        )

    def _paint_edges(
        self,
        painter: QPainter,
        rects: list[QRectF] | None,
        only: Bools | None,
        position: int,
        asked: Reference | None,
        scale: float,
        strength: float,
    ) -> None:
        if self._in_bulk(scale):
            self.edges.paint_bulk(painter, rects, only, position, scale, strength)
            return
        every = np.arange(len(self.scene.edges))
        edges = every if rects is None else touching(self.scene.edge_bounds, rects, self.edges.reach)
        edges = edges if only is None else edges[only[edges]]
        self._faded(painter, strength, lambda: self.edges.paint(painter, edges, position, asked))

    def _paint_boxes(
        self, pen: Pen, boxes: Indices, position: int, asked: Reference | None, scale: float, strength: float
    ) -> None:
        numbers = self._figure * scale >= READABLE
        if not numbers and (self._small_boxes or (self._figure * scale < PLAIN and len(self._all_boxes) > FEW)):
            self._plain.paint(pen.painter, boxes, position, strength)
            return

        def each() -> None:
            for index in boxes.tolist():
                box = self.scene.boxes[index]
                (self._full if box.form == "full" else self._small).paint(pen, box, position, asked, numbers)

        self._faded(pen.painter, strength, each)

    @cached_property
    def _plain(self) -> PlainPainter:
        return PlainPainter(self.scene, self.theme)

    def _in_bulk(self, scale: float) -> bool:
        """Whether edges are hairlines at a zoom: the same for all of a picture, whatever part is painted anew."""
        width, height = (max(size * scale, 1.0) for size in self.scene.size)
        seen = min(1.0, VIEW[0] / width) * min(1.0, VIEW[1] / height)
        return len(self.scene.edges) * seen > MANY_EDGES

    @staticmethod
    def _faded(painter: QPainter, strength: float, paint: Callable[[], None]) -> None:
        before = painter.opacity()
        painter.setOpacity(before * strength)
        paint()
        painter.setOpacity(before)

    def _frames(self, pen: Pen) -> None:
        """The grounds on which boxes stand that belong together."""
        theme = self.theme
        for frame in self.scene.frames:
            pen.box(QRectF(*frame.rect), 6, color(theme.raised), color(theme.hairline), 1.0)
        for ribbon in self.scene.ribbons:
            self._ribbon(pen, ribbon)

    def _ribbon(self, pen: Pen, ribbon: Ribbon) -> None:
        """The name of a layer; it reads upwards beside rows."""
        theme, rect = self.theme, QRectF(*ribbon.rect)
        pen.box(rect, 6, color(theme.raised), color(theme.hairline), 1.0)
        words = f"{'+' if ribbon.folded else '−'}  {ribbon.title}"
        if rect.width() >= rect.height():
            pen.centered(rect, elided(words, rect.width() - 10, 11.5, "medium"), color(theme.muted), 11.5, "medium")
            return
        painter, length = pen.painter, rect.height()
        painter.save()
        painter.translate(rect.center())
        painter.rotate(-90)
        place = QRectF(-length / 2, -RIBBON / 2, length, RIBBON)
        pen.centered(place, elided(words, length - 10, 11.5, "medium"), color(theme.muted), 11.5, "medium")
        painter.restore()

    def box_bounds(self, box: Box) -> QRectF:
        """The rectangle that a box and its operation cover."""
        left, top, right, bottom = self.scene.box_bounds[box.node].tolist()
        return QRectF(left, top, right - left, bottom - top).adjusted(-3, -3, 3, 3)

    def edge_bounds(self, edge: Edge) -> QRectF:
        """The rectangle that an edge covers."""
        return self.edges.bounds(self._light.index_of(edge))

    def edge_areas(self, edge: Edge) -> list[QRectF]:
        """Rectangles that together cover an edge at the zoom painted last, more closely than ``edge_bounds`` does."""
        index = self._light.index_of(edge)
        return self.edges.hairline_areas(index) if self._in_bulk(self._scale) else self.edges.areas(index)

    # The lighting: what the present step touches --------------------------------------------------------------------

    def paint_lighting(self, painter: QPainter, light: Lighting) -> None:
        """The halo, the lit edges and cells, the paths between cells and the pill with the message."""
        self._light.paint(Pen(painter, self.outlines), light)

    def lighting_bounds(self, light: Lighting) -> list[QRectF]:
        """The rectangles that ``paint_lighting`` touches."""
        return self._light.bounds(light)

    def cell_rect(self, reference: Reference) -> Rect | None:
        """Where a recorded number stands: the whole box of a summary; None where it is not drawn."""
        return self._light.cell_rect(reference)
