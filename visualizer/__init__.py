"""The stepping debugger around the engine: a session without Qt, the window that shows it, and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from engine import Graph, Trace
    from visualizer.session.document import Document

__all__ = ["show"]


def show(subject: Graph | Trace | Document | str | os.PathLike[str], title: str = "Untitled") -> None:
    """Open the window on ``subject`` and return when it is closed.

    ``subject`` is a graph or a trace of the engine (``title`` is then what the window calls it; a trace is shown with
    its learning rate), a document, a lesson's name or a file's path::

        import visualizer
        from engine import parse_program

        visualizer.show("neuron-by-hand")
        visualizer.show(parse_program("y = tanh(w * x)", inputs={"x": 2.0}, parameters={"w": 0.5}), "One weight")

    To be called from the main thread. Raises GradStepError where the subject cannot be shown, or no window can.
    """
    from visualizer.session.session import prepare

    prepared = prepare(_document(subject, title))
    _check_that_a_window_can_be_shown()

    from PySide6.QtCore import QEventLoop, Qt

    from visualizer.ui.app import make_application
    from visualizer.ui.window import Window

    application = make_application()
    window = Window()
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    closed = QEventLoop()
    window.destroyed.connect(closed.quit)
    window.show()
    window.show_document(prepared)
    closed.exec()
    application.processEvents()


def _document(subject: object, title: str) -> Document:
    """The document to show. Raises GradStepError where there is none."""
    import os

    from engine import GradStepError, Graph, Trace
    from visualizer.session.document import Document, document_from_graph
    from visualizer.session.lessons import find

    if isinstance(subject, Document):
        return subject
    if isinstance(subject, Trace):
        return document_from_graph(subject.graph, title, subject.learning_rate)
    if isinstance(subject, Graph):
        return document_from_graph(subject, title)
    if isinstance(subject, str | os.PathLike):
        return find(os.fspath(subject))
    raise GradStepError(
        f"a window is opened on a graph, a trace, a document, a lesson's name or a file's path, "
        f"not on a value of type {type(subject).__name__}"
    )


def _check_that_a_window_can_be_shown() -> None:
    """Raises GradStepError where Qt would abort."""
    import sys
    import threading

    from engine import GradStepError
    from visualizer import machine

    if threading.current_thread() is not threading.main_thread():
        raise GradStepError("a window can only be opened from the main thread")
    if not machine.has_display():
        raise GradStepError("there is no display for a window: gradstep trace and gradstep export need none")
    if machine.ensure(window=True, install=False) != machine.FINE:
        raise GradStepError("Qt needs system packages that are missing here: they are named above")
    if "PySide6" in sys.modules:
        from PySide6.QtCore import QCoreApplication
        from PySide6.QtWidgets import QApplication

        if not isinstance(QCoreApplication.instance(), QApplication | None):
            raise GradStepError("this process has a Qt application without windows: open the window in another one")
