"""What is measured of a model: norms and units by layer, loss and score on a dataset, the first NaN of an iteration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.errors import GradStepError
from engine.graph import Graph, Node
from engine.layout import Edge
from engine.norms import norms_of
from engine.ops import Array
from engine.plan import Plan
from engine.shapes import shape_text
from engine.trace import Step, Trace
from engine.training import Model

# Outputs beyond these are saturated: by (lowest, highest) of the range that the activation squeezes numbers into.
SATURATED = {"tanh": (-0.99, 0.99), "sigmoid": (0.01, 0.99)}
# Samples evaluated at once, at most, and numbers of the forward pass.
CHUNK = 512
ROOM = 2_000_000
# Plans kept for evaluation, by the number of samples.
KEPT = 6


class Layers:
    """The layers of a plan: parameters that the same operation reads are one layer. ``names`` count them from 1.

    ``gradients`` are the stretches of the plan's messages that hold the gradient of each.
    """

    def __init__(self, plan: Plan) -> None:
        graph = plan.graph
        readers = [min(consumer for consumer, _ in graph.consumers[node.id]) for node in plan.parameters]
        order = sorted(set(readers))
        self.names = tuple(f"layer{number}" for number in range(1, len(order) + 1))
        self.gradients: list[list[slice]] = [[] for _ in order]
        self._parameters: list[list[slice]] = [[] for _ in order]
        start = 0
        for node, reader in zip(plan.parameters, readers, strict=True):
            self.gradients[order.index(reader)].append(plan.gradient_slices[node.id])
            self._parameters[order.index(reader)].append(slice(start, start := start + node.size))
        self._activations = [_activation(graph, graph.nodes[reader]) for reader in order]

    def details(self, plan: Plan, before: Array) -> Array:
        """(weight norm, update norm, dead, saturated) for each layer, right after an update from ``before``."""
        found = np.full((len(self.names), 4), math.nan)
        found[:, 0] = norms_of(before, self._parameters)
        with np.errstate(all="ignore"):
            found[:, 1] = norms_of(plan.parameter_vector - before, self._parameters)
        for row, node in zip(found, self._activations, strict=True):
            if node is not None:
                row[2:] = _dead_and_saturated(node, plan.value(node))
        return found


def edges_by_name(plan: Plan) -> dict[str, Edge]:
    """The edges along which training sends messages, by names such as ``a1 <- z2``, in the order of the messages."""
    nodes, found = plan.graph.nodes, {}
    for consumer, slot in plan.trained_edges:
        name = f"{nodes[nodes[consumer].inputs[slot]].name} <- {nodes[consumer].name}"
        # An operation may have the same value in several slots.
        found[name if name not in found else f"{name} ({slot + 1})"] = (consumer, slot)
    return found


def _activation(graph: Graph, node: Node) -> Node | None:
    """The activation that an operation's output goes through, if any."""
    for consumer, _ in graph.consumers[node.id]:
        if graph.nodes[consumer].rule.role == "activation":
            return graph.nodes[consumer]
    return None


def _dead_and_saturated(node: Node, values: Array) -> tuple[float, float]:
    """``values`` has a row for each unit."""
    if node.op == "relu":
        return float(
            np.mean(~np.any(values.reshape(len(values), -1) != 0.0, axis=1))
        ) if values.ndim else math.nan, math.nan
    if node.op in SATURATED:
        low, high = SATURATED[node.op]
        return math.nan, float(np.mean((values < low) | (values > high)))
    return math.nan, math.nan


class Measured(NamedTuple):
    """Loss and score over all samples for training, and over all samples for testing (None where there are none)."""

    loss: float
    score: float
    test_loss: float | None = None
    test_score: float | None = None


