"""The steps of a scalar view, within those of the array trace."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from engine.expression import Index
from engine.graph import Graph
from engine.ops import Array
from engine.scalars.graph import ScalarGraph, element_of
from engine.scalars.messages import ScalarMessages
from engine.scalars.unrolled import Element
from engine.trace import Step, Trace, Update


class ScalarTrace:
    """Follows the steps of the array trace; ``outer`` is, by step, the array step that it belongs to, from 1."""

    def __init__(self, made: ScalarGraph, incomplete: Collection[Element]) -> None:
        self.made, self.whole = made, made.unrolled.trace
        self.back = ScalarMessages(made, incomplete)
        self.steps: list[Step] = []
        self.outer: list[int] = []
        self.updates: dict[int, Update] = {}
        self._by_node: dict[int, list[int]] = {}
        for (node, _), identity in sorted(made.ids.items()):
            self._by_node.setdefault(node, []).append(identity)
        self._walk()

    def trace(self) -> Trace:
        """All of it."""
        made, graph = self.made, self.whole.graph
        outputs = self._by_node.get(graph.output)
        reached = [i for i, gradient in enumerate(self.back.gradients) if gradient is not None]
        output = outputs[0] if outputs else max(reached, default=len(made.nodes) - 1)
        incoming = self._by_node.get(graph.incoming, [None])[0] if graph.incoming is not None and outputs else None
        rule = self.whole.update_rule
        regularised = frozenset(i for node in rule.regularised for i in self._by_node.get(node, []))
        seed = self.back.given[output].value if output in self.back.given else np.ones(())
        return Trace(
            Graph(tuple(made.nodes), output, incoming, MappingProxyType(made.leaves)),
            self.whole.learning_rate,
            tuple(made.values),
            tuple(self.back.gradients),
            MappingProxyType(self.back.messages),
            seed,
            MappingProxyType(self.updates),
            tuple(self.steps),
            replace(rule, regularised=regularised),
            MappingProxyType(self.back.given),
        )

    def _walk(self) -> None:
        """The steps of the picture within each step of the array trace."""
        begun: set[int] = set()
        for position, step in enumerate(self.whole.steps, start=1):
            for inner in self._within(step, begun):
                self._take(position, inner)
            for identity in self.back.arriving.get(position, ()):
                self._take(position, Step("backward", identity))

    def _take(self, position: int, step: Step) -> None:
        self.steps.append(step)
        self.outer.append(position)

    def _within(self, step: Step, begun: set[int]) -> Iterator[Step]:
        made = self.made
        if step.phase == "update":
            for identity in self._by_node.get(step.node, ()):
                self.updates[identity] = self._update(step.node, made.origin[identity][1])
                yield Step("update", identity)
        elif step.phase == "forward":
            if step.node in made.inside:
                yield from (Step("forward", identity) for identity in made.inside[step.node].computed)
        elif step.slot is None:
            yield from (Step("backward", identity) for identity in self._by_node.get(step.node, ()))
        else:
            if step.node not in begun and step.node in made.inside:
                begun.add(step.node)
                for identity in made.inside[step.node].backwards:
                    for slot, from_element in enumerate(made.slots[identity]):
                        if from_element is None and (identity, slot) in self.back.messages:
                            yield Step("backward", identity, slot)
            readers = made.readers.get((step.node, step.slot), [])
            for _, identity, slot in sorted(readers, key=lambda reader: (made.origin[reader[0]][1], *reader[1:])):
                if (identity, slot) in self.back.messages:
                    yield Step("backward", identity, slot)

    def _update(self, node: int, index: Index) -> Update:
        """The update of one element."""
        whole = self.whole.updates[node]

        def at(array: Array) -> Array:
            return element_of(array, index) if array.shape == whole.before.shape else array

        return Update(
            at(whole.before),
            at(whole.gradient),
            at(whole.after),
            None if whole.applied is None else at(whole.applied),
            {name: at(array) for name, array in whole.state.items()},
            {name: at(array) for name, array in whole.lines.items()},
            None if whole.regularised is None else at(whole.regularised),
        )
