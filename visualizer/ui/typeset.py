"""Equations as pictures in which every number can be pointed at.

A ``Typesetter`` lays out an expression: fractions, scripts, growing brackets, cases. What its leaves look like is the
caller's to say: written with names it is the rule, written with numbers the calculation.

    setter = Typesetter("STIX Two Math", "Inter", 20, QColor("#1D2129"), QColor("#6B7280"))
    equation = setter.equation(expression, write, target=reference, width=320)
    equation.paint(painter, x, y)
    equation.key_at(pointer.x() - x, pointer.y() - y)
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QTransform

from engine.expression import Expression
from visualizer.ui import boxes
from visualizer.ui.boxes import Box
from visualizer.ui.equation_layout import Layout
from visualizer.ui.ink import Write
from visualizer.ui.lettering import Lettering

SMALLEST_SCALE = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """A laid-out equation. The origin of all coordinates is the top left corner, lengths are pixels.

    ``ascent`` is the first line's baseline, counted from the top. ``regions`` are (rectangle, key) of every leaf that
    has a key, in reading order.
    """

    width: float
    height: float
    ascent: float
    scale: float
    regions: tuple[tuple[QRectF, Hashable], ...]
    _texts: tuple[tuple[QPointF, boxes.Text], ...] = field(repr=False)
    _bars: tuple[tuple[QRectF, QColor], ...] = field(repr=False)
    _shapes: tuple[tuple[QPainterPath, QColor], ...] = field(repr=False)

    @property
    def text(self) -> str:
        """What is written, without drawn signs: the texts in painting order, with spaces between them."""
        return " ".join(glyphs.text for _, (glyphs, _, _) in self._texts)

    def paint(self, painter: QPainter, x: float = 0.0, y: float = 0.0, as_paths: bool = False) -> None:
        """Paints with the top left corner at (x, y); ``as_paths`` draws text as outlines, which need no font."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(x, y)
        if self.scale != 1.0:
            painter.scale(self.scale, self.scale)
        pen = None
        for place, (glyphs, size, color) in self._texts:
            if as_paths:
                painter.fillPath(glyphs.path(size).translated(place), color)
                continue
            if color is not pen:
                painter.setPen(color)
                pen = color
            for run in glyphs.runs(size):
                painter.drawGlyphRun(place, run)
        for path, color in self._shapes:
            painter.fillPath(path, color)
        onto = painter.deviceTransform()
        for bar, color in self._bars:
            painter.fillRect(bar if as_paths else _on_pixels(bar, onto), color)
        painter.restore()

    def key_at(self, x: float, y: float) -> Hashable | None:
        """The key of the leaf at a point, None where there is none."""
        return next((key for rectangle, key in self.regions if rectangle.contains(x, y)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Typesetter(Lettering):
    """Lays out equations in one size and colour."""

    def equation(
        self,
        expression: Expression,
        write: Write,
        target: Expression | None = None,
        relation: str = "=",
        width: float = math.inf,
        times: str = "·",
        focus: int | None = None,
        lead: float | None = None,
    ) -> Equation:
        """``target relation expression``, or the expression alone where ``target`` is None.

        ``write`` says how a leaf is written; it may be asked more than once. ``times`` is the multiplication sign.
        Wider than ``width`` pixels it is broken before operators, and where that is not enough scaled down to 70%.
        ``focus`` is the place of one of the ``terms_of(expression)``: it is always shown, and the others are greyed.
        ``lead`` is the least room before the relation, for equations whose relations stand below one another; with it
        the relation is written where there is no target, too.
        """
        layout = Layout(self, write, times, focus)
        box = layout.lines(target, relation, expression, width, lead)
        scale = max(SMALLEST_SCALE, min(1.0, width / box.width)) if box.width else 1.0
        texts: list[tuple[QPointF, boxes.Text]] = []
        bars: list[tuple[QRectF, QColor]] = []
        shapes: list[tuple[QPainterPath, QColor]] = []
        regions: list[tuple[QRectF, Hashable]] = []
        stack: list[tuple[float, float, Box]] = [(0.0, box.ascent, box)]
        while stack:
            x, y, inner = stack.pop()
            deeper = []
            for dx, dy, mark in inner.marks:
                if isinstance(mark, Box):
                    deeper.append((x + dx, y + dy, mark))
                elif isinstance(mark, boxes.Text):
                    texts.append((QPointF(x + dx, y + dy), mark))
                elif isinstance(mark, boxes.Bar):
                    bars.append((mark.place.translated(x + dx, y + dy), mark.color))
                elif isinstance(mark, boxes.Shape):
                    shapes.append((mark.path.translated(x + dx, y + dy), mark.color))
                else:
                    place = QRectF(x * scale, (y - inner.ascent) * scale, inner.width * scale, 0.0)
                    place.setHeight((inner.ascent + inner.descent) * scale)
                    regions.append((place, mark.key))
            stack.extend(reversed(deeper))
        height = (box.ascent + box.descent) * scale
        return Equation(
            box.width * scale, height, box.ascent * scale, scale,
            tuple(regions), tuple(texts), tuple(bars), tuple(shapes),
        )  # fmt: skip


def _on_pixels(bar: QRectF, onto: QTransform) -> QRectF:
    """A bar moved to whole rows of the device's pixels, so that a thin one is not smeared over two."""
    scale = onto.m22()
    if onto.m12() or onto.m21() or scale <= 0.0:
        return bar
    top = round(bar.top() * scale + onto.dy())
    return QRectF(bar.left(), (top - onto.dy()) / scale, bar.width(), max(1, round(bar.height() * scale)) / scale)
