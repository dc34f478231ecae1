"""A graph as a flat list of array calls over preallocated buffers: what stepping records from.

Array operations are one call each. Scalar operations of one kind at one depth are one call together (``schedule.py``),
so that a graph in which every multiply and add is a node runs at the speed of arrays. Rules run in calls that make no
new arrays (``tape.py``), over vectors in which what is read together mostly lies together (``layout.py``).

Nothing here knows about steps. The order of the calls is free as long as every number is ready when it is read; the
order that people see is the trace's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from engine.graph import Graph, Node
from engine.layout import SHORT_CHAIN, Edge, Layout, in_rows
from engine.ops import OPS, Array
from engine.schedule import Group, is_scalar, schedule
from engine.scratch import Call
from engine.shapes import Shape
from engine.tape import Segment, Tape, Taped

Positions = np.ndarray[Any, np.dtype[np.intp]]


class Plan:
    """The calls of one forward and one backward pass.

    ``values`` and ``messages`` are flat and overwritten by each ``run``, before the first of which they hold anything.
    The slices say where the numbers of a node or an edge lie in them. Slices are shared where the numbers are the same
    by the rules.

    ``parameters`` are the nodes that training changes, ``parameter_vector`` and ``gradient_vector`` their numbers in
    one row each. Training makes ``calls``, changes the vector, and makes ``renewing_calls``; it has no use for
    ``calls_for_data``, the messages that only go on to inputs and constants, which ``run`` makes after the others.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        groups = schedule(graph)
        self._layout = layout = Layout(graph, groups)
        self.values = aligned(layout.values_size)
        self.messages = aligned(layout.messages_size)
        self.messages[self.seed_slice] = 1.0
        self._views: dict[tuple[bool, int, Shape, bool], Array] = {}
        for node in graph.nodes:
            if node.op == "constant":
                self.value(node)[...] = graph.leaves[node.id]
        for identity in layout.ones_after:
            self._with_ones(graph.nodes[identity])[-1] = 1.0
        self._trained = trained_nodes(graph)
        self._gathered: dict[tuple[bool, bytes], Array] = {}
        self._unfilled: dict[int, tuple[Call, bool]] = {}
        self._load: list[Call] = []
        self._tape = Tape(self._fixed())
        forward: list[Item] = []
        backward: list[Item] = []
        for group in groups:
            self._plan_forward(group, forward)
        if graph.incoming is not None:
            incoming = self.values[self.value_slices[graph.incoming]]
            backward.append(Taped([(np.copyto, (self.messages[self.seed_slice], incoming))], []))
        for_data: list[Item] = []
        on_the_way = [group for group in groups if not all(self._trained.issuperset(n.inputs) for n in in_rows(group))]
        for items, trained, senders in ((backward, True, groups), (for_data, False, on_the_way)):
            for group in reversed(senders):
                self._plan_sums(group, items, trained)
                self._plan_messages(group, items, trained)
            self._plan_sums(layout.leaves, items, trained)
        self._plan_parameters()
        self._tape.finish()
        self._once = self._tape.once
        del self._tape
        self._forward = [call for item in forward for call in item.calls]
        self._backward = [call for item in backward for call in item.calls]
        self.calls_for_data: Sequence[Call] = [call for item in for_data for call in item.calls]
        self.load(graph.leaves)

    @property
    def value_slices(self) -> Mapping[int, slice]:
        """Where the values lie in ``values``, by node id."""
        return self._layout.values

    @property
    def gradient_slices(self) -> Mapping[int, slice]:
        """Where the gradients lie in ``messages``, by the ids of the nodes that one reaches."""
        return self._layout.gradients

    @property
    def message_slices(self) -> Mapping[Edge, slice]:
        """Where the messages lie in ``messages``, by (consumer, slot)."""
        return self._layout.messages

    @property
    def trained_edges(self) -> tuple[Edge, ...]:
        """(consumer, slot) of the messages that training computes, in the order in which they are sent.

        They go to parameters, to what depends on those, and to all single numbers.
        """
        nodes = self.graph.nodes
        return tuple(edge for edge in self.graph.backward_edges() if nodes[edge[0]].inputs[edge[1]] in self._trained)

    @property
    def seed_slice(self) -> slice:
        """Where the gradient that everything starts from lies in ``messages``."""
        return self._layout.seed

    def run(self, leaves: Mapping[int, Array] | None = None) -> None:
        """One forward and one backward pass; ``leaves`` replaces the values of those leaves, by id, for good.

        Raises ValueError where an operation refuses its numbers, such as a class index out of range.
        """
        if leaves:
            self.load(leaves)
        self._run_both()

    @np.errstate(all="ignore")
    def _run_both(self) -> None:
        for call, arguments in self._forward:
            call(*arguments)
        for call, arguments in self._backward:
            call(*arguments)
        for call, arguments in self.calls_for_data:
            call(*arguments)

    @np.errstate(all="ignore")
    def run_forward(self) -> None:
        """The forward pass alone."""
        for call, arguments in self._forward:
            call(*arguments)

    @property
    def calls(self) -> Sequence[Call]:
        """Both passes as far as parameters depend on them, and what fills ``gradient_vector``."""
        return [*self._forward, *self._backward, *self._gathering]

    @property
    def renewing_calls(self) -> Sequence[Call]:
        """What carries a change of ``parameter_vector`` to where the passes read it."""
        return [*self._spreading, *self._load]

    def load(self, leaves: Mapping[int, Array]) -> None:
        """Replaces the values of leaves, by id; constants are as they are."""
        for identity, value in leaves.items():
            self.value(self.graph.nodes[identity])[...] = value
        with np.errstate(all="ignore"):
            for call, arguments in (*self._gathering_values, *self._load, *self._once):
                call(*arguments)

    def value(self, node: Node) -> Array:
        """The stretch of ``values`` that belongs to ``node``, in its shape."""
        return self._view(self.values, self.value_slices[node.id], node)

    def gradient(self, node: Node) -> Array:
        """The stretch of ``messages`` that holds the gradient of ``node``, in its shape."""
        return self._view(self.messages, self.gradient_slices[node.id], node)

    def shaped(self, numbers: Array, node: Node) -> Array:
        """A stretch of numbers that belong to ``node`` as a view in its shape."""
        if node.id in self._layout.transposed:
            return numbers.reshape(node.shape[::-1]).T
        return numbers.reshape(node.shape)

    def _view(self, vector: Array, part: slice, node: Node) -> Array:
        """A stretch of a vector in the shape of ``node``; always the same array, by which the tape knows it again."""
        key = (vector is self.values, part.start, node.shape, node.id in self._layout.transposed)
        if key not in self._views:
            self._views[key] = self.shaped(vector[part], node)
        return self._views[key]

    # Calls ----------------------------------------------------------------------------------------------------------

    def _plan_forward(self, group: Group, items: list[Item]) -> None:
        nodes, rule = in_rows(group), group[0][0].rule
        if len(group[0]) > 1:
            self._plan_chains(group, items)
        elif nodes[0].id in self._layout.folded:
            self._emit(items, self._tape.add(_PRODUCT.forward, self._folded(nodes[0]), self.value(nodes[0])))
        else:
            forward = _with(rule.forward, dict(nodes[0].attributes))
            self._emit(items, self._tape.add(forward, self._inputs(nodes), self._outputs(nodes)))

    def _plan_chains(self, group: Group, items: list[Item]) -> None:
        """Calls that form the sums along chains side by side, from a row of first terms and a row for each link."""
        forward, nodes = group[0][0].rule.forward, in_rows(group)
        assert isinstance(forward, np.ufunc)
        links, width = len(group[0]), len(group)
        first_terms = [chain[0].inputs[0] for chain in group]
        terms = self._values_of([*first_terms, *(node.inputs[1] for node in nodes)], side_by_side=True)
        start, stop = self.value_slices[nodes[0].id].start, self.value_slices[nodes[-1].id].stop
        if links > SHORT_CHAIN:
            # Over a vector accumulate is three times as fast as over a matrix of one column.
            shape = (links + 1, width) if width > 1 else (links + 1,)
            sums = self.values[start - width : stop].reshape(shape)
            self._emit(items, Taped([(forward.accumulate, (terms.reshape(shape), 0, None, sums))], [terms]))
            return
        rows, sums = terms.reshape(links + 1, width), self.values[start:stop].reshape(links, width)
        calls: list[Call] = [(forward, (rows[0], rows[1], sums[0]))]
        calls += [(forward, (sums[link - 1], rows[link + 1], sums[link])) for link in range(1, links)]
        self._emit(items, Taped(calls, [terms]))

    def _plan_messages(self, group: Group, items: list[Item], trained: bool) -> None:
        """The messages that training needs (``trained``), or the others."""
        nodes, rule = in_rows(group), group[0][0].rule
        slots = [
            slot
            for slot in self._layout.computed_slots(group)
            if any(node.inputs[slot] in self._trained for node in nodes) == trained
        ]
        if not slots:
            return
        arrays = [self._gradients_of(nodes), self._outputs(nodes), *self._inputs(nodes)]
        if nodes[0].id in self._layout.folded and trained:
            slots = [slot for slot in slots if slot == 1]
            both = [*arrays[:2], *self._folded(nodes[0])]
            self._emit(items, self._tape.add(_PRODUCT.vjp(0), both, self._folded_gradient(nodes[0])))
        for slot in slots:
            vjp = _with(rule.vjp(slot), dict(nodes[0].attributes) | ({"slot": slot} if rule.variadic else {}))
            out = self._messages_along(slot, nodes)
            if rule.elementwise and out.shape != arrays[0].shape:
                vjp = _summed(vjp, out.shape, arrays[0].shape)
            self._emit(items, self._tape.add(vjp, arrays, out))

    def _plan_sums(self, group: Group, items: list[Item], trained: bool) -> None:
        """Calls that add up the messages to the nodes of a group, strictly in the order in which they arrive."""
        for nodes in self._layout.sums(group):
            if any(node.id in self._trained for node in nodes) != trained:
                continue
            arrivals = [self._layout.arrivals[node.id] for node in nodes]
            ends = [self.gradient_slices[node.id] for node in nodes]
            starts = np.array([[part.start for part in parts] for parts in arrivals])
            if nodes[0].shape != ():
                first, *others = (self.messages[part] for part in arrivals[0])
                out = self.messages[ends[0]]
                calls: list[Call] = [(np.add, (first, others[0], out)) if others else (np.copyto, (out, first))]
                calls += [(np.add, (out, part, out)) for part in others[1:]]
                self._emit(items, Taped(calls, []))
            elif self._layout.keeps_running_sums(nodes):
                for row, end in zip(starts, ends, strict=True):
                    arrived, sums = self._messages_at(row), self.messages[end.stop - len(row) : end.stop]
                    self._emit(items, Taped([(np.add.accumulate, (arrived, 0, None, sums))], [arrived]))
            else:
                self._emit(items, self._sums_in_rows(starts.T, self.messages[ends[0].start : ends[-1].stop]))

    def _sums_in_rows(self, starts: Positions, out: Array) -> Taped:
        """``starts`` has a column for each sum and a row for each message."""
        if len(starts) == 2:
            one, two = self._messages_at(starts[0]), self._messages_at(starts[1])
            return Taped([(np.add, (one, two, out))], [one, two])
        arrived = self._messages_at(starts.ravel(), side_by_side=True)
        # Over the rows of a matrix numpy adds one row after the other; along a row it would add in pairs. A sum that
        # starts from -0 is the sum of its terms, even where all of them are -0.
        return Taped([(np.add.reduce, (arrived.reshape(starts.shape), 0, None, out, False, -0.0))], [arrived])

    def _plan_parameters(self) -> None:
        """Arrays lie in one row by their layout; single numbers lie where the passes want them, and are copied."""
        numbers = [n for n in self.graph.nodes if n.op == "parameter" and n.shape == () and n.id in self.graph.active]
        self.parameters = (*self._layout.parameters, *numbers)
        size = sum(node.size for node in self.parameters)
        self._gathering: list[Call] = []
        self._gathering_values: list[Call] = []
        self._spreading: list[Call] = []
        if not numbers:
            self.parameter_vector, self.gradient_vector = self.values[:size], self.messages[:size]
            return
        self.parameter_vector, self.gradient_vector = np.zeros(size), np.zeros(size)
        values = _positions(self.value_slices[node.id] for node in self.parameters)
        gradients = _positions(self.gradient_slices[node.id] for node in self.parameters)
        self._gathering = [(self.messages.take, (gradients, None, self.gradient_vector, "clip"))]
        self._gathering_values = [(self.values.take, (values, None, self.parameter_vector, "clip"))]
        self._spreading = [(self.values.put, (values, self.parameter_vector))]

    # What the calls read and write ----------------------------------------------------------------------------------

    def _fixed(self) -> list[Array]:
        """What never changes: constants, and the gradient that everything starts from where it is 1."""
        constants = [self.value(node) for node in self.graph.nodes if node.op == "constant"]
        seed = self.gradient(self.graph.nodes[self.graph.output])
        return constants if self.graph.incoming is not None else [*constants, seed]

    def _folded(self, node: Node) -> list[Array]:
        """``[W b]`` and ``[a; 1]`` of a folded layer."""
        weight, activations, bias = (self.graph.nodes[i] for i in node.inputs)
        part = slice(self.value_slices[weight.id].start, self.value_slices[bias.id].stop)
        return [self.values[part].reshape(-1, node.shape[0]).T, self._with_ones(activations)]

    def _folded_gradient(self, node: Node) -> Array:
        """Where the gradient of ``[W b]`` goes."""
        weight, _, bias = node.inputs
        part = slice(self.message_slices[node.id, 0].start, self.message_slices[node.id, 2].stop)
        assert part == slice(self.gradient_slices[weight].start, self.gradient_slices[bias].stop)
        return self.messages[part].reshape(-1, node.shape[0]).T

    def _with_ones(self, node: Node) -> Array:
        """The value of ``node`` with the row of ones behind it."""
        part, width = self.value_slices[node.id], node.shape[1]
        return self.values[part.start : part.stop + width].reshape(-1, width)

    def _outputs(self, nodes: Sequence[Node]) -> Array:
        if not is_scalar(nodes[0]):
            return self.value(nodes[0])
        return self.values[self.value_slices[nodes[0].id].start : self.value_slices[nodes[-1].id].stop]

    def _inputs(self, nodes: Sequence[Node]) -> list[Array]:
        if not is_scalar(nodes[0]):
            return [self.value(self.graph.nodes[i]) for i in nodes[0].inputs]
        return [self._values_of([node.inputs[slot] for node in nodes]) for slot in range(len(nodes[0].inputs))]

    def _gradients_of(self, nodes: Sequence[Node]) -> Array:
        if not is_scalar(nodes[0]):
            return self.gradient(nodes[0])
        return self._messages_at(np.array([self.gradient_slices[node.id].start for node in nodes]))

    def _messages_along(self, slot: int, nodes: Sequence[Node]) -> Array:
        """The stretch for the messages of all ``nodes``, of those too that need not send one."""
        number, part = next(
            (number, self.message_slices[node.id, slot])
            for number, node in enumerate(nodes)
            if (node.id, slot) in self.message_slices
        )
        if not is_scalar(nodes[0]):
            return self._view(self.messages, part, self.graph.nodes[nodes[0].inputs[slot]])
        return self.messages[part.start - number : part.start - number + len(nodes)]

    def _values_of(self, identities: Sequence[int], side_by_side: bool = False) -> Array:
        return self._gather(self.values, np.array([self.value_slices[i].start for i in identities]), side_by_side)

    def _messages_at(self, positions: Positions, side_by_side: bool = False) -> Array:
        return self._gather(self.messages, positions, side_by_side)

    def _gather(self, vector: Array, positions: Positions, side_by_side: bool) -> Array:
        """The numbers of ``vector`` at ``positions``: a view where these are evenly spaced, or only ``side_by_side``.

        Else a buffer, to be filled before the first call that reads it.
        """
        step = int(positions[1] - positions[0]) if len(positions) > 1 else 1
        if np.all(np.diff(positions) == step) and (step == 1 or not side_by_side):
            return _strided(vector, int(positions[0]), step, len(positions))
        key = (vector is self.values, positions.tobytes())
        if key not in self._gathered:
            buffer = self._gathered[key] = np.zeros(len(positions))
            # mode="clip" skips the copying that checking costs; the positions are known to be good.
            call: Call = (vector.take, (positions, None, buffer, "clip"))
            only_leaves = vector is self.values and bool(np.all(positions < self._layout.leaves_end))
            self._unfilled[id(buffer)] = (call, only_leaves)
        return self._gathered[key]

    def _emit(self, items: list[Item], item: Item) -> None:
        """Appends calls, and before them those that fill the buffers they read; leaves are gathered when loaded."""
        for array in item.reads:
            if id(array) in self._unfilled:
                fill, only_leaves = self._unfilled.pop(id(array))
                if only_leaves:
                    self._load.append(fill)
                else:
                    items.append(Taped([fill], []))
        items.append(item)


