"""Which numbers stand together: the products of a sum row by row, the running total down the side, then what follows.

A row reads from left to right: a number used nowhere else (a weight, a bias), the product that it goes into, and the
total so far. What comes from elsewhere enters the row at a port.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.graph import Graph, Node

SUMS = ("add", "subtract")
LEAF_ORDER = ("parameter", "constant", "input")  # which of two leaves stands within the row

Edge = tuple[int, int]  # consumer and slot


@dataclass(frozen=True, slots=True)
class Row:
    """``total`` is what the row comes to; None in a first row, of which ``product`` alone goes on to the second.

    ``leaf`` goes into ``product`` where there is one, else into ``total``; ``ports`` are the inputs from elsewhere.
    """

    leaf: int | None
    product: int | None
    total: int | None
    ports: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Rows from top to bottom; the total of the last is the ``result``, the only one used elsewhere."""

    rows: tuple[Row, ...]

    @property
    def result(self) -> int:
        """The node that the last row comes to."""
        total = self.rows[-1].total
        assert total is not None
        return total


def ledgers_of(graph: Graph, is_element: Sequence[bool]) -> tuple[Ledger, ...]:
    """The ledgers of a graph of single numbers, by their results. Every operation is in exactly one."""
    sole = _sole_consumers(graph)
    before = _totals_before(graph, is_element, sole)
    after = {one: other for other, one in before.items()}
    sides = {
        source: node.id
        for node in graph.nodes
        for source in node.inputs
        if not node.is_leaf and not graph.nodes[source].is_leaf
        and sole[source] == node.id and before.get(node.id) != source and source not in before
        and node.id in before and not is_element_of_its_own(graph, is_element, source)
    }  # fmt: skip
    ledgers = []
    for node in graph.nodes:
        if node.is_leaf or node.id in after or node.id in sides:
            continue
        totals = [node.id]
        while totals[-1] in before:
            totals.append(before[totals[-1]])
        ledgers.append(_ledger(graph, totals[::-1], sole, sides))
    return tuple(ledgers)


def is_element_of_its_own(graph: Graph, is_element: Sequence[bool], node: int) -> bool:
    """Whether a value of the program is more than a product that is added up."""
    return is_element[node] and graph.nodes[node].op != "multiply"


def _sole_consumers(graph: Graph) -> list[int | None]:
    """By node: the only one that uses it, however often; None for the output and where there are more or none."""
    found: list[int | None] = []
    for node in graph.nodes:
        consumers = {consumer for consumer, _ in graph.consumers[node.id]}
        found.append(consumers.pop() if len(consumers) == 1 and node.id != graph.output else None)
    return found


def _totals_before(graph: Graph, is_element: Sequence[bool], sole: Sequence[int | None]) -> dict[int, int]:
    """By node: the operation before it on its way down a ledger."""
    found: dict[int, int] = {}
    for node in graph.nodes:
        for source in () if node.is_leaf else node.inputs:
            if not graph.nodes[source].is_leaf and sole[source] == node.id:
                others = [other for other in node.inputs if other != source]
                if not is_element[source] or _goes_on(graph, node, source, others, sole, is_element):
                    found[node.id] = source
                    break
    return found


def _goes_on(
    graph: Graph,
    node: Node,
    source: int,
    others: Sequence[int],
    sole: Sequence[int | None],
    is_element: Sequence[bool],
) -> bool:
    """Whether a ledger goes on beyond a value of the program: to its activation, its bias, or the sum it begins."""
    if not others:
        return is_element[node.id]
    if node.op not in SUMS:
        return False
    biases = all(graph.nodes[other].op == "parameter" and sole[other] == node.id for other in others)
    return biases or graph.nodes[source].op == "multiply"


def _ledger(graph: Graph, totals: Sequence[int], sole: Sequence[int | None], sides: dict[int, int]) -> Ledger:
    rows = []
    first, *others = totals
    if others and len(set(graph.nodes[others[0]].inputs)) > 1:
        rows.append(_row(graph, first, None, None, sole))
    else:
        others = list(totals)
    for total in others:
        product = next((source for source in graph.nodes[total].inputs if sides.get(source) == total), None)
        previous = totals[totals.index(total) - 1] if total != totals[0] else None
        rows.append(_row(graph, product, total, previous, sole))
    return Ledger(tuple(rows))


def _row(graph: Graph, product: int | None, total: int | None, previous: int | None, sole: Sequence[int | None]) -> Row:
    nodes = graph.nodes
    owner = total if product is None else product
    assert owner is not None
    leaves = [source for source in nodes[owner].inputs if nodes[source].is_leaf and sole[source] == owner]
    leaf = min(leaves, key=lambda source: LEAF_ORDER.index(nodes[source].op), default=None)
    ports = [
        (node, slot)
        for node in (product, total)
        if node is not None
        for slot, source in enumerate(nodes[node].inputs)
        if source not in (leaf, product, previous)
    ]
    return Row(leaf, product, total, tuple(ports))
