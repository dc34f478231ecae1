"""The fonts, without which no text has a width."""

import pytest
from PySide6.QtWidgets import QApplication

from visualizer.ui.theme import load_fonts


@pytest.fixture
def fonts(qapp: QApplication) -> None:
    load_fonts()
