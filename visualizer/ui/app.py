"""Starting the application: the shell first, everything heavy after the first paint."""

from __future__ import annotations

import sys
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from visualizer.ui.theme import font, load_fonts
from visualizer.ui.window import Window


def make_application(arguments: list[str] | None = None) -> QApplication:
    """The QApplication, with our fonts."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QApplication.setApplicationName("GradStep")
    QApplication.setDesktopFileName("gradstep")
    application = QApplication(arguments or ["gradstep"])
    application.setStyle("Fusion")
    load_fonts()
    application.setFont(font(13))
    return application


def run(argument: str | None = None) -> int:
    """Open the window, on the lessons or on a file or lesson, until it is closed; the exit code."""
    application = make_application()
    window = Window()
    sys.excepthook = lambda kind, error, trace: _report(window, kind, error, trace)
    window.show()
    QTimer.singleShot(0, lambda: start(window, argument))
    return application.exec()


def start(window: Window, argument: str | None) -> None:
    """What waits for the first paint: the pictures of the gallery, or the document asked for."""
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
