"""Pens of edges: every state has a dash or a width beside its colour."""

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from visualizer.session.edge_scale import EdgeScale
from visualizer.ui.neuron.strokes import (
    BINS,
    NOT_FINITE,
    NOT_YET,
    SILENT,
    ZERO,
    Stroke,
    kinds_of,
    pens_of,
    ranks_of,
    runs_of,
)
from visualizer.ui.theme import DARK, LIGHT, Theme

LAST = BINS - 1
SIZES = EdgeScale(1e-4, 1.0)
SIGNED = EdgeScale(0.0, 2.0, logarithmic=False, signed=True)


def kinds(numbers: list[float], scale: EdgeScale, known: bool = True, silent: bool = False) -> list[int]:
    count = len(numbers)
    return kinds_of(np.array(numbers), np.full(count, known), np.full(count, silent), scale).tolist()


def test_a_size_is_a_place_on_the_scale() -> None:
    assert kinds([1.0, -1.0, 1e-2, 1e-4, 1e-9, 50.0], SIZES) == [LAST, LAST, round(LAST / 2), 0, 0, LAST]


def test_a_sign_has_bins_of_its_own() -> None:
    assert kinds([2.0, -2.0, 9.0, -1.0], SIGNED) == [LAST, LAST + BINS, LAST, round(LAST / 2) + BINS]


@pytest.mark.parametrize("scale", [SIZES, SIGNED], ids=["sizes", "signed"])
def test_what_has_no_size_is_told_apart(scale: EdgeScale) -> None:
    assert kinds([0.0, -0.0, math.nan, math.inf, -math.inf], scale) == [ZERO, ZERO, *[NOT_FINITE] * 3]
    assert kinds([math.nan, 1.0], scale, known=False) == [NOT_YET] * 2
    assert kinds([math.nan, 1.0], scale, known=False, silent=True) == [SILENT] * 2


def test_the_unknown_is_painted_first_and_the_strongest_last() -> None:
    numbers = np.array([LAST, 3 + BINS, NOT_FINITE, ZERO, 3, SILENT, LAST + BINS, NOT_YET], dtype=np.int16)
    order, runs = runs_of(numbers)
    assert [kind for kind, _ in runs] == [SILENT, NOT_YET, ZERO, 3, 3 + BINS, LAST, LAST + BINS, NOT_FINITE]
    assert [numbers[order[part]].tolist() for _, part in runs] == [[kind] for kind, _ in runs]
    assert sorted(order.tolist()) == list(range(8))
    assert len({*ranks_of(numbers).tolist()}) == 8
    assert runs_of(numbers[:0])[1] == []


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("signed", [False, True])
def test_pens_grow_with_the_size(qapp: QApplication, theme: Theme, signed: bool) -> None:
    pens = pens_of(theme, Stroke(signed, 1.0, 4.6))
    for first in (0, BINS) if signed else (0,):
        widths = [pens[first + place][0].widthF() for place in range(BINS)]
        assert widths == sorted(widths)
        assert widths[0] == 1.0
        assert widths[-1] == pytest.approx(4.6)
    if signed:
        assert pens[LAST][0].color().blue() > pens[LAST][0].color().red()
        assert pens[LAST + BINS][0].color().red() > pens[LAST + BINS][0].color().blue()


def test_hairlines_are_a_pixel_wide_and_dashed_where_nothing_is_known(qapp: QApplication) -> None:
    pens = pens_of(LIGHT, Stroke(False, None, 1.0))
    assert all(pen.isCosmetic() for own in pens.values() for pen in own)
    assert all(pens[place][0].widthF() == 1.0 for place in (*range(BINS), NOT_YET, ZERO))
    assert pens[LAST][0].style() == Qt.PenStyle.SolidLine
    assert pens[NOT_YET][0].dashPattern() != pens[ZERO][0].dashPattern()
    assert pens[NOT_YET][0].style() == pens[ZERO][0].style() == Qt.PenStyle.CustomDashLine


def test_a_faded_pen_is_nearer_to_the_ground(qapp: QApplication) -> None:
    full, faint = (pens_of(LIGHT, Stroke(False, 1.0, 4.6, strength))[LAST][0].color() for strength in (1.0, 0.2))
    assert full.lightness() + 100 < faint.lightness()
