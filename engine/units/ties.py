"""How the units of an input reach those of what is made of them: one to one, or all to all."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.graph import Graph, Node
from engine.shapes import axis_of
from engine.units.groups import Pattern, unit_shape


def tie_of(graph: Graph, axes: Mapping[int, int], node: Node, slot: int) -> tuple[Pattern, int]:
    """Whether each unit of an input goes into one unit of ``node`` alone, and then how much further on that stands.

    "dense" where the operation says no more than that all may depend on all.
    """
    source = graph.nodes[node.inputs[slot]]
    before, after = axes.get(source.id), axes.get(node.id)
    if node.op == "concatenate":
        offset = _offset(node, slot, graph, after) if before == after else None
        return ("dense", 0) if offset is None else ("same", offset)
    shape = unit_shape(source, axes)
    if math.prod(shape) != math.prod(unit_shape(node, axes)):
        return "dense", 0
    lead = len(node.shape) - len(source.shape)
    turned = None if before is None else len(node.shape) - 1 - before
    one_to_one = (
        (node.rule.elementwise and (after == before + lead if before is not None else is_shared(source, node, axes)))
        or (node.op == "linear" and slot == 2)
        or (node.op == "transpose" and len(shape) <= 1 and after == turned)
        or (node.op == "reshape" and (before, after) in ((None, None), (0, 0)))
    )
    return ("same" if one_to_one else "dense"), 0


def is_shared(source: Node, node: Node, axes: Mapping[int, int]) -> bool:
    """True where an input of an elementwise operation, which has no samples, is the same for all of ``node``'s."""
    axis = axes.get(node.id)
    if axis is None:
        return True
    axis -= len(node.shape) - len(source.shape)
    return axis < 0 or source.shape[axis] == 1


def _offset(node: Node, slot: int, graph: Graph, samples: int | None) -> int | None:
    """How many units stand before those of one input in what is joined; None where they do not stay together."""
    joined = axis_of(node.shape, dict(node.attributes), default=0)
    if joined != (1 if samples == 0 else 0):
        return None
    rows = sum(graph.nodes[i].shape[joined] for i in node.inputs[:slot])
    return rows * math.prod(size for axis, size in enumerate(node.shape) if axis > joined and axis != samples)
