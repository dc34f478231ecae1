"""What a network is made of, as far as its picture depends on it; and the names of its units and weights."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from visualizer.session.training.snapshot import Snapshot

Place = tuple[int, int]  # the number of a column, 0 for the inputs, and of a unit in it


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """The columns of a network, inputs first: names, activations ("" for the inputs) and numbers of units.

    ``skips`` are (from, to), by column. ``maps`` says that every unit has a picture over the plane.
    """

    names: tuple[str, ...]
    activations: tuple[str, ...]
    units: tuple[int, ...]
    skips: tuple[tuple[int, int], ...] = ()
    maps: bool = False

    @property
    def weights(self) -> tuple[int, ...]:
        """The number of weights between each column and the next."""
        return tuple(inputs * outputs for inputs, outputs in itertools.pairwise(self.units))


def shape_of(snapshot: Snapshot) -> NetworkShape | None:
    """The shape of a snapshot's network; None where the document has a program of its own."""
    if not snapshot.layers:
        return None
    layers = snapshot.layers
    return NetworkShape(
        ("inputs", *(layer.name for layer in layers)),
        ("", *(layer.activation for layer in layers)),
        (layers[0].weights.shape[1], *(len(layer.weights) for layer in layers)),
        tuple((layer.skip_from, to) for to, layer in enumerate(layers, start=1) if layer.skip_from is not None),
        snapshot.input_maps is not None and all(layer.maps is not None for layer in layers),
    )


def described(shape: NetworkShape) -> str:
    """The network in words: 2 inputs, 3 layers of 16 units (tanh), 1 output unit (linear)."""
    words = [f"{shape.units[0]:,} input{'s' * (shape.units[0] != 1)}"]
    hidden = itertools.groupby(zip(shape.units[1:-1], shape.activations[1:-1], strict=True))
    for (units, activation), run in hidden:
        count = len(list(run))
        layers = f"{count} layers" if count > 1 else "1 layer"
        words.append(f"{layers} of {units:,} unit{'s' * (units != 1)} ({activation})")
    units = shape.units[-1]
    words.append(f"{units:,} output unit{'s' * (units != 1)} ({shape.activations[-1]})")
    if shape.skips:
        words.append(f"{len(shape.skips)} skip connection{'s' * (len(shape.skips) > 1)}")
    return ", ".join(words)


def unit_name(place: Place, inputs: tuple[str, ...]) -> str:
    """The name of a unit as people count: a2[3], or the feature's own name."""
    column, unit = place
    return inputs[unit] if column == 0 and unit < len(inputs) else f"a{column}[{unit + 1}]"


def weight_name(column: int, target: int, source: int) -> str:
    """The name of the weight that leads to a unit of ``column``: W2[3,1]."""
    return f"W{column}[{target + 1},{source + 1}]"
