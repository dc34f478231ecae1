"""Moving about on the canvas: views, the minimap, and zooming from level to level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QTimer
from PySide6.QtGui import QPainter, QTransform

from engine.expression import Reference
from visualizer.session.session import Session
from visualizer.ui.canvas import depth
from visualizer.ui.canvas.levels import scales_of
from visualizer.ui.canvas.minimap import Minimap
from visualizer.ui.canvas.view import View
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, text_width

if TYPE_CHECKING:
    from visualizer.ui.canvas.canvas import Canvas
    from visualizer.ui.canvas.surface import Surface

OVERVIEW = 350  # ms of rest until the minimap shows the present moment
CORNER = 14  # pixels from the minimap to the sides
HINT, HINT_HEIGHT = "following the step, F shows all", 24
SELECTION_FIT = 3.0  # the largest scale at which a selection is fitted


class Navigation:
    """Moves the ``view`` of one canvas, and shows in the minimap where that is."""

    def __init__(self, canvas: Canvas, surface: Surface, view: View) -> None:
        self._canvas, self._surface, self.view = canvas, surface, view
        self.minimap = Minimap(surface.theme, canvas)
        self.minimap.moved.connect(self._look_at)
        self._rest = QTimer(canvas, singleShot=True, interval=OVERVIEW)
        self._rest.timeout.connect(self._paint_minimap)
        self._anchor: tuple[bool, QPointF, Reference | None] | None = None  # what stays where when a level is entered
        self._wanted: str | None = None  # the level that was asked for last
        self.measure()

    def measure(self) -> None:
        """Have view and minimap know how large the picture is."""
        size = self._surface.picture.size
        self.view.set_picture(size, *scales_of(self._canvas.session))
        self.minimap.set_whole(size)

    # Views ----------------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole."""
        self.view.fit()
        self._canvas.rebake()

    def frame(self) -> None:
        """Show the whole where it can be read, else the present step; the view then follows it."""
        self.view.frame(self._surroundings())
        self._canvas.rebake()

    def find_again(self, anew: bool = False) -> None:
        """The same view at another size; ``anew`` where a picture of the same is quite another one."""
        if anew and self.view.keep is None:
            self.view.frame(self._surroundings())
        elif self.view.keep is not None:
            self.view.find_again(self._surroundings())
        self._canvas.rebake()

    def follow(self) -> bool:
        """Have the present step in view where it is followed; True where the view is another one then."""
        transform = self.transform_for(self._canvas.session)
        moved = transform != self.view.transform
        self.view.transform = transform
        if not moved and self.view.following:
            self._place_minimap()
        return moved

    def transform_for(self, session: Session) -> QTransform:
        """The view for where ``session`` stands."""
        if not self.view.following:
            return self.view.transform
        return self.view.followed(self._surface.picture.surroundings(session))

    def fit_selection(self) -> None:
        """Show what is selected as large as it goes; where nothing is, what takes part in the present step."""
        session = self._canvas.session
        chosen = session.picked
        if chosen is None and session.selected is not None:
            chosen = Reference(session.selected, "value", None)
        rect = None if chosen is None else self._surface.picture.bounds(chosen)
        rect = self._surroundings()[1] if rect is None else rect
        self._canvas.move_view(self.view.onto(rect, max(SELECTION_FIT, self.view.fit_scale)), at_once=True)

    def reveal(self, reference: Reference) -> None:
        """Have an element in view."""
        rect = self._surface.picture.bounds(reference)
        if rect is not None and not self.view.room.contains(self.view.transform.mapRect(rect).center()):
            self._canvas.move_view(self.view.onto(rect, self.view.scale), at_once=True)

    def _surroundings(self) -> tuple[QRectF, QRectF]:
        return self._surface.picture.surroundings(self._canvas.session)

    # Levels ---------------------------------------------------------------------------------------------------------

    def zoom(self, factor: float, about: QPointF) -> None:
        """Zoom about a point of the widget; far enough, and another level is asked for."""
        found = depth.wanted(self._canvas.session, self._surface.picture, self.view, factor, about)
        self._canvas.move_view(self.view.zoomed(factor, about))
        if found is None:
            self._anchor = self._wanted = None
        elif found[0] != self._wanted:  # else it is on its way
            self._anchor, self._wanted = (factor > 1, about, found[1]), found[0]
            self._canvas.level_wanted.emit(*found)

    def enter_level(self) -> None:
        """Show the picture of another level, with what was under the pointer still there if it was zoomed to."""
        anchor, self._anchor, self._wanted = self._anchor, None, None
        if anchor is None:
            self.view.frame(self._surroundings())
            return
        finer, point, reference = anchor
        level, picture = self._surface.level, self._surface.picture
        self.view.keep, self.view.following = None, False
        self.view.transform = depth.placed(level, finer, picture, self.view, point, reference)

    # The minimap ----------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.minimap.set_theme(theme)

    def show_minimap(self) -> None:
        """Show it where only a part of the picture is in view."""
        visible = not self.view.shows_all
        if visible:
            self._place_minimap()
            back, _ = self.view.transform.inverted()
            self.minimap.show_view(back.mapRect(QRectF(self._canvas.rect())))
            if not self.minimap.has_picture:
                self._rest.start(0)
        self.minimap.setVisible(visible)

    def _place_minimap(self) -> None:
        """Into the right corner at the bottom, or the left one where it would hide the step that is followed."""
        size, bottom = self.minimap.sizeHint(), self._canvas.height() - CORNER - round(self.view.foot)
        corners = [
            QRect(QPoint(x, bottom - size.height()), size)
            for x in (self._canvas.width() - size.width() - CORNER, CORNER)
        ]
        if self.view.following:
            receiver = self.view.transform.mapRect(self._surroundings()[0]).toAlignedRect()
            corners.sort(key=lambda corner: corner.adjusted(0, -HINT_HEIGHT, 0, 0).intersects(receiver))
        if corners[0] != self.minimap.geometry():
            self.minimap.setGeometry(corners[0])
            self._canvas.update()  # the hint goes along

    def show_moment(self) -> None:
        """Have the minimap show the present moment, once no other comes for a while."""
        self._rest.start(OVERVIEW)

    def _paint_minimap(self) -> None:
        if self.minimap.isVisible():
            picture, moment, scale = self._surface.picture, self._surface.moment, self.minimap.scale
            self.minimap.show_picture(lambda painter: picture.sketch(painter, moment, scale))

    def paint_hint(self, painter: QPainter) -> None:
        """Say that the view moves by itself."""
        if self.view.following and self.minimap.isVisible():
            theme, pen, width = self._surface.theme, Pen(painter), text_width(HINT, 10.5)
            place = self.minimap.geometry()
            on_the_left = place.center().x() < self._canvas.width() / 2
            x, y = place.left() + 2 if on_the_left else place.right() - width - 1, place.top() - 7
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen.box(QRectF(x - 5, y - 13, width + 10, 18), 5, color(theme.ground))
            pen.text(x, y, HINT, color(theme.muted), 10.5)

    def _look_at(self, point: QPointF) -> None:
        middle, at = self.view.transform.map(point), self.view.room.center()
        self._canvas.move_view(self.view.moved(at.x() - middle.x(), at.y() - middle.y()))
