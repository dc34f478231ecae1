"""Sets a step card: headings, equations, grids and sentences, one below the other, each number where it can be hovered.

The layout is a list of things to paint and a list of regions; the window and the exported picture share it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF, QTransform

from engine.explain import number, recorded, references
from engine.expression import Number, Reference, Symbol, terms_of
from engine.shapes import shape_text
from engine.trace import Trace
from visualizer.session.card import Bar, Card, Flow, Line, Tile
from visualizer.session.document import Document
from visualizer.session.formatting import bracketed, element_name, index_text, number_text, shortened
from visualizer.session.roles import roles_of
from visualizer.ui.gauge import paint_gauge
from visualizer.ui.ink import Ink
from visualizer.ui.pen import Pen, elided, line
from visualizer.ui.theme import INTERFACE, MATH, Theme, Weight, color, mix, text_on, text_width
from visualizer.ui.typeset import Typesetter

RULE, NUMBERS, ELEMENT = 21.0, 19.0, 16.0
PROSE, HEADING = 13.5, 10.5
CELL_HEIGHT = 21.0
BRACKET = 5.0  # the room of a tile's bracket
INDENT = 14.0  # of the lines of a flow behind the first
LONGEST_TERM = 28  # characters of a name in an equation
SMALLEST_FLOW = 0.6  # a flow that would have to be set smaller is not shown
_SIGNS = ("=", "+=", "←", "+", "−", "·", "/", "(")
RESULT = "result"
ROLE_WORDS = {
    "input": "inputs, data",
    "weight": "weights",
    "bias": "biases",
    "pre-activation": "pre-activations, sums",
    "activation": "activations",
    "loss": "loss",
    "value": "other values",
}
KEYS = (
    ("→  F10", "one step on"),
    ("←  ⇧F10", "one step back"),
    ("F11  ⇧F11", "into the single paths, and out"),
    ("Space", "play, pause"),
    ("F1", "all keys"),
)

Draw = Callable[[Pen], None]


@dataclass
class CardLayout:
    """A card that has been set: its ``height``, what to paint, and (rectangle, recorded number) to point at."""

    width: float
    height: float = 0.0
    draws: list[Draw] = field(default_factory=list)
    regions: list[tuple[QRectF, Reference]] = field(default_factory=list)

    def paint(self, painter: QPainter, outlines: bool = False) -> None:
        """Everything, from the top left corner on."""
        pen = Pen(painter, outlines)
        for draw in self.draws:
            draw(pen)

    def reference_at(self, x: float, y: float) -> Reference | None:
        """The recorded number under a point."""
        return next((key for rect, key in reversed(self.regions) if rect.contains(x, y)), None)


def lay_out_card(card: Card, document: Document, trace: Trace, theme: Theme, width: float) -> CardLayout:
    """Set ``card`` in a column of ``width`` pixels."""
    return _Setter(card, document, trace, theme, width).run()


def lay_out_bars(bars: tuple[Bar, ...], theme: Theme, width: float) -> CardLayout:
    """The small chart of gradient norms, layer by layer in the order in which they arrive; empty before the first."""
    out = CardLayout(width)
    if len(bars) < 2 or all(bar.value is None for bar in bars):
        return out
    muted = color(theme.muted)
    out.draws.append(lambda pen: pen.text(0, 11, "GRADIENT NORM, AS THEY ARRIVE", muted, HEADING, "semibold"))
    largest = max((bar.value for bar in bars if bar.value is not None and math.isfinite(bar.value)), default=0.0) or 1.0
    lead = max(text_width(bar.name, 12, "medium") for bar in bars) + 10
    room = width - lead - 52
    for place, bar in enumerate(bars):
        out.draws.append(_bar(bar, theme, width, lead, room, largest, 22.0 + 20 * place))
    out.height = 26.0 + 20 * len(bars)
    return out


def _bar(bar: Bar, theme: Theme, width: float, lead: float, room: float, largest: float, y: float) -> Draw:
    share = min(bar.value / largest, 1.0) if bar.value is not None and math.isfinite(bar.value) else 0.0
    track, filled = QRectF(lead, y, room, 13), QRectF(lead, y, max(room * share, 2.0), 13)

    def draw(pen: Pen) -> None:
        pen.text(0, y + 11, bar.name, color(theme.text), 12, "medium")
        pen.box(track, 3, color(theme.raised))
        if bar.value is None:
            pen.right(width, y + 11, "not yet", color(theme.muted), 11.5)
        else:
            if share:
                pen.box(filled, 3, color(theme.backward))
            pen.right(width, y + 11, number_text(bar.value), color(theme.text), 12)

    return draw


@lru_cache(maxsize=16)
def _typesetter(size: float, theme: Theme) -> Typesetter:
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


class _Setter:
    """Sets one card from top to bottom; ``y`` is where the next thing goes."""

    def __init__(self, card: Card, document: Document, trace: Trace, theme: Theme, width: float) -> None:
        self.card, self.document, self.trace, self.theme = card, document, trace, theme
        self.out = CardLayout(width)
        self.width = width
        self.y = 0.0
        self.roles = roles_of(document)
        self.accent = theme.phase(card.phase)
        self.ink = theme.ink(self.accent)

    def run(self) -> CardLayout:
        """The finished layout."""
        self._head()
        card = self.card
        if card.note and not card.asked:
            self._note(card.note)
        if card.phase is None:
            self._start()
        elif card.asked:
            self._question(card.asked)
        elif card.target is not None:
            self._rule()
            self._jacobian()
            self._numbers()
            self._local_derivative()
            self._prose("Why", card.why)
            self._arrivals()
        self.out.height = self.y
        return self.out

    # Parts ----------------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        card, theme = self.card, self.theme
        phase = card.phase.capitalize() if card.phase else "Start"
        width = text_width(phase, 11.5, "semibold") + 22
        pill, accent = QRectF(0, self.y, width, 23), self.accent
        where = f"step {card.position.step} of {card.total}"
        if card.path:
            where += f", path {card.path[0]} of {card.path[1]}"
        top = self.y

        def draw(pen: Pen) -> None:
            pen.box(pill, 11.5, accent)
            pen.centered(pill, phase, text_on(accent), 11.5, "semibold")
            pen.text(width + 10, top + 16, where, color(theme.muted), 12)

        self.out.draws.append(draw)
        self.y += 35
        self._lines(card.title, 17.5, "bold", color(theme.text), 23)
        self.y += 8

    def _note(self, text: str) -> None:
        """The lesson's narration, on a tinted ground."""
        lines = wrapped(text, self.width - 30, PROSE)
        rect = QRectF(0, self.y, self.width, len(lines) * 19.5 + 19)
        fill = mix(self.accent, color(self.theme.panel), 0.08)
        bar, accent = QRectF(0, self.y, 3.5, rect.height()), self.accent

        def draw(pen: Pen) -> None:
            pen.box(rect, 6, fill)
            pen.box(bar, 1.7, accent)

        self.out.draws.append(draw)
        self._text_lines(lines, 16, self.y + 23, PROSE, "regular", color(self.theme.text), 19.5)
        self.y += rect.height() + 16

    def _start(self) -> None:
        """Before the first step: what is known, what the colours and the rings mean, and the keys."""
        self._prose("What is known", self.card.why)
        theme = self.theme
        if apart := unconnected(self.trace):
            self.y -= 4
            names = ", ".join(bracketed(self.document.graph.nodes[node].name) for node in apart)
            text = f"Not connected to {self.document.loss_name}: {names}"
            self._lines(text, 12.5, "regular", color(theme.muted), 18)
            self.y += 12
        roles = [role for role in ROLE_WORDS if role in self.roles]
        self._heading("Colours")
        for i, role in enumerate(roles):
            x, y = (i % 2) * self.width / 2, self.y + (i // 2) * 22
            swatch, tone = QRectF(x, y, 5, 15), theme.role(role)
            word = ROLE_WORDS[role]

            self.out.draws.append(lambda pen, swatch=swatch, tone=tone: pen.box(swatch, 2, tone))
            self._text_lines((word,), x + 13, y + 12, 12.5, "regular", color(theme.text), 18)
        self.y += 22 * math.ceil(len(roles) / 2) + 12
        self._heading("A gradient's state")
        top, words = self.y, ("nothing has arrived", "a part: 1 of 2 messages", "final: all have arrived")

        def rings(pen: Pen) -> None:
            for i, word in enumerate(words):
                paint_gauge(pen, theme, 5, top + 7 + 22 * i, i, 2, counted=False)
                pen.text(20, top + 11.5 + 22 * i, word, color(theme.text), 12.5)

        self.out.draws.append(rings)
        self.y += 22 * 3 + 12
        self._heading("Keys")
        for keys, what in KEYS:
            self._text_lines((keys,), 0, self.y + 12, 12.5, "medium", color(theme.text), 18)
            self._text_lines((what,), 92, self.y + 12, 12.5, "regular", color(theme.muted), 18)
            self.y += 22

    def _question(self, text: str) -> None:
        self._heading("Question")
        self._lines(text, 15, "medium", color(self.theme.text), 21)
        self.y += 10

    def _rule(self) -> None:
        card = self.card
        if card.rule is None:
            return
        self._heading("Rule")
        self._equation(card.rule, self._name_ink, card.target, RULE, card.relation)
        self.y += 13

    def _numbers(self) -> None:
        card = self.card
        assert card.result is not None
        self._heading("With these numbers")
        flows = bool(card.flow) and self._flow(card.flow)
        self.y += 12 if flows else 0
        chosen = next(line for line in card.lines if line.target.index == card.chosen)
        if card.result.ndim:
            said = [_too_wide(card.flow)] if card.flow and not flows else []
            if len(card.lines) == 1:
                said += [] if card.flow else [f"An array of shape {shape_text(card.result.shape)}."]
                said += ["The marked element:"]
            if said:
                self._lines(" ".join(said), 12.5, "regular", color(self.theme.muted), 18)
                self.y += 4
            if len(card.lines) > 1:
                self._listing()
            else:
                self._equation(chosen.expression, self._ghosting(chosen, self._name_ink), chosen.target, ELEMENT,
                               card.relation, focus=_focus(chosen))  # fmt: skip
                self.y += 8
        size = ELEMENT if card.result.ndim else NUMBERS
        result = Number(chosen.result, RESULT)
        write = self._ghosting(chosen, self._number_ink)
        self._equation(chosen.expression, write, result, size, "=", times="×", focus=_focus(chosen))
        self.y += 13

    def _listing(self) -> None:
        """Every element's equation with names; the chosen one stands on a tinted ground."""
        card = self.card
        for row in card.lines:
            top = self.y
            place = len(self.out.draws)
            self.y += 5
            self._equation(row.expression, self._ghosting(row, self._name_ink), row.target, ELEMENT, card.relation,
                           indent=8, focus=_focus(row))  # fmt: skip
            self.y += 5
            rect = QRectF(0, top, self.width, self.y - top)
            self.out.regions.insert(0, (rect, row.target))
            if row.target.index == card.chosen:
                fill = mix(self.accent, color(self.theme.panel), 0.10)
                self.out.draws.insert(place, lambda pen, rect=rect, fill=fill: pen.box(rect, 5, fill))
        self.y += 8

    def _local_derivative(self) -> None:
        """The other factor of the chain rule: how fast the sender's value moves with the receiver's."""
        card = self.card
        if card.local is None or card.target is None:
            return
        sender = self.trace.steps[card.position.step - 1].node
        nodes = self.document.graph.nodes
        self._heading("Local derivative", f"of {nodes[sender].name} by {nodes[card.target.node].name}")
        value = Number(number(self.trace, card.local))
        target = None if isinstance(card.local, Number) else card.local
        self._equation(value, self._name_ink, target, ELEMENT)
        self.y += 13

    def _arrivals(self) -> None:
        card, theme, accent = self.card, self.theme, self.accent
        if card.state is None or card.target is None:
            return
        name = self.document.graph.nodes[card.target.node].name
        self._heading("Arrived at", name)
        state = card.state
        full = QRectF(0, self.y, self.width, 7)
        done = QRectF(0, self.y, self.width * state.arrived / state.total, 7)

        def draw(pen: Pen) -> None:
            pen.box(full, 3.5, color(theme.raised))
            pen.box(done, 3.5, accent)

        self.out.draws.append(draw)
        self.y += 15
        of = "message" if state.total == 1 else "messages"
        final = "final" if state.arrived == state.total else f"{state.total - state.arrived} still to come"
        self._lines(f"{state.arrived} of {state.total} {of}: {final}", 12.5, "regular", color(theme.text), 18)
        if state.total > 1 and state.value is not None and state.value.ndim == 0:
            parts = " + ".join(
                f"({number_text(float(message))})" if float(message) < 0 and i else number_text(float(message))
                for i, (_, message) in enumerate(card.arrived)
            )
            total = f" = {number_text(float(state.value))}" if len(card.arrived) > 1 else ""
            self._lines(f"so far {parts}{total}", 12.5, "medium", self.ink, 18)
        self.y += 10

    def _jacobian(self) -> None:
        card = self.card
        if card.jacobian is None:
            return
        self._heading("Local derivatives, the Jacobian")
        tile = card.jacobian
        if not self._flow((tile,)):
            self._lines(_too_wide((tile,)), 12.5, "regular", color(self.theme.muted), 18)
        if card.jacobian_equals:
            self._lines(f"{tile.label} is {card.jacobian_equals}.", 13.5, "semibold", self.ink, 19)
        self.y += 10

    def _prose(self, heading: str, text: str) -> None:
        if text:
            self._heading(heading)
            self._lines(text, PROSE, "regular", color(self.theme.text), 19.5)
            self.y += 12

    # Text -----------------------------------------------------------------------------------------------------------

    def _heading(self, text: str, name: str = "") -> None:
        """A small heading; a program's name behind it keeps its letters as they are."""
        y, tone = self.y + 11, color(self.theme.muted)
        label = elided(f"{text.upper()} {name}".strip(), self.width, HEADING, "semibold")
        self.out.draws.append(lambda pen: pen.text(0, y, label, tone, HEADING, "semibold"))
        self.y += 21

    def _lines(self, text: str, size: float, weight: Weight, tone: QColor, leading: float) -> None:
        lines = wrapped(text, self.width, size, weight)
        self._text_lines(lines, 0, self.y + size, size, weight, tone, leading)
        self.y += leading * len(lines)

    def _text_lines(
        self, lines: tuple[str, ...], x: float, y: float, size: float, weight: Weight, tone: QColor, leading: float
    ) -> None:
        def draw(pen: Pen) -> None:
            for i, text in enumerate(lines):
                pen.text(x, y + i * leading, text, tone, size, weight)

        self.out.draws.append(draw)

    # Equations ------------------------------------------------------------------------------------------------------

    def _equation(self, expression, write, target, size, relation="=", times="·", indent=0.0, focus=None) -> None:
        setter = _typesetter(size, self.theme)
        equation = setter.equation(expression, write, target, relation, self.width - indent, times, focus)
        y = self.y
        self.out.draws.append(lambda pen: equation.paint(pen.painter, indent, y, pen.outlines))
        self.out.regions += [(rect.translated(indent, y), key) for rect, key in equation.regions]
        self.y += equation.height

    def _name_ink(self, leaf: Number | Symbol | Reference) -> Ink:
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
        tone = self.theme.ink(color(self.theme.backward)) if leaf.kind == "gradient" else self._value_tone(leaf)
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

    def _value_tone(self, leaf: Reference) -> QColor:
        role = self.roles[leaf.node]
        return color(self.theme.text) if role in ("input", "bias") else self.theme.ink(self.theme.role(role))

    def _number_ink(self, leaf: Number | Symbol | Reference) -> Ink:
        if isinstance(leaf, Number):
            tone = self.ink if leaf.name == RESULT else None
            return Ink(number_text(leaf.value), kind="number", color=tone)
        if isinstance(leaf, Symbol):
            return Ink(leaf.name)
        place = leaf.index if leaf.index is not None else ()
        key = Reference(leaf.node, leaf.kind, place)
        tone = color(self.theme.backward) if leaf.kind == "gradient" else self.theme.role(self.roles[leaf.node])
        return Ink(number_text(recorded(self.trace, key)), kind="number", key=key, underline=tone)

    def _ghosting(self, row: Line, write):
        """``write``, with everything greyed that stands in terms without the picked number."""
        picked = self.card.picked
        if picked is None or picked == row.target or self.card.path:
            return write
        terms = [set(references(term)) for term in terms_of(row.expression)]
        if not any(
            picked in term
            for line_ in self.card.lines
            for term in map(set, map(references, terms_of(line_.expression)))
        ):
            return write
        kept = set().union(*(term for term in terms if picked in term))

        def ghosted(leaf):
            ink = write(leaf)
            if isinstance(leaf, Reference) and leaf not in kept and leaf != row.target:
                return Ink(ink.text, ink.subscript, ink.element, ink.kind, ink.key, None, None, True, ink.of)
            return ink

        return ghosted

    # Grids ----------------------------------------------------------------------------------------------------------

    def _flow(self, flow: Flow) -> bool:
        """Tiles and signs in lines, each line's middle level; False, and nothing set, where they are too wide."""
        chunks = _chunks(flow)
        widest = max(self._placed(chunk)[1] + (INDENT if place else 0.0) for place, chunk in enumerate(chunks))
        scale = min(1.0, self.width / widest)
        if scale < SMALLEST_FLOW:
            return False
        whole, self.out = self.out, CardLayout(self.width / scale)
        self.y /= scale
        for place, parts in enumerate(self._filled(chunks, self.width / scale)):
            self._flow_line(parts, INDENT if place else 0.0)
        inner, self.out = self.out, whole
        self.y *= scale
        self.out.draws += inner.draws if scale == 1.0 else [_scaled(inner.draws, scale)]
        zoom = QTransform.fromScale(scale, scale)
        self.out.regions += [(zoom.mapRect(rect), key) for rect, key in inner.regions]
        return True

    def _filled(self, chunks: list[list[Tile | str]], room: float) -> list[list[Tile | str]]:
        """Lines of whole chunks, none wider than ``room``."""
        lines: list[list[Tile | str]] = [[]]
        for chunk in chunks:
            indent = INDENT if len(lines) > 1 else 0.0
            if lines[-1] and indent + self._placed([*lines[-1], *chunk])[1] > room + 0.01:
                # A product without a sign gets one, lest its halves read as two statements.
                product = isinstance(lines[-1][-1], Tile) and isinstance(chunk[0], Tile)
                lines.append(["·"] if product else [])
            lines[-1] += chunk
        return lines

    def _placed(self, parts: list[Tile | str]) -> tuple[list[float], float]:
        """Where each part of a line begins, and how wide the line is. A label may stand over the sign behind it."""
        places: list[float] = []
        x = labels = 0.0
        for part in parts:
            if isinstance(part, Tile):
                left = self._lead(part) + BRACKET
                x = max(x, labels - left)
                labels = x + left + text_width(self._label_text(part), 11.5, "medium") + 8
            x -= 4 if part == ")" else 0
            places.append(x)
            x += self._tile_size(part)[0] + 6 if isinstance(part, Tile) else self._sign_width(part)
            x += 2 if part == "(" else 6 if isinstance(part, str) else 0
        return places, max(x - 6, labels - 8)

    def _flow_line(self, parts: list[Tile | str], indent: float) -> None:
        heights = [self._tile_size(part)[1] if isinstance(part, Tile) else 20.0 for part in parts]
        tallest = max(heights)
        below = 18.0 if any(isinstance(part, Tile) for part in parts) else 0.0  # a tile's middle is below its label
        for part, x, height in zip(parts, self._placed(parts)[0], heights, strict=True):
            if isinstance(part, Tile):
                self._tile(part, indent + x, self.y + (tallest - height) / 2, height)
            else:
                self._sign(part, indent + x, self.y + (tallest + below) / 2)
        self.y += tallest + 8

    @staticmethod
    def _sign_width(sign: str) -> float:
        return text_width(sign, 16, family=MATH) + 2

    def _sign(self, sign: str, x: float, middle: float) -> None:
        tone = color(self.theme.muted)
        self.out.draws.append(lambda pen: pen.text(x + 1, middle + 5.5, sign, tone, 16, family=MATH))

    @staticmethod
    def _column_widths(tile: Tile) -> list[float]:
        widths = []
        for column in range(len(tile.cells[0])):
            texts = [row[column].text for row in tile.cells]
            label = tile.column_labels[column] if tile.column_labels else ""
            widths.append(max(max(text_width(text, 12.5) for text in texts) + 10, text_width(label, 9) + 5, 22.0))
        return widths

    @staticmethod
    def _lead(tile: Tile) -> float:
        """The room of the words in front of the rows."""
        return max((text_width(text, 9) + 5 for text in tile.row_labels), default=0.0)

    def _tile_size(self, tile: Tile) -> tuple[float, float]:
        """How wide and high the brackets and what is between them are, with the label's line above."""
        head = 18.0 + (12.0 if tile.column_labels else 0.0)
        width = self._lead(tile) + sum(self._column_widths(tile)) + 2 * BRACKET
        return width, head + len(tile.cells) * CELL_HEIGHT

    def _label_text(self, tile: Tile) -> str:
        if isinstance(tile.label, str):
            return shortened(tile.label, 36)
        name = shortened(bracketed(self.document.graph.nodes[tile.label.node].name))
        if tile.label.kind == "gradient":
            name = f"∂{shortened(self.document.loss_name)}/∂{name}"
        return f"{name}ᵀ" if tile.transposed else name

    def _tile(self, tile: Tile, x: float, y: float, height: float) -> None:
        theme, label, widths = self.theme, self._label_text(tile), self._column_widths(tile)
        left = x + self._lead(tile) + BRACKET
        top = y + height - len(tile.cells) * CELL_HEIGHT
        tone = color(theme.muted)
        if isinstance(tile.label, Reference):
            gradient = tile.label.kind == "gradient"
            tone = theme.ink(color(theme.backward)) if gradient else self._value_tone(tile.label)
        cells = []
        for r, row in enumerate(tile.cells):
            cx = left
            for c, cell in enumerate(row):
                rect = QRectF(cx, top + r * CELL_HEIGHT, widths[c], CELL_HEIGHT)
                cells.append((rect, cell))
                if cell.reference is not None:
                    self.out.regions.append((rect, cell.reference))
                cx += widths[c]
        bounds = QRectF(left, top, sum(widths), len(tile.cells) * CELL_HEIGHT)
        accent = self.accent

        def draw(pen: Pen) -> None:
            pen.text(left, y + 12, label, tone, 11.5, "medium")
            for c, text in enumerate(tile.column_labels):
                place = QRectF(left + sum(widths[:c]), top - 13, widths[c], 12)
                pen.centered(place, text, color(theme.muted), 9)
            for r, text in enumerate(tile.row_labels):
                pen.right(left - 7, top + r * CELL_HEIGHT + 14, text, color(theme.muted), 9)
            self._brackets(pen, bounds)
            if tile.split is not None:
                self._split(pen, tile.split, bounds, widths)
            for rect, cell in cells:
                if cell.lit:
                    pen.box(rect.adjusted(1, 1, -1, -1), 4, mix(accent, color(theme.panel), 0.18), accent, 1.2)
                pen.centered(rect, cell.text, color(theme.faint if cell.faint else theme.text), 12.5)

        self.out.draws.append(draw)

    def _brackets(self, pen: Pen, bounds: QRectF) -> None:
        pen.painter.setPen(line(color(self.theme.muted), 1.3))
        pen.painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, direction in ((bounds.left() - 3, 1), (bounds.right() + 3, -1)):
            pen.painter.drawPolyline(
                QPolygonF(
                    [
                        QPointF(x + 4 * direction, bounds.top()),
                        QPointF(x, bounds.top()),
                        QPointF(x, bounds.bottom()),
                        QPointF(x + 4 * direction, bounds.bottom()),
                    ]
                )
            )

    def _split(self, pen: Pen, split: tuple[str, int], bounds: QRectF, widths: list[float]) -> None:
        kind, count = split
        tone = color(self.theme.muted)
        if kind == "column":
            x = bounds.left() + sum(widths[:count])
            pen.stroke(x, bounds.top() + 1, x, bounds.bottom() - 1, tone, 1.2)
        else:
            y = bounds.top() + count * CELL_HEIGHT
            pen.stroke(bounds.left(), y, bounds.right(), y, tone, 1.2)


def _scaled(draws: list[Draw], scale: float) -> Draw:
    def draw(pen: Pen) -> None:
        pen.painter.save()
        pen.painter.scale(scale, scale)
        for part in draws:
            part(pen)
        pen.painter.restore()

    return draw


def _chunks(flow: Flow) -> list[list[Tile | str]]:
    """What stays together on a line: an operand with the sign and the brackets before it and the brackets behind it."""
    chunks: list[list[Tile | str]] = []
    open_ended = False
    for part, following in zip(flow, (*flow[1:], ""), strict=True):
        closes = part in (")", "^", ",") or (chunks and chunks[-1][-1] == "^")
        if not chunks or not (closes or open_ended):
            chunks.append([])
        chunks[-1].append(part)
        open_ended = isinstance(part, str) and (part in _SIGNS or (part != ")" and following == "("))
    return chunks


def _too_wide(flow: Flow) -> str:
    """What stands in the place of arrays that do not fit into the card."""
    tiles = [part for part in flow if isinstance(part, Tile)]
    *shapes, last = [shape_text((len(tile.cells), len(tile.cells[0]))) for tile in tiles]
    which = f"Arrays of shapes {', '.join(shapes)} and {last}" if shapes else f"An array of shape {last}"
    return f"{which}, too wide for this card."


def unconnected(trace: Trace) -> tuple[int, ...]:
    """The parameters that no gradient can reach, and the inputs that nothing uses."""
    graph = trace.graph
    used = {source for source, consumers in graph.consumers.items() if consumers} | {graph.output, graph.incoming}
    return tuple(
        node.id
        for node in graph.nodes
        if (node.op == "parameter" and trace.gradients[node.id] is None) or (node.op == "input" and node.id not in used)
    )


def _focus(row: Line) -> int | None:
    return row.path if row.path >= 0 else None


def reference_text(document: Document, reference: Reference) -> str:
    """The name of a recorded number, for tooltips."""
    node = document.graph.nodes[reference.node]
    name = element_name(node.name, reference.index, node.shape)
    return f"∂{document.loss_name}/∂{name}" if reference.kind == "gradient" else name
