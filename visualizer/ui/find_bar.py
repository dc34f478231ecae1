"""Find, as a slim bar over the canvas' top right corner: a field, how many there are, and the way to the next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from visualizer.session.finding import Found
from visualizer.ui.icons import icon
from visualizer.ui.theme import Theme, color, readable

WIDTH = 380
MARGIN = 12  # from the canvas' edges
PAUSE = 120  # ms without a further letter, until it is searched
EXAMPLES = "Such as  W1   a1[3]   relu   weight   |gradient| > 10   nan"


class FindBar(QFrame):
    """Asks by signals only: ``searched`` carries the text, ``moved`` how many matches on, ``closed`` ends it.

    ``over`` is the widget whose corner it keeps to.
    """

    searched = Signal(str)
    moved = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(over, objectName="find")
        self._over = over
        self._found = Found()
        self.setAccessibleName("Find")
        self.field = QLineEdit(placeholderText="Find a name, an operation or a condition", clearButtonEnabled=False)
        self.field.setAccessibleName("Find a name, an operation or a condition")
        self.field.textEdited.connect(lambda: self._pause.start())
        self._count = QLabel("", objectName="muted")
        self._sign = QLabel()
        self._words = QLabel(EXAMPLES, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.previous = self._button("up", "Previous match (Shift+F3)", lambda: self._move(-1))
        self.next = self._button("down", "Next match (F3)", lambda: self._move(1))
        self._close = self._button("close", "Close (Escape)", self._end)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._search)
        self._lay_out()
        self.set_theme(theme)
        over.installEventFilter(self)
        self._show()
        self.hide()

    def _button(self, name: str, spoken: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton(objectName="flat", toolTip=spoken)
        button.setProperty("shape", name)
        button.setAccessibleName(spoken)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedSize(24, 24)
        button.clicked.connect(act)
        return button

    def _lay_out(self) -> None:
        row, below, layout = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        row.setSpacing(2)
        row.addWidget(self.field, 1)
        row.addSpacing(6)
        for widget in (self._count, self.previous, self.next, self._close):
            row.addWidget(widget)
        below.setSpacing(5)
        below.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._words, 1)
        layout.setContentsMargins(8, 7, 6, 8)
        layout.setSpacing(5)
        layout.addLayout(row)
        layout.addLayout(below)

    def set_theme(self, theme: Theme) -> None:
        """Icons in other colours."""
        for button in (self.previous, self.next, self._close):
            button.setIcon(icon(str(button.property("shape")), color(theme.text), color(theme.faint)))
        danger = readable(color(theme.danger), color(theme.panel))
        self._sign.setPixmap(icon("trouble", danger).pixmap(16, 16))

    def open(self) -> None:
        """Show the bar, its text ready to be replaced."""
        self._show()
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    def show_found(self, found: Found) -> None:
        """Show what was found, or what was wrong."""
        if found != self._found:
            self._found = found
            self._show()

    def _show(self) -> None:
        found = self._found
        several = len(found.matches) > 0
        self._count.setText(f"{found.at + 1:,} of {found.total:,}" if several else "none" if found.text else "")
        self.previous.setEnabled(several)
        self.next.setEnabled(several)
        self._sign.setVisible(found.refused)
        self._words.setObjectName("trouble" if found.refused else "muted")
        self._words.setText(found.words if found.text else EXAMPLES)
        for widget in (self._words, self.field):
            widget.style().polish(widget)
        self.field.setAccessibleDescription(f"{self._count.text()} {found.words}".strip())
        self._place()

    # Keys -----------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
            self._move(-1 if back else 1)
        event.accept()  # the canvas below has a meaning of its own for keys

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (Qt.Key.Key_F3, Qt.Key.Key_Escape):
            event.accept()  # they are meant for the bar while it has the focus
            return True
        return super().event(event)

    def _move(self, by: int) -> None:
        """To another match; what has been typed and not searched yet is searched first, and its first match shown."""
        if self._pause.isActive() or self.field.text().strip() != self._found.text:
            self._search()
        else:
            self.moved.emit(by)

    def _search(self) -> None:
        self._pause.stop()
        self.searched.emit(self.field.text())

    def _end(self) -> None:
        self._pause.stop()
        self.field.clear()
        self._found = Found()
        self.hide()
        self.closed.emit()

    # Where it stands ------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        width = max(min(WIDTH, self._over.width() - 2 * MARGIN), 200)
        self.setFixedWidth(width)
        self.layout().activate()
        self.resize(width, self.layout().heightForWidth(width))
        self.layout().activate()
        # Under a style sheet a layout may give its words a little less than they ask for.
        missing = self._words.heightForWidth(self._words.width()) - self._words.height()
        if self._words.isVisibleTo(self) and missing > 0:
            self.resize(width, self.height() + missing)
        self.move(self._over.width() - width - MARGIN, MARGIN)
