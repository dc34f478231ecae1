"""The rule of a step with its arrays as grids of numbers, and the signs between them, as plain data."""

from __future__ import annotations

import numpy as np

from engine.explain import Explanation, explain
from engine.expression import Index, Reference
from engine.ops import Array
from engine.trace import Step, Trace
from visualizer.session import wording
from visualizer.session.document import Document
from visualizer.session.flow_builder import FlowBuilder, TooLarge, over_arrays
from visualizer.session.scene import MAX_COLUMNS
from visualizer.session.tile import Cell, Flow, Tile


def build_flows(
    document: Document, trace: Trace, step: Step, chosen: Index, lit: frozenset[Reference]
) -> tuple[Flow, Flow]:
    """The rule with its arrays as grids, and the same with the grids cut down to a few rows and columns.

    Empty where the rule does not come to the recorded result, grid by grid; the first also where a grid is too large.
    """
    explanation = explain(trace, step)
    target = Reference(explanation.target.node, explanation.target.kind, chosen)
    builder, excerpts = (FlowBuilder(document, trace, lit, excerpt) for excerpt in (False, True))
    joined = _joined(builder, trace, step, target)
    if len(explanation.lines) <= 1 and not _holds(trace, explanation):
        return joined, ()
    return joined or _flow(builder, explanation, step, target), _flow(excerpts, explanation, step, target)


def _flow(builder: FlowBuilder, explanation: Explanation, step: Step, target: Reference) -> Flow:
    try:
        result = builder.tile(explanation.target, explanation.result, {target})
        if len(explanation.lines) > 1:  # of an update in several lines, what it comes to
            before = builder.trace.updates[step.node].before
            return (result, explanation.relation, builder.tile(explanation.target, before, {target}))
        right = builder.flow(explanation.rule)
    except TooLarge:
        return ()
    return (result, explanation.relation, *right) if right else ()


def _holds(trace: Trace, explanation: Explanation) -> bool:
    """True where the rule over whole arrays, vectors as columns or as they are, comes to the recorded result."""
    for columns in (True, False):
        try:
            found = over_arrays(trace, explanation.rule, columns)
        except (ValueError, TypeError, KeyError, np.exceptions.AxisError):
            continue
        result = explanation.result.ravel()
        if found.size == result.size and np.allclose(found.ravel(), result, rtol=1e-9, atol=1e-12, equal_nan=True):
            return True
    return False


def _joined(builder: FlowBuilder, trace: Trace, step: Step, target: Reference) -> Flow:
    """The worksheet's trick: [dW | db] = dz [a | 1], one product for weights and bias. Empty for other steps."""
    if step.phase != "backward" or step.slot not in (0, 2):
        return ()
    node = trace.graph.nodes[step.node]
    if node.op != "linear" or trace.values[node.inputs[1]].ndim != 1 or dict(node.attributes).get("inputs_first"):
        return ()
    if (step.node, 2) not in trace.messages or (step.node, 0) not in trace.messages:
        return ()
    try:
        return _augmented(builder, trace, step, target)
    except TooLarge:
        return ()


def _augmented(builder: FlowBuilder, trace: Trace, step: Step, target: Reference) -> Flow:
    weight, a, bias = trace.graph.nodes[step.node].inputs
    g = builder.tile(Reference(step.node, "gradient"), _gradient(trace, step.node), builder.lit)
    row = builder.tile(Reference(a, "value"), trace.values[a], builder.lit, transposed=True)
    one = Cell("1", None, step.slot == 2)
    name = trace.graph.nodes[a].name
    inputs = Tile(f"[{name} | 1]", ((*row.cells[0], one),), split=("column", len(row.cells[0])))
    dw = builder.tile(Reference(weight, "gradient"), trace.messages[step.node, 0], {target})
    db = builder.tile(Reference(bias, "gradient"), trace.messages[step.node, 2], {target})
    faint_w, faint_b = step.slot == 2, step.slot == 0
    cells = tuple(
        (*(_faint(cell, faint_w) for cell in left), _faint(right[0], faint_b))
        for left, right in zip(dw.cells, db.cells, strict=True)
    )
    labels = [wording.leaf_name(builder.document, Reference(i, "gradient")) for i in (weight, bias)]
    result = Tile(f"[{' | '.join(labels)}]", cells, split=("column", len(dw.cells[0])))
    return (result, "=", g, inputs) if len(cells[0]) <= MAX_COLUMNS else ()


def _faint(cell: Cell, faint: bool) -> Cell:
    return Cell(cell.text, cell.reference, cell.lit, faint, cell.value)


def _gradient(trace: Trace, node: int) -> Array:
    gradient = trace.gradients[node]
    assert gradient is not None
    return gradient
