"""Colours of values and of the sizes of gradients, for many units at once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor

from engine.ops import Array
from visualizer.session.neuron.state import Flags
from visualizer.ui.heat import Colors, diverging
from visualizer.ui.neuron.strokes import BINS, FADED, SILENT, Kinds
from visualizer.ui.theme import Theme, color, magnitude_colors, mix

FULL, PALE = 1.0, 0.7  # how strong the colours of values are; those behind texts are paler


def value_colors(
    theme: Theme, values: Array, known: Flags, limits: Array, strength: float = FULL, shades: int = 128
) -> Colors:
    """The colours of values (n,), each from −limit to limit; the ground's where a value is not known.

    They are rounded to so many ``shades`` of each sign.
    """
    with np.errstate(all="ignore"):
        shares = np.clip(np.nan_to_num(values / limits), -1.0, 1.0)
    places = np.rint(np.rint(shares * shades) / shades * 127.5 + 127.5).astype(np.intp)
    places[~np.isfinite(values)] = 256
    return np.where(known, _table(theme, strength)[places], np.uint32(color(theme.ground).rgb()))


@lru_cache(maxsize=4)
def _table(theme: Theme, strength: float) -> Colors:
    ground = color(theme.ground)
    tones = [mix(QColor.fromRgb(int(tone)), ground, strength) for tone in diverging(theme)]
    return np.array([tone.rgb() for tone in tones], dtype=np.uint32)


def ring_colors(theme: Theme, kinds: Kinds) -> Colors:
    """The colours of outlines that have no strokes of their own."""
    return _rings(theme)[kinds - SILENT]


@lru_cache(maxsize=2)
def _rings(theme: Theme) -> Colors:
    """Colours by kind, from SILENT on: what is not finite comes last."""
    sizes = magnitude_colors(theme.name)
    tones = [color(theme.faint), color(theme.faint), color(theme.muted)]
    tones += [sizes[round(place / (BINS - 1) * 255)] for place in range(BINS)] * 2 + [color(theme.danger)]
    return np.array([tone.rgb() for tone in tones], dtype=np.uint32)


def faded(theme: Theme, tones: Colors) -> Colors:
    """What is left of colours outside the focus."""
    ground = color(theme.ground)
    found, places = np.unique(tones, return_inverse=True)
    return np.array([mix(QColor.fromRgb(int(tone)), ground, FADED).rgb() for tone in found], dtype=np.uint32)[places]
