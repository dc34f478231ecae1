"""The same training step in other libraries, as each is commonly written; those that are not installed are left out.

All of them train in float64 on one thread, with plain gradient descent, on batches that are dealt out anew each epoch;
micrograd alone has one batch that stays.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from engine.network import Network, parameters_of, skips_of

# They read it when they are first imported.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

Step = Callable[[], object]
MODULES: Mapping[str, str] = {"torch": "torch", "jax": "jax", "autograd": "autograd", "micrograd": "micrograd"}
# micrograd builds an object for every number: beyond this many products a step is minutes.
MICROGRAD_PRODUCTS = 50_000


def missing() -> dict[str, str]:
    """The peers that are not installed, and how to install them."""
    return {
        name: f"python -m pip install {name}"
        for name, module in MODULES.items()
        if importlib.util.find_spec(module) is None
    }


def steps(network: Network, x: Any, t: Any, batch: int, rate: float) -> dict[str, Step | None]:
    """One training step of each installed peer, by name; None where it is no match for such a network.

    x and t have a row for each sample.
    """
    gone = missing()
    makers = {"torch": _torch, "jax": _jax, "autograd": _autograd, "micrograd": _micrograd}
    return {name: make(network, x, t, batch, rate) for name, make in makers.items() if name not in gone}


def dealt(count: int, batch: int, permutation: Callable[[int], Any]) -> Iterator[Any]:
    """The samples of batch after batch, without end."""
    while True:
        order = permutation(count)
        for start in range(0, count - batch + 1, batch):
            yield order[start : start + batch]


def timed(step: Step, seconds: float) -> Callable[[], float]:
    """A contender: as many steps as fill the seconds, one at least."""
    calls = 0

    def turn() -> float:
        nonlocal calls
        if calls == 0:
            step()
            start = time.perf_counter()
            step()
            calls = max(1, round(seconds / max(time.perf_counter() - start, 1e-9)))
        start = time.perf_counter()
        for _ in range(calls):
            step()
        return (time.perf_counter() - start) / calls

    return turn


def _forward(network: Network, parameters: Sequence[Any], x: Any, tanh: Any, relu: Any) -> Any:
    """The output for samples in rows, with parameters W1, b1, W2 and so on, W as (inputs, outputs)."""
    skips, values = skips_of(network), [x]
    for number, layer in enumerate(network.layers, start=1):
        value = values[-1] @ parameters[2 * number - 2] + parameters[2 * number - 1]
        if layer.activation != "linear":
            value = tanh(value) if layer.activation == "tanh" else relu(value)
        values.append(value + values[skips[number]] if number in skips else value)
    return values[-1]


def _parameters(network: Network) -> list[Any]:
    return [np.ascontiguousarray(array.T) for array in parameters_of(network).values()]


def _torch(network: Network, x: Any, t: Any, batch: int, rate: float) -> Step:
    import torch

    torch.set_num_threads(1)
    parameters = [torch.tensor(array, requires_grad=True) for array in _parameters(network)]
    optimizer = torch.optim.SGD(parameters, lr=rate)
    inputs, target = torch.tensor(x), torch.tensor(t)
    if network.loss == "cross_entropy":
        target, loss_of = target.argmax(dim=1), torch.nn.functional.cross_entropy
    else:
        loss_of = torch.nn.functional.mse_loss
    batches = dealt(len(x), batch, torch.randperm)

    def step() -> float:
        samples = next(batches)
        optimizer.zero_grad()
        output = _forward(network, parameters, inputs[samples], torch.tanh, torch.relu)
        loss = loss_of(output, target[samples])
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def _jax(network: Network, x: Any, t: Any, batch: int, rate: float) -> Step:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss_of(parameters: Any, inputs: Any, target: Any) -> Any:
        output = _forward(network, parameters, inputs, jnp.tanh, jax.nn.relu)
        if network.loss == "cross_entropy":
            return -jnp.sum(target * jax.nn.log_softmax(output)) / len(inputs)
        return jnp.mean((output - target) ** 2)

    @jax.jit
    def both(parameters: Any, inputs: Any, target: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(parameters, inputs, target)
        return loss, [p - rate * g for p, g in zip(parameters, gradients, strict=True)]

    state = [[jnp.asarray(array) for array in _parameters(network)]]
    batches = dealt(len(x), batch, np.random.default_rng(0).permutation)

    def step() -> float:
        samples = next(batches)
        loss, state[0] = both(state[0], x[samples], t[samples])
        return float(loss)

    return step


def _autograd(network: Network, x: Any, t: Any, batch: int, rate: float) -> Step:
    import autograd.numpy as anp
    from autograd import value_and_grad

    def loss_of(parameters: Any, x: Any, t: Any) -> Any:
        output = _forward(network, parameters, x, anp.tanh, lambda z: anp.maximum(z, 0.0))
        if network.loss == "cross_entropy":
            shifted = output - anp.max(output, axis=1, keepdims=True)
            return -anp.sum(t * (shifted - anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True)))) / len(x)
        return anp.mean((output - t) ** 2)

    parameters, both = _parameters(network), value_and_grad(loss_of)
    batches = dealt(len(x), batch, np.random.default_rng(0).permutation)

    def step() -> float:
        samples = next(batches)
        loss, gradients = both(parameters, x[samples], t[samples])
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= rate * gradient
        return float(loss)

    return step


def _micrograd(network: Network, x: Any, t: Any, batch: int, rate: float) -> Step | None:
    x, t = x[:batch], t[:batch]
    widths = [network.inputs, *(layer.width for layer in network.layers)]
    products = len(x) * sum(m * n for m, n in itertools.pairwise(widths))
    if products > MICROGRAD_PRODUCTS or any(layer.activation not in ("relu", "linear") for layer in network.layers):
        return None
    from micrograd.engine import Value

    weights = [
        ([[Value(float(w)) for w in column] for column in W.T], [Value(float(b)) for b in bias])
        for W, bias in zip(_parameters(network)[::2], _parameters(network)[1::2], strict=True)
    ]

    def step() -> float:
        total = Value(0.0)
        for sample, target in zip(x.tolist(), t.tolist(), strict=True):
            values: list[Any] = sample
            for (rows, biases), layer in zip(weights, network.layers, strict=True):
                values = [
                    sum((w * v for w, v in zip(r, values, strict=True)), b) for r, b in zip(rows, biases, strict=True)
                ]
                values = [value.relu() for value in values] if layer.activation == "relu" else values
            total = total + (values[0] - target[0]) ** 2
        loss = total * (1 / len(x))
        loss.backward()
        for rows, biases in weights:
            for parameter in (*biases, *(w for row in rows for w in row)):
                parameter.data -= rate * parameter.grad
                parameter.grad = 0.0
        return float(loss.data)

    return step
