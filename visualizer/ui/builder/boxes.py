"""The lists of the builder: a word from a list, a number from a list or typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from visualizer.session.builder.offers import Offer
from visualizer.ui.builder.keys import is_redo, is_undo, settled
from visualizer.ui.theme import font

HEIGHT = 24
CHEVRON = 14  # the room for it at the right of a list
MOST_SHOWN = 14


class Box(QComboBox):
    """A list with a chevron of ours. The wheel scrolls the panel, and never changes a choice in passing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[Offer, ...] | None = None
        self.setFont(font(12, tabular=True))
        self.setFixedHeight(HEIGHT)
        self.setMaxVisibleItems(MOST_SHOWN)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def name(self, spoken: str, hint: str) -> None:
        """What the field is called when it is read aloud, and what it is about."""
        for widget in (self, self.lineEdit()):
            if widget is not None:
                widget.setAccessibleName(spoken)
                widget.setAccessibleDescription(hint)
                widget.setToolTip(hint or spoken)

    def _set_offers(self, offers: Sequence[Offer]) -> None:
        if self._offers == tuple(offers):
            return
        self._offers = tuple(offers)
        self.clear()
        for number, offer in enumerate(offers):
            self.addItem(offer.title, offer.text)
            self.setItemData(number, offer.hint, Qt.ItemDataRole.ToolTipRole)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 26)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _paint_chevron(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(tone, 1.3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y = self.width() - 11.0, self.height() / 2
        painter.drawPolyline([QPointF(x - 3.5, y - 1.5), QPointF(x, y + 2), QPointF(x + 3.5, y - 1.5)])


class WordBox(Box):
    """One of a list of words. ``chosen`` has its text. ``icon_of``, where given, draws an icon for a text."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon_of: Callable[[str], QIcon] | None = None
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def set_choice(self, offers: Sequence[Offer], value: str) -> None:
        """Show ``value`` among ``offers``; one that is not offered is added."""
        if all(offer.text != value for offer in offers):
            offers = (*offers, Offer(value, value))
        self._set_offers(offers)
        self.setCurrentIndex(next(number for number, offer in enumerate(offers) if offer.text == value))

    def showPopup(self) -> None:
        if self.icon_of is not None:  # not before: some of the pictures take a moment
            for number in range(self.count()):
                self.setItemIcon(number, self.icon_of(self.itemData(number)))
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        offer = self._offers[self.currentIndex()] if self._offers and self.currentIndex() >= 0 else None
        if offer is not None:
            room = self.width() - CHEVRON - 9
            if self.icon_of is not None and not (icon := self.icon_of(offer.text)).isNull():
                option.currentIcon = icon
                room -= self.iconSize().width() + 4
            option.currentText = self.fontMetrics().elidedText(
                offer.brief or offer.title, Qt.TextElideMode.ElideRight, room
            )
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        self._paint_chevron(painter)


class NumberBox(Box):
    """A number, listed or typed. ``chosen`` has the text, ``abandoned`` says that what was typed was given up, by
    Escape or by undo."""

    chosen = Signal(str)
    abandoned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = ""
        self._refused: str | None = None
        self.setEditable(True)
        self.setCompleter(None)  # it would make 10 of a typed 1
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.activated.connect(lambda index: self._commit(self.itemData(index)))
        self.lineEdit().editingFinished.connect(lambda: self._commit(self.lineEdit().text()))

    @property
    def pending(self) -> bool:
        """Whether something stands here that is not in force."""
        return self.currentText() != self._value

    def set_choice(self, offers: Sequence[Offer], value: str) -> None:
        """Show ``value``. What is being typed stays, as long as the value is the same as before."""
        if value == self._value and self._offers == tuple(offers):
            return
        self._set_offers(offers)
        self._value = value
        self._show(value)

    def settle(self) -> None:
        """The text was taken: show it as it is written here."""
        self._refused = None
        self._show(self._value)

    def refuse(self) -> None:
        """The text was refused: it stays to be corrected, and is not tried again as it is."""
        self._refused = self.currentText()

    def _show(self, text: str) -> None:
        if self.currentText() == text and self.currentIndex() >= 0:
            return
        edit = self.lineEdit()
        place = edit.cursorPosition()
        self.setCurrentIndex(self.findText(text))
        self.setEditText(text)
        edit.setCursorPosition(min(place, len(text)) if edit.hasFocus() else 0)

    def _commit(self, text: str) -> None:
        if text not in (self._value, self._refused):
            self.chosen.emit(text)

    def event(self, event: QEvent) -> bool:
        return settled(event, self) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.pending and (event.key() == Qt.Key.Key_Escape or is_undo(event)):
            self.settle()
            self.abandoned.emit()
        elif is_undo(event) or is_redo(event):
            event.setAccepted(self.pending)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        self._paint_chevron(painter)
        painter.end()
