"""The step card as plain data: what happens at a step, its rule, its numbers and what has come together so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.explain import FUNCTIONS, Explanation, Relation, element, explain, jacobian, local_derivative, references
from engine.expression import Call, Expression, Index, Kind, Number, Reference, Symbol, evaluate, to_text
from engine.graph import Node
from engine.ops import Array
from engine.trace import GradientState, Phase, Step, Trace
from visualizer.session import anchors, cursor, wording
from visualizer.session.cursor import Position
from visualizer.session.document import Document
from visualizer.session.formatting import element_name, number_text
from visualizer.session.scene import MAX_COLUMNS, MAX_ROWS, axis_labels, drawn_shape, magnitude

# So many elements are listed line by line, each with its own sum of terms; gradients are fractions and need more room.
MAX_LINES = {"value": 8, "gradient": 4}


@dataclass(frozen=True, slots=True)
class Line:
    """One element: ``target`` = ``expression`` = ``result``. ``path`` is the term being walked, -1 for none."""

    target: Reference
    expression: Expression
    result: float
    path: int = -1


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a tile; ``lit`` where it takes part in the chosen element, ``faint`` where it is another step's."""

    text: str
    reference: Reference | None
    lit: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """A grid of numbers within the rule. ``label`` says what it is, with a ᵀ where ``transposed``.

    ``split`` draws a bar before that row or column.
    """

    label: Reference | str
    cells: tuple[tuple[Cell, ...], ...]
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    split: tuple[Literal["row", "column"], int] | None = None
    transposed: bool = False


