"""What the canvas shows: a baked picture, the light of the present place, rings around what was found, and dots."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPainter, QPixmap, QRegion, QTransform
from PySide6.QtWidgets import QWidget

from visualizer.session.appearance import Level
from visualizer.session.cursor import current_step
from visualizer.session.session import Session
from visualizer.ui.canvas.baked import Baked, copy, region_of
from visualizer.ui.canvas.levels import picture_of, source_of
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.motion import Motion, reduced_motion
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.canvas.view import View
from visualizer.ui.frames import Frames
from visualizer.ui.pen import painting
from visualizer.ui.theme import Theme, color

FRAMES = 4  # that are kept of what was painted ahead
RIM = 4  # pixels at the sides of what lies over the canvas: at its round corners the picture is seen
ASIDE, ABOVE = 120, 24  # pixels by which numbers, rings and light reach beyond a picture at most


class Surface:
    """Paints ``picture`` at ``moment`` under ``light``, in the colours of ``theme`` and where ``view`` has it.

    ``level`` is that of the picture. Pictures of the moments next to it are painted ahead.
    """

    picture: Picture
    level: Level
    moment: Hashable
    light: Any

    def __init__(self, widget: QWidget, session: Session, theme: Theme, view: View) -> None:
        self._widget, self._session, self._view = widget, session, view
        self.theme = theme
        self.baked = Baked(widget)
        self.frames = Frames(widget, most=FRAMES)
        self.motion = Motion(widget)
        self.motion.moved.connect(lambda rects: widget.update(region_of(QTransform(), rects)))
        self._marks = Marks()
        self._lights: dict[Hashable, Any] = {}  # of the pictures painted ahead
        self.take_picture()

    @property
    def ground(self) -> QColor:
        """The colour under everything."""
        return color(self.theme.ground)

    # Following the session ------------------------------------------------------------------------------------------

    @property
    def is_outdated(self) -> bool:
        """Whether the session has another picture."""
        return source_of(self._session) is not self._source

    def take_picture(self) -> None:
        """Show the session's present picture."""
        self._source, self.level = source_of(self._session), self._session.level
        self.picture = picture_of(self._session, self.theme)
        self.forget_frames()
        self.baked.forget()
        self.follow()
        self.find_marks()

    def forget_frames(self) -> None:
        """Nothing has been painted ahead."""
        self.frames.clear()
        self._lights.clear()

    def follow(self) -> None:
        """Look where the session stands."""
        self.moment, self._place = self._place_of(self._session)
        known = self._lights.get(self._key(self._place)) if self._session.hovered is None else None
        self.light = self.picture.light(self._session) if known is None else known

    def find_marks(self) -> None:
        """Mark what was found."""
        self._marks.find(self._session.found, self.picture, self._session.level == "neuron")

    def start_motion(self, pause: float | None) -> None:
        """Have the numbers of the present step travel, where a next one comes in ``pause`` ms and motion is wanted."""
        wanted = self._session.appearance.motion and self._widget.isVisible() and not self.baked.stale
        if pause is not None and wanted and not reduced_motion(self._widget):
            step = current_step(self._session.trace, self._session.position)
            tone = self.theme.phase(None if step is None else step.phase)
            self.motion.start(self.picture.ways(self.light), tone, self._view.transform, pause)

    # Painting -------------------------------------------------------------------------------------------------------

    def bake(self) -> bool:
        """Paint the whole picture anew; False where nobody would see it."""
        if self._widget.width() < 2 or not self._widget.isVisible():
            self.baked.forget()
            return False
        self.baked.bake(self.picture, self.moment, self._view.transform, self.ground)
        return True

    def update_from(self, moment: Hashable, light: Any) -> None:
        """Have painted what looks different from a moment and a light that were shown."""
        if self._frame() is not None:
            self._widget.update(self._uncovered())  # all of a picture is copied sooner than many parts of it
            return
        changes = self.baked.changes(self.picture, moment, self.moment)
        if changes is None:
            self._widget.update()
            return
        rects = changes + self.picture.light_bounds(light) + self.picture.light_bounds(self.light)
        if rects:
            self._widget.update(region_of(self._view.transform, rects))

    def _uncovered(self) -> QRegion:
        """Where the picture is seen: not under the insides of what lies over it, which would be painted again too."""
        whole = self._view.transform.mapRect(self._view.whole).toAlignedRect()
        picture = whole.adjusted(-ASIDE, -ABOVE, ASIDE, ABOVE) & self._widget.rect()
        region = QRegion(picture)
        for child in self._widget.children():
            if isinstance(child, QWidget) and child.isVisible() and child.geometry().intersects(picture):
                region -= QRegion(child.geometry().adjusted(RIM, RIM, -RIM, -RIM))
        return region

    def prepare(self, session: Session) -> None:
        """Paint what will be seen where ``session`` stands, unless that has been done."""
        moment, place = self._place_of(session)
        key = self._key(place)
        if self.baked.pixmap is None or self.baked.stale or self.frames.find(key) is not None:
            return
        if source_of(session) is not self._source:
            return
        self.baked.catch_up(self.picture, self.moment, self.ground)
        patch = self.baked.painter_of(self.picture, moment, self.ground)
        if patch is None:
            return
        bare = session.glimpse(session.position)
        bare.hovered = None
        light = self.picture.light(bare)

        def draw(painter: QPainter) -> None:
            patch(painter)
            painter.setTransform(self._view.transform, True)
            self.picture.paint_light(painter, light, self._view.scale)

        self.frames.paint(key, self.baked.pixmap, draw)
        while len(self._lights) >= FRAMES:
            del self._lights[next(iter(self._lights))]
        self._lights[key] = light

    def _frame(self) -> QPixmap | None:
        """What was painted ahead for where the session stands; nothing is for what the pointer is on."""
        return self.frames.find(self._key(self._place)) if self._session.hovered is None else None

    def _place_of(self, session: Session) -> tuple[Hashable, Hashable]:
        """The moment, and all of a session that a picture with its light depends on, but for what the pointer is on."""
        moment = self.picture.moment(session)
        return moment, (session.position, session.picked, session.selected, session.asking, moment)

    def _key(self, place: Hashable) -> Hashable:
        """A place in the present view."""
        view, size = self._view.transform, self._widget.size()
        return place, view.m11(), view.dx(), view.dy(), size.width(), size.height()

    def paint(self, painter: QPainter, region: QRegion) -> None:
        """All of it, within ``region`` of the widget."""
        if self.baked.pixmap is None:
            self.bake()
        view = self._view
        if self.baked.stale:
            self.baked.show_held(painter, region, view.transform, self.ground)
        elif (frame := self._frame()) is not None:
            copy(painter, QPoint(), frame, region)
        else:
            self.baked.catch_up(self.picture, self.moment, self.ground)
            copy(painter, QPoint(), self.baked.pixmap, region)
            self._paint_light(painter)
        self._marks.paint(painter, self.theme, view.transform, self._widget.width(), self._widget.height())
        self.motion.paint(painter, self.ground)

    def _paint_light(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(self._view.transform, True)
        self.picture.paint_light(painter, self.light, self._view.scale)
        painter.resetTransform()

    def hold(self) -> None:
        """Show the present picture, moved, while the view moves on."""
        if self.baked.pixmap is None or self.baked.stale:
            return
        frame = self._frame()
        if frame is None:
            self.baked.catch_up(self.picture, self.moment, self.ground)
            frame = QPixmap(self.baked.pixmap)
            with painting(frame) as painter:
                self._paint_light(painter)
        self.baked.hold(frame)
