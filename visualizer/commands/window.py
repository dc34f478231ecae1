"""``gradstep``: the window on what was named; text and pictures where no window can be shown."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.commands import subject
from visualizer.commands.outcome import FINE, MACHINE_LACKS_SOMETHING, Stop
from visualizer.commands.output import lines, write, write_all
from visualizer.commands.pictures import DEFAULT_SIZE, prepare_pictures

if TYPE_CHECKING:
    from visualizer.session.document import Document

PICTURE_FOLDER = Path("gradstep-pictures")
FIRST_LESSON = "neuron-by-hand"


MORE = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("document", nargs="?", metavar="FILE-OR-LESSON", help="what to open; the gallery without it")


def run(options: argparse.Namespace) -> int:
    # Nearly all that is loaded stays: looking through it for garbage would delay the first paint, which ends this.
    gc.disable()
    try:
        return _window_or_pictures(options)
    finally:
        gc.enable()


def _window_or_pictures(options: argparse.Namespace) -> int:
    from visualizer import machine

    if not machine.has_display():
        return _do_without_window(options.document)
    if options.document is not None:
        subject.find(options.document)  # a bad file is answered here, in the terminal where it was named
    status = machine.ensure(window=True, install=False)
    if status != FINE:
        return status
    from visualizer.ui.app import run

    return int(run(options.document))


def _do_without_window(named: str | None) -> int:
    """Text and pictures, where no window can be shown."""
    document = subject.find(named if named is not None else FIRST_LESSON)
    trace = subject.record(document)
    print(
        f"gradstep: there is no display for a window, so here is the trace as text, "
        f"and pictures of the lessons go to {PICTURE_FOLDER}/.",
        file=sys.stderr,
        flush=True,
    )
    from visualizer.session import report

    write_all(lines(report.text_lines(document, trace)))
    status = prepare_pictures()
    return status if status != FINE else _picture_lessons(document if named is not None else None)


def _picture_lessons(named: Document | None) -> int:
    """A picture of every lesson, and of the named document, at the end of the backward pass."""
    from visualizer.session.lessons import lesson_names, load_lesson
    from visualizer.ui.export import export_pictures

    try:
        PICTURE_FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise Stop(f"the folder {PICTURE_FOLDER} cannot be made here: {reason}", MACHINE_LACKS_SOMETHING) from None
    documents = {name: load_lesson(name) for name in lesson_names()}
    if named is not None and named.path not in [lesson.path for lesson in documents.values()]:
        stem = named.path.stem if named.path else "document"
        documents[f"{stem}-document" if stem in documents else stem] = named
    write("\nPictures, each at the end of its backward pass:\n")
    for name, document in documents.items():
        steps = subject.record(document).steps
        last = max(position for position, step in enumerate(steps, start=1) if step.phase == "backward")
        for file in export_pictures(
            document, [last], "png", PICTURE_FOLDER / f"{name}.png", DEFAULT_SIZE, 1.0, "light"
        ):
            write(f"  {file}\n")
    return FINE
