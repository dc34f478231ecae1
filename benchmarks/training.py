"""Training steps of six networks against hand-written numpy, and against the libraries that are installed.

One step is one iteration of gradient descent in float64 on one thread: forward, backward, update, the loss noted, and
the samples dealt out anew each epoch. The engine's goes through ``Run.advance``, checkpoints included. Hand-written
numpy is in ``_bare.py``; both must come to the same losses from the same start.

With layer norms means that the norm of each layer's gradient is noted every iteration; it is held against the engine
without. With every edge's norm means that the norm of each message is noted too; it is held against hand-written numpy,
which notes none. A build is all that it takes from a network's line of text to a run that is ready.

The peers train the same network on the same samples; see ``_peers.py``.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/training.py`

from benchmarks import _peers
from benchmarks._bare import Bare
from benchmarks.common import Missing, Row, at_least, at_most, duration, main, ratio, take_turns
from engine.data import Dataset
from engine.network import Network, parse_network
from engine.run import Recording, Run, one_thread
from engine.training import Training

TITLE = "training, one iteration: the engine against hand-written numpy and others"
BUILD_GOAL = 20.0  # ms
RATE = 1e-3
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Workload:
    """A network, its batch and how many samples it trains on.

    Goals are for engine / numpy, torch / engine, with layer norms / without, and with every edge's norm / numpy.
    """

    name: str
    text: str
    batch: int
    samples: int
    goal: float
    torch_goal: float | None
    norms_goal: float = 1.10
    edges_goal: float = 1.25

    @property
    def network(self) -> Network:
        """The network that the text describes."""
        return parse_network(self.text)


LOSS = "loss cross_entropy, output linear"
WORKLOADS = (
    Workload("A 2-16-16-1 relu, batch 100", "2-16-16-1 relu, init he", 100, 2000, 1.10, 8.0),
    Workload("B 2-8-8-1 tanh, batch 10", "2-8-8-1 tanh", 10, 500, 1.10, 13.0, 1.15, 1.40),
    Workload("C 64-64-32-10 softmax, batch 32", f"64-64-32-10 relu, init he, {LOSS}", 32, 1600, 1.10, 3.8),
    Workload("D 784-128-64-10, batch 64", f"784-128-64-10 relu, init he, {LOSS}", 64, 1280, 1.10, 1.2),
    Workload("E 50 layers of 64 tanh, batch 64", f"64-64x50-10 tanh, init xavier, {LOSS}", 64, 1280, 1.15, 2.0),
    Workload("E with skips", f"64-64x50-10 tanh, init xavier, skip 2, {LOSS}", 64, 1280, 1.25, None),
    Workload("F 784-1024-1024-10, batch 128", f"784-1024-1024-10 relu, init he, {LOSS}", 128, 1280, 1.10, 1.0),
)  # fmt: skip


def data_for(work: Workload) -> Dataset:
    """Random samples of the right shape: classes for softmax, one number else."""
    random, network = np.random.default_rng(1), work.network
    features = random.normal(size=(work.samples, network.inputs))
    names = tuple(f"x{i}" for i in range(network.inputs))
    if network.loss == "cross_entropy":
        count = network.layers[-1].width
        target = random.integers(0, count, work.samples)
        return Dataset("random", features, target, names, "class", tuple(map(str, range(count))), "classification")
    return Dataset("random", features, np.sin(features.sum(axis=1, keepdims=True)), names, "y", (), "regression")


def run_of(work: Workload, data: Dataset, norms: bool = False, edges: bool = False) -> Run:
    """A run that notes losses alone, or norms of gradients and of messages too."""
    recording = Recording(gradient_norms=norms, edge_norms=edges, details_every=0, test_every=0)
    return Run(
        work.network, data, Training(settings={"learning_rate": RATE}, batch_size=work.batch), recording=recording
    )


def bare_of(work: Workload, data: Dataset) -> Bare:
    """The same in hand-written numpy."""
    x = np.ascontiguousarray(data.features.T)
    t = np.ascontiguousarray((data.one_hot() if data.kind == "classification" else data.target).T)
    return Bare(work.network, x, t, work.batch, RATE)


def check(work: Workload, data: Dataset) -> None:
    """Raises RuntimeError where the two do not train alike: all samples in one batch, so that no order matters."""
    few = data.take(np.arange(work.batch))
    run, bare = run_of(work, few), bare_of(work, few)
    run.advance(5)
    bare.run(5)
    apart = np.abs(run.records.losses.rows[:, 0] - bare.losses) / np.maximum(1.0, np.abs(bare.losses))
    if not np.max(apart) <= TOLERANCE:
        raise RuntimeError(f"{work.name}: the losses differ by {np.max(apart):.1e}")


def timed(advance: Callable[[int], Any], iterations: int) -> Callable[[], float]:
    """A contender: so many iterations at each turn, of which it gives the seconds for one."""

    def turn() -> float:
        start = time.perf_counter()
        advance(iterations)
        return (time.perf_counter() - start) / iterations

    return turn


def iterations_for(advance: Callable[[int], Any], seconds: float, epoch: int) -> int:
    """How many whole epochs fill so many seconds, in iterations."""
    advance(epoch)
    start = time.perf_counter()
    advance(epoch)
    return epoch * max(1, round(seconds / (time.perf_counter() - start)))


def build_seconds(work: Workload, data: Dataset) -> float:
    """What it takes from the text to a run that is ready, with what is noted by default."""
    gc.collect()
    start = time.perf_counter()
    run_of(work, data, norms=True)
    return time.perf_counter() - start


def measure_one(work: Workload, quick: bool) -> Iterator[Row | Missing]:
    """The rows of one workload."""
    data = data_for(work)
    check(work, data)
    run, bare, layers = run_of(work, data), bare_of(work, data), run_of(work, data, norms=True)
    edges = run_of(work, data, norms=True, edges=True)
    turns = {"engine": run.advance, "bare": bare.run, "layers": layers.advance, "edges": edges.advance}
    seconds, rounds = (0.03, 7) if quick else (0.15, 25)
    count = iterations_for(bare.run, seconds, work.samples // work.batch)
    contenders = {name: timed(advance, count) for name, advance in turns.items()}
    targets = data.one_hot() if data.kind == "classification" else data.target
    found = _peers.steps(work.network, data.features, targets, work.batch, RATE)
    peers = {name: step for name, step in found.items() if step is not None}
    contenders |= {name: _peers.timed(step, seconds) for name, step in peers.items()}
    runs = take_turns(contenders, rounds)
    letter = work.name if "skips" in work.name else work.name[0]
    detail = f"{duration(runs['engine'])} against {duration(runs['bare'])}"
    yield at_most(f"{work.name}: engine / numpy", ratio(runs["engine"], runs["bare"]), work.goal, detail)
    yield at_most(f"{letter}: with layer norms / without", ratio(runs["layers"], runs["engine"]), work.norms_goal)
    yield at_most(f"{letter}: with every edge's norm / numpy", ratio(runs["edges"], runs["bare"]), work.edges_goal)
    for name in peers:
        value, detail = ratio(runs[name], runs["engine"]), duration(runs[name])
        if name == "torch" and work.torch_goal is not None:
            yield at_least(f"{letter}: torch / engine", value, work.torch_goal, detail)
        else:
            yield Row(f"{letter}: {name} / engine", value, detail=detail)
    if "F" not in letter:
        built = 1000 * statistics.median(build_seconds(work, data) for _ in range(15))
        yield at_most(f"{letter}: build, ms", built, BUILD_GOAL)


def measure(quick: bool) -> Iterator[Row | Missing]:
    """All workloads, one after the other, then the peers that are missing."""
    gc.collect()
    gc.disable()
    try:
        with one_thread():
            for work in WORKLOADS:
                yield from measure_one(work, quick)
                gc.collect()
    finally:
        gc.enable()
    for name, hint in _peers.missing().items():
        yield Missing(name, hint)


if __name__ == "__main__":
    main(TITLE, measure)
