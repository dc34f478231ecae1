"""A graph of array operations -> its neurons: which elements share a circle, and what the edges between them are.

A product with a weight begins a group, such as z. What is done to each unit by itself stays in it: a bias, an
activation, a value that skips layers and is added. Everything else is a group of its own, tied to what it is made of.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from engine.graph import Graph, Node
from engine.units.groups import Bundle, Group, GroupKind, Pattern, Units, unit_shape, untransposed
from engine.units.operands import Operands, Weighing, operands_of
from engine.units.ranks import ranks_of
from engine.units.samples import LOSSES, sample_axes
from engine.units.ties import tie_of

_LEAF_KINDS: Mapping[str, GroupKind] = {"input": "input", "parameter": "parameter", "constant": "constant"}


def units_of(graph: Graph) -> Units:
    """The neurons of any graph."""
    axes, samples = _common_axes(graph)
    builder = _Builder(graph, axes, operands_of(graph, axes))
    for node in graph.nodes:
        if not node.is_leaf:
            builder.place(node)
    builder.place_leaves()
    bundles_of: dict[int, tuple[int, ...]] = {}
    for bundle in builder.bundles:
        for node_id in _on_edges(graph, bundle):
            bundles_of[node_id] = (*bundles_of.get(node_id, ()), bundle.number)
    return Units(
        graph,
        builder.finished_groups(),
        tuple(builder.bundles),
        MappingProxyType(axes),
        samples,
        MappingProxyType(builder.group_of),
        MappingProxyType({node_id: numbers[0] for node_id, numbers in bundles_of.items()}),
        MappingProxyType(bundles_of),
        MappingProxyType(builder.bundle_at),
    )


def _on_edges(graph: Graph, bundle: Bundle) -> tuple[int, ...]:
    """The nodes whose elements are on the edges of a bundle: its weight, transposes of it, a product."""
    if bundle.weight is None or bundle.weight_slot is None:
        return ()
    weight, turned = untransposed(graph, graph.nodes[bundle.consumer].inputs[bundle.weight_slot])
    return (weight, *turned) if bundle.via is None else (weight, *turned, bundle.via)


def _common_axes(graph: Graph) -> tuple[dict[int, int], int]:
    """The axes of the samples, and how many they are. Batches of another size than most are taken as a whole."""
    axes = sample_axes(graph)
    sizes = Counter(graph.nodes[i].shape[axis] for i, axis in axes.items())
    samples = sizes.most_common(1)[0][0] if sizes else 1
    return {i: axis for i, axis in axes.items() if graph.nodes[i].shape[axis] == samples}, samples


@dataclass
class _Draft:
    """A group as long as stages may join it. ``hands_on``: something is made of it already."""

    kind: GroupKind
    stages: list[int]
    size: int
    biases: list[tuple[int, int]] = field(default_factory=list)
    hands_on: bool = False


@dataclass
class _Builder:
    graph: Graph
    axes: Mapping[int, int]
    operands: Operands
    drafts: list[_Draft] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    group_of: dict[int, int] = field(default_factory=dict)
    bundle_at: dict[tuple[int, int], int] = field(default_factory=dict)

    # Nodes ----------------------------------------------------------------------------------------------------------

    def place(self, node: Node) -> None:
        """Give a computed node its place. Its inputs have theirs, or are leaves, which get it from their first use."""
        if node.id in self.operands.edges or node.id in self.operands.placed:
            return  # edges, as soon as there is something that they lead to
        group = self._joined(node)
        if group is None:
            group = self._begin(node)
        bias = self.operands.biases.get(node.id)
        if bias is not None:
            leaf = node.inputs[bias]
            self.drafts[group].biases.append((node.id, leaf))
            self.group_of.setdefault(leaf, group)
        for slot in range(len(node.inputs)):
            self._tie(node, slot, group)

    def place_leaves(self) -> None:
        """Give the leaves that are left a place: constants are part of what uses them first."""
        for node in self.graph.nodes:
            uses = self.graph.consumers[node.id]
            if node.op == "constant" and uses and uses[0][0] in self.group_of:
                self.group_of[node.id] = self.group_of[uses[0][0]]
            elif node.is_leaf and node.id not in self.group_of and node.id not in self.operands.placed:
                self._new(node, self._leaf_kind(node))

    def finished_groups(self) -> tuple[Group, ...]:
        pairs = [(bundle.source, bundle.target) for bundle in self.bundles]
        roots = [number for number, draft in enumerate(self.drafts) if draft.kind == "input"]
        last = None
        if self.graph.incoming is not None:
            last = self.group_of[self.graph.output], self.group_of[self.graph.incoming]
        ranks = ranks_of(len(self.drafts), pairs, roots, last)
        return tuple(
            Group(number, self._final_kind(number), tuple(draft.stages), draft.size, ranks[number], tuple(draft.biases))
            for number, draft in enumerate(self.drafts)
        )

    # Groups ---------------------------------------------------------------------------------------------------------

    def _group(self, node_id: int) -> int | None:
        """The group whose units hand a node on; None for a weight, a bias, a constant or a product that is an edge."""
        node = self.graph.nodes[node_id]
        if node_id in self.operands.placed or node_id in self.operands.edges or node.op == "constant":
            return None
        if node_id not in self.group_of and node.is_leaf:
            self._new(node, self._leaf_kind(node))
        return self.group_of[node_id]

    def _new(self, node: Node, kind: GroupKind) -> int:
        number = self.group_of[node.id] = len(self.drafts)
        self.drafts.append(_Draft(kind, [node.id], self._size(node)))
        return number

    def _size(self, node: Node) -> int:
        return math.prod(unit_shape(node, self.axes))

    def _begin(self, node: Node) -> int:
        for i in node.inputs:  # what it is made of is numbered before it
            product = self.operands.weighings[i] if i in self.operands.edges else None
            self._group(i if product is None else self.graph.nodes[i].inputs[product.value_slot])
        if node.op in LOSSES:
            return self._new(node, "output")
        if node.scope == "incoming":
            return self._new(node, "target")
        if all(self.graph.nodes[i].op == "constant" for i in node.inputs):
            return self._new(node, "constant")
        return self._new(node, "parameter" if self._is_of_parameters(node) else "units")

    def _is_of_parameters(self, node: Node) -> bool:
        """True for what is made of parameters alone, and is neither a neuron nor its weight."""
        if node.id in self.operands.weighings or any(i in self.operands.edges for i in node.inputs):
            return False
        groups = {group for i in node.inputs if (group := self._group(i)) is not None}
        return all(self.drafts[group].kind == "parameter" for group in groups)

    def _joined(self, node: Node) -> int | None:
        """The group of which ``node`` becomes the next stage; None where it begins one.

        Of several terms the latest is joined, and the others are tied to it. Where something is made of that group
        already it may have been made of it itself, and a tie from there would lead back: then a group is begun.
        """
        if node.id in self.operands.weighings or node.op in (*LOSSES, "linear"):
            return None
        groups = {group for i in node.inputs if (group := self._group(i)) is not None}
        edges = [i for i in node.inputs if i in self.operands.edges]
        tied = len(groups) > 1 or bool(edges)
        for slot in sorted(range(len(node.inputs)), key=lambda slot: -node.inputs[slot]):
            group = self._group(node.inputs[slot])
            if group is None or not self._continues(node, slot, group):
                continue
            draft = self.drafts[group]
            if (tied or node.id in self.operands.biases) and draft.kind != "units":
                continue
            if tied and (draft.hands_on or not self._can_be_tied(node, slot, group)):
                continue
            draft.stages.append(node.id)
            self.group_of[node.id] = group
            return group
        return None

    def _continues(self, node: Node, slot: int, group: int) -> bool:
        """True where ``node`` does something to each unit of the last stage of ``group``, which goes into ``slot``."""
        draft, last = self.drafts[group], self.graph.nodes[node.inputs[slot]]
        if draft.stages[-1] != last.id or (node.scope == "incoming") != (last.scope == "incoming"):
            return False
        if draft.size != self._size(node):
            return False
        return node.op in ("softmax", "log_softmax") or tie_of(self.graph, self.axes, node, slot)[0] == "same"

    def _can_be_tied(self, node: Node, slot: int, group: int) -> bool:
        """True where the other term of a sum is one for each unit, and comes from another group."""
        other = node.inputs[1 - slot]
        if node.op != "add" or other not in self.operands.edges:
            return node.op == "add" and tie_of(self.graph, self.axes, node, 1 - slot)[0] == "same"
        product = self.graph.nodes[other]
        return self._group(product.inputs[self.operands.weighings[other].value_slot]) != group

    # Edges ----------------------------------------------------------------------------------------------------------

    def _tie(self, node: Node, slot: int, target: int) -> None:
        """The bundle by which what goes into a slot reaches the units of ``target``, if it comes from another group."""
        i = node.inputs[slot]
        if i in self.operands.edges:
            product, weighing = self.graph.nodes[i], self.operands.weighings[i]
            self._weigh(product, weighing, target, via=i)
            self.bundle_at[node.id, slot] = self.bundle_at[i, weighing.weight_slot]
            return
        weighing_here = self.operands.weighings.get(node.id)
        if weighing_here is not None and slot == weighing_here.value_slot:
            self._weigh(node, weighing_here, target)
            return
        source = self._group(i)
        if source is not None and source != target:
            pattern, offset = tie_of(self.graph, self.axes, node, slot)
            self._add(source, target, i, node.id, slot, pattern, offset)

    def _weigh(self, node: Node, weighing: Weighing, target: int, via: int | None = None) -> None:
        stage = node.inputs[weighing.value_slot]
        source = self._group(stage)
        assert source is not None
        self._add(source, target, stage, node.id, weighing.value_slot, weighing.pattern)
        self.bundles[-1] = replace(
            self.bundles[-1],
            weight=weighing.weight,
            weight_slot=weighing.weight_slot,
            inputs_first=weighing.inputs_first,
            via=via,
        )
        self.bundle_at[node.id, weighing.weight_slot] = self.bundles[-1].number
        for transpose in weighing.turned:
            self.bundle_at.setdefault((transpose, 0), self.bundles[-1].number)

    def _add(
        self, source: int, target: int, stage: int, consumer: int, slot: int, pattern: Pattern, offset: int = 0
    ) -> None:
        shape = self.drafts[target].size, self.drafts[source].size
        number = self.bundle_at[consumer, slot] = len(self.bundles)
        self.bundles.append(Bundle(number, source, target, stage, consumer, slot, pattern, shape, offset=offset))
        self.drafts[source].hands_on = True

    # Kinds ----------------------------------------------------------------------------------------------------------

    def _leaf_kind(self, node: Node) -> GroupKind:
        kind, uses = _LEAF_KINDS[node.op], self.graph.consumers[node.id]
        compared = uses and all(
            self.graph.nodes[consumer].scope == "incoming" or (self.graph.nodes[consumer].op in LOSSES and slot == 1)
            for consumer, slot in uses
        )
        return "target" if kind == "input" and (compared or node.id == self.graph.incoming) else kind

    def _final_kind(self, number: int) -> GroupKind:
        """What sums all up to one number is an output, as a loss is; a neuron with weights is a neuron."""
        draft, output = self.drafts[number], self.graph.output
        if draft.kind != "units" or draft.biases or output not in draft.stages or self.graph.nodes[output].size > 1:
            return draft.kind
        weighted = any(bundle.target == number and bundle.weight is not None for bundle in self.bundles)
        return "units" if weighted else "output"
