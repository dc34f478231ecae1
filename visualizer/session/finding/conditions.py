"""Conditions over recorded numbers, such as ``|gradient| > 10 and value < 0``, evaluated for whole arrays at once.

A condition is a tree of the one small language (``engine.language``), never text that is run. Each part of it is true,
false or neither: what needs a number that is not known yet is neither, and so is its contrary.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.errors import ProgramError
from engine.expression import Call, Expression, Number, Symbol, to_text, walk
from engine.language import parse_expression
from engine.ops import Array
from visualizer.session.formatting import number_text

NUMBERS = ("value", "gradient", "weight", "update", "message")
SPECIAL = ("nan", "inf")
EXAMPLE = "|gradient| > 10"

Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Known = Mapping[str, Array | None]  # by name of NUMBERS; None where it is not known, or does not exist

_ARITHMETIC: dict[str, Callable[..., Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "negate": np.negative,
    "abs": np.abs,
}
_COMPARISONS: dict[str, Callable[..., Mask]] = {
    "less": np.less,
    "greater": np.greater,
    "less_equal": np.less_equal,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
}
# What people write beside the language's own signs.
_SPELLINGS = (
    ("≤", "<="), ("≥", ">="), ("≠", "!="), ("−", "-"), ("·", "*"), ("×", "*"), ("÷", "/"), ("∞", "inf"), ("²", "**2"),
)  # fmt: skip
_SINGLE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_COMPARING = re.compile(r"[<>=|≤≥≠]|\b(and|or|not)\b")


@dataclass(frozen=True, eq=False)
class Truth:
    """Where a condition ``holds`` and where it ``fails``; neither where a number that it needs is not known."""

    holds: Mask
    fails: Mask

    def __invert__(self) -> Truth:
        return Truth(self.fails, self.holds)

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.holds & other.holds, self.fails | other.fails)

    def __or__(self, other: Truth) -> Truth:
        return ~(~self & ~other)


UNKNOWN = Truth(np.zeros((), dtype=np.bool_), np.zeros((), dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that has been read; ``names`` are those of NUMBERS and SPECIAL in it."""

    expression: Expression
    names: frozenset[str]

    def where(self, known: Known, shape: tuple[int, ...]) -> Mask:
        """The elements of an array of ``shape`` for which it holds. Arrays of ``known`` have that shape."""
        with np.errstate(all="ignore"):
            return np.broadcast_to(_truth(self.expression, known).holds, shape)


def is_condition(text: str) -> bool:
    """Whether a text is meant as a condition, right or wrong, and not as a name."""
    return _COMPARING.search(text) is not None or text.strip().lower() in (*SPECIAL, "∞")


def parse_condition(text: str) -> Condition:
    """The condition that ``text`` says. Raises ProgramError with one sentence that says what would be right."""
    expression = parse_expression(_spelled(text), conditions=True)
    symbols = {node.name for node in walk(expression) if isinstance(node, Symbol)}
    for name in sorted(symbols.difference(NUMBERS, SPECIAL)):
        near = difflib.get_close_matches(name, NUMBERS, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"compare {', '.join(NUMBERS[:-1])} or {NUMBERS[-1]}"
        raise ProgramError(f"a condition knows no number “{name}”: {hint}")
    if not symbols:
        raise ProgramError(f"a condition is about value, gradient, weight, update or message, as in {EXAMPLE}")
    _truth(expression, dict.fromkeys(NUMBERS))  # raises where numbers and conditions are mixed up
    return Condition(expression, frozenset(symbols))


def _spelled(text: str) -> str:
    """``text`` with the language's own signs: |x| becomes a call."""
    for written, meant in _SPELLINGS:
        text = text.replace(written, meant)
    text = re.sub(r"\b(nan|inf)\b", lambda found: found[0].lower(), text, flags=re.IGNORECASE)
    text = _SINGLE_EQUALS.sub("==", text)
    between = text.split("|")
    if len(between) % 2 == 0:
        raise ProgramError(f"the bars of a size come in pairs, as in {EXAMPLE}")
    if any(not inside.strip() for inside in between[1::2]):
        raise ProgramError(f"there is nothing between two bars: a size is written as in {EXAMPLE}, one within no other")
    return "".join(f"abs({part})" if place % 2 else part for place, part in enumerate(between))


def _truth(expression: Expression, known: Known) -> Truth:
    """Where a condition holds and fails. Raises ProgramError where it is none."""
    if isinstance(expression, Symbol) and expression.name in SPECIAL:
        test = np.isnan if expression.name == "nan" else np.isinf
        return _special(test, known.get("value")) | _special(test, known.get("gradient"))
    if isinstance(expression, Call):
        arguments = expression.arguments
        if expression.operation in _COMPARISONS:
            left, right = (_number(argument, known) for argument in arguments)
            if left is None or right is None:
                return UNKNOWN
            holds = np.asarray(_COMPARISONS[expression.operation](left, right))
            return Truth(holds, ~holds)
        if expression.operation == "not":
            return ~_truth(arguments[0], known)
        if expression.operation in ("and", "or"):
            truth = _truth(arguments[0], known)
            for argument in arguments[1:]:
                other = _truth(argument, known)
                truth = truth & other if expression.operation == "and" else truth | other
            return truth
    raise ProgramError(f"“{_written(expression)}” is a number and no condition: compare it, as in {EXAMPLE}")


def _special(test: Callable[[Array], Mask], numbers: Array | None) -> Truth:
    if numbers is None:
        return UNKNOWN
    holds = np.asarray(test(numbers))
    return Truth(holds, ~holds)


def _number(expression: Expression, known: Known) -> Array | None:
    """The numbers of an expression, None where one of them is not known. Raises ProgramError where it has none."""
    if isinstance(expression, Number):
        return np.asarray(expression.value)
    if isinstance(expression, Symbol):
        if expression.name == "nan":
            raise ProgramError("nothing is equal to nan: write nan by itself to find what is not a number")
        return np.asarray(np.inf) if expression.name == "inf" else known[expression.name]
    if isinstance(expression, Call) and expression.operation in _ARITHMETIC:
        if expression.operation == "abs" and (len(expression.arguments) != 1 or expression.keywords):
            raise ProgramError(f"a size is written with bars, as in {EXAMPLE}")
        numbers = [_number(argument, known) for argument in expression.arguments]
        given = [number for number in numbers if number is not None]
        return np.asarray(_ARITHMETIC[expression.operation](*given)) if len(given) == len(numbers) else None
    if isinstance(expression, Call) and expression.operation in (*_COMPARISONS, "and", "or", "not"):
        raise ProgramError(f"“{_written(expression)}” is a condition, and a number is needed there")
    raise ProgramError(f"“{_written(expression)}” cannot be used in a condition: only + - * / ** and |size| can")


def _written(expression: Expression) -> str:
    """An expression as it was meant, for a sentence."""
    return to_text(
        expression, lambda leaf: number_text(leaf.value) if isinstance(leaf, Number) else getattr(leaf, "name", "")
    )
