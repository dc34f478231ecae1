"""Data sets as icons."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from engine.generated import GENERATED
from visualizer.session.dataset_file import SHIPPED
from visualizer.ui.builder.set_icons import set_icon
from visualizer.ui.theme import THEMES, Theme


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> None:
    """Pictures need one."""


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_every_set_has_an_icon_of_its_own(theme: Theme) -> None:
    pictures = [set_icon(name, theme).pixmap(QSize(20, 20)).toImage() for name in (*GENERATED, *SHIPPED)]
    for number, picture in enumerate(pictures):
        painted = sum(picture.pixelColor(x, y).alpha() > 0 for x in range(20) for y in range(20))
        assert painted > 40
        assert picture not in pictures[:number]


def test_a_file_has_none() -> None:
    assert set_icon("wine.csv", THEMES["light"]).isNull()
