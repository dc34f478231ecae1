"""Documents: a file on disk, checked field by field, and the graph it describes.

Every error is a ``DocumentError`` whose text is one sentence with the file, the line and the field.
"""

from __future__ import annotations

import itertools
import math
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import tomli_w

from engine import Graph, ProgramError, parse_program
from engine.errors import GradStepError
from engine.graph import frozen_array
from engine.ops import Array
from engine.program import check_name
from engine.shapes import MAX_ELEMENTS
from visualizer.session.locate import line_of, program_line
from visualizer.session.specification import Fill, Specification

MAX_FILE_BYTES = 4_000_000
MAX_SIZE = 64
MAX_LEAVES = 10_000
MAX_VARIANTS = 20
MAX_SENTENCE = 600
ROLES = ("input", "weight", "bias", "pre-activation", "activation", "loss", "value")

# A dotted key of many parts takes the TOML reader time that grows with the square of its length.
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)[ \t]*\.[ \t]*){16}""")


# A number of more digits than Python reads, and names too long to be repeated in a sentence.
_LONG_NUMBER = re.compile(r"[0-9][0-9_]{4300}")
_LONG_QUOTE = re.compile(r"([“‘'`])([^”’'`]{60})[^”’'`]{20,}(?=[”’'`])")


class DocumentError(GradStepError):
    """A document that cannot be used. The text is one sentence naming the file, the line and the field."""

    def __init__(self, sentence: str) -> None:
        # What a file says is not to steer a terminal, nor to fill it.
        line = "".join(letter if letter.isprintable() else "�" for letter in " ".join(sentence[:10_000].split()))
        line = _LONG_QUOTE.sub(r"\1\2…", line)
        super().__init__(line if len(line) <= MAX_SENTENCE else f"{line[: MAX_SENTENCE - 1]}…")


@dataclass(frozen=True, eq=False)
class Document:
    """A program with its numbers, and the lesson around it.

    ``leaves`` are the values of inputs and parameters by name, ``sizes`` the chosen sizes, ``variant`` the chosen way
    to write the program ("" for the first). ``path`` is the file it was read from, None for one made by a program.
    """

    specification: Specification
    graph: Graph = field(repr=False)
    leaves: Mapping[str, Array] = field(repr=False)
    sizes: Mapping[str, int]
    variant: str = ""
    path: Path | None = None

    @property
    def title(self) -> str:
        """The document's title."""
        return self.specification.title

    @property
    def program(self) -> str:
        """The program text of the chosen variant."""
        return self.specification.variants[self.variant].program if self.variant else self.specification.program

    @property
    def loss_name(self) -> str:
        """What the gradients are derivatives of: the output, or a free letter for the loss beyond it."""
        if self.graph.incoming is None:
            return self.graph.nodes[self.graph.output].name
        return next(letter for letter in ("L", "J", "E", "loss") if letter not in self.graph.ids)

    def with_leaf(self, name: str, value: Any) -> Document:
        """The same document with another number for one input or parameter. Raises GradStepError."""
        graph = self.graph.with_leaf(name, value)
        leaves = {**self.leaves, name: graph.leaves[graph.ids[name]]}
        return replace(self, graph=graph, leaves=MappingProxyType(leaves))

    def with_size(self, name: str, size: int) -> Document:
        """The same document with another size; leaves that use it are filled anew. Raises GradStepError."""
        if name not in self.sizes:
            raise GradStepError(f"there is no size named “{name}”")
        if not 1 <= size <= MAX_SIZE:
            raise GradStepError(f"the size “{name}” must be from 1 to {MAX_SIZE}, not {size}")
        return _assemble(self.specification, {**self.sizes, name: size}, self.variant, self.path)

    def with_variant(self, variant: str) -> Document:
        """The same document, its program written the other way. Raises GradStepError."""
        if variant and variant not in self.specification.variants:
            raise GradStepError(f"there is no variant named “{variant}”")
        return _assemble(self.specification, self.sizes, variant, self.path)


def load(path: str | os.PathLike[str]) -> Document:
    """Read a document. Raises DocumentError for anything that is not one, with file, line and field."""
    path = Path(path)
    return parse(_read(path), path)


def parse(text: str, path: Path | None = None) -> Document:
    """The document that ``text`` describes. Raises DocumentError."""
    name = str(path) if path else "the document"
    data = _parse_toml(text, name)
    try:
        specification = msgspec.convert(data, Specification)
    except msgspec.ValidationError as error:
        raise _field_error(error, text, name) from None
    except RecursionError:
        raise DocumentError(f"{name}: it is nested too deeply") from None
    document = _checked(specification, "", path, text, name)
    if len(specification.variants) > MAX_VARIANTS:
        sentence = f"there are {len(specification.variants):,} of them, and at most {MAX_VARIANTS} are supported"
        raise DocumentError(_place(name, line_of(text, ("variants",)), ("variants",), sentence))
    for variant in specification.variants:
        _checked(specification, variant, path, text, name)
    return document


