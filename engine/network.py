"""A layer specification to program text, inputs and parameters: every network can be stepped, read and edited as text.

A network can itself be written in one line, and read back from it::

    2-16-16-1 relu
    784-128-64-10 tanh, loss cross_entropy, init xavier
    64-64x50-10 tanh, skip 2, init normal, gain 1.5, seed 3

The line is a list of clauses between commas, in any case of letters.

- The first clause has the widths, inputs first, joined by dashes; ``64x50`` is 50 layers of width 64. Activations may
  follow: one word is for every hidden layer (for the only layer, where none is hidden), as many words as layers are for
  one each. Without any the hidden layers have tanh.
- Every further clause is a word and its value, each at most once: ``output ACTIVATION``, ``loss LOSS``,
  ``init INITIALISATION``, ``gain NUMBER``, ``bias NUMBER``, ``skip LAYERS``, ``seed NUMBER``. Without ``output`` the
  last layer is linear, or sigmoid where the loss takes probabilities.

Activations, losses and initialisations are tables: a new one is one entry here, or for an activation one in the table
of operations. Data stand in columns: x has shape (features,) or (features, batch), W (outputs, inputs), b (outputs,).
"""

from __future__ import annotations

import difflib
import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import GradStepError
from engine.graph import MAX_TOTAL_ELEMENTS, Graph, frozen_array
from engine.ops import OPS, Array
from engine.program import parse_program
from engine.shapes import Shape, shape_text

MAX_WIDTH = 100_000
# Trained networks may have larger values than what a document may hold.
MAX_ELEMENTS = 4_000_000
# Three lines for each layer and the loss fit into the longest program.
MAX_LAYERS = 500
MAX_TEXT_LENGTH = 10_000
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
        _check_count("the number of inputs", self.inputs, 1, MAX_WIDTH)
        _check_count("the number of layers", len(self.layers), 1, MAX_LAYERS)
        for number, layer in enumerate(self.layers, start=1):
            _check_count(f"the width of layer {number}", layer.width, 1, MAX_WIDTH)
            _check_word(f"the activation of layer {number}", layer.activation, ACTIVATIONS)
        _check_count("skip", self.skip_every, 0, MAX_LAYERS)
        _check_word("the loss", self.loss, LOSSES)
        _check_word("the initialisation", self.initialisation, INITIALISATIONS)
        _check_number("gain", self.gain, 0.0)
        _check_number("bias", self.bias, -LARGEST_NUMBER)
        _check_count("the seed", self.seed, 0, MAX_SEED)
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


def skips_of(network: Network) -> dict[int, int]:
    """Which layer is added to which: {later layer: earlier layer}, counted from 1. Hidden layers only."""
    found: dict[int, int] = {}
    start = 1
    for number in range(2, len(network.layers)):
        if network.layers[number - 1].width != network.layers[number - 2].width:
            start = number
        elif number - start == network.skip_every:
            found[number] = start
            start = number
    return found


def program_of(network: Network) -> str:
    """The network as program text over x, t and the parameters; the same for one sample and for a batch.

    ``z2`` is a weighted sum, ``a2`` a layer's activation, ``f2`` the activation before a skip connection is added. The
    last line is ``loss``.
    """
    skips = skips_of(network)
    lines: list[str] = []
    values = ["x"]
    for number, layer in enumerate(network.layers, start=1):
        lines.append(f"z{number} = linear(W{number}, {values[-1]}, b{number})")
        value = f"z{number}"
        if layer.activation != "linear":
            axis = ", axis=0" if "axis" in OPS[layer.activation].attributes else ""
            value = f"{'f' if number in skips else 'a'}{number}"
            lines.append(f"{value} = {layer.activation}(z{number}{axis})")
        if number in skips:
            lines.append(f"a{number} = {value} + {values[skips[number]]}")
            value = f"a{number}"
        values.append(value)
    lines.append(f"loss = {LOSSES[network.loss].line.format(output=values[-1])}")
    return "\n".join(lines)


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
            parameters[name] = draw(np.random.Generator(np.random.PCG64(stream)), *shape) * network.gain
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


# The one line of text -----------------------------------------------------------------------------------------------

_EXAMPLE = "2-16-16-1 relu"
_WIDTHS = re.compile(r"([0-9]+)(?:x([0-9]+))?")
# word: (field of Network, kind of value, example)
_OPTIONS: Mapping[str, tuple[str, type, str]] = {
    "output": ("", str, "tanh"),
    "loss": ("loss", str, "mse"),
    "init": ("initialisation", str, "he"),
    "gain": ("gain", float, "1.5"),
    "bias": ("bias", float, "0.1"),
    "skip": ("skip_every", int, "2"),
    "seed": ("seed", int, "3"),
}


def parse_network(text: str) -> Network:
    """The network that a line of text describes. Raises GradStepError, one sentence that names the part at fault."""
    if len(text) > MAX_TEXT_LENGTH:
        raise GradStepError(f"a network is written in at most {MAX_TEXT_LENGTH:,} characters, not {len(text):,}")
    first, *clauses = text.lower().split(",")
    widths, *words = re.sub(r"\s*-\s*", "-", first).split() or [""]
    inputs, *layer_widths = _parse_widths(widths)
    options = _parse_options(clauses)
    output = options.pop("output", None)
    fields = {_OPTIONS[word][0]: value for word, value in options.items()}
    loss = fields.get("loss", "mse")
    _check_word("the loss", loss, LOSSES)
    customary = LOSSES[loss].outputs[0]
    count = len(layer_widths)
    if len(words) == count:
        if output is not None:
            raise GradStepError(f"the output layer is given two activations, {words[-1]} and {output}: choose one")
        activations = words
    elif len(words) > 1:
        raise GradStepError(
            f"“{_short(first.strip())}” has {len(words)} activations for {count} layer{'s' * (count > 1)}: "
            "give one for all hidden layers, or one for each layer"
        )
    else:
        activations = [words[0] if words else "tanh"] * (count - 1) + [output or customary]
    return Network(inputs, tuple(map(Layer, layer_widths, activations)), **fields)


