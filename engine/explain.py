"""The arithmetic behind every number of a trace: rules, terms, local derivatives and paths.

An explanation is an expression whose leaves are references to recorded numbers. Written with names it is the rule,
written with numbers it is the calculation, and its value is the recorded number.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.expression import (
    Call,
    Expression,
    Index,
    Number,
    Reference,
    Symbol,
    evaluate,
    substitute,
    terms_of,
    total,
    walk,
)
from engine.graph import Node
from engine.language import parse_expression
from engine.ops import OPS, Array, normal_cdf, normal_pdf
from engine.optimizers import FUNCTIONS as UPDATE_FUNCTIONS
from engine.plan import summed_to
from engine.shapes import Shape
from engine.trace import Step, Trace
from engine.updates import UpdateLine, update_lines

Relation = Literal["=", "+=", "←"]

# What the formulas may call: the operations, what updates call, and a few functions that only formulas use.
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: op.forward for name, op in OPS.items()},
    **UPDATE_FUNCTIONS,
    "Phi": normal_cdf,
    "phi": normal_pdf,
    "maximum": lambda *values: functools.reduce(np.maximum, values),
    "where": lambda condition, yes, no: yes if condition else no,
    "less": lambda a, b: a < b,
    "greater": lambda a, b: a > b,
    "equal": lambda a, b: a == b,
}


# A sum of more terms is not written out term by term anyway.
LONG_SUM = 12


@dataclass(frozen=True, slots=True)
class Explanation:
    """One step, explained.

    ``target`` is what is given a number: the value of a node, or its gradient. ``relation`` is "=" for a number given
    once, "+=" for one of several messages that add up, "←" for an update. ``rule`` holds for the whole array.
    ``result`` is the recorded array of this step. ``lines`` are those of an update; the last of them is the rule.
    """

    target: Reference
    relation: Relation
    rule: Expression
    result: Array
    lines: tuple[UpdateLine, ...] = ()


def explain(trace: Trace, step: Step) -> Explanation:
    """The rule of a step over whole arrays, and its recorded result."""
    receiver = trace.receiver(step)
    if step.phase == "forward":
        node = trace.graph.nodes[step.node]
        formula = node.rule.formula_for(dict(node.attributes), trace.graph.input_shapes(node))
        return Explanation(Reference(receiver, "value"), "=", _bind(trace, node, formula), trace.values[receiver])
    if step.phase == "update":
        lines = update_lines(trace, receiver)
        last = lines[-1]
        return Explanation(Reference(receiver, "value"), last.relation, last.rule, last.result, lines)
    target = Reference(receiver, "gradient")
    relation: Relation = "=" if len(trace.arrivals[receiver]) == 1 else "+="
    if step.slot is None:
        given = trace.given.get(receiver)
        return Explanation(target, relation, given.rule if given else _seed(trace, None), trace.message_of(step))
    node = trace.graph.nodes[step.node]
    formula = node.rule.gradient_for(step.slot, dict(node.attributes), trace.graph.input_shapes(node))
    message = trace.messages[step.node, step.slot]
    rule = _bind(trace, node, formula)
    if node.rule.elementwise:
        rule = _summed_back(rule, message.shape, node.shape)
    return Explanation(target, relation, rule, message)


def element(trace: Trace, step: Step, index: Index) -> Expression:
    """One element of a step's result, written out over single recorded numbers; its terms are ``terms_of`` it."""
    if step.phase == "update":
        return update_lines(trace, step.node)[-1].at(index)
    if step.phase == "backward" and step.slot is None:
        return trace.given[step.node].rule if step.node in trace.given else _seed(trace, index)
    node = trace.graph.nodes[step.node]
    shapes, attributes = trace.graph.input_shapes(node), dict(node.attributes)
    if step.phase == "forward":
        tree = node.rule.element(index, shapes, attributes)
    else:
        assert step.slot is not None
        tree = node.rule.gradient_element(step.slot, index, shapes, attributes)
    bound = substitute(tree, lambda symbol: _reference(node, symbol))
    if node.op == "cross_entropy":
        bound = _without_zero_targets(bound, trace)
    return _without_ones(_settled(bound, trace), trace)


