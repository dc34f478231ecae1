"""Sets a step card: headings, equations, grids and sentences, one below the other, each number where it can be hovered.

The layout is a list of things to paint and a list of regions; the window and the exported picture share it.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from engine.explain import number, recorded, references
from engine.expression import Number, Reference, Symbol, terms_of
from engine.shapes import shape_text
from engine.trace import Trace
from visualizer.session.card import Card, Flow, Line
from visualizer.session.document import Document
from visualizer.session.formatting import bracketed, element_name, index_text, number_text, shortened
from visualizer.session.roles import roles_of
from visualizer.ui.card_picture import CardLayout
from visualizer.ui.gauge import paint_gauge
from visualizer.ui.ink import Ink
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import INTERFACE, MATH, Theme, Weight, color, mix, text_on, text_width
from visualizer.ui.tiles import FlowSetter, label_tone, too_wide
from visualizer.ui.typeset import Typesetter

RULE, NUMBERS, ELEMENT = 21.0, 19.0, 16.0
PROSE, HEADING = 13.5, 10.5
LONGEST_TERM = 28  # characters of a name in an equation
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


def lay_out_card(card: Card, document: Document, trace: Trace, theme: Theme, width: float) -> CardLayout:
    """Set ``card`` in a column of ``width`` pixels."""
    return _Setter(card, document, trace, theme, width).run()


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
            said = [too_wide(card.flow)] if card.flow and not flows else []
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
            self._lines(too_wide((tile,)), 12.5, "regular", color(self.theme.muted), 18)
        if card.jacobian_equals:
            self._lines(f"{tile.label} is {card.jacobian_equals}.", 13.5, "semibold", self.ink, 19)
        self.y += 10

    def _flow(self, flow: Flow) -> bool:
        """Tiles and signs; False, and nothing set, where they are too wide."""
        setter = FlowSetter(self.document, self.roles, self.theme, self.accent, self.out, self.y)
        fits = setter.flow(flow)
        self.y = setter.y
        return fits

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