# A rule over arrays, set in a line: tiles and the signs between them.
Flow = tuple[Tile | str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the small chart of gradient magnitudes; ``value`` is None before the gradient is final."""

    name: str
    value: float | None


@dataclass(frozen=True)
class Card:
    """All that the step card shows. Numbers are recorded ones; nothing is computed for the screen.

    ``rule`` is the whole-array rule for ``target``; ``lines`` are elements written out, the chosen one first known by
    ``chosen``; ``flow`` is the rule with its arrays as grids. ``state`` is the receiving node's gradient so far and
    ``arrived`` who sent what. ``path`` is (number, count) of the single path being walked, and ``jacobian`` the local
    derivatives met on the way; ``jacobian_equals`` names the value that they turn out to be. ``local`` is
    the local derivative where one number passes a gradient on to another. ``asked`` is
    the question that hides the numbers, "" where there is none.
    """

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


def build_card(document: Document, trace: Trace, position: Position, picked: Reference | None, asking: bool) -> Card:
    """The card for a position. ``picked`` chooses the element shown, or the input whose terms are to be seen."""
    step = cursor.current_step(trace, position)
    note = anchors.note_at(document, trace, position.step)
    section = ""
    for start, title in anchors.sections(document, trace):
        if start <= max(position.step, 1):
            section = title
    if step is None:
        return Card(
            position, len(trace.steps), None, section, document.title,
            wording.why(document, trace, None), document.specification.summary, "",
        )  # fmt: skip
    explanation = explain(trace, step)
    receiver = trace.receiver(step)
    walked = cursor.current_path(trace, position)
    chosen = walked[0] if walked else _chosen(trace, step, explanation.result, picked)
    lit = frozenset(references(element(trace, step, chosen)))
    backward = step.phase == "backward"
    entries, equals = _jacobian(trace, step, position)
    return Card(
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
        explanation.rule,
        explanation.result,
        chosen,
        _lines(trace, step, explanation.result, chosen, walked),
        _flow(document, trace, step, chosen, lit) if explanation.result.ndim else (),
        picked,
        trace.gradient_state(receiver, position.step) if backward else None,
        _arrived(trace, receiver, position.step) if backward else (),
        parameter_bars(trace, position.step, receiver if asking else None),
        (position.path + 1, cursor.path_count(trace, position)) if walked else None,
        entries,
        equals,
        _local(trace, step),
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
    trace: Trace, step: Step, result: Array, chosen: Index, walked: tuple[Index, int] | None
) -> tuple[Line, ...]:
    """Every element's equation where there are few, else the chosen one's alone."""
    kind: Kind = "gradient" if step.phase == "backward" else "value"
    indices = list(np.ndindex(*result.shape)) if 1 < result.size <= MAX_LINES[kind] else [chosen]
    receiver = trace.receiver(step)
    return tuple(
        Line(
            Reference(receiver, kind, index),
            element(trace, step, index),
            float(result[index]),
            walked[1] if walked and walked[0] == index else -1,
        )
        for index in indices
    )


def _arrived(trace: Trace, receiver: int, position: int) -> tuple[tuple[str, Array], ...]:
    found = []
    for at in trace.arrivals[receiver]:
        if at <= position:
            step = trace.steps[at - 1]
            sender = trace.graph.nodes[step.node].name if step.slot is not None else "start"
            found.append((sender, trace.message_of(step)))
    return tuple(found)


# The rule with its arrays as grids ------------------------------------------------------------------------------------

ARRAY_FUNCTIONS = {**FUNCTIONS, "where": np.where, "maximum": np.maximum}
_WORDS = {"Phi": "Φ", "phi": "φ", "sigmoid": "σ", "sum": "Σ"}
_SIGNS = {"add": "+", "subtract": "−", "multiply": "·", "divide": "/", "matmul": ""}


def _flow(document: Document, trace: Trace, step: Step, chosen: Index, lit: frozenset[Reference]) -> Flow:
    """The rule with its arrays as grids; empty where it does not come to the recorded result, grid by grid."""
    explanation = explain(trace, step)
    builder = _FlowBuilder(document, trace, lit)
    target = Reference(explanation.target.node, explanation.target.kind, chosen)
    joined = _joined(builder, trace, step, target)
    if joined:
        return joined
    if not _holds(trace, explanation):
        return ()
    result = builder.tile(explanation.target, explanation.result, {target})
    right = builder.flow(explanation.rule)
    if not right or any(isinstance(part, Tile) and _too_large(part) for part in (result, *right)):
        return ()
    return (result, explanation.relation, *right)


def _holds(trace: Trace, explanation: Explanation) -> bool:
    """True where the rule over whole arrays, vectors as columns or as they are, comes to the recorded result."""
    for columns in (True, False):
        try:
            found = over_arrays(trace, explanation.rule, columns)
        except (ValueError, TypeError, KeyError, np.exceptions.AxisError):
            continue
        result = explanation.result.ravel()
        if found.size == result.size and np.allclose(found.ravel(), result, rtol=1e-9, atol=1e-12, equal_nan=True):
            return True
    return False


def over_arrays(trace: Trace, expression: Expression, columns: bool) -> Array:
    """A formula's value over whole recorded arrays; ``columns`` takes vectors as matrices of one column."""

    def lookup(leaf: Symbol | Reference) -> Any:
        if not isinstance(leaf, Reference):
            raise KeyError(leaf.name)
        array = trace.values[leaf.node] if leaf.kind == "value" else trace.gradients[leaf.node]
        assert array is not None
        return array[:, None] if columns and array.ndim == 1 else array

    with np.errstate(all="ignore"):
        return np.asarray(evaluate(expression, lookup, ARRAY_FUNCTIONS))  # type: ignore[arg-type]


def _too_large(tile: Tile) -> bool:
    return len(tile.cells) > MAX_ROWS or len(tile.cells[0]) > MAX_COLUMNS


class _FlowBuilder:
    """Sets expressions over arrays as tiles and signs; whatever has no such form is left out."""

    def __init__(self, document: Document, trace: Trace, lit: frozenset[Reference]) -> None:
        self.document = document
        self.trace = trace
        self.lit = lit

    def flow(self, expression: Expression, nested: bool = False) -> Flow:
        """Tiles and signs for an expression; functions within a larger one (``nested``) are shown by their values."""
        if isinstance(expression, Number):
            return (number_text(expression.value),)
        if isinstance(expression, Symbol):
            return (expression.name,)
        if isinstance(expression, Reference):
            return self._reference(expression, False)
        name, arguments = expression.operation, expression.arguments
        if name == "transpose" and isinstance(arguments[0], Reference):
            return self._reference(arguments[0], True)
        if name in _SIGNS:
            parts: list[Tile | str] = list(self._bracketed(arguments[0], name))
            for argument in arguments[1:]:
                right = self._bracketed(argument, name)
                elementwise = name == "multiply" and _has_tile(parts) and _has_tile(right)
                sign = "⊙" if elementwise else _SIGNS[name]
                parts += [sign, *right] if sign else right
            return tuple(parts)
        if name == "negate":
            return ("−", *self._bracketed(arguments[0], name))
        if name == "power":
            return (*self._bracketed(arguments[0], name), "^", *self.flow(arguments[1], nested=True))
        if nested or name == "where":
            return self._computed(expression)
        inside: list[Tile | str] = []
        for argument in arguments:
            inside += [",", *self.flow(argument, nested=True)]
        return (_WORDS.get(name, name), "(", *inside[1:], ")")

    def _bracketed(self, expression: Expression, outer: str) -> Flow:
        inner = expression.operation if isinstance(expression, Call) else ""
        loose = inner in ("add", "subtract", "negate") or (inner == "divide" and outer in ("divide", "power"))
        if loose and outer != "add":
            return ("(", *self.flow(expression, nested=True), ")")
        return self.flow(expression, nested=True)

    def _reference(self, reference: Reference, transposed: bool) -> Flow:
        trace = self.trace
        array = trace.values[reference.node] if reference.kind == "value" else trace.gradients[reference.node]
        assert array is not None
        if array.ndim == 0:
            return (number_text(float(array)),)
        return (self.tile(reference, array, self.lit, transposed),)

    def tile(
        self, label: Reference, array: Array, lit: frozenset[Reference] | set[Reference], transposed: bool = False
    ) -> Tile:
        """A tile of an array, its lit cells among ``lit``; ``transposed`` exchanges rows and columns."""
        rows, columns = drawn_shape(array.shape)
        row_labels, column_labels = axis_labels(self.document, self.trace.graph.nodes[label.node])
        cells = [
            [self._cell(label, array, (row, column)[: array.ndim], lit) for column in range(columns)]
            for row in range(rows)
        ]
        if transposed:
            cells = [list(column) for column in zip(*cells, strict=True)]
            row_labels, column_labels = column_labels, row_labels
        return Tile(label, tuple(tuple(row) for row in cells), row_labels, column_labels, transposed=transposed)

    def _cell(self, label: Reference, array: Array, index: Index, lit: frozenset[Reference] | set[Reference]) -> Cell:
        reference = Reference(label.node, label.kind, index)
        return Cell(number_text(float(array[index])), reference, reference in lit)

    def _computed(self, expression: Call) -> Flow:
        """A function of arrays, as its values: the ones and zeros of a condition, the probabilities of softmax."""
        array = over_arrays(self.trace, expression, columns=False)
        if array.ndim == 0:
            return (number_text(float(array)),)
        shown = expression.arguments[0] if _is_gate(expression) else expression
        label = to_text(shown, lambda leaf: wording.leaf_name(self.document, leaf))
        sources = [
            source for source in references(expression) if self.trace.graph.nodes[source.node].shape == array.shape
        ]
        rows, columns = drawn_shape(array.shape)
        cells = []
        for row in range(rows):
            line = []
            for column in range(columns):
                index = (row, column)[: array.ndim]
                behind = [Reference(source.node, source.kind, index) for source in sources]
                lit = any(reference in self.lit for reference in behind)
                line.append(Cell(number_text(float(array[index])), behind[0] if behind else None, lit))
            cells.append(tuple(line))
        return (Tile(label, tuple(cells)),)


def _has_tile(parts: Sequence[Tile | str]) -> bool:
    return any(isinstance(part, Tile) for part in parts)


def _is_gate(expression: Call) -> bool:
    """True for a condition that gives 1 or 0."""
    return expression.operation == "where" and expression.arguments[1:] == (Number(1.0), Number(0.0))


def _joined(builder: _FlowBuilder, trace: Trace, step: Step, target: Reference) -> Flow:
    """The worksheet's trick: [dW | db] = dz [a | 1], one product for weights and bias. Empty for other steps."""
    if step.phase != "backward" or step.slot not in (0, 2):
        return ()
    node = trace.graph.nodes[step.node]
    if node.op != "linear" or trace.values[node.inputs[1]].ndim != 1 or dict(node.attributes).get("inputs_first"):
        return ()
    weight, a, bias = node.inputs
    if (step.node, 2) not in trace.messages or (step.node, 0) not in trace.messages:
        return ()
    g = builder.tile(Reference(step.node, "gradient"), _gradient(trace, step.node), builder.lit)
    row = builder.tile(Reference(a, "value"), trace.values[a], builder.lit, transposed=True)
    one = Cell("1", None, step.slot == 2)
    name = trace.graph.nodes[a].name
    inputs = Tile(f"[{name} | 1]", ((*row.cells[0], one),), split=("column", len(row.cells[0])))
    dw = builder.tile(Reference(weight, "gradient"), trace.messages[step.node, 0], {target})
    db = builder.tile(Reference(bias, "gradient"), trace.messages[step.node, 2], {target})
    faint_w, faint_b = step.slot == 2, step.slot == 0
    cells = tuple(
        (*(_faint(cell, faint_w) for cell in left), _faint(right[0], faint_b))
        for left, right in zip(dw.cells, db.cells, strict=True)
    )
    labels = [wording.leaf_name(builder.document, Reference(i, "gradient")) for i in (weight, bias)]
    result = Tile(f"[{' | '.join(labels)}]", cells, split=("column", len(dw.cells[0])))
    if any(_too_large(tile) for tile in (g, inputs, result)):
        return ()
    return (result, "=", g, inputs)


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


def _faint(cell: Cell, faint: bool) -> Cell:
    return Cell(cell.text, cell.reference, cell.lit, faint)


def _gradient(trace: Trace, node: int) -> Array:
    gradient = trace.gradients[node]
    assert gradient is not None
    return gradient
