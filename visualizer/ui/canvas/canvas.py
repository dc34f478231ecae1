"""The canvas: a cached picture of the graph under an overlay of what is lit now.

A step shows only the boxes and edges that changed and what was and is lit, from a picture that was painted ahead where
there was time for it. The picture is baked anew when the view or the numbers change.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session.formatting import full_text, parse_number
from visualizer.session.lighting import Lighting, lighting
from visualizer.session.session import Change, Session
from visualizer.ui.card_layout import reference_text
from visualizer.ui.frames import Frames
from visualizer.ui.legend import HEIGHT as LEGEND_HEIGHT
from visualizer.ui.legend import legend_width, paint_legend
from visualizer.ui.pen import Pen, elided
from visualizer.ui.scene_painter import ScenePainter
from visualizer.ui.theme import Theme, color, font, text_width

MARGIN = 26.0
LARGEST_FIT = 1.7
# Smaller than that a graph cannot be read. The largest lesson is shown at 0.53 in a window of 1280 by 800.
READABLE_FIT = 0.52
FOLLOWING_SCALE = 0.62  # of a graph of which only the surroundings of the present step are shown
HINT = "following the step, F shows all"
ZOOM_RANGE = (0.05, 8.0)


class ValueLine(QLineEdit):
    """The line for typing a number. Enter and Escape end here: the canvas has a meaning of its own for them."""

    cancelled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
        event.accept()


def _place(session: Session) -> Hashable:
    """What the lighting depends on, but for what the pointer is on."""
    return session.position, session.picked, session.selected, session.asking


class Canvas(QWidget):
    """Paints the session's scene and turns gestures into calls of the session.

    ``complained`` carries a sentence when a typed number cannot be used.
    """

    complained = Signal(str)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._painter = ScenePainter(session.scene, theme)
        self._light = Lighting()
        self._lights: dict[Hashable, Lighting] = {}
        self._frames = Frames(self, most=4)
        self._seen = 0  # the position on the screen
        self._shown: tuple[int, Reference | None] = (
            0,
            None,
        )  # the position that the layer shows, and what is asked there
        self._layer: QPixmap | None = None
        self._view = QTransform()
        self._keep: Callable[[], None] | None = self.frame  # how the view is found again at another size
        self._following = False
        self._pressed: QPointF | None = None
        self._dragged = False
        self._editor: ValueLine | None = None
        self._settle = QTimer(self, singleShot=True, interval=70)
        self._settle.timeout.connect(self._rebake)
        self._stale: QTransform | None = None  # the view that the layer was baked for, while the view moves on
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(320, 240)
        self.setAccessibleName("Graph")
        self.setAccessibleDescription("The network as a graph with values and gradients")
        session.subscribe(self._changed)
        self._follow()

    def sizeHint(self) -> QSize:
        return QSize(800, 560)

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._painter = ScenePainter(self._session.scene, theme)
        self._frames.clear()
        self._rebake()

    # Following the session ------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        if Change.TRACE in change:
            self._close_editor()
            size = self._painter.scene.size
            self._painter = ScenePainter(self._session.scene, self._theme)
            self._frames.clear()
            self._lights.clear()
            self._follow()
            if Change.DOCUMENT in change:
                self.frame()
            elif self._keep is not None and size != self._session.scene.size:
                self._keep()
            self._rebake()
            return
        if self._stale is not None and change & (Change.POSITION | Change.REVEAL):
            self._follow()
            self._rebake()
            return
        before, seen = self._light, self._seen
        self._follow()
        view = self._view_for(self._session)
        if view != self._view:
            self._close_editor()
            self._view = view
            self._rebake()
            return
        if Change.POSITION in change and self._frames.find(self._moment(self._session)) is not None:
            self.update()  # all of a picture is copied sooner than many parts of it
            return
        bounds = self._painter.lighting_bounds
        rects = self._changes(seen, self._seen, before.asked, self._light.asked)
        self.update(self._region(rects + bounds(before) + bounds(self._light)))

    def _follow(self) -> None:
        self._seen = self._session.position.step
        hovered, light = self._session.hovered, self._light_of(self._session)
        self._light = light if hovered is None else replace(light, hovered=hovered)

    def _light_of(self, session: Session) -> Lighting:
        """What is lit where ``session`` stands, but for what the pointer is on."""
        place = _place(session)
        if place not in self._lights:
            if len(self._lights) > 64:
                self._lights.clear()
            self._lights[place] = replace(lighting(session), hovered=None)
        return self._lights[place]

    def _changes(self, before: int, after: int, *asked: Reference | None) -> list[QRectF]:
        """What of the layer looks different at two positions. What is asked at only one of them does too."""
        painter = self._painter
        boxes, edges = painter.scene.changes(before, after)
        if any(asked):  # it hides how large its message is, too
            boxes |= {reference.node for reference in asked if reference is not None}
            edges += [edge for edge in painter.scene.edges if edge.arrives_at in (before, after)]
        return [painter.box_bounds(painter.scene.boxes[node]) for node in boxes] + [
            painter.edge_bounds(edge) for edge in edges
        ]

    def _region(self, rects: list[QRectF]) -> QRegion:
        region = QRegion()
        for rect in rects:
            region += self._view.mapRect(rect).toAlignedRect().adjusted(-2, -2, 2, 2)
        return region

    # Painting -------------------------------------------------------------------------------------------------------

    def _rebake(self) -> None:
        """Paint the whole layer anew."""
        if self.width() < 2 or not self.isVisible():
            self._layer = None
            return
        ratio = self.devicePixelRatioF()
        layer = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(color(self._theme.ground))
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._shown = (self._seen, self._light.asked)
        painter.setTransform(self._view, True)
        self._painter.paint(painter, *self._shown)
        painter.resetTransform()
        self._paint_legend(painter)
        painter.end()
        self._layer, self._stale = layer, None
        self.update()

    def _catch_up(self) -> None:
        """Bring the layer from the position that it shows to the one seen."""
        shown = (self._seen, self._light.asked)
        if self._layer is not None and self._shown != shown:
            painter = QPainter(self._layer)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._patch(painter, *shown)
            painter.end()
            self._shown = shown

    def _patch(self, painter: QPainter, position: int, asked: Reference | None) -> None:
        """Make of a picture of the layer that of another position."""
        region = self._region(self._changes(self._shown[0], position, self._shown[1], asked)) & self.rect()
        painter.setClipRegion(region)
        painter.fillRect(self.rect(), color(self._theme.ground))
        painter.setTransform(self._view, True)
        back, _ = self._view.inverted()
        areas = [back.mapRect(QRectF(part)) for part in region]
        self._painter.paint_within(painter, position, areas, asked)
        painter.resetTransform()
        if region.intersects(self._legend_rect()):
            self._paint_legend(painter)
        painter.setClipping(False)

    def prepare(self, session: Session) -> None:
        """Paint what will be seen where ``session`` stands, unless that has been done."""
        moment = self._moment(session)
        light, position = self._light_of(session), session.position.step
        if self._layer is None or self._stale is not None or self._frames.find(moment) is not None:
            return
        if self._view_for(session) != self._view:
            return
        self._catch_up()

        def draw(painter: QPainter) -> None:
            self._patch(painter, position, light.asked)
            painter.setTransform(self._view, True)
            self._painter.paint_lighting(painter, light)

        self._frames.paint(moment, self._layer, draw)

    def _moment(self, session: Session) -> Hashable:
        view = self._view
        return _place(session), view.m11(), view.dx(), view.dy(), self.width(), self.height()

    def _legend_rect(self) -> QRect:
        width = legend_width(self._painter.scene.scale)
        if self._following:
            width += 14 + text_width(HINT, 10.5)
        return QRectF(16, self.height() - LEGEND_HEIGHT - 14, width, LEGEND_HEIGHT).toAlignedRect()

    def _paint_legend(self, painter: QPainter) -> None:
        rect, width = self._legend_rect(), legend_width(self._painter.scene.scale)
        pen = Pen(painter)
        shrink = min(1.0, (self.width() - 2 * rect.x()) / width)  # in a narrow window it is set smaller, not cut
        painter.save()
        painter.translate(rect.x(), rect.bottom() + 1 - LEGEND_HEIGHT * shrink)
        painter.scale(shrink, shrink)
        paint_legend(pen, self._theme, self._painter.scene.scale, 0, 0)
        painter.restore()
        x, room = rect.x() + width + 12, self.width() - rect.x() - width - 20
        if self._following and room > 60:
            text = elided(HINT, room, 10.5)
            pen.text(x, rect.y() + LEGEND_HEIGHT / 2 + 4, text, color(self._theme.muted), 10.5)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._layer is None:
            self._rebake()
        painter = QPainter(self)
        frame = self._frames.find(self._moment(self._session)) if self._stale is None else None
        light = self._light
        if frame is not None:
            painter.drawPixmap(0, 0, frame)
            light = Lighting(hovered=light.hovered)
        elif self._stale is not None:
            painter.fillRect(event.rect(), color(self._theme.ground))
            back, _ = self._stale.inverted()
            painter.setTransform(back * self._view)
            painter.drawPixmap(QPointF(0, 0), self._layer)
            painter.resetTransform()
        else:
            self._catch_up()
            painter.drawPixmap(0, 0, self._layer)
        if frame is None or light.hovered is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setTransform(self._view)
            self._painter.paint_lighting(painter, light)
        painter.end()

    # The view -------------------------------------------------------------------------------------------------------

    @property
    def _room(self) -> QRectF:
        """Where the graph goes: above the legend."""
        return QRectF(MARGIN, MARGIN, self.width() - 2 * MARGIN, self.height() - 2 * MARGIN - LEGEND_HEIGHT - 6)

    def _fit_scale(self) -> float:
        width, height = self._painter.scene.size
        scale = min(self._room.width() / max(width, 1), self._room.height() / max(height, 1), LARGEST_FIT)
        return max(scale, ZOOM_RANGE[0])

    def fit(self) -> None:
        """Show the whole graph."""
        self._close_editor()
        self._keep, self._following = self.fit, False
        self._view = self._view_at(self._fit_scale(), QRectF(QPointF(0, 0), QSizeF(*self._painter.scene.size)).center())
        self._rebake()

    def frame(self) -> None:
        """Show the whole graph where it can be read, else the present step; the view then follows it."""
        if self._fit_scale() >= READABLE_FIT:
            self.fit()
        else:
            self._close_editor()
            height = self._room.height() / max(self._painter.scene.size[1], 1)
            self._view = QTransform.fromScale(*[min(max(FOLLOWING_SCALE, height), 1.0)] * 2)
            self._following = True
            self._view = self._view_for(self._session, anew=True)
            self._rebake()
        self._keep = self.frame

    def _view_at(self, scale: float, middle: QPointF) -> QTransform:
        """The view with a point of the scene in the middle, but no emptiness beside the scene that need not be."""
        view, room = QTransform(), self._room
        x, y = (
            start + (extent - size * scale) / 2
            if size * scale <= extent
            else min(max(start + extent / 2 - at * scale, start + extent - size * scale), start)
            for start, extent, size, at in zip(
                (room.x(), room.y()), (room.width(), room.height()), self._painter.scene.size, middle.toTuple(),
                strict=True,
            )
        )  # fmt: skip
        return view.translate(x, y).scale(scale, scale)

    def _view_for(self, session: Session, anew: bool = False) -> QTransform:
        """The view for where ``session`` stands: another one where it is followed and its receiver is out of sight."""
        if not self._following:
            return self._view
        receiver, around = self._surroundings(session)
        seen = self._room.adjusted(*[-MARGIN / 2] * 2, *[MARGIN / 2] * 2)
        if not anew and seen.contains(self._view.mapRect(receiver)):
            return self._view
        scale = self._view.m11()
        fits = around.width() * scale <= self._room.width() and around.height() * scale <= self._room.height()
        return self._view_at(scale, (around if fits else receiver).center())

    def _surroundings(self, session: Session) -> tuple[QRectF, QRectF]:
        """The receiver of the present step (at the start, of the first one); and all that takes part in it."""
        trace, bounds = session.trace, self._painter.box_bounds
        step = trace.steps[max(session.position.step - 1, 0)]
        receiver = bounds(session.scene.boxes[trace.receiver(step)])
        around = QRectF(receiver)
        others = trace.graph.nodes[step.node].inputs if step.phase == "forward" else (step.node,)
        for node in others:
            around = around.united(bounds(session.scene.boxes[node]))
        return receiver, around

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom by ``factor`` about a point of the widget, its middle where None."""
        scale = self._view.m11()
        factor = min(max(factor, ZOOM_RANGE[0] / scale), ZOOM_RANGE[1] / scale)
        point = about or QPointF(self.rect().center())
        change = QTransform().translate(point.x(), point.y()).scale(factor, factor).translate(-point.x(), -point.y())
        self._move_view(self._view * change)

    def _move_view(self, view: QTransform) -> None:
        self._close_editor()
        if self._stale is None:
            self._stale = self._view
        self._view, self._keep, self._following = view, None, False
        self._settle.start()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._keep is not None:
            self._keep()
        else:
            self._rebake()

    def showEvent(self, event) -> None:
        if self._keep is not None:
            self._keep()

    def scene_rect(self, rect: QRectF) -> QRect:
        """Where a rectangle of the scene stands in the widget."""
        return self._view.mapRect(rect).toAlignedRect()

    def _scene_point(self, point: QPointF) -> QPointF:
        back, _ = self._view.inverted()
        return back.map(point)

    # Gestures -------------------------------------------------------------------------------------------------------

    def _hit(self, point: QPointF) -> tuple[int, Reference | None] | None:
        at = self._scene_point(point)
        return self._painter.scene.hit(at.x(), at.y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            moved = event.position() - self._pressed
            if self._dragged or moved.manhattanLength() > 4:
                self._dragged = True
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._move_view(self._view * QTransform.fromTranslate(moved.x(), moved.y()))
                self._pressed = event.position()
            return
        hit = self._hit(event.position())
        self._session.hover(hit[1] if hit else None)
        self.setCursor(Qt.CursorShape.PointingHandCursor if hit else Qt.CursorShape.ArrowCursor)
        if hit:
            QToolTip.showText(event.globalPosition().toPoint(), self._tooltip(*hit), self)
        else:
            QToolTip.hideText()

    def _tooltip(self, node: int, reference: Reference | None) -> str:
        """Full precision of what is under the pointer."""
        session, position = self._session, self._session.position.step
        scene, name = session.scene, session.document.graph.nodes[node].name
        if reference is None:
            steps = ", ".join(str(step) for step in session.steps_touching(node))
            return f"{name}: taken part in by steps {steps}" if steps else f"{name}: no step touches it"
        label = reference_text(session.document, reference)
        if self._light.asked is not None and (reference.node, reference.kind) == (
            self._light.asked.node,
            self._light.asked.kind,
        ):
            return f"{label}: asked in the step card"
        if reference.kind == "value":
            if not scene.value_known(node, position):
                return f"{label}: not computed yet"
            return f"{label} = {full_text(float(scene.value(node, position)[reference.index]))}"
        state = scene.gradient_state(node, position)
        if state.value is None:
            return f"{label}: none of {state.total} messages has arrived"
        suffix = "" if state.kind == "final" else f" ({state.arrived} of {state.total} messages)"
        return f"{label} = {full_text(float(state.value[reference.index]))}{suffix}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._close_editor()
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._dragged = event.position(), False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_drag, self._pressed = self._dragged, None
        self._dragged = False
        self.unsetCursor()
        if was_drag or event.button() != Qt.MouseButton.LeftButton:
            return
        hit = self._hit(event.position())
        self._session.select(hit[0] if hit else None)
        self._session.pick(hit[1] if hit else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position())
        if hit is None:
            self.fit()
        elif hit[1] is not None and hit[1].kind == "value":
            self.edit(hit[1])

    def leaveEvent(self, event) -> None:
        self._session.hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.zoom(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._session.select(None)
            self._session.pick(None)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._session.picked is not None:
            self.edit(self._session.picked)
        else:
            super().keyPressEvent(event)

    # Editing a leaf -------------------------------------------------------------------------------------------------

    def edit(self, reference: Reference) -> None:
        """Let the person type another number for one element of an input or parameter."""
        node = self._session.document.graph.nodes[reference.node]
        grid = self._session.scene.boxes[reference.node].grid("value")
        if reference.index is None or grid is None or reference.kind != "value":
            return
        if node.op not in ("input", "parameter"):
            self.complained.emit(f"“{node.name}” is computed, so it cannot be set; its inputs can")
            return
        self._close_editor()
        rect = self.scene_rect(QRectF(*grid.rect(reference.index))).adjusted(-6, -3, 6, 3)
        editor = ValueLine(self)
        editor.setText(full_text(float(self._session.trace.values[reference.node][reference.index])))
        editor.setFont(font(12))
        editor.setAccessibleName(f"Value of {node.name}")
        editor.setGeometry(QRect(rect.topLeft(), QSize(max(rect.width(), 76), max(rect.height(), 24))))
        editor.selectAll()
        editor.returnPressed.connect(lambda: self._commit(editor, reference))
        editor.cancelled.connect(self._close_editor)
        editor.show()
        editor.setFocus()
        self._editor = editor

    def _commit(self, editor: ValueLine, reference: Reference) -> None:
        name = self._session.document.graph.nodes[reference.node].name
        try:
            self._session.set_element(name, reference.index or (), parse_number(editor.text()))
        except (GradStepError, ValueError) as error:
            self.complained.emit(str(error))
            return
        self._close_editor()

    def _close_editor(self) -> None:
        if self._editor is not None:
            if self._editor.hasFocus():
                self.setFocus()
            self._editor.deleteLater()
            self._editor = None

    def point_of(self, node: int) -> QPoint:
        """The middle of a node's box in the widget."""
        return self.scene_rect(QRectF(*self._painter.scene.boxes[node].rect)).center()
