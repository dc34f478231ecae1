"""How one trace is looked at: its pictures at three levels, the sample of a batch, what edges show, what is folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine import Trace
from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session.appearance import Appearance, Level
from visualizer.session.blocks import Folds
from visualizer.session.change import Change
from visualizer.session.document import Document
from visualizer.session.scene import Scene
from visualizer.session.views import Part, Views

if TYPE_CHECKING:
    from engine.scalars import Scalars
    from engine.units import Units
    from visualizer.session.blocks import Block
    from visualizer.session.depths import NeuronMoves, ScalarMoves
    from visualizer.session.neuron.scene import NeuronScene


class Showing:
    """One trace and its pictures.

    Holds ``document`` and ``trace``, ``level``, ``sample`` (None for the mean over the batch), ``appearance`` and
    ``folds``. Subscribers are called with a ``Change`` after every change.
    """

    document: Document
    trace: Trace

    def __init__(self) -> None:
        self._subscribers: list[Callable[[Change], None]] = []
        self.level: Level = "layer"
        self.appearance = Appearance()
        self.folds = Folds()

    def _look_at(self, document: Document, trace: Trace, scene: Scene) -> None:
        """Begin with another trace; the level stays."""
        self.document, self.trace = document, trace
        self._views = Views(document, trace, scene)
        self.sample: int | None = 0
        self._around: Reference | None = None

    # Telling --------------------------------------------------------------------------------------------------------

    def subscribe(self, subscriber: Callable[[Change], None]) -> Callable[[], None]:
        """Have ``subscriber`` called with every change; gives a function that ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def _tell(self, change: Change) -> None:
        for subscriber in tuple(self._subscribers):
            subscriber(change)

    # Choices --------------------------------------------------------------------------------------------------------

    def set_sample(self, sample: int | None) -> None:
        """Choose the sample of a batch whose neurons and numbers are shown, None for the mean. Raises GradStepError."""
        if sample == self.sample:
            return
        if sample is not None and not 0 <= sample < self.samples:
            raise GradStepError(f"there is no sample {sample + 1}: the batch has {self.samples:,}")
        self.sample = sample
        self._tell(Change.LEVEL)

    def set_appearance(self, appearance: Appearance) -> None:
        """Choose what edges show, and how the graph lies."""
        if appearance != self.appearance:
            self.appearance = appearance
            self._tell(Change.LEVEL)

    def set_folds(self, folds: Folds) -> None:
        """Fold layers into boxes, or open them."""
        if folds != self.folds:
            self.folds = folds
            self._tell(Change.LEVEL)

    def toggle_folds(self, blocks: Sequence[int]) -> None:
        """Fold a layer into a box, or open it; of several that one box stands for, open all."""
        if len(blocks) > 1:
            self.set_folds(replace(self.folds, repeats=False))
        else:
            self.set_folds(self.folds.toggled(blocks[0]))

    # Pictures -------------------------------------------------------------------------------------------------------

    @property
    def scene(self) -> Scene:
        """The picture of the arrays."""
        return self._views.layers(self.appearance, self.folds)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The layers that can be folded in the picture of the arrays."""
        return self._views.blocks

    @property
    def repeats(self) -> bool:
        """Whether any layers repeat each other, so that one box with a count can stand for them."""
        return self._views.repeats

    def block_of(self, node: int | None) -> Block | None:
        """The layer that a node belongs to."""
        return next((block for block in self.blocks if node in block.nodes), None)

    @property
    def units(self) -> Units:
        """The neurons of the graph."""
        return self._views.units

    @property
    def samples(self) -> int:
        """How many samples the batch has; 1 where there is none."""
        return self.units.samples

    @property
    def neuron(self) -> NeuronScene:
        """The picture of the neurons."""
        return self._views.neurons(self.appearance, self.sample)

    @property
    def scalars(self) -> Scalars:
        """The single numbers that are shown at their level."""
        return self._views.scalars(self._part)

    @property
    def scalar_scene(self) -> Scene:
        """The picture of the single numbers."""
        return self._views.scalar_scene(self._part, self.appearance)

    @property
    def _part(self) -> Part:
        return self.sample or 0, self._around

    @property
    def _neuron_moves(self) -> NeuronMoves:
        return self._views.neuron_moves(self.sample)

    @property
    def _scalar_moves(self) -> ScalarMoves:
        return self._views.scalar_moves(self._part)