Item = Taped | Segment
_PRODUCT = OPS["matmul"]


def trained_nodes(graph: Graph) -> frozenset[int]:
    """What training needs gradients of: parameters and what depends on them.

    Single numbers count as parameters, for they run in rows in which some of them may be.
    """
    found: set[int] = set()
    for node in graph.nodes:
        if node.op == "parameter" or node.shape == () or not found.isdisjoint(node.inputs):
            found.add(node.id)
    return frozenset(found)


def aligned(size: int) -> Array:
    """A vector of any numbers that begins at a cache line."""
    spare = np.empty(size + 8)
    skipped = -spare.__array_interface__["data"][0] % 64 // 8
    return spare[skipped : skipped + size]


def _with(rule: Callable[..., Any], attributes: Mapping[str, float]) -> Callable[..., Any]:
    return partial(rule, **attributes) if attributes else rule


def _summed(rule: Callable[..., Any], shape: Shape, full: Shape) -> Callable[..., Any]:
    """A gradient rule that gives what was broadcast from ``shape`` to ``full`` summed back."""
    return lambda *arrays: summed_to(rule(*arrays), shape, full)


def summed_to(message: Array, shape: Shape, full: Shape) -> Array:
    """``message`` of the broadcast shape ``full``, summed back over the axes along which ``shape`` was stretched."""
    message = np.broadcast_to(message, full)
    lead = len(full) - len(shape)
    axes = tuple(i for i, size in enumerate(full) if i < lead or (shape[i - lead] == 1 and size != 1))
    return message.sum(axis=axes).reshape(shape) if axes else message


def _positions(slices: Iterable[slice]) -> Positions:
    return np.concatenate([np.arange(part.start, part.stop) for part in slices])


def _strided(vector: Array, start: int, step: int, count: int) -> Array:
    if step == 0:
        return np.broadcast_to(vector[start : start + 1], (count,))
    stop = start + step * count
    return vector[start : stop if stop >= 0 else None : step]