def text_of(network: Network) -> str:
    """The line of text that ``parse_network`` reads as this network; what is at its default is left out."""
    widths = [layer.width for layer in network.layers]
    runs = [(width, len(list(run))) for width, run in itertools.groupby(widths)]
    sizes = [str(network.inputs)]
    for width, length in runs:
        sizes += [f"{width}x{length}"] if length > 3 else [str(width)] * length
    activations = [layer.activation for layer in network.layers]
    hidden, output = activations[:-1], activations[-1]
    customary = LOSSES[network.loss].outputs[0]
    clauses = ["-".join(sizes)]
    if len(set(hidden)) > 1:
        clauses[0] += f" {' '.join(activations)}"
    elif hidden:
        clauses[0] += f" {hidden[0]}"
        clauses += [f"output {output}"] * (output != customary)
    elif output != customary:
        clauses[0] += f" {output}"
    for word, (field, _, _) in _OPTIONS.items():
        if field and getattr(network, field) != Network.__dataclass_fields__[field].default:
            value = getattr(network, field)
            clauses.append(f"{word} {value!r}" if isinstance(value, float) else f"{word} {value}")
    return ", ".join(clauses)


def _parse_widths(text: str) -> list[int]:
    if not text:
        raise GradStepError(f"a network begins with its widths, such as {_EXAMPLE}")
    widths: list[int] = []
    for part in text.split("-"):
        found = _WIDTHS.fullmatch(part)
        if found is None:
            what = f"“{_short(part)}” is not a width" if part else f"a width is missing in “{_short(text)}”"
            raise GradStepError(f"{what}: write whole numbers joined by dashes, such as {_EXAMPLE}")
        number = len(widths)
        part_name = f"the width of layer {number}" if widths else "the number of inputs"
        width = _whole(part_name, found[1], 1, MAX_WIDTH)
        times = 1 if found[2] is None else _whole(f"the number of layers in “{_short(part)}”", found[2], 1, MAX_LAYERS)
        if not widths and found[2] is not None:
            raise GradStepError(f"“{_short(part)}” repeats the inputs: write their number once, then the layers")
        widths += [width] * times
        _check_count("the number of layers", len(widths) - 1, 0, MAX_LAYERS)
    if len(widths) < 2:
        raise GradStepError(f"“{_short(text)}” has no layer: write inputs and at least one layer, such as {_EXAMPLE}")
    return widths


def _parse_options(clauses: Iterable[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for clause in clauses:
        word, *values = clause.split() or [""]
        if word not in _OPTIONS:
            what = f"“{_short(word)}” is not an option" if word else "an option is missing at a comma"
            raise GradStepError(f"{what}: choose from {', '.join(_OPTIONS)}{_suggestion(word, _OPTIONS)}")
        if word in options:
            raise GradStepError(f"“{word}” is given twice: choose one")
        field, kind, example = _OPTIONS[word]
        if len(values) != 1:
            raise GradStepError(f"“{word}” takes one value, such as {word} {example}")
        options[word] = values[0]
        if kind is int:
            options[word] = _whole(word, values[0], 0, MAX_SEED if field == "seed" else MAX_LAYERS)
        elif kind is float:
            options[word] = _number(word, values[0])
    return options


def _whole(part: str, text: str, lowest: int, highest: int) -> int:
    if not re.fullmatch(r"-?[0-9]+", text):
        raise GradStepError(f"{part} must be a whole number from {lowest:,} to {highest:,}, not “{_short(text)}”")
    if len(text) > 20:  # Python refuses to read a whole number of thousands of digits
        raise GradStepError(f"{part} must be from {lowest:,} to {highest:,}, not a number of {len(text):,} digits")
    _check_count(part, int(text), lowest, highest)
    return int(text)


def _number(part: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise GradStepError(f"{part} must be a number, not “{_short(text)}”") from None


# Checks -------------------------------------------------------------------------------------------------------------


def _check_count(part: str, value: object, lowest: int, highest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise GradStepError(f"{part} must be a whole number from {lowest:,} to {highest:,}, not {_short(str(value))}")
    if not lowest <= value <= highest:
        written = f"{value:,}" if abs(value) < 10**20 else "a number of more than 20 digits"
        raise GradStepError(f"{part} must be from {lowest:,} to {highest:,}, not {written}")


def _check_number(part: str, value: object, lowest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= LARGEST_NUMBER:
        written = f"{value:g}" if isinstance(value, float) else _short(str(value))
        raise GradStepError(f"{part} must be a number from {lowest:,.0f} to {LARGEST_NUMBER:,.0f}, not {written}")


def _check_word(part: str, word: object, known: Iterable[str]) -> None:
    words = list(known)
    if word not in words:
        raise GradStepError(
            f"{part} cannot be “{_short(str(word))}”: choose from {', '.join(words)}{_suggestion(str(word), words)}"
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


def _suggestion(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word[:60], list(known), n=1)
    return f"; did you mean “{near[0]}”?" if near else ""


def _short(text: str) -> str:
    text = "".join(letter if letter.isprintable() else "�" for letter in text[:41])
    return f"{text[:40]}…" if len(text) > 40 else text
