"""The step card as plain data: what happens at a step, its rule, its numbers and what has come together so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.explain import Explanation, Relation, element, explain, jacobian, local_derivative, references
from engine.expression import Expression, Index, Kind, Reference, terms_of
from engine.graph import Node
from engine.ops import Array
from engine.trace import GradientState, Phase, Step, Trace
from visualizer.session import anchors, cursor, wording
from visualizer.session.batch import over_samples
from visualizer.session.cursor import Position
from visualizer.session.document import Document
from visualizer.session.flow import build_flows
from visualizer.session.formatting import element_name, number_text
from visualizer.session.scene import MAX_COLUMNS, magnitude
from visualizer.session.tile import Cell, Flow, Tile
from visualizer.session.update_card import UpdateCard, build_update

# So many elements are listed line by line, each with its own sum of terms; gradients are fractions and need more room.
MAX_LINES = {"value": 8, "gradient": 4}
# ... as long as none is a longer sum than this, and all together hold so many numbers.
MAX_LISTED_TERMS, MAX_LISTED_NUMBERS = 6, 32


@dataclass(frozen=True, slots=True)
class Line:
    """One element: ``target`` = ``expression`` = ``result``. ``path`` is the term being walked, -1 for none."""

    target: Reference
    expression: Expression
    result: float
    path: int = -1


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the small chart of gradient magnitudes; ``value`` is None before the gradient is final."""

    name: str
    value: float | None


@dataclass(frozen=True)
class Card:
    """All that the step card shows of a step of ``trace``. Numbers are recorded ones; nothing is computed for show.

    Below whole arrays, ``trace`` is that of single numbers, and ``origin`` says for each which element of an array
    it is or works for; empty where the card's values are the arrays. ``rule`` is the whole-array rule for
    ``target``; ``lines`` are elements written out, the chosen one first known by ``chosen``; ``within`` says where
    in the step one stands ("path 3 of 4"). ``flow`` is the rule with its arrays as grids, ``excerpt`` the same with
    a few rows and columns of each, for where the whole is too large. ``state`` is the receiving node's gradient so
    far and ``arrived`` who sent what. ``path`` is (number, count) of the single path being walked, and ``jacobian``
    the local derivatives met on the way; ``jacobian_equals`` names the value that they turn out to be. ``local`` is
    the local derivative where one number passes a gradient on to another, ``sender``, ``update`` the lines of an
    optimiser that has several. ``asked`` is the question that hides the numbers, "" where there is none.
    """

    document: Document
    trace: Trace
    position: Position
    total: int
    phase: Phase | None
    section: str
    title: str
    why: str
    note: str
    asked: str
    target: Reference | None = None
    relation: Relation = "="
    rule: Expression | None = None
    result: Array | None = None
    chosen: Index | None = None
    lines: tuple[Line, ...] = ()
    flow: Flow = ()
    picked: Reference | None = None
    state: GradientState | None = None
    arrived: tuple[tuple[str, Array], ...] = ()
    bars: tuple[Bar, ...] = ()
    path: tuple[int, int] | None = None
    jacobian: Tile | None = None
    jacobian_equals: str = ""
    local: Expression | None = None
    sender: int | None = None
    update: UpdateCard | None = None
    excerpt: Flow = ()
    within: str = ""
    origin: tuple[Reference, ...] = ()

    def of_arrays(self, reference: Reference | None) -> Reference | None:
        """The element of an array behind a number of this card."""
        if reference is None or not self.origin:
            return reference
        element = self.origin[reference.node]
        return Reference(element.node, reference.kind, element.index)


def build_card(
    document: Document, trace: Trace, position: Position, picked: Reference | None, asking: bool, bare: bool = False
) -> Card:
    """The card for a position. ``picked`` chooses the element shown, or the input whose terms are to be seen.

    A ``bare`` one is without what belongs to the document and not to the step: narration, sections and bars.
    """
    step = cursor.current_step(trace, position)
    note = None if bare else anchors.note_at(document, trace, position.step)
    section = ""
    for start, title in () if bare else anchors.sections(document, trace):
        if start <= max(position.step, 1):
            section = title
    if step is None:
        return Card(
            document, trace, position, len(trace.steps), None, section, document.title,
            wording.why(document, trace, None), document.specification.summary, "",
        )  # fmt: skip
    explanation = explain(trace, step)
    receiver = trace.receiver(step)
    walked = cursor.current_path(trace, position)
    chosen = walked[0] if walked else _chosen(trace, step, explanation.result, picked)
    written = element(trace, step, chosen)
    lit = frozenset(references(written))
    backward = step.phase == "backward"
    entries, equals = _jacobian(trace, step, position)
    flow, excerpt = build_flows(document, trace, step, chosen, lit) if explanation.result.ndim else ((), ())
    return Card(
        document,
        trace,
        position,
        len(trace.steps),
        step.phase,
        section,
        wording.title(document, trace, step),
        wording.why(document, trace, step),
        note.text if note else "",
        note.ask if note and asking else "",
        explanation.target,
        explanation.relation,
        explanation.rule if bare else over_samples(trace.graph, explanation.rule),
        explanation.result,
        chosen,
        _lines(trace, step, explanation, chosen, written, walked),
        flow,
        picked,
        trace.gradient_state(receiver, position.step) if backward else None,
        _arrived(trace, receiver, position.step) if backward else (),
        () if bare else parameter_bars(trace, position.step, receiver if asking else None),
        (position.path + 1, cursor.path_count(trace, position)) if walked else None,
        entries,
        equals,
        _local(trace, step),
        step.node if step.phase == "backward" and step.slot is not None else None,
        build_update(trace, step, chosen) if step.phase == "update" else None,
        excerpt,
        f"path {position.path + 1} of {cursor.path_count(trace, position)}" if walked else "",
    )


