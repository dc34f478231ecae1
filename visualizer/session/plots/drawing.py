"""From stretches of curves to what is drawn: lines, the bands around them, and signs for what has no place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.ops import Array
from visualizer.session.plots.curves import Stretch
from visualizer.session.plots.pyramid import INFINITE, MINUS_INFINITE, NAN, NOT_FINITE, NOT_POSITIVE
from visualizer.session.plots.scales import Scale


def mean_lines(stretch: Stretch, scale: Scale) -> Array:
    """A line for each curve, shape (curves, buckets, 2): x in iterations, y as a place; NaN where the line breaks."""
    places = scale.places(stretch.mean).T
    return np.stack([np.broadcast_to(stretch.middle, places.shape), places], axis=-1)


def range_bands(stretch: Stretch, scale: Scale) -> Array:
    """For each curve where its buckets reach from and to: shape (curves, buckets, 3), x, low and high as places."""
    low, high = scale.places(stretch.low).T, scale.places(stretch.high).T
    return np.stack([np.broadcast_to(stretch.middle, low.shape), low, high], axis=-1)


def band(stretch: Stretch, scale: Scale) -> Array:
    """From the smallest to the largest mean of all curves: shape (buckets, 3), x, low and high; NaN without any."""
    places = scale.places(stretch.mean)
    known = np.isfinite(places)
    low = np.min(places, axis=1, initial=np.inf, where=known)
    high = np.max(places, axis=1, initial=-np.inf, where=known)
    found = np.stack([stretch.middle, low, high], axis=1)
    found[~known.any(axis=1), 1:] = np.nan
    return found


def outlines(points: Array) -> list[Array]:
    """The outline of each part of a band (points, 3) between its NaN: shape (corners, 2)."""
    x, low, high = points.T
    known = np.concatenate([[False], np.isfinite(low) & np.isfinite(high), [False]])
    edges = np.flatnonzero(known[1:] != known[:-1]).reshape(-1, 2)
    return [
        np.concatenate([np.stack([x[a:b], low[a:b]], axis=1), np.stack([x[a:b], high[a:b]], axis=1)[::-1]])
        for a, b in edges
    ]


class Gap(NamedTuple):
    """Iterations ``first`` to ``last`` in which a curve has numbers that are not finite; ``text`` says which."""

    first: int
    last: int
    text: str


def gaps(stretch: Stretch) -> tuple[Gap, ...]:
    """Where numbers of any of the curves are NaN or infinite; neighbouring buckets are one gap."""
    kinds = np.bitwise_or.reduce(stretch.flags & NOT_FINITE, axis=1) if stretch.flags.size else np.zeros(0, np.uint8)
    found = np.concatenate([[False], kinds > 0, [False]])
    edges = np.flatnonzero(found[1:] != found[:-1]).reshape(-1, 2)
    return tuple(
        Gap(int(stretch.first[a]), int(stretch.last[b - 1]), kind_text(int(np.bitwise_or.reduce(kinds[a:b]))))
        for a, b in edges
    )


def merged(found: Sequence[Gap]) -> tuple[Gap, ...]:
    """Gaps of several curves, of which those that touch are one."""
    out: list[Gap] = []
    for gap in sorted(found):
        if out and gap.first <= out[-1].last + 1:
            texts = dict.fromkeys([*out[-1].text.split(", "), *gap.text.split(", ")])
            out[-1] = Gap(out[-1].first, max(out[-1].last, gap.last), ", ".join(texts))
        else:
            out.append(gap)
    return tuple(out)


def kind_text(flags: int) -> str:
    """The kinds of numbers that are not finite in words: NaN, ∞, −∞."""
    names = ((NAN, "NaN"), (INFINITE, "∞"), (MINUS_INFINITE, "−∞"))
    return ", ".join(text for flag, text in names if flags & flag)


def floored(stretch: Stretch, apart: float) -> list[Array]:
    """For each curve the iterations at which it is 0 or negative, at least ``apart`` from each other."""
    return [_thinned(stretch.middle[column & NOT_POSITIVE > 0], apart) for column in stretch.flags.T]


def _thinned(places: Array, apart: float) -> Array:
    """The first place in each stretch of length ``apart``."""
    if not len(places) or apart <= 0:
        return places
    _, kept = np.unique(np.floor(places / apart), return_index=True)
    return places[kept]


def heat_map(stretch: Stretch) -> Array:
    """Decimal logarithms of the largest number in each bucket, a row for each curve: shape (curves, buckets).

    −∞ where all are 0, +∞ where any is not finite, and NaN where there are none.
    """
    with np.errstate(all="ignore"):
        found = np.log10(stretch.high.T)
    found[(stretch.flags.T & NOT_FINITE) > 0] = np.inf
    return np.asarray(found)
