"""Where the numbers of a pass lie: all values in one flat vector, all messages and gradients in another.

Nothing is kept twice that is one number by the rules. The gradient of a node that is sent one message is that message,
and the message of an operation that hands its gradient on, as a sum does, is that gradient: their slices are shared.
The order within a group is free, and is chosen so that what is read together lies side by side, in the order in which
it is needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from engine.folding import folded_layers
from engine.graph import Graph, Node
from engine.schedule import Group
from engine.tape import hands_on

Edge = tuple[int, int]

# Shorter chains are faster as single additions than as one call of ``accumulate`` over rows.
SHORT_CHAIN = 4
# So few sums of many messages are faster as one call of ``accumulate`` each than as one of ``reduce``.
FEW_SUMS = 2


class Layout:
    """The slices of values by node id, of gradients by node id (where one reaches) and of messages by edge.

    ``values`` are slices of a vector of ``values_size`` numbers, the others of one of ``messages_size``; leaves come
    first in the former, up to ``leaves_end``. ``seed`` is where the gradient of the output arrives, ``arrivals`` are
    the messages to each node, first to arrive first. The chains of each group in ``groups`` are put in order.

    ``parameters`` are the parameters of more than one number that a gradient reaches: their values lie at the start of
    the one vector and their gradients at the start of the other, in the same order, so that one update is for all.
    ``folded`` are the layers by ``folding.py``: their weights, ``transposed``, and biases lie side by side, and behind
    the values in ``ones_after`` there is room for a row of ones.
    """

    def __init__(self, graph: Graph, groups: list[Group]) -> None:
        self.graph = graph
        self.leaves: Group = [(node,) for node in graph.nodes if node.is_leaf]
        self.values: dict[int, slice] = {}
        self.gradients: dict[int, slice] = {}
        self.messages: dict[Edge, slice] = {}
        self.arrivals: dict[int, list[slice]] = {}
        self._edges = frozenset(graph.backward_edges())
        folded = folded_layers(graph)
        self.folded = frozenset(node.id for node in folded)
        self.transposed = frozenset(node.inputs[0] for node in folded)
        self.ones_after = frozenset(node.inputs[1] for node in folded)
        self.parameters = self._parameters_in_order(folded)
        shelf = _Shelf()
        self._kept = {node.id: shelf.place(node.size) for node in self.parameters}
        self.seed = shelf.place(graph.nodes[graph.output].size)
        for group in [*reversed(groups), self.leaves]:
            self._place_gradients(group, shelf)
            self._place_messages(group, shelf)
        self.messages_size = shelf.used
        shelf = _Shelf()
        data = [node for node in graph.nodes if node.op == "input" and node.shape != ()]
        for node in [*self.parameters, *data]:  # data lie side by side, so that a batch is one copy
            self._place_value(node, shelf)
        self._place_values([chain for chain in self.leaves if chain[0].id not in self.values], shelf)
        self.leaves_end = shelf.used
        for group in groups:
            self._place_values(group, shelf)
        self.values_size = shelf.used

    def sums(self, group: Group) -> Iterator[list[Node]]:
        """The nodes of a group to which several messages are sent, together by how many; arrays one by one."""
        ends = [chain[-1] for chain in group if self._is_sum(chain[-1])]
        if not ends:
            return
        for _, nodes in itertools.groupby(ends, lambda n: (len(self.arrivals[n.id]), n.id if n.shape != () else None)):
            yield list(nodes)

    def _is_sum(self, node: Node) -> bool:
        """True where the gradient has a place of its own, apart from the messages."""
        arrivals = self.arrivals[node.id]
        return len(arrivals) > 1 or (node.id in self._kept and arrivals[0] is not self._kept[node.id])

    def keeps_running_sums(self, nodes: list[Node]) -> bool:
        """True where the messages to these nodes are added up by ``accumulate``: the gradient is the last sum."""
        return nodes[0].shape == () and len(self.arrivals[nodes[0].id]) > 2 and len(nodes) <= FEW_SUMS

    def computed_slots(self, group: Group) -> list[int]:
        """The slots along which some node of a group sends a message that is not its own gradient."""
        found: set[int] = set()
        for node in itertools.chain.from_iterable(group):
            if node.id in self.gradients:
                gradient = self.gradients[node.id]
                slots = range(len(node.inputs))
                found.update(slot for slot in slots if self.messages.get((node.id, slot), gradient) is not gradient)
        return sorted(found)

    def _place_gradients(self, group: Group, shelf: _Shelf) -> None:
        for chain in group:
            self.arrivals[chain[-1].id] = self._arriving(chain[-1])
        group.sort(key=self._arrival_order)
        for nodes in self.sums(group):
            for node in nodes:
                if node.id in self._kept:
                    self.gradients[node.id] = self._kept[node.id]
                    continue
                size = len(self.arrivals[node.id]) if self.keeps_running_sums(nodes) else node.size
                stop = shelf.place(size).stop
                self.gradients[node.id] = slice(stop - node.size, stop)
        for node in (node for chain in group for node in reversed(chain)):
            if node.id not in self.arrivals:
                self.arrivals[node.id] = self._arriving(node)
            if len(self.arrivals[node.id]) == 1 and node.id not in self.gradients:
                self.gradients[node.id] = self.arrivals[node.id][0]
            for slot in self._handed_on(node):
                self.messages[node.id, slot] = self.gradients[node.id]

    def _arrival_order(self, chain: tuple[Node, ...]) -> tuple[int, int, int]:
        # Last node first, which is the order in which messages arrive and are added up.
        arrivals = self.arrivals[chain[-1].id]
        return len(arrivals), arrivals[0].start if arrivals else 0, -chain[-1].id

    def _arriving(self, node: Node) -> list[slice]:
        if node.id == self.graph.output:
            return [self.seed]
        edges = [edge for edge in self.graph.consumers[node.id] if edge in self._edges]
        if len(edges) > 1:
            edges.sort(key=lambda edge: (-edge[0], self._rank(edge)))
        return [self.messages[edge] for edge in edges]

    def _rank(self, edge: Edge) -> int:
        consumer = self.graph.nodes[edge[0]]
        return consumer.rule.messages_order(len(consumer.inputs)).index(edge[1])

    def _handed_on(self, node: Node) -> list[int]:
        """The slots whose message is the node's own gradient, by the operation's rule."""
        if node.is_leaf or not node.rule.elementwise or node.attributes:
            return []
        return [
            slot
            for slot, i in enumerate(node.inputs)
            if (node.id, slot) in self._edges
            and self.graph.nodes[i].shape == node.shape
            and hands_on(node.rule.vjp(slot), len(node.inputs))
        ]

    def _place_messages(self, group: Group, shelf: _Shelf) -> None:
        nodes = in_rows(group)
        for slot in range(len(nodes[0].inputs)) if nodes else ():
            waiting = [n.id for n in nodes if (n.id, slot) in self._edges and (n.id, slot) not in self.messages]
            if not waiting:
                continue
            for node in nodes:  # all of them, so that one call can write one stretch
                part = self._place_for(node.inputs[slot], shelf)
                if (node.id, slot) in self._edges:
                    self.messages[node.id, slot] = part

    def _place_for(self, receiver: int, shelf: _Shelf) -> slice:
        """Where a message to ``receiver`` goes: the only one to a parameter goes to where its gradient is kept."""
        if receiver in self._kept and sum(edge in self._edges for edge in self.graph.consumers[receiver]) == 1:
            return self._kept[receiver]
        return shelf.place(self.graph.nodes[receiver].size)

    def _place_values(self, group: Group, shelf: _Shelf) -> None:
        if group and len(group[0]) > SHORT_CHAIN:
            shelf.place(len(group))  # accumulate also writes the terms it starts from
        for node in in_rows(group):
            self._place_value(node, shelf)

    def _place_value(self, node: Node, shelf: _Shelf) -> None:
        self.values[node.id] = shelf.place(node.size)
        if node.id in self.ones_after:
            shelf.place(node.shape[1])

    def _parameters_in_order(self, folded: list[Node]) -> list[Node]:
        """As they come in the program, but each folded bias right behind its weights."""
        nodes = self.graph.nodes
        bias_of = {node.inputs[0]: nodes[node.inputs[2]] for node in folded}
        behind = {bias.id for bias in bias_of.values()}
        found: list[Node] = []
        for node in nodes:
            if node.op == "parameter" and node.shape != () and node.id in self.graph.active and node.id not in behind:
                found += [node, bias_of[node.id]] if node.id in bias_of else [node]
        return found


def in_rows(group: Group) -> list[Node]:
    """The first nodes of all chains, then the second ones, and so on."""
    if len(group) == 1:
        return list(group[0])
    return [node for row in zip(*group, strict=True) for node in row]


class _Shelf:
    """Gives out stretches of a vector, one after the other."""

    def __init__(self) -> None:
        self.used = 0

    def place(self, size: int) -> slice:
        """The next ``size`` places."""
        self.used += size
        return slice(self.used - size, self.used)
