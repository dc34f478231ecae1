"""What one trace looks like at the levels below arrays: neurons and single numbers, each made when first looked at."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from engine.expression import Reference
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
MOST_AT_ONCE = 3000  # elements of a graph whose pictures need no worker
Part = tuple[int, Reference | None]  # of the single numbers: the sample, and what is looked at where all are too many


class Views:
    """Pictures of one trace as data; the last of each kind is kept."""

    def __init__(self, document: Document, trace: Trace, scene: Scene) -> None:
        self._document, self._trace = document, trace
        self._layers: tuple[object, Scene] = ((_layered(DEFAULT), Folds()), scene)
        self._neurons: tuple[object, NeuronScene] | None = None
        self._scalars: tuple[Part, Scalars] | None = None
        self._scalar_scene: tuple[object, Scene] | None = None

    @cached_property
    def light(self) -> bool:
        """True where every picture is there at once: a small graph."""
        return sum(node.size for node in self._trace.graph.nodes) <= MOST_AT_ONCE

    def layers(self, appearance: Appearance, folds: Folds, pace: Pace = UNHURRIED) -> Scene:
        """The picture of the arrays."""
        key = (_layered(appearance), folds)
        if self._layers[0] != key:
            boxes = folds_of(self._trace.graph, self.blocks, folds)
            self._layers = (
                key,
                build_scene(self._document, self._trace, appearance, blocks=self.blocks, folds=boxes, pace=pace),
            )
        return self._layers[1]

    @cached_property
    def units(self) -> Units:
        """The neurons of the graph."""
        return units_of(self._trace.graph)

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

        key = (appearance, sample)
        if self._neurons is None or self._neurons[0] != key:
            self._neurons = (
                key,
                build_neuron_scene(self._document, self._trace, self.units, appearance, sample),
            )
        return self._neurons[1]

    def scalars(self, part: Part) -> Scalars:
        """All single numbers of a sample, or as many of them as can be shown."""
        from engine.scalars import scalars_of

        if self._scalars is None or self._scalars[0] != part:
            self._scalars = (part, scalars_of(self._trace, *part))
        return self._scalars[1]

    def scalar_scene(self, part: Part, appearance: Appearance, pace: Pace = UNHURRIED) -> Scene:
        """The picture of the single numbers."""
        from visualizer.session.scalar import build_scalar_scene

        key = (part, _layered(appearance))
        if self._scalar_scene is None or self._scalar_scene[0] != key:
            scalars = self.scalars(part)
            self._scalar_scene = (key, build_scalar_scene(self._document, scalars, appearance, pace))
        return self._scalar_scene[1]

    def neuron_moves(self, sample: int | None) -> NeuronMoves:
        """How one walks from neuron to neuron."""
        from visualizer.session.depths import NeuronMoves

        return NeuronMoves(self._trace, self.units, sample)

    def scalar_moves(self, part: Part) -> ScalarMoves:
        """How one walks from number to number."""
        from visualizer.session.depths import ScalarMoves

        return ScalarMoves(self.scalars(part))


def _layered(appearance: Appearance) -> Appearance:
    """What of an appearance the layout of boxes and the numbers of their edges depend on."""
    return replace(appearance, strongest=DEFAULT.strongest, motion=True)


def layer_scene(document: Document, trace: Trace, like: Scene | None = None, pace: Pace = UNHURRIED) -> Scene:
    """The picture of the arrays as it is at first: no layer is folded. ``like`` is the one before a small edit."""
    blocks = blocks_of(trace.graph, units_of(trace.graph))
    return build_scene(document, trace, blocks=blocks, like=like, pace=pace)
