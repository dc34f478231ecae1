"""A graph as a flat list of array calls over preallocated buffers: what stepping records from.

All values of a pass lie in one flat float64 vector, all messages in another, all gradients in a third. Array
operations are one call each. Scalar elementwise operations of one kind at one depth are one call together: their
inputs are gathered into a row, and their outputs lie side by side, so that a graph in which every multiply and add is
a node runs at the speed of arrays.

Nothing here knows about steps. The order of the calls is free as long as every value is ready when it is read; the
order that people see is the trace's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from engine.graph import Graph, Node
from engine.ops import Array, Op
from engine.shapes import Shape

Calls = list[tuple[Callable[..., Any], tuple[Any, ...]]]
Edge = tuple[int, int]


class Plan:
    """The calls of one forward and one backward pass.

    ``values``, ``gradients`` (one stretch per node, see ``value_slices``) and ``messages`` (one stretch per edge and
    one for the seed, see ``message_slices``) are overwritten by each ``run``.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._groups = _grouped(graph)
        self.value_slices = self._lay_out_values()
        self.message_slices: dict[Edge, slice] = {}
        self._lay_out_messages()
        self._forward: Calls = []
        self._backward: Calls = []
        self._inputs: dict[int, list[Array]] = {}
        for number, group in enumerate(self._groups):
            self._plan_forward(number, group)
        for number in reversed(range(len(self._groups))):
            self._plan_backward(number, self._groups[number])
        self._gather([node for node in graph.nodes if node.is_leaf])
        self._load(graph.leaves)

    def run(self, leaves: Mapping[int, Array] | None = None) -> None:
        """One forward and one backward pass; ``leaves`` replaces the values of those leaves, by id, for good.

        Raises ValueError where an operation refuses its numbers, such as a class index out of range.
        """
        if leaves:
            self._load(leaves)
        with np.errstate(all="ignore"):
            for call, arguments in self._forward:
                call(*arguments)
            for call, arguments in self._backward:
                call(*arguments)

    def run_forward(self) -> None:
        """The forward pass alone."""
        with np.errstate(all="ignore"):
            for call, arguments in self._forward:
                call(*arguments)

    # Layout of the vectors ------------------------------------------------------------------------------------------

    def _lay_out_values(self) -> dict[int, slice]:
        slices, position = {}, 0
        leaves = [node for node in self.graph.nodes if node.is_leaf]
        for node in [*leaves, *(node for group in self._groups for node in group)]:
            slices[node.id] = slice(position, position + node.size)
            position += node.size
        self.values = np.zeros(position)
        self.gradients = np.full(position, np.nan)
        return slices

    def _lay_out_messages(self) -> None:
        edges = set(self.graph.backward_edges())
        position = self.graph.nodes[self.graph.output].size
        self.seed_slice = slice(0, position)
        for group in self._groups:
            for slot in range(len(group[0].inputs)):
                for node in group:
                    if (node.id, slot) in edges:
                        size = self.graph.nodes[node.inputs[slot]].size
                        self.message_slices[node.id, slot] = slice(position, position + size)
                        position += size
        self.messages = np.zeros(position)
        self.messages[self.seed_slice] = 1.0

    def _load(self, leaves: Mapping[int, Array]) -> None:
        for identity, value in leaves.items():
            self.values[self.value_slices[identity]] = value.ravel()

    def value(self, node: Node) -> Array:
        """The stretch of ``values`` that belongs to ``node``, in its shape."""
        return self.values[self.value_slices[node.id]].reshape(node.shape)

    def gradient(self, node: Node) -> Array:
        """The stretch of ``gradients`` that belongs to ``node``, in its shape."""
        return self.gradients[self.value_slices[node.id]].reshape(node.shape)

    # Calls ----------------------------------------------------------------------------------------------------------

    def _plan_forward(self, number: int, group: list[Node]) -> None:
        first, rule, attributes = group[0], group[0].rule, dict(group[0].attributes)
        if len(group) == 1:
            inputs = [self.value(self.graph.nodes[i]) for i in first.inputs]
            out = self.value(first)
        else:
            inputs = [np.empty(len(group)) for _ in first.inputs]
            for slot, row in enumerate(inputs):
                positions = np.array([self.value_slices[node.inputs[slot]].start for node in group])
                # mode="clip" skips the buffering that checking costs; the positions are known to be good.
                self._forward.append((partial(self.values.take, positions, out=row, mode="clip"), ()))
            out = self.values[self._stretch(group)]
        self._inputs[number] = inputs
        if isinstance(rule.forward, np.ufunc):
            self._forward.append((rule.forward, (*inputs, out)))
        else:
            self._forward.append((_store, (out, partial(rule.forward, **attributes), inputs)))

    def _plan_backward(self, number: int, group: list[Node]) -> None:
        slots = [slot for slot in range(len(group[0].inputs)) if (group[0].id, slot) in self.message_slices]
        self._gather(group)
        if not slots:
            return
        first, rule, attributes = group[0], group[0].rule, dict(group[0].attributes)
        alone = len(group) == 1
        stretch = self._stretch(group)
        g = self.gradient(first) if alone else self.gradients[stretch]
        y = self.value(first) if alone else self.values[stretch]
        for slot in slots:
            shape = self.graph.nodes[first.inputs[slot]].shape if alone else (len(group),)
            start = self.message_slices[first.id, slot].start
            stop = self.message_slices[group[-1].id, slot].stop
            out = self.messages[start:stop].reshape(shape)
            extra = {"slot": slot} if rule.variadic else {}
            vjp = partial(rule.vjp(slot), **attributes, **extra)
            store = _store if g.shape == shape or not rule.elementwise else _store_summed
            self._backward.append((store, (out, vjp, (g, y, *self._inputs[number]))))

    def _gather(self, nodes: Iterable[Node]) -> None:
        """Calls that add up the messages of ``nodes``, in the order in which they arrive."""
        arrivals = [(node, self._arrivals(node)) for node in nodes if node.id in self.graph.active]
        scalars = [(node, slices) for node, slices in arrivals if node.shape == ()]
        for node, slices in arrivals:
            if node.shape != ():
                parts = [self.messages[part].reshape(node.shape) for part in slices]
                self._backward.append((_accumulate, (self.gradient(node), parts)))
        if self.graph.output in {node.id for node, _ in arrivals} and self.graph.incoming is not None:
            seed, incoming = self.messages[self.seed_slice], self.values[self.value_slices[self.graph.incoming]]
            self._backward.insert(len(self._backward) - len(arrivals) + len(scalars), (np.copyto, (seed, incoming)))
        if scalars:
            self._gather_scalars(scalars)

    def _gather_scalars(self, arrivals: list[tuple[Node, list[slice]]]) -> None:
        targets = np.array([self.value_slices[node.id].start for node, _ in arrivals])
        sources = np.array([part.start for _, slices in arrivals for part in slices])
        contiguous = bool(np.all(np.diff(targets) == 1))
        out = self.gradients[targets[0] : targets[-1] + 1] if contiguous else None
        if out is not None and all(len(slices) == 1 for _, slices in arrivals):
            self._backward.append((partial(self.messages.take, sources, out=out, mode="clip"), ()))
            return
        owners = np.repeat(targets, [len(slices) for _, slices in arrivals])
        self._backward.append((_scatter, (self.gradients, targets, owners, self.messages, sources)))

    def _arrivals(self, node: Node) -> list[slice]:
        """Where the messages to ``node`` lie, first to arrive first."""
        if node.id == self.graph.output:
            return [self.seed_slice]
        edges = [edge for edge in self.graph.consumers[node.id] if edge in self.message_slices]
        order = {slot: rank for consumer, _ in edges for rank, slot in enumerate(_slots(self.graph.nodes[consumer]))}
        edges.sort(key=lambda edge: (-edge[0], order[edge[1]]))
        return [self.message_slices[edge] for edge in edges]

    def _stretch(self, group: list[Node]) -> slice:
        return slice(self.value_slices[group[0].id].start, self.value_slices[group[-1].id].stop)


