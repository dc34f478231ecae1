"""Sets a step card: headings, equations, grids and sentences, one below the other, each number where it can be hovered.

The layout is a list of things to paint and a list of regions; the window and the exported picture share it.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF

from engine.explain import number, references
from engine.expression import Expression, Number, Reference, terms_of
from engine.shapes import shape_text
from engine.trace import Trace
from visualizer.session.card import Card, Line
from visualizer.session.document import Document
from visualizer.session.formatting import bracketed, element_name, number_text
from visualizer.ui.card_column import ELEMENT, NUMBERS, PROSE, RESULT, RULE, SMALLEST, Column, wrapped
from visualizer.ui.card_picture import CardLayout
from visualizer.ui.gauge import paint_gauge
from visualizer.ui.ink import Ink, Write
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, mix, text_on, text_width
from visualizer.ui.tiles import too_wide
from visualizer.ui.update_layout import set_update

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
    ("F11  ⇧F11", "a level down, and up"),
    ("↓  ↑", "single paths, and back"),
    ("Space", "play, pause"),
    ("F1", "all keys"),
)


def lay_out_card(card: Card, theme: Theme, width: float) -> CardLayout:
    """Set ``card`` in a column of ``width`` pixels."""
    return _Setter(card, theme, width).run()


class _Setter(Column):
    """Sets one card from top to bottom."""

    def __init__(self, card: Card, theme: Theme, width: float) -> None:
        super().__init__(card.document, card.trace, theme, theme.phase(card.phase), width)
        self.card = card

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
        elif card.target is not None and card.update is not None:
            set_update(self, card, card.update)
        elif card.target is not None:
            self._rule()
            self._jacobian()
            self._numbers()
            self._local_derivative()
            self.prose("Why", card.why)
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
        if card.within:
            where += f", {card.within}"
        top = self.y

        def draw(pen: Pen) -> None:
            pen.box(pill, 11.5, accent)
            pen.centered(pill, phase, text_on(accent), 11.5, "semibold")
            pen.text(width + 10, top + 16, where, color(theme.muted), 12)

        self.out.draws.append(draw)
        self.y += 35
        self.lines(card.title, 17.5, "bold", color(theme.text), 23)
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
        self.text_lines(lines, 16, self.y + 23, PROSE, "regular", color(self.theme.text), 19.5)
        self.y += rect.height() + 16

    def _start(self) -> None:
        """Before the first step: what is known, what the colours and the rings mean, and the keys."""
        self.prose("What is known", self.card.why)
        theme = self.theme
        if apart := unconnected(self.trace):
            self.y -= 4
            names = ", ".join(bracketed(self.document.graph.nodes[node].name) for node in apart)
            text = f"Not connected to {self.document.loss_name}: {names}"
            self.lines(text, 12.5, "regular", color(theme.muted), 18)
            self.y += 12
        roles = [role for role in ROLE_WORDS if role in self.roles]
        self.heading("Colours")
        for i, role in enumerate(roles):
            x, y = (i % 2) * self.width / 2, self.y + (i // 2) * 22
            swatch, tone = QRectF(x, y, 5, 15), theme.role(role)
            word = ROLE_WORDS[role]

            self.out.draws.append(lambda pen, swatch=swatch, tone=tone: pen.box(swatch, 2, tone))
            self.text_lines((word,), x + 13, y + 12, 12.5, "regular", color(theme.text), 18)
        self.y += 22 * math.ceil(len(roles) / 2) + 12
        self.heading("A gradient's state")
        top, words = self.y, ("nothing has arrived", "a part: 1 of 2 messages", "final: all have arrived")

        def rings(pen: Pen) -> None:
            for i, word in enumerate(words):
                paint_gauge(pen, theme, 5, top + 7 + 22 * i, i, 2, counted=False)
                pen.text(20, top + 11.5 + 22 * i, word, color(theme.text), 12.5)

        self.out.draws.append(rings)
        self.y += 22 * 3 + 12
        self.heading("Keys")
        for keys, what in KEYS:
            self.text_lines((keys,), 0, self.y + 12, 12.5, "medium", color(theme.text), 18)
            self.text_lines((what,), 92, self.y + 12, 12.5, "regular", color(theme.muted), 18)
            self.y += 22

    def _question(self, text: str) -> None:
        self.heading("Question")
        self.lines(text, 15, "medium", color(self.theme.text), 21)
        self.y += 10

    def _rule(self) -> None:
        card = self.card
        if card.rule is None:
            return
        self.heading("Rule")
        self.put(self.fitted(card.rule, self.name_ink, card.target, card.relation, RULE, ELEMENT))
        self.y += 13

    def _numbers(self) -> None:
        card = self.card
        assert card.result is not None
        self.heading("With these numbers")
        flows = self.flow(card.flow, card.excerpt)
        self.y += 12 if flows else 0
        chosen = next(line for line in card.lines if line.target.index == card.chosen)
        if card.result.ndim:
            said = [too_wide(card.flow)] if card.flow and not flows else []
            if len(card.lines) == 1:
                said += [] if card.flow or flows else [f"An array of shape {shape_text(card.result.shape)}."]
                said += ["The marked element:"]
            if said:
                self.lines(" ".join(said), 12.5, "regular", color(self.theme.muted), 18)
                self.y += 4
            if len(card.lines) > 1:
                self._listing()
            else:
                self._element(chosen, self.name_ink, chosen.target, card.relation, ELEMENT, "·")
                self.y += 8
        size = ELEMENT if card.result.ndim else NUMBERS
        self._element(chosen, self.number_ink, Number(chosen.result, RESULT), "=", size, "×")
        self.y += 13

    def _element(self, row: Line, write: Write, target: Expression, relation: str, size: float, times: str) -> None:
        """The equation of one element; a sum is broken where it is too long, a single term is first set smaller."""
        write = self._ghosting(row, write)
        if len(terms_of(row.expression)) == 1:
            self.put(self.fitted(row.expression, write, target, relation, size, SMALLEST, times))
        else:
            self.equation(row.expression, write, target, size, relation, times, focus=_focus(row))

    def _listing(self) -> None:
        """Every element's equation with names; the chosen one stands on a tinted ground."""
        card = self.card
        for row in card.lines:
            top = self.y
            place = len(self.out.draws)
            self.y += 5
            self.equation(row.expression, self._ghosting(row, self.name_ink), row.target, ELEMENT, card.relation,
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
        if card.local is None or card.target is None or card.sender is None:
            return
        nodes = self.document.graph.nodes
        self.heading("Local derivative", f"of {nodes[card.sender].name} by {nodes[card.target.node].name}")
        value = Number(number(self.trace, card.local))
        target = None if isinstance(card.local, Number) else card.local
        self.equation(value, self.name_ink, target, ELEMENT)
        self.y += 13

    def _arrivals(self) -> None:
        card, theme, accent = self.card, self.theme, self.accent
        if card.state is None or card.target is None:
            return
        name = self.document.graph.nodes[card.target.node].name
        self.heading("Arrived at", name)
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
        self.lines(f"{state.arrived} of {state.total} {of}: {final}", 12.5, "regular", color(theme.text), 18)
        if state.total > 1 and state.value is not None and state.value.ndim == 0:
            parts = " + ".join(
                f"({number_text(float(message))})" if float(message) < 0 and i else number_text(float(message))
                for i, (_, message) in enumerate(card.arrived)
            )
            total = f" = {number_text(float(state.value))}" if len(card.arrived) > 1 else ""
            self.lines(f"so far {parts}{total}", 12.5, "medium", self.ink, 18)
        self.y += 10

    def _jacobian(self) -> None:
        card = self.card
        if card.jacobian is None:
            return
        self.heading("Local derivatives, the Jacobian")
        tile = card.jacobian
        if not self.flow((tile,)):
            self.lines(too_wide((tile,)), 12.5, "regular", color(self.theme.muted), 18)
        if card.jacobian_equals:
            self.lines(f"{tile.label} is {card.jacobian_equals}.", 13.5, "semibold", self.ink, 19)
        self.y += 10

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
