"""A short message over the canvas that goes by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

DURATION = 6000  # ms
ABOVE = 64  # from the lower edge: the legend is there


class Message(QFrame):
    """One sentence near the lower edge of ``over``, a part of the window ``parent``."""

    def __init__(self, parent: QWidget, over: QWidget) -> None:
        super().__init__(parent, objectName="message")
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = QLabel("", wordWrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.addWidget(self._label)
        self._timer = QTimer(self, singleShot=True, interval=DURATION)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show ``text`` for a few seconds."""
        self._label.setText(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        over = self._over
        corner = over.mapTo(self.parentWidget(), over.rect().topLeft())
        width = min(560, over.width() - 40)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(corner.x() + (over.width() - width) // 2, corner.y() + over.height() - self.height() - ABOVE)
