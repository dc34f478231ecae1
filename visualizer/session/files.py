"""Files read and written: regular ones, of a bounded size, in UTF-8; a file written is the old one or the new one."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from engine.errors import GradStepError

# The TOML reader takes up to half a second for a million bytes.
MAX_FILE_BYTES = 2_000_000
MAX_SENTENCE = 600

# A name too long to be repeated in a sentence.
_LONG_QUOTE = re.compile(r"([“‘'`])([^”’'`]{60})[^”’'`]{20,}(?=[”’'`]|$)")


class DocumentError(GradStepError):
    """A document that cannot be used. The text is one sentence naming the file, the line and the field.

    ``choice`` is the field beside a file's name that does not fit that file, "" where the file itself is at fault.
    """

    def __init__(self, sentence: str, choice: str = "") -> None:
        # What a file says is not to steer a terminal, nor to fill it.
        line = "".join(letter if letter.isprintable() else "�" for letter in " ".join(sentence[:10_000].split()))
        line = _LONG_QUOTE.sub(r"\1\2…", line)
        super().__init__(line if len(line) <= MAX_SENTENCE else f"{line[: MAX_SENTENCE - 1]}…")
        self.choice = choice


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file beside its place and move it there. ``content`` may come in pieces.

    Raises DocumentError; the old file survives any failure.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_prefix(path), delete=False) as file:
            temporary = Path(file.name)
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be written: {_reason(error)}") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raises DocumentError where ``write_atomically`` would, as far as can be known before; leaves all as it is."""
    try:
        if not path.parent.is_dir():
            raise DocumentError(f"{path} cannot be written: the folder {path.parent} does not exist")
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            mode = stat.S_IFREG
        if stat.S_ISDIR(mode):
            raise DocumentError(f"{path} is a folder: name a file in it")
        if not stat.S_ISREG(mode):
            raise DocumentError(f"{path} is not a regular file")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_prefix(path)):
            pass
    except DocumentError:  # a ValueError too
        raise
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be written: {_reason(error)}") from None


def _prefix(path: Path) -> str:
    return f".{path.name[:40]}."  # a name of the greatest length has no room for more


def read_text(path: Path, limit: int = MAX_FILE_BYTES, kind: str = "a document") -> str:
    """The text of a regular file of at most ``limit`` bytes. Raises DocumentError, which calls it ``kind``."""
    try:
        if path.is_dir():
            raise DocumentError(f"{path} is a folder: name a file in it")
        if not path.exists():
            reason = "is a link that leads nowhere" if path.is_symlink() else "does not exist"
            raise DocumentError(f"{path} {reason}")
        if not path.is_file():
            raise DocumentError(f"{path} is not a regular file")
        size = path.stat().st_size
        with path.open("rb") as file:  # not all of it: some files of /proc are endless and say they are empty
            content = file.read(limit + 1)
    except DocumentError:  # a ValueError too
        raise
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path} cannot be read: {_reason(error)}") from None
    if len(content) > limit:
        has = megabytes(max(size, len(content)))
        raise DocumentError(f"{path} has {has}, and {kind} has at most {megabytes(limit)}")
    if not content.strip():
        raise DocumentError(f"{path} is empty")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{path}, line {line}: it is not text in UTF-8, as {kind} must be") from None


def _reason(error: Exception) -> str:
    """What the system said, without numbers and names."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def megabytes(size: int) -> str:
    """A size in bytes as text."""
    return f"{size / 1e6:,.1f} MB"
