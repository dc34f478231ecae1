"""What every benchmark shares: contenders that take turns, rows held against a goal, a table and a JSON file.

A benchmark is a module of this folder that ends in ``main(TITLE, measure)``::

    def measure(quick: bool) -> Iterator[Row | Missing]:
        runs = take_turns({"ours": timed(ours), "peer": timed(peer)}, rounds=5 if quick else 15)
        yield at_least("peer / ours", ratio(runs["peer"], runs["ours"]), goal=10, detail="...")

    if __name__ == "__main__":
        main("Title of the table", measure)

Each runs alone, ``python -m benchmarks.step --quick --json FILE``, and ``python -m benchmarks`` finds it by itself.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One ratio and the goal it is held to; ``goal`` and ``held`` are None where it is only told.

    ``sign`` is how the ratio is to lie to the goal, ``detail`` is said beside it in the table, such as the times.
    """

    name: str
    ratio: float
    goal: float | None = None
    held: bool | None = None
    sign: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A peer that is not installed, and so was not measured; ``hint`` says how to get it."""

    peer: str
    hint: str


Measure = Callable[[bool], Iterable[Row | Missing]]


def at_least(name: str, ratio: float, goal: float, detail: str = "") -> Row:
    """A row whose ratio is to be ``goal`` or more."""
    return Row(name, ratio, goal, ratio >= goal, "≥", detail)


def at_most(name: str, ratio: float, goal: float, detail: str = "") -> Row:
    """A row whose ratio is to be ``goal`` or less."""
    return Row(name, ratio, goal, ratio <= goal, "≤", detail)


def timed(function: Callable[[], object], seconds: float = 0.02) -> Callable[[], float]:
    """A contender: calls ``function`` often enough to fill ``seconds`` and gives the seconds per call.

    How often is found at the first turn, which also warms up.
    """
    calls = 0

    def turn() -> float:
        nonlocal calls
        if calls == 0:
            function()
            start = time.perf_counter()
            function()
            calls = max(1, round(seconds / max(time.perf_counter() - start, 1e-9)))
        start = time.perf_counter()
        for _ in range(calls):
            function()
        return (time.perf_counter() - start) / calls

    return turn


def take_turns(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The seconds of each contender in each round. They take turns, so that a slow moment of the machine hits all.

    A contender gives its own seconds: ``timed(function)``, or what a process of its own has measured and printed. Every
    other round goes the other way round; one round before the first warms up and is not counted.
    """
    names = list(contenders)
    runs: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in names if number % 2 else reversed(names):
            seconds = contenders[name]()
            if number:
                runs[name].append(seconds)
    return runs


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median over all rounds of ``above`` / ``below`` of the same round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def duration(runs: Sequence[float]) -> str:
    """The median of some seconds as text, such as ``41.2 µs``."""
    seconds = statistics.median(runs)
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def print_table(title: str, found: Sequence[Row | Missing]) -> None:
    """The rows aligned under each other, then the peers that were missing."""
    rows = [row for row in found if isinstance(row, Row)]
    width = max((len(row.name) for row in rows), default=0)
    print(title)
    for row in rows:
        goal = f"goal {row.sign} {row.goal:g}" if row.goal is not None else ""
        verdict = {True: "held", False: "MISSED", None: ""}[row.held]
        print(f"  {row.name:{width}}  {row.ratio:9.2f}  {goal:12}  {verdict:6}  {row.detail}".rstrip())
    for missing in found:
        if isinstance(missing, Missing):
            print(f"  {missing.peer} is missing and was not measured: {missing.hint}")
    sys.stdout.flush()


def write_json(path: Path, rows: Iterable[Row]) -> None:
    """The rows as a list of {name, ratio, goal, held}."""
    listed = [{"name": row.name, "ratio": row.ratio, "goal": row.goal, "held": row.held} for row in rows]
    path.write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def arguments(description: str) -> argparse.Namespace:
    """What every benchmark takes: ``quick`` and ``json``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: under 30 seconds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows to FILE")
    return parser.parse_args()


def main(title: str, measure: Measure) -> None:
    """Measures, prints the table and writes the JSON file where one is asked for."""
    options = arguments(title)
    found = list(measure(options.quick))
    print_table(title, found)
    if options.json:
        write_json(options.json, [row for row in found if isinstance(row, Row)])