def _checked(specification: Specification, variant: str, path: Path | None, text: str, name: str) -> Document:
    """The document in one of its variants; every error says where in ``text`` it is."""
    program = ("variants", variant, "program") if variant else ("program",)
    try:
        return _assemble(specification, dict(specification.sizes), variant, path)
    except _FieldError as error:
        where = program if error.field == ("program",) else error.field
        raise DocumentError(_place(name, line_of(text, where), where, str(error))) from None
    except ProgramError as error:
        line = program_line(text, error.line or 1, program)
        raise DocumentError(_place(name, line, program, error.sentence)) from None
    except GradStepError as error:
        raise DocumentError(f"{name}: {error}") from None


def save(document: Document, path: str | os.PathLike[str]) -> None:
    """Write a document; the file is the old one or the new one, never half. Raises DocumentError where it cannot be."""
    specification = document.specification
    data = msgspec.to_builtins(specification)
    for section in ("inputs", "parameters"):
        for name in data.get(section, {}):
            data[section][name] = document.leaves[name].tolist()
    if document.variant:
        data["program"] = document.program
        data.pop("variants")
    data.pop("sizes", None)
    content = tomli_w.dumps(data, multiline_strings=True).encode()
    if len(content) > MAX_FILE_BYTES:
        raise DocumentError(f"{path} would have {_megabytes(len(content))}, too much to be opened again")
    write_atomically(Path(path), content)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there. Raises DocumentError; the old file survives any failure."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise DocumentError(f"{path} cannot be written: {error.strerror or error}") from None


def _read(path: Path) -> str:
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
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise DocumentError(f"{path} cannot be read: {reason}") from None
    if len(content) > MAX_FILE_BYTES:
        has = _megabytes(max(size, len(content)))
        raise DocumentError(f"{path} has {has}, and a document has at most {_megabytes(MAX_FILE_BYTES)}")
    if not content.strip():
        raise DocumentError(f"{path} is empty")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{path}, line {line}: it is not text in UTF-8, as a TOML document is") from None


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _parse_toml(text: str, name: str) -> dict[str, Any]:
    for pattern, sentence in (
        (_LONG_KEY, "a key has more than 16 parts joined by dots"),
        (_LONG_NUMBER, "a number has more than 4,300 digits"),
    ):
        if found := pattern.search(text):
            raise DocumentError(f"{name}, line {_line_at(text, found.start())}: {sentence}")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*?) \(at (?:line (\d+), column \d+|end of document)\)$", str(error), re.S)
        reason = found.group(1) if found else str(error)
        line = int(found.group(2)) if found and found.group(2) else text.count("\n") + 1
        raise DocumentError(f"{name}, line {line}: it is not valid TOML: {reason[:1].lower()}{reason[1:]}") from None
    except RecursionError:
        raise DocumentError(f"{name}: it is nested too deeply") from None
    except ValueError as error:  # dates such as February 30 in some versions
        raise DocumentError(f"{name}: it is not valid TOML: {error}") from None


def _line_at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


