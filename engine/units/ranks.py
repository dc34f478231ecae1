"""Columns for a graph: the longest way from the left, and what does not come from the inputs beside its consumer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def ranks_of(
    count: int, pairs: Iterable[tuple[int, int]], roots: Iterable[int], last: tuple[int, int] | None = None
) -> tuple[int, ...]:
    """The column of each of ``count`` places, counted from 0, so that every pair (from, to) leads to a higher one.

    What is not reached from the ``roots``, which include themselves, stands right before its first consumer. The second
    of ``last`` stands behind the first, unless the first is made of it.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in pairs:
        after[source].append(target)
    if last is not None and last[0] not in _reached(after, [last[1]]):
        after[last[0]].append(last[1])
    order = _in_order(after)
    ranks = [0] * count
    for place in order:
        for target in after[place]:
            ranks[target] = max(ranks[target], ranks[place] + 1)
    reached = _reached(after, [target for root in roots for target in after[root]])
    for place in reversed(order):
        if place not in reached and after[place]:
            ranks[place] = min(ranks[target] for target in after[place]) - 1
    return tuple(ranks)


def _reached(after: Sequence[Sequence[int]], starts: Iterable[int]) -> set[int]:
    """All places that can be reached, the starts among them."""
    found: set[int] = set()
    stack = list(starts)
    while stack:
        place = stack.pop()
        if place not in found:
            found.add(place)
            stack.extend(after[place])
    return found


def _in_order(after: Sequence[Sequence[int]]) -> list[int]:
    """The places, each before those that it leads to."""
    waiting = [0] * len(after)
    for targets in after:
        for target in targets:
            waiting[target] += 1
    order = [place for place, sources in enumerate(waiting) if sources == 0]
    for place in order:
        for target in after[place]:
            waiting[target] -= 1
            if waiting[target] == 0:
                order.append(target)
    return order
