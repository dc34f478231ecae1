"""Where numbers on a grid change their sign: the boundary that a network draws between classes."""

from __future__ import annotations

import numpy as np

from engine.draws import Indices
from engine.ops import Array

# Marching squares: which sides of a square of the grid a boundary joins, by which of its corners are above 0. The
# corners are 1, 2, 4, 8 and the sides 0 to 3, both around the square: the first corner is that of the lowest row and
# column, the first side along that row. (Lorensen & Cline 1987, in two dimensions.)
_JOINED = {
    1: ((3, 0),), 2: ((0, 1),), 3: ((3, 1),), 4: ((1, 2),), 5: ((3, 0), (1, 2)), 6: ((0, 2),), 7: ((3, 2),),
    8: ((2, 3),), 9: ((0, 2),), 10: ((0, 1), (2, 3)), 11: ((1, 2),), 12: ((3, 1),), 13: ((0, 1),), 14: ((3, 0),),
}  # fmt: skip


def boundary(values: Array) -> Array:
    """The lines along which ``values`` (rows, columns) are 0, linear between the points of the grid.

    x1, y1, x2, y2 of each, where x counts columns and y rows from 0: (lines, 4). None where numbers are not finite.
    """
    above = values > 0
    cases = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    rows, columns = np.nonzero((cases > 0) & (cases < 15))
    crossings = _crossings(values, rows, columns)
    found = [np.empty((0, 4))]
    for case, joined in _JOINED.items():
        chosen = np.flatnonzero(cases[rows, columns] == case)
        found += [np.concatenate([crossings[one][chosen], crossings[other][chosen]], axis=1) for one, other in joined]
    lines = np.concatenate(found)
    return np.asarray(lines[np.isfinite(lines).all(axis=1)])


def _crossings(values: Array, rows: Indices, columns: Indices) -> list[Array]:
    """Where the boundary would cross each side of the squares there: four arrays (squares, 2)."""
    a, b = values[rows, columns], values[rows, columns + 1]
    d, c = values[rows + 1, columns], values[rows + 1, columns + 1]
    with np.errstate(all="ignore"):
        return [
            np.stack([columns + a / (a - b), rows], axis=1),
            np.stack([columns + 1, rows + b / (b - c)], axis=1),
            np.stack([columns + d / (d - c), rows + 1], axis=1),
            np.stack([columns, rows + a / (a - d)], axis=1),
        ]
