"""Scroll so that what has just appeared can be seen."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRect
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

MARGIN = 6  # pixels between what is shown and the edge of the panel


def reveal(widgets: Iterable[QWidget], part: tuple[QWidget, QRect] | None = None) -> None:
    """Scroll as little as shows ``widgets`` and ``part`` of another, in its pixels.

    Where there is no room for all, the part is shown, or without one the lower end of the widgets.
    """
    shown = [widget for widget in widgets if widget.isVisible()]
    area = _area_of(shown[0]) if shown else None
    if area is None:
        return
    # Until the room has been shared out anew, what has just appeared lies nowhere in particular.
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    content, bar = area.widget(), area.verticalScrollBar()
    height = area.viewport().height() - 2 * MARGIN
    first = QRect() if part is None else _place(part[0], part[1], content)
    found = first
    for widget in shown:
        found = found.united(_place(widget, widget.rect(), content))
    if part is not None and found.height() > height:
        found = first
    bar.setValue(max(min(bar.value(), found.top() - MARGIN), found.bottom() + 1 - MARGIN - height))


def _area_of(widget: QWidget) -> QScrollArea | None:
    """The panel's scroll area; an editor, which scrolls too, is none."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above


def _place(widget: QWidget, part: QRect, content: QWidget) -> QRect:
    return QRect(widget.mapTo(content, part.topLeft()), part.size())
