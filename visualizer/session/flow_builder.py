"""Sets formulas over arrays as tiles and signs: whole arrays, or a few rows and columns of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.explain import FUNCTIONS, references
from engine.expression import Call, Expression, Index, Number, Reference, Symbol, evaluate, to_text
from engine.ops import Array
from engine.shapes import Shape
from engine.trace import Trace
from engine.units.samples import sample_axes
from visualizer.session import wording
from visualizer.session.batch import SAMPLE, over_samples
from visualizer.session.document import Document
from visualizer.session.excerpt import GAP, GAP_SIGNS, gap_sign, kept
from visualizer.session.formatting import number_text
from visualizer.session.scene import MAX_COLUMNS, MAX_ROWS, axis_labels, drawn_shape
from visualizer.session.tile import Cell, Flow, Tile

# Of an array that is cut down, so many rows and columns are shown.
EXCERPT_ROWS, EXCERPT_COLUMNS = 3, 4

ARRAY_FUNCTIONS = {**FUNCTIONS, "where": np.where, "maximum": np.maximum}
_WORDS = {"Phi": "Φ", "phi": "φ", "sigmoid": "σ", "sum": "Σ"}
_SIGNS = {"add": "+", "subtract": "−", "multiply": "·", "divide": "/", "matmul": ""}


class TooLarge(Exception):
    """An array has more rows, columns or axes than are drawn."""


class FlowBuilder:
    """Sets expressions over arrays as tiles and signs; whatever has no such form is left out.

    An ``excerpt`` has a few rows and columns of every array, else one that is too large raises TooLarge.
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
        if len(shape) > 2:
            raise TooLarge
        if self.excerpt:
            most = (EXCERPT_COLUMNS, EXCERPT_ROWS) if transposed else (EXCERPT_ROWS, EXCERPT_COLUMNS)
            places = [[index[axis] for index in marked if axis < len(index)] for axis in (0, 1)]
            rows, columns = (kept(*given) for given in zip(sizes, most, places, strict=True))
            return rows, columns
        down, across = sizes[::-1] if transposed else sizes
        if down > MAX_ROWS or across > MAX_COLUMNS:
            raise TooLarge
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


def _number_cell(value: float, reference: Reference | None, lit: bool) -> Cell:
    return Cell(number_text(value), reference, lit, value=value)
