"""The canvas: a cached picture of the graph at any level, under an overlay of what is lit now.

A step shows only what changed and what was and is lit, from a picture that was painted ahead where there was time for
it. The picture is baked anew when the view or the numbers change.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from engine.expression import Reference
from visualizer.session.session import Change, Session
from visualizer.ui.canvas.editor import Editor
from visualizer.ui.canvas.gestures import Gestures
from visualizer.ui.canvas.keys import Keys
from visualizer.ui.canvas.navigation import Navigation
from visualizer.ui.canvas.picture import Hit, Picture
from visualizer.ui.canvas.surface import Surface
from visualizer.ui.canvas.view import View
from visualizer.ui.pen import Pen, painting
from visualizer.ui.theme import Theme, color

SETTLE = 70  # ms after the last move of the view until the picture is baked for it


class Canvas(QWidget):
    """Shows the session's picture and turns gestures into calls of the session.

    ``complained`` carries a sentence when a typed number cannot be used. ``level_wanted`` carries the level that was
    zoomed to and what is under the pointer, a reference or None.
    """

    complained = Signal(str)
    level_wanted = Signal(str, object)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.view = View()
        self._surface = Surface(self, session, theme, self.view)
        self._navigation = Navigation(self, self._surface, self.view)
        self._pause: float | None = None  # ms between two steps while they play
        self._gestures = Gestures(self)
        self._keys = Keys(self)
        self._editor = Editor(session, self)
        self._editor.complained.connect(self.complained)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE)
        self._settle.timeout.connect(self.rebake)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(320, 240)
        self._keys.describe()
        session.subscribe(self._changed)

    def sizeHint(self) -> QSize:
        return QSize(800, 560)

    @property
    def picture(self) -> Picture:
        """The picture of the session's level."""
        return self._surface.picture

    def legend(self) -> object:
        """What a legend of the edges has to say."""
        return self.picture.legend(self.session)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._surface.theme = theme
        self._surface.take_picture()
        self._navigation.set_theme(theme)
        self.rebake()

    def set_foot(self, pixels: float) -> None:
        """Keep so many pixels at the bottom free, for what lies there over the canvas."""
        if pixels != self.view.foot:
            self.view.foot = pixels
            self._find_again()

    def set_pause(self, pause: float | None) -> None:
        """Say that steps play, ``pause`` ms apart; None where they do not. Numbers then travel along the edges."""
        self._pause = pause
        if pause is None:
            self._surface.motion.stop()

    # Following the session ------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        surface = self._surface
        if change != Change.HOVER:
            surface.motion.stop()
            self._keys.describe()
        if change & (Change.TRACE | Change.LEVEL) and surface.is_outdated:
            self._take_picture(change)
            return
        before, shown = surface.light, surface.moment
        surface.follow()
        if surface.moment != shown:
            self._navigation.show_moment()
        if Change.LEVEL in change:
            surface.find_marks()
            self._reveal_found()
            self.update()
        if surface.baked.stale and change & (Change.POSITION | Change.REVEAL):
            self.rebake()
        elif self._navigation.follow():
            self._editor.close()
            self.rebake()
        else:
            surface.update_from(shown, before)
        if Change.POSITION in change:
            surface.start_motion(self._pause)

    def _take_picture(self, change: Change) -> None:
        """Another picture: of other numbers, or of another level."""
        self._editor.close()
        surface, navigation = self._surface, self._navigation
        size, level = surface.picture.size, surface.level
        surface.take_picture()
        navigation.measure()
        if Change.DOCUMENT in change:
            navigation.frame()
        elif level != surface.level:
            navigation.enter_level()
        elif size != surface.picture.size:
            navigation.find_again(anew=Change.TRACE not in change)
        self._reveal_found()
        self.rebake()

    def _reveal_found(self) -> None:
        found = self.session.found
        if found is not None and found.current is not None:
            self._navigation.reveal(found.current)

    # Painting -------------------------------------------------------------------------------------------------------

    def rebake(self) -> None:
        """Paint the whole picture anew."""
        if self._surface.bake():
            self._navigation.show_minimap()
            self.update()

    def prepare(self, session: Session) -> None:
        """Paint what will be seen where ``session`` stands, unless that has been done."""
        if self._navigation.transform_for(session) == self.view.transform:
            self._surface.prepare(session)

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            self._surface.paint(painter, event.region())
            self._navigation.paint_hint(painter)
            if self._keys.came_by_key:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                frame = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
                Pen(painter).box(frame, 4, None, color(self._surface.theme.backward), 1.2)

    # The view -------------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole graph."""
        self._editor.close()
        self._navigation.fit()

    def frame(self) -> None:
        """Show the whole graph where it can be read, else the present step; the view then follows it."""
        self._editor.close()
        self._navigation.frame()

    def fit_selection(self) -> None:
        """Show what is selected as large as it goes; where nothing is, what takes part in the present step."""
        self._navigation.fit_selection()

    def reveal(self, reference: Reference) -> None:
        """Have an element in view."""
        self._navigation.reveal(reference)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the widget, its middle where None; far enough, and another level is asked for."""
        self._navigation.zoom(factor, about or QPointF(self.rect().center()))

    def pan(self, x: float, y: float) -> None:
        """Move the view by so many pixels."""
        self.move_view(self.view.moved(x, y))

    def move_view(self, transform: QTransform, at_once: bool = False) -> None:
        """Look elsewhere; the picture is painted anew ``at_once``, or when the view has come to rest."""
        self._editor.close()
        self._surface.motion.stop()
        if not at_once:
            self._surface.hold()
        self.view.transform, self.view.keep, self.view.following = transform, None, False
        if at_once:
            self.rebake()
            return
        self._settle.start()
        self._navigation.show_minimap()
        self.update()

    def _find_again(self) -> None:
        self._editor.close()
        self._navigation.find_again()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.set_widget(self.width(), self.height())
        self._find_again()

    def showEvent(self, event) -> None:
        self._find_again()

    @property
    def transform(self) -> QTransform:
        """The way from scene units to pixels."""
        return self.view.transform

    def scene_rect(self, rect: QRectF) -> QRect:
        """Where a rectangle of the scene stands in the widget."""
        return self.view.transform.mapRect(rect).toAlignedRect()

    def scene_point(self, point: QPointF) -> QPointF:
        """The point of the scene at a point of the widget."""
        back, _ = self.view.transform.inverted()
        return back.map(point)

    def point_of(self, node: int) -> QPoint:
        """The middle of an array in the widget."""
        rect = self.picture.bounds(Reference(node, "value", None))
        return self.rect().center() if rect is None else self.scene_rect(rect).center()

    # Gestures and keys ----------------------------------------------------------------------------------------------

    def hit(self, point: QPointF) -> Hit | None:
        """What is under a point of the widget."""
        at = self.scene_point(point)
        return self.picture.at(at.x(), at.y(), self.view.scale)

    def edit(self, reference: Reference) -> None:
        """Let the person type another number for one element of an input or parameter."""
        rect = self.picture.bounds(reference)
        if rect is not None:
            self._editor.edit(reference, self.scene_rect(rect))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._gestures.move(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._editor.close()
        self._gestures.press(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._gestures.double_click(event)

    def leaveEvent(self, event) -> None:
        self.session.hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._gestures.wheel(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._keys.takes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._keys.focus(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keys.focus(None)
