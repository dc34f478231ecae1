"""Which leaves of a graph are the weights on its edges, and which are the biases beside its sums."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.graph import Graph, Node
from engine.units.groups import Pattern, unit_shape, untransposed
from engine.units.ties import is_shared


@dataclass(frozen=True, slots=True)
class Weighing:
    """A product with a weight: a leaf that is in ``weight_slot``, or the transpose of which is, by way of ``turned``.

    What it weights goes into ``value_slot``.
    """

    weight: int
    weight_slot: int
    value_slot: int
    pattern: Pattern
    inputs_first: bool = False
    turned: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Operands:
    """``weighings`` are the products with a weight, ``biases`` the slots of sums into which a bias goes, by node id.

    ``edges`` are the products that are a term of a sum and nothing else. ``placed`` are the leaves that are a weight
    or a bias somewhere, and transposes of weights. A weight may be used elsewhere too, in a penalty for instance; a
    weighted value is no weight.
    """

    weighings: Mapping[int, Weighing]
    biases: Mapping[int, int]
    edges: frozenset[int]
    placed: frozenset[int]


def operands_of(graph: Graph, axes: Mapping[int, int]) -> Operands:
    """The weights and biases of a graph whose samples lie along ``axes``, by node id."""
    reader = _Reader(graph, axes)
    for node in graph.nodes:
        reader.weigh(node)
    biases = {node.id: slot for node in graph.nodes if (slot := reader.bias_slot(node)) is not None}
    placed = reader.weights | {graph.nodes[node].inputs[slot] for node, slot in biases.items()}
    edges = frozenset(node for node in reader.weighings if _is_edge(graph, graph.nodes[node]))
    return Operands(reader.weighings, biases, edges, frozenset(placed))


def _is_edge(graph: Graph, node: Node) -> bool:
    """True for a product of one number with another each whose only use is to be added to something."""
    uses = graph.consumers[node.id]
    if node.op != "multiply" or len(uses) != 1 or node.id in (graph.output, graph.incoming):
        return False
    consumer = graph.nodes[uses[0][0]]
    return consumer.op == "add" and consumer.shape == node.shape


@dataclass
class _Reader:
    """``weights`` and ``weighted``: the leaves that stand for edges, and those that stand for units."""

    graph: Graph
    axes: Mapping[int, int]
    weighings: dict[int, Weighing] = field(default_factory=dict)
    weights: set[int] = field(default_factory=set)
    weighted: set[int] = field(default_factory=set)

    def weigh(self, node: Node) -> None:
        """Notes the weight of ``node``, if it is a product with one."""
        for found in self._candidates(node):
            value = node.inputs[found.value_slot]
            weights = {found.weight, *found.turned}
            # A leaf is one or the other, so that every number has one place: who comes first decides.
            if value not in weights | self.weights and not weights & self.weighted:
                self.weighings[node.id] = found
                self.weights |= weights
                self.weighted.add(value)
                return

    def bias_slot(self, node: Node) -> int | None:
        """Into which slot of a sum a bias goes; None where none does."""
        if node.op == "linear":
            return 2 if node.id in self.weighings and self._is_free(node.inputs[2]) else None
        for slot in {"add": (1, 0), "subtract": (1,)}.get(node.op, ()):
            bias, other = (self.graph.nodes[node.inputs[i]] for i in (slot, 1 - slot))
            beside = other.op not in ("parameter", "constant") and other.shape == node.shape
            if bias.op == "parameter" and beside and self._is_free(bias.id) and self._one_each(bias, node):
                return slot
        return None

    def _candidates(self, node: Node) -> list[Weighing]:
        inputs = [self.graph.nodes[i] for i in node.inputs]
        attributes = dict(node.attributes)
        if node.op == "linear":
            axis = 0 if attributes.get("rows") else 1
            return self._matrix(node, 0, bool(attributes.get("inputs_first")), axis, axis)
        if node.op == "matmul":
            # The samples of what comes from the left are its rows, those of what comes from the right its columns.
            last = len(node.shape) - 1
            return [*self._matrix(node, 0, False, 1, last), *self._matrix(node, 1, True, 0, 0)]
        if node.op == "multiply":
            return [
                Weighing(inputs[slot].id, slot, 1 - slot, "same")
                for slot in (1, 0)
                if inputs[slot].op == "parameter"
                and inputs[1 - slot].op != "constant"
                and inputs[1 - slot].shape == node.shape
                and self.axes.get(inputs[1 - slot].id) == self.axes.get(node.id)
                and self._one_each(inputs[slot], node)
            ]
        return []

    def _matrix(self, node: Node, slot: int, inputs_first: bool, axis: int, after: int) -> list[Weighing]:
        """A product with the weight in ``slot``, if it is one, with the samples along these axes before and after."""
        weight, turned = untransposed(self.graph, node.inputs[slot])
        leaf, value = self.graph.nodes[weight], self.graph.nodes[node.inputs[1 - slot]]
        axes = self.axes.get(value.id), self.axes.get(node.id)
        if not leaf.is_leaf or (node.op == "matmul" and leaf.op != "parameter"):
            return []
        if axes not in ((None, None), (axis, after)) or len(unit_shape(value, self.axes)) != 1:
            return []
        return [Weighing(weight, slot, 1 - slot, "dense", inputs_first != bool(len(turned) % 2), turned)]

    def _is_free(self, leaf: int) -> bool:
        return self.graph.nodes[leaf].is_leaf and leaf not in self.weights and leaf not in self.weighted

    def _one_each(self, parameter: Node, node: Node) -> bool:
        """True where a parameter has a number for each unit of ``node``, or one for all, and samples share it."""
        units = math.prod(unit_shape(node, self.axes))
        return parameter.size in (1, units) and is_shared(parameter, node, self.axes)
