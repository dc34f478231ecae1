"""A builder on the screen."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.network import parse_network
from tests.ui.builder.hands import PLAYGROUND, Builder
from visualizer.session.training.recipe import DataChoice, Recipe
from visualizer.ui.builder.panel import BuilderPanel
from visualizer.ui.style import palette, style_sheet
from visualizer.ui.theme import LIGHT, load_fonts


@pytest.fixture(scope="module")
def dressed(qapp: QApplication) -> Iterator[None]:
    """The application as the window dresses it."""
    load_fonts()
    before, sheet = qapp.palette(), qapp.styleSheet()
    qapp.setPalette(palette(LIGHT))
    qapp.setStyleSheet(style_sheet(LIGHT))
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet(sheet)
    qapp.setPalette(before)


@pytest.fixture
def build(qtbot: QtBot, dressed: None, tmp_path: Path) -> Callable[..., Builder]:
    """Make a builder for recipes, Playground's by default."""

    def make(*recipes: Recipe, selected: int = 0, width: int = 230, height: int = 900) -> Builder:
        panel = BuilderPanel(LIGHT)
        qtbot.addWidget(panel)
        panel.resize(width, height)
        builder = Builder(panel, tmp_path)
        builder.show(recipes or (PLAYGROUND,), selected)
        with qtbot.waitActive(panel):
            panel.show()
            panel.activateWindow()
        return builder

    return make


@pytest.fixture
def csv_recipe(tmp_path: Path) -> Recipe:
    """A run that learns from a file."""
    rows = "\n".join(f"{number % 7 + 9.5},{number % 5},{number % 3},{number % 9 - 4}" for number in range(40))
    (tmp_path / "wine.csv").write_text(f"alcohol,acid,sugar,kind\n{rows}\n", encoding="utf-8")
    return Recipe(parse_network("3-4-1 relu, loss half_squared"), DataChoice(set="", file="wine.csv", target="kind"))
