"""The neurons of a graph as data: circles in groups, and bundles of edges between the groups.

A *unit* is a circle. Over it stand one element of each of its group's stages, such as z1 and then a1, for one sample
of the batch. An edge is an entry of a weight, or a tie without a weight. The numbers are in ``units.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.graph import Graph, Node
from engine.shapes import Shape

Integers = np.ndarray[Any, np.dtype[np.int64]]

GroupKind = Literal["input", "target", "units", "output", "parameter", "constant"]
Pattern = Literal["dense", "same"]


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are computed together.

    ``stages`` are the nodes whose elements live in these circles, in the order computed; the last is handed on.
    ``size`` is the number of units, for one sample. ``rank`` is the column, counted from 0 at the left: every bundle
    leads to a higher one. ``biases`` are (stage, bias) node ids: a bias has one element for each unit, or one for all.
    ``kind`` is "output" for a loss and what else sums the pass up, "target" for what a loss compares with, and
    "parameter" for parameters that are no weights and for what is made of parameters alone, such as a penalty.
    """

    number: int
    kind: GroupKind
    stages: tuple[int, ...]
    size: int
    rank: int
    biases: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """The edges from one group to another, along which one stage goes into one consumer.

    ``source`` and ``target`` are group numbers, ``stage`` the node that the source hands over, ``slot`` its place in
    ``consumer``: the recorded message is ``messages[consumer, slot]``. ``shape`` is (target units, source units).
    "dense" joins all with all, "same" joins source unit i to target unit i + ``offset``. ``weight`` is the leaf whose
    entries weight the edges; it, or its transpose, is in ``weight_slot`` of the consumer. In its own array the sources
    come first where ``inputs_first``. ``via`` is the product that is the edge itself: it is the consumer then, and the
    target adds it.
    """

    number: int
    source: int
    target: int
    stage: int
    consumer: int
    slot: int
    pattern: Pattern
    shape: tuple[int, int]
    weight: int | None = None
    weight_slot: int | None = None
    inputs_first: bool = False
    via: int | None = None
    offset: int = 0

    @property
    def total(self) -> int:
        """The number of edges."""
        targets, sources = self.shape
        return targets * sources if self.pattern == "dense" else sources

    def ends(self) -> tuple[Integers, Integers]:
        """(target units, source units) of all edges, in the order of the raveled numbers of the bundle."""
        targets, sources = self.shape
        if self.pattern == "same":
            return np.arange(sources) + self.offset, np.arange(sources)
        return np.repeat(np.arange(targets), sources), np.tile(np.arange(sources), targets)


@dataclass(frozen=True, eq=False)
class Units:
    """The neurons of a graph.

    Every node is in ``group_of`` (stages, biases, and constants, which are part of what uses them) or in ``bundle_of``
    (weights, their transposes, and products that are edges): a group's or a bundle's number by node id. A weight that
    is used twice is in the first of its ``bundles_of``. ``bundle_at`` is the bundle of an edge of the graph, by
    (consumer, slot), where it has one. ``axes`` are the axes of the ``samples``, by node id; what has none is the same
    for all samples.
    """

    graph: Graph
    groups: tuple[Group, ...]
    bundles: tuple[Bundle, ...]
    axes: Mapping[int, int]
    samples: int
    group_of: Mapping[int, int]
    bundle_of: Mapping[int, int]
    bundles_of: Mapping[int, tuple[int, ...]]
    bundle_at: Mapping[tuple[int, int], int]


def untransposed(graph: Graph, node_id: int) -> tuple[int, tuple[int, ...]]:
    """What a node is the transpose of, at last, and the transposes on the way: itself and none for any other."""
    turned: list[int] = []
    while graph.nodes[node_id].op == "transpose":
        turned.append(node_id)
        node_id = graph.nodes[node_id].inputs[0]
    return node_id, tuple(turned)


def unit_shape(node: Node, axes: Mapping[int, int]) -> Shape:
    """The shape of a node's value for one sample."""
    axis = axes.get(node.id)
    return node.shape if axis is None else node.shape[:axis] + node.shape[axis + 1 :]
