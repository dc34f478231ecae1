"""Rewriting of written-out elements, so that single numbers of the table's operations can stand for all of them.

Each function takes a tree over single numbers and ``number``, which says what a tree comes to.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from engine.expression import Call, Expression, Number, terms_of, total

NumberOf = Callable[[Expression], float]

# exp of numbers beyond this is taken after the largest has been subtracted, as the recorded softmax was.
STEEP = 100.0


def settled(tree: Expression, number: NumberOf) -> Expression:
    """Answers what the numbers have settled: whether a weight is 0, which class is meant, which entry is the largest.

    Terms that are 0 by that, and factors that are 1 by that, are left out.
    """
    if not isinstance(tree, Call):
        return tree
    if tree.operation == "where":
        condition, yes, no = tree.arguments
        # 0 · log p counts as 0; where it is 0 by itself it can stay, and hand back its gradients.
        needless = yes == Number(0.0) and number(no) == 0.0
        return settled(yes if number(condition) and not needless else no, number)
    arguments = tuple(settled(argument, number) for argument in tree.arguments)
    if tree.operation == "multiply" and arguments[0] in (Number(0.0), Number(1.0)):
        return Number(0.0) if arguments[0] == Number(0.0) else arguments[1]
    if tree.operation == "add":
        return total([argument for argument in arguments if argument != Number(0.0)])
    if tree.operation == "maximum":
        return _largest(arguments, number)
    return Call(tree.operation, arguments, tree.keywords)


def without_impossible(tree: Expression, number: NumberOf) -> Expression:
    """Leaves out products 0 · ∞, which a cross-entropy counts as 0."""
    if not isinstance(tree, Call):
        return tree
    if tree.operation == "multiply" and number(tree.arguments[0]) == 0.0 and math.isnan(number(tree)):
        return Number(0.0)
    return Call(tree.operation, tuple(without_impossible(a, number) for a in tree.arguments), tree.keywords)


def steady(tree: Expression, number: NumberOf) -> Expression:
    """Keeps exp from overflowing: exp(x) / Σ exp and log(Σ exp) of large numbers, with the largest subtracted first."""
    if not isinstance(tree, Call):
        return tree
    if tree.operation == "log":
        powers, largest = _powers(tree.arguments[0], number)
        if powers is not None:
            return Call("add", (Call("log", (powers,)), Number(largest, "the largest")))
    if tree.operation == "divide" and isinstance(tree.arguments[0], Call) and tree.arguments[0].operation == "exp":
        powers, largest = _powers(tree.arguments[1], number)
        if powers is not None:
            return Call("divide", (_lowered(tree.arguments[0], largest), powers))
    return Call(tree.operation, tuple(steady(argument, number) for argument in tree.arguments), tree.keywords)


def joined(own: Expression, others: float, samples: int, average: bool) -> Expression:
    """A sum over all samples, or an average, of which one is written out: ``others`` is the sum over the others."""
    name = f"{samples - 1:,} other samples" if samples > 2 else "1 other sample"
    if not average:
        return Call("add", (*terms_of(own), Number(others, name)))
    each = 1.0  # how many numbers of a sample go into the average
    if isinstance(own, Call) and own.operation == "divide":
        numerator, denominator = own.arguments
        if isinstance(denominator, Number):
            own, each = numerator, denominator.value
    terms = (*terms_of(own), Number(others * each, name))
    return Call("divide", (Call("add", terms), Number(samples * each)))


def shortened(tree: Expression, keep: int, number: NumberOf, wanted: Callable[[Expression], bool]) -> Expression:
    """``tree`` with ``keep`` terms of long sums, the ``wanted`` and the strongest, and the rest as one number."""
    if not isinstance(tree, Call):
        return tree
    arguments = tuple(shortened(argument, keep, number, wanted) for argument in tree.arguments)
    if tree.operation != "add" or len(arguments) <= keep + 1:
        return Call(tree.operation, arguments, tree.keywords)
    numbers = [number(argument) for argument in arguments]
    products = isinstance(arguments[0], Call)

    def rank(place: int) -> tuple[bool, bool, float]:
        is_bias = products and not isinstance(arguments[place], Call)
        strength = math.inf if math.isnan(numbers[place]) else abs(numbers[place])
        return not is_bias, not wanted(arguments[place]), -strength

    kept = sorted(sorted(range(len(arguments)), key=rank)[:keep])
    left = sorted(set(range(len(arguments))) - set(kept))
    rest = Number(float(np.sum([numbers[place] for place in left])), f"{len(left):,} other terms")
    before = [arguments[place] for place in kept if not products or isinstance(arguments[place], Call)]
    after = [arguments[place] for place in kept if products and not isinstance(arguments[place], Call)]
    return total([*before, rest, *after])


def _largest(arguments: tuple[Expression, ...], number: NumberOf) -> Expression:
    """The largest of several; equal ones share it, as they share its gradient."""
    if len(arguments) == 2 and arguments[0] == Number(0.0):
        return Call("relu", (arguments[1],))
    numbers = [number(argument) for argument in arguments]
    largest = float(np.max(numbers))
    winners = [argument for argument, value in zip(arguments, numbers, strict=True) if value == largest]
    if not winners:
        return Number(largest)
    return winners[0] if len(winners) == 1 else Call("divide", (total(winners), Number(float(len(winners)))))


def _powers(tree: Expression, number: NumberOf) -> tuple[Expression | None, float]:
    """A sum of exponentials with the largest exponent subtracted, and that; None where there is no need."""
    powers = terms_of(tree)
    exponents = [power.arguments[0] for power in powers if isinstance(power, Call) and power.operation == "exp"]
    if len(exponents) < len(powers):
        return None, 0.0
    numbers = [number(exponent) for exponent in exponents]
    largest = float(np.max(numbers))
    if not math.isfinite(largest) or max(map(abs, numbers)) <= STEEP:
        return None, 0.0
    return total([_lowered(power, largest) for power in powers]), largest


def _lowered(power: Expression, largest: float) -> Expression:
    assert isinstance(power, Call)
    return Call("exp", (Call("subtract", (power.arguments[0], Number(largest, "the largest"))),))
