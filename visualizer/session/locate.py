"""Where a field stands in a TOML text, so that an error can name the line. The parser itself does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_HEADER = re.compile(r"^\s*(\[\[?)([^\]]+)\]")
_KEY = re.compile(r"""^\s*((?:"[^"\n]*"|'[^'\n]*'|[\w-]+)(?:\s*\.\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))*)\s*=(.*)$""")
_KEY_PART = re.compile(r""""([^"\n]*)"|'([^'\n]*)'|([\w-]+)""")
# What decides whether a value goes on in the next line: strings and comments to be passed over, and brackets.
_TOKEN = re.compile(r"""\"{3}|'{3}|"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*'|\#|[\[\]{}]""")


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line (from 1) of the deepest part of ``path`` that can be found, None where there is none.

    ``path`` is made of keys; a number picks an entry of an array of tables.
    """
    best: int | None = None
    depth = 0
    for line, keys in _keys(text):
        shared = 0
        while shared < min(len(keys), len(path)) and keys[shared] == path[shared]:
            shared += 1
        if shared > depth and shared in (len(keys), len(path)):
            best, depth = line, shared
        if depth == len(path):
            break
    return best


def written_at(text: str, line: int) -> tuple[tuple[str, ...], bool]:
    """What is written at ``line``, or last before it: the path of a key or of a table, and whether it is a table."""
    number, path = max((found for found in _keys(text) if found[0] <= line), default=(0, []), key=lambda f: f[0])
    header = _HEADER.match(text.split("\n")[number - 1]) if number else None
    return tuple(path[:-1] if header and header[1] == "[[" else path), header is not None


def program_line(text: str, line: int, path: Sequence[str] = ("program",)) -> int | None:
    """The line of the document on which line ``line`` of the program at ``path`` stands."""
    start = line_of(text, path)
    if start is None:
        return None
    opening = text.split("\n")[start - 1].partition("=")[2].strip()
    # A line break right behind the opening quotes is not part of the string.
    return start + line if opening in ('"""', "'''") else start + line - 1


def _keys(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, full path) of every table header and every key, in order; values of several lines are passed over."""
    table: list[str] = []
    counts: dict[tuple[str, ...], int] = {}
    closing = ""
    depth = 0
    for line, content in enumerate(text.split("\n"), start=1):
        if closing:
            _, found, content = content.partition(closing)
            if not found:
                continue
        elif not depth:
            if header := _HEADER.match(content):
                table = _entered(_split(header[2]), header[1] == "[[", counts)
                yield line, table
                continue
            key = _KEY.match(content)
            if key is None:
                continue
            yield line, [*table, *_split(key[1])]
            content = key[2]
        closing, change = _left_open(content)
        depth = max(depth + change, 0)


def _entered(keys: list[str], is_entry: bool, counts: dict[tuple[str, ...], int]) -> list[str]:
    """The path of a table's header: behind each array of tables the number of its entry, of which the last counts.

    ``counts`` has that of the last entry of each array, from 0 on; a header that ``is_entry`` begins the next one.
    """
    path: list[str] = []
    for number, key in enumerate(keys, start=1):
        path.append(key)
        name, last = tuple(path), number == len(keys)
        if is_entry and last:
            counts[name] = counts.get(name, -1) + 1
        if name in counts and (is_entry or not last):
            path.append(str(counts[name]))
    return path


def _left_open(value: str) -> tuple[str, int]:
    """The quotes of a string that goes on in the next line ("" for none), and how many brackets stay open."""
    depth = 0
    place = 0
    while token := _TOKEN.search(value, place):
        place = token.end()
        sign = token[0]
        if sign == "#":
            break
        if sign in ('"""', "'''"):
            end = value.find(sign, place)
            if end < 0:
                return sign, depth
            place = end + 3
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
    return "", depth


def _split(key: str) -> list[str]:
    return [a or b or c for a, b, c in _KEY_PART.findall(key)]
