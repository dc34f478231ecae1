"""What a command writes: to the terminal, or to whoever reads it, and to files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from visualizer.commands.outcome import MACHINE_LACKS_SOMETHING, Stop


def write_utf8() -> None:
    """Signs such as ∂ come out whatever the locale says; PYTHONIOENCODING still has the last word."""
    if sys.stdout is None:  # started with its output closed
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    encoding = None if os.environ.get("PYTHONIOENCODING") else "utf-8"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=encoding or stream.encoding, errors="replace")


def write(text: str, stream: TextIO | None = None) -> None:
    """Put ``text`` out now. Raises Stop where it cannot be kept, BrokenPipeError where nobody reads on."""
    stream = stream or sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        stop_writing()
        raise Stop(f"the output cannot be written: {error.strerror or error}", MACHINE_LACKS_SOMETHING) from None


def write_all(pieces: Iterable[str], stream: TextIO | None = None) -> None:
    """Put out many pieces, several at a time."""
    for batch in batches(pieces):
        write(batch, stream)


def batches(pieces: Iterable[str]) -> Iterator[str]:
    """The same text in fewer and longer pieces."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size > 50_000:
            yield "".join(waiting)
            waiting.clear()
            size = 0
    yield "".join(waiting)


def stop_writing() -> None:
    """Send what is still in the buffers nowhere, so that the interpreter's end does not fail on it."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # not a real file, as in a test
        pass


def lines(texts: Iterable[str]) -> Iterator[str]:
    """Each with the end of its line; what a document says is not to steer a terminal."""
    return (f"{text if text.isprintable() else _printable(text)}\n" for text in texts)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def check_file(option: str, path: Path) -> None:
    """Raises Stop, naming the option, where that file cannot be written."""
    from visualizer.session.files import DocumentError, check_writable

    try:
        check_writable(path)
    except DocumentError as error:
        raise Stop(f"{option} {error}") from None
