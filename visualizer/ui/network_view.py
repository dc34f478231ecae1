"""The network of a run, alive: units with what they make of the plane, edges with their last gradients."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from visualizer.session.network.edges import Edges, Scales, Shows, edges_of, omission, shown_of
from visualizer.session.network.layout import lay_out
from visualizer.session.network.places import NOTHING, Found, beside, found_at, words_of
from visualizer.session.network.shape import NetworkShape, Place, described, shape_of
from visualizer.session.network.words import unit_words
from visualizer.session.training.snapshot import Snapshot
from visualizer.ui.network.legend import NetworkLegend
from visualizer.ui.network.look import Look
from visualizer.ui.network.painter import NetworkPainter
from visualizer.ui.pen import Pen, painting
from visualizer.ui.theme import Theme, color

EDGE = 12  # from the legend to the sides
NO_LAYERS = "This document has a program of its own: its steps show its graph."
NO_SNAPSHOT = "No network yet"
HINT = "Arrows move through the units, Enter opens the steps."
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
# across, down
MOVES = {Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0)}


class NetworkView(QWidget):
    """Shows a snapshot's network. Units are (column, unit), both from 0, and column 0 has the inputs.

    ``unit_hovered`` and ``unit_chosen`` carry a unit or None, ``layer_chosen`` the column whose caption or band was
    clicked; ``opened`` says that one was double-clicked, or Enter pressed, to step inside.
    """

    unit_hovered = Signal(object)
    unit_chosen = Signal(object)
    layer_chosen = Signal(int)
    opened = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._snapshot: Snapshot | None = None
        self._shape: NetworkShape | None = None
        self._painter: NetworkPainter | None = None
        self._edges: tuple[Edges, ...] = ()
        self._shows: Shows = "gradient"
        self._scales = Scales()
        self._selected: Place | None = None
        self._hovered = NOTHING
        self._pointer: QPointF | None = None
        self._by_key = False  # whether the focus came here by key
        self._legend = NetworkLegend(theme, self)
        self._legend.chosen.connect(self.set_edges)
        self._legend.hide()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(320, 260)
        self.setAccessibleName("Network")
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(760, 520)

    # What is shown --------------------------------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what a run looks like now."""
        shape, first = shape_of(snapshot), self._snapshot is None
        self._snapshot = snapshot
        if first or shape != self._shape:
            self._shape, self._scales = shape, Scales()
            self._hovered = NOTHING
            self._lay_out()
            self._keep_selection()
            self._describe()
        elif snapshot.iteration == 0:
            self._scales = Scales()
        self._look_at_numbers()
        self._tell(moved=False)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._legend.set_theme(theme)
        if self._painter is not None:
            self._painter = NetworkPainter(self._painter.scene, theme)
        self.update()

    def set_selection(self, unit: Place | None) -> None:
        """Mark a unit as selected; nothing is told to those who listen."""
        self._selected = unit
        self._keep_selection()
        self._describe()
        self.update()

    def set_edges(self, shows: Shows) -> None:
        """Choose what edges show: "gradient" or "weight"."""
        if shows != self._shows:
            self._shows, self._scales, self._edges = shows, Scales(), ()
            self._look_at_numbers()
            self.update()

    @property
    def edges_show(self) -> Shows:
        """What edges show."""
        return self._shows

    def _lay_out(self) -> None:
        self._painter, self._edges = None, ()
        if self._shape is not None:
            self._painter = NetworkPainter(lay_out(self._shape, self.width(), self.height()), self._theme)
        self._legend.setVisible(self._painter is not None)

    def _look_at_numbers(self) -> None:
        if self._painter is None or self._snapshot is None:
            return
        scene, layers = self._painter.scene, self._snapshot.layers
        self._scales = self._scales.followed(scene, self._snapshot, self._shows)
        if not scene.banded:
            before = self._edges or (None,) * len(layers)
            self._edges = tuple(
                edges_of(scene, layer, column, self._shows, drawn)
                for column, (layer, drawn) in enumerate(zip(layers, before, strict=True), start=1)
            )
        self._legend.say(self._shows, self._scales, scene.banded)

    def _keep_selection(self) -> None:
        """Let go of a unit that there is not."""
        units = self._shape.units if self._shape is not None else ()
        place = self._selected
        if place is not None and not (place[0] < len(units) and place[1] < units[place[0]]):
            self._selected = None

    def _describe(self) -> None:
        words = NO_SNAPSHOT if self._snapshot is None else NO_LAYERS
        if self._shape is not None and self._snapshot is not None:
            words = f"{described(self._shape)}. {HINT}"
            if self._selected is not None:
                words = f"{unit_words(self._snapshot, self._selected)}. {words}"
        self.setAccessibleDescription(words.replace("\n", ", "))

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.fillRect(event.rect(), color(self._theme.ground))
            pen = Pen(painter)
            if self._painter is None or self._snapshot is None:
                words = NO_SNAPSHOT if self._snapshot is None else NO_LAYERS
                pen.centered(QRectF(self.rect()), words, color(self._theme.muted), 13)
            else:
                self._painter.paint(painter, self._snapshot, self._edges, self._look())
                note = omission(self._painter.scene, self._shows)
                pen.text(EDGE + 2, self._legend.y() - 8.0, note, color(self._theme.muted), 11)
            if self._by_key:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                pen.box(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 4, None, color(self._theme.backward), 1.2)

    def _look(self) -> Look:
        return Look(self._shows, self._scales, self._hovered.unit, self._lit(), self._selected, self.hasFocus())

    def _lit(self) -> tuple[int, Edges] | None:
        """The edge under the pointer, or those that lead to the unit under it, and the column that they lead to."""
        assert self._painter is not None
        assert self._snapshot is not None
        if self._hovered.edge is not None:
            column = self._hovered.edge[0]
            targets, sources = (np.array([unit]) for unit in self._hovered.edge[1:])
        elif self._hovered.unit is not None and self._hovered.unit[0] > 0:
            column, unit = self._hovered.unit
            sources = np.arange(self._painter.scene.columns[column - 1].shown)
            targets = np.full(len(sources), unit)
        else:
            return None
        numbers = shown_of(self._snapshot.layers[column - 1], self._shows)
        return column, Edges(sources, targets, None if numbers is None else numbers[targets, sources])

    def resizeEvent(self, event: QResizeEvent) -> None:
        width = min(self._legend.sizeHint().width(), self.width() - 2 * EDGE)
        self._legend.setGeometry(EDGE, self.height() - self._legend.height() - EDGE, width, self._legend.height())
        self._lay_out()
        self._look_at_numbers()

    # The pointer ----------------------------------------------------------------------------------------------------

    def _found(self, point: QPointF) -> Found:
        if self._painter is None:
            return NOTHING
        return found_at(self._painter.scene, self._edges, point.x(), point.y())

    def _tell(self, moved: bool = True) -> None:
        """Say what is under the pointer. While it rests, a tooltip that is there follows the numbers."""
        if self._pointer is None or self._snapshot is None or not (moved or QToolTip.isVisible()):
            return
        text = words_of(self._snapshot, self._found(self._pointer))
        if text:
            QToolTip.showText(self.mapToGlobal(self._pointer.toPoint()), text, self)
        elif moved:
            QToolTip.hideText()

    def _hover(self, found: Found) -> None:
        if found != self._hovered:
            other = found.unit != self._hovered.unit
            self._hovered = found
            self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
            self.update()
            if other:
                self.unit_hovered.emit(found.unit)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        self._hover(self._found(self._pointer))
        self._tell()

    def leaveEvent(self, event) -> None:
        self._pointer = None
        self._hover(NOTHING)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            found = self._found(event.position())
            if found.column is not None:
                self.layer_chosen.emit(found.column)
            elif found.edge is None:
                self._choose(found.unit)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._found(event.position()):
            self.opened.emit()

    # The keyboard ---------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # Arrows are the window's, for iterations, until somebody walks the units.
        walks = self._by_key or self._selected is not None
        if event.type() == QEvent.Type.ShortcutOverride and walks and event.key() in MOVES:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._painter is not None and event.key() in MOVES:
            self._choose(beside(self._painter.scene, self._selected, *MOVES[event.key()]))
        elif self._painter is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Escape and self._selected is not None:
            self._choose(None)
        else:
            super().keyPressEvent(event)

    def _choose(self, unit: Place | None) -> None:
        if unit != self._selected:
            self.set_selection(unit)
            self.unit_chosen.emit(unit)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._by_key = event.reason() in BY_KEY  # who clicks sees where the focus is; who presses Tab has to be shown
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._by_key = False
        self.update()

    def point_of(self, unit: Place) -> QPoint:
        """The middle of a unit in the widget."""
        assert self._painter is not None
        x, y, width, height = self._painter.scene.columns[unit[0]].rect(unit[1])
        return QPoint(round(x + width / 2), round(y + height / 2))
