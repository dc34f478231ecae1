"""Steps in words: what happens, why, the rule with names and the same rule with this step's numbers.

Everywhere a step may be None: that is the moment before the first one.
"""

from __future__ import annotations

import math

import numpy as np

from engine.explain import explain, recorded
from engine.expression import Expression, Index, Number, Reference, Symbol, substitute, to_text
from engine.graph import Node
from engine.ops import Array
from engine.shapes import axis_of, shape_text
from engine.trace import Step, Trace
from engine.units.samples import batch_size
from engine.updates import UpdateLine, update_lines
from visualizer.session.document import Document
from visualizer.session.formatting import array_text, bracketed, element_name, gradient_name, number_text

# A larger array is written as its shape.
MAX_WRITTEN_ELEMENTS = 24

# The accent over the letter before it.
HAT = "\N{COMBINING CIRCUMFLEX ACCENT}"

Leaf = Number | Symbol | Reference


def leaf_name(document: Document, leaf: Leaf) -> str:
    """A leaf of an expression by name: w1, W₂₁, ∂o/∂n, η; a constant by its number."""
    if isinstance(leaf, Number):
        return leaf.name or number_text(leaf.value)
    if isinstance(leaf, Symbol):
        return element_name(leaf.name.replace("_hat", HAT), leaf.index)
    node = document.graph.nodes[leaf.node]
    if leaf.kind == "gradient":
        return gradient_name(document.loss_name, node.name, leaf.index, node.shape)
    return _value_name(document, node, leaf.index)


def leaf_number(trace: Trace, leaf: Leaf) -> str:
    """A leaf of an expression by its recorded number or array; a large array is written as its shape."""
    if isinstance(leaf, Number):
        return number_text(leaf.value)
    if isinstance(leaf, Symbol):
        return element_name(leaf.name, leaf.index)
    if leaf.index is not None:
        return number_text(recorded(trace, leaf))
    array = trace.values[leaf.node] if leaf.kind == "value" else trace.gradients[leaf.node]
    return "none" if array is None else compact(array)


def compact(array: Array) -> str:
    """A number, a small array on one line, or the shape of a large one: (128×784)."""
    if array.size > MAX_WRITTEN_ELEMENTS:
        return f"({shape_text(array.shape)})"
    return array_text(array.tolist())


def title(document: Document, trace: Trace, step: Step | None) -> str:
    """What happens, in a few plain words: "tanh hands its gradient to n"."""
    if step is None:
        return "Before the first step"
    name = document.graph.nodes[trace.receiver(step)].name
    if step.phase == "forward":
        return f"{operation_word(document.graph.nodes[step.node])} computes {name}"
    if step.phase == "update":
        return _update_title(trace, step.node, name)
    if step.slot is not None:
        return f"{operation_word(document.graph.nodes[step.node])} hands its gradient to {name}"
    if (sender := _elsewhere(trace, step)) is not None:
        return f"{name} is given what comes from {sender}"
    if document.graph.incoming is not None or step.node in trace.given:
        return f"{name} is given its incoming gradient"
    return f"The gradient of {name} starts at 1"


def operation_word(node: Node) -> str:
    """A node's operation as the first word of a sentence: "Plus", "The linear layer", "tanh"."""
    word = node.rule.word
    return word[:1].upper() + word[1:] if word else node.rule.name


def why(document: Document, trace: Trace, step: Step | None) -> str:
    """One sentence that says why the step is as it is."""
    if step is None:
        known = "Only the inputs and the parameters are known: everything else is computed from them, step by step."
        if document.graph.incoming is None:
            return known
        output = document.graph.nodes[document.graph.output].name
        return f"{known} {document.loss_name} is the loss beyond {output}; only its gradient at {output} is given."
    if step.phase == "update":
        return _why_update(document, trace, step)
    node = document.graph.nodes[step.node]
    if step.phase == "backward" and step.slot is None:
        return _why_seed(document, trace, node)
    rule = node.rule
    if rule.variadic:
        names = {rule.inputs[0]: ", ".join(_input_names(document, node))}
    else:
        names = dict(zip(rule.inputs, _input_names(document, node), strict=True))
    names["y"] = bracketed(node.name)
    axis = dict(node.attributes).get("axis")
    names["along"] = "" if axis is None else f" along axis {axis:g}"
    if step.phase == "forward":
        return rule.why.format(**names)
    assert step.slot is not None
    said = rule.whys[0 if rule.variadic else step.slot].format(**names)
    samples = batch_size(document.graph, node) if node.op == "linear" and step.slot != 1 else 1
    return said if samples == 1 else f"{said} The shares of all {samples:,} samples are added up."


def formula_text(document: Document, trace: Trace, step: Step | None) -> str:
    """The rule with names: "∂o/∂n = ∂o/∂o · (1 − o²)"; "+=" where several messages add up, "←" for an update.

    The lines of an update that has several are separated by semicolons.
    """
    if step is None:
        return ""
    explanation = explain(trace, step)
    if len(explanation.lines) > 1:
        return "; ".join(line_formula(document, line) for line in explanation.lines)
    rule = to_text(explanation.rule, lambda leaf: leaf_name(document, leaf))
    return f"{leaf_name(document, explanation.target)} {explanation.relation} {rule}"


