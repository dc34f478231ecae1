"""The numbers that edges show, and from when on: messages, gradients of parameters, these themselves, their updates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.ops import Array
from engine.trace import Trace
from visualizer.session.appearance import Appearance, Shows
from visualizer.session.edge_scale import EdgeScale, edge_scale
from visualizer.session.scene.parts import SEED, Edge

Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class EdgeNumbers:
    """What edges show, as ``shows`` says. By edge: ``first``, the number that it shows from position ``first_at`` on,
    and ``later``, which it shows from ``later_at`` on (a weight after its update). ``computed_at`` is the position from
    which its consumer is known.

    Arrays over edges; a position is NEVER where there is none. Numbers are sizes, on a signed scale with their signs.
    """

    shows: Shows
    scale: EdgeScale
    first: Array
    first_at: Integers
    later: Array
    later_at: Integers
    computed_at: Integers

    def at(self, position: int) -> tuple[Array, Bools]:
        """What each edge shows at a position, and whether it shows a number there."""
        return np.where(self.later_at <= position, self.later, self.first), self.first_at <= position

    @property
    def shown(self) -> Bools:
        """Which edges show a number at some position."""
        return self.first_at < NEVER

    def changed(self, before: int, after: int) -> Bools:
        """Which edges look different at two positions."""
        low, high = sorted((before, after))
        moments = (self.first_at, self.later_at, self.computed_at)
        changed: Bools = np.logical_or.reduce([(low < moment) & (moment <= high) for moment in moments])
        return changed


def edge_numbers(trace: Trace, edges: Sequence[Edge], appearance: Appearance) -> EdgeNumbers:
    """The numbers that ``appearance`` chooses."""
    count = len(edges)
    first, later = np.full(count, np.nan), np.full(count, np.nan)
    first_at, later_at = np.full(count, NEVER), np.full(count, NEVER)
    signed = False
    if appearance.shows == "message":
        first[:] = [edge.magnitude for edge in edges]
        first_at[:] = [NEVER if edge.arrives_at is None else edge.arrives_at for edge in edges]
    else:
        of_edge = [_parameter(trace, edge) for edge in edges]
        parameters = sorted({parameter for parameter in of_edge if parameter is not None})
        signed = appearance.shows != "gradient" and all(trace.values[i].size == 1 for i in parameters)
        found = {parameter: _numbers(trace, parameter, appearance, signed) for parameter in parameters}
        for i, parameter in enumerate(of_edge):
            if parameter is not None:
                first[i], first_at[i], later[i], later_at[i] = found[parameter]
    shown = np.concatenate([first[first_at < NEVER], later[later_at < NEVER]])
    return EdgeNumbers(
        appearance.shows,
        edge_scale(shown, appearance, signed),
        first,
        first_at,
        later,
        later_at,
        np.array([trace.value_at[edge.consumer] for edge in edges], dtype=np.int64),
    )


def _parameter(trace: Trace, edge: Edge) -> int | None:
    """The parameter whose number an edge shows: its source, or the weight that what runs along it is multiplied by."""
    nodes = trace.graph.nodes
    if nodes[edge.source].op == "parameter":
        return edge.source
    consumer = nodes[edge.consumer]
    if edge.slot == SEED or consumer.op != "multiply" or consumer.shape:
        return None
    other = consumer.inputs[1 - edge.slot]
    return other if nodes[other].op == "parameter" else None


def _numbers(trace: Trace, parameter: int, appearance: Appearance, signed: bool) -> tuple[float, int, float, int]:
    """The number of a parameter and its position, and the one after it."""

    def number(array: Array) -> float:
        return float(array.flat[0]) if signed else magnitude(array)

    update, arrivals = trace.updates.get(parameter), trace.arrivals[parameter]
    if appearance.shows == "weight":
        first = number(trace.values[parameter])
        return (first, 0, math.nan, NEVER) if update is None else (
            first, 0, number(update.after), trace.update_at[parameter]
        )  # fmt: skip
    gradient = trace.gradients[parameter]
    if appearance.shows == "gradient":
        return (math.nan, NEVER, math.nan, NEVER) if gradient is None else (
            number(gradient), arrivals[-1], math.nan, NEVER
        )  # fmt: skip
    if update is None:
        return math.nan, NEVER, math.nan, NEVER
    with np.errstate(all="ignore"):
        return number(np.asarray(update.after - update.before)), trace.update_at[parameter], math.nan, NEVER


def magnitude(message: Array) -> float:
    """The Euclidean norm, without overflow on the way."""
    largest = float(np.max(np.abs(message)))
    if largest == 0 or not math.isfinite(largest) or message.size == 1:
        return largest
    return largest * float(np.linalg.norm(message.ravel() / largest))
