"""One iteration, recorded once: every value, every message, every gradient and every update, and the steps in order.

An iteration is single-assignment: each node gets one value, and each edge carries one gradient message back. So a step
is an integer into the trace, stepping back is subtracting one, and nothing is computed again for the screen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import numpy as np

from engine.errors import GradStepError
from engine.expression import Expression
from engine.graph import Graph
from engine.ops import Array
from engine.optimizers import OPTIMIZERS, SCHEDULES, Clipping, Optimizer, Regularisation, Schedule
from engine.plan import Plan

Phase = Literal["forward", "backward", "update"]
DEFAULT_LEARNING_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Forward: ``node`` is computed. Backward: ``node`` sends the message along its input edge ``slot``; with slot None
    the output is given the gradient that everything starts from, or ``node`` one that comes from outside the graph.
    Update: parameter ``node`` takes its step.
    """

    phase: Phase
    node: int
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One step of a parameter. Arrays of its shape.

    Gradient descent makes after = before - learning_rate * gradient. Another optimiser is given ``applied``, the
    gradient after regularisation (``regularised``) and clipping, and its formulas come to ``lines`` by name, the new
    states among them, from the states ``state`` that it starts from.
    """

    before: Array
    gradient: Array
    after: Array
    applied: Array | None = None
    state: Mapping[str, Array] = field(default_factory=dict)
    lines: Mapping[str, Array] = field(default_factory=dict)
    regularised: Array | None = None


@dataclass(frozen=True)
class UpdateRule:
    """How the updates of a trace were made, for explanations; by itself plain gradient descent.

    ``settings`` are all of the optimiser's, save that the learning rate of this update is the trace's. ``number``
    counts the updates from 1. ``schedule_settings`` are all of the schedule's and ``learning_rate``, what it starts
    from. ``regularisation`` is (entry, rate) for the parameters ``regularised``, by id; ``clipping`` is (entry, limit),
    and ``norm`` that of all gradients together before it.
    """

    optimizer: Optimizer = OPTIMIZERS["sgd"]
    settings: Mapping[str, float] = field(default_factory=dict)
    number: int = 1
    schedule: Schedule = SCHEDULES["constant"]
    schedule_settings: Mapping[str, float] = field(default_factory=dict)
    regularisation: tuple[Regularisation, float] | None = None
    regularised: frozenset[int] = frozenset()
    clipping: tuple[Clipping, float] | None = None
    norm: float = math.nan

    @property
    def is_plain(self) -> bool:
        """True for gradient descent at a constant rate, with nothing done to the gradient before."""
        constant = self.optimizer.name == "sgd" and self.schedule.name == "constant"
        return constant and self.regularisation is None and self.clipping is None


@dataclass(frozen=True, slots=True)
class GradientState:
    """What is known of a gradient at some step: ``arrived`` of ``total`` messages, and their sum (None before any).

    ``total`` is 0 for a node that no gradient can reach.
    """

    arrived: int
    total: int
    value: Array | None

    @property
    def kind(self) -> Literal["unreached", "none", "partial", "final"]:
        """One of the three visible states, or "unreached"."""
        if self.total == 0:
            return "unreached"
        if self.arrived == 0:
            return "none"
        return "final" if self.arrived == self.total else "partial"


@dataclass(frozen=True, slots=True)
class Given:
    """A gradient that comes to a node from outside the graph: the number, and what explains it."""

    value: Array
    rule: Expression


@dataclass(frozen=True, eq=False)
class Trace:
    """All that happened in one iteration. Arrays are read-only float64, in the shape of what they belong to.

    ``values`` and ``gradients`` (None where no gradient can reach) are by node id, ``messages`` by (consumer, slot),
    ``updates``, made as ``update_rule`` says, by parameter id. ``seed`` is the gradient given to the output; where the
    graph is a part of a larger one, ``given`` has what others are given in the same way, by node id. A position counts
    the steps taken: 0 is before the first, and ``steps[position - 1]`` is the one just taken.
    """

    graph: Graph
    learning_rate: float
    values: tuple[Array, ...]
    gradients: tuple[Array | None, ...]
    messages: Mapping[tuple[int, int], Array]
    seed: Array
    updates: Mapping[int, Update]
    steps: tuple[Step, ...]
    update_rule: UpdateRule = UpdateRule()
    given: Mapping[int, Given] = field(default_factory=dict)

    def value(self, name: str) -> Array:
        """The value of the node of that name. Raises GradStepError where there is none."""
        return self.values[self.graph.node(name).id]

    def gradient(self, name: str) -> Array:
        """The gradient of the output with respect to that name.

        Raises GradStepError where there is no such name or no gradient reaches it.
        """
        gradient = self.gradients[self.graph.node(name).id]
        if gradient is None:
            output = self.graph.nodes[self.graph.output].name
            raise GradStepError(f"no gradient reaches “{name}”: the output “{output}” does not depend on it")
        return gradient

    def message(self, to: str, source: str) -> Array:
        """What the consumer named ``source`` sends back to its input named ``to``: the sum where it is used twice.

        Raises GradStepError where no such message is sent.
        """
        receiver, sender = self.graph.node(to), self.graph.node(source)
        found = [
            self.messages[sender.id, slot]
            for slot, i in enumerate(sender.inputs)
            if i == receiver.id and (sender.id, slot) in self.messages
        ]
        if not found:
            raise GradStepError(f"“{source}” sends no message to “{to}”")
        with np.errstate(all="ignore"):
            return np.asarray(np.sum(found, axis=0))

    def receiver(self, step: Step) -> int:
        """The node that a step gives a number to: computed, given a message, or updated."""
        if step.phase == "backward" and step.slot is not None:
            return self.graph.nodes[step.node].inputs[step.slot]
        return step.node

    @cached_property
    def value_at(self) -> tuple[int, ...]:
        """By node id: the position from which its value is known (0 for leaves)."""
        known = [0] * len(self.graph.nodes)
        for position, step in enumerate(self.steps, start=1):
            if step.phase == "forward":
                known[step.node] = position
        return tuple(known)

    @cached_property
    def arrivals(self) -> Mapping[int, tuple[int, ...]]:
        """By node id: the positions at which its messages arrive, in order."""
        found: dict[int, list[int]] = {node.id: [] for node in self.graph.nodes}
        for position, step in enumerate(self.steps, start=1):
            if step.phase == "backward":
                found[self.receiver(step)].append(position)
        return MappingProxyType({key: tuple(positions) for key, positions in found.items()})

    @cached_property
    def update_at(self) -> Mapping[int, int]:
        """By parameter id: the position from which it has its new value."""
        return MappingProxyType(
            {step.node: position for position, step in enumerate(self.steps, start=1) if step.phase == "update"}
        )

    def message_of(self, step: Step) -> Array:
        """The message that a backward step delivers."""
        if step.slot is not None:
            return self.messages[step.node, step.slot]
        return self.given[step.node].value if step.node in self.given else self.seed

    def gradient_state(self, node: int, position: int) -> GradientState:
        """What is known of a node's gradient after ``position`` steps."""
        positions = self.arrivals[node]
        arrived = sum(at <= position for at in positions)
        if arrived == 0:
            return GradientState(0, len(positions), None)
        if arrived == len(positions):
            return GradientState(arrived, arrived, self.gradients[node])
        partial = np.array(self.message_of(self.steps[positions[0] - 1]))
        with np.errstate(all="ignore"):
            for at in positions[1:arrived]:
                partial = np.asarray(partial + self.message_of(self.steps[at - 1]))
        return GradientState(arrived, len(positions), _frozen(partial))


