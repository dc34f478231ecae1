"""Graphs of all kinds for the tests of neurons: networks by seed, the two conventions, and what is unlike a network."""

import random
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from engine.graph import Graph
from engine.program import parse_program
from tests.engine.programs import array_program, scalar_program

_LOSSES = ("mse({y}, t)", "hinge({y}, t)", "mse({y}, t) / 2 + 0.01 * sum(W1 * W1)", "binary_cross_entropy({y}, t)")
_ACTIVATIONS = ("tanh", "relu", "gelu", "sigmoid", "linear")


def network(seed: int) -> Graph:
    """A random network: data in rows, in columns or of one sample, weights either way round, biases or none, skips."""
    choose, numbers = random.Random(seed), np.random.default_rng(seed)
    samples, rows, first = choose.choice([None, 1, 2, 5]), choose.random() < 0.5, choose.random() < 0.5
    product = choose.choice(["linear", "matmul", "matmul with a bias"])
    widths = [choose.randint(1, 5) for _ in range(choose.randint(2, 5))]
    if choose.random() < 0.5:
        widths = [widths[0], *[widths[1]] * len(widths[1:-1]), widths[-1]]
    parameters: dict[str, Any] = {}
    lines, before = [], "x"
    for number, (inputs, outputs) in enumerate(pairwise(widths), start=1):
        # A product with @ says by its sides how the weight lies.
        weight_first = first if product == "linear" else rows
        parameters[f"W{number}"] = numbers.normal(size=(inputs, outputs) if weight_first else (outputs, inputs))
        if product == "linear":
            options = f", inputs_first={int(first)}, rows={int(rows)}"
            parameters[f"b{number}"] = numbers.normal(size=outputs)
            lines.append(f"z{number} = linear(W{number}, {before}, b{number}{options})")
        else:
            bias = ""
            if product == "matmul with a bias":
                upright = samples is not None and not rows
                shape = choose.choice([(outputs, 1) if upright else (outputs,), ()])
                parameters[f"b{number}"], bias = numbers.normal(size=shape), f" + b{number}"
            sides = f"{before} @ W{number}" if rows else f"W{number} @ {before}"
            lines.append(f"z{number} = {sides}{bias}")
        activation, value = choose.choice(_ACTIVATIONS), f"z{number}"
        if activation != "linear":
            value = f"a{number}"
            lines.append(f"{value} = {activation}(z{number})")
        if before != "x" and outputs == inputs and choose.random() < 0.6:
            lines.append(f"s{number} = {value} + {before}")
            value = f"s{number}"
        before = value
    axis = -1 if samples is None or rows else 0
    probability = choose.choice(["sigmoid({y})", f"softmax({{y}}, axis={axis})"])
    losses = [*_LOSSES, f"cross_entropy({{y}}, t, axis={axis})"]
    loss = choose.choice(losses)
    if loss.startswith("binary"):
        lines.append(f"p = {probability.format(y=before)}")
        before = "p"
    lines.append(f"loss = {loss.format(y=before)}")

    def data(width: int) -> Any:
        values = numbers.uniform(0.1, 0.9, size=(samples or 1, width))
        return values[0] if samples is None else values if rows else values.T

    return parse_program("\n".join(lines), {"x": data(widths[0]), "t": data(widths[-1])}, parameters)


def _parsed(program: str, inputs: dict[str, Any], parameters: dict[str, Any], **more: Any) -> Callable[[], Graph]:
    return lambda: parse_program(program, inputs, parameters, **more)


_x, _t = np.arange(12.0).reshape(3, 4) / 5 - 1, np.linspace(0.0, 1.0, 8).reshape(2, 4)
_W, _V, _b = np.arange(6.0).reshape(2, 3) / 3 - 1, np.array([[0.5, -1.0], [2.0, 0.25]]), np.array([[0.5], [-0.5]])

_square = np.arange(9.0).reshape(3, 3) / 4 - 1

