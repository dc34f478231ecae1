"""Numbers as colours."""

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from visualizer.ui.heat import (
    CLASSES,
    class_color,
    colored,
    diverging,
    greys,
    picture,
    pictures,
    sign_color,
    two_colors,
)
from visualizer.ui.theme import DARK, LIGHT, Theme, color, contrast

both = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def of(number: int) -> QColor:
    return QColor.fromRgb(int(number))


@both
def test_zero_is_the_ground_and_signs_are_orange_and_blue(theme: Theme) -> None:
    low, middle, high = (of(found) for found in colored(np.array([-1.0, 0.0, 1.0]), -1, 1, diverging(theme)))
    assert low.red() > low.blue() + 60
    assert high.blue() > high.red() + 60
    ground = color(theme.ground)
    assert abs(middle.lightness() - ground.lightness()) < 8
    assert sign_color(theme, -1.0) == low


@both
def test_beyond_its_ends_a_table_stays_at_them_and_what_is_no_number_is_red(theme: Theme) -> None:
    numbers = np.array([-9.0, 9.0, 1e308, np.nan, np.inf, -np.inf])
    found = colored(numbers, -1, 1, diverging(theme)).tolist()
    table = diverging(theme)
    assert found[:3] == [table[0], table[255], table[255]]
    assert {of(number).name() for number in found[3:]} == {color(theme.danger).name()}


@both
def test_two_colors_change_at_zero(theme: Theme) -> None:
    below, at = colored(np.array([-1e-9, 1e-9]), -1, 1, two_colors(theme)).tolist()
    assert of(below).red() > of(below).blue()
    assert of(at).blue() > of(at).red()


@both
def test_ink_is_read_on_paper(theme: Theme) -> None:
    paper, ink = of(greys(theme)[0]), of(greys(theme)[255])
    assert contrast(paper, ink) > 9


@both
def test_classes_are_told_apart_and_come_again(theme: Theme) -> None:
    assert len(set(CLASSES[theme.name])) == 10
    assert class_color(theme, 11) == class_color(theme, 1)


def test_the_first_row_of_a_map_is_at_the_bottom(qapp: QApplication) -> None:
    maps = np.zeros((2, 3, 3))
    maps[1, 0, 2] = 1.0  # the smallest second feature, the largest first
    one, other = pictures(maps, 1.0, LIGHT)
    assert other.pixelColor(2, 2).blue() > other.pixelColor(2, 2).red() + 60
    assert other.pixelColor(2, 0) == one.pixelColor(0, 0)


def test_a_picture_keeps_its_numbers(qapp: QApplication) -> None:
    made = [picture(np.full((4, 5), 0xFF000000 + place, dtype=np.uint32)) for place in range(50)]
    assert [image.pixelColor(3, 3).blue() for image in made] == list(range(50))
    assert (made[0].width(), made[0].height()) == (5, 4)
