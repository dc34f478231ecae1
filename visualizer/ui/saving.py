"""Writing files from the window: a copy of the document, and pictures. Each asks where, and says what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from engine.errors import GradStepError
from visualizer.session.document import save
from visualizer.ui.export import export_plots, export_session
from visualizer.ui.settings import recent_files, remember_file

if TYPE_CHECKING:
    from visualizer.ui.window import Window

DOCUMENTS = "GradStep documents (*.toml);;All files (*)"
PICTURES = "PNG (*.png);;SVG (*.svg)"
SIZE, SCALE = (1280, 800), 2.0
LEVELS = {"layer": "", "neuron": "neurons, ", "scalar": "single numbers, "}  # in a file's name


def save_copy(window: Window) -> None:
    """Ask where to write the document with its present numbers."""
    document = window.session.source
    path, _ = QFileDialog.getSaveFileName(window, "Save a copy", f"{document.title}.toml", DOCUMENTS)
    if not path:
        return
    try:
        save(document, path)
    except GradStepError as error:
        window.complain(str(error))
        return
    remember_file(Path(path))
    window.gallery.show_recent(recent_files())
    window.message.show_text(f"Saved {Path(path).name}")


def export_picture(window: Window) -> None:
    """Ask where to write a picture, of the step or of the curves; the ending of the name chooses PNG or SVG."""
    session, lab = window.session, None if window.among_steps else window.session.lab
    what = "plots" if lab is not None else f"{LEVELS[session.level]}step {session.position.step}"
    if lab is not None:
        window.laboratory.trainer.pause()
    path, _ = QFileDialog.getSaveFileName(window, "Export picture", f"{session.document.title}, {what}.png", PICTURES)
    if not path:
        return
    target = Path(path)
    if target.suffix.lower() not in (".png", ".svg"):
        target = target.with_name(f"{target.name}.png")
    kind = target.suffix.lower()[1:]
    try:
        if lab is None:
            export_session(session, kind, target, SIZE, SCALE, window.theme.name)
        else:
            export_plots(lab, kind, target, SIZE, SCALE, window.theme.name)
    except GradStepError as error:
        window.complain(str(error))
        return
    window.message.show_text(f"Exported {target.name}")