def number(trace: Trace, expression: Expression) -> float:
    """The value of an explanation, computed from the recorded numbers it refers to."""
    with np.errstate(all="ignore"):
        return float(evaluate(expression, lambda leaf: recorded(trace, leaf), FUNCTIONS))


def recorded(trace: Trace, leaf: Symbol | Reference) -> float:
    """The recorded number behind a reference to one element; NaN for a gradient that nothing reaches."""
    if not isinstance(leaf, Reference):
        raise TypeError(f"{leaf} is not bound to a recorded number")
    array = trace.values[leaf.node] if leaf.kind == "value" else trace.gradients[leaf.node]
    return math.nan if array is None else float(array[leaf.index or ()])


def references(expression: Expression) -> Iterator[Reference]:
    """All recorded numbers that an expression refers to, left to right."""
    return (part for part in walk(expression) if isinstance(part, Reference))


def paths(trace: Trace, step: Step) -> Iterator[tuple[Index, int]]:
    """Every (element, term) of a step's result in reading order.

    These are the single paths of backpropagation: which number came through which other number to where. All of one
    array happen at once; walking them is an order for the eye.
    """
    shape = trace.graph.nodes[trace.receiver(step)].shape
    alike = len(terms_of(explain(trace, step).rule)) if step.phase == "update" else None
    for index in np.ndindex(*shape):
        for term in range(alike or len(terms_of(element(trace, step, index)))):
            yield index, term


def jacobian(trace: Trace, consumer: int, slot: int) -> Array:
    """The local derivatives d(consumer's output)/d(its input ``slot``), of shape (output size, input size).

    Row j is what the gradient rule makes of an arriving gradient that is 1 at output element j and 0 elsewhere.
    """
    graph = trace.graph
    node = graph.nodes[consumer]
    inputs = [trace.values[i] for i in node.inputs]
    shape = graph.nodes[node.inputs[slot]].shape
    extra = {"slot": slot} if node.rule.variadic else {}
    rows = np.empty((node.size, math.prod(shape)))
    for j in range(node.size):
        g = np.zeros(node.shape)
        g.flat[j] = 1.0
        with np.errstate(all="ignore"):
            message = np.asarray(
                node.rule.vjp(slot)(g, trace.values[consumer], *inputs, **dict(node.attributes), **extra)
            )
        rows[j] = (summed_to(message, shape, node.shape) if node.rule.elementwise else message).ravel()
    return rows


def local_derivative(node: Node, slot: int) -> Expression | None:
    """dy/d(input) of an elementwise operation over whole arrays; None for other operations."""
    if not node.rule.elementwise:
        return None
    tree = parse_expression(node.rule.derivatives[slot], conditions=True)
    return substitute(tree, lambda symbol: _reference(node, symbol))


def _summed_back(rule: Expression, shape: Shape, full: Shape) -> Expression:
    """A gradient of what was broadcast: the sum over the axes along which it was repeated."""
    lead = len(full) - len(shape)
    repeated = [axis for axis, size in enumerate(full) if axis < lead or (shape[axis - lead] == 1 and size != 1)]
    if not repeated:
        return rule
    return Call("sum", (rule,), (("axis", float(repeated[0])),) if len(repeated) < len(full) else ())


def _bind(trace: Trace, node: Node, formula: str) -> Expression:
    return substitute(parse_expression(formula, conditions=True), lambda symbol: _named(trace, node, symbol))


def _named(trace: Trace, node: Node, symbol: Symbol) -> Expression:
    """What a symbol of a whole-array formula stands for: also n, the number of entries of an average."""
    if symbol.name == "n":
        count = node.rule.count(dict(node.attributes), trace.graph.input_shapes(node))
        return Number(float(count), "n")
    return _reference(node, symbol)


