"""Written-out elements as a graph of single numbers: its nodes, what each of them stands for, and their values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.expression import Call, Expression, Index, Number, Reference, Symbol, to_text
from engine.feeding import variables
from engine.graph import Node
from engine.ops import OPS, Array
from engine.unrolled import Element, Unrolled
from engine.vicinity import Vicinity

# Longer arithmetic is told by its sign alone.
LONGEST_LABEL = 24


def element_of(array: Array, index: Index) -> Array:
    """One element, as a view of shape ()."""
    place: tuple[Any, ...] = (*index, ...)
    return np.asarray(array[place])


@dataclass
class Inside:
    """The operations of one array node: ``own`` of each of its elements, and those that several of them share.

    Ids of scalar nodes, in the order in which they are computed.
    """

    own: list[list[int]] = field(default_factory=list)
    shared: list[int] = field(default_factory=list)

    @property
    def computed(self) -> list[int]:
        """All of them in order."""
        return sorted([*self.shared, *(i for ids in self.own for i in ids)])

    @property
    def backwards(self) -> list[int]:
        """All of them in the order in which they send: element by element from its root down, then what is shared."""
        return [*(i for ids in self.own for i in reversed(ids)), *reversed(self.shared)]


class ScalarGraph:
    """Makes the nodes, in topological order.

    By scalar id: ``nodes``, ``values``, ``labels``, ``origin`` (the element that it is or works for), ``is_element``,
    and ``slots``, the array slot that each of its inputs comes through (None within an element). ``leaves`` are values,
    ``ids`` finds an element's node, and ``cut`` are computed elements that are leaves here. ``inside`` are the
    operations by array node, ``readers`` (element, reader, its slot) by array edge, and ``reading`` how many of the
    consumer's elements read an element through an array edge.
    """

    def __init__(self, unrolled: Unrolled, chosen: Vicinity) -> None:
        self.unrolled, self.trees, self.shortened = unrolled, chosen.trees, chosen.shortened
        self.nodes: list[Node] = []
        self.values: list[Array] = []
        self.labels: list[str] = []
        self.origin: list[Element] = []
        self.is_element: list[bool] = []
        self.slots: list[tuple[int | None, ...]] = []
        self.leaves: dict[int, Array] = {}
        self.ids: dict[Element, int] = {}
        self.inside: dict[int, Inside] = {}
        self.readers: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        self.reading: dict[tuple[int, int, int], int] = {}
        self.cut: set[int] = set()
        self._names: set[str] = set()
        graph = unrolled.graph
        by_node: dict[int, list[Element]] = {}
        for element in sorted(self.trees):
            by_node.setdefault(element[0], []).append(element)
        for identity, elements in sorted(by_node.items()):
            _Writing(self, graph.nodes[identity]).write(elements)
        if chosen.alone is not None:
            self.element(chosen.alone)
        self._ends()

    def element(self, element: Element) -> int:
        """The node of an element: the one there is, or a leaf with its recorded number."""
        if element not in self.ids:
            node = self.unrolled.graph.nodes[element[0]]
            identity = self.add(node.op if node.is_leaf else "input", (), self.name(element), element, recorded=True)
            if not node.is_leaf:
                self.cut.add(identity)
        return self.ids[element]

    def add(
        self,
        op: str,
        inputs: tuple[tuple[int, int | None], ...],
        label: str,
        origin: Element,
        value: float | None = None,
        recorded: bool = False,
        attributes: tuple[tuple[str, float], ...] = (),
    ) -> int:
        """A new node over ``inputs``, each with its array slot. Its value is the recorded one, ``value``, or made."""
        identity = len(self.nodes)
        if recorded:
            number = element_of(self.unrolled.trace.values[origin[0]], origin[1])
        else:
            if value is None:
                given = [self.values[i][()] for i, _ in inputs]
                with np.errstate(all="ignore"):
                    value = float(OPS[op].forward(*given, **dict(attributes)))
            number = np.array(value)
            number.flags.writeable = False
        array_node = self.unrolled.graph.nodes[origin[0]]
        sources = tuple(i for i, _ in inputs)
        line, scope = (array_node.line, array_node.scope) if sources else (None, "")
        self.nodes.append(Node(identity, op, sources, (), self._name(label, origin), scope, attributes, line))
        self.values.append(number)
        self.labels.append(label)
        self.origin.append(origin)
        self.is_element.append(recorded)
        self.slots.append(tuple(slot for _, slot in inputs))
        if not inputs:
            self.leaves[identity] = number
        if recorded:
            self.ids[origin] = identity
        return identity

    def name(self, element: Element) -> str:
        """An element as people call it: the place within its sample, counted from 1."""
        node, index = self.unrolled.graph.nodes[element[0]], element[1]
        axis = self.unrolled.axes.get(node.id)
        places = [place + 1 for at, place in enumerate(index) if at != axis]
        text = f"{node.name}[{','.join(map(str, places))}]" if places else node.name
        return text if axis is None or self.unrolled.belongs(element) else f"{text} of sample {index[axis] + 1}"

    def _name(self, label: str, origin: Element) -> str:
        """A name that no other node has."""
        name = label
        if name in self._names:
            name = base = f"{label} in {self.name(origin)}"
            number = 1
            while name in self._names:
                number += 1
                name = f"{base}, {number}"
        self._names.add(name)
        return name

    def _ends(self) -> None:
        """The gradient that arrives from outside belongs to the picture where its output does."""
        graph = self.unrolled.graph
        if graph.incoming is not None:
            for node, index in list(self.ids):
                if node == graph.output:
                    self.element((graph.incoming, index))


class _Writing:
    """Writes out the elements of one array node."""

    def __init__(self, made: ScalarGraph, node: Node) -> None:
        self.made, self.node = made, node
        self.slots = variables(node)
        self.inside = made.inside[node.id] = Inside()
        self.built: dict[Expression, int] = {}
        self.origin: Element = (node.id, ())
        self.own: list[int] = []
        self.read: set[tuple[int, int]] = set()

    def write(self, elements: Iterable[Element]) -> None:
        """All of them, in order. What several of them need is made once."""
        made = self.made
        owner: dict[int, int] = {}
        for number, element in enumerate(elements):
            self.origin, self.read = element, set()
            first = len(made.nodes)
            self._build(made.trees[element], whole=True)
            for slot, source in self.read:
                key = (self.node.id, slot, source)
                made.reading[key] = made.reading.get(key, 0) + 1
            owner |= {i: number for i in range(first, len(made.nodes)) if made.nodes[i].inputs}
            self.inside.own.append([])
        self._share(owner)

    def _share(self, owner: dict[int, int]) -> None:
        """Sorts the operations into those of one element and those that several read, themselves or through others."""
        nodes, shared = self.made.nodes, set[int]()
        for i in sorted(owner, reverse=True):
            for source in nodes[i].inputs:
                if source in owner and (i in shared or owner[source] != owner[i]):
                    shared.add(source)
        for i in sorted(owner):
            (self.inside.shared if i in shared else self.inside.own[owner[i]]).append(i)

    def _build(self, tree: Expression, whole: bool = False) -> int:
        if isinstance(tree, Number):
            name = tree.name or f"{tree.value:.4g}".replace("-", "−")
            return self.made.add("constant", (), name, self.origin, value=tree.value)
        assert isinstance(tree, Call)
        if tree in self.built and not whole:
            self._reads_again(tree)
            return self.built[tree]
        inputs = [self._input(argument) for argument in tree.arguments]
        label = self._label(tree)
        if tree.operation in ("add", "multiply"):
            for count in range(2, len(inputs)):
                sign = "Σ" if tree.operation == "add" else "∏"
                partial = self._add(tree.operation, (inputs[0], inputs[1]), f"{sign}{count}")
                inputs = [(partial, None), *inputs[2:]]
            if not whole and tree.operation == "add":
                label = f"Σ{len(tree.arguments)}"
        name = self.made.name(self.origin) if whole else label
        built = self._add(tree.operation, tuple(inputs), name, whole, tree.keywords)
        if not whole:
            self.built[tree] = built
        return built

    def _input(self, tree: Expression) -> tuple[int, int | None]:
        """A node, and the array slot that it comes through."""
        if not isinstance(tree, Symbol):
            return self._build(tree), None
        slot = self.slots[tree.name]
        source = self.made.element((self.node.inputs[slot], tree.index or ()))
        self.read.add((slot, source))
        return source, slot

    def _add(
        self,
        op: str,
        inputs: tuple[tuple[int, int | None], ...],
        label: str,
        recorded: bool = False,
        attributes: tuple[tuple[str, float], ...] = (),
    ) -> int:
        identity = self.made.add(op, inputs, label, self.origin, recorded=recorded, attributes=attributes)
        for place, (source, slot) in enumerate(inputs):
            if slot is not None:
                self.made.readers.setdefault((self.node.id, slot), []).append((source, identity, place))
        return identity

    def _reads_again(self, tree: Call) -> None:
        """Another element has what this one needs: it reads the same."""
        for slot, element in self.made.unrolled.operands(self.node, tree):
            self.read.add((slot, self.made.ids[element]))

    def _label(self, tree: Call) -> str:
        text = to_text(_brief(tree), self._leaf, times="·")
        return text if len(text) <= LONGEST_LABEL else OPS[tree.operation].symbol

    def _leaf(self, leaf: Number | Symbol | Reference) -> str:
        if isinstance(leaf, Number):
            return leaf.name or f"{leaf.value:.4g}".replace("-", "−")
        assert isinstance(leaf, Symbol)
        if leaf.name not in self.slots:
            return leaf.name
        return self.made.name((self.node.inputs[self.slots[leaf.name]], leaf.index or ()))


def _brief(tree: Expression) -> Expression:
    """A tree for a label: long sums are a sign."""
    if not isinstance(tree, Call):
        return tree
    if tree.operation == "add" and len(tree.arguments) > 2:
        return Symbol("Σ")
    return Call(tree.operation, tuple(map(_brief, tree.arguments)), tree.keywords)