def parameter_bars(trace: Trace, position: int, asked: int | None = None) -> tuple[Bar, ...]:
    """The norm of every parameter's gradient, in the order of their arrival; ``asked`` keeps that node's back."""
    parameters = [i for i in trace.updates if trace.values[i].ndim == 2] or list(trace.updates)
    bars = []
    for i in sorted(parameters, key=lambda i: trace.arrivals[i][-1]):
        state = trace.gradient_state(i, position)
        known = state.kind == "final" and i != asked
        norm = magnitude(trace.updates[i].gradient) if known else None
        bars.append(Bar(trace.graph.nodes[i].name, norm))
    return tuple(bars)


def _chosen(trace: Trace, step: Step, result: Array, picked: Reference | None) -> Index:
    """The element whose arithmetic is shown: the picked one, else the first that depends on what is picked."""
    if picked is not None and picked.index is not None:
        if picked.node == trace.receiver(step) and len(picked.index) == result.ndim:
            return picked.index
        if result.size <= 64:
            for index in np.ndindex(*result.shape):
                if picked in references(element(trace, step, index)):
                    return index
    return tuple(0 for _ in result.shape)


def _lines(
    trace: Trace,
    step: Step,
    explanation: Explanation,
    chosen: Index,
    expression: Expression,
    walked: tuple[Index, int] | None,
) -> tuple[Line, ...]:
    """Every element's equation where there are few and short ones, else the chosen one's alone."""
    kind: Kind = "gradient" if step.phase == "backward" else "value"
    result, written = explanation.result, {chosen: expression}
    if 1 < result.size <= MAX_LINES[kind] and len(explanation.lines) <= 1:
        all_of_them = {index: element(trace, step, index) for index in np.ndindex(*result.shape)}
        numbers = sum(1 for each in all_of_them.values() for _ in references(each))
        longest = max(len(terms_of(each)) for each in all_of_them.values())
        if longest <= MAX_LISTED_TERMS and numbers <= MAX_LISTED_NUMBERS:
            written = all_of_them
    receiver = trace.receiver(step)
    return tuple(
        Line(
            Reference(receiver, kind, index),
            expression,
            float(result[index]),
            walked[1] if walked and walked[0] == index else -1,
        )
        for index, expression in written.items()
    )


def _arrived(trace: Trace, receiver: int, position: int) -> tuple[tuple[str, Array], ...]:
    found = []
    for at in trace.arrivals[receiver]:
        if at <= position:
            step = trace.steps[at - 1]
            sender = trace.graph.nodes[step.node].name if step.slot is not None else "start"
            found.append((sender, trace.message_of(step)))
    return tuple(found)


# Local derivatives ----------------------------------------------------------------------------------------------------


def _local(trace: Trace, step: Step) -> Expression | None:
    """How much the sender's value moves with the receiver's, where both are single numbers."""
    if step.phase != "backward" or step.slot is None:
        return None
    node = trace.graph.nodes[step.node]
    if node.shape or trace.graph.nodes[trace.receiver(step)].shape:
        return None
    return local_derivative(node, step.slot)


def _jacobian(trace: Trace, step: Step, position: Position) -> tuple[Tile | None, str]:
    """The local derivatives between two vectors, entry by entry while its paths are walked, and what they equal."""
    if step.phase != "backward" or step.slot is None:
        return None, ""
    graph = trace.graph
    node, receiver = graph.nodes[step.node], graph.nodes[trace.receiver(step)]
    few = node.size <= MAX_COLUMNS and receiver.size <= MAX_COLUMNS
    if node.rule.elementwise or len(node.shape) != 1 or len(receiver.shape) != 1 or not few:
        return None, ""
    whole = position.path < 0
    if whole and receiver.op != "input":
        return None, ""
    # Its entries are met one on each path, but for a bias, whose paths meet the ones of the diagonal alone.
    if not whole and cursor.path_count(trace, position) != node.size * receiver.size:
        return None, ""
    entries = jacobian(trace, step.node, step.slot)
    seen = entries.size if whole else position.path + 1

    def cell(j: int, i: int) -> Cell:
        met = i * node.size + j
        return Cell(number_text(entries[j, i]) if met < seen else "·", None, not whole and met == seen - 1)

    cells = tuple(tuple(cell(j, i) for i in range(receiver.size)) for j in range(node.size))
    rows = tuple(element_name(node.name, (j,)) for j in range(node.size))
    columns = tuple(element_name(receiver.name, (i,)) for i in range(receiver.size))
    return Tile(f"∂{node.name}/∂{receiver.name}", cells, rows, columns), _equal_to(trace, node, entries, seen)


def _equal_to(trace: Trace, node: Node, entries: Array, seen: int) -> str:
    """The input of ``node`` that the Jacobian is, with ᵀ where it is its transpose; "" until all of it is seen."""
    if seen < entries.size or entries.shape == (1, 1):
        return ""
    for i in node.inputs:
        value = trace.values[i]
        if value.shape == entries.shape and np.array_equal(value, entries):
            return trace.graph.nodes[i].name
        if value.T.shape == entries.shape and value.ndim == 2 and np.array_equal(value.T, entries):
            return f"{trace.graph.nodes[i].name}ᵀ"
    return ""
