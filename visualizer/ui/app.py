"""Starting the application: the shell first, everything heavy after the first paint."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

from visualizer.ui.theme import font, load_fonts, load_shell_fonts
from visualizer.ui.window import Window


def make_application(arguments: list[str] | None = None) -> QApplication:
    """The QApplication, with our fonts."""
    application = _shell_application(arguments)
    load_fonts()
    return application


def _shell_application(arguments: list[str] | None = None) -> QApplication:
    """The QApplication, with the fonts of the first page."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QApplication.setApplicationName("GradStep")
    QApplication.setDesktopFileName("gradstep")
    application = QApplication([*(arguments or ["gradstep"]), "-style", "Fusion"])
    load_shell_fonts()
    application.setFont(font(13))
    return application


def run(argument: str | None = None) -> int:
    """Open the window, on the lessons or on a file or lesson, until it is closed; the exit code."""
    application = _shell_application()
    window = Window(shell=True)
    sys.excepthook = lambda kind, error, trace: _report(window, kind, error, trace)
    window.installEventFilter(_FirstPaint(window, lambda: start(window, argument)))
    window.show()
    status = application.exec()
    QThreadPool.globalInstance().clear()
    QThreadPool.globalInstance().waitForDone()
    return status


class _FirstPaint(QObject):
    """Calls ``then`` once the window has been painted for the first time, with all that is on it."""

    def __init__(self, window: Window, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._then = then

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._then)  # what is on the window is painted right after it
        return False


def start(window: Window, argument: str | None) -> None:
    """What waits for the first paint: commands, the other fonts, the gallery's pictures or the document asked for."""
    gc.enable()
    load_fonts()
    window.complete()
    if argument is not None:
        window.open(argument)
    window.fill_gallery()


def _report(window: Window, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error of ours: the person gets a sentence, the terminal the traceback; the window goes on."""
    sys.__excepthook__(kind, error, trace)
    if issubclass(kind, KeyboardInterrupt):
        QApplication.quit()
    else:
        window.complain(f"Something went wrong in GradStep itself ({kind.__name__}). Your document is as it was.")
