"""A section of the builder: a heading that folds it, something small beside the heading, and what it holds."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from visualizer.ui.builder.boxes import Box
from visualizer.ui.builder.rows import GAP, LABEL_WIDTH
from visualizer.ui.theme import font, text_width

SIZE = 10.5


class Heading(QAbstractButton):
    """The title with a chevron; checked while the section is open."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedHeight(24)
        self.setMinimumWidth(round(text_width(title, SIZE, "semibold")) + 20)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Section {title.capitalize()}")
        self.setToolTip("Fold or unfold")

    def paintEvent(self, event: QPaintEvent) -> None:
        roles, palette = QPalette.ColorRole, self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        muted = palette.color(roles.PlaceholderText)
        tone = palette.color(roles.Highlight) if self.hasFocus() else muted
        painter.setPen(tone)
        painter.setFont(font(SIZE, "semibold"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        x, y = text_width(self.text(), SIZE, "semibold") + 10, self.height() / 2
        painter.setPen(QPen(tone, 1.3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if self.isChecked():
            painter.drawPolyline([QPointF(x - 3, y - 1.5), QPointF(x, y + 1.5), QPointF(x + 3, y - 1.5)])
        else:
            painter.drawPolyline([QPointF(x - 1.5, y - 3), QPointF(x + 1.5, y), QPointF(x - 1.5, y + 3)])
        painter.end()


class Section(QWidget):
    """A heading and a body. ``beside`` stands beside the heading while the section is open: a list in the place of the
    fields below it, anything else at the right end."""

    def __init__(self, title: str, body: QWidget, beside: QWidget | None = None) -> None:
        super().__init__()
        self.heading = Heading(title)
        self.body, self.beside = body, beside
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(GAP)
        head.addWidget(self.heading, 1)
        if isinstance(beside, Box):
            self.heading.setFixedWidth(LABEL_WIDTH)
        if beside is not None:
            head.addWidget(beside, int(isinstance(beside, Box)))
        head.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(head)
        layout.addWidget(body)
        self.heading.toggled.connect(self._fold)

    @property
    def folded(self) -> bool:
        """Whether the heading alone is shown."""
        return not self.heading.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Fold or unfold."""
        self.heading.setChecked(not folded)

    def _fold(self, opened: bool) -> None:
        self.body.setVisible(opened)
        if self.beside is not None:
            self.beside.setVisible(opened)
