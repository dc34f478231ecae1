"""Scores as a small table: what is measured down, training and test across."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from visualizer.session.formatting import MINUS, number_text

SETS = ("train", "test")
SMALL = 1e-3  # below that numbers have an exponent


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """``rows`` are (name, number as text for each of ``columns``); "" where it is not measured."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def score_table(scores: Mapping[str, float]) -> ScoreTable:
    """The table of scores such as "train loss" and "test accuracy"; a name without a set stands in the first column."""
    cells: dict[str, dict[str, str]] = {}
    for name, value in scores.items():
        first, _, rest = name.partition(" ")
        measured, among = (rest, first) if first in SETS and rest else (name, SETS[0])
        cells.setdefault(measured, {})[among] = score_text(measured, value)
    columns = tuple(among for among in SETS if any(among in row for row in cells.values()))
    return ScoreTable(
        columns, tuple((name, tuple(row.get(among, "") for among in columns)) for name, row in cells.items())
    )


def score_text(name: str, value: float) -> str:
    """A share of right answers in percent; anything else to four significant digits, zeros included: it keeps still."""
    if not math.isfinite(value):
        return number_text(value)
    if name == "accuracy":
        return f"{100 * value:.1f} %"
    text = f"{value:.3e}" if 0 < abs(value) < SMALL else f"{value:#.4g}".removesuffix(".")
    digits, _, exponent = text.partition("e")
    return (f"{digits}e{int(exponent)}" if exponent else digits).replace("-", MINUS)
