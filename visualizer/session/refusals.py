"""What the TOML reader and the type checker say against a file, in the words of someone who writes documents."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import UnionType
from typing import Any, get_args, get_type_hints

import msgspec

from engine.errors import GradStepError, ProgramError
from visualizer.session.locate import written_at
from visualizer.session.specification import Anchor, Specification

_WANTED = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_GIVEN = {
    **_WANTED,
    "int": "a number",
    "date": "a date",
    "time": "a time",
    "datetime": "a date with a time",
}
# What the TOML reader says, in its versions, where a key or a table is written a second time.
_TWICE = re.compile(r"cannot (?:declare .* twice|overwrite a value)|duplicate inline table key '(.*)'", re.I | re.S)
_CLOSED = re.compile(r"cannot mutate immutable namespace|cannot redefine namespace", re.I)
# Lists, whose entries are counted in a field's path: those at the top of a document, and those within its tables.
_LISTS = ("notes", "sections", "compare", "chapters")
_INNER_LISTS = ("compare", "features", "transpose")


class FieldError(GradStepError):
    """What is wrong with one field of a specification, before file and line are known."""

    def __init__(self, field: tuple[str, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@contextmanager
def naming(*where: str) -> Iterator[None]:
    """What is refused within is at fault in that field, unless it names a field or a line of the program itself."""
    try:
        yield
    except (FieldError, ProgramError):
        raise
    except GradStepError as error:
        raise FieldError(where, str(error)) from None


def toml_refusal(reason: str, text: str, line: int) -> str:
    """What is wrong at ``line`` of ``text``, by the reason that the TOML reader gives."""
    twice = _TWICE.match(reason)
    if twice and twice[1] is not None:
        return f"the key “{twice[1]}” stands twice"
    if twice or _CLOSED.match(reason):
        path, is_table = written_at(text, line)
        return f"[{path_text(path)}] stands twice" if is_table else f"the key “{path_text(path)}” stands twice"
    return f"it is not valid TOML: {reason[:1].lower()}{reason[1:]}"


def type_refusal(error: msgspec.ValidationError) -> str:
    """What is wrong with a field, without saying where it is."""
    message, _, where = str(error).partition(" - at ")
    if expected := re.fullmatch(r"Expected `(.*?)`(?:, got `(.*)`)?", message, re.S):
        return _kinds(expected[1], expected[2])
    if found := re.match(r"Object missing required field `(.*)`", message, re.S):
        return f"the field “{found[1]}” is missing"
    if unknown := unknown_field(error):
        return f"there is no field “{unknown}”"
    if found := re.match(r"Invalid enum value (.*)", message, re.S):
        if where.strip("`") == "$.format":
            return f"this version reads format 1, not {found[1]}"
        phases = ", ".join(get_args(get_type_hints(Anchor)["phase"]))
        return f"“{found[1][1:-1]}” is not known here: choose one of {phases}"
    return message[:1].lower() + message[1:]


def _kinds(wanted: str, given: str | None) -> str:
    kinds = [kind for kind in wanted.split(" | ") if kind != "null"]  # which TOML has not
    sentence = f"{' or '.join(_WANTED.get(kind, kind) for kind in kinds)} is expected here"
    if given is None:
        return sentence
    decimal = given == "float" and "int" in kinds
    return f"{sentence}, not {'a decimal number' if decimal else _GIVEN.get(given, given)}"


def path_text(path: tuple[str, ...]) -> str:
    """A field as it is named in a sentence; the entries of a list are counted from 1, as in ``notes[1].at``."""
    text = ""
    for place, part in enumerate(path):
        if part.isdecimal() and _is_list(path[:place]):
            text += f"[{int(part) + 1}]"
        else:
            text += ("." if text else "") + (part if len(part) <= 60 else f"{part[:60]}…")
    return text


def _is_list(path: tuple[str, ...]) -> bool:
    if len(path) < 2:
        return path != () and path[0] in _LISTS
    return path[-1] in _INNER_LISTS or path[0] == "axes" or path[-2:] == ("data", "inputs")


def near_field(path: tuple[str, ...]) -> str:
    """A hint at a field with a name like that of the unknown one at ``path``, as the end of a sentence."""
    table: Any = Specification
    for part in path[:-1]:
        table = _without_none(get_args(table)[-1] if get_args(table) else get_type_hints(table)[part])
    near = difflib.get_close_matches(path[-1][:60], table.__struct_encode_fields__, n=1)
    return f"; did you mean “{near[0]}”?" if near else ""


def _without_none(kind: Any) -> Any:
    return get_args(kind)[0] if isinstance(kind, UnionType) else kind


def unknown_field(error: msgspec.ValidationError) -> str | None:
    """The name of the field that does not exist, None where the error is another."""
    found = re.match(r"Object contains unknown field `(.*)`", str(error).partition(" - at ")[0], re.S)
    return found[1] if found else None
