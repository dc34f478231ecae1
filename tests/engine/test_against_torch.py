"""Gradients and training in float64 against PyTorch, the judge that most readers know. Run where torch is installed."""

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from engine import parse_program, record
from engine.data import batch_order
from engine.generated import generate
from engine.network import Network as Specification
from engine.network import parameters_of, parse_network, skips_of
from engine.ops import Array
from engine.run import Run
from engine.training import Training

torch = pytest.importorskip("torch", reason="torch is no part of the development set-up: install it to be judged by it")
functional = torch.nn.functional

ACTIVATIONS: Mapping[str, Callable[[Any], Any]] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "gelu": functional.gelu,
    "log_softmax": lambda x: functional.log_softmax(x, dim=-1),
    "softmax": lambda x: functional.softmax(x, dim=-1),
}
LOSSES: Mapping[str, Callable[[Any, Any], Any]] = {
    "mse": functional.mse_loss,
    "cross_entropy": functional.cross_entropy,
    "binary_cross_entropy": lambda p, t: functional.binary_cross_entropy(torch.sigmoid(p), t),
}
NETWORKS = 200


@dataclass(frozen=True)
class Network:
    """A program, its leaves, and the same in torch: each layer's activation, the loss and the layers with a skip."""

    program: str
    inputs: dict[str, Array]
    parameters: dict[str, Array]
    activations: list[str]
    skips: list[bool]
    loss: str


def network(seed: int) -> Network:
    """One to five layers on a batch of rows, some with a skip connection, and one of three losses."""
    choose, numbers = random.Random(seed), np.random.default_rng(seed)
    samples, sizes = choose.randint(2, 6), [choose.randint(2, 9) for _ in range(choose.randint(2, 6))]
    inputs = {"x": numbers.normal(size=(samples, sizes[0]))}
    parameters, lines, activations, skips, last = {}, [], [], [], "x"
    for layer, (before, here) in enumerate(itertools.pairwise(sizes), start=1):
        parameters[f"W{layer}"] = numbers.normal(size=(here, before)) / np.sqrt(before)
        parameters[f"b{layer}"] = numbers.normal(size=here) * 0.1
        activations.append(choose.choice(list(ACTIVATIONS)))
        skips.append(before == here and choose.random() < 0.7)
        lines.append(f"z{layer} = linear(W{layer}, {last}, b{layer}, rows=1)")
        lines.append(f"a{layer} = {activations[-1]}(z{layer}){f' + {last}' if skips[-1] else ''}")
        last = f"a{layer}"
    loss = choose.choice(list(LOSSES))
    if loss == "mse":
        inputs["t"] = numbers.normal(size=(samples, sizes[-1]))
        lines.append(f"loss = mse({last}, t)")
    elif loss == "cross_entropy":
        inputs["t"] = numbers.integers(0, sizes[-1], samples).astype(np.float64)
        lines.append(f"loss = cross_entropy({last}, t)")
    else:
        inputs["t"] = numbers.integers(0, 2, (samples, sizes[-1])).astype(np.float64)
        lines.append(f"loss = binary_cross_entropy(sigmoid({last}), t)")
    return Network("\n".join(lines), inputs, parameters, activations, skips, loss)


def by_torch(net: Network) -> tuple[float, dict[str, Array]]:
    """The loss and the gradients of the parameters and of x."""
    leaves = {name: torch.tensor(net.parameters[name], requires_grad=True) for name in net.parameters}
    leaves["x"] = torch.tensor(net.inputs["x"], requires_grad=True)
    target = torch.tensor(net.inputs["t"])
    a = leaves["x"]
    for layer, (activation, skip) in enumerate(zip(net.activations, net.skips, strict=True), start=1):
        z = functional.linear(a, leaves[f"W{layer}"], leaves[f"b{layer}"])
        a = ACTIVATIONS[activation](z) + (a if skip else 0)
    loss = LOSSES[net.loss](a, target.long() if net.loss == "cross_entropy" else target)
    loss.backward()
    return float(loss.detach()), {name: leaf.grad.numpy() for name, leaf in leaves.items()}


def worst_error(seed: int) -> float:
    """The largest distance of a gradient from torch's in the Euclidean norm, relative to the larger norm."""
    net = network(seed)
    trace = record(parse_program(net.program, net.inputs, net.parameters))
    loss, theirs = by_torch(net)
    assert float(trace.value("loss")) == pytest.approx(loss, rel=1e-13)
    errors = []
    for name, expected in theirs.items():
        ours = trace.gradient(name)
        norm = max(float(np.linalg.norm(ours)), float(np.linalg.norm(expected)))
        # A bias before softmax may have a gradient of nothing but rounding.
        errors.append(float(np.linalg.norm(ours - expected)) / max(norm, 1e-10))
    return max(errors)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_gradients_are_torchs(seed: int) -> None:
    assert worst_error(seed) < 1e-12


# Training -------------------------------------------------------------------------------------------------------------

RATES = {"sgd": 0.1, "momentum": 0.02, "adam": 0.01, "adamw": 0.01}
OPTIMIZERS: Mapping[str, Callable[[list[Any], float], Any]] = {
    "sgd": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate),
    "momentum": lambda parameters, rate: torch.optim.SGD(parameters, lr=rate, momentum=0.9),
    "adam": lambda parameters, rate: torch.optim.Adam(parameters, lr=rate),
    "adamw": lambda parameters, rate: torch.optim.AdamW(parameters, lr=rate),
}
ITERATIONS, SAMPLES, BATCH = 200, 90, 10


def output_of(net: Specification, parameters: Mapping[str, Any], x: Any) -> Any:
    """The network's output for samples in rows."""
    values, skips = [x], skips_of(net)
    for number, layer in enumerate(net.layers, start=1):
        z = functional.linear(values[-1], parameters[f"W{number}"], parameters[f"b{number}"])
        a = z if layer.activation == "linear" else ACTIVATIONS[layer.activation](z)
        values.append(a + values[skips[number]] if number in skips else a)
    return values[-1]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "text", ["2-8-8-1 tanh", "2-6x4-1 tanh, skip 2, init xavier", "2-12-3 relu, loss cross_entropy"]
)
def test_training_is_torchs(text: str, optimizer: str) -> None:
    net, rate, seed = parse_network(text), RATES[optimizer], 5
    data = generate("spiral" if net.loss == "mse" else "blobs", SAMPLES, noise=5)
    run = Run(net, data, Training(optimizer, {"learning_rate": rate}, BATCH, seed=seed))
    parameters = {name: torch.tensor(array, requires_grad=True) for name, array in parameters_of(net).items()}
    theirs = OPTIMIZERS[optimizer](list(parameters.values()), rate)
    x = torch.tensor(np.array(data.features))
    target = torch.tensor(data.signs() if net.loss == "mse" else np.array(data.target))
    for iteration in range(ITERATIONS):
        epoch, index = divmod(iteration, SAMPLES // BATCH)
        chosen = batch_order(seed, epoch, SAMPLES)[index * BATCH : (index + 1) * BATCH]
        theirs.zero_grad()
        loss = LOSSES[net.loss](output_of(net, parameters, x[chosen]), target[chosen])
        loss.backward()
        theirs.step()
        run.advance(1)
        assert run.records[iteration].loss == pytest.approx(float(loss.detach()), abs=1e-9)
        for name, array in run.parameters().items():
            np.testing.assert_allclose(array, parameters[name].detach().numpy(), rtol=0, atol=1e-9)
