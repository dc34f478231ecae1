"""Euclidean norms by layer, noted iteration by iteration at little cost."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.ops import Array
from engine.optimizers import norm

# Iterations noted at most before the norms are taken out.
CAPACITY = 256
# Vectors whose parameters have no more numbers than this on average are kept in rows, and all rows are worked on at
# once: for them a call is dearer than a copy. So many numbers may wait in rows.
SMALL = 200
WAITING = 1 << 17


class Norms:
    """The norms of ``vector``, in which parameters of these ``sizes`` lie one after the other.

    ``layers`` is the number of each parameter's layer, from 0 on. Where the square of a norm leaves the range of
    float64 the norm itself need not, and is found all the same. It is finite just where all numbers are, but for norms
    beyond the range.
    """

    def __init__(self, vector: Array, sizes: Sequence[int], layers: Sequence[int]) -> None:
        self._vector = vector
        self._starts = np.cumsum([0, *sizes[:-1]], dtype=np.intp)
        self._stops = self._starts + np.array(sizes, dtype=np.intp)
        self._parts = self._parts_of(vector)
        self._layers = layers
        self._in_rows = vector.size <= SMALL * len(sizes)
        self.capacity = max(1, min(CAPACITY, WAITING // vector.size)) if self._in_rows else CAPACITY
        self._noted = np.zeros((self.capacity, vector.size if self._in_rows else len(sizes)))

    def note(self, at: int) -> None:
        """Notes the vector as it is now in place ``at``, from 0 to ``capacity`` - 1."""
        row = self._noted[at]
        if self._in_rows:
            np.copyto(row, self._vector)
            return
        for k, part in enumerate(self._parts):
            square = part.dot(part)
            row[k] = square if 1e-280 < square < math.inf else -norm(part)  # the sign says which of the two it is

    @np.errstate(all="ignore")
    def taken(self, count: int) -> Array:
        """The norms of the first ``count`` places: shape (count, layers)."""
        noted = self._noted[:count]
        if not self._in_rows:
            return self._by_layer(np.where(noted < 0.0, -noted, np.sqrt(np.abs(noted))))
        squares = np.add.reduceat(noted * noted, self._starts, axis=1)
        norms = np.sqrt(squares)
        for row, k in np.argwhere(~((squares > 1e-280) & (squares < np.inf))):
            norms[row, k] = norm(self._parts_of(noted[row])[k])
        return self._by_layer(norms)

    @np.errstate(all="ignore")
    def of(self, vector: Array) -> Array:
        """The norms of another such vector: shape (layers,)."""
        return np.asarray(self._by_layer(np.array([[norm(part) for part in self._parts_of(vector)]]))[0])

    def _parts_of(self, vector: Array) -> list[Array]:
        return [vector[start:stop] for start, stop in zip(self._starts, self._stops, strict=True)]

    def _by_layer(self, norms: Array) -> Array:
        found = np.zeros((len(norms), max(self._layers) + 1))
        for column, layer in zip(norms.T, self._layers, strict=True):
            found[:, layer] = np.hypot(found[:, layer], column)
        return found
