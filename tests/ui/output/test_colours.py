"""The output as colours."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from visualizer.session.output.points import Points
from visualizer.ui.heat import class_color
from visualizer.ui.output.colours import boundaries, legend_rows, output_picture
from visualizer.ui.theme import DARK, LIGHT, Theme, color

both = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def near(one: QColor, other: QColor, off: int = 60) -> bool:
    return all(abs(a - b) <= off for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


def at(image: QImage, x: float, y: float) -> QColor:
    """The colour at shares of the width and of the height, from the bottom."""
    return image.pixelColor(round(x * (image.width() - 1)), round((1 - y) * (image.height() - 1)))


@both
@pytest.mark.parametrize("discrete", [False, True])
def test_two_classes_are_orange_and_blue_up_from_the_first_row(
    theme: Theme, discrete: bool, qapp: QApplication
) -> None:
    output = np.linspace(-1, 1, 20)[None, :, None] * np.ones((1, 1, 20))
    image = output_picture(output, (-1.0, 1.0), theme, discrete)
    low, high = at(image, 0.5, 0.0), at(image, 0.5, 1.0)
    assert low.red() > low.blue() + 60
    assert high.blue() > high.red() + 60
    nearly = at(image, 0.5, 0.45)
    assert near(nearly, low, 12) == discrete


@both
def test_a_probability_has_its_boundary_at_a_half(theme: Theme, qapp: QApplication) -> None:
    image = output_picture(np.full((1, 4, 4), 0.5), (0.0, 1.0), theme, False)
    assert near(at(image, 0.5, 0.5), color(theme.ground), 12)


@both
@pytest.mark.parametrize("discrete", [False, True])
def test_each_class_has_its_colour_by_its_margin(theme: Theme, discrete: bool, qapp: QApplication) -> None:
    output = np.zeros((3, 8, 8))
    output[0, :, :2], output[1, :, 3:5], output[2, :, 6:] = 1.0, 1.0, 0.1
    image = output_picture(output, (-1.0, 1.0), theme, discrete)
    for number, x in enumerate((0.05, 0.5)):
        assert near(at(image, x, 0.5), class_color(theme, number), 40), number
    weak = at(image, 0.98, 0.5)
    assert near(weak, class_color(theme, 2), 40) == discrete


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("discrete", [False, True])
def test_what_is_not_finite_is_red(outputs: int, discrete: bool, qapp: QApplication) -> None:
    output = np.random.default_rng(0).standard_normal((outputs, 10, 10))
    output[0, :3, :3] = np.nan
    image = output_picture(output, (-1.0, 1.0), LIGHT, discrete)
    assert near(at(image, 0.05, 0.05), color(LIGHT.danger), 2)
    assert not near(at(image, 0.95, 0.95), color(LIGHT.danger), 60)


def test_the_boundary_lies_where_the_class_changes() -> None:
    x = np.linspace(0, 1, 21) * np.ones((21, 1))
    lines = boundaries((x - 0.3)[None], (-1.0, 1.0))
    assert lines[:, [0, 2]] == pytest.approx(0.3)
    assert boundaries(x[None], (0.0, 1.0))[:, 0] == pytest.approx(0.5)
    classes = boundaries(np.stack([0.4 - x, np.zeros_like(x), x - 0.8]), (-1.0, 1.0))
    assert sorted(set(np.round(classes[:, 0], 6).tolist())) == [0.4, 0.8]
    assert boundaries(np.zeros((9, 5, 5)), (-1.0, 1.0)).shape == (0, 4)


def test_many_classes_take_several_rows() -> None:
    names = tuple(f"class {number}" for number in range(8))
    points = Points(np.zeros((1, 2)), np.zeros(1, dtype=int), None, None, names, ("a", "b"))
    assert legend_rows(points, 1, 200) == 1
    assert legend_rows(points, 8, 1000) == 1
    assert legend_rows(points, 8, 200) > legend_rows(points, 8, 400) > 1
