"""What one trace looks like at the levels below arrays: neurons and single numbers, each made when first looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.expression import Reference
from engine.graph import Graph
from engine.trace import Trace
from engine.units import Units, units_of
from visualizer.session.appearance import Appearance
from visualizer.session.blocks import Block, Folds, blocks_of, folds_of, repeats
from visualizer.session.document import Document
from visualizer.session.pace import UNHURRIED, Pace
from visualizer.session.scene import Scene, build_scene

if TYPE_CHECKING:
    from engine.scalars import Scalars
    from visualizer.session.depths import NeuronMoves, ScalarMoves
    from visualizer.session.neuron.scene import NeuronScene

DEFAULT = Appearance()
# Nodes and elements of a graph whose pictures need no worker.
FEW_NODES, FEW_ELEMENTS = 200, 3000

T = TypeVar("T")
Part = tuple[int, Reference | None]  # of the single numbers: the sample, and what is looked at where all are too many


class Kept(Generic[T]):
    """The last two of a kind: the one that is looked at, and the one that a worker makes meanwhile."""

    def __init__(self) -> None:
        self._made: dict[object, T] = {}

    def get(self, key: object, make: Callable[[], T]) -> T:
        """The one for ``key``, made where it is not there."""
        made = self._made
        if key not in made:
            found = make()
            self._made = {**dict(list(made.items())[-1:]), key: found}
            return found
        return made[key]


class Views:
    """Pictures of one trace as data."""

    def __init__(self, document: Document, trace: Trace, scene: Scene) -> None:
        self._document, self._trace = document, trace
        self._layers: Kept[Scene] = Kept()
        self._layers.get((_layered(DEFAULT), Folds()), lambda: scene)
        self._neurons: Kept[NeuronScene] = Kept()
        self._scalars: Kept[Scalars] = Kept()
        self._scalar_scenes: Kept[Scene] = Kept()

    @cached_property
    def light(self) -> bool:
        """True where every picture is there at once: a small graph."""
        nodes = self._trace.graph.nodes
        return len(nodes) <= FEW_NODES and sum(node.size for node in nodes) <= FEW_ELEMENTS

    def layers(self, appearance: Appearance, folds: Folds, pace: Pace = UNHURRIED) -> Scene:
        """The picture of the arrays."""
        graph, trace = self._trace.graph, self._trace

        def make() -> Scene:
            boxes = folds_of(graph, self.blocks, folds)
            return build_scene(self._document, trace, appearance, blocks=self.blocks, folds=boxes, pace=pace)

        return self._layers.get((_layered(appearance), folds), make)

    @cached_property
    def units(self) -> Units:
        """The neurons of the graph."""
        return known_units(self._trace.graph)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The layers of the graph."""
        return blocks_of(self._trace.graph, self.units)

    @cached_property
    def repeats(self) -> bool:
        """Whether any layers repeat each other."""
        return repeats(self._trace.graph, self.blocks)

    def neurons(self, appearance: Appearance, sample: int | None) -> NeuronScene:
        """The picture of the neurons."""
        from visualizer.session.neuron.scene import build_neuron_scene

        return self._neurons.get(
            (appearance, sample),
            lambda: build_neuron_scene(self._document, self._trace, self.units, appearance, sample),
        )

    def scalars(self, part: Part) -> Scalars:
        """All single numbers of a sample, or as many of them as can be shown."""
        from engine.scalars import scalars_of

        return self._scalars.get(part, lambda: scalars_of(self._trace, *part))

    def scalar_scene(self, part: Part, appearance: Appearance, pace: Pace = UNHURRIED) -> Scene:
        """The picture of the single numbers."""
        from visualizer.session.scalar import build_scalar_scene

        return self._scalar_scenes.get(
            (part, _layered(appearance)),
            lambda: build_scalar_scene(self._document, self.scalars(part), appearance, pace),
        )

    def neuron_moves(self, sample: int | None) -> NeuronMoves:
        """How one walks from neuron to neuron."""
        from visualizer.session.depths import NeuronMoves

        return NeuronMoves(self._trace, self.units, sample)

    def scalar_moves(self, part: Part) -> ScalarMoves:
        """How one walks from number to number."""
        from visualizer.session.depths import ScalarMoves

        return ScalarMoves(self.scalars(part), len(self._trace.steps))


def _layered(appearance: Appearance) -> Appearance:
    """What of an appearance the layout of boxes and the numbers of their edges depend on."""
    return replace(appearance, strongest=DEFAULT.strongest, motion=True)


@lru_cache(maxsize=4)
def known_units(graph: Graph) -> Units:
    """The neurons of a graph: what a worker has found need not be found again."""
    return units_of(graph)


def layer_scene(document: Document, trace: Trace, like: Scene | None = None, pace: Pace = UNHURRIED) -> Scene:
    """The picture of the arrays as it is at first: no layer is folded. ``like`` is the one before a small edit."""
    blocks = blocks_of(trace.graph, known_units(trace.graph))
    return build_scene(document, trace, blocks=blocks, like=like, pace=pace)