ODD: Mapping[str, Callable[[], Graph]] = {
    "one neuron": _parsed("y = tanh(x1 * w1 + x2 * w2 + b)", {"x1": 2.0, "x2": 0.5}, {"w1": -3.0, "w2": 1.0, "b": 7.0}),
    "bias first": _parsed("y = b + x1 * w1 + x2 * w2", {"x1": 2.0, "x2": 0.5}, {"w1": -3.0, "w2": 1.0, "b": 7.0}),
    "one weight": _parsed("y = tanh(w * x)", {"x": 2.0}, {"w": 0.5}),
    "a weight for all": _parsed(
        "y = mse(w * x + v * x + x, t)", {"x": [1.0, 2.0], "t": [0.0, 1.0]}, {"w": 0.5, "v": 2}
    ),
    "shared weight": _parsed("h = tanh(V @ (W @ x))\ny = sum(V @ h)", {"x": _x}, {"W": _W, "V": _V}),
    "shared bias": _parsed("z = W @ x + b\ny = sum(V @ tanh(z) + b)", {"x": _x}, {"W": _W, "V": _V, "b": _b}),
    "weight of itself": _parsed("y = sum(V @ V)", {}, {"V": _V}),
    "weights weighted": _parsed("y = sum((W @ P) ** 2) + sum(V @ W)", {}, {"W": _W, "V": _V, "P": _x[:, :2]}),
    "penalty first": _parsed("r = sum(W * W)\ny = mse(W @ x, t) + r", {"x": _x, "t": _t}, {"W": _W}),
    "joined": _parsed(
        "h = W @ x\nj = concatenate(h, x, axis=0)\ny = sum(U @ j)", {"x": _x}, {"W": _W, "U": np.ones((2, 5))}
    ),
    "joined twice": _parsed("h = W @ x\ny = sum(concatenate(h, h))", {"x": _x}, {"W": _W}),
    "joined samples": _parsed("h = W @ x\ny = sum(concatenate(h, h, axis=1))", {"x": _x}, {"W": _W}),
    "weights turned": _parsed(
        "h = transpose(x) @ transpose(W)\ny = sum(tanh(h @ transpose(V)) @ V)", {"x": _x}, {"W": _W, "V": _V}
    ),
    "turned twice": _parsed(
        "y = sum(linear(transpose(transpose(W)), x, b)) + sum(transpose(W) ** 2)", {"x": _x}, {"W": _W, "b": [1.0, 2.0]}
    ),
    "turned apart": _parsed("u = transpose(W)\ny = sum(V @ transpose(u)) + sum(u @ V)", {}, {"W": _W, "V": _V}),
    "turned": _parsed("y = mse(transpose(transpose(x) @ P), t)", {"x": _x, "t": _t}, {"P": _W.T}),
    "reshaped": _parsed("h = reshape(W @ x, 1, 2, 4)\ny = sum(reshape(h, 8))", {"x": _x}, {"W": _W}),
    "two uses": _parsed("z = W @ x\na = tanh(z)\nc = sigmoid(z)\ny = mse(a * c + z, t)", {"x": _x, "t": _t}, {"W": _W}),
    "gate": _parsed("z = W @ x\ny = sum(z * sigmoid(z) - softmax(z, axis=0))", {"x": _x}, {"W": _W}),
    "softmax apart": _parsed("z = W @ x\na = tanh(z)\ny = sum(softmax(z, axis=0) * t)", {"x": _x, "t": _t}, {"W": _W}),
    "across samples": _parsed("z = W @ x\ny = sum(softmax(z) * t)", {"x": _x, "t": _t}, {"W": _W}),
    "normalised": _parsed(
        "z = W @ x\nc = z - mean(z, axis=0)\ny = sum((c / sqrt(mean(c ** 2))) * g + h)",
        {"x": _x},
        {"W": _W, "g": _b, "h": _b},
    ),
    "attention": _parsed(
        "s = softmax((x @ Q) @ transpose(x @ K))\ny = sum(s @ x)", {"x": _x.T}, {"Q": _W.T, "K": _W.T}
    ),
    "skip that looks back": _parsed("z = W @ x\nq = V @ z\na = tanh(z)\ny = sum(a + q)", {"x": _x}, {"W": _W, "V": _V}),
    "indices": _parsed("y = cross_entropy(W @ x, k, axis=0)", {"x": _x, "k": [0, 1, 1, 0]}, {"W": _W}),
    "from outside": _parsed("L = transpose(x) @ P", {"x": _x, "g": _t.T}, {"P": _W.T}, incoming="g - L"),
    "from itself": _parsed("L = W @ x", {"x": _x}, {"W": _W}, incoming="L"),
    "from far before": _parsed("h = tanh(W @ x)\nL = V @ h", {"x": _x}, {"W": _W, "V": _V}, incoming="h"),
    "a skip with weights": _parsed("h = W @ x\ny = sum(h + g * h)", {"x": _x}, {"W": _W, "g": _b}),
    "from before": _parsed("L = tanh(x)", {"x": _x}, {}, incoming="x"),
    "input as weight": _parsed("y = sum(linear(W, x, b))", {"W": _W, "b": [1.0, 2.0], "x": _x}, {}),
    "computed weight": _parsed("y = sum(linear(tanh(W), x, b))", {"x": _x}, {"W": _W, "b": [1.0, 2.0]}),
    "rows and columns": _parsed("y = sum(W @ x + x @ W)", {"x": _square}, {"W": _square + 1}),
    "turned on its side": _parsed("y = sum(W @ transpose(W @ x))", {"x": _square}, {"W": _square + 1}),
    "a bias for each sample": _parsed(
        "y = sum(tanh(W @ x + p) * q)", {"x": _square}, {"W": _square + 1, "p": _square[0], "q": _square[1]}
    ),
    "weighted and a weight": _parsed("y = sum(W @ p) + sum(p @ x)", {"x": _x}, {"W": _W, "p": _x[:, 0]}),
    "two batches": _parsed("y = sum(W @ x) + sum(W @ u)", {"x": _x, "u": _x[:, :2]}, {"W": _W}),
    "dot product": _parsed("y = sum(tanh(x @ w)) + v @ w", {"x": _x.T, "v": [1.0, 2.0, 3.0]}, {"w": [0.5, -1.0, 2.0]}),
    "parameters alone": _parsed("y = p * q + p + q * 2", {}, {"p": 2.0, "q": -1.0}),
    "nothing to do": _parsed("y = 3", {"x": _x}, {"unused": 1.0}),
    "constants": _parsed("y = 2 * 3 + x", {"x": 1.0}, {}),
    "not finite": _parsed("y = mse(log(W @ x) / 0, t)", {"x": _x, "t": _t}, {"W": _W}),
}

SEEDS = range(60)


def graphs() -> Mapping[str, Callable[[], Graph]]:
    """All of them by name: odd ones, random networks and random programs."""
    return {
        **ODD,
        **{f"network {seed}": lambda seed=seed: network(seed) for seed in SEEDS},
        **{f"arrays {seed}": lambda seed=seed: array_program(seed) for seed in SEEDS},
        **{f"scalars {seed}": lambda seed=seed: scalar_program(seed) for seed in SEEDS},
    }
