"""What a legend has to say of a picture of neurons."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.session.appearance import Shows
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.words import sample_words

SIGNS: dict[Shows, str] = {"message": "|message|", "gradient": "|∂L/∂w|", "weight": "w", "update": "Δw"}


@dataclass(frozen=True, slots=True)
class NeuronLegend:
    """``shows`` is what edges show, on ``scale``; ``gradients`` is the scale of the units' rings.

    ``sample`` says whose numbers these are, "" where there is no batch. Of ``total`` edges ``drawn`` are drawn.
    """

    shows: Shows
    scale: EdgeScale
    gradients: EdgeScale
    sample: str
    drawn: int
    total: int

    @property
    def sign(self) -> str:
        """What the numbers are, as short as it can be said."""
        return SIGNS[self.shows]

    @property
    def omission(self) -> str:
        """What is said where not all edges are drawn; "" where they are."""
        return f"strongest {self.drawn:,} of {self.total:,} edges" if self.drawn < self.total else ""


def legend_of(scene: NeuronScene, scale: EdgeScale, gradients: EdgeScale) -> NeuronLegend:
    """The legend of a scene."""
    drawn, total = len(scene.edge_sources), sum(strand.total for strand in scene.strands)
    words = sample_words(scene)
    return NeuronLegend(scene.appearance.shows, scale, gradients, words, drawn, total)
