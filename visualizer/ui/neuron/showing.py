"""What a picture of neurons looks like at one moment: its numbers, what is hidden behind a question, what is faded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.draws import Indices
from engine.expression import Reference
from engine.ops import Array
from visualizer.session.neuron.scales import Scales
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.state import Flags, NeuronState, state_at
from visualizer.ui.neuron.strokes import NOT_YET, Kinds, kinds_of

NOBODY = np.zeros(0, dtype=np.bool_)


class Moment(NamedTuple):
    """All that the baked picture depends on beside its scene: ``step`` and ``unit`` of the position, an array whose
    numbers are hidden behind a question, and the element that the focus is on."""

    step: int
    unit: int = -1
    asked: Reference | None = None
    focus: Reference | None = None


@dataclass(frozen=True, eq=False)
class Showing:
    """A scene at a moment. ``focus`` (n,) are the units that are not faded, None for all."""

    scene: NeuronScene
    scales: Scales
    state: NeuronState
    asked: Reference | None
    focus: Flags | None

    def edge_kinds(self, chosen: Indices | slice) -> Kinds:
        """The pens of some of the drawn edges; what is asked for has not come yet."""
        state = self.state
        known, silent = state.edge_known[chosen], state.edge_silent[chosen]
        kinds = kinds_of(state.edges[chosen], known, silent, self.scales.edges)
        if self.asked is not None and self.asked.kind == "gradient":
            for strand in self.scene.strands:
                if self.asked.node in (strand.bundle.stage, strand.bundle.weight):
                    places = np.arange(len(state.edges))[chosen]
                    own = (places >= strand.first) & (places < strand.first + len(strand.sources))
                    kinds[own & (kinds >= -1)] = NOT_YET
        return kinds

    def ring_kinds(self, chosen: Indices) -> Kinds:
        """The pens of the rings of some units: the sizes of their gradients."""
        numbers = self.state.units
        kinds = kinds_of(
            numbers.gradient[chosen], numbers.arrived[chosen] > 0, numbers.total[chosen] == 0, self.scales.gradients
        )
        kinds[self.hidden("gradient")[chosen]] = NOT_YET
        return kinds

    def values(self, chosen: Indices) -> tuple[Array, Flags]:
        """The values of some units, and which of them are known and shown."""
        numbers = self.state.units
        return numbers.value[chosen], numbers.value_known[chosen] & ~self.hidden("value")[chosen]

    def hidden(self, kind: str) -> Flags:
        """The units (n,) whose numbers of that kind are asked for."""
        found = np.zeros(len(self.scene.x), dtype=np.bool_)
        if self.asked is not None and self.asked.kind == kind:
            number = self.scene.units.group_of.get(self.asked.node)
            if number is not None and self.asked.node in self.scene.units.groups[number].stages:
                found[self.scene.first[number] : self.scene.first[number + 1]] = True
        return found

    def faded(self, unit: int) -> bool:
        """True for a unit outside the focus."""
        return self.focus is not None and not self.focus[unit]


def showing_at(scene: NeuronScene, scales: Scales, moment: Moment) -> Showing:
    """What is to be painted of a scene at a moment."""
    state = state_at(scene, (moment.step, moment.unit), scene.sample)
    return Showing(scene, scales, state, moment.asked, focus_mask(scene, moment.focus))


def focus_mask(scene: NeuronScene, focus: Reference | None) -> Flags | None:
    """The units (n,) that an element depends on, and those that depend on it; None where nothing fades."""
    if focus is None:
        return None
    from visualizer.session.focus import units_in_focus

    return np.concatenate([NOBODY, *units_in_focus(scene.units, focus)])
