"""Where a field stands in a TOML text, so that an error can name the line. The parser itself does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*((?:"[^"\n]*"|'[^'\n]*'|[\w-]+)(?:\s*\.\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))*)\s*=(.*)$""")
_KEY_PART = re.compile(r""""([^"\n]*)"|'([^'\n]*)'|([\w-]+)""")


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line (from 1) of the deepest part of ``path`` that can be found, None where there is none.

    ``path`` is made of keys; a number picks an entry of an array of tables.
    """
    best: tuple[int, int] | None = None
    for line, keys in _keys(text):
        shared = 0
        while shared < min(len(keys), len(path)) and keys[shared] == path[shared]:
            shared += 1
        if shared == len(keys) and (best is None or shared > best[1]):
            best = (line, shared)
    return best[0] if best else None


def program_line(text: str, line: int) -> int | None:
    """The line of the document on which line ``line`` of its program stands."""
    start = line_of(text, ("program",))
    if start is None:
        return None
    opening = text.splitlines()[start - 1].partition("=")[2].strip()
    # A line break right behind the opening quotes is not part of the string.
    return start + line if opening in ('"""', "'''") else start + line - 1


def _keys(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, full path) of every table header and every key, in order; strings of several lines are passed over."""
    table: list[str] = []
    counts: dict[str, int] = {}
    closing: str | None = None
    for line, content in enumerate(text.splitlines(), start=1):
        if closing:
            closing = None if closing in content else closing
            continue
        header = _HEADER.match(content)
        if header:
            table = _split(header.group(2))
            if header.group(1) == "[[":
                name = ".".join(table)
                counts[name] = counts.get(name, -1) + 1
                table.append(str(counts[name]))
            yield line, list(table)
            continue
        key = _KEY.match(content)
        if key:
            yield line, [*table, *_split(key.group(1))]
            for quotes in ('"""', "'''"):
                if key.group(2).count(quotes) == 1:
                    closing = quotes


def _split(key: str) -> list[str]:
    return [a or b or c for a, b, c in _KEY_PART.findall(key)]
