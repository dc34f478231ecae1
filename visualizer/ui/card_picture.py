"""What has been set, ready to be painted: a step card or a part of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from engine.expression import Reference
from visualizer.ui.pen import Pen

Draw = Callable[[Pen], None]


@dataclass
class CardLayout:
    """A card that has been set: its ``height``, what to paint, and (rectangle, recorded number) to point at."""

    width: float
    height: float = 0.0
    draws: list[Draw] = field(default_factory=list)
    regions: list[tuple[QRectF, Reference]] = field(default_factory=list)

    def paint(self, painter: QPainter, outlines: bool = False) -> None:
        """Everything, from the top left corner on."""
        pen = Pen(painter, outlines)
        for draw in self.draws:
            draw(pen)

    def reference_at(self, x: float, y: float) -> Reference | None:
        """The recorded number under a point."""
        return next((key for rect, key in reversed(self.regions) if rect.contains(x, y)), None)
