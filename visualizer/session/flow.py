"""The rule of a step with its arrays as grids of numbers: tiles, and the signs between them, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.explain import FUNCTIONS, Explanation, explain, references
from engine.expression import Call, Expression, Index, Number, Reference, Symbol, evaluate, to_text
from engine.ops import Array
from engine.shapes import Shape
from engine.trace import Step, Trace
from visualizer.session import wording
from visualizer.session.batch import SAMPLE, over_samples, sample_axes
from visualizer.session.document import Document
from visualizer.session.excerpt import GAP, GAP_SIGNS, gap_sign, kept
from visualizer.session.formatting import number_text
from visualizer.session.scene import MAX_COLUMNS, MAX_ROWS, axis_labels, drawn_shape


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a tile; ``lit`` where it takes part in the chosen element, ``faint`` where it is another step's.

    ``value`` is the number itself, None for what is no number of an array.
    """

    text: str
    reference: Reference | None
    lit: bool = False
    faint: bool = False
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """A grid of numbers within the rule. ``label`` says what it is, with a ᵀ where ``transposed``.

    ``split`` draws a bar before that row or column. ``whole`` is the shape, as it is shown, of an array of which only a
    part is; () where all of it is.
    """

    label: Reference | str
    cells: tuple[tuple[Cell, ...], ...]
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    split: tuple[Literal["row", "column"], int] | None = None
    transposed: bool = False
    whole: Shape = ()


# Of an array that is cut down, so many rows and columns are shown.
EXCERPT_ROWS, EXCERPT_COLUMNS = 3, 4

# A rule over arrays, set in a line: tiles and the signs between them.
Flow = tuple[Tile | str, ...]


ARRAY_FUNCTIONS = {**FUNCTIONS, "where": np.where, "maximum": np.maximum}
_WORDS = {"Phi": "Φ", "phi": "φ", "sigmoid": "σ", "sum": "Σ"}
_SIGNS = {"add": "+", "subtract": "−", "multiply": "·", "divide": "/", "matmul": ""}


def build_flows(
    document: Document, trace: Trace, step: Step, chosen: Index, lit: frozenset[Reference]
) -> tuple[Flow, Flow]:
    """The rule with its arrays as grids, and the same with the grids cut down to a few rows and columns.

    Empty where the rule does not come to the recorded result, grid by grid; the first also where a grid is too large.
    """
    explanation = explain(trace, step)
    target = Reference(explanation.target.node, explanation.target.kind, chosen)
    builder, excerpts = (_FlowBuilder(document, trace, lit, excerpt) for excerpt in (False, True))
    joined = _joined(builder, trace, step, target)
    if len(explanation.lines) <= 1 and not _holds(trace, explanation):
        return joined, ()
    return joined or _flow(builder, explanation, step, target), _flow(excerpts, explanation, step, target)


def _flow(builder: _FlowBuilder, explanation: Explanation, step: Step, target: Reference) -> Flow:
    try:
        result = builder.tile(explanation.target, explanation.result, {target})
        if len(explanation.lines) > 1:  # of an update in several lines, what it comes to
            before = builder.trace.updates[step.node].before
            return (result, explanation.relation, builder.tile(explanation.target, before, {target}))
        right = builder.flow(explanation.rule)
    except _TooLarge:
        return ()
    return (result, explanation.relation, *right) if right else ()


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


class _TooLarge(Exception):
    """An array has more rows or columns than are drawn."""


