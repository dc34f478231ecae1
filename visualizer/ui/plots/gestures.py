"""What a person does with one plot, by mouse and keys, and what is asked of the desk for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from visualizer.ui.plots.chart import Entry, Rule
from visualizer.ui.plots.controls import ThresholdField
from visualizer.ui.plots.rules import plain_text

if TYPE_CHECKING:
    from visualizer.ui.plots.desk import Desk
    from visualizer.ui.plots.view import PlotView

NEAR = 5.0  # pixels from a threshold within which it is meant
WAIT = 250  # ms in which a second click is waited for, at most
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -100, Qt.Key.Key_PageDown: 100}
ZOOMS = {Qt.Key.Key_Plus: 0.7, Qt.Key.Key_Equal: 0.7, Qt.Key.Key_Minus: 1 / 0.7}


class Gestures:
    """Those of one plot. Methods give True where an event was meant for them; others belong to the range's box."""

    def __init__(self, view: PlotView, desk: Desk) -> None:
        self._view = view
        self._desk = desk
        self._moving = ""  # the threshold that is being dragged
        self._clicked_x = math.nan
        self._second_click = QTimer(view, singleShot=True)
        self._second_click.timeout.connect(lambda: desk.choose(self._clicked_x))

    # Mouse ----------------------------------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> bool:
        """On a name in a legend, or the beginning of a drag of a threshold."""
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        entry, rule = self._entry_at(event.position()), self.rule_at(event.position())
        if entry is not None:
            self._desk.toggle(self._view, entry.key)
        elif rule is not None:
            self._moving = rule.name
            self._view.hold()
        return entry is not None or rule is not None

    def move(self, event: QMouseEvent) -> bool:
        """With a threshold, or just along: others are told where the pointer is."""
        place = event.position()
        if self._moving:
            placed = self._view.placed[0]
            y = min(max(place.y(), placed.frame.top()), placed.frame.bottom())
            self._try_threshold(placed.chart.y.value(placed.place_at(y)))
            return True
        self._view.viewport().setCursor(self._cursor_at(place))
        number = self._view.chart_at(place.x())
        placed = self._view.placed[number] if self._view.placed else None
        if placed is not None and placed.frame.contains(place):
            self._view.pointed_chart = number
            self._desk.point(self._view, placed.x_at(place.x()), placed.place_at(place.y()))
        else:
            self.leave()
        return False

    def release(self) -> bool:
        """The end of a drag of a threshold."""
        return self._end_move()

    def _end_move(self) -> bool:
        """The threshold stays where it is now, and the scale may follow."""
        moving, self._moving = bool(self._moving), ""
        if moving:
            self._view.hold(False)
            self._desk.renew(self._view)
        return moving

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._desk.point(self._view, math.nan, math.nan)

    def click(self, place: QPointF) -> None:
        """Chooses an iteration, once it is certain that it is not the first click of two."""
        if self._view.plot.over_iterations and self._view.placed and self._view.placed[0].frame.contains(place):
            self._clicked_x = self._view.placed[0].x_at(place.x())
            self._second_click.start(min(QApplication.doubleClickInterval(), WAIT))

    def double_click(self, event: QMouseEvent) -> bool:
        """On a threshold to type another, elsewhere to show everything again."""
        self._second_click.stop()
        rule = self.rule_at(event.position())
        if rule is not None:
            self._end_move()
            self.type_threshold(rule.name)
        elif self._view.plot.over_iterations:
            self._desk.reset_view()
        return True

    def rule_at(self, place: QPointF) -> Rule | None:
        """The threshold at a point that can be moved: its line, or its name."""
        for placed in self._view.placed:
            for rule, area in placed.rules:
                near = placed.frame.contains(place) and abs(placed.y(rule.place) - place.y()) <= NEAR
                if rule.name and (near or area.contains(place)):
                    return rule
        return None

    def _entry_at(self, place: QPointF) -> Entry | None:
        """The name in a legend at a point that can be switched."""
        for placed in self._view.placed:
            for entry, area in placed.entries:
                if entry.shown is not None and area.adjusted(-3, 0, 3, 0).contains(place):
                    return entry
        return None

    def _cursor_at(self, place: QPointF) -> Qt.CursorShape:
        if self._entry_at(place) is not None:
            return Qt.CursorShape.PointingHandCursor
        if self.rule_at(place) is not None:
            return Qt.CursorShape.SizeVerCursor
        inside = any(placed.frame.contains(place) for placed in self._view.placed)
        return Qt.CursorShape.CrossCursor if inside else Qt.CursorShape.ArrowCursor

    # Keys -----------------------------------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """Arrows and pages move the iteration looked at, Home and End go to the ends; + - 0 zoom, T types a rule."""
        key = event.key()
        times = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        rules = [rule for placed in self._view.placed for rule, _ in placed.rules if rule.name]
        if key in STEPS:
            self._desk.step(STEPS[key] * times)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._desk.go_to_end(key == Qt.Key.Key_End)
        elif key in ZOOMS and self._view.plot.over_iterations and self._view.placed:
            first, last = self._view.placed[0].chart.x
            middle, half = (first + last) / 2, (last - first) / 2 * ZOOMS[key]
            self._desk.zoom(middle - half, middle + half)
        elif key == Qt.Key.Key_0:
            self._desk.reset_view()
        elif key == Qt.Key.Key_T and rules:
            self.type_threshold(rules[0].name)
        else:
            return False
        return True

    # Thresholds -----------------------------------------------------------------------------------------------------

    def type_threshold(self, name: str) -> ThresholdField:
        """Opens a field for a threshold where it is written."""
        placed, rule, area = next(
            (placed, rule, area) for placed in self._view.placed for rule, area in placed.rules if rule.name == name
        )
        value = plain_text(float(f"{placed.chart.y.value(rule.place):.6g}"))
        return ThresholdField(self._view, area, name, value, lambda number: self._desk.set_threshold(name, number))

    def _try_threshold(self, value: float) -> None:
        """What a drag asks for, at two digits; it stops where the other threshold is."""
        try:
            self._desk.set_threshold(self._moving, float(f"{value:.2g}"))
        except ValueError:
            return
