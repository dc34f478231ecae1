"""Which rows and columns of a large array are shown: the first ones, the last, and those that take part."""

from __future__ import annotations

from collections.abc import Iterable

GAP = -1
# What stands in the place of columns, of rows and of both.
GAP_SIGNS = ("⋯", "⋮", "⋱")


def kept(size: int, most: int, marked: Iterable[int] = ()) -> tuple[int, ...]:
    """At most ``most`` of the places from 0 to ``size`` - 1 in order, with GAP where some are left out.

    The first and the last are among them, and the ``marked`` ones where these are few enough.
    """
    if size <= most + 1:
        return tuple(range(size))
    wanted = {*marked, 0, size - 1}
    if len(wanted) > most:
        wanted = {0, size - 1}
    for place in range(size):
        if len(wanted) == most:
            break
        wanted.add(place)
    found: list[int] = []
    for place in sorted(wanted):
        if found and place > found[-1] + 1:
            found.append(GAP)
        found.append(place)
    return tuple(found)


def gap_sign(row: int, column: int) -> str:
    """What stands where the row or the column is a GAP."""
    return GAP_SIGNS[(column == GAP) + 2 * (row == GAP) - 1]
