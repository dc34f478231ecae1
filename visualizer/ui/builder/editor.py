"""A small editor of plain text, such as a program."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent, QTextCursor, QTextFormat, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QTextEdit

from visualizer.ui.builder.keys import is_redo, is_undo, settled
from visualizer.ui.theme import CODE, font

SIZE = 11.5


class Editor(QPlainTextEdit):
    """Plain text as high as its lines, up to ``most``. ``applied`` says that it is to be taken.

    ``text`` is what is in force; what is being written stays until it is applied or given up, whatever comes. Undo goes
    back through what was written as far as ``text``; from there on it is the window's.
    """

    applied = Signal()
    pending_changed = Signal(bool)

    def __init__(self, spoken: str, most: int, single: bool) -> None:
        super().__init__()
        self._most, self._single = most, single
        self.text = ""
        self._pending = False
        self.setObjectName("code")
        self.setFont(font(SIZE, family=CODE))
        self.setAccessibleName(spoken)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(5)
        self.textChanged.connect(self._changed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.updateGeometry())

    @property
    def pending(self) -> bool:
        """Whether something has been written that is not in force."""
        return self._pending

    def show_text(self, text: str, read_only: bool = False) -> None:
        """Show what is in force, unless something else is being written."""
        self.setReadOnly(read_only)
        if text == self.text:
            return
        pending, self.text = self._pending, text
        if pending:
            self._changed()
        else:
            self.restore()

    def restore(self) -> None:
        """Show what is in force; the cursor and the scroll place stay where they can."""
        place, scrolled = self.textCursor().position(), self.verticalScrollBar().value()
        self.setPlainText(self.text)
        cursor = self.textCursor()
        cursor.setPosition(min(place, len(self.text)))
        self.setTextCursor(cursor)
        self.verticalScrollBar().setValue(scrolled)

    def mark_line(self, number: int | None, tone: QColor) -> None:
        """Lay a tone under one line, counted from 1; None takes it away."""
        block = self.document().findBlockByNumber(number - 1) if number else None
        if block is None or not block.isValid():
            self.setExtraSelections([])
            return
        selection = QTextEdit.ExtraSelection()
        selection.format.setBackground(tone)
        selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selection.cursor = QTextCursor(block)
        self.setExtraSelections([selection])

    def sizeHint(self) -> QSize:
        lines = max(1, min(self._most, self._lines()))
        return QSize(100, round(lines * self.fontMetrics().lineSpacing() + 2 * self.document().documentMargin()) + 4)

    def _lines(self) -> int:
        """Lines as they are broken at the present width, counted as far as it matters."""
        block, found = self.document().begin(), 0
        while block.isValid() and found < self._most:
            self.blockBoundingRect(block)  # lays it out, where that has not been done yet
            found += max(block.layout().lineCount(), 1)
            block = block.next()
        return found

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _changed(self) -> None:
        self.updateGeometry()
        pending = self.toPlainText() != self.text
        if pending != self._pending:
            self._pending = pending
            self.pending_changed.emit(pending)

    def event(self, event: QEvent) -> bool:
        return settled(event, self) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and (self._single or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            if not self.isReadOnly():
                self.applied.emit()
        elif event.key() == Qt.Key.Key_Escape and self._pending:
            self.restore()
        elif is_undo(event) or is_redo(event):
            event.setAccepted(self._pending)
            if self._pending:
                self._go_back() if is_undo(event) else self.redo()
        else:
            super().keyPressEvent(event)

    def _go_back(self) -> None:
        if self.document().isUndoAvailable():
            self.undo()
        else:  # what was in force when the writing began no longer is
            self.restore()
