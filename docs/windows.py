"""The real window, offscreen and with nobody's settings, for the pictures of the documents."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QImage

    from visualizer.ui.theme import ThemeName
    from visualizer.ui.window import Window

WINDOW = (1280, 800)


@contextmanager
def shown(theme: ThemeName, size: tuple[int, int] = WINDOW) -> Iterator[Window]:
    """A window with nobody's settings; closed and gone afterwards."""
    from visualizer.ui.settings import settings
    from visualizer.ui.window import Window

    settings().clear()
    opened = Window(theme)
    opened.resize(*size)
    opened.show()
    settle()
    yield opened
    opened.close()
    opened.deleteLater()
    settle()


def settle(duration: int = 400) -> None:
    """Let Qt work for ``duration`` ms: layouts, timers and repaints."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(duration, loop.quit)
    loop.exec()


def grabbed(opened: Window, part: QRect) -> QImage:
    """What the window shows there."""
    from PySide6.QtGui import QImage

    return opened.grab(part).toImage().convertToFormat(QImage.Format.Format_RGB32)


def enter_steps(opened: Window) -> None:
    """From the iterations of a run, which may have been going on, into the steps of the first."""
    opened.laboratory.enter_at(0)
    while not opened.among_steps:
        settle(50)
    settle()
