"""What the canvas asks of a picture: arrays, neurons and single numbers are painted by one of these each."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPolygonF

from engine.expression import Reference
from visualizer.session.session import Session

# What is under a point: the node of an array, its element where there is one, and whatever else its picture needs to
# find words for it.
Hit = tuple[Any, ...]


class Picture(Protocol):
    """Paints one level. Lengths are scene units, the width of a pixel at zoom 1; ``scale`` is pixels per scene unit.

    The canvas bakes what ``paint`` paints, patches it where ``changes`` says so, and paints the light of the present
    place over it. A moment is all that the baked picture depends on; two that are equal look the same.
    """

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole."""

    def moment(self, session: Session) -> Hashable:
        """What of the session the baked picture depends on: the place in time, what is asked, the appearance."""

    def paint(self, painter: QPainter, moment: Hashable, scale: float) -> None:
        """All but the light; small things in bulk, texts where they can be read."""

    def sketch(self, painter: QPainter, moment: Hashable, scale: float) -> None:
        """All of it for the minimap: so small that only shapes and colours are seen."""

    def paint_within(self, painter: QPainter, moment: Hashable, scale: float, rects: Sequence[QRectF]) -> None:
        """What touches any of ``rects``; the caller has cleared them and set the clip."""

    def changes(self, before: Hashable, after: Hashable) -> list[QRectF] | None:
        """Where two moments look different; None where it is nearly everywhere."""

    def light(self, session: Session) -> Any:
        """What is lit at the place of the session, with what the pointer is on."""

    def paint_light(self, painter: QPainter, light: Any, scale: float) -> None:
        """The light, over what is baked."""

    def light_bounds(self, light: Any) -> list[QRectF]:
        """The rectangles that ``paint_light`` touches."""

    def ways(self, light: Any) -> list[QPolygonF]:
        """The ways on which the numbers of the present step travel, from where they come to where they go."""

    def at(self, x: float, y: float, scale: float) -> Hit | None:
        """What is under a point; None for the ground."""

    def words(self, session: Session, hit: Hit) -> str:
        """What is under the pointer, in words and with full precision."""

    def surroundings(self, session: Session) -> tuple[QRectF, QRectF]:
        """The receiver of the present step (at the start, of the first one), and all that takes part in it."""

    def bounds(self, reference: Reference) -> QRectF | None:
        """Where an element of an array stands (without an index: a whole array); None where it is not in sight."""

    def legend(self, session: Session) -> Any:
        """What a legend of the edges has to say: which numbers they show, on which scale."""
