"""The nodes of a scalar view, what each of them stands for, and their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.expression import Index
from engine.graph import Node
from engine.ops import OPS, Array
from engine.scalars.unrolled import Element, Unrolled

SIGNS = frozenset(op.symbol for op in OPS.values())


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
    """The nodes so far, in topological order.

    By scalar id: ``nodes``, ``values``, ``labels``, ``origin`` (the element that it is or works for), ``is_element``,
    and ``slots``, the array slot that each of its inputs comes through (None within an element). ``leaves`` are values,
    ``ids`` finds an element's node, and ``cut`` are computed elements that are leaves here. ``inside`` are the
    operations by array node, ``readers`` (element, reader, its slot) by array edge, and ``reading`` how many of the
    consumer's elements read an element through an array edge.
    """

    def __init__(self, unrolled: Unrolled) -> None:
        self.unrolled = unrolled
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

    def leaf(self, element: Element) -> None:
        """A new node for an element that is a leaf here, with its recorded number."""
        node = self.unrolled.graph.nodes[element[0]]
        identity = self.add(node.op if node.is_leaf else "input", (), self.name(element), element, recorded=True)
        if not node.is_leaf:
            self.cut.add(identity)

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
        self.nodes.append(Node(identity, op, sources, (), self._name(label, origin, recorded), scope, attributes, line))
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

    def _name(self, label: str, origin: Element, recorded: bool) -> str:
        """A name that no other node has. A sign alone says whose it is."""
        apart = label in self._names or (not recorded and (label[0] in "Σ∏" or label in SIGNS))
        name = base = f"{label} in {self.name(origin)}" if apart else label
        number = 1
        while name in self._names:
            number += 1
            name = f"{base}, {number}"
        self._names.add(name)
        return name
