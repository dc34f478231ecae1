"""What has been set, ready to be painted: a step card or a part of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from engine.expression import Number, Reference
from visualizer.ui.pen import Pen

Draw = Callable[[Pen], None]


@dataclass
class CardLayout:
    """A card that has been set: its ``height``, what to paint, and (rectangle, recorded number) to point at.

    ``numbers`` are (rectangle, number) of results, and of what the lines of an update take and make: no reference names
    these. Where one lies over a region, it is what is written there.
    """

    width: float
    height: float = 0.0
    draws: list[Draw] = field(default_factory=list)
    regions: list[tuple[QRectF, Reference]] = field(default_factory=list)
    numbers: list[tuple[QRectF, Number]] = field(default_factory=list)

    def paint(self, painter: QPainter, outlines: bool = False) -> None:
        """Everything, from the top left corner on."""
        pen = Pen(painter, outlines)
        for draw in self.draws:
            draw(pen)

    def reference_at(self, x: float, y: float) -> Reference | None:
        """The recorded number under a point."""
        return next((key for rect, key in reversed(self.regions) if rect.contains(x, y)), None)

    def number_at(self, x: float, y: float) -> Number | None:
        """The number under a point that is known by itself."""
        return next((number for rect, number in reversed(self.numbers) if rect.contains(x, y)), None)
