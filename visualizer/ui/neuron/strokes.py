"""Strokes of edges between neurons: the few pens that numbers are rounded to, and bulk drawing by pen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.neuron.state import Flags
from visualizer.ui.heat import sign_color
from visualizer.ui.network.lines import draw_lines, width_of
from visualizer.ui.theme import Theme, color, magnitude_colors, mix

Kinds = np.ndarray[Any, np.dtype[np.int16]]

BINS = 32  # sizes that the eye tells apart; those of negative numbers follow on those of positive ones
SILENT, NOT_YET, ZERO, NOT_FINITE = -3, -2, -1, 2 * BINS
PALEST = 0.2  # of the colour of a sign, so that a weak edge does not vanish into the ground
CROWDED = 3.0  # pixels; where the strongest edge is thinner than that, edges are many
FADED = 0.16  # what is left of an edge outside the focus
DASH, GAP, DOT = 4.5, 4.0, 4.6  # of curves: lengths, and from dot to dot, in scene units where the grain is 1
HAIR_DASHES, HAIR_DOTS = (5.0, 6.0), (1.0, 3.0)  # of hairlines, in pixels


def kinds_of(numbers: Array, known: Flags, silent: Flags, scale: EdgeScale) -> Kinds:
    """For each number (k,) the pen it is drawn with: a bin by its place on the scale, or what it has instead of one."""
    places = np.nan_to_num(scale.positions(numbers))
    kinds = np.rint(np.abs(places) * (BINS - 1)).astype(np.int16)
    kinds[np.signbit(places)] += BINS
    kinds[numbers == 0] = ZERO
    kinds[~np.isfinite(numbers)] = NOT_FINITE
    kinds[~known] = NOT_YET
    kinds[silent] = SILENT
    return kinds


def ranks_of(kinds: Kinds) -> Kinds:
    """The order in which kinds are painted: what is unknown first, the strongest last, what is not finite above all."""
    ranks = np.where(kinds >= 0, kinds % BINS * 2 + kinds // BINS, kinds)
    ranks[kinds == NOT_FINITE] = NOT_FINITE
    return np.asarray(ranks, dtype=np.int16)


@dataclass(frozen=True, slots=True)
class Stroke:
    """How pens are made. ``pixel`` is a pixel in scene units, None for hairlines, which are a pixel wide at any zoom
    and the only ones that can be drawn by the ten thousand. ``thickest`` is the width of the strongest in pixels."""

    signed: bool
    pixel: float | None
    thickest: float
    strength: float = 1.0


@lru_cache(maxsize=64)
def pens_of(theme: Theme, stroke: Stroke) -> dict[int, tuple[QPen, ...]]:
    """The pens of every kind, those to be drawn first first."""
    ground = color(theme.ground)

    def pen(tone: QColor, width: float, dashes: tuple[float, ...] = (), rounded: bool = False) -> QPen:
        made = QPen(mix(tone, ground, stroke.strength), 1.0 if stroke.pixel is None else width * stroke.pixel)
        made.setCosmetic(stroke.pixel is None)
        if dashes:
            made.setDashPattern(dashes)
        made.setCapStyle(Qt.PenCapStyle.RoundCap if rounded else Qt.PenCapStyle.FlatCap)
        return made

    hair = stroke.pixel is None
    # where hundreds of edges wait, they would be the loudest of all
    waiting = mix(color(theme.muted), ground, 0.7 if stroke.thickest > CROWDED else 0.45)
    found: dict[int, tuple[QPen, ...]] = {
        SILENT: (pen(color(theme.hairline if hair else theme.faint), 1.0),),
        NOT_YET: (pen(waiting, 1.0, HAIR_DASHES if hair else ()),),
        ZERO: (pen(color(theme.muted), 1.8, HAIR_DOTS if hair else (), rounded=not hair),),
        NOT_FINITE: (
            pen(color(theme.danger), 4.6),
            *(() if hair else (pen(color(theme.panel), 2.6, (0.7, 1.1)),)),
        ),
    }
    for place in range(BINS):
        share = place / (BINS - 1)
        width = width_of(share, stroke.thickest)
        if stroke.signed:
            strong = PALEST + (1 - PALEST) * share
            found[place] = (pen(sign_color(theme, strong), width),)
            found[place + BINS] = (pen(sign_color(theme, -strong), width),)
        else:
            found[place] = (pen(magnitude_colors(theme.name)[round(share * 255)], width),)
    return found


def draw_kinds(painter: QPainter, lines: Array, kinds: Kinds, pens: dict[int, tuple[QPen, ...]]) -> None:
    """Lines (n, pieces, 4), each with the pens of its kind; the lines of one kind are drawn in one call."""
    order, parts = runs_of(kinds)
    lines = lines.take(order, axis=0)
    for kind, part in parts:
        for pen in pens[kind]:
            draw_lines(painter, lines[part], pen)


def runs_of(kinds: Kinds) -> tuple[Indices, list[tuple[int, slice]]]:
    """An order of painting, and each kind with the part of the order that has it."""
    ranks = ranks_of(kinds)
    order = np.argsort(ranks, kind="stable")
    starts = np.flatnonzero(np.diff(ranks[order], prepend=SILENT - 1))
    ends = [*starts[1:].tolist(), len(order)]
    found = zip(kinds[order[starts]].tolist(), starts.tolist(), ends, strict=True) if len(starts) else ()
    return order, [(kind, slice(start, end)) for kind, start, end in found]
