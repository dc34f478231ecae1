"""The messages of a scalar view: what each node sends back, and what comes from outside the picture."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from engine.expression import Number, Reference
from engine.ops import Array
from engine.scalars.feeding import fan
from engine.scalars.graph import ScalarGraph, element_of
from engine.scalars.unrolled import Element
from engine.trace import Given

# (array consumer, its slot)
Edge = tuple[int, int]
# A gradient that differs by more from the sum of its messages is given something from elsewhere.
ROUNDING = 1e-9


class ScalarMessages:
    """``messages`` by (node, slot), and ``gradients`` by node: those of elements are the recorded ones.

    ``given`` are the gradients that come from outside the picture. Of them ``others`` are what the rest of the messages
    to an element come to, ``other_messages`` how many these are, and ``arriving`` the nodes that are given them, by the
    array step, from 1, that sends the last. Elements that are ``incomplete`` are written out without some terms.
    """

    def __init__(self, made: ScalarGraph, incomplete: Collection[Element]) -> None:
        self.made, self.whole, self.incomplete = made, made.unrolled.trace, incomplete
        self.gradients: list[Array | None] = [self._recorded(i) for i in range(len(made.nodes))]
        self.messages: dict[tuple[int, int], Array] = {}
        self.given: dict[int, Given] = {}
        self.others: dict[int, float] = {}
        self.other_messages: dict[int, int] = {}
        self.arriving: dict[int, list[int]] = {}
        self._sends = self._sending()
        self._fans: dict[Edge, int] = {}
        self._readers = Counter((edge, reader[0]) for edge, readers in made.readers.items() for reader in readers)
        self._sent_at = {(s.node, s.slot): at for at, s in enumerate(self.whole.steps, 1) if s.phase == "backward"}
        self._backward()
        self._from_elsewhere()

    def _recorded(self, identity: int) -> Array | None:
        if not self.made.is_element[identity]:
            return None
        node, index = self.made.origin[identity]
        gradient = self.whole.gradients[node]
        return None if gradient is None else element_of(gradient, index)

    def _sending(self) -> frozenset[tuple[int, int]]:
        """(node, slot) of every message in the picture."""
        made, found, reached = self.made, set[tuple[int, int]](), set[int]()
        for node in made.nodes:
            array_node = made.origin[node.id][0]
            if self.whole.gradients[array_node] is None:
                continue
            for place, (source, slot) in enumerate(zip(node.inputs, made.slots[node.id], strict=True)):
                if source in reached if slot is None else (array_node, slot) in self.whole.messages:
                    found.add((node.id, place))
                    reached.add(node.id)
        return frozenset(found)

    def _backward(self) -> None:
        """The messages within elements, and with them the gradients of what lies between, then those to elements."""
        made = self.made
        with np.errstate(all="ignore"):
            for node in reversed(self.whole.graph.nodes):
                for identity in made.inside[node.id].backwards if node.id in made.inside else ():
                    for slot in range(len(made.nodes[identity].inputs)):
                        if (identity, slot) in self._sends:
                            self._send(identity, slot)

    def _send(self, identity: int, slot: int) -> None:
        made = self.made
        node, source = made.nodes[identity], made.nodes[identity].inputs[slot]
        arriving, array_slot = self.gradients[identity], made.slots[identity][slot]
        assert arriving is not None
        numbers = [made.values[i][()] for i in node.inputs]
        rule, value = node.rule.vjp(slot), made.values[identity][()]
        message = np.array(rule(arriving[()], value, *numbers, **dict(node.attributes)), dtype=np.float64)
        if array_slot is None:
            before = self.gradients[source]
            self.gradients[source] = _frozen(message if before is None else np.asarray(before + message))
        else:
            edge = (made.origin[identity][0], array_slot)
            if self._is_only_one(edge, source) and made.origin[identity] not in self.incomplete:
                message = element_of(self.whole.messages[edge], made.origin[source][1])
        self.messages[identity, slot] = _frozen(message)

    def _is_only_one(self, edge: Edge, source: int) -> bool:
        """Whether the one message to an element along an array edge is all that is recorded there."""
        return self._readers[edge, source] == 1 and self._fan(edge) == 1

    def _fan(self, edge: Edge) -> int:
        """How many elements of the consumer read each element along an array edge, those of all samples together."""
        if edge not in self._fans:
            node = self.whole.graph.nodes[edge[0]]
            self._fans[edge] = fan(node, edge[1], self.whole.graph.input_shapes(node))
        return self._fans[edge]

    # From elsewhere ------------------------------------------------------------------------------------------------

    def _from_elsewhere(self) -> None:
        """What elements are given by the rest of the picture, so that with it their messages come to the gradient."""
        arrived: dict[int, list[float]] = {}
        for (identity, slot), message in self.messages.items():
            arrived.setdefault(self.made.nodes[identity].inputs[slot], []).append(float(message))
        for element, identity in self.made.ids.items():
            gradient = self.gradients[identity]
            if gradient is None:
                continue
            if element[0] == self.whole.graph.output:
                self._seed(element, identity)
                continue
            missing = self._missing(element[0], identity)
            rest = _rest(float(gradient), arrived.get(identity, []))
            if missing or rest.matters:
                self._give(element[0], identity, missing, rest.value)

    def _seed(self, element: Element, identity: int) -> None:
        incoming = self.whole.graph.incoming
        if incoming is not None:
            source = Reference(self.made.ids[incoming, element[1]], "value")
            self.given[identity] = Given(element_of(self.whole.seed, element[1]), source)

    def _missing(self, node: int, identity: int) -> dict[Edge, int]:
        """By array edge: how many elements of the consumer send to the element from outside the picture."""
        edges = [edge for edge in self.whole.graph.consumers[node] if edge in self.whole.messages]
        counts = {edge: self._fan(edge) - self.made.reading.get((*edge, identity), 0) for edge in edges}
        return {edge: count for edge, count in counts.items() if count > 0}

    def _give(self, node: int, identity: int, missing: Mapping[Edge, int], value: float) -> None:
        """One message for all that come from elsewhere. It arrives when the last of them does."""
        count = max(1, sum(missing.values()))
        edges = missing or {edge: 1 for edge in self.whole.graph.consumers[node] if edge in self.whole.messages}
        self.others[identity], self.other_messages[identity] = value, count
        number = Number(value, self._elsewhere(missing))
        self.given[identity] = Given(_frozen(np.array(value)), number)
        last = max(self._sent_at[edge] for edge in edges)
        self.arriving.setdefault(last, []).append(identity)

    def _elsewhere(self, missing: Mapping[Edge, int]) -> str:
        """Where messages from outside the picture come from, in a few words."""
        samples, count = self.made.unrolled.samples, sum(missing.values())
        if samples > 1 and missing and all(self._is_of_others(edge, left) for edge, left in missing.items()):
            return f"{samples - 1:,} other sample{'s' if samples > 2 else ''}"
        return f"{count:,} other message{'s' if count != 1 else ''}" if missing else "what is left out"

    def _is_of_others(self, edge: Edge, left: int) -> bool:
        """Whether all that is missing of an array edge comes from other samples."""
        per_sample, more = divmod(self._fan(edge), self.made.unrolled.samples)
        return edge[0] in self.made.unrolled.axes and more == 0 and left == self._fan(edge) - per_sample


@dataclass(frozen=True, slots=True)
class _Rest:
    """What a gradient has beyond the messages of the picture, and whether that is more than rounding."""

    value: float
    matters: bool


def _rest(gradient: float, messages: list[float]) -> _Rest:
    arrived = sum(messages)
    if arrived == gradient or (math.isnan(arrived) and math.isnan(gradient)):
        return _Rest(gradient - arrived if math.isfinite(gradient) else 0.0, matters=False)
    rest = gradient - arrived
    scale = max([abs(gradient), *map(abs, messages)])
    return _Rest(rest, not abs(rest) <= ROUNDING * scale)


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
