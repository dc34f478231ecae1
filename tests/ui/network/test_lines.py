"""Strokes of edges."""

import math

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from visualizer.session.scene import Scale
from visualizer.ui.network.lines import (
    BINS,
    NOT_FINITE,
    THICKEST,
    ZERO,
    draw_curves,
    draw_dashed,
    draw_dotted,
    kinds_of,
    pens,
    segments,
    thickest_of,
    width_of,
)
from visualizer.ui.pen import painting
from visualizer.ui.theme import DARK, LIGHT, Theme

SCALE = Scale(-4, 0)


def test_a_gradient_s_kind_is_its_place_on_the_logarithmic_scale() -> None:
    numbers = np.array([1.0, -1.0, 1e-2, 1e-4, 1e-9, 50.0, 0.0, math.nan, -math.inf])
    last, middle = BINS - 1, round((BINS - 1) / 2)
    assert kinds_of(numbers, "gradient", SCALE, 1.0).tolist() == [
        last, last, middle, 0, 0, last, ZERO, NOT_FINITE, NOT_FINITE,
    ]  # fmt: skip


def test_a_weight_s_kind_is_its_share_and_its_sign() -> None:
    numbers = np.array([2.0, -2.0, 0.0, 1e-9, -9.0, math.nan])
    last = BINS - 1
    assert kinds_of(numbers, "weight", SCALE, 2.0).tolist() == [last, last + BINS, ZERO, 0, last + BINS, NOT_FINITE]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("shows", ["gradient", "weight"])
def test_pens_grow_with_the_size(theme: Theme, shows: str) -> None:
    table = pens(theme, shows)  # type: ignore[arg-type]
    assert len(table) == 2 * BINS
    widths = [pen.widthF() for pen in table[:BINS]]
    assert widths == sorted(widths)
    assert widths[0] == 1.0
    assert widths[-1] == pytest.approx(THICKEST)
    assert (table[BINS - 1].color() == table[-1].color()) == (shows == "gradient")


def test_many_edges_are_thinner() -> None:
    assert thickest_of(10) == thickest_of(150) == THICKEST
    assert 1 < thickest_of(500) < thickest_of(200) < THICKEST
    assert width_of(1.0, thickest_of(500)) < width_of(1.0)


def test_a_level_line_is_one_piece_and_a_curve_many_that_overlap() -> None:
    x = np.linspace(0, 40, 5)
    level, bent = np.stack([x, np.full(5, 7.0)], axis=1), np.stack([x, x], axis=1)
    pieces = segments(np.stack([level, bent]))
    assert pieces.shape == (2, 4, 4)
    assert pieces[0, 0].tolist() == [0, 7, 40, 7]
    assert (pieces[0, 1:, :2] == pieces[0, 1:, 2:]).all()
    assert (pieces[1, 1:, 0] < pieces[1, :-1, 2]).all()
    assert pieces[1, :, 0] == pytest.approx(x[:-1], abs=0.5)


def test_an_arch_is_no_level_line() -> None:
    x = np.linspace(0, 40, 5)
    arch = np.stack([x, [9, 3, 1, 3, 9]], axis=1)
    assert segments(arch[None])[0, :, 0] == pytest.approx(x[:-1], abs=0.5)


@pytest.fixture
def paper(qapp: QApplication) -> QImage:
    image = QImage(120, 60, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.ground))
    return image


def curves() -> np.ndarray:
    x = np.linspace(10, 110, 13)
    return np.stack([np.stack([x, np.full(13, y)], axis=1) for y in (10.5, 30.5, 50.5)])


def drawn(image: QImage, y: int) -> list[QColor]:
    ground = QColor(LIGHT.ground)
    return [image.pixelColor(x, y) for x in range(12, 108) if image.pixelColor(x, y) != ground]


def test_each_kind_has_its_stroke(paper: QImage) -> None:
    with painting(paper) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        kinds = np.array([0, BINS - 1, NOT_FINITE])
        draw_curves(painter, curves(), kinds, pens(LIGHT, "gradient"), LIGHT)
    assert len(drawn(paper, 10)) == 96
    assert not drawn(paper, 8)
    assert len(drawn(paper, 29)) == 96
    red = drawn(paper, 50)
    assert len({tone.name() for tone in red}) > 1
    assert any(tone.red() > 180 and tone.green() < 90 for tone in drawn(paper, 49))


def test_zero_is_dotted_and_what_is_not_yet_dashed(paper: QImage) -> None:
    with painting(paper) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_dotted(painter, curves()[:1], LIGHT)
        draw_dashed(painter, curves()[1:2], LIGHT)
    assert 8 < len(drawn(paper, 10)) < 60
    assert 30 < len(drawn(paper, 30)) < 70


def test_nothing_is_drawn_of_nothing(paper: QImage) -> None:
    none, before = np.empty((0, 13, 2)), paper.copy()
    with painting(paper) as painter:
        draw_curves(painter, none, np.empty(0, dtype=np.intp), pens(LIGHT, "gradient"), LIGHT)
        draw_dotted(painter, none, LIGHT)
        draw_dashed(painter, none, LIGHT)
    assert paper == before
