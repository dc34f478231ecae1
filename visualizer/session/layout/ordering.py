"""The order of rows inside the columns of a layered layout, with few crossings: barycentre sweeps.

Plain lists and loops: a sweep needs each column's outcome for the next, columns are many and mostly short, and then
arrays cost more than they save.
"""

from bisect import bisect_left, bisect_right, insort

import numpy as np

from visualizer.session.layout.routing import BLOCK, Floats, Grid, Integers
from visualizer.session.pace import Pace

PATIENCE = 2  # sweeps without fewer crossings
KEEPING = 0.8  # an order that people know is kept unless there are so many times fewer crossings
LOOKS = 3  # at pairs of neighbours, per row of a column
NUDGE = 1e-3  # of slots, where places are equal

Hops = tuple[list[int], list[int], list[float], list[float]]  # sources, targets, slots and priorities


def order_rows(grid: Grid, known: Floats | None, sweeps: int, pace: Pace) -> list[Integers]:
    """Rows of each column from top to bottom: of at most so many sweeps the order with the fewest crossings.

    A sweep sorts all columns and then lets neighbours change places. `known` is how high each row stood in a layout
    that people know, NaN for one that was not there: that order stays unless the sweeps find a much better one. Equal
    rows keep the order of their keys.
    """
    sweep = _Sweep(grid, _first(grid, known))
    pace.check()
    if known is not None:
        sweep.exchange(pace)
    best, fewest, stale = sweep.kept(), sweep.crossings(grid, pace) * (1.0 if known is None else KEEPING), 0
    for number in range(sweeps):
        if not fewest or stale == PATIENCE:
            break
        sweep.run(number % 2 == 1, pace)
        sweep.exchange(pace)
        found, stale = sweep.crossings(grid, pace), stale + 1
        if found < fewest:
            best, fewest, stale = sweep.kept(), found, 0
        pace.reach((number + 1) / sweeps)
    return [np.array(rows) for rows in best]


def _first(grid: Grid, known: Floats | None) -> list[Integers]:
    """The order to begin with: as it was, else that of the keys; a dummy is where its owner is."""
    key = np.concatenate([np.arange(grid.units), grid.owner])
    by_column = np.lexsort((key, key if known is None else _completed(grid, known), grid.column))
    bounds = np.searchsorted(grid.column[by_column], np.arange(1, len(grid.gaps) + 1))
    return np.split(by_column, bounds)


def _completed(grid: Grid, known: Floats) -> Floats:
    """The heights with those not known: the mean of the neighbours to the left, else to the right, else the top."""
    heights = known.copy()
    for here, there, gaps in (
        (grid.target, grid.source, grid.gaps),
        (grid.source, grid.target, grid.gaps[::-1]),
    ):
        for hops in gaps:
            hops = hops[np.isnan(heights[here[hops]]) & ~np.isnan(heights[there[hops]])]
            if len(hops):
                rows, index = np.unique(here[hops], return_inverse=True)
                heights[rows] = np.bincount(index, heights[there[hops]]) / np.bincount(index)
    return np.where(np.isnan(heights), -np.inf, heights)


