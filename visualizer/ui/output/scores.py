"""The scores as a small table, numbers below each other."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.session.output.score_table import ScoreTable, score_table
from visualizer.ui.pen import Pen, painting
from visualizer.ui.theme import Theme, color, text_width

ROW, HEAD = 24.0, 20.0
NUMBER, SMALLEST = 13.5, 9.0


class ScoresView(QWidget):
    """Paints scores by name, as ``score_table`` arranges them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table = ScoreTable((), ())
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Scores")

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self.update()

    def set_scores(self, scores: Mapping[str, float]) -> bool:
        """Show these scores; True where they need another height."""
        table = score_table(scores)
        other = len(table.rows) != len(self._table.rows)
        if table != self._table:
            self._table = table
            said = (
                f"{among} {name} {text}"
                for name, row in table.rows
                for among, text in zip(table.columns, row, strict=True)
            )
            self.setAccessibleDescription(", ".join(said))
            self.update()
        return other

    @property
    def needed_height(self) -> float:
        """How high the table is."""
        return HEAD + ROW * len(self._table.rows) if self._table.rows else 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        with painting(self) as painter:
            painter.fillRect(event.rect(), color(self._theme.ground))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(Pen(painter))

    def _paint(self, pen: Pen) -> None:
        theme, table, width = self._theme, self._table, self.width()
        if not table.rows:
            return
        names = max(text_width(name, 12) for name, _ in table.rows) + 8
        pitch = (width - names) / max(len(table.columns), 1)
        widest = max(text_width(text, NUMBER, "semibold") for _, numbers in table.rows for text in numbers)
        size = NUMBER if widest + 10 <= pitch else max(NUMBER * (pitch - 10) / widest, SMALLEST)
        right = [names + pitch * (place + 1) for place in range(len(table.columns))]
        for end, among in zip(right, table.columns, strict=True):
            pen.right(end, 12, among, color(theme.muted), 11)
        for place, (name, numbers) in enumerate(table.rows):
            top = HEAD + ROW * place
            pen.stroke(0, top, right[-1], top, color(theme.hairline))
            pen.text(0, top + 16, name, color(theme.muted), 12)
            for end, text in zip(right, numbers, strict=True):
                pen.right(end, top + 16.5, text, color(theme.text), size, "semibold")
