"""Layers as blocks of the graph: what belongs together, and which follow each other and are alike.

A block is a group of neurons with what leads to it: its stages, weights and biases. In the picture of the arrays a
block can be folded into one box, and blocks that repeat each other into one box with a count.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from engine.graph import Graph, Node
from engine.units import Units

LEAST_BLOCKS = 2  # fewer need no folding
LEAST_REPEATS = 3  # blocks that are alike, for them to fold into one


@dataclass(frozen=True, slots=True)
class Block:
    """One layer: node ids in ``stages`` (computed, the last is handed on) and ``leaves`` (weights and biases).

    ``name`` is what people call it; ``words`` say what it does: "linear, tanh".
    """

    number: int
    name: str
    words: str
    stages: tuple[int, ...]
    leaves: tuple[int, ...]

    @property
    def nodes(self) -> frozenset[int]:
        """All nodes of the block."""
        return frozenset((*self.stages, *self.leaves))


@dataclass(frozen=True, slots=True)
class Folds:
    """Which blocks are folded, by number; ``repeats`` folds all that repeat each other into one box."""

    folded: frozenset[int] = frozenset()
    repeats: bool = False

    def toggled(self, number: int) -> Folds:
        """One block folded, or opened."""
        return Folds(self.folded ^ {number}, self.repeats)


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that one box stands for: one, or several that follow each other and are alike."""

    blocks: tuple[Block, ...]

    @property
    def handed_on(self) -> int:
        """The node whose value leaves the box."""
        return self.blocks[-1].stages[-1]

    @property
    def nodes(self) -> frozenset[int]:
        """All nodes that the box stands for."""
        return frozenset(itertools.chain.from_iterable(block.nodes for block in self.blocks))

    @property
    def name(self) -> str:
        """What stands on the box."""
        first, last = self.blocks[0], self.blocks[-1]
        return first.name if first == last else f"{first.name} to {last.number + 1}"

    @property
    def words(self) -> str:
        """What the box does, and how often."""
        words = self.blocks[0].words
        return words if len(self.blocks) == 1 else f"{len(self.blocks)} × {words}"


def blocks_of(graph: Graph, units: Units) -> tuple[Block, ...]:
    """The layers of a graph, in the order computed; none where there are too few to fold."""
    leaves: dict[int, list[int]] = {}
    for bundle in units.bundles:
        if bundle.weight is not None and bundle.via is None and graph.nodes[bundle.weight].is_leaf:
            leaves.setdefault(bundle.target, []).append(bundle.weight)
    found: list[Block] = []
    for group in sorted(units.groups, key=lambda group: group.stages[0]):
        if group.number in leaves:
            own = [*leaves[group.number], *(bias for _, bias in group.biases if graph.nodes[bias].is_leaf)]
            stages = tuple(graph.nodes[i] for i in group.stages)
            number = len(found)
            if not _closed(graph, {*group.stages, *own}):
                continue
            found.append(Block(number, f"layer {number + 1}", _words(stages), group.stages, tuple(dict.fromkeys(own))))
    return tuple(found) if len(found) >= LEAST_BLOCKS else ()


def folds_of(graph: Graph, blocks: tuple[Block, ...], folds: Folds) -> tuple[Fold, ...]:
    """The boxes that stand for folded blocks."""
    if not folds.repeats:
        return tuple(Fold((block,)) for block in blocks if block.number in folds.folded)
    found: list[Fold] = []
    for _, run in itertools.groupby(_runs(graph, blocks), key=lambda pair: pair[0]):
        alike = tuple(block for _, block in run)
        if len(alike) >= LEAST_REPEATS:
            found.append(Fold(alike))
        else:
            found += [Fold((block,)) for block in alike if block.number in folds.folded]
    return tuple(found)


def repeats(graph: Graph, blocks: tuple[Block, ...]) -> bool:
    """Whether any blocks repeat each other often enough to fold."""
    runs = itertools.groupby(_runs(graph, blocks), key=lambda pair: pair[0])
    return any(len(list(run)) >= LEAST_REPEATS for _, run in runs)


def _runs(graph: Graph, blocks: tuple[Block, ...]) -> Iterable[tuple[int, Block]]:
    """Each block with the number of the run it belongs to: blocks in a row, alike, each fed by the one before alone.

    A block whose value is also used further on ends its run, so that no edge leaves a folded one from its inside.
    """
    run = 0
    for before, block in itertools.pairwise((None, *blocks)):
        assert block is not None
        if before is None or not (_alike(graph, before, block) and _fed_by(graph, before, block)):
            run += 1
        yield run, block


def _closed(graph: Graph, nodes: set[int]) -> bool:
    """Whether nothing outside lies between two of the nodes, so that one box can stand for them."""
    beyond: set[int] = set()
    for node in graph.nodes:
        if node.id in nodes:
            if beyond.intersection(node.inputs):
                return False
        elif any(i in nodes or i in beyond for i in node.inputs):
            beyond.add(node.id)
    return True


def _alike(graph: Graph, one: Block, other: Block) -> bool:
    """Whether two blocks do the same to arrays of the same shapes."""

    def made(block: Block) -> list[tuple[object, ...]]:
        nodes = [graph.nodes[i] for i in (*block.stages, *block.leaves)]
        return [(node.op, node.shape, node.attributes) for node in nodes]

    return made(one) == made(other)


def _fed_by(graph: Graph, before: Block, block: Block) -> bool:
    """Whether ``block`` alone uses what ``before`` hands on, and nothing else uses what is inside ``before``."""
    users = {node.id for node in graph.nodes for i in node.inputs if i in before.nodes and node.id not in before.nodes}
    sources = {i for stage in block.stages for i in graph.nodes[stage].inputs} - block.nodes
    return users <= block.nodes and sources == {before.stages[-1]}


def _words(stages: tuple[Node, ...]) -> str:
    return ", ".join(dict.fromkeys(stage.rule.name for stage in stages))