def _slots(node: Node) -> tuple[int, ...]:
    return node.rule.messages_order(len(node.inputs))


def _grouped(graph: Graph) -> list[list[Node]]:
    """The computed nodes in groups that run as one call, in an order in which every input is ready."""
    depth: dict[int, int] = {}
    groups: dict[tuple[Any, ...], list[Node]] = {}
    edges = set(graph.backward_edges())
    for node in graph.nodes:
        if node.is_leaf:
            depth[node.id] = 0
            continue
        depth[node.id] = 1 + max(depth[i] for i in node.inputs)
        together = node.shape == () and node.rule.elementwise and all(graph.nodes[i].shape == () for i in node.inputs)
        sending = tuple((node.id, slot) in edges for slot in range(len(node.inputs)))
        key = (depth[node.id], node.op, node.attributes, sending, None if together else node.id)
        groups.setdefault(key, []).append(node)
    return [groups[key] for key in sorted(groups, key=lambda key: (key[0], groups[key][0].id))]


def _store(out: Array, rule: Callable[..., Any], arguments: Iterable[Array]) -> None:
    out[...] = rule(*arguments)


def _store_summed(out: Array, rule: Callable[..., Any], arguments: Iterable[Array]) -> None:
    out[...] = summed_to(np.asarray(rule(*arguments)), out.shape, tuple(arguments)[0].shape)


def summed_to(message: Array, shape: Shape, full: Shape) -> Array:
    """``message`` of the broadcast shape ``full``, summed back over the axes along which ``shape`` was stretched."""
    message = np.broadcast_to(message, full)
    lead = len(full) - len(shape)
    axes = tuple(i for i, size in enumerate(full) if i < lead or (shape[i - lead] == 1 and size != 1))
    return np.asarray(message.sum(axis=axes)).reshape(shape) if axes else message


def _accumulate(out: Array, parts: list[Array]) -> None:
    np.copyto(out, parts[0])
    for part in parts[1:]:
        out += part


def _scatter(gradients: Array, targets: Array, owners: Array, messages: Array, sources: Array) -> None:
    gradients[targets] = 0.0
    np.add.at(gradients, owners, messages[sources])
