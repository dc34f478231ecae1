"""Opens lessons and files by what a person typed."""

from __future__ import annotations

import difflib
from pathlib import Path

from visualizer.session.document import Document, load, parse
from visualizer.session.files import DocumentError
from visualizer.session.gallery import Headline, headlines, lesson_names, lesson_path

__all__ = ["Headline", "find", "headlines", "lesson_names", "lesson_path", "load_lesson", "new_network"]

# What a new network begins with: TensorFlow Playground's start.
_NEW = """
format = 1
title = "A network"
network = "2-4-2-1 tanh, output tanh, loss half_squared, bias 0.1"
[data]
set = "circle"
"""


def new_network() -> Document:
    """A document that trains, to be changed with the builder."""
    return parse(_NEW)


def load_lesson(name: str) -> Document:
    """The lesson of that name. Raises DocumentError, with a name that is close, where there is none."""
    names = lesson_names()
    if name not in names:
        raise DocumentError(f"there is no lesson named “{_short(name)}”: {_hint(name, names)}")
    return load(lesson_path(name))


def find(file_or_lesson: str) -> Document:
    """The lesson of that name, else the document in that file. Raises DocumentError where it is neither."""
    names = lesson_names()
    if file_or_lesson in names:
        return load(lesson_path(file_or_lesson))
    if _looks_like_a_file(file_or_lesson):
        return load(file_or_lesson)
    raise DocumentError(f"“{_short(file_or_lesson)}” is neither a file nor a lesson: {_hint(file_or_lesson, names)}")


def _looks_like_a_file(text: str) -> bool:
    """True where a sentence about a file serves better than one about lessons."""
    path = Path(text)
    try:
        return text != "" and (path.suffix != "" or len(path.parts) > 1 or path.exists())
    except (OSError, ValueError):  # too long for a path, or with a character that no path has
        return False


def _hint(name: str, names: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name[:100].lower(), names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(f'“{other}”' for other in near)}?"
    return f"the lessons are {', '.join(names)}"


def _short(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "�" for letter in text[:60])
    return shown if len(text) <= 60 else f"{shown}…"
