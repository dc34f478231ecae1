"""What sums, products and lists are written as: items in a row, nested ones in line, each with its sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.expression import ATOM, PRECEDENCE, Call, Expression, terms_of

SUM, SIGNED, PRODUCT = PRECEDENCE["add"], PRECEDENCE["negate"], PRECEDENCE["multiply"]
# A fraction bar groups as brackets do: what it makes can be a factor anywhere, but not the base of a power.
FRACTION = PRECEDENCE["power"]
BASE = ATOM


@dataclass(frozen=True, slots=True)
class Item:
    """A sign and what follows it; ``place`` counts within the outermost sum, ``skipped`` items are left out here."""

    sign: str
    node: Expression
    at_least: int
    place: int | None = None
    skipped: int = 0


def leads(item: Item, number: int, first: bool) -> bool:
    """Whether an item may start with a minus sign of its own: behind a comma, or where nothing stands before it."""
    return item.at_least == 0 or (first and not number and not item.sign)


def sign_in_front(node: Call) -> Call:
    """−a · b and −a / b as the negative of a · b and a / b, so that the sign stands before the fraction bar."""
    if node.operation not in ("multiply", "divide", "matmul") or not node.arguments:
        return node
    first = node.arguments[0]
    if isinstance(first, Call):
        first = sign_in_front(first)
        if first.operation == "negate":
            return Call("negate", (Call(node.operation, (first.arguments[0], *node.arguments[1:])),))
    return node


def _last_factor(node: Expression, at_least: int) -> int:
    """Cases need no brackets where nothing follows them."""
    return 0 if isinstance(node, Call) and node.operation == "where" else at_least


def sum_items(node: Call) -> Iterator[Item]:
    """The terms of a sum with their signs, nested sums in line."""
    whole = len(terms_of(node)) == 1  # a difference is one term to the focus
    stack: list[tuple[str, Expression, int | None]] = [("", node, None if whole else -1)]
    while stack:
        sign, term, place = stack.pop()
        call = sign_in_front(term) if isinstance(term, Call) else None
        if call is None or call.operation not in ("add", "subtract", "negate"):
            yield Item(sign, term, SUM, place)
        elif call.operation == "negate":
            inside = call.arguments[0]
            yield Item("−", inside, _last_factor(inside, PRODUCT), place)
        else:
            minus = call.operation == "subtract"
            nested = [
                (sign if not number else "+", argument, number if place == -1 else place)
                for number, argument in enumerate(call.arguments[: 1 if minus else None])
            ]
            stack += [("+", Call("negate", call.arguments[1:]), place)] if minus else []
            stack += reversed(nested)


def product_items(node: Call, times: str) -> Iterator[Item]:
    """The factors of a product, nested products in line."""
    factors: list[Expression] = []
    stack = list(reversed(node.arguments))
    while stack:
        factor = stack.pop()
        if isinstance(factor, Call) and factor.operation == "multiply":
            stack.extend(reversed(factor.arguments))
        else:
            factors.append(factor)
    for number, factor in enumerate(factors):
        at_least = _last_factor(factor, PRODUCT) if number == len(factors) - 1 else PRODUCT
        yield Item(times if number else "", factor, at_least)


def list_items(node: Call) -> list[Item]:
    """The arguments of a call."""
    last = len(node.arguments) - 1
    return [Item("," if number < last else "", argument, 0) for number, argument in enumerate(node.arguments)]
