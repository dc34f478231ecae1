"""Expressions: the one tree for program text, for the formulas of the operation table and for explained numbers.

A tree is made of four kinds of node. ``Number`` and ``Symbol`` come from text; ``Reference`` points at a recorded
number of a graph and replaces symbols when a formula is explained; ``Call`` applies an operation. The operators are
calls too: ``a + b`` is ``Call("add", (a, b))``. In explained formulas "add" and "multiply" may take any number of
arguments, so that a sum of a thousand terms is one flat node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Index = tuple[int, ...]
Kind = Literal["value", "gradient"]


@dataclass(frozen=True, slots=True)
class Number:
    """A constant, a float64. ``name`` is what the rule shows instead of it, such as a learning rate's Greek letter."""

    value: float
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A named value; ``index`` picks one element of it (counted from 0), None the whole array."""

    name: str
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A recorded number: the value of a graph's node, or the gradient of the output with respect to it."""

    node: int
    kind: Kind
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on expressions; ``keywords`` are (name, number) pairs such as ``("axis", 0.0)``."""

    operation: str
    arguments: tuple[Expression, ...]
    keywords: tuple[tuple[str, float], ...] = ()


Expression = Number | Symbol | Reference | Call


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node of the tree, parents before children, left to right."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Call):
            stack.extend(reversed(node.arguments))


def substitute(expression: Expression, replace: Callable[[Symbol], Expression]) -> Expression:
    """The same tree with every symbol replaced."""
    if isinstance(expression, Symbol):
        return replace(expression)
    if isinstance(expression, Call):
        arguments = tuple(substitute(argument, replace) for argument in expression.arguments)
        return Call(expression.operation, arguments, expression.keywords)
    return expression


def total(terms: Sequence[Expression]) -> Expression:
    """The sum of ``terms`` as one flat node; 0 where there are none."""
    if not terms:
        return Number(0.0)
    return terms[0] if len(terms) == 1 else Call("add", tuple(terms))


def product(*factors: Expression) -> Expression:
    """The product of ``factors`` as one flat node."""
    return factors[0] if len(factors) == 1 else Call("multiply", factors)


def terms_of(expression: Expression) -> tuple[Expression, ...]:
    """The terms that sum to ``expression``: one for anything that is not a sum."""
    if isinstance(expression, Call) and expression.operation == "add":
        return expression.arguments
    return (expression,)


def evaluate(
    expression: Expression, lookup: Callable[[Symbol | Reference], float], functions: Mapping[str, Callable[..., float]]
) -> float:
    """The number that ``expression`` stands for.

    ``lookup`` gives the numbers behind symbols and references, ``functions`` the operations by name.
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Call):
        values = [evaluate(argument, lookup, functions) for argument in expression.arguments]
        function = functions[expression.operation]
        if expression.operation in ("add", "multiply"):
            result = values[0]
            for value in values[1:]:
                result = function(result, value)
            return result
        return function(*values, **dict(expression.keywords))
    return lookup(expression)


# How tightly an operator binds; higher is tighter. Anything that is not listed needs no brackets.
PRECEDENCE = {
    "where": 0, "or": 1, "and": 2, "not": 3,
    "less": 4, "greater": 4, "less_equal": 4, "greater_equal": 4, "equal": 4, "not_equal": 4,
    "add": 5, "subtract": 5, "negate": 6, "multiply": 7, "divide": 7, "matmul": 7, "power": 8,
}  # fmt: skip
ATOM = 9

_SIGNS = {
    "add": " + ", "subtract": " − ", "multiply": " · ", "divide": " / ", "matmul": " @ ",
    "less": " < ", "greater": " > ", "less_equal": " ≤ ", "greater_equal": " ≥ ", "equal": " = ", "not_equal": " ≠ ",
}  # fmt: skip
_SUPERSCRIPTS = {2.0: "²", 3.0: "³"}


def precedence(expression: Expression) -> int:
    """How tightly the outermost operator of ``expression`` binds."""
    return PRECEDENCE.get(expression.operation, ATOM) if isinstance(expression, Call) else ATOM


def to_text(expression: Expression, leaf: Callable[[Number | Symbol | Reference], str], times: str = " · ") -> str:
    """``expression`` as one line of text with mathematical signs.

    ``leaf`` writes numbers, symbols and references; text of a negative number gets brackets where a sign would run
    into an operator. ``times`` is the multiplication sign.
    """

    def write(node: Expression, at_least: int, first: bool = True) -> str:
        if not isinstance(node, Call):
            text = leaf(node)
            return f"({text})" if text.startswith("−") and (not first or at_least >= 8) else text
        bracketed = precedence(node) < at_least and node.operation != "where"  # which has braces of its own
        text = write_call(node, first or bracketed)
        return f"({text})" if bracketed else text

    def write_call(node: Call, first: bool) -> str:
        name, arguments, mine = node.operation, node.arguments, precedence(node)
        if name == "negate":
            text = f"−{write(arguments[0], mine + 1, first=False)}"
            return text if first else f"({text})"
        if name == "power":
            base = write(arguments[0], mine + 1)
            exponent = arguments[1]
            if isinstance(exponent, Number) and exponent.value in _SUPERSCRIPTS and exponent.name is None:
                return f"{base}{_SUPERSCRIPTS[exponent.value]}"
            return f"{base}^{write(exponent, mine)}"
        if name == "where":
            condition, yes, no = (write(argument, 1) for argument in arguments)
            return f"{{{yes} if {condition}, else {no}}}"
        if name == "transpose":
            return f"{write(arguments[0], ATOM)}ᵀ"
        if name in _SIGNS:
            sign = times if name == "multiply" else _SIGNS[name]
            # The right-hand sides of − and / need brackets even at their own level.
            tighter = 1 if name in ("subtract", "divide", "matmul") else 0
            parts = [write(arguments[0], mine, first)]
            parts += [write(argument, mine + tighter, first=False) for argument in arguments[1:]]
            return sign.join(parts)
        inside = [write(argument, 0) for argument in arguments]
        inside += [f"{key}={value:g}" for key, value in node.keywords]
        return f"{name}({', '.join(inside)})"

    return write(expression, 0)


def program_text(expression: Expression) -> str:
    """``expression`` in the program language, the way a name is given to a value that has none."""
    signs = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "matmul": "@", "power": "**"}

    def write(node: Expression, at_least: int) -> str:
        if isinstance(node, Number):
            whole = node.value % 1 == 0 and abs(node.value) < 1e15
            text = f"{node.value:.0f}" if whole else repr(float(node.value))
            return f"({text})" if text.startswith("-") and at_least == ATOM else text
        if isinstance(node, Symbol):
            return node.name
        if isinstance(node, Reference):
            raise TypeError("a reference has no program text")
        mine = precedence(node)
        if node.operation == "negate":
            text = f"-{write(node.arguments[0], PRECEDENCE['power'])}"
        elif node.operation in signs:
            left, right = (0, 1) if node.operation != "power" else (1, 0)
            text = (
                f"{write(node.arguments[0], mine + left)} {signs[node.operation]} "
                f"{write(node.arguments[1], mine + right)}"
            )
        else:
            inside = [write(argument, 0) for argument in node.arguments]
            inside += [f"{key}={value:g}" for key, value in node.keywords]
            return f"{node.operation}({', '.join(inside)})"
        return f"({text})" if mine < at_least else text

    return write(expression, 0)
