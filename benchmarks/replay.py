"""The way back: how long the full trace of any iteration of a long run takes, and what being able to costs.

A run of 10,000 iterations (fewer with ``--quick``) keeps checkpoints under a budget of 1 GB. Then random iterations are
asked for, near and far from the last one, each with everything that happened in it. The longest wait counts. What
checkpoints cost is the training with them against training without, in turns.

With the budget that a run has by default the deepest network's are thinned out, and its jumps told of as well.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for `python benchmarks/replay.py`

from benchmarks.common import Row, at_most, main, ratio, take_turns
from benchmarks.training import RATE, WORKLOADS, Workload, data_for, iterations_for, timed
from engine.data import Dataset
from engine.run import Recording, Run, one_thread
from engine.training import Training

TITLE = "replay: the trace of any iteration of a long run, and the cost of checkpoints"
ITERATIONS = 10_000
JUMP_GOAL = 100.0  # ms
COST_GOAL = 1.08
BUDGET = 1_000_000_000
NEVER = 10**9


def run_of(work: Workload, data: Dataset, spacing: int | None = None, budget: int = BUDGET) -> Run:
    """A run with checkpoints every so many iterations at first (None: as many as the engine finds right)."""
    recording = Recording(False, 0, 0, checkpoint_every=spacing, budget=budget)
    training = Training(settings={"learning_rate": RATE}, batch_size=work.batch)
    return Run(work.network, data, training, recording=recording)


def jumps(run: Run, count: int) -> list[float]:
    """Milliseconds for traces of random iterations, which are held to the losses recorded."""
    found = []
    for iteration in np.random.default_rng(3).integers(0, len(run.records), count).tolist():
        start = time.perf_counter()
        trace = run.trace(iteration)
        found.append(1000 * (time.perf_counter() - start))
        if float(trace.values[trace.graph.output]) != run.records[iteration].loss:
            raise RuntimeError(f"iteration {iteration} was replayed with another loss")
    return found


def longest_jump(run: Run, quick: bool) -> tuple[float, str, str]:
    """The longest of many jumps in ms, what it is the longest of, and what is said beside it."""
    run.advance(500 if quick else ITERATIONS)
    run.trace(0)  # makes what replays
    waits = jumps(run, 40 if quick else 200)
    spacing, memory = run.checkpoints.spacing, run.checkpoints.used / 1e6
    if run.checkpoints.used > run.recording.budget:
        raise RuntimeError(f"the checkpoints take {memory:.0f} MB")
    detail = f"median {statistics.median(waits):.1f} ms, every {spacing} iterations, {memory:.0f} MB"
    return max(waits), f"longest of {len(waits)} jumps in {len(run.records):,}, ms", detail


def measure_one(work: Workload, quick: bool) -> Iterator[Row]:
    """The rows of one workload."""
    data, letter = data_for(work), work.name if "skips" in work.name else work.name[0]
    longest, name, detail = longest_jump(run_of(work, data), quick)
    yield at_most(f"{letter}: {name}", longest, JUMP_GOAL, detail)
    if letter == "E" and not quick:
        longest, name, detail = longest_jump(run_of(work, data, budget=Recording().budget), quick)
        yield Row(f"{letter}, default budget: {name}", longest, detail=detail)
    with_them, without = run_of(work, data), run_of(work, data, NEVER)
    count = iterations_for(without.advance, 0.05, 2 * with_them.checkpoints.spacing)
    contenders = {"with": timed(with_them.advance, count), "without": timed(without.advance, count)}
    runs = take_turns(contenders, 9 if quick else 41)
    yield at_most(f"{letter}: training with checkpoints / without", ratio(runs["with"], runs["without"]), COST_GOAL)


def measure(quick: bool) -> Iterator[Row]:
    """Workloads A to E."""
    gc.collect()
    gc.disable()
    try:
        with one_thread():
            for work in WORKLOADS:
                if not work.name.startswith("F"):
                    yield from measure_one(work, quick)
                    gc.collect()
    finally:
        gc.enable()


if __name__ == "__main__":
    main(TITLE, measure)
