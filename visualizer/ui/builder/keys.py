"""Undo and redo in a field: the field's own while something is written that is not in force, else the window's."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


class Field(Protocol):
    """What can be written in."""

    @property
    def pending(self) -> bool:
        """Whether something stands here that is not in force."""
        ...


def is_undo(event: QKeyEvent) -> bool:
    """Whether these keys undo."""
    return event.matches(QKeySequence.StandardKey.Undo)


def is_redo(event: QKeyEvent) -> bool:
    """Whether these keys redo; Ctrl+Y does everywhere in this program, not only where the system says so."""
    pressed = event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return pressed or event.matches(QKeySequence.StandardKey.Redo)


def settled(event: QEvent, field: Field) -> bool:
    """Whether ``event`` asks if a field wants undo or redo for itself. It is answered: only while it is pending."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if not (is_undo(event) or is_redo(event)):
        return False
    event.setAccepted(field.pending)
    return True
