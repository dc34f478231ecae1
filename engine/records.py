"""What is noted of each iteration of a run, in arrays that grow; what is measured now and then is in tables apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.layout import Edge
from engine.ops import Array

Whole = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class LayerDetails:
    """One layer in one iteration: Euclidean norms of its weights and biases together, and shares of its units.

    ``update_norm`` is that of the change which this iteration made. ``dead`` is the share of relu units that are 0 for
    the whole batch, ``saturated`` the share of tanh and sigmoid outputs near the ends of their range; NaN where the
    layer has no such units.
    """

    weight_norm: float
    update_norm: float
    dead: float
    saturated: float

    @property
    def update_ratio(self) -> float:
        """The size of the update against that of the weights; NaN where all weights are 0."""
        return self.update_norm / self.weight_norm if self.weight_norm else math.nan


@dataclass(frozen=True, slots=True)
class Record:
    """One iteration. ``loss`` is that of its batch, before its update; ``gradient_norms`` has one for each layer,
    ``edge_norms`` one for each edge; both are empty where they were not noted.

    What is measured at intervals only is None elsewhere: ``details`` by layer, ``score`` (accuracy, or R² for a
    regression, on the batch), ``test_loss`` and ``test_score`` on the test set, with the parameters before the update.
    """

    iteration: int
    loss: float
    gradient_norms: Mapping[str, float]
    details: Mapping[str, LayerDetails] | None = None
    score: float | None = None
    test_loss: float | None = None
    test_score: float | None = None
    edge_norms: Mapping[str, float] = field(default_factory=dict)

    @property
    def gradient_norm(self) -> float:
        """The norm of the whole gradient."""
        return math.hypot(*self.gradient_norms.values())


class Table:
    """Rows of ``width`` numbers, each with the iteration that it belongs to; grows by doubling."""

    def __init__(self, width: int) -> None:
        self._iterations = np.zeros(64, dtype=np.int64)
        self._rows = np.zeros((64, width))
        self.count = 0

    @property
    def iterations(self) -> Whole:
        """The iterations, ascending."""
        return self._iterations[: self.count]

    @property
    def rows(self) -> Array:
        """Shape (count, width)."""
        return self._rows[: self.count]

    def append(self, iteration: int, rows: Array) -> None:
        """Adds rows (count, width) for the iterations from ``iteration`` on."""
        stop = self.count + len(rows)
        if stop > len(self._rows):
            room = max(stop, 2 * len(self._rows))
            self._iterations = _grown(self._iterations, room, self.count)
            self._rows = _grown(self._rows, room, self.count)
        self._iterations[self.count : stop] = np.arange(iteration, iteration + len(rows))
        self._rows[self.count : stop] = rows
        self.count = stop

    def cut(self, iteration: int) -> None:
        """Drops what belongs to ``iteration`` and later."""
        self.count = int(np.searchsorted(self.iterations, iteration))

    def find(self, iteration: int) -> Array | None:
        """The row of that iteration, None where there is none."""
        at = int(np.searchsorted(self.iterations, iteration))
        return self._rows[at] if at < self.count and self._iterations[at] == iteration else None


class Records:
    """All records of a run. ``layers`` are the layers' names, in the order of the columns.

    ``losses`` has a row (loss,) and ``gradient_norms`` a row (a norm for each layer) for every iteration. ``details``
    has rows (score, then for each layer the four numbers of ``LayerDetails``), ``tests`` rows (loss, score).

    ``edges`` are the edges whose messages' norms ``edge_norms`` has for every iteration, in the order of the columns:
    (consumer, slot) by a name such as ``a1 <- z2``, which is the message that z2 sends back to a1. There are none
    where they are not noted.
    """

    def __init__(self, layers: tuple[str, ...], edges: Mapping[str, Edge] = MappingProxyType({})) -> None:
        self.layers = layers
        self.edges = MappingProxyType(dict(edges))
        self.losses = Table(1)
        self.gradient_norms = Table(len(layers))
        self.edge_norms = Table(len(edges))
        self.details = Table(1 + 4 * len(layers))
        self.tests = Table(2)

    def __len__(self) -> int:
        """The number of iterations recorded."""
        return self.losses.count

    def __getitem__(self, iteration: int) -> Record:
        """The record of that iteration. Raises IndexError where there is none."""
        if not 0 <= iteration < len(self):
            raise IndexError(f"iteration {iteration} is not among the {len(self)} recorded")
        norms, edges = self.gradient_norms.find(iteration), self.edge_norms.find(iteration)
        details, test = self.details.find(iteration), self.tests.find(iteration)
        return Record(
            iteration,
            float(self.losses.rows[iteration, 0]),
            MappingProxyType({} if norms is None else dict(zip(self.layers, norms.tolist(), strict=True))),
            None if details is None else self._layer_details(details),
            None if details is None else float(details[0]),
            None if test is None else float(test[0]),
            None if test is None else float(test[1]),
            MappingProxyType({} if edges is None else dict(zip(self.edges, edges.tolist(), strict=True))),
        )

    def cut(self, iteration: int) -> None:
        """Drops the records of ``iteration`` and later."""
        for table in (self.losses, self.gradient_norms, self.edge_norms, self.details, self.tests):
            table.cut(iteration)

    def _layer_details(self, row: Array) -> Mapping[str, LayerDetails]:
        numbers = row[1:].reshape(-1, 4).tolist()
        return MappingProxyType({name: LayerDetails(*four) for name, four in zip(self.layers, numbers, strict=True)})


def _grown(array: Any, room: int, count: int) -> Any:
    larger = np.zeros((room, *array.shape[1:]), dtype=array.dtype)
    larger[:count] = array[:count]
    return larger