class Evaluation:
    """A model's forward pass over any data. The score is the accuracy for ``classes``, else R².

    The loss of several chunks is their average by samples, as for a loss that is itself an average over the batch.
    ``graph`` is the program over any batch, ``prediction`` the name of what its loss compares with t (None without).
    """

    def __init__(self, model: Model, graph: Graph, classes: bool) -> None:
        self._model = model
        self._classes = classes
        self._plans: dict[int, Plan] = {}
        self._prediction = _prediction(graph)
        self.prediction = None if self._prediction is None else graph.nodes[self._prediction].name
        self._rows = {name: graph.node(name).shape[0] for name in ("x", "t")}
        numbers = sum(node.size for node in graph.nodes if not node.is_leaf) // graph.node("x").shape[1]
        self._chunk = max(1, min(CHUNK, ROOM // max(numbers, 1)))

    def of(self, parameters: Array, x: Array, t: Array) -> tuple[float, float]:
        """(loss, score) with these parameters for x (features, samples) and t (outputs, samples)."""
        losses, predictions = 0.0, []
        for part, plan in self._chunks(parameters, x, t):
            graph = plan.graph
            losses += float(plan.value(graph.nodes[graph.output])) * (part.stop - part.start)
            if self._prediction is not None:
                predictions.append(plan.value(graph.nodes[self._prediction]).copy())
        return losses / x.shape[1], self._score(np.concatenate(predictions, axis=1), t) if predictions else math.nan

    def values(self, parameters: Array, x: Array, names: Sequence[str]) -> dict[str, Array]:
        """The values of the nodes of these names with these parameters for x (features, samples), a column for each.

        t is 0, and nothing but a loss depends on it. Raises GradStepError where x does not fit, a name is unknown, or
        a node has no value for each sample.
        """
        x = np.asarray(x, dtype=np.float64)
        if x.ndim != 2 or x.shape[0] != self._rows["x"] or x.shape[1] == 0:
            raise GradStepError(
                f"the samples have shape {shape_text(x.shape)}, and {self._rows['x']:,} rows are needed, "
                "with a column for each sample"
            )
        found: dict[str, Array] = {}
        for part, plan in self._chunks(parameters, x, np.zeros((self._rows["t"], x.shape[1]))):
            for name in names:
                node = plan.graph.node(name)
                if not _has_columns(plan.graph, node):
                    raise GradStepError(
                        f"“{name}” has no column for each sample: choose a value that has one, such as x"
                    )
                if name not in found:
                    found[name] = np.empty((*node.shape[:-1], x.shape[1]))
                found[name][..., part] = plan.value(node)
        return found

    def _chunks(self, parameters: Array, x: Array, t: Array) -> Iterator[tuple[slice, Plan]]:
        """Runs the model over so many samples at once; gives which they were, and the plan that holds the values."""
        for start in range(0, x.shape[1], self._chunk):
            part = slice(start, min(start + self._chunk, x.shape[1]))
            plan = self._plan(part.stop - start)
            plan.parameter_vector[...] = parameters
            for call, arguments in plan.renewing_calls:
                call(*arguments)
            plan.load({plan.graph.ids["x"]: x[:, part], plan.graph.ids["t"]: t[:, part]})
            plan.run_forward()
            yield part, plan

    def score_of(self, plan: Plan) -> float:
        """The score on the batch that ``plan`` has just run."""
        if self._prediction is None:
            return math.nan
        return self._score(plan.value(plan.graph.nodes[self._prediction]), plan.value(plan.graph.node("t")))

    def _plan(self, count: int) -> Plan:
        """The model over so many samples; the plans for the last few numbers of samples are kept."""
        plan = self._plans.pop(count, None)
        if plan is None:
            leaves = (np.zeros((self._rows[name], count)) for name in ("x", "t"))
            plan = Plan(self._model.graph(*leaves))
            if len(self._plans) == KEPT:
                del self._plans[next(iter(self._plans))]
        self._plans[count] = plan
        return plan

    def _score(self, prediction: Array, t: Array) -> float:
        if not np.all(np.isfinite(prediction)):
            return math.nan
        if not self._classes:
            spread = float(np.sum((t - t.mean(axis=1, keepdims=True)) ** 2))
            return 1.0 - float(np.sum((prediction - t) ** 2)) / spread if spread else math.nan
        if len(t) > 1:
            return float(np.mean(prediction.argmax(axis=0) == t.argmax(axis=0)))
        middle = 0.5 if self._model.target == "bits" else 0.0
        return float(np.mean((prediction > middle) == (t > middle)))


def _prediction(graph: Graph) -> int | None:
    """The id of what the loss compares with t; None where no operation of the program is a loss over t."""
    for node in reversed(graph.nodes):
        if not node.is_leaf and node.rule.role == "loss" and node.inputs[1] == graph.ids["t"]:
            return node.inputs[0]
    return None


def _has_columns(graph: Graph, node: Node) -> bool:
    """True for x, and for what is computed of x (or t) and has a column for each sample too."""
    samples = graph.node("x").shape[-1]
    reached = {graph.ids["x"], graph.ids["t"]}
    for other in graph.nodes[: node.id + 1]:
        if not reached.isdisjoint(other.inputs):
            reached.add(other.id)
    return node.id in reached and node.shape[-1:] == (samples,)


def first_not_finite(trace: Trace) -> tuple[Step, tuple[int, ...], float] | None:
    """The first step of a trace that brings NaN or infinity: (step, element, number). Leaves come before all steps."""
    for step in trace.steps:
        if step.phase == "forward":
            array = trace.values[step.node]
        elif step.phase == "backward":
            array = trace.message_of(step)
        else:
            array = trace.updates[step.node].after
        if not np.all(np.isfinite(array)):
            element = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            return step, element, float(array[element])
    return None