class _FlowBuilder:
    """Sets expressions over arrays as tiles and signs; whatever has no such form is left out.

    An ``excerpt`` has a few rows and columns of every array, else one that is too large raises _TooLarge.
    """

    def __init__(self, document: Document, trace: Trace, lit: frozenset[Reference], excerpt: bool) -> None:
        self.document = document
        self.trace = trace
        self.lit = lit
        self.excerpt = excerpt
        self.sample_axes = sample_axes(trace.graph)

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
        marked = [mark.index for mark in lit if mark.node == label.node and mark.kind == label.kind and mark.index]
        rows, columns = self._window(array.shape, marked, transposed)

        def cell(row: int, column: int) -> Cell:
            if GAP in (row, column):
                return Cell(gap_sign(*((column, row) if transposed else (row, column))), None)
            index = (row, column)[: array.ndim]
            reference = Reference(label.node, label.kind, index)
            return _number_cell(float(array[index]), reference, reference in lit)

        cells = [[cell(row, column) for column in columns] for row in rows]
        row_labels, column_labels = self._labels(label.node, rows, columns, transposed)
        whole = array.shape[:2] if GAP in (*rows, *columns) else ()
        if transposed:
            cells = [list(column) for column in zip(*cells, strict=True)]
            row_labels, column_labels, whole = column_labels, row_labels, whole[::-1]
        return Tile(label, tuple(map(tuple, cells)), row_labels, column_labels, transposed=transposed, whole=whole)

    def _window(
        self, shape: Shape, marked: Sequence[Index], transposed: bool = False
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The rows and the columns that are shown, in order."""
        sizes = drawn_shape(shape)
        if self.excerpt:
            most = (EXCERPT_COLUMNS, EXCERPT_ROWS) if transposed else (EXCERPT_ROWS, EXCERPT_COLUMNS)
            places = [[index[axis] for index in marked if axis < len(index)] for axis in (0, 1)]
            rows, columns = (kept(*given) for given in zip(sizes, most, places, strict=True))
            return rows, columns
        down, across = sizes[::-1] if transposed else sizes
        if down > MAX_ROWS or across > MAX_COLUMNS:
            raise _TooLarge
        return tuple(range(sizes[0])), tuple(range(sizes[1]))

    def _labels(
        self, node: int, rows: Sequence[int], columns: Sequence[int], transposed: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Words along both axes: the document's own, else samples by number; where some are left out, numbers."""
        named = axis_labels(self.document, self.trace.graph.nodes[node])
        found = []
        for axis, shown in enumerate((rows, columns)):
            gap = GAP_SIGNS[(axis == 0) != transposed]
            if named[axis]:
                words = tuple(gap if i == GAP else named[axis][i] for i in shown)
            elif self.sample_axes.get(node) == axis:
                words = tuple(gap if i == GAP else f"{SAMPLE} {i + 1}" for i in shown)
            else:
                words = tuple(gap if i == GAP else str(i + 1) for i in shown) if GAP in shown else ()
            found.append(words)
        return found[0], found[1]

    def _computed(self, expression: Call) -> Flow:
        """A function of arrays, as its values: the ones and zeros of a condition, the probabilities of softmax."""
        array = over_arrays(self.trace, expression, columns=False)
        if array.ndim == 0:
            return (number_text(float(array)),)
        shown = expression.arguments[0] if _is_gate(expression) else expression
        label = to_text(over_samples(self.trace.graph, shown), lambda leaf: wording.leaf_name(self.document, leaf))
        sources = [
            source for source in references(expression) if self.trace.graph.nodes[source.node].shape == array.shape
        ]
        marked = [mark.index for mark in self.lit if mark.index and mark.node in {source.node for source in sources}]
        rows, columns = self._window(array.shape, marked)

        def cell(row: int, column: int) -> Cell:
            if GAP in (row, column):
                return Cell(gap_sign(row, column), None)
            index = (row, column)[: array.ndim]
            behind = [Reference(source.node, source.kind, index) for source in sources]
            lit = any(reference in self.lit for reference in behind)
            return _number_cell(float(array[index]), behind[0] if behind else None, lit)

        cells = tuple(tuple(cell(row, column) for column in columns) for row in rows)
        if not (sources and GAP in (*rows, *columns)):
            return (Tile(label, cells),)
        labels = self._labels(sources[0].node, rows, columns, transposed=False)
        return (Tile(label, cells, *labels, whole=array.shape[:2]),)


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
    if (step.node, 2) not in trace.messages or (step.node, 0) not in trace.messages:
        return ()
    try:
        return _augmented(builder, trace, step, target)
    except _TooLarge:
        return ()


def _augmented(builder: _FlowBuilder, trace: Trace, step: Step, target: Reference) -> Flow:
    weight, a, bias = trace.graph.nodes[step.node].inputs
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
    return (result, "=", g, inputs) if len(cells[0]) <= MAX_COLUMNS else ()


def _faint(cell: Cell, faint: bool) -> Cell:
    return Cell(cell.text, cell.reference, cell.lit, faint, cell.value)


def _number_cell(value: float, reference: Reference | None, lit: bool) -> Cell:
    return Cell(number_text(value), reference, lit, value=value)


def _gradient(trace: Trace, node: int) -> Array:
    gradient = trace.gradients[node]
    assert gradient is not None
    return gradient
