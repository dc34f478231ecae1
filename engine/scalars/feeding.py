"""Which elements of an operation's output an element of an input helps to make."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from engine.expression import Index, Symbol, walk
from engine.graph import Node
from engine.shapes import Shape, axis_of

MOVES = ("transpose", "reshape", "concatenate")
REDUCTIONS = ("sum", "mean", "max")


def variables(node: Node) -> Mapping[str, int]:
    """The slots of a node's inputs by the names that the operation table has for them, in order."""
    if node.rule.variadic:
        return {f"{node.rule.inputs[0]}{slot}": slot for slot in range(len(node.inputs))}
    return {name: slot for slot, name in enumerate(node.rule.inputs)}


def broadcast_source(index: Index, shape: Shape) -> Index:
    """The element of an input of ``shape`` that element ``index`` of what it is broadcast to reads."""
    lead = len(index) - len(shape)
    return tuple(0 if size == 1 else index[lead + axis] for axis, size in enumerate(shape))


def fed(
    node: Node, slot: int, index: Index, input_shapes: Sequence[Shape], chosen: tuple[int, int] | None = None
) -> Iterator[Index]:
    """The elements of ``node`` that read element ``index`` in ``slot``, in order and one by one.

    ``input_shapes`` may differ from the node's own in the number of samples. ``chosen`` (axis, position) leaves only
    those of an elementwise operation that stand there.
    """
    mine = input_shapes[slot]
    if node.rule.elementwise:
        yield from itertools.product(*_broadcast_to(node.shape, mine, index, chosen))
    elif node.op in MOVES:
        yield _moved(node, slot, index, input_shapes)
    elif node.op in REDUCTIONS:
        axis = axis_of(mine, dict(node.attributes))
        yield () if axis is None else index[:axis] + index[axis + 1 :]
    else:
        tree = node.rule.gradient_element(slot, index, input_shapes, dict(node.attributes))
        found = (part.index or () for part in walk(tree) if isinstance(part, Symbol) and part.name == "g")
        yield from dict.fromkeys(found)


def fan(node: Node, slot: int, input_shapes: Sequence[Shape]) -> int:
    """How many elements of ``node`` each element of its input ``slot`` helps to make: the same number for all."""
    mine = input_shapes[slot]
    if node.rule.elementwise:
        return node.size // math.prod(mine)
    return sum(1 for _ in fed(node, slot, (0,) * len(mine), input_shapes))


def _broadcast_to(shape: Shape, mine: Shape, index: Index, chosen: tuple[int, int] | None) -> list[Sequence[int]]:
    lead = len(shape) - len(mine)
    places: list[Sequence[int]] = [
        range(size) if axis < lead or mine[axis - lead] != size else (index[axis - lead],)
        for axis, size in enumerate(shape)
    ]
    if chosen is not None:
        axis, position = chosen
        places[axis] = (position,) if position in places[axis] else ()
    return places


def _moved(node: Node, slot: int, index: Index, input_shapes: Sequence[Shape]) -> Index:
    if node.op == "transpose":
        return index[::-1]
    if node.op == "reshape":
        flat = int(np.ravel_multi_index(index, input_shapes[0])) if index else 0
        return tuple(int(i) for i in np.unravel_index(flat, node.shape)) if node.shape else ()
    axis = axis_of(input_shapes[0], dict(node.attributes), default=0) or 0
    before = sum(shape[axis] for shape in input_shapes[:slot])
    return (*index[:axis], index[axis] + before, *index[axis + 1 :])
