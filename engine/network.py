"""A layer specification to inputs and parameters, ready to run.

The specification is in ``layers.py``, and is written as one line of text (``network_text.py``) or as a program
(``network_program.py``). Data stand in columns: x has shape (features,) or (features, batch), W (outputs, inputs),
b (outputs,).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.errors import GradStepError
from engine.graph import Graph, frozen_array
from engine.layers import (
    ACTIVATIONS,
    INITIALISATIONS,
    LOSSES,
    MAX_ELEMENTS,
    MAX_LAYERS,
    MAX_SEED,
    Layer,
    Network,
    parameter_shapes,
    with_hidden_layers,
)
from engine.network_program import network_of, program_of, skips_of, values_of
from engine.network_text import parse_network, text_of
from engine.ops import Array
from engine.program import parse_program
from engine.shapes import shape_text

__all__ = [
    "ACTIVATIONS",
    "INITIALISATIONS",
    "LOSSES",
    "MAX_ELEMENTS",
    "MAX_LAYERS",
    "MAX_SEED",
    "Layer",
    "Network",
    "graph_of",
    "network_of",
    "parameter_shapes",
    "parameters_of",
    "parse_network",
    "program_of",
    "skips_of",
    "text_of",
    "values_of",
    "with_hidden_layers",
]


def parameters_of(network: Network) -> dict[str, Array]:
    """The initial weights and biases by name, float64: the same for the same seed, on the same version of numpy.

    Each layer draws from a stream of its own, and the output layer's does not depend on its number: hidden layers that
    are added, removed or resized behind a layer leave its weights as they are.
    """
    draw = INITIALISATIONS[network.initialisation].draw
    parameters: dict[str, Array] = {}
    for name, shape in parameter_shapes(network).items():
        if len(shape) == 1:
            parameters[name] = np.full(shape, float(network.bias))
        else:
            number = int(name[1:]) % len(network.layers)  # the output layer is number 0
            stream = np.random.SeedSequence(network.seed, spawn_key=(number,))
            weights = parameters[name] = draw(np.random.Generator(np.random.PCG64(stream)), *shape)
            weights *= network.gain
    return parameters


def graph_of(network: Network, x: Any, target: Any, parameters: Mapping[str, Any] | None = None) -> Graph:
    """The network's graph over these data, with its initial parameters where no others are given.

    x has shape (features,) or (features, batch); target that of the output, (outputs,) or (outputs, batch), or for
    cross-entropy without its first axis: numbers of classes. Raises GradStepError where they do not fit.
    """
    x, target = frozen_array(x, "x"), frozen_array(target, "t")
    if x.ndim not in (1, 2) or x.shape[0] != network.inputs:
        raise GradStepError(
            f"x has shape {shape_text(x.shape)}, but the network takes {network.inputs} features: "
            "give a vector of them, or one column for each sample"
        )
    wanted = [(network.layers[-1].width, *x.shape[1:])]
    if network.loss == "cross_entropy":
        wanted.append(x.shape[1:])
    if target.shape not in wanted:
        raise GradStepError(
            f"the target has shape {shape_text(target.shape)}, but this network and these data need "
            f"{' or '.join(shape_text(shape) for shape in wanted)}"
        )
    leaves = {"x": x, "t": target}
    return parse_program(program_of(network), leaves, parameters or parameters_of(network), limit=MAX_ELEMENTS)
