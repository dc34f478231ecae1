"""Rules in words: the axis along which the samples of a batch lie is called so."""

from __future__ import annotations

from engine.expression import Call, Expression, Reference
from engine.graph import Graph
from engine.units.samples import sample_axes

SAMPLE = "sample"


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