def _reference(node: Node, symbol: Symbol) -> Expression:
    """What a symbol of the operation table stands for at ``node``."""
    if symbol.name == "y":
        return Reference(node.id, "value", symbol.index)
    if symbol.name == "g":
        return Reference(node.id, "gradient", symbol.index)
    if symbol.name in ("n", "k"):
        return symbol
    if symbol.name == "slope":
        return Number(dict(node.attributes).get("slope", 0.01), "slope")
    if node.rule.variadic:
        slot = int(symbol.name[1:] or 0)
        return Reference(node.inputs[slot], "value", symbol.index)
    return Reference(node.inputs[node.rule.inputs.index(symbol.name)], "value", symbol.index)


def _seed(trace: Trace, index: Index | None) -> Expression:
    """The gradient of the output with respect to itself is 1; with an incoming gradient, it is that."""
    graph = trace.graph
    if graph.incoming is None:
        return Number(1.0)
    node = graph.nodes[graph.incoming]
    if node.is_leaf:
        return Reference(node.id, "value", index)
    step = Step("forward", node.id)
    return explain(trace, step).rule if index is None else element(trace, step, index)


def _settled(expression: Expression, trace: Trace) -> Expression:
    """Answers what the numbers have settled: whether a weight is 0, and whether a class is the one asked about.

    Terms that are 0 by that, and factors that are 1 by that, are left out.
    """
    if not isinstance(expression, Call):
        return expression
    arguments = tuple(_settled(argument, trace) for argument in expression.arguments)
    settled = Call(expression.operation, arguments, expression.keywords)
    if settled.operation == "where" and arguments[1:] == (Number(1.0), Number(0.0)) and _asks_class(arguments[0]):
        return Number(number(trace, settled))
    if settled.operation == "multiply" and Number(0.0) in arguments[:1]:
        return Number(0.0)
    if settled.operation == "multiply" and Number(1.0) in arguments[:1] and len(arguments) > 1:
        return arguments[1] if len(arguments) == 2 else Call("multiply", arguments[1:])
    if settled.operation == "add" and Number(0.0) in arguments:
        return total([argument for argument in arguments if argument != Number(0.0)])
    if settled.operation == "where" and arguments[1] == Number(0.0):
        with_question, without = number(trace, settled), number(trace, arguments[2])
        same = with_question == without or (math.isnan(with_question) and math.isnan(without))
        return arguments[2] if same else Number(0.0)
    return settled


def _without_zero_targets(expression: Expression, trace: Trace) -> Expression:
    """Leaves out the terms of a long sum that a target of 0 makes 0: of a batch, one term for each sample stays."""
    if not isinstance(expression, Call):
        return expression
    arguments = expression.arguments
    if expression.operation != "add":
        arguments = tuple(_without_zero_targets(argument, trace) for argument in arguments)
        return Call(expression.operation, arguments, expression.keywords)
    if len(arguments) <= LONG_SUM:
        return expression
    return total([term for term in arguments if not _is_zero_target(term, trace)])


def _is_zero_target(term: Expression, trace: Trace) -> bool:
    if not (isinstance(term, Call) and term.operation == "multiply" and isinstance(term.arguments[0], Reference)):
        return False
    return recorded(trace, term.arguments[0]) == 0.0 and number(trace, term) == 0.0


def _asks_class(condition: Expression) -> bool:
    """True for the comparison of a recorded class index with a number."""
    return (
        isinstance(condition, Call)
        and condition.operation == "equal"
        and isinstance(condition.arguments[0], Reference)
        and isinstance(condition.arguments[1], Number)
    )


def _without_ones(expression: Expression, trace: Trace) -> Expression:
    """Leaves out factors that are sums of several numbers and come to exactly 1, such as the sum of probabilities."""
    if not isinstance(expression, Call):
        return expression
    arguments = tuple(_without_ones(argument, trace) for argument in expression.arguments)
    if expression.operation == "multiply" and len(arguments) > 1:
        kept = tuple(a for a in arguments if not (_is_plain_sum(a) and number(trace, a) == 1.0))
        if kept and len(kept) < len(arguments):
            return kept[0] if len(kept) == 1 else Call("multiply", kept)
    return Call(expression.operation, arguments, expression.keywords)


def _is_plain_sum(expression: Expression) -> bool:
    return (
        isinstance(expression, Call)
        and expression.operation == "add"
        and all(isinstance(argument, Reference) and argument.kind == "value" for argument in expression.arguments)
    )