class _FieldError(GradStepError):
    """What is wrong with one field of a specification, before file and line are known."""

    def __init__(self, field: tuple[str, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def _field_error(error: msgspec.ValidationError, text: str, name: str) -> DocumentError:
    message, _, where = str(error).partition(" - at ")
    parts = tuple(part for part in re.split(r"[.\[\]$`]+", where) if part)
    unknown = re.search(r"unknown field `(.*)`", message, re.S)
    missing = re.search(r"missing required field `(.*)`", message, re.S)
    if unknown:
        parts, message = (*parts, unknown[1]), "there is no such field"
    elif missing:
        message = f"the field “{missing[1]}” is missing"
    else:
        message = message[:1].lower() + message[1:]
    return DocumentError(_place(name, line_of(text, parts), parts, message))


def _place(name: str, line: int | None, where: tuple[str, ...], sentence: str) -> str:
    start = f"{name}, line {line}" if line else name
    parts = ".".join(part if len(part) <= 60 else f"{part[:60]}…" for part in where)
    return f"{start}: {parts}: {sentence}" if parts else f"{start}: {sentence}"


# From a specification to a graph -------------------------------------------------------------------------------------


def _assemble(
    specification: Specification, sizes: Mapping[str, int], variant: str, path: Path | None
) -> Document:
    for name, size in sizes.items():
        if not 1 <= size <= MAX_SIZE:
            raise _FieldError(("sizes", name), f"a size must be from 1 to {MAX_SIZE}, not {size}")
    rate = specification.training.learning_rate
    if not (math.isfinite(rate) and rate > 0):
        raise _FieldError(("training", "learning_rate"), f"the learning rate must be a positive number, not {rate}")
    transposed = specification.variants[variant].transpose if variant else []
    leaves: dict[str, Array] = {}
    for section in ("inputs", "parameters"):
        for name, raw in getattr(specification, section).items():
            value = _leaf((section, name), raw, sizes)
            if name in leaves:
                raise _FieldError((section, name), "it stands under [inputs] too: choose one")
            leaves[name] = _frozen_transpose(value) if name in transposed else value
    program = specification.variants[variant].program if variant else specification.program
    backward = specification.backward
    graph = parse_program(
        program,
        {name: leaves[name] for name in specification.inputs},
        {name: leaves[name] for name in specification.parameters},
        backward.output or None,
        backward.incoming or None,
    )
    _check_names(specification, graph)
    return Document(
        specification, graph, MappingProxyType(leaves), MappingProxyType(dict(sizes)), variant, path
    )


def _leaf(where: tuple[str, str], raw: Any, sizes: Mapping[str, int]) -> Array:
    try:
        check_name(where[1])
        if isinstance(raw, dict):
            return _filled(where, raw, sizes)
        if _has_other_than_numbers(raw):
            raise _FieldError(where, "only numbers and rows of numbers may stand here")
        return frozen_array(raw, where[1])
    except ProgramError as error:
        raise _FieldError(where, error.sentence) from None
    except _FieldError:
        raise
    except GradStepError as error:
        raise _FieldError(where, str(error)) from None


def _has_other_than_numbers(raw: Any) -> bool:
    """True where anything but numbers and lists stands in nested lists."""
    level = [raw]
    while level:
        lists = [item for item in level if isinstance(item, list)]
        if any(isinstance(item, bool) or not isinstance(item, int | float | list) for item in level):
            return True
        level = list(itertools.chain.from_iterable(lists))
    return False


def _filled(where: tuple[str, str], raw: dict[str, Any], sizes: Mapping[str, int]) -> Array:
    try:
        fill = msgspec.convert(raw, Fill)
    except msgspec.ValidationError as error:
        raise _FieldError(where, f"it is a number, rows of numbers, or a shape with a fill; {error}") from None
    shape = []
    for size in fill.shape:
        if isinstance(size, str) and size not in sizes:
            raise _FieldError(where, f"there is no size named “{size}” under [sizes]")
        shape.append(sizes[size] if isinstance(size, str) else size)
    if any(size < 1 for size in shape) or not fill.fill:
        raise _FieldError(where, "sizes must be at least 1, and the fill at least one number")
    count = math.prod(shape)
    if count > MAX_ELEMENTS:
        raise _FieldError(where, f"it would have {count:,} elements, and at most {MAX_ELEMENTS:,} are supported")
    return frozen_array(np.resize(np.array(fill.fill, dtype=np.float64), shape), where[1])


def _frozen_transpose(value: Array) -> Array:
    return frozen_array(value.T, "")


def _check_names(specification: Specification, graph: Graph) -> None:
    """Everything that is named must exist in the program."""
    for name, role in specification.roles.items():
        _check_known(("roles", name), name, graph)
        if role not in ROLES:
            raise _FieldError(("roles", name), f"“{role}” is not a role: choose one of {', '.join(ROLES)}")
    for name in specification.axes:
        _check_known(("axes", name), name, graph)
    for key in specification.expect:
        name, _, kind = key.rpartition(".")
        _check_known(("expect", key), name, graph)
        if kind not in ("value", "gradient", "after"):
            raise _FieldError(("expect", key), "end it with .value, .gradient or .after")
    for field_name in ("sections", "notes"):
        for i, entry in enumerate(getattr(specification, field_name)):
            _check_known((field_name, str(i), "at"), entry.at.node, graph)
            if entry.at.source:
                _check_known((field_name, str(i), "at"), entry.at.source, graph)
    for name, variant in specification.variants.items():
        for leaf in variant.transpose:
            if leaf not in specification.inputs and leaf not in specification.parameters:
                raise _FieldError(("variants", name, "transpose"), f"there is no input or parameter “{leaf}”")


def _check_known(where: tuple[str, ...], name: str, graph: Graph) -> None:
    try:
        graph.node(name)
    except GradStepError as error:
        raise _FieldError(where, str(error)) from None
