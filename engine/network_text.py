"""A network as one line of text, and back.

A line reads like one of these::

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
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import GradStepError
from engine.layers import (
    LOSSES,
    MAX_LAYERS,
    MAX_SEED,
    MAX_WIDTH,
    Layer,
    Network,
    check_count,
    check_word,
    short,
    suggestion,
)

MAX_TEXT_LENGTH = 10_000

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
    check_word("the loss", loss, LOSSES)
    customary = LOSSES[loss].outputs[0]
    count = len(layer_widths)
    if len(words) == count:
        if output is not None:
            raise GradStepError(f"the output layer is given two activations, {words[-1]} and {output}: choose one")
        activations = words
    elif len(words) > 1:
        raise GradStepError(
            f"“{short(first.strip())}” has {len(words)} activations for {count} layer{'s' * (count > 1)}: "
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
            what = f"“{short(part)}” is not a width" if part else f"a width is missing in “{short(text)}”"
            raise GradStepError(f"{what}: write whole numbers joined by dashes, such as {_EXAMPLE}")
        number = len(widths)
        part_name = f"the width of layer {number}" if widths else "the number of inputs"
        width = _whole(part_name, found[1], 1, MAX_WIDTH)
        times = 1 if found[2] is None else _whole(f"the number of layers in “{short(part)}”", found[2], 1, MAX_LAYERS)
        if not widths and found[2] is not None:
            raise GradStepError(f"“{short(part)}” repeats the inputs: write their number once, then the layers")
        widths += [width] * times
        check_count("the number of layers", len(widths) - 1, 0, MAX_LAYERS)
    if len(widths) < 2:
        raise GradStepError(f"“{short(text)}” has no layer: write inputs and at least one layer, such as {_EXAMPLE}")
    return widths


def _parse_options(clauses: Iterable[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for clause in clauses:
        word, *values = clause.split() or [""]
        if word not in _OPTIONS:
            what = f"“{short(word)}” is not an option" if word else "an option is missing at a comma"
            raise GradStepError(f"{what}: choose from {', '.join(_OPTIONS)}{suggestion(word, _OPTIONS)}")
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
        raise GradStepError(f"{part} must be a whole number from {lowest:,} to {highest:,}, not “{short(text)}”")
    if len(text) > 20:  # Python refuses to read a whole number of thousands of digits
        raise GradStepError(f"{part} must be from {lowest:,} to {highest:,}, not a number of {len(text):,} digits")
    check_count(part, int(text), lowest, highest)
    return int(text)


def _number(part: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise GradStepError(f"{part} must be a number, not “{short(text)}”") from None
