"""A graph in which every multiply and add is a node, against micrograd on the same network and the same numbers.

The network is 2-16-16-1 with relu and a squared error on one sample, written as micrograd writes it: a neuron starts
from its bias and adds its products one by one, and a difference adds the negative. That makes 984 nodes, leaves
counted. One pass is a forward and a backward pass with every message. For micrograd that includes building the graph,
which is how it runs forwards. The garbage collector is off and runs between the turns only, untimed; left on, as it
is in use, micrograd takes two to four times as long. Both must come to the same gradients.
"""

from __future__ import annotations

import gc
import itertools
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/scalar.py`

from benchmarks.common import Missing, Row, at_least, duration, main, ratio, take_turns, timed
from engine import Graph, parse_program
from engine.plan import Plan

try:
    from micrograd.engine import Value
except ImportError:
    Value = None

TITLE = "scalar graph, 984 nodes: forward and backward with every message, against micrograd"
NODES = 984
SIZES = (2, 16, 16, 1)
GOAL = 50.0
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Network:
    """The leaves by name, and the program over them. ``layers[l][j]`` names the bias and the weights of one neuron."""

    inputs: Mapping[str, float]
    parameters: Mapping[str, float]
    layers: Sequence[Sequence[tuple[str, list[str]]]]
    program: str


def network() -> Network:
    """The network with the same random numbers each time."""
    numbers = random.Random(7)
    inputs = {"a0_0": 0.8, "a0_1": -0.3, "target": 1.0}
    parameters: dict[str, float] = {}
    layers, lines = [], []
    for layer, (before, here) in enumerate(itertools.pairwise(SIZES), start=1):
        neurons = []
        for j in range(here):
            bias, weights = f"b{layer}_{j}", [f"w{layer}_{j}_{i}" for i in range(before)]
            parameters |= {name: numbers.uniform(-1, 1) for name in [bias, *weights]}
            neurons.append((bias, weights))
            products = [f"{weight} * a{layer - 1}_{i}" for i, weight in enumerate(weights)]
            lines.append(f"z{layer}_{j} = {' + '.join([bias, *products])}")
            if layer < len(SIZES) - 1:
                lines.append(f"a{layer}_{j} = relu(z{layer}_{j})")
        layers.append(neurons)
    lines += ["difference = z3_0 + target * -1", "loss = difference * difference"]
    return Network(inputs, parameters, layers, "\n".join(lines))


def with_engine(net: Network) -> tuple[Graph, Plan]:
    """The graph and its plan, run once."""
    graph = parse_program(net.program, net.inputs, net.parameters)
    if len(graph.nodes) != NODES:
        raise RuntimeError(f"the graph has {len(graph.nodes)} nodes instead of {NODES}")
    plan = Plan(graph)
    plan.run()
    return graph, plan


def with_micrograd(net: Network) -> Callable[[], dict[str, Value]]:
    """One pass of micrograd, which gives the leaves by name."""

    def forward_and_backward() -> dict[str, Value]:
        leaves = {name: Value(number) for name, number in [*net.inputs.items(), *net.parameters.items()]}
        activations = [leaves["a0_0"], leaves["a0_1"]]
        for number, neurons in enumerate(net.layers, start=1):
            sums = []
            for bias, weights in neurons:
                total = leaves[bias]
                for weight, activation in zip(weights, activations, strict=True):
                    total = total + leaves[weight] * activation
                sums.append(total)
            activations = [total.relu() for total in sums] if number < len(net.layers) else sums
        difference = activations[0] + leaves["target"] * -1
        (difference * difference).backward()
        return leaves

    return forward_and_backward


def compare(graph: Graph, plan: Plan, theirs: Mapping[str, Value]) -> float:
    """The largest distance between the gradients, relative to max(1, |gradient|). Raises RuntimeError beyond 1e-9."""
    ours = np.array([float(plan.gradient(graph.node(name))) for name in theirs])
    peer = np.array([float(leaf.grad) for leaf in theirs.values()])
    worst = float(np.max(np.abs(ours - peer) / np.maximum(1.0, np.abs(peer))))
    if not worst <= TOLERANCE:
        raise RuntimeError(f"the gradients differ by {worst:.1e}")
    return worst


def after_collecting(turn: Callable[[], float]) -> Callable[[], float]:
    """The same turn without the garbage of the one before, which would make it pay for new memory."""

    def collected() -> float:
        gc.collect()
        return turn()

    return collected


def measure(quick: bool) -> Iterator[Row | Missing]:
    """micrograd's time over ours, in turns."""
    net = network()
    graph, plan = with_engine(net)
    rounds = 7 if quick else 31
    gc.collect()
    gc.disable()
    try:
        if Value is None:
            ours = take_turns({"engine": timed(plan.run)}, rounds)["engine"]
            yield Missing("micrograd", f"python -m pip install micrograd (our pass takes {duration(ours)})")
            return
        peer = with_micrograd(net)
        worst = compare(graph, plan, peer())
        contenders = {"engine": timed(plan.run), "micrograd": after_collecting(timed(peer))}
        runs = take_turns(contenders, rounds)
    finally:
        gc.enable()
    detail = f"{duration(runs['engine'])} against {duration(runs['micrograd'])} a pass; gradients agree to {worst:.0e}"
    yield at_least("scalar graph, micrograd / engine", ratio(runs["micrograd"], runs["engine"]), GOAL, detail)


if __name__ == "__main__":
    main(TITLE, measure)
