"""Where a picture stands in the widget: fitted, framed, following the present step, or as a person has moved it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

MARGIN = 26.0
FOOT = 40.0  # unless somebody says otherwise
LARGEST_FIT = 1.7
ZOOM_RANGE = (0.05, 8.0)

Keep = Literal["frame", "fit"]
Surroundings = tuple[QRectF, QRectF]  # the receiver of the present step; all that takes part in it


class View:
    """The way from scene units to pixels.

    ``transform`` is that way. ``keep`` says how the view is found again at another size, None where a person has moved
    it. ``following`` is true while it goes along with the present step. The picture goes above ``foot``, the pixels
    that are kept free at the bottom. Below a scale of ``readable`` a picture is not shown as a whole by itself, but the
    surroundings of the present step at ``close``.
    """

    def __init__(self) -> None:
        self.transform = QTransform()
        self.keep: Keep | None = "frame"
        self.following = False
        self.foot = FOOT
        self.largest = ZOOM_RANGE[1]
        self.readable = 0.0
        self.close = 1.0
        self._whole = (1.0, 1.0)
        self._width, self._height = 1.0, 1.0

    def set_widget(self, width: float, height: float) -> None:
        """The size of the widget, in pixels."""
        self._width, self._height = width, height

    def set_picture(
        self, size: tuple[float, float], readable: float, close: float = 1.0, largest: float = ZOOM_RANGE[1]
    ) -> None:
        """The size of the picture, in scene units, and its scales."""
        self._whole = (max(size[0], 1.0), max(size[1], 1.0))
        self.readable, self.close, self.largest = readable, close, largest

    @property
    def scale(self) -> float:
        """Pixels per scene unit."""
        return self.transform.m11()

    @property
    def room(self) -> QRectF:
        """Where the picture goes, in pixels."""
        return QRectF(MARGIN, MARGIN, self._width - 2 * MARGIN, self._height - 2 * MARGIN - self.foot)

    @property
    def whole(self) -> QRectF:
        """All of the picture, in scene units."""
        return QRectF(0, 0, *self._whole)

    @property
    def fit_scale(self) -> float:
        """The scale at which the whole is seen."""
        width, height = self._whole
        scale = min(self.room.width() / width, self.room.height() / height, LARGEST_FIT)
        return max(scale, 1e-4)

    @property
    def smallest(self) -> float:
        """The smallest scale."""
        return min(ZOOM_RANGE[0], self.fit_scale)

    @property
    def shows_all(self) -> bool:
        """True where nothing of the picture lies outside of the widget."""
        around = QRectF(0, 0, self._width, self._height)
        return around.adjusted(-1, -1, 1, 1).contains(self.transform.mapRect(self.whole))

    def fit(self) -> None:
        """Show the whole."""
        self.keep, self.following = "fit", False
        self.transform = self._at(self.fit_scale, self.whole.center())

    def frame(self, surroundings: Surroundings) -> None:
        """Show the whole where it can be read, else the present step; the view then follows it."""
        if self.fit_scale >= self.readable:
            self.fit()
        else:
            ratios = (self.room.width() / self._whole[0], self.room.height() / self._whole[1])
            scale = min(max(self.close, *ratios), max(self.close, 1.0))
            self.following = True
            self.transform = QTransform.fromScale(scale, scale)
            self.transform = self.followed(surroundings, anew=True)
        self.keep = "frame"

    def find_again(self, surroundings: Surroundings) -> None:
        """The same view at another size of the widget or of the picture."""
        if self.keep == "fit":
            self.fit()
        elif self.keep == "frame":
            self.frame(surroundings)

    def followed(self, surroundings: Surroundings, anew: bool = False) -> QTransform:
        """The view for a step: another one where it is followed and its receiver is out of sight."""
        if not self.following:
            return self.transform
        receiver, around = surroundings
        seen, now = self.room.adjusted(*[-MARGIN / 2] * 2, *[MARGIN / 2] * 2), self.transform.mapRect(receiver)
        if not anew and seen.contains(now):
            return self.transform
        fits = around.width() * self.scale <= self.room.width() and around.height() * self.scale <= self.room.height()
        return self._at(self.scale, (around if fits else receiver).center())

    def zoomed(self, factor: float, about: QPointF) -> QTransform:
        """The view zoomed about a point of the widget, within the limits."""
        factor = min(max(factor, self.smallest / self.scale), self.largest / self.scale)
        change = QTransform().translate(about.x(), about.y()).scale(factor, factor).translate(-about.x(), -about.y())
        return self.transform * change

    def moved(self, x: float, y: float) -> QTransform:
        """The view moved by so many pixels."""
        return self.transform * QTransform.fromTranslate(x, y)

    def onto(self, rect: QRectF, largest: float) -> QTransform:
        """The view with a part of the picture in the middle, as large as it goes up to the scale ``largest``."""
        scale = min(
            self.room.width() / max(rect.width(), 1), self.room.height() / max(rect.height(), 1), largest, self.largest
        )
        return self._at(max(scale, self.smallest), rect.center())

    def placed(self, middle: QPointF, point: QPointF, scale: float) -> QTransform:
        """The view with a point of the scene at a point of the widget, as far as the picture then stays in sight."""
        view = QTransform().translate(point.x() - middle.x() * scale, point.y() - middle.y() * scale)
        return self._brought_in(view.scale(scale, scale), self.whole)

    def opened(self, rect: QRectF, middle: QPointF, point: QPointF, scale: float) -> QTransform:
        """The view with a point of the scene at a point of the widget, as far as ``rect`` of the scene is in sight."""
        view = QTransform().translate(point.x() - middle.x() * scale, point.y() - middle.y() * scale)
        return self._brought_in(view.scale(scale, scale), rect)

    def _brought_in(self, view: QTransform, rect: QRectF) -> QTransform:
        """A view moved as little as it takes to have ``rect`` within the room, or all of the room within ``rect``."""
        seen, room = view.mapRect(rect), self.room
        x, y = (
            min(max(low, min(start, end - high + low)), max(start, end - high + low)) - low
            for low, high, start, end in (
                (seen.left(), seen.right(), room.left(), room.right()),
                (seen.top(), seen.bottom(), room.top(), room.bottom()),
            )
        )
        return view * QTransform.fromTranslate(x, y)

    def _at(self, scale: float, middle: QPointF) -> QTransform:
        """The view with a point of the scene in the middle, but no emptiness beside the scene that need not be."""
        x, y = (
            start + (extent - size * scale) / 2
            if size * scale <= extent
            else min(max(start + extent / 2 - at * scale, start + extent - size * scale), start)
            for start, extent, size, at in zip(
                (self.room.x(), self.room.y()), (self.room.width(), self.room.height()), self._whole,
                middle.toTuple(), strict=True,
            )
        )  # fmt: skip
        return QTransform().translate(x, y).scale(scale, scale)
