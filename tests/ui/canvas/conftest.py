"""Fonts for every test of the canvas, and widgets that are really gone after it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from visualizer.ui.theme import load_fonts


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
