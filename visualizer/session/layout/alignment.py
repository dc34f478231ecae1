"""How high the rows of a layered layout stand: links as short and as level as their order and the gaps allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from visualizer.session.layout.routing import Floats, Grid, Integers, distances
from visualizer.session.layout.straightening import level_paths, straighten, trunks
from visualizer.session.pace import Pace

# A link pulls with force priority / (softness + |rise|): a spring while softness is large, which spreads units evenly;
# at the end its plain length, which makes some links level instead of all a little slanted.
SOFTNESS = (512.0, 0.25)
PIN = 1e9  # weight of a row that is pinned


@dataclass(frozen=True, slots=True)
class _Stack:
    """A column in order: its rows and their least distances from its top. For each hop that ends here: the place in
    this column and its row, the row in a neighbouring one, the rise from the top of that row to where the top of this
    one makes the hop level, and its priority."""

    rows: Integers
    offset: Floats
    here: Integers
    own: Integers
    there: Integers
    rise: Floats
    priority: Floats


def align_rows(grid: Grid, order: Sequence[Integers], row_gap: float, passes: int, pace: Pace) -> Floats:
    """Top of each row.

    Column by column, there and back so many times, the nearest permitted places to the weighted means of what the
    links ask for; the weights are renewed each time, which turns least squares into least lengths (iteratively
    reweighted least squares).
    """
    stacks = _stacks(grid, order, row_gap, pace)
    top = np.empty(len(grid.column))
    for stack in stacks:
        top[stack.rows] = stack.offset - (stack.offset[-1] + grid.height[stack.rows[-1]]) / 2
    if not grid.gaps:
        return top
    for number, softness in enumerate(np.geomspace(*SOFTNESS, passes).tolist()):
        for stack in stacks[::-1] if number % 2 else stacks:
            _settle(stack, top, softness)
            pace.check()
        pace.reach((number + 1) / (passes + 1))
    paths = level_paths(grid, top, row_gap)
    pins = np.full(len(top), np.nan)
    for path in paths:
        pins[path.rows] = np.add(path.rises, path.start)
    for stack in stacks:
        _settle(stack, top, SOFTNESS[-1], pins)
        pace.check()
    top = straighten(grid, order, top, row_gap, paths)
    pace.check()
    return straighten(grid, order, top, row_gap, trunks(grid, top))


def _stacks(grid: Grid, order: Sequence[Integers], row_gap: float, pace: Pace) -> list[_Stack]:
    """What aligning needs to know of each column."""
    stacks = []
    place = np.empty(len(grid.column), dtype=np.int64)
    none = np.empty(0, dtype=np.int64)
    fall = grid.exit - grid.port
    for rows, arriving, leaving in zip(order, (none, *grid.gaps), (*grid.gaps, none), strict=True):
        place[rows] = np.arange(len(rows))
        own = np.concatenate([grid.target[arriving], grid.source[leaving]])
        stack = _Stack(
            rows=rows,
            offset=np.cumsum(distances(grid, rows, row_gap)),
            here=place[own],
            own=own,
            there=np.concatenate([grid.source[arriving], grid.target[leaving]]),
            rise=np.concatenate([fall[arriving], -fall[leaving]]),
            priority=grid.priority[np.concatenate([arriving, leaving])],
        )
        stacks.append(stack)
        pace.check()
    return stacks


def _settle(stack: _Stack, top: Floats, softness: float, pins: Floats | None = None) -> None:
    """Move the rows of one column to where their links pull them, pinned ones (not NaN) to their pins."""
    wish = top[stack.there] + stack.rise
    weight = stack.priority / (softness + np.abs(wish - top[stack.own]))
    pull = cast(Floats, np.bincount(stack.here, weight))  # with weights it counts no integers
    mean: Floats = np.bincount(stack.here, weight * wish) / pull
    if pins is not None:
        pinned = ~np.isnan(pins[stack.rows])
        mean[pinned], pull[pinned] = pins[stack.rows][pinned], PIN
    top[stack.rows] = _pooled(mean - stack.offset, pull) + stack.offset


def _pooled(wishes: Floats, weights: Floats) -> Floats:
    """The non-decreasing sequence nearest to the wishes in weighted squares (pool adjacent violators)."""
    if not (wishes[1:] < wishes[:-1]).any():
        return wishes
    pools: list[tuple[float, float, int]] = []
    for value, pull in zip(wishes.tolist(), weights.tolist(), strict=True):
        count = 1
        while pools and pools[-1][0] > value:
            above, above_pull, above_count = pools.pop()
            value = (value * pull + above * above_pull) / (pull + above_pull)
            pull += above_pull
            count += above_count
        pools.append((value, pull, count))
    values, _, counts = zip(*pools, strict=True)
    return np.repeat(np.array(values), counts)
