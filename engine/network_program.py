"""A network as program text, and back: every network can be stepped, read and edited as text.

``z2`` is a weighted sum, ``a2`` a layer's activation, ``f2`` the activation before a skip connection is added. The last
line is ``loss``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from engine.errors import GradStepError, ProgramError
from engine.expression import Call, Symbol
from engine.language import Assignment, parse_assignments, parse_expression
from engine.layers import ACTIVATIONS, LOSSES, Layer, Network, check_word, short, with_hidden_layers
from engine.ops import OPS


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


def values_of(network: Network) -> tuple[str, ...]:
    """The names of what the layers hand on, in order: activations, or weighted sums where there is none."""
    skips = skips_of(network)
    return tuple(
        f"{'z' if layer.activation == 'linear' and number not in skips else 'a'}{number}"
        for number, layer in enumerate(network.layers, start=1)
    )


def program_of(network: Network) -> str:
    """The network as program text over x, t and the parameters; the same for one sample and for a batch."""
    skips = skips_of(network)
    lines: list[str] = []
    values = ["x"]
    for number, layer in enumerate(network.layers, start=1):
        lines.append(_weighted_sum(number, values[-1]))
        value = f"z{number}"
        if layer.activation != "linear":
            value = f"{'f' if number in skips else 'a'}{number}"
            lines.append(_activation(value, layer.activation, number))
        if number in skips:
            lines.append(f"a{number} = {value} + {values[skips[number]]}")
            value = f"a{number}"
        values.append(value)
    lines.append(f"loss = {LOSSES[network.loss].line.format(output=values[-1])}")
    return "\n".join(lines)


def _weighted_sum(number: int, before: str) -> str:
    return f"z{number} = linear(W{number}, {before}, b{number})"


def _activation(name: str, activation: str, number: int) -> str:
    axis = ", axis=0" if "axis" in OPS[activation].attributes else ""
    return f"{name} = {activation}(z{number}{axis})"


# Reading --------------------------------------------------------------------------------------------------------------


def network_of(program: str, like: Network) -> Network:
    """The network whose program this is: the inverse of ``program_of``.

    A program has no widths: they are those of ``like``, layer by layer. A new hidden layer is as wide as the one before
    it, and the output as wide as ever. The program says activations, loss and skip connections; all else is as in
    ``like``. Raises GradStepError where the text is no such program, naming the line and what would be right.
    """
    reader = _Reader(deque(parse_assignments(program)))
    while reader.rest and reader.rest[0].name != "loss":
        reader.read_layer()
    if not reader.layers:
        raise ProgramError(f"the program has no layer: its first line should be {_weighted_sum(1, 'x')}")
    if not reader.rest:
        raise ProgramError(f"the program ends without a loss: its last line should be {reader.some_loss}")
    last = reader.rest.popleft()
    if reader.rest:
        raise _wrong(reader.rest[0], "left out: the loss is the last line")
    loss = _loss_of(last, reader.values[-1])
    widths = (layer.width for layer in with_hidden_layers(like, len(reader.layers) - 1).layers)
    layers = tuple(Layer(width, layer.activation) for width, layer in zip(widths, reader.layers, strict=True))
    try:
        network = replace(like, layers=layers, loss=loss)
    except GradStepError as error:
        raise ProgramError(str(error), last.line) from None
    return _with_skips(network, reader.layers)


@dataclass(frozen=True, slots=True)
class _ReadLayer:
    """The activation of a layer, the layer that is added to it (0 is none), and its last line."""

    activation: str
    added: int
    line: Assignment


@dataclass
class _Reader:
    """``rest`` are the lines still to be read, ``values`` what the layers so far hand on, x first."""

    rest: deque[Assignment]
    values: list[str] = field(default_factory=lambda: ["x"])
    layers: list[_ReadLayer] = field(default_factory=list)

    @property
    def some_loss(self) -> str:
        return f"loss = mse({self.values[-1]}, t)"

    @property
    def choices(self) -> str:
        """What may stand here instead of a line that does not begin a layer."""
        number = len(self.values)
        found = [_weighted_sum(number, self.values[-1])]
        if self.values[-1] == f"z{number - 1}":
            found.insert(0, _activation(f"a{number - 1}", "tanh", number - 1))
        return ", ".join([*found, f"or {self.some_loss}"] if self.layers else found)

    def read_layer(self) -> None:
        """One layer: two lines, one where it is linear, one more where another is added to it."""
        number, line = len(self.values), self.rest.popleft()
        right = _weighted_sum(number, self.values[-1])
        if not _is(line, right):
            raise _wrong(line, right if line.name == f"z{number}" else self.choices)
        value, activation, added = f"z{number}", "linear", 0
        if self._next_is(f"f{number}", f"a{number}") and not self._adds(value):
            line = self.rest.popleft()
            value, activation = line.name, _activation_of(line, number)
        if value[0] == "f" and not self._next_is(f"a{number}"):
            raise _wrong(line, f"{_activation(f'a{number}', activation, number)}: nothing is added to it")
        if value[0] != "a" and self._next_is(f"a{number}"):
            line = self.rest.popleft()
            added, value = self._added(line, value), line.name
        self.values.append(value)
        self.layers.append(_ReadLayer(activation, added, line))

    def _next_is(self, *names: str) -> bool:
        return bool(self.rest) and self.rest[0].name in names

    def _adds(self, value: str) -> bool:
        """True where the next line adds to a linear layer, which has no line for its activation."""
        expression = self.rest[0].expression
        return isinstance(expression, Call) and expression.operation == "add" and Symbol(value) in expression.arguments

    def _added(self, line: Assignment, value: str) -> int:
        """The layer whose value a line adds to ``value``, in either order."""
        for number, earlier in enumerate(self.values[1:], start=1):
            if any(_is(line, f"{line.name} = {sum_}") for sum_ in (f"{value} + {earlier}", f"{earlier} + {value}")):
                return number
        if len(self.values) == 1:
            raise _wrong(line, "left out: no layer is before it that could be added")
        raise _wrong(
            line, f"{value} plus what an earlier layer gives, such as {line.name} = {value} + {self.values[1]}"
        )


def _is(line: Assignment, right: str) -> bool:
    name, _, expression = right.partition(" = ")
    return line.name == name and line.expression == parse_expression(expression)


def _activation_of(line: Assignment, number: int) -> str:
    expression = line.expression
    if not isinstance(expression, Call) or len(expression.arguments) != 1:
        raise _wrong(line, f"an activation of z{number}, such as {_activation(line.name, 'tanh', number)}")
    if expression.operation == "linear":
        raise _wrong(line, f"left out: a linear layer hands on z{number} itself")
    try:
        check_word(f"the activation of layer {number}", expression.operation, ACTIVATIONS[1:])
    except GradStepError as error:
        raise ProgramError(str(error), line.line) from None
    right = _activation(line.name, expression.operation, number)
    if not _is(line, right):
        raise _wrong(line, right)
    return expression.operation


def _loss_of(line: Assignment, output: str) -> str:
    texts = {name: entry.line.format(output=output) for name, entry in LOSSES.items()}
    for name, text in texts.items():
        if line.expression == parse_expression(text):
            return name
    raise _wrong(line, f"one of {'; '.join(texts.values())}")


def _with_skips(network: Network, layers: list[_ReadLayer]) -> Network:
    """The network with the skip connections that were read. They come at even distances, as ``skips_of`` says."""
    found = {number: layer.added for number, layer in enumerate(layers, start=1) if layer.added}
    distance = next((later - earlier for later, earlier in found.items()), 0)
    for skip_every in (network.skip_every, distance):
        network = replace(network, skip_every=skip_every)
        expected = skips_of(network)
        if expected == found:
            return network
    number = min(number for number in found.keys() | expected.keys() if found.get(number) != expected.get(number))
    layer, every = layers[number - 1], f"every {distance} layers" if distance > 1 else "at every layer"
    if number not in expected:
        raise _wrong(layer.line, f"without an addition: skips join hidden layers of equal width, here {every}")
    before = f"z{number}" if layer.activation == "linear" else f"f{number}"
    right = f"a{number} = {before} + {layers[expected[number] - 1].line.name}"
    if number not in found and before[0] == "f":
        right = f"{_activation(before, layer.activation, number)}, followed by {right}"
    elif number not in found:
        right = f"followed by {right}"
    raise _wrong(layer.line, f"{right}: skips come {every}, or not at all")


def _wrong(line: Assignment, right: str) -> ProgramError:
    return ProgramError(f"“{short(line.text)}” should be {right}", line.line)
