"""One run at one moment, as the lab shows it: the numbers of its neurons and edges, and pictures over the plane.

Plain data, made by ``visualizer.session.training.lab`` between two iterations; whoever paints it needs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.ops import Array


@dataclass(frozen=True, eq=False)
class LayerView:
    """One layer of a network. ``weights`` is (units, inputs), ``biases`` (units,).

    ``gradient`` and ``bias_gradient`` are those of the last iteration, of the same shapes, None before the first one;
    ``norm`` is the Euclidean norm of both together. ``values`` (units,) is the mean activation over the last batch,
    None before the first one. ``maps`` (units, side, side) has each unit's activation over the plane, rows from the
    smallest second feature up; None where the data have not two features or the network is too large.
    ``skip_from`` is the number of the layer whose activation is added to this one's (1 for the first), None without.
    """

    name: str
    activation: str
    weights: Array = field(repr=False)
    biases: Array = field(repr=False)
    gradient: Array | None = field(repr=False)
    bias_gradient: Array | None = field(repr=False)
    norm: float | None
    values: Array | None = field(repr=False)
    maps: Array | None = field(repr=False)
    skip_from: int | None = None


@dataclass(frozen=True, eq=False)
class SampleView:
    """One sample, and what the network says of it.

    ``pixels`` (8, 8) for digits, from 0 to 1, are None where a sample is no picture: then ``features`` are its
    (name, number), as they were before they were standardised. ``probabilities`` are by class, ``truth`` is the index
    of the right one. Of a regression both say nothing, ``class_names`` is empty, and ``numbers`` are (name, target,
    prediction). ``number`` counts the samples from 1: those of the test set, or of the training set (``tested`` False).
    """

    pixels: Array | None = field(repr=False)
    probabilities: Array = field(repr=False)
    class_names: tuple[str, ...]
    truth: int
    number: int
    features: tuple[tuple[str, float], ...] = ()
    numbers: tuple[tuple[str, float, float], ...] = ()
    tested: bool = True


@dataclass(frozen=True, eq=False)
class Plane:
    """The output over the plane of two features: ``output`` is (outputs, side, side), rows from the smallest second
    feature up; ``bounds`` are (lowest, highest) of the first and of the second feature. Of a single feature ``output``
    is (outputs, side), and ``bounds`` are its lowest and highest alone."""

    output: Array = field(repr=False)
    bounds: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run after ``iteration`` iterations. ``layers`` is empty where the document has a program of its own.

    ``inputs`` names the features as the network is given them, ``input_maps`` (inputs, side, side) shows them over the
    plane, ``input_values`` (inputs,) their means over the last batch. ``scores`` are "train loss", "test loss", "train
    accuracy", "test accuracy" (or "R²") as last measured over all samples, by name, in the order in which to show them.
    ``classes`` are the names of what is told apart, none for a regression.
    """

    iteration: int
    inputs: tuple[str, ...]
    input_maps: Array | None = field(repr=False)
    input_values: Array | None = field(repr=False)
    layers: tuple[LayerView, ...]
    plane: Plane | None
    sample: SampleView | None
    scores: Mapping[str, float]
    classes: tuple[str, ...] = ()
