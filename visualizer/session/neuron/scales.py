"""The scales of a picture of neurons: over the whole trace, so that they keep still while one steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene


@dataclass(frozen=True, slots=True)
class EdgeScale:
    """From ``low`` to ``high``; a ``signed`` one from -high to high. ``logarithmic`` ones are for sizes alone."""

    low: float
    high: float
    logarithmic: bool
    signed: bool

    def positions(self, numbers: Array) -> Array:
        """Where numbers lie, from 0 to 1 (signed: from -1 to 1), kept within; NaN stays NaN."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Scales:
    """``edges`` is that of what edges show, ``gradients`` that of the units' rings. ``values`` is, by node, the value
    that is shown with the full colour."""

    edges: EdgeScale
    gradients: EdgeScale
    values: Mapping[int, float]


def scales_of(scene: NeuronScene) -> Scales:
    """The scales of a scene."""
    raise NotImplementedError
