"""Graphs of array operations: frozen, in topological order by construction, every shape checked when built."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.errors import GradStepError, ProgramError
from engine.ops import OPS, Array, Op
from engine.shapes import MAX_ELEMENTS, Shape, ShapeError, shape_text

LEAVES = ("input", "parameter", "constant")

# All values of one pass together: what a trace may hold.
MAX_TOTAL_ELEMENTS = 20_000_000


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the program: a leaf, or what an operation makes of earlier nodes.

    ``op`` is "input", "parameter" or "constant" for a leaf, else a name in the operation table. ``inputs`` are the ids
    of earlier nodes, one per slot. ``line`` counts from 1 within the program; None for leaves.
    """

    id: int
    op: str
    inputs: tuple[int, ...]
    shape: Shape
    name: str
    scope: str = ""
    attributes: tuple[tuple[str, float], ...] = ()
    line: int | None = None

    @property
    def is_leaf(self) -> bool:
        """True for inputs, parameters and constants."""
        return self.op in LEAVES

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def rule(self) -> Op:
        """The operation's entry in the table. Raises KeyError for a leaf."""
        return OPS[self.op]


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in topological order, the node to differentiate, and the values of the leaves.

    ``output`` is a scalar node, or ``incoming`` is the node whose value is the gradient that arrives at ``output`` from
    outside. ``leaves`` maps every leaf's id to its value, a read-only float64 array.
    """

    nodes: tuple[Node, ...]
    output: int
    incoming: int | None
    leaves: Mapping[int, Array] = field(repr=False)

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """Node ids by name."""
        return MappingProxyType({node.name: node.id for node in self.nodes})

    def node(self, name: str) -> Node:
        """The node of that name. Raises GradStepError where there is none."""
        if name not in self.ids:
            raise GradStepError(f"there is no value named “{name}”{_suggestion(name, self.ids)}")
        return self.nodes[self.ids[name]]

    def input_shapes(self, node: Node) -> tuple[Shape, ...]:
        """The shapes of a node's inputs, one per slot."""
        return tuple(self.nodes[i].shape for i in node.inputs)

    @cached_property
    def active(self) -> frozenset[int]:
        """The nodes that a gradient reaches: the output and what it depends on in a differentiable way."""
        reached = {self.output}
        for node in reversed(self.nodes):
            if node.id in reached and not node.is_leaf:
                shapes = self.input_shapes(node)
                reached.update(i for slot, i in enumerate(node.inputs) if node.rule.flows(slot, shapes))
        return frozenset(i for i in reached if self.nodes[i].op != "constant" or i == self.output)

    def backward_edges(self) -> Iterator[tuple[int, int]]:
        """(consumer, slot) of every edge that carries a message, in the order in which the messages are sent."""
        for node in reversed(self.nodes):
            if node.is_leaf or node.id not in self.active:
                continue
            shapes = self.input_shapes(node)
            for slot in node.rule.messages_order(len(node.inputs)):
                if node.inputs[slot] in self.active and node.rule.flows(slot, shapes):
                    yield node.id, slot

    @cached_property
    def consumers(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """(consumer, slot) of every edge that leaves a node, by the node's id, in program order."""
        found: dict[int, list[tuple[int, int]]] = {node.id: [] for node in self.nodes}
        for node in self.nodes:
            for slot, source in enumerate(node.inputs):
                found[source].append((node.id, slot))
        return MappingProxyType({key: tuple(edges) for key, edges in found.items()})

    def with_leaf(self, name: str, value: Any) -> Graph:
        """The same graph with another value for one input or parameter.

        Raises GradStepError where the name is no leaf, the shape differs or a number is not finite.
        """
        node = self.node(name)
        if node.op not in ("input", "parameter"):
            raise GradStepError(f"“{name}” is computed, so it cannot be set; its inputs can")
        array = frozen_array(value, name)
        if array.shape != node.shape:
            raise GradStepError(
                f"“{name}” has shape {shape_text(node.shape)}, and the new value has shape {shape_text(array.shape)}"
            )
        return replace(self, leaves=MappingProxyType({**self.leaves, node.id: array}))


def frozen_array(value: Any, name: str) -> Array:
    """``value`` as a read-only float64 array. Raises GradStepError where it is ragged, not numeric or not finite."""
    try:
        given = np.asarray(value)
        # Numpy would read None as nan and "3" as 3.
        numeric = (
            all(isinstance(item, Real) for item in given.flat) if given.dtype == object else given.dtype.kind in "biuf"
        )
        if not numeric:
            raise TypeError
        array = np.array(given, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise GradStepError(f"“{name}” must be a number, or rows of numbers of equal length") from None
    if not np.isfinite(array).all():
        raise GradStepError(f"“{name}” holds a number that is not finite")
    if array.ndim > 4:
        raise GradStepError(f"“{name}” has {array.ndim} dimensions, and at most 4 are supported")
    if array.size == 0:
        raise GradStepError(f"“{name}” is empty: give at least one number")
    array.flags.writeable = False
    return array


class GraphBuilder:
    """Adds nodes one by one, checking names and shapes as they come. No value has more than ``limit`` elements."""

    def __init__(self, limit: int = MAX_ELEMENTS) -> None:
        self.limit = limit
        self.nodes: list[Node] = []
        self.leaves: dict[int, Array] = {}
        self.ids: dict[str, int] = {}
        self._total = 0

    def leaf(self, op: str, name: str, value: Any, line: int | None = None) -> int:
        """A new input, parameter or constant; gives its id. Raises GradStepError for a bad value or a name in use."""
        array = frozen_array(value, name)
        identity = self._add(Node(len(self.nodes), op, (), array.shape, name, line=line))
        self.leaves[identity] = array
        return identity

    def apply(
        self,
        op: str,
        inputs: Sequence[int],
        name: str,
        attributes: Mapping[str, float] = MappingProxyType({}),
        line: int | None = None,
        scope: str = "",
    ) -> int:
        """A new node for operation ``op``; gives its id.

        Raises ProgramError where the operation is unknown, takes other inputs, or the shapes do not fit.
        """
        rule = OPS.get(op)
        if rule is None:
            raise ProgramError(f"there is no operation “{op}”{_suggestion(op, OPS)}", line)
        self._check_call(rule, inputs, attributes, line)
        shapes = [self.nodes[i].shape for i in inputs]
        try:
            shape = rule.shape(shapes, attributes)
        except ShapeError as error:
            given = ", ".join(f"{self.nodes[i].name}: {shape_text(self.nodes[i].shape)}" for i in inputs)
            raise ProgramError(f"“{name}” cannot be computed: {error} ({given})", line) from None
        node = Node(len(self.nodes), op, tuple(inputs), shape, name, scope, tuple(sorted(attributes.items())), line)
        return self._add(node)

    def _check_call(self, rule: Op, inputs: Sequence[int], attributes: Mapping[str, float], line: int | None) -> None:
        if (len(inputs) == 0) if rule.variadic else (len(inputs) != len(rule.inputs)):
            wanted = "at least 1 input" if rule.variadic else f"{len(rule.inputs)} ({', '.join(rule.inputs)})"
            raise ProgramError(f"{rule.name} takes {wanted}, not {len(inputs)}", line)
        for key in attributes:
            if key not in rule.attributes:
                known = f"it knows {', '.join(rule.attributes)}" if rule.attributes else "it takes none"
                raise ProgramError(f"{rule.name} has no keyword “{key}”: {known}", line)

    def _add(self, node: Node) -> int:
        if node.name in self.ids:
            raise ProgramError(f"“{node.name}” already has a value: each name is given one value, once", node.line)
        if node.size > self.limit:
            raise ProgramError(
                f"“{node.name}” would have {node.size:,} elements (shape {shape_text(node.shape)}), "
                f"and at most {self.limit:,} are supported",
                node.line,
            )
        self._total += node.size
        if self._total > MAX_TOTAL_ELEMENTS:
            raise ProgramError(f"all values together would have more than {MAX_TOTAL_ELEMENTS:,} elements", node.line)
        self.nodes.append(node)
        self.ids[node.name] = node.id
        return node.id

    def finish(self, output: int, incoming: int | None = None) -> Graph:
        """The finished graph. Raises ProgramError where there is nothing to start the backward pass from."""
        node = self.nodes[output]
        if incoming is None and node.shape != ():
            raise ProgramError(
                f"the output “{node.name}” has shape {shape_text(node.shape)}: the backward pass starts from a scalar, "
                "or from an incoming gradient (incoming = … under [backward] in a document, incoming= in Python)"
            )
        if incoming is not None and self.nodes[incoming].shape != node.shape:
            raise ProgramError(
                f"the incoming gradient has shape {shape_text(self.nodes[incoming].shape)}, "
                f"but the output “{node.name}” has shape {shape_text(node.shape)}"
            )
        return Graph(tuple(self.nodes), output, incoming, MappingProxyType(dict(self.leaves)))


def _suggestion(name: str, known: Mapping[str, Any]) -> str:
    """A hint at a similar name, as the end of a sentence."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean “{near[0]}”?" if near else ""
