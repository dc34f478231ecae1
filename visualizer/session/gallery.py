"""The lessons that come with the program, as the gallery announces them.

This is read before the first paint, so it needs little: no numpy, no engine, no TOML.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from visualizer.resources import assets_folder


class Headline(NamedTuple):
    """A lesson's card: the name to open it by, its title, what it is about in one sentence, and whether it trains."""

    name: str
    title: str
    summary: str
    trains: bool = False


def headlines() -> tuple[Headline, ...]:
    """The cards of all lessons in their teaching order."""
    found = []
    for path in _folder().glob("*.toml"):
        fields = _first_fields(path)
        found.append(
            (int(fields["order"]), Headline(path.stem, fields["title"], fields["summary"], "network" in fields))
        )
    return tuple(headline for _, headline in sorted(found, key=lambda entry: (entry[0], entry[1].name)))


def _first_fields(path: Path) -> dict[str, str]:
    """What a lesson begins with: one field a line, a number or a plain text. Loading tomllib takes longer than this."""
    fields: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition(" = ")
        if not equals:
            break
        fields[key] = value.strip('"')
    return fields


def lesson_names(trains: bool | None = None) -> tuple[str, ...]:
    """The names of the lessons in their teaching order: of all, or of those that train or do not."""
    return tuple(headline.name for headline in headlines() if trains in (None, headline.trains))


def lesson_path(name: str) -> Path:
    """The file of the lesson of that name, whether or not there is one."""
    return _folder() / f"{name}.toml"


def _folder() -> Path:
    return assets_folder() / "lessons"
