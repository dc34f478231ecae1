"""The picture without its light, painted once for a view and then patched while steps are taken."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap, QRegion, QTransform
from PySide6.QtWidgets import QWidget

from visualizer.ui.canvas.picture import Picture
from visualizer.ui.pen import painting

# So many rectangles are painted anew one by one; of more, all that lies between them is.
MOST_RECTS = 60


class Baked:
    """The baked picture of a widget.

    ``pixmap`` is None before it has been painted. It shows ``moment`` in the view ``transform``. While the view moves
    on it is ``stale``: what is ``held``, a picture of that view, is then shown moved.
    """

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self.pixmap: QPixmap | None = None
        self.moment: Hashable = None
        self.transform = QTransform()
        self.held: QPixmap | None = None
        self._asked: tuple[Picture, Hashable, Hashable] | None = None
        self._answer: list[QRectF] | None = None

    @property
    def stale(self) -> bool:
        """True while the view is another one than was painted."""
        return self.held is not None

    def forget(self) -> None:
        """It has to be painted anew."""
        self.pixmap = self.held = None

    def changes(self, picture: Picture, before: Hashable, after: Hashable) -> list[QRectF] | None:
        """Where two moments of a picture look different; the last answer is remembered."""
        asked = (picture, before, after)
        if self._asked != asked:
            self._asked, self._answer = asked, picture.changes(before, after)
        return self._answer

    def hold(self, picture: QPixmap) -> None:
        """Show this while the view moves on."""
        self.held = picture

    def bake(self, picture: Picture, moment: Hashable, transform: QTransform, ground: QColor) -> None:
        """Paint all of it."""
        ratio = self._widget.devicePixelRatioF()
        layer = QPixmap(round(self._widget.width() * ratio), round(self._widget.height() * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(ground)
        with painting(layer) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setTransform(transform, True)
            picture.paint(painter, moment, transform.m11())
        self.pixmap, self.held = layer, None
        self.moment, self.transform = moment, QTransform(transform)

    def catch_up(self, picture: Picture, moment: Hashable, ground: QColor) -> None:
        """Bring it from the moment that it shows to another."""
        if self.pixmap is None or self.moment == moment:
            return
        changes = self.changes(picture, self.moment, moment)
        if changes is None:
            self.bake(picture, moment, self.transform, ground)
            return
        with painting(self.pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._patch(painter, picture, moment, changes, ground)
        self.moment = moment

    def painter_of(self, picture: Picture, moment: Hashable, ground: QColor) -> Callable[[QPainter], None] | None:
        """What makes of a copy of it the picture of another moment; None where it is better painted when it is seen."""
        changes = self.changes(picture, self.moment, moment)
        if changes is None:
            return None
        return lambda painter: self._patch(painter, picture, moment, changes, ground)

    def _patch(
        self, painter: QPainter, picture: Picture, moment: Hashable, changes: Sequence[QRectF], ground: QColor
    ) -> None:
        region = region_of(self.transform, changes) & self._widget.rect()
        if region.isEmpty():
            return
        painter.setClipRegion(region)
        painter.fillRect(region.boundingRect(), ground)
        painter.setTransform(self.transform, True)
        back, _ = self.transform.inverted()
        areas = [back.mapRect(QRectF(part)) for part in region]
        picture.paint_within(painter, moment, self.transform.m11(), areas)
        painter.resetTransform()
        painter.setClipping(False)

    def show_held(self, painter: QPainter, region: QRegion, view: QTransform, ground: QColor) -> None:
        """Copy what is held to the screen, moved with the view."""
        assert self.held is not None
        back, _ = self.transform.inverted()
        moved = back * view
        covered = moved.mapRect(QRectF(self._widget.rect()))
        # The edges of a scaled picture are soft: what lies under them is ground, too.
        for part in region - QRegion(covered.toRect().adjusted(2, 2, -2, -2)):
            painter.fillRect(part, ground)
        if view.m11() == self.transform.m11():
            # between pixels it would have to be filtered
            copy(painter, covered.toRect().topLeft(), self.held, region)
            return
        painter.setTransform(moved)
        painter.drawPixmap(QPointF(0, 0), self.held)
        painter.resetTransform()


def copy(painter: QPainter, place: QPoint, pixmap: QPixmap, region: QRegion) -> None:
    """Put a picture where it goes, within a region of the widget: a rectangle at a time, which is a mere copy."""
    for part in region:
        painter.setClipRect(part)
        painter.drawPixmap(place, pixmap)
    painter.setClipping(False)


def region_of(transform: QTransform, rects: Sequence[QRectF]) -> QRegion:
    """The pixels that some rectangles of the scene cover."""
    if len(rects) > MOST_RECTS:
        around = QRectF(rects[0])
        for rect in rects[1:]:
            around = around.united(rect)
        rects = [around]
    region = QRegion()
    for rect in rects:
        region += transform.mapRect(rect).toAlignedRect().adjusted(-2, -2, 2, 2)
    return region
