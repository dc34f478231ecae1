"""What a network is made of: layers, and the losses and first weights to choose from.

Activations, losses and initialisations are tables: a new one is one entry here, or for an activation one in the table
of operations.
"""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import GradStepError
from engine.graph import MAX_TOTAL_ELEMENTS
from engine.ops import OPS, Array
from engine.shapes import Shape, shape_text

MAX_WIDTH = 100_000
# Trained networks may have larger values than what a document may hold.
MAX_ELEMENTS = 4_000_000
# Three lines for each layer and the loss fit into the longest program.
MAX_LAYERS = 500
MAX_SEED = 2**63 - 1
LARGEST_NUMBER = 1e6

ACTIVATIONS = ("linear", *(op.name for op in OPS.values() if op.role == "activation"))


@dataclass(frozen=True, slots=True)
class Initialisation:
    """How a weight matrix is first filled: ``draw(random, outputs, inputs)``, which the gain then multiplies.

    ``formula`` says the same to a reader, with n inputs and m outputs; ``source`` where it is from.
    """

    name: str
    draw: Callable[[np.random.Generator, int, int], Array]
    formula: str
    source: str


def _orthogonal(random: np.random.Generator, outputs: int, inputs: int) -> Array:
    """Orthonormal rows or columns, whichever are fewer, evenly distributed among all such matrices."""
    q, r = np.linalg.qr(random.standard_normal((max(outputs, inputs), min(outputs, inputs))))
    # Without the signs of r the factorisation would prefer some matrices (Mezzadri 2007).
    q *= np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
    return np.ascontiguousarray(q if outputs >= inputs else q.T)


