"""Pictures of plots without a window: PNG and SVG show the same, at any size, for any runs."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from engine.errors import GradStepError
from tests.ui.plots.runs import plotted
from visualizer.session.plots.curves import Plotted
from visualizer.ui.pen import painting
from visualizer.ui.pictures import painted, svg
from visualizer.ui.plots.picture import plots_page, title_of
from visualizer.ui.theme import DARK, LIGHT, Theme, color

pytestmark = pytest.mark.usefixtures("fonts")
Size = tuple[int, int]


def image_of(runs: Sequence[Plotted], theme: Theme, size: Size, scale: float = 1.0, smoothing: float = 0.0) -> QImage:
    return painted(plots_page(runs, theme, size, smoothing=smoothing), size, scale)


def svg_of(runs: Sequence[Plotted], theme: Theme, size: Size) -> bytes:
    return svg(plots_page(runs, theme, size), size, 1.0, title_of(runs))


def test_a_picture_has_the_size_that_it_is_asked_for() -> None:
    image = image_of([plotted(500)], DARK, (800, 500), scale=1.5)
    assert (image.width(), image.height()) == (1200, 750)
    assert image.pixelColor(2, 2) == color(DARK.panel)


@pytest.mark.parametrize("runs", [(), (plotted(0),), (plotted(1),), (plotted(300, layers=60),)])
def test_any_runs_make_a_picture(runs: tuple[Plotted, ...]) -> None:
    assert not image_of(runs, LIGHT, (600, 400)).isNull()


def test_a_run_that_is_long_is_whole() -> None:
    image = image_of([plotted(100_000, layers=8)], LIGHT, (900, 560), smoothing=0.5)
    blank = image_of([plotted(1, layers=8)], LIGHT, (900, 560))
    column = 900 // 2 - 30  # near the right end of the loss
    changed = [image.pixelColor(column, y) != blank.pixelColor(column, y) for y in range(60, 280)]
    assert any(changed)


def test_an_svg_needs_no_fonts_and_says_what_it_shows() -> None:
    text = svg_of([plotted(300), plotted(300, label="with skips")], LIGHT, (800, 500))
    root = ElementTree.fromstring(text)
    assert root.get("viewBox") == "0 0 800 500"
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert "text" not in names
    assert next(element.text for element in root.iter() if element.tag.endswith("title")) == (
        "plain and with skips, iterations 0 to 299"
    )


def test_an_svg_looks_like_the_picture() -> None:
    runs = [plotted(300, layers=4)]
    picture = image_of(runs, LIGHT, (600, 400))
    drawn = QImage(600, 400, QImage.Format.Format_ARGB32_Premultiplied)
    with painting(drawn) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        QSvgRenderer(QByteArray(svg_of(runs, LIGHT, (600, 400)))).render(painter)
    places = [(x, y) for x in range(0, 600, 7) for y in range(0, 400, 7)]
    away = [abs(drawn.pixelColor(*place).lightness() - picture.pixelColor(*place).lightness()) for place in places]
    assert sum(difference > 60 for difference in away) < 0.02 * len(places)


def test_a_picture_that_does_not_fit_is_refused() -> None:
    with pytest.raises(GradStepError, match="does not fit into memory"):
        image_of([plotted(5)], LIGHT, (10**6, 10**6))


@pytest.mark.parametrize("iterations", [1, 2, 4, 60])
def test_the_map_of_norms_stays_within_its_frame(iterations: int) -> None:
    image = image_of([plotted(iterations, layers=5)], LIGHT, (900, 560))
    panel = color(LIGHT.panel)
    # Between the plot against depth and the map, and beside the ramp, there are words at most.
    for x in (452, 455, 896):
        column = [image.pixelColor(x, y) for y in range(300, 500)]
        assert sum(pixel == panel for pixel in column) > 150, x
