"""Where the units stand: a group beside the other by rank, units of a rank one below the other, all around one axis.

Everything here is *along* (the way the pass goes) and *across* (along the columns), so that one layout serves networks
that run to the right and networks that run down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from engine.units import Bundle, Group
from visualizer.session.appearance import Direction

# Lengths are such that a usual picture is about 800 by 560: at zoom 1.5 it fills a canvas of a large window.
# Across and along, what the units may take by direction; less across where there are heat maps beside them.
ROOM = {"right": (400.0, 760.0), "down": (560.0, 480.0)}
CROWDED_ROOM = {"right": 320.0, "down": 430.0}
# The room is divided by the next of these, and twice as many and so on: few units move when there is one more.
CLASSES = (2, 4, 8, 12, 16)
MOST_PITCH = 180.0  # from unit to unit, where there are few
GROWTH = 0.25  # how the height of a column grows with its units, up to that of the highest
LARGER, LARGE, ALIKE = 2.0, 42.0, 120.0  # a shorter column's pitch is at most so many times that of the highest
LARGEST, SMALLEST = 64.0, 2.0  # radii; where many units need smaller ones, everything else is drawn larger instead
SHARE, SMALL = 0.26, 26.0  # of the way from column to column, what a radius may be; what it always may be
SQUARE_HALF = 0.9  # half the side of a unit that is a square, by its radius
SPARSE, CLOSE = 0.38, 0.42  # the radius as a share of the pitch: where there are few units, where there are many
BETWEEN = 26.0  # more, between two groups of a column
LEAST_GAP, MOST_GAP = 56.0, 420.0  # between two columns
GAP, DOUBLING = 84.0, 30.0  # between two columns with few edges, and what twice as many edges add to it
TIES = 0.4  # of that, where nothing is weighed
NARROWEST = 130.0  # from the middle of a column to that of the next, where a heat map stands beside the gap
ASPECT, BELOW = 1.7, 90.0  # a picture to the right is at most so wide, by its height with what is written below it
STRETCH = 1.8  # how far the units of a long network are drawn apart, at most
SWEEPS = 4


@dataclass(frozen=True, eq=False)
class Columns:
    """Along and across of all units (n,), with their radii; ``border`` is how far they reach along, from their middles.

    ``first`` (groups + 1,) is where each group begins.
    ``ranks`` are the groups of each column, in their order across; ``middle`` and ``half`` (columns,) where a column
    is along, and half its thickness; ``start`` and ``end`` (columns,) how far it reaches across. ``column`` is that of
    each group.
    """

    along: Array
    across: Array
    radius: Array
    border: Array
    first: Indices
    ranks: tuple[tuple[int, ...], ...]
    column: Indices
    middle: Array
    half: Array
    start: Array
    end: Array


def arrange_columns(
    groups: Sequence[Group], bundles: Sequence[Bundle], crowded: Sequence[Bundle], direction: Direction
) -> Columns:
    """The units around the axis 0. Beside the gaps of the bundles ``crowded`` there will be heat maps."""
    ranks = order_ranks(groups, bundles)
    across, along = ROOM[direction]
    largest = min(max(along / len(ranks) * SHARE, SMALL), LARGEST)
    sizes = [sum(groups[i].size for i in members) for members in ranks]
    pitches = _pitches(sizes, CROWDED_ROOM[direction] if crowded else across)
    columns = _arranged(groups, bundles, crowded, ranks, pitches, along, largest)
    length = float(columns.middle[-1] - columns.middle[0])
    if length > along:  # it will be seen from farther away: there is room across then
        larger = min(length / along, STRETCH)
        pitches = [larger * pitch for pitch in pitches]
        columns = _arranged(groups, bundles, crowded, ranks, pitches, along, largest)
    return columns


def _arranged(
    groups: Sequence[Group],
    bundles: Sequence[Bundle],
    crowded: Sequence[Bundle],
    ranks: tuple[tuple[int, ...], ...],
    pitches: Sequence[float],
    longest: float,
    largest: float,
) -> Columns:
    first = np.concatenate([[0], np.cumsum([group.size for group in groups])]).astype(np.intp)
    across, radius = np.zeros(first[-1]), np.zeros(first[-1])
    column = np.zeros(len(groups), dtype=np.intp)
    reach = np.zeros((2, len(ranks)))
    for number, (members, pitch) in enumerate(zip(ranks, pitches, strict=True)):
        at = 0.0
        for i, before in zip(members, (None, *members), strict=False):
            if before is not None:
                at += _between(groups[before], groups[i], pitch)
            part = slice(first[i], first[i + 1])
            across[part] = at + pitch * (np.arange(groups[i].size) + 0.5)
            radius[part] = _radius(pitch, largest)
            column[i] = number
            at += pitch * groups[i].size
        aside = _axis(groups, bundles, members, across, first)
        for i in members:
            across[first[i] : first[i + 1]] -= aside
        air = pitch / 2 - _radius(pitch, largest)
        reach[:, number] = air - aside, at - aside - air
    round_ones = np.repeat([group.kind in ("units", "output") for group in groups], np.diff(first))
    border = radius * np.where(round_ones, 1.0, SQUARE_HALF)
    widest = ASPECT * (float((reach[1] - reach[0]).max()) + BELOW)
    half = np.array([max(float(border[first[i]]) for i in members) for members in ranks])
    gaps_along = _gaps(bundles, column, half, min(longest, widest))
    for bundle in crowded:
        gap = column[bundle.target] - 1
        gaps_along[gap] = max(gaps_along[gap], NARROWEST - half[gap] - half[gap + 1])
    middle = half[0] + np.concatenate([[0.0], np.cumsum(half[:-1] + gaps_along + half[1:])])
    along = np.repeat(middle[column], np.diff(first))
    return Columns(along, across, radius, border, first, ranks, column, middle, half, reach[0], reach[1])


def order_ranks(groups: Sequence[Group], bundles: Sequence[Bundle]) -> tuple[tuple[int, ...], ...]:
    """The groups of each column, those that belong together near each other; targets stand last.

    Ties are broken by the order of the program, so a small edit moves little.
    """
    ranks: dict[int, list[int]] = defaultdict(list)
    for group, rank in zip(groups, _ranks(groups, bundles), strict=True):
        ranks[rank].append(group.number)
    columns = [ranks[rank] for rank in sorted(ranks)]
    before: dict[int, list[int]] = defaultdict(list)
    after: dict[int, list[int]] = defaultdict(list)
    for bundle in bundles:
        before[bundle.target].append(bundle.source)
        after[bundle.source].append(bundle.target)
    place = {i: _place(at, members) for members in columns for at, i in enumerate(members)}
    for sweep in range(SWEEPS if any(len(members) > 1 for members in columns) else 0):
        forward = sweep % 2 == 0
        near = before if forward else after
        for members in columns if forward else reversed(columns):
            wanted = {i: float(np.mean([place[j] for j in near[i]])) if near[i] else place[i] for i in members}
            members.sort(key=lambda i: (groups[i].kind == "target", round(wanted[i], 9), i))
            place.update((i, _place(at, members)) for at, i in enumerate(members))
    return tuple(map(tuple, columns))


def _ranks(groups: Sequence[Group], bundles: Sequence[Bundle]) -> list[int]:
    """The rank of each group. What a given gradient is made of stands behind the network, not below its end."""
    ranks = [group.rank for group in groups]
    behind = {group.number for group in groups if group.kind == "target"}
    while leading := {bundle.source for bundle in bundles if bundle.target not in behind} & behind:
        behind -= leading
    network = [ranks[i] for i in range(len(groups)) if i not in behind]
    if network and behind:
        later = max(network) + 1 - min(ranks[i] for i in behind)
        for i in behind:
            ranks[i] += max(later, 0)
    return ranks


def _place(at: int, members: Sequence[int]) -> float:
    """Where a group stands across, from -1 to 1, however many there are."""
    return 2 * (at + 0.5) / len(members) - 1


def _pitches(sizes: Sequence[int], room: float) -> list[float]:
    """From unit to unit in columns of so many, of which the highest has so much room.

    A shorter column's is a larger one, from LARGE to ALIKE.
    """
    most = _class(max(sizes))
    least = min(room / most, MOST_PITCH)
    largest = max(least, min(max(LARGER * least, LARGE), ALIKE))
    return [min(room * (size / most) ** GROWTH / size, largest) for size in sizes]


def _class(units: int) -> int:
    """The number of units that there is made room for."""
    if units <= CLASSES[-1]:
        return next(size for size in CLASSES if size >= units)
    doubled = CLASSES[-1]
    while doubled < units:
        doubled *= 2
    return doubled * 3 // 4 if units <= doubled * 3 // 4 else doubled


def _radius(pitch: float, largest: float) -> float:
    share = np.interp(pitch, [8.0, 30.0], [CLOSE, SPARSE])
    return float(min(largest, share * pitch))


def _between(above: Group, below: Group, pitch: float) -> float:
    """What there is between two groups of a column, beside the pitch: single units of a kind are like a layer."""
    if above.size == below.size == 1 and above.kind == below.kind:
        return 0.0
    return min(BETWEEN, pitch)


def _axis(
    groups: Sequence[Group], bundles: Sequence[Bundle], members: Sequence[int], across: Array, first: Indices
) -> float:
    """What of a column stands at the axis: the middle of what the pass goes through, targets stand aside.

    A column of targets alone stands by what it is made of.
    """

    def middle(i: int) -> float:
        return float(across[first[i] : first[i + 1]].mean())

    main = [i for i in members if groups[i].kind != "target"]
    here = float(np.concatenate([across[first[i] : first[i + 1]] for i in main or members])[[0, -1]].mean())
    sources = [] if main else [middle(bundle.source) for bundle in bundles if bundle.target in members]
    return here - float(np.mean(sources)) if sources else here


def _gaps(bundles: Sequence[Bundle], column: Indices, half: Array, longest: float) -> Array:
    """From one column's border to the next one's: more where there are more edges, ``longest`` in all if that goes."""
    edges = np.zeros(max(len(half) - 1, 0))
    weighed = np.zeros(len(edges), dtype=np.bool_)
    for bundle in bundles:
        edges[column[bundle.target] - 1] += bundle.total
        weighed[column[bundle.target] - 1] |= bundle.weight is not None or bundle.pattern == "dense"
    if not len(edges):
        return edges
    wanted = (GAP + DOUBLING * np.log2(1 + edges / 4)) * np.where(weighed, 1.0, TIES)
    share = (longest - float(2 * half.sum())) / float(wanted.sum())
    return np.clip(wanted * share, LEAST_GAP, MOST_GAP)
