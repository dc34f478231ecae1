"""Long work beside the window, with a dialog that says how far it is and lets a person stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore
from PySide6.QtWidgets import QApplication, QProgressDialog, QWidget
from shiboken6 import Shiboken

from visualizer.session.pace import Pace
from visualizer.ui.work import Work

SOON = 500  # ms until the dialog comes


class Patience:
    """The work of one ``owner``: what is begun anew ends what was under way."""

    def __init__(self, owner: QWidget) -> None:
        self._owner = owner
        self._finish: Callable[[], None] | None = None

    @property
    def waiting(self) -> bool:
        """True while something is under way."""
        return self._finish is not None

    def stop(self) -> None:
        """End what is under way; nothing comes of it."""
        if self._finish is not None:
            self._finish()

    def wait(
        self, text: str, make: Callable[[Pace], Any], done: Callable[[Any], object], failed: Callable[[str], object]
    ) -> None:
        """Have a worker ``make`` something, then give it to ``done``, or the sentence of an error to ``failed``."""
        self.stop()
        work = Work(lambda: make(work.pace), self._owner)
        dialog = QProgressDialog(text, "Cancel", 0, 100, self._owner)
        dialog.setWindowModality(QtCore.Qt.WindowModality.WindowModal)
        dialog.setMinimumDuration(SOON)

        before = QApplication.focusWidget()

        def finish() -> None:
            work.cancel()
            seen = dialog.isVisible()
            dialog.reset()
            dialog.deleteLater()
            self._finish = None
            if seen:  # not every window manager gives the focus back
                self._owner.activateWindow()
                if before is not None and Shiboken.isValid(before):
                    before.setFocus()

        def tell(share: float) -> None:
            if self._finish is finish:  # it may still have been on its way when all was stopped
                dialog.setValue(round(99 * share))  # at 100 it would close

        def succeed(outcome: Any) -> None:
            finish()
            done(outcome)

        def fail(sentence: str) -> None:
            finish()
            failed(sentence)

        work.progressed.connect(tell)
        work.done.connect(succeed)
        work.failed.connect(fail)
        dialog.canceled.connect(finish)
        self._finish = finish
        work.start()
