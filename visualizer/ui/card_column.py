"""A column of a card: headings, sentences, grids and equations, one below the other.

Each number can be pointed at.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtGui import QColor

from engine.explain import recorded
from engine.expression import Expression, Number, Reference, Symbol
from engine.trace import Trace
from visualizer.session.document import Document
from visualizer.session.formatting import index_text, number_text, shortened
from visualizer.session.roles import roles_of
from visualizer.session.tile import Flow
from visualizer.ui.card_picture import CardLayout
from visualizer.ui.ink import Ink, Write
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import INTERFACE, MATH, Theme, Weight, color, text_width
from visualizer.ui.tiles import FlowSetter, label_tone
from visualizer.ui.typeset import Equation, Typesetter

RULE, NUMBERS, ELEMENT, SMALLEST = 21.0, 19.0, 16.0, 13.0
PROSE, HEADING, CAPTION = 13.5, 10.5, 12.5
FEWER_LINES = 0.7  # of the height: an equation that is that much lower when set small is broken into fewer lines
LONGEST_TERM = 28  # characters of a name in an equation
RESULT = "result"


@lru_cache(maxsize=16)
def typesetter(size: float, theme: Theme) -> Typesetter:
    """What sets equations of that size."""
    return Typesetter(MATH, INTERFACE, size, color(theme.text), color(theme.muted))


@lru_cache(maxsize=1024)
def wrapped(text: str, width: float, size: float, weight: Weight = "regular") -> tuple[str, ...]:
    """``text`` broken into lines no wider than ``width``; a word that is wider loses its end."""
    lines, current = [], ""
    for word in (elided(word, width, size, weight) for word in text.split()):
        longer = f"{current} {word}" if current else word
        if current and text_width(longer, size, weight) > width:
            lines.append(current)
            current = word
        else:
            current = longer
    return (*lines, current) if current else tuple(lines)


class Column:
    """Sets one thing below the other into ``out``; ``y`` is where the next one goes.

    ``accent`` is the colour of the step's phase, ``ink`` the same for text.
    """

    def __init__(self, document: Document, trace: Trace, theme: Theme, accent: QColor, width: float) -> None:
        self.document, self.trace, self.theme, self.accent = document, trace, theme, accent
        self.out = CardLayout(width)
        self.width = width
        self.y = 0.0
        self.roles = roles_of(document)
        self.ink = theme.ink(accent)

    def flow(self, *flows: Flow) -> bool:
        """Tiles and signs: the first of ``flows`` that is not too wide; False, and nothing set, where there is none."""
        for flow in filter(None, flows):
            setter = FlowSetter(self.document, self.roles, self.theme, self.accent, self.out, self.y)
            if setter.flow(flow):
                self.y = setter.y
                return True
        return False

    def prose(self, heading: str, text: str) -> None:
        """Sentences under a heading; nothing where there are none."""
        if text:
            self.heading(heading)
            self.lines(text, PROSE, "regular", color(self.theme.text), 19.5)
            self.y += 12

    # Text -----------------------------------------------------------------------------------------------------------

    def heading(self, text: str, name: str = "") -> None:
        """A small heading; a program's name behind it keeps its letters as they are."""
        y, tone = self.y + 11, color(self.theme.muted)
        label = elided(f"{text.upper()} {name}".strip(), self.width, HEADING, "semibold")
        self.out.draws.append(lambda pen: pen.text(0, y, label, tone, HEADING, "semibold"))
        self.y += 21

    def lines(self, text: str, size: float, weight: Weight, tone: QColor, leading: float) -> None:
        """Text in as many lines as it takes, ``leading`` pixels apart."""
        lines = wrapped(text, self.width, size, weight)
        self.text_lines(lines, 0, self.y + size, size, weight, tone, leading)
        self.y += leading * len(lines)

    def text_lines(
        self, lines: tuple[str, ...], x: float, y: float, size: float, weight: Weight, tone: QColor, leading: float
    ) -> None:
        """Lines of text anywhere: the first stands on ``y``."""

        def draw(pen: Pen) -> None:
            for i, text in enumerate(lines):
                pen.text(x, y + i * leading, text, tone, size, weight)

        self.out.draws.append(draw)

    # Equations ------------------------------------------------------------------------------------------------------

    def equation(
        self, expression, write, target, size, relation="=", times="·", indent=0.0, focus=None, lead=None
    ) -> None:
        """``target relation expression``, as ``Typesetter.equation`` sets it."""
        setter = typesetter(size, self.theme)
        equation = setter.equation(expression, write, target, relation, self.width - indent, times, focus, lead)
        self.put(equation, indent)

    def fitted(
        self,
        expression: Expression,
        write: Write,
        target: Expression | None,
        relation: str,
        size: float,
        smallest: float,
        times: str = "·",
        lead: float | None = None,
    ) -> Equation:
        """An equation as large as it fits into one line, from ``size`` to ``smallest``; broken where it does not.

        Where it would be broken into many lines, the smallest size is taken if it spares some.
        """

        def at(size: float, width: float = math.inf) -> Equation:
            return typesetter(size, self.theme).equation(expression, write, target, relation, width, times, lead=lead)

        whole = at(size)
        if whole.width <= self.width:
            return whole
        narrower = math.floor(2 * size * self.width / whole.width) / 2
        if narrower >= smallest:
            return at(narrower, self.width)
        large, small = at(size, self.width), at(smallest, self.width)
        return small if small.height < FEWER_LINES * large.height else large

    def put(self, equation: Equation, indent: float = 0.0) -> None:
        """An equation that has been set."""
        y = self.y
        self.out.draws.append(lambda pen: equation.paint(pen.painter, indent, y, pen.outlines))
        for rect, key in equation.regions:
            place = rect.translated(indent, y)
            if isinstance(key, Number):
                self.out.numbers.append((place, key))
            elif isinstance(key, Reference):
                self.out.regions.append((place, key))
        self.y += equation.height

    def name_ink(self, leaf: Number | Symbol | Reference) -> Ink:
        """A leaf by its name."""
        if isinstance(leaf, Number):
            return Ink(leaf.name, kind="name") if leaf.name else Ink(number_text(leaf.value), kind="number")
        if isinstance(leaf, Symbol):
            return Ink(leaf.name)
        node = self.document.graph.nodes[leaf.node]
        name, shape = node.name if len(node.name) <= LONGEST_TERM else shortened(node.name), node.shape
        place = index_text(leaf.index, shape) if leaf.index else ""
        if name in self.document.specification.axes and len(name) == 1:
            name = name.lower() if place else name
        bracket = name[-1].isdigit() or not name.isidentifier()
        tone = label_tone(self.theme, leaf, self.roles)
        key = leaf if leaf.index is not None or not shape else None
        key = Reference(leaf.node, leaf.kind, ()) if key is leaf and leaf.index is None else key
        return Ink(
            name,
            subscript="" if bracket else place,
            element=place if bracket else "",
            kind="gradient" if leaf.kind == "gradient" else "name",
            key=key,
            color=tone,
            of=self.document.loss_name,
        )

    def number_ink(self, leaf: Number | Symbol | Reference) -> Ink:
        """A leaf by its number."""
        if isinstance(leaf, Number):
            tone = self.ink if leaf.name == RESULT else None
            return Ink(number_text(leaf.value), kind="number", key=leaf if leaf.name else None, color=tone)
        if isinstance(leaf, Symbol):
            return Ink(leaf.name)
        place = leaf.index if leaf.index is not None else ()
        key = Reference(leaf.node, leaf.kind, place)
        tone = color(self.theme.backward) if leaf.kind == "gradient" else self.theme.role(self.roles[leaf.node])
        return Ink(number_text(recorded(self.trace, key)), kind="number", key=key, underline=tone)
