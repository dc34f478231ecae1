"""Written-out elements as the nodes of a scalar graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.expression import Call, Expression, Number, Reference, Symbol, to_text
from engine.graph import Node
from engine.ops import OPS
from engine.scalars.feeding import variables
from engine.scalars.graph import Inside, ScalarGraph
from engine.scalars.unrolled import Element, Unrolled
from engine.scalars.vicinity import Vicinity

# Longer arithmetic is told by its sign alone.
LONGEST_LABEL = 24


def written(unrolled: Unrolled, chosen: Vicinity) -> ScalarGraph:
    """The graph of everything that is chosen, array node by array node."""
    made = ScalarGraph(unrolled)
    by_node: dict[int, list[Element]] = {}
    for element in sorted(_all(unrolled, chosen)):
        by_node.setdefault(element[0], []).append(element)
    for identity, elements in sorted(by_node.items()):
        for element in elements:
            if element not in chosen.trees:
                made.leaf(element)
        trees = {element: chosen.trees[element] for element in elements if element in chosen.trees}
        if trees:
            _Writing(made, unrolled.graph.nodes[identity]).write(trees)
    return made


def _all(unrolled: Unrolled, chosen: Vicinity) -> set[Element]:
    """Everything that has a place in the picture: what is written out, what that reads, and both ends."""
    graph, found = unrolled.graph, set(chosen.trees)
    for element, tree in chosen.trees.items():
        found.update(operand for _, operand in unrolled.operands(graph.nodes[element[0]], tree))
    if chosen.alone is None:
        found.update(unrolled.elements(graph.nodes[graph.output]))
    else:
        found.add(chosen.alone)
    if graph.incoming is not None:
        found |= {(graph.incoming, index) for node, index in found if node == graph.output}
    return found


class _Writing:
    """Writes out the elements of one array node."""

    def __init__(self, made: ScalarGraph, node: Node) -> None:
        self.made, self.node = made, node
        self.slots = variables(node)
        self.inside = made.inside[node.id] = Inside()
        self.built: dict[Expression, int] = {}
        self.origin: Element = (node.id, ())
        self.read: set[tuple[int, int]] = set()

    def write(self, trees: Mapping[Element, Call]) -> None:
        """All of them, in order. What several of them need is made once."""
        made = self.made
        owner: dict[int, int] = {}
        for number, (element, tree) in enumerate(trees.items()):
            self.origin, self.read = element, set()
            first = len(made.nodes)
            self._build(tree, whole=True)
            for slot, source in self.read:
                key = (self.node.id, slot, source)
                made.reading[key] = made.reading.get(key, 0) + 1
            owner |= {i: number for i in range(first, len(made.nodes)) if made.nodes[i].inputs}
            self.inside.own.append([])
        self._share(owner)

    def _share(self, owner: dict[int, int]) -> None:
        """Sorts the operations into those of one element and those that several read, themselves or through others."""
        nodes, shared = self.made.nodes, set[int]()
        for i in sorted(owner, reverse=True):
            for source in nodes[i].inputs:
                if source in owner and (i in shared or owner[source] != owner[i]):
                    shared.add(source)
        for i in sorted(owner):
            (self.inside.shared if i in shared else self.inside.own[owner[i]]).append(i)

    def _build(self, tree: Expression, whole: bool = False) -> int:
        if isinstance(tree, Number):
            name = tree.name or f"{tree.value:.4g}".replace("-", "−")
            return self.made.add("constant", (), name, self.origin, value=tree.value)
        assert isinstance(tree, Call)
        if tree in self.built and not whole:
            self._reads_again(tree)
            return self.built[tree]
        inputs = [self._input(argument) for argument in tree.arguments]
        label = self._label(tree)
        if tree.operation in ("add", "multiply"):
            for count in range(2, len(inputs)):
                sign = "Σ" if tree.operation == "add" else "∏"
                partial = self._add(tree.operation, (inputs[0], inputs[1]), f"{sign}{count}")
                inputs = [(partial, None), *inputs[2:]]
            if not whole and tree.operation == "add":
                label = f"Σ{len(tree.arguments)}"
        name = self.made.name(self.origin) if whole else label
        built = self._add(tree.operation, tuple(inputs), name, whole, tree.keywords)
        if not whole:
            self.built[tree] = built
        return built

    def _input(self, tree: Expression) -> tuple[int, int | None]:
        """A node, and the array slot that it comes through."""
        if not isinstance(tree, Symbol):
            return self._build(tree), None
        slot = self.slots[tree.name]
        source = self.made.ids[self.node.inputs[slot], tree.index or ()]
        self.read.add((slot, source))
        return source, slot

    def _add(
        self,
        op: str,
        inputs: Sequence[tuple[int, int | None]],
        label: str,
        recorded: bool = False,
        attributes: tuple[tuple[str, float], ...] = (),
    ) -> int:
        identity = self.made.add(op, tuple(inputs), label, self.origin, recorded=recorded, attributes=attributes)
        for place, (source, slot) in enumerate(inputs):
            if slot is not None:
                self.made.readers.setdefault((self.node.id, slot), []).append((source, identity, place))
        return identity

    def _reads_again(self, tree: Call) -> None:
        """Another element has what this one needs: it reads the same."""
        for slot, element in self.made.unrolled.operands(self.node, tree):
            self.read.add((slot, self.made.ids[element]))

    def _label(self, tree: Call) -> str:
        text = to_text(_brief(tree), self._leaf, times="·")
        return text if len(text) <= LONGEST_LABEL else OPS[tree.operation].symbol

    def _leaf(self, leaf: Number | Symbol | Reference) -> str:
        if isinstance(leaf, Number):
            return leaf.name or f"{leaf.value:.4g}".replace("-", "−")
        assert isinstance(leaf, Symbol)
        if leaf.name not in self.slots:
            return leaf.name
        return self.made.name((self.node.inputs[self.slots[leaf.name]], leaf.index or ()))


def _brief(tree: Expression) -> Expression:
    """A tree for a label: long sums are a sign."""
    if not isinstance(tree, Call):
        return tree
    if tree.operation == "add" and len(tree.arguments) > 2:
        return Symbol("Σ")
    return Call(tree.operation, tuple(map(_brief, tree.arguments)), tree.keywords)
