"""One element of a recorded array, written out in operations on single numbers; and which elements it helps to make.

The trees come from the operation table, and their symbols go by the names of its entry, one for each input. Every
operation in them is elementwise, so that a node of a graph can stand for it.

Of a batch one sample is written out. Where a sum or an average runs over all of them, the others are one number in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator

import numpy as np

from engine.explain import FUNCTIONS
from engine.expression import Call, Expression, Index, Reference, Symbol, evaluate, substitute, walk
from engine.graph import Node
from engine.ops import OPS, Array
from engine.scalars.feeding import MOVES, broadcast_source, fed, variables
from engine.scalars.settling import joined, settled, shortened, steady, without_impossible
from engine.shapes import Shape, ShapeError, axis_of
from engine.trace import Trace
from engine.units.samples import sample_axes

# (array node, index): an element, whichever number of it is meant.
Element = tuple[int, Index]
# Elements that may be made of more numbers are not written out.
LARGEST = 10_000
# What the samples come to together: their sum, or their average.
SUMMED = ("sum", "matmul")
AVERAGED = ("mean", "mse", "cross_entropy", "binary_cross_entropy", "hinge")
_ELEMENTWISE = frozenset(name for name, op in OPS.items() if op.elementwise)
# What is answered before it could be a node of a graph.
_SETTLED = frozenset({"where", "maximum", "equal", "less", "greater"})


class Unrolled:
    """The elements of one sample of a trace.

    ``axes`` are the sample axes by node id, ``samples`` their length, and ``sample`` counts from 0; it is None where
    nothing is a batch. ``incomplete`` are elements that were written out without all that they read.
    """

    def __init__(self, trace: Trace, sample: int) -> None:
        self.trace, self.graph = trace, trace.graph
        nodes, axes = trace.graph.nodes, sample_axes(trace.graph)
        self.samples = max((nodes[i].shape[axis] for i, axis in axes.items()), default=1)
        self.axes = {i: axis for i, axis in axes.items() if nodes[i].shape[axis] == self.samples}
        self.sample = min(max(sample, 0), self.samples - 1) if axes else None
        self._mixed: dict[int, Array | None] = {}
        self._calls: dict[int, frozenset[str]] = {}
        self.incomplete: set[Element] = set()

    # Elements ------------------------------------------------------------------------------------------------------

    def elements(self, node: Node) -> Iterator[Element]:
        """The sample's elements of a node, in order; all of them where it is no batch."""
        axis = self.axes.get(node.id)
        if axis is None:
            for index in np.ndindex(*node.shape):
                yield node.id, index
            return
        assert self.sample is not None
        for rest in np.ndindex(*node.shape[:axis], *node.shape[axis + 1 :]):
            yield node.id, (*rest[:axis], self.sample, *rest[axis:])

    def count(self, node: Node) -> int:
        """The number of the sample's elements."""
        return node.size // (self.samples if node.id in self.axes else 1)

    def belongs(self, element: Element) -> bool:
        """False for an element of another sample."""
        axis = self.axes.get(element[0])
        return axis is None or element[1][axis] == self.sample

    def of_sample(self, node: int, index: Index) -> Index:
        """The place of the sample's element that corresponds to ``index``."""
        axis = self.axes.get(node)
        if axis is None or self.sample is None:
            return index
        return (*index[:axis], self.sample, *index[axis + 1 :])

    def operands(self, node: Node, tree: Expression) -> Iterator[tuple[int, Element]]:
        """(slot, element) of everything that a tree of ``node`` reads, left to right, as often as it is read."""
        slots = variables(node)
        for part in walk(tree):
            if isinstance(part, Symbol):
                slot = slots[part.name]
                yield slot, (node.inputs[slot], part.index or ())

    def fed(self, consumer: Node, slot: int, element: Element) -> Iterator[Element]:
        """The elements of ``consumer`` that read ``element`` in ``slot``, as far as they belong to the sample."""
        shapes, index = self.graph.input_shapes(consumer), element[1]
        axis = self.axes.get(consumer.id)
        if axis is not None or self.others(consumer) is not None:
            if not self.belongs(element):
                return
            if not consumer.rule.elementwise and consumer.op not in MOVES:
                shapes = self._alone(consumer)
                own = self.axes.get(element[0])
                index = index if own is None else (*index[:own], 0, *index[own + 1 :])
        chosen = None if axis is None or self.sample is None else (axis, self.sample)
        for found in fed(consumer, slot, index, shapes, chosen):
            yield consumer.id, self.of_sample(consumer.id, found)

    # Trees ---------------------------------------------------------------------------------------------------------

    def tree(self, element: Element) -> Call | None:
        """How the element is worked out; None for a leaf, and for what is not written out."""
        node, index = self.graph.nodes[element[0]], element[1]
        if node.is_leaf or self.terms(node) > LARGEST:
            return None
        shapes = self.graph.input_shapes(node)
        if node.rule.elementwise:
            sources = zip(variables(node), shapes, strict=True)
            symbols = tuple(Symbol(name, broadcast_source(index, shape)) for name, shape in sources)
            return Call(node.op, symbols, node.attributes)
        others = self.others(node)
        whole = node.rule.element(index, shapes if others is None else self._alone(node), dict(node.attributes))
        if others is not None:
            whole = substitute(whole, lambda symbol: self._placed(node, symbol))
        with np.errstate(all="ignore"):
            tree = self._in_single_operations(node, whole)
        if tree is not None and tree is not whole and _reads(tree) < _reads(whole):
            self.incomplete.add(element)
        if tree is not None and others is not None:
            tree = joined(tree, float(others[index]), self.samples, node.op in AVERAGED)
        if tree is None or isinstance(tree, Call):
            return tree
        return Call(node.op if node.op in ("transpose", "sum") else "reshape", (tree,))

    def _in_single_operations(self, node: Node, whole: Expression) -> Expression | None:
        """``whole`` in elementwise operations alone; None where that is not possible."""
        if node.id not in self._calls:  # the same for every element
            self._calls[node.id] = frozenset(part.operation for part in walk(whole) if isinstance(part, Call))
        calls, number = self._calls[node.id], self._number_of(node)
        if not calls <= _ELEMENTWISE | _SETTLED:
            return None
        if node.op == "cross_entropy":
            whole = without_impossible(whole, number)
        if calls & _SETTLED:
            whole = settled(whole, number)
        return steady(whole, number) if "exp" in calls else whole

    def shortened(self, node: Node, tree: Call, keep: int, known: Collection[Element]) -> Call:
        """``tree`` with ``keep`` terms of each long sum and the rest as one number: what reads ``known`` stays."""

        sources = {name: node.inputs[slot] for name, slot in variables(node).items()}

        def wanted(term: Expression) -> bool:
            symbols = (part for part in walk(term) if isinstance(part, Symbol))
            return any((sources[symbol.name], symbol.index or ()) in known for symbol in symbols)

        with np.errstate(all="ignore"):
            short = shortened(tree, keep, self._number_of(node), wanted)
        assert isinstance(short, Call)
        return short

    def _number_of(self, node: Node) -> Callable[[Expression], float]:
        """What trees of ``node`` come to. To be called where numpy is quiet."""
        arrays = {name: self.trace.values[node.inputs[slot]] for name, slot in variables(node).items()}

        def recorded(symbol: Symbol | Reference) -> float:
            assert isinstance(symbol, Symbol)
            return float(arrays[symbol.name][symbol.index or ()])

        return lambda tree: float(evaluate(tree, recorded, FUNCTIONS))

    def terms(self, node: Node) -> int:
        """How many numbers an element of ``node`` is made of at most; 0 for a leaf."""
        if node.is_leaf:
            return 0
        shapes = self.graph.input_shapes(node)
        if node.rule.elementwise or node.op in MOVES:
            return 1
        if node.op == "matmul":
            return shapes[0][-1]
        if node.op == "linear":
            return math.prod(shapes[0]) // math.prod(shapes[2])
        numbers = sum(self.count(self.graph.nodes[i]) for i in node.inputs)
        return numbers**2 if node.op == "cross_entropy" else numbers

    # Batches -------------------------------------------------------------------------------------------------------

    def others(self, node: Node) -> Array | None:
        """What the other samples add to a node that is a sum or an average over all of them; None for any other."""
        if node.id not in self._mixed:
            self._mixed[node.id] = self._sum_of_others(node) if self._adds_samples(node) else None
        return self._mixed[node.id]

    def _adds_samples(self, node: Node) -> bool:
        if self.samples == 1 or node.id in self.axes or node.op not in (*SUMMED, *AVERAGED):
            return False
        if not any(i in self.axes for i in node.inputs):
            return False
        if node.op == "cross_entropy":  # samples that are the classes themselves are no samples
            logits = self.graph.nodes[node.inputs[0]]
            if axis_of(logits.shape, dict(node.attributes), default=-1) == self.axes.get(logits.id):
                return False
        try:
            return node.rule.shape(self._alone(node), dict(node.attributes)) == node.shape
        except ShapeError:
            return False

    def _sum_of_others(self, node: Node) -> Array:
        values, sample = self.trace.values, self.sample
        assert sample is not None
        inputs = [np.delete(values[i], sample, self.axes[i]) if i in self.axes else values[i] for i in node.inputs]
        with np.errstate(all="ignore"):
            made = node.rule.forward(*inputs, **dict(node.attributes))
            return np.asarray(made * (self.samples - 1.0) if node.op in AVERAGED else made)

    def _alone(self, node: Node) -> tuple[Shape, ...]:
        """The shapes of a node's inputs if the sample were the only one."""
        shapes = zip(node.inputs, self.graph.input_shapes(node), strict=True)
        return tuple(
            tuple(1 if axis == self.axes.get(i) else size for axis, size in enumerate(shape)) for i, shape in shapes
        )

    def _placed(self, node: Node, symbol: Symbol) -> Symbol:
        source = node.inputs[variables(node)[symbol.name]]
        return Symbol(symbol.name, self.of_sample(source, symbol.index or ()))


def _reads(tree: Expression) -> int:
    return sum(isinstance(part, Symbol) for part in walk(tree))
