"""Which arrays of a graph hold a batch, and along which axis its samples lie. Read off its layers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.graph import Graph, Node
from engine.shapes import axis_of
from engine.units.groups import untransposed

# Forth and back: a second time is for what goes into several things, more for programs that are no networks.
_ROUNDS = 4

LOSSES = ("mse", "cross_entropy", "binary_cross_entropy", "hinge")


def sample_axes(graph: Graph) -> Mapping[int, int]:
    """By node id: the axis along which each entry is another sample. Empty where nothing is a batch.

    What goes into a layer as a matrix is a batch, and so is what comes out of it. A layer is ``linear``, or the product
    of a matrix with a parameter or its transpose: X @ W has samples in rows, W @ X in columns. Whatever keeps the
    samples apart, or compares them with something by a loss, carries the axis on.
    """
    axes: dict[int, int] = {}
    for node in graph.nodes:
        _begin(graph, node, axes)
    if not axes:  # long programs of numbers are asked at every step
        return axes
    for _ in range(_ROUNDS):
        known = len(axes)
        for node in graph.nodes:
            _spread(graph, node, axes)
        _meet(graph, axes)
        for node in reversed(graph.nodes):
            _spread(graph, node, axes)
        if len(axes) == known:
            break
    return axes


def batch_size(graph: Graph, node: Node) -> int:
    """The number of samples that a linear layer takes at once: 1 for a vector."""
    shape = graph.nodes[node.inputs[1]].shape
    return 1 if len(shape) < 2 else shape[0 if dict(node.attributes).get("rows") else 1]


def _begin(graph: Graph, node: Node, axes: dict[int, int]) -> None:
    """Makes a batch of what goes into a layer and of what comes out of it."""
    if node.op == "linear" and len(node.shape) == 2:
        axis = 0 if dict(node.attributes).get("rows") else 1
        axes[node.inputs[1]] = axes[node.id] = axis
    elif node.op == "matmul":
        left, right = (graph.nodes[i] for i in node.inputs)
        from_left, from_right = (graph.nodes[untransposed(graph, i)[0]].op == "parameter" for i in node.inputs)
        if from_right and not from_left and len(left.shape) == 2:
            axes[left.id] = axes[node.id] = 0
        elif from_left and not from_right and len(right.shape) == 2:
            axes[right.id], axes[node.id] = 1, len(node.shape) - 1


def _spread(graph: Graph, node: Node, axes: dict[int, int]) -> None:
    """Makes a batch of everything around ``node`` that is one with a batch."""
    if node.is_leaf:
        return
    inputs = [graph.nodes[i] for i in node.inputs]
    if node.op in LOSSES:
        _compare(node, inputs, axes)
        return
    carried = [_carried(node, source) for source in inputs]
    for source, along in zip(inputs, carried, strict=True):
        if axes.get(source.id) in along:
            axes.setdefault(node.id, along[axes[source.id]])
    for source, along in zip(inputs, carried, strict=True):
        back = {after: before for before, after in along.items()}
        if axes.get(node.id) in back and source.op not in ("parameter", "constant"):
            axes.setdefault(source.id, back[axes[node.id]])


def _carried(node: Node, source: Node) -> Mapping[int, int]:
    """Which axis of ``node`` each axis of one of its inputs becomes, where its entries stay apart."""
    before, after = source.shape, node.shape
    if node.rule.elementwise:
        lead = len(after) - len(before)
        return {axis: axis + lead for axis, size in enumerate(before) if size == after[axis + lead]}
    if node.op in ("softmax", "log_softmax"):
        return {axis: axis for axis in range(len(before))}
    if node.op == "transpose":
        return {axis: len(before) - 1 - axis for axis in range(len(before))}
    if node.op == "reshape":
        return {0: 0} if before and after and before[0] == after[0] else {}
    attributes = dict(node.attributes)
    if node.op == "concatenate":
        joined = axis_of(before, attributes, default=0)
        return {axis: axis for axis in range(len(before)) if axis != joined}
    if node.op in ("sum", "mean", "max") and "axis" in attributes:
        gone = axis_of(before, attributes)
        assert gone is not None
        return {axis: axis - (axis > gone) for axis in range(len(before)) if axis != gone}
    return {}


def _compare(node: Node, inputs: list[Node], axes: dict[int, int]) -> None:
    """A loss: the target has the samples of the prediction. Indices of classes have no axis for the classes."""
    prediction, target = inputs
    if prediction.shape == target.shape:
        known = next((axes[other.id] for other in inputs if other.id in axes), None)
        if known is not None:
            for other in inputs:
                if other.op != "parameter":
                    axes.setdefault(other.id, known)
    elif prediction.id in axes:
        classes = axis_of(prediction.shape, dict(node.attributes), default=-1)
        axis = axes[prediction.id]
        if classes is not None and axis != classes:
            axes.setdefault(target.id, axis - (axis > classes))


def _meet(graph: Graph, axes: dict[int, int]) -> None:
    """The gradient that arrives from outside has the samples of the output."""
    if graph.incoming is not None:
        both = (graph.output, graph.incoming)
        known = next((axes[i] for i in both if i in axes), None)
        if known is not None:
            for i in both:
                axes.setdefault(i, known)
