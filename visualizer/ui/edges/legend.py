"""The legend at the bottom of the canvas, with the choice of what edges show, on which scale, and how many of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QWidget

from visualizer.session.appearance import Appearance
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.formatting import number_text, parse_number
from visualizer.ui.edges.signs import Kinds, Wedge
from visualizer.ui.edges.strongest import Strongest
from visualizer.ui.segments import Choice, Segments
from visualizer.ui.theme import Theme, text_width

CHOICES = (
    Choice("message", "|message|", "Edges show the size of the message that comes back along them"),
    Choice("gradient", "|∂L/∂w|", "Edges show the size of the gradient of their weight"),
    Choice("weight", "weight", "Edges show their weight, its sign by colour"),
    Choice("update", "update", "Edges show what the update changes of their weight"),
)
LOGARITHMIC = ("log", "The scale is logarithmic; click for a linear one")
LINEAR = ("linear", "The scale is linear; click for a logarithmic one")
AUTOMATIC = ("auto", "The range of the scale follows the numbers; click to keep it, to compare pictures")
FIXED = ("fixed", "The range of the scale is kept; click to let it follow the numbers")
LINE = 34  # pixels, the height of one line
ITEM = 26
BARS = (110, 80, 56, 36)  # lengths of the wedge, the longest that there is room for
GAP, EDGE, SPARE = 7, 5, 4
FIELD = 58


class EdgeLegend(QFrame):
    """Says what an edge's colour, width and dashes mean. ``changed`` carries the ``Appearance`` that is asked for,
    ``complained`` a sentence about a range that cannot be; what is shown changes by ``say`` alone."""

    changed = Signal(object)
    complained = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="edges")
        self.setAccessibleName("Legend")
        self._appearance, self._scale = Appearance(), EdgeScale(0.1, 1.0)
        self._said: tuple[Appearance, EdgeScale, int] | None = None
        self.shows = Segments(CHOICES, "What edges show", self, padding=8)
        self.shows.chosen.connect(lambda shows: self._ask(shows=shows))
        self.low, self.high = self._field("Smallest of the scale"), self._field("Largest of the scale")
        self._wedge, self._kinds = Wedge(theme), Kinds(theme)
        self.spacing = self._switch((LOGARITHMIC, LINEAR), self._switch_spacing)
        self.range = self._switch((AUTOMATIC, FIXED), self._switch_range)
        self.strongest = Strongest()
        self.strongest.chosen.connect(lambda count: self._ask(strongest=count))
        for widget in self._items():
            widget.setParent(self)
        self.say(self._appearance, self._scale)

    def _items(self) -> tuple[QWidget, ...]:
        return (
            self.shows, self.low, self._wedge, self.high, self.spacing, self.range, self.strongest, self._kinds
        )  # fmt: skip

    def _field(self, spoken: str) -> QLineEdit:
        field = QLineEdit(objectName="range", alignment=Qt.AlignmentFlag.AlignCenter)
        field.setAccessibleName(spoken)
        field.setToolTip(spoken)
        field.editingFinished.connect(self._typed)
        return field

    def _switch(self, states: tuple[tuple[str, str], ...], act: Callable[[], None]) -> QPushButton:
        button = QPushButton(objectName="chip")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("room", round(max(text_width(text, 12) for text, _ in states)) + 12)
        button.clicked.connect(act)
        return button

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._wedge.set_theme(theme)
        self._kinds.set_theme(theme)

    # What is shown --------------------------------------------------------------------------------------------------

    def say(self, appearance: Appearance, scale: EdgeScale, most: int = 0) -> bool:
        """Show how edges look now, on which scale, and ``most``: the edges of the largest dense pair.

        False where that is what is shown already: a step need not paint it again.
        """
        typed = self.low.isModified() or self.high.isModified()
        if (appearance, scale, most) == self._said and not typed:
            return False
        self._said = (appearance, scale, most)
        self._appearance, self._scale = appearance, scale
        fixed, field_low = appearance.fixed is not None, appearance.fixed is not None and not scale.signed
        self.shows.show_chosen(appearance.shows)
        self._write(self.spacing, *(LOGARITHMIC if appearance.logarithmic else LINEAR))
        self._write(self.range, *(FIXED if fixed else AUTOMATIC))
        self._wedge.say(scale, (not field_low, not fixed))
        for field, end, seen in ((self.low, scale.low, field_low), (self.high, scale.high, fixed)):
            field.setVisible(seen)
            if not field.hasFocus():
                field.setText(number_text(end))
        self.strongest.setVisible(most > min(appearance.strongest, Appearance().strongest))
        self.strongest.say(appearance.strongest, most)
        self._arrange()
        return True

    @staticmethod
    def _write(button: QPushButton, text: str, tip: str) -> None:
        button.setText(text)
        button.setAccessibleName(tip)
        button.setToolTip(tip)

    # What is asked --------------------------------------------------------------------------------------------------

    def _ask(self, **fields: object) -> None:
        wanted = replace(self._appearance, **fields)
        if wanted != self._appearance:
            self.changed.emit(wanted)

    def _switch_spacing(self) -> None:
        self._ask(logarithmic=not self._appearance.logarithmic)

    def _switch_range(self) -> None:
        """Keep the present range, or follow the numbers again."""
        present = (self._scale.low, self._scale.high)
        self._ask(fixed=present if self._appearance.fixed is None else None)

    def _typed(self) -> None:
        """A range that a person typed. What was not touched keeps its full precision."""
        if self._appearance.fixed is None:
            return
        low, high = (
            before if field.text() == number_text(before) else _number(field.text())
            for field, before in ((self.low, self._scale.low), (self.high, self._scale.high))
        )
        if low is None or high is None:
            self.complained.emit("the range of the scale is two numbers, such as 0.001 and 1")
        elif not 0 <= low < high:
            self.complained.emit("the scale runs from a size to a larger one, such as from 0.001 to 1")
        elif self._appearance.logarithmic and low == 0:
            self.complained.emit("a logarithmic scale begins above 0, such as at 0.001")
        else:
            self._ask(fixed=(low, high))

    # Where it stands ------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(2 * EDGE + self._needed(self._seen(), BARS[0]) + SPARE, LINE)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return EDGE + len(self._lines(width)[0]) * (LINE - EDGE)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, LINE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _seen(self) -> list[QWidget]:
        return [item for item in self._items() if not item.isHidden()]

    def _width(self, item: QWidget, bar: int) -> int:
        if item is self._wedge:
            return self._wedge.needed(bar)
        return FIELD if isinstance(item, QLineEdit) else int(item.property("room") or item.sizeHint().width())

    def _needed(self, items: list[QWidget], bar: int) -> int:
        return sum(self._width(item, bar) for item in items) + GAP * (len(items) - 1)

    def _lines(self, width: int) -> tuple[list[list[QWidget]], int]:
        """What stands on each line, and the length of the wedge: one line where there is room for it with any."""
        room, seen = width - 2 * EDGE - SPARE, self._seen()
        for bar in BARS:
            if self._needed(seen, bar) <= room:
                return [seen], bar
        for bar in BARS:
            lines: list[list[QWidget]] = [[]]
            for item in seen:
                full = self._needed([*lines[-1], item], bar) > room
                if lines[-1] and (full or item is self.strongest):  # the scale on one line, how many on the next
                    lines.append([])
                lines[-1].append(item)
            if len(lines) == 2:
                break
        return lines, bar

    def _arrange(self) -> None:
        lines, bar = self._lines(self.width())
        for number, line in enumerate(lines):
            x, middle = EDGE, EDGE + number * (LINE - EDGE) + (LINE - 2 * EDGE) / 2
            for item in line:
                width = self._width(item, bar)
                item.setGeometry(x, round(middle - ITEM / 2), width, ITEM)
                x += width + GAP


def _number(text: str) -> float | None:
    try:
        return parse_number(text)
    except ValueError:
        return None
