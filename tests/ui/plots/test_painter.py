"""Painting: what is in a chart is on the picture, in its colour and place; the readout never leaves its frame."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from tests.ui.plots.runs import context, plotted
from visualizer.session.plots.drawing import Gap
from visualizer.session.plots.scales import Scale
from visualizer.ui.pen import Pen, painting
from visualizer.ui.plots.chart import Band, Chart, Floor, Line, Mark, Reading
from visualizer.ui.plots.geometry import Placed, place_charts
from visualizer.ui.plots.painter import ChartPainter
from visualizer.ui.plots.readout import paint_reading
from visualizer.ui.plots.strokes import hatch
from visualizer.ui.plots.table import PLOTS
from visualizer.ui.theme import DARK, LIGHT, Theme, color

pytestmark = pytest.mark.usefixtures("fonts")
RED, BLUE = QColor("#ff0000"), QColor("#0000ff")
SIZE = QRectF(0, 0, 400, 220)


def picture(chart: Chart, on_screen: bool = True, theme: Theme = LIGHT, scale: float = 1.0) -> tuple[QImage, Placed]:
    image = QImage(round(400 * scale), round(220 * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(color(theme.panel))
    (placed,) = place_charts([chart], SIZE)
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ChartPainter(Pen(painter), theme, on_screen).paint(placed)
    return image, placed


def chart(**parts: object) -> Chart:
    return Chart("Title", (), (0.0, 100.0), Scale(False, 0.0, 1.0), **parts)  # type: ignore[arg-type]


def reds(image: QImage, placed: Placed, x: float) -> int:
    """How many pixels are red at an x, within the frame."""
    column = round(placed.x(x))
    rows = range(round(placed.frame.top()), round(placed.frame.bottom()))
    pixels = [image.pixelColor(column, y) for y in rows]
    return sum(pixel.red() > 200 and pixel.red() - pixel.green() > 40 for pixel in pixels)


@pytest.mark.parametrize("on_screen", [True, False])
@pytest.mark.parametrize("points", [5, 500])
@pytest.mark.parametrize("width", [1.0, 1.5, 2.0])
def test_a_line_is_where_its_numbers_are(on_screen: bool, points: int, width: float) -> None:
    x = np.linspace(0.0, 100.0, points)
    line = Line(np.stack([x, 0.5 + 0.0 * x], axis=1), RED, width)
    image, placed = picture(chart(lines=(line,)), on_screen)
    for at in (10.0, 50.0, 90.0):
        assert 1 <= reds(image, placed, at) <= 4
        around = [image.pixelColor(round(placed.x(at)), round(placed.y(0.5)) + dy) for dy in (-1, 0, 1)]
        assert any(pixel.green() < 160 for pixel in around)


@pytest.mark.parametrize("points", [11, 501])
def test_a_line_breaks_at_what_is_not_finite(points: int) -> None:
    x = np.linspace(0.0, 100.0, points)
    y = np.where((x > 35) & (x < 65), math.nan, 0.5)
    image, placed = picture(chart(lines=(Line(np.stack([x, y], axis=1), RED),)))
    assert reds(image, placed, 20.0)
    assert reds(image, placed, 80.0)
    assert not reds(image, placed, 50.0)


def test_a_dashed_line_has_gaps_however_dense_it_is() -> None:
    for points in (3, 800):
        x = np.linspace(0.0, 100.0, points)
        line = Line(np.stack([x, 0.5 + 0.0 * x], axis=1), RED, 1.0, dashed=True)
        image, placed = picture(chart(lines=(line,)))
        shown = [bool(reds(image, placed, at)) for at in np.linspace(5.0, 95.0, 200)]
        assert 0.3 < np.mean(shown) < 0.85


def test_a_lone_number_is_a_dot() -> None:
    image, placed = picture(chart(lines=(Line(np.array([[0.0, 0.5]]), RED, dots=True),)))
    assert reds(image, placed, 0.3)


@pytest.mark.parametrize("on_screen", [True, False])
def test_a_band_reaches_from_its_least_to_its_largest_number(on_screen: bool) -> None:
    x = np.linspace(0.0, 100.0, 300)
    points = np.stack([x, 0.25 + 0.0 * x, 0.75 + 0.0 * x], axis=1)
    points[140:160, 1:] = math.nan
    image, placed = picture(chart(bands=(Band(points, RED),)), on_screen)
    half = placed.frame.height() / 2
    assert reds(image, placed, 20.0) == pytest.approx(half, abs=3)
    assert not reds(image, placed, 50.0)


def test_nothing_leaves_the_frame_on_the_screen() -> None:
    x = np.linspace(-500.0, 500.0, 400)
    steep = np.stack([x, np.where(np.arange(400) % 2, 50.0, -50.0)], axis=1)
    image, placed = picture(
        chart(lines=(Line(steep, RED, 2.0),), bands=(Band(np.insert(steep, 2, 60.0, axis=1), RED),))
    )
    outside = placed.frame.adjusted(-1.5, -1.5, 1.5, 1.5)
    for x_pixel in range(400):
        for y_pixel in range(220):
            if not outside.contains(x_pixel + 0.5, y_pixel + 0.5):
                pixel = image.pixelColor(x_pixel, y_pixel)
                assert not (pixel.red() > 200 and pixel.green() < 90), (x_pixel, y_pixel)


def test_what_is_not_finite_is_hatched_and_what_is_zero_has_a_sign_at_the_floor() -> None:
    whole = chart(gaps=(Gap(70, 80, "NaN"),), floors=(Floor(np.array([20.0]), RED),))
    image, placed = picture(whole)
    assert reds(image, placed, 75.0) > 5
    assert not reds(image, placed, 60.0)
    assert 3 <= reds(image, placed, 20.0) <= 8


def test_a_single_iteration_that_is_not_finite_is_seen_even_at_the_end() -> None:
    image, placed = picture(chart(gaps=(Gap(100, 100, "NaN"),)))
    assert reds(image, placed, 99.5) > 5


def test_where_a_run_stopped_is_marked() -> None:
    image, placed = picture(chart(marks=(Mark(50, "iteration 50: the loss became NaN"),)))
    assert reds(image, placed, 50.0) > 30


def test_hatching_stays_within_its_rectangle() -> None:
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with painting(image) as painter:
        hatch(painter, QRectF(20, 30, 40, 25), RED)
    red = [(x, y) for x in range(100) for y in range(100) if image.pixelColor(x, y).green() < 200]
    assert red
    assert min(x for x, _ in red) >= 19
    assert max(x for x, _ in red) <= 60
    assert min(y for _, y in red) >= 29
    assert max(y for _, y in red) <= 55


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("key", PLOTS)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_plot_can_be_painted(key: str, theme: Theme, scale: float) -> None:
    made = context(plotted(600, layers=12), plotted(400, layers=12, label="with skips"), theme=theme)
    for part in PLOTS[key].charts(made):
        image, placed = picture(part, theme=theme, scale=scale)
        assert image.pixelColor(1, 1) == color(theme.panel)
        assert not placed.frame.isEmpty()


@pytest.mark.parametrize("x", [0.0, 3.0, 50.0, 97.0, 100.0, -20.0, 500.0])
@pytest.mark.parametrize("size", [(400, 220), (220, 120), (130, 90)])
@pytest.mark.parametrize("pointer", [math.nan, 30.0, 150.0])
def test_a_readout_never_leaves_the_frame(x: float, size: tuple[int, int], pointer: float) -> None:
    image = QImage(*size, QImage.Format.Format_RGB32)
    (placed,) = place_charts([chart()], QRectF(0, 0, *size))
    rows = tuple((RED, f"with skips, layer {k}", "1.234e−56") for k in range(12))
    note = "iteration 611: the gradient of W2 at [3, 0] became NaN"
    for reading in (Reading(x, "iteration 2,614", rows), Reading(x, "stopped", note=note), Reading(x, "a" * 80)):
        with painting(image) as painter:
            box = paint_reading(Pen(painter), LIGHT, placed, reading, pointer)
        assert placed.frame.adjusted(-0.1, -0.1, 0.1, 0.1).contains(box), (box, placed.frame)
