"""Which arrays of a program hold a batch, and along which axis its samples lie. Read off its linear layers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.expression import Call, Expression, Reference
from engine.graph import Graph, Node

SAMPLE = "sample"
_LOSSES = ("mse", "cross_entropy", "binary_cross_entropy", "hinge")


def sample_axes(graph: Graph) -> Mapping[int, int]:
    """By node id: the axis along which each entry is another sample. Empty where nothing is a batch.

    What goes into a linear layer as a matrix is a batch, and so is what comes out of it. So is everything of the same
    shape that is one with it element by element, or is compared with it by a loss.
    """
    axes: dict[int, int] = {}
    for node in graph.nodes:
        if node.op == "linear" and len(node.shape) == 2:
            axis = 0 if dict(node.attributes).get("rows") else 1
            axes[node.inputs[1]] = axes[node.id] = axis
    if axes:
        for node in (*graph.nodes, *reversed(graph.nodes)):
            _spread(graph, node, axes)
    return axes


def batch_size(graph: Graph, node: Node) -> int:
    """The number of samples that a linear layer takes at once: 1 for a vector."""
    shape = graph.nodes[node.inputs[1]].shape
    return 1 if len(shape) < 2 else shape[0 if dict(node.attributes).get("rows") else 1]


def over_samples(graph: Graph, rule: Expression) -> Expression:
    """``rule`` with its axes in words: a sum along the samples runs over so many "samples".

    What is done to each sample by itself, as softmax is, needs no word.
    """
    axes = sample_axes(graph)

    def said(expression: Expression) -> Expression:
        if not isinstance(expression, Call):
            return expression
        keywords, first = expression.keywords, expression.arguments[0]
        if len(keywords) == 1 and keywords[0][0] == "axis" and isinstance(first, Reference) and first.node in axes:
            along, size = axes[first.node], graph.nodes[first.node].shape
            if expression.operation == "sum" and keywords[0][1] == along:
                keywords = ((f"{SAMPLE}s", float(size[along])),)
            elif expression.operation in ("softmax", "log_softmax") and keywords[0][1] != along:
                keywords = ()
        return Call(expression.operation, tuple(map(said, expression.arguments)), keywords)

    return said(rule) if axes else rule


def _spread(graph: Graph, node: Node, axes: dict[int, int]) -> None:
    """Makes a batch of everything around ``node`` that is one with a batch."""
    if node.is_leaf or not (node.rule.elementwise or node.op in _LOSSES):
        return
    together = [graph.nodes[i] for i in (*node.inputs, node.id)]
    known = next((other for other in together if other.id in axes), None)
    if known is not None:
        for other in together:
            if other.shape == known.shape and other.op != "parameter":
                axes.setdefault(other.id, axes[known.id])