INITIALISATIONS: Mapping[str, Initialisation] = {
    entry.name: entry
    for entry in (
        Initialisation(
            "uniform", lambda random, m, n: random.uniform(-0.5, 0.5, (m, n)),
            "uniform from −½ to ½", "TensorFlow Playground",
        ),
        Initialisation(
            "normal", lambda random, m, n: random.standard_normal((m, n)) / math.sqrt(n),
            "normal, standard deviation 1/√n", "LeCun et al. 1998, Efficient BackProp",
        ),
        Initialisation(
            "xavier", lambda random, m, n: random.uniform(-1.0, 1.0, (m, n)) * math.sqrt(6 / (n + m)),
            "uniform from −a to a, a = √(6/(n + m))", "Glorot & Bengio 2010, equation 16",
        ),
        Initialisation(
            "he", lambda random, m, n: random.standard_normal((m, n)) * math.sqrt(2 / n),
            "normal, standard deviation √(2/n)", "He et al. 2015, equation 10",
        ),
        Initialisation(
            "zeros", lambda random, m, n: np.zeros((m, n)),
            "0: all neurons of a layer stay alike", "the mistake that the others avoid",
        ),
        Initialisation(
            "orthogonal", _orthogonal,
            "a random rotation: orthonormal rows or columns", "Saxe et al. 2013",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """What is made small: ``line`` in the program language, for the network's ``{output}`` and the target t.

    ``outputs`` are the activations that the last layer may have, the customary one first.
    """

    name: str
    line: str
    outputs: tuple[str, ...] = ACTIVATIONS


LOSSES: Mapping[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss("mse", "mse({output}, t)"),
        Loss("cross_entropy", "cross_entropy({output}, t, axis=0)"),
        Loss("binary_cross_entropy", "binary_cross_entropy({output}, t)", ("sigmoid", "softmax")),
        Loss("hinge", "hinge({output}, t)"),
        # (o − t)²/2, TensorFlow Playground's
        Loss("half_squared", "mse({output}, t) / 2"),
    )
}


@dataclass(frozen=True, slots=True)
class Layer:
    """``width`` neurons and what is applied to their weighted sums: one of ``ACTIVATIONS``."""

    width: int
    activation: str


@dataclass(frozen=True, slots=True)
class Network:
    """A fully-connected network; the last of ``layers`` is the output.

    ``skip_every`` k adds the activation of the hidden layer k before to that of every k-th hidden layer, as long as the
    widths are equal (He et al. 2016); 0 is without. ``gain`` multiplies the initial weights, ``bias`` is every initial
    bias. Raises GradStepError where a part cannot be used, naming it.
    """

    inputs: int
    layers: tuple[Layer, ...]
    skip_every: int = 0
    loss: str = "mse"
    initialisation: str = "uniform"
    gain: float = 1.0
    bias: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        check_count("the number of inputs", self.inputs, 1, MAX_WIDTH)
        check_count("the number of layers", len(self.layers), 1, MAX_LAYERS)
        for number, layer in enumerate(self.layers, start=1):
            check_count(f"the width of layer {number}", layer.width, 1, MAX_WIDTH)
            check_word(f"the activation of layer {number}", layer.activation, ACTIVATIONS)
        check_count("skip", self.skip_every, 0, MAX_LAYERS)
        check_word("the loss", self.loss, LOSSES)
        check_word("the initialisation", self.initialisation, INITIALISATIONS)
        _check_number("gain", self.gain, 0.0)
        _check_number("bias", self.bias, -LARGEST_NUMBER)
        check_count("the seed", self.seed, 0, MAX_SEED)
        output, allowed = self.layers[-1].activation, LOSSES[self.loss].outputs
        if output not in allowed:
            raise GradStepError(
                f"the loss {self.loss} takes probabilities: give the output layer {' or '.join(allowed)}, not {output}"
            )
        _check_size(parameter_shapes(self))


def parameter_shapes(network: Network) -> dict[str, Shape]:
    """The shapes of W1, b1, W2, b2 and so on, by name, in the order of the layers."""
    widths = [network.inputs, *(layer.width for layer in network.layers)]
    shapes: dict[str, Shape] = {}
    for number, (inputs, outputs) in enumerate(itertools.pairwise(widths), start=1):
        shapes |= {f"W{number}": (outputs, inputs), f"b{number}": (outputs,)}
    return shapes


def with_hidden_layers(network: Network, count: int) -> Network:
    """The network with so many hidden layers: without its last ones, or with more like the last one.

    Where it has none, new ones are as wide as the input, with tanh. Raises GradStepError for a number that cannot be.
    """
    check_count("the number of hidden layers", count, 0, MAX_LAYERS - 1)
    *hidden, output = network.layers
    last = hidden[-1] if hidden else Layer(network.inputs, "tanh")
    hidden += [last] * (count - len(hidden))
    return replace(network, layers=(*hidden[:count], output))


# Checks -------------------------------------------------------------------------------------------------------------


def check_count(part: str, value: object, lowest: int, highest: int) -> None:
    """Raises GradStepError where ``value`` is no whole number in that range."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise GradStepError(f"{part} must be a whole number from {lowest:,} to {highest:,}, not {short(str(value))}")
    if not lowest <= value <= highest:
        written = f"{value:,}" if abs(value) < 10**20 else "a number of more than 20 digits"
        raise GradStepError(f"{part} must be from {lowest:,} to {highest:,}, not {written}")


def _check_number(part: str, value: object, lowest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= LARGEST_NUMBER:
        written = f"{value:g}" if isinstance(value, float) else short(str(value))
        raise GradStepError(f"{part} must be a number from {lowest:,.0f} to {LARGEST_NUMBER:,.0f}, not {written}")


def check_word(part: str, word: object, known: Iterable[str]) -> None:
    """Raises GradStepError where ``word`` is not among those known."""
    words = list(known)
    if word not in words:
        raise GradStepError(
            f"{part} cannot be “{short(str(word))}”: choose from {', '.join(words)}{suggestion(str(word), words)}"
        )


def _check_size(shapes: Mapping[str, Shape]) -> None:
    for name, shape in shapes.items():
        if math.prod(shape) > MAX_ELEMENTS:
            raise GradStepError(
                f"layer {name[1:]} would have {shape_text(shape)} = {math.prod(shape):,} weights, "
                f"and at most {MAX_ELEMENTS:,} are supported: make it or the layer before narrower"
            )
    total = sum(map(math.prod, shapes.values()))
    if total > MAX_TOTAL_ELEMENTS:
        raise GradStepError(
            f"the network would have {total:,} parameters, and at most {MAX_TOTAL_ELEMENTS:,} are supported"
        )


def suggestion(word: str, known: Iterable[str]) -> str:
    """A hint at a similar word, as the end of a sentence."""
    near = difflib.get_close_matches(word[:60].lower(), list(known), n=1)
    return f"; did you mean “{near[0]}”?" if near else ""


def short(text: str) -> str:
    """What someone wrote, fit to stand in a sentence."""
    text = "".join(letter if letter.isprintable() else "�" for letter in text[:41])
    return f"{text[:40]}…" if len(text) > 40 else text