class _Sweep:
    """The order being improved: rows of each column, and the place of each row in its column."""

    def __init__(self, grid: Grid, order: list[Integers]) -> None:
        self.place = [0] * len(grid.column)
        self.begin([rows.tolist() for rows in order])
        parts = (grid.source, grid.target, grid.slot, grid.priority)
        self._gaps: list[Hops] = [(*(part[hops].tolist() for part in parts),) for hops in grid.gaps]
        self._pull = [0.0] * len(grid.column)
        self._sum = [0.0] * len(grid.column)

    def begin(self, order: list[list[int]]) -> None:
        """Go on from this order."""
        self.order = order
        for rows in order:
            self._number(rows)

    def kept(self) -> list[list[int]]:
        """The present order, for later."""
        return [rows.copy() for rows in self.order]

    def _number(self, rows: list[int]) -> None:
        place = self.place
        for at, row in enumerate(rows):
            place[row] = at

    def run(self, forward: bool, pace: Pace) -> None:
        """Sort each column by the one before it, from left to right; backward, by the one after it."""
        count = len(self.order)
        for column in range(1, count) if forward else range(count - 2, -1, -1):
            if len(self.order[column]) > 1:
                self._sort(column, forward)
                pace.check()

    def _sort(self, column: int, forward: bool) -> None:
        """Sort a column by the mean place of what its rows are linked to on one side."""
        rows = self.order[column]
        wish = self._means_forward(rows, column) if forward else self._means_backward(rows, column)
        if len(wish) < len(rows) and 0 < column < len(self._gaps):
            wish |= self._beside(wish, column, forward)
        if len(wish) == len(rows):
            rows.sort(key=wish.__getitem__)
        else:
            moved = iter(sorted((row for row in rows if row in wish), key=wish.__getitem__))
            rows[:] = [next(moved) if row in wish else row for row in rows]
        self._number(rows)

    def _means_forward(self, rows: list[int], column: int) -> dict[int, float]:
        place, pull, total = self.place, self._pull, self._sum
        for row in rows:
            pull[row] = total[row] = 0.0
        for source, target, _, priority in zip(*self._gaps[column - 1], strict=True):
            pull[target] += priority
            total[target] += priority * place[source]
        return {row: total[row] / pull[row] for row in rows if pull[row]}

    def _means_backward(self, rows: list[int], column: int) -> dict[int, float]:
        place, pull, total = self.place, self._pull, self._sum
        for row in rows:
            pull[row] = total[row] = 0.0
        for source, target, slot, priority in zip(*self._gaps[column], strict=True):
            pull[source] += priority
            total[source] += priority * (place[target] + slot)
        return {row: total[row] / pull[row] for row in rows if pull[row]}

    def _beside(self, wish: dict[int, float], column: int, forward: bool) -> dict[int, float]:
        """Wishes of rows that have no link on this side: beside those they meet in a unit on the other, by slot."""
        if forward:
            hops = [(near, far, NUDGE * slot, pull) for near, far, slot, pull in zip(*self._gaps[column], strict=True)]
        else:
            hops = [(near, far, 0.0, pull) for far, near, _, pull in zip(*self._gaps[column - 1], strict=True)]
        pull, total = self._pull, self._sum
        for _, far, _, _ in hops:
            pull[far] = total[far] = 0.0
        for near, far, nudge, priority in hops:
            if near in wish:
                pull[far] += priority
                total[far] += priority * (wish[near] - nudge)
        found: dict[int, list[float]] = {}
        for near, far, nudge, priority in hops:
            if near not in wish and pull[far]:
                sums = found.setdefault(near, [0.0, 0.0])
                sums[0] += priority
                sums[1] += priority * (total[far] / pull[far] + nudge)
        return {row: summed / weight for row, (weight, summed) in found.items()}

    def exchange(self, pace: Pace) -> None:
        """Swap rows that stand next to each other where that leaves fewer crossings."""
        for column, rows in enumerate(self.order):
            left, right = self._ends_left(rows, column), self._ends_right(rows, column)
            at = 0
            for look in range(LOOKS * len(rows)):
                if at >= len(rows) - 1:
                    break
                if not look % 100:
                    pace.check()
                above, below = rows[at], rows[at + 1]
                if _gain(left[above], left[below]) + _gain(right[above], right[below]) > 0:
                    rows[at], rows[at + 1] = below, above
                    at = max(at - 1, 0)  # the one that went up may go further
                else:
                    at += 1
            self._number(rows)

    def _ends_left(self, rows: list[int], column: int) -> dict[int, list[float]]:
        """Where the hops that arrive at each row come from, from top to bottom."""
        ends: dict[int, list[float]] = {row: [] for row in rows}
        if column:
            for source, target, _, _ in zip(*self._gaps[column - 1], strict=True):
                ends[target].append(self.place[source])
        for places in ends.values():
            places.sort()
        return ends

    def _ends_right(self, rows: list[int], column: int) -> dict[int, list[float]]:
        """Where the hops that leave each row arrive, from top to bottom."""
        ends: dict[int, list[float]] = {row: [] for row in rows}
        if column < len(self._gaps):
            for source, target, slot, _ in zip(*self._gaps[column], strict=True):
                ends[source].append(self.place[target] + slot)
        for places in ends.values():
            places.sort()
        return ends

    def crossings(self, grid: Grid, pace: Pace) -> int:
        """Pairs of hops that cross: those that leave in one order and arrive in the other."""
        place = np.array(self.place)
        gap = grid.column[grid.source]
        arrival = place[grid.target] + grid.slot
        in_order = np.lexsort((arrival, place[grid.source], gap))
        # One sorted list serves all gaps, since what arrives in a later gap counts as further down.
        arrived: list[float] = []
        crossings = 0
        ends = (arrival + gap * float(len(place) + 1))[in_order].tolist()
        for begin in range(0, len(ends), BLOCK):
            for end in ends[begin : begin + BLOCK]:
                crossings += len(arrived) - bisect_right(arrived, end)
                insort(arrived, end)
            pace.check()
        return crossings


def _gain(above: list[float], below: list[float]) -> int:
    """How many crossings less there are between the hops to these ends, sorted, if the two rows change places."""
    if not above or not below:
        return 0
    if above[-1] < below[0]:
        return -len(above) * len(below)
    return sum(bisect_left(below, end) + bisect_right(below, end) - len(below) for end in above)