def record(graph: Graph, learning_rate: float = DEFAULT_LEARNING_RATE) -> Trace:
    """Run ``graph`` once, forwards, backwards and one update of every parameter, and keep everything.

    Raises GradStepError where the learning rate is not a positive number or an operation refuses its numbers.
    """
    if not (isinstance(learning_rate, int | float) and math.isfinite(learning_rate) and learning_rate > 0):
        raise GradStepError(f"the learning rate must be a positive number, not {learning_rate}")
    plan = Plan(graph)
    try:
        plan.run()
    except ValueError as error:
        raise GradStepError(_at_fault(graph) or f"the program cannot be run: {error}") from None
    trace = collect(graph, plan, learning_rate)
    with np.errstate(all="ignore"):
        updates = {
            node.id: Update(value, gradient, _frozen(np.asarray(value - learning_rate * gradient)))
            for node, value, gradient in zip(graph.nodes, trace.values, trace.gradients, strict=True)
            if node.op == "parameter" and gradient is not None
        }
    return with_updates(trace, updates)


def _at_fault(graph: Graph) -> str | None:
    """What the first operation that refuses its numbers says, with its name and line; None where none does."""
    values: list[Array] = []
    for node in graph.nodes:
        inputs = [values[i] for i in node.inputs]
        try:
            with np.errstate(all="ignore"):
                value = graph.leaves[node.id] if node.is_leaf else node.rule.forward(*inputs, **dict(node.attributes))
        except ValueError as error:
            place = f" in line {node.line} of the program" if node.line else ""
            return f"“{node.name}” cannot be computed{place}: {error}"
        values.append(np.asarray(value, dtype=np.float64))
    return None


def collect(graph: Graph, plan: Plan, learning_rate: float) -> Trace:
    """All that ``plan`` holds after a run, before any update."""
    flat_values, flat_messages = _frozen(plan.values.copy()), _frozen(plan.messages.copy())
    values = tuple(plan.shaped(flat_values[plan.value_slices[node.id]], node) for node in graph.nodes)
    gradients = tuple(
        plan.shaped(flat_messages[plan.gradient_slices[node.id]], node) if node.id in graph.active else None
        for node in graph.nodes
    )
    messages = {
        (consumer, slot): plan.shaped(flat_messages[part], graph.nodes[graph.nodes[consumer].inputs[slot]])
        for (consumer, slot), part in plan.message_slices.items()
    }
    seed = flat_messages[plan.seed_slice].reshape(graph.nodes[graph.output].shape)
    steps = [Step("forward", node.id) for node in graph.nodes if not node.is_leaf]
    steps.append(Step("backward", graph.output))
    steps += [Step("backward", consumer, slot) for consumer, slot in graph.backward_edges()]
    return Trace(
        graph,
        learning_rate,
        values,
        gradients,
        MappingProxyType(messages),
        seed,
        MappingProxyType({}),
        tuple(steps),
    )


def with_updates(trace: Trace, updates: Mapping[int, Update], rule: UpdateRule | None = None) -> Trace:
    """``trace``, which has none yet, with updates by parameter id, and their steps at its end."""
    steps = (*trace.steps, *(Step("update", identity) for identity in updates))
    made = MappingProxyType(dict(updates))
    return replace(trace, updates=made, steps=steps, update_rule=rule or trace.update_rule)


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
