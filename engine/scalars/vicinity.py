"""Which elements of a trace a scalar view writes out: all of a sample, or those nearest to one of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from engine.expression import Call, Expression, Number, Reference
from engine.graph import Node
from engine.scalars.unrolled import Element, Unrolled

# Elements in a row that may not fit before the search ends.
MISSES = 8
# Of an element that would take more than half of the picture, this share of it is filled with terms.
TERMS = 40
FEWEST_TERMS = 4
# How many terms of such elements are looked at: it takes time, and the picture is to go on beyond one wide layer.
LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Vicinity:
    """What is written out: ``trees`` by element, and ``alone``, what stands in the picture in any case.

    ``total`` is the number of nodes that the whole would have. ``is_whole`` says whether this is it. ``shortened`` are
    elements with sums that are shown in part, ``opaque`` the array nodes that are never written out.
    """

    trees: dict[Element, Call]
    alone: Element | None
    total: int
    is_whole: bool
    shortened: frozenset[Element] = frozenset()
    opaque: tuple[int, ...] = ()


def vicinity(unrolled: Unrolled, around: Reference | None, most: int) -> Vicinity:
    """Everything, or the elements nearest to ``around`` of which at most ``most`` nodes come."""
    counts = {node.id: _nodes(unrolled, node) for node in unrolled.graph.nodes}
    opaque = tuple(i for i, count in counts.items() if count is None)
    total = sum(unrolled.count(unrolled.graph.nodes[i]) if count is None else count for i, count in counts.items())
    if total > most:
        return _Search(unrolled, most, total, opaque).around(around)
    trees = {}
    for node in unrolled.graph.nodes:
        for element in unrolled.elements(node):
            tree = unrolled.tree(element)
            if tree is not None:
                trees[element] = tree
    return Vicinity(trees, None, total, is_whole=True, opaque=opaque)


def _operations(tree: Call, seen: set[Expression]) -> int:
    """How many nodes an element needs beside those that it reads, without what was ``seen`` before and can be shared.

    Sums and products take two at a time. The outermost operation is the element itself, and shared with no other.
    """
    seen.add(tree)
    own = max(1, len(tree.arguments) - 1) if tree.operation in ("add", "multiply") else 1
    for argument in tree.arguments:
        if isinstance(argument, Number):
            own += 1
        elif isinstance(argument, Call) and argument not in seen:
            own += _operations(argument, seen)
    return own


def _nodes(unrolled: Unrolled, node: Node) -> int | None:
    """How many nodes all of the sample's elements of an array node take; None where they are not written out."""
    count = unrolled.count(node)
    if node.is_leaf or node.rule.elementwise:
        used = node.id == unrolled.graph.output or unrolled.graph.consumers[node.id] or not node.is_leaf
        return count if used else 0
    index = unrolled.of_sample(node.id, (0,) * len(node.shape))
    tree = unrolled.tree((node.id, index))
    if tree is None:
        return None
    seen: set[Expression] = set()
    first = _operations(tree, seen)
    best = count * first
    if not _may_share(tree):
        return best
    for axis, size in enumerate(node.shape):
        if size > 1 and axis != unrolled.axes.get(node.id):
            beside = unrolled.tree((node.id, (*index[:axis], 1, *index[axis + 1 :])))
            if beside is not None:
                rows = count // size
                best = min(best, rows * first + (count - rows) * _operations(beside, set(seen)))
    return best


def _may_share(tree: Call) -> bool:
    """False for a sum of products, whose products are its own."""
    inside = (part for argument in tree.arguments if isinstance(argument, Call) for part in argument.arguments)
    return any(isinstance(part, Call) for part in inside)


@dataclass(frozen=True, slots=True)
class _Cost:
    """What an element adds to a picture: a number of nodes, the operations known with it, and what it reads."""

    nodes: int
    seen: set[Expression]
    operands: set[Element]


class _Search:
    """Goes out from one element, in both directions, until the picture is full."""

    def __init__(self, unrolled: Unrolled, most: int, total: int, opaque: tuple[int, ...]) -> None:
        self.unrolled, self.most, self.total, self.opaque = unrolled, most, total, opaque
        self.trees: dict[Element, Call] = {}
        self.present: set[Element] = set()
        self.seen: dict[int, set[Expression]] = {}
        self.used = 0
        self.shortened: set[Element] = set()
        self.looked_at = 0

    def around(self, around: Reference | None) -> Vicinity:
        """The elements nearest to ``around``, or to the output."""
        unrolled = self.unrolled
        node = unrolled.graph.output if around is None else around.node
        index = around.index if around is not None else None
        first: Element = (node, unrolled.of_sample(node, index or (0,) * len(unrolled.graph.nodes[node].shape)))
        self.present.add(first)
        self.used = 1
        queue, met, misses = deque([first]), {first}, 0
        while queue and misses < MISSES:
            element = queue.popleft()
            if self._is_one_too_long(element):
                continue
            tree = unrolled.tree(element) if unrolled.belongs(element) else None
            if tree is not None:
                if not self._add(element, tree):
                    misses += 1
                    continue
                misses = 0
            for other in self._neighbours(element):
                if other not in met and len(met) < 4 * self.most:
                    met.add(other)
                    queue.append(other)
        return Vicinity(self.trees, first, self.total, False, frozenset(self.shortened), self.opaque)

    def _is_one_too_long(self, element: Element) -> bool:
        """Whether it would have to be shortened, and that would take too long after the others."""
        terms = self.unrolled.terms(self.unrolled.graph.nodes[element[0]])
        return terms > self.most // 2 and self.looked_at > 0 and self.looked_at + terms > LOOKED_AT

    def _add(self, element: Element, tree: Call) -> bool:
        """Writes an element out if there is room for all that it takes, the leaves that it brings among it."""
        node, given, half = self.unrolled.graph.nodes[element[0]], tree, self.most // 2
        cost = self._cost(element, tree) if len(tree.arguments) <= half else None
        if cost is None or cost.nodes > half:
            self.looked_at += self.unrolled.terms(node)
            tree = self.unrolled.shortened(node, tree, max(FEWEST_TERMS, self.most // TERMS), self.present)
            cost = self._cost(element, tree)
        if self.used + cost.nodes > self.most and self.trees:
            return False
        if tree != given:
            self.shortened.add(element)
        self.seen[node.id] = cost.seen
        self.used += cost.nodes
        self.trees[element] = tree
        self.present |= cost.operands | {element}
        return True

    def _cost(self, element: Element, tree: Call) -> _Cost:
        node = self.unrolled.graph.nodes[element[0]]
        seen = set(self.seen.get(node.id, ()))
        operands = {operand for _, operand in self.unrolled.operands(node, tree)}
        if node.id == self.unrolled.graph.output and self.unrolled.graph.incoming is not None:
            operands.add((self.unrolled.graph.incoming, element[1]))
        leaves = len(operands - self.present) - (element in self.present)
        return _Cost(_operations(tree, seen) + leaves, seen, operands)

    def _neighbours(self, element: Element) -> Iterator[Element]:
        """What the element is made of, as far as it is in the picture, then what it helps to make."""
        graph = self.unrolled.graph
        if element in self.trees:
            yield from (operand for _, operand in self.unrolled.operands(graph.nodes[element[0]], self.trees[element]))
        for consumer, slot in graph.consumers[element[0]]:
            yield from self.unrolled.fed(graph.nodes[consumer], slot, element)