def numbers_text(document: Document, trace: Trace, step: Step | None) -> str:
    """The rule with this step's numbers: "0.5 = 1 × (1 − 0.7071²)". On the left is the step's own result.

    The lines of an update that has several are separated by semicolons.
    """
    if step is None:
        return ""
    explanation = explain(trace, step)
    if len(explanation.lines) > 1:
        return "; ".join(f"{compact(line.result)} = {line_numbers(trace, line)}" for line in explanation.lines)
    rule = to_text(_counted(trace, step, explanation.rule), lambda leaf: leaf_number(trace, leaf), times=" × ")
    return f"{compact(explanation.result)} = {rule}"


def line_formula(document: Document, line: UpdateLine) -> str:
    """One line of an update with names: "m ← β₁ · m + (1 − β₁) · g"."""
    rule = to_text(line.rule, lambda leaf: leaf_name(document, leaf))
    return f"{leaf_name(document, line.target)} {line.relation} {rule}"


def line_numbers(trace: Trace, line: UpdateLine) -> str:
    """The right-hand side of one line of an update with numbers: "0.9 × 0.5 + (1 − 0.9) × 0.25"."""

    def write(leaf: Leaf) -> str:
        return compact(line.names[leaf.name]) if isinstance(leaf, Symbol) else leaf_number(trace, leaf)

    return to_text(line.rule, write, times=" × ")


def _update_title(trace: Trace, parameter: int, name: str) -> str:
    """ "w takes a step downhill", or "Adam moves w": other optimisers may well go uphill for a while."""
    update, optimizer = trace.updates[parameter], trace.update_rule.optimizer
    if optimizer.name == "sgd":
        slopes = np.any(update.gradient if update.applied is None else update.applied)
        return f"{name} takes a step downhill" if slopes else f"{name} stays where it is"
    stays = np.array_equal(update.before, update.after)
    return f"{optimizer.title} leaves {name} where it is" if stays else f"{optimizer.title} moves {name}"


def _value_name(document: Document, node: Node, index: Index | None) -> str:
    if node.op == "constant" and not node.name.isidentifier():
        return number_text(float(document.graph.leaves[node.id]))
    return element_name(node.name if index else bracketed(node.name), index, node.shape)


def _input_names(document: Document, node: Node) -> list[str]:
    return [_value_name(document, document.graph.nodes[i], None) for i in node.inputs]


def _elsewhere(trace: Trace, step: Step) -> str | None:
    """What a gradient comes from that is not in the graph, in words; None where it is a seed."""
    given = trace.given.get(step.node) if step.slot is None else None
    return given.rule.name if given is not None and isinstance(given.rule, Number) else None


def _why_seed(document: Document, trace: Trace, node: Node) -> str:
    name = bracketed(node.name)
    if (sender := _elsewhere(trace, Step("backward", node.id))) is not None:
        return f"{name} is used outside this picture too: what comes from {sender} is added as one number."
    if document.graph.incoming is None and node.id not in trace.given:
        gradient = gradient_name(document.loss_name, node.name)
        return f"Nudging {name} moves {name} by just as much: {gradient} is 1."
    rule = explain(trace, Step("backward", node.id)).rule
    return f"The gradient at {name} comes from outside: {to_text(rule, lambda leaf: leaf_name(document, leaf))}."


def _why_update(document: Document, trace: Trace, step: Step) -> str:
    name = document.graph.nodes[step.node].name
    gradient = trace.updates[step.node].gradient
    if not np.all(np.isfinite(gradient)):
        return f"The gradient of {name} is not finite, so the new {name} is not either: training ends here."
    if len(lines := update_lines(trace, step.node)) > 1:
        return _why_lines(trace, lines)
    if not np.any(gradient):
        return f"The gradient is 0: a nudge of {name} does not move {document.loss_name}, so {name} stays as it is."
    if gradient.shape == ():
        sign, way = ("positive", "down") if gradient > 0 else ("negative", "up")
        return (
            f"The gradient is {sign}: raising {name} would {'raise' if gradient > 0 else 'lower'} "
            f"{document.loss_name}, so {name} goes {way}, by the learning rate times its gradient."
        )
    return f"The gradient points uphill, so {name} moves the other way, by the learning rate times its gradient."


def _why_lines(trace: Trace, lines: tuple[UpdateLine, ...]) -> str:
    """The sentences of all that takes part in an update, the optimiser's first."""
    rule, parts = trace.update_rule, {line.part for line in lines}
    said = [rule.optimizer.why]
    if rule.regularisation is not None and "regularisation" in parts:
        said.append(rule.regularisation[0].why)
    if rule.clipping is not None and "clipping" in parts:
        said.append(rule.clipping[0].why)
    if "rate" in parts:
        said.append(rule.schedule.why)
    return " ".join(said)


def _counted(trace: Trace, step: Step, rule: Expression) -> Expression:
    """``rule`` with a number for n, how many entries or samples an average runs over."""
    if step.phase == "update" or (step.phase == "backward" and step.slot is None):
        return rule
    node = trace.graph.nodes[step.node]
    count = _averaged(node, trace.graph.nodes[node.inputs[0]].shape)
    return substitute(rule, lambda symbol: Number(count) if symbol.name == "n" else symbol)


def _averaged(node: Node, shape: tuple[int, ...]) -> float:
    if node.op == "cross_entropy":
        axis = axis_of(shape, dict(node.attributes), default=-1)
        return math.prod(shape) / shape[axis if axis is not None else -1]
    return math.prod(shape) / max(node.size, 1)
