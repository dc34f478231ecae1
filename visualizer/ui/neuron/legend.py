"""What a legend has to say of a picture of neurons."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.session.appearance import Shows
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.neuron.scene import NeuronScene

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


def sample_words(sample: int | None, samples: int) -> str:
    """Whose numbers are shown: "sample 3 of 100", "mean over 100 samples", "" where there is no batch."""
    if samples <= 1:
        return ""
    return f"mean over {samples:,} samples" if sample is None else f"sample {sample + 1:,} of {samples:,}"


def legend_of(scene: NeuronScene, scale: EdgeScale, gradients: EdgeScale) -> NeuronLegend:
    """The legend of a scene."""
    drawn, total = len(scene.edge_sources), sum(strand.total for strand in scene.strands)
    words = sample_words(scene.sample, scene.units.samples)
    return NeuronLegend(scene.appearance.shows, scale, gradients, words, drawn, total)
