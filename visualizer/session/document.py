"""Documents: a file on disk, checked field by field, and the graph it describes.

Every error is a ``DocumentError`` whose text is one sentence with the file, the line and the field.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

import msgspec
import numpy as np
import tomli_w

from engine import Graph, ProgramError, parse_program
from engine.errors import GradStepError
from engine.expression import Call, Expression, Number, Symbol, program_text
from engine.graph import Node
from engine.network import program_of
from engine.ops import Array
from engine.trace import DEFAULT_LEARNING_RATE
from engine.training import Model
from visualizer.session.document_checks import check_chapters, check_names, check_parts, network_field, to_blame
from visualizer.session.document_leaves import leaves_of, whole
from visualizer.session.files import MAX_FILE_BYTES, DocumentError, megabytes, read_text, write_atomically
from visualizer.session.locate import line_of, program_line
from visualizer.session.refusals import (
    FieldError,
    naming,
    near_field,
    path_text,
    toml_refusal,
    type_refusal,
    unknown_field,
)
from visualizer.session.specification import Backward, Chapter, Specification, Training
from visualizer.session.training.models import first_graph, model_for
from visualizer.session.training.recipe import Recipe
from visualizer.session.training.samples import Samples, load_samples
from visualizer.session.training.tables import at_chapter, recipes_of, with_recipes

MAX_SIZE = 64
MAX_VARIANTS = 20

# A dotted key of many parts takes the TOML reader time that grows with the square of its length.
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)[ \t]*\.[ \t]*){16}""")


# Python refuses to write a whole number of thousands of digits, and no other has a use for them.
_LONG_NUMBER = re.compile(r"(?<!\w)[0-9][0-9a-fA-Fox_]{1000}")


@dataclass(frozen=True, eq=False)
class Document:
    """A program with its numbers, and the lesson around it.

    ``leaves`` are the values of inputs and parameters by name, ``sizes`` the chosen sizes, ``variant`` the chosen way
    to write the program ("" for the first). ``path`` is the file it was read from, None for one made by a program.

    A document with data has ``recipes``, one for each run that it describes, its own first; its graph is then that of
    the first batch, ``chapter`` the number of the chapter that it is open at, from 0 (None for none), and ``origin``
    what the file says, which all chapters start from (None where that is ``specification`` itself). ``loss`` is what
    gradients are derivatives of, where that is not in the graph because this is a part of a larger one.
    """

    specification: Specification
    graph: Graph = field(repr=False)
    leaves: Mapping[str, Array] = field(repr=False)
    sizes: Mapping[str, int]
    variant: str = ""
    path: Path | None = None
    recipes: tuple[Recipe, ...] = ()
    chapter: int | None = None
    origin: Specification | None = field(default=None, repr=False)
    loss: str = ""

    @property
    def title(self) -> str:
        """The document's title."""
        return self.specification.title

    @property
    def program(self) -> str:
        """The program text of the chosen variant."""
        if self.recipes and self.recipes[0].network is not None:
            return program_of(self.recipes[0].network)
        return self.specification.variants[self.variant].program if self.variant else self.specification.program

    @property
    def learning_rate(self) -> float:
        """The learning rate of the first update."""
        if self.recipes:
            return self.recipes[0].training.learning_rate(1)
        given = self.specification.training.learning_rate
        return DEFAULT_LEARNING_RATE if given is None else given

    @property
    def folder(self) -> Path | None:
        """The folder that files beside the document are seen from; None for a document without a file."""
        return self.path.parent if self.path else None

    def samples(self) -> Samples:
        """The samples that the document trains on. Raises GradStepError where there are none."""
        if not self.recipes:
            raise GradStepError("this document has no data to train on: it needs a table [data]")
        return load_samples(self.recipes[0].data, self.folder)

    def model(self, recipe: Recipe) -> Model:
        """What the engine trains for one of the recipes. Raises GradStepError where it does not fit the samples."""
        parameters = {name: self.leaves[name] for name in self.specification.parameters}
        program, output = self.specification.program, self.specification.backward.output
        return model_for(recipe, self.samples(), program, parameters, output)

    def with_recipes(self, recipes: Sequence[Recipe]) -> Document:
        """The same document with other runs. Raises GradStepError where they cannot be."""
        specification = with_recipes(self.specification, recipes)
        document = _assemble(specification, self.sizes, self.variant, self.path)
        return replace(document, chapter=self.chapter, origin=self.origin)

    @property
    def chapters(self) -> Sequence[Chapter]:
        """The chapters of its story, whichever it is open at; none where it tells none."""
        return (self.origin or self.specification).chapters

    def at_chapter(self, number: int) -> Document:
        """The document as its chapter of that number, from 0, has it. Raises GradStepError."""
        origin = self.origin or self.specification
        specification = at_chapter(origin, origin.chapters[number])
        document = _assemble(specification, self.sizes, self.variant, self.path)
        return replace(document, chapter=number, origin=origin)

    def of(self, graph: Graph) -> Document:
        """The document at another iteration: the same program over that batch, with the parameters of then."""
        leaves = {node.name: graph.leaves[node.id] for node in graph.nodes if node.op in ("input", "parameter")}
        return replace(self, graph=graph, leaves=MappingProxyType(leaves))

    @property
    def loss_name(self) -> str:
        """What the gradients are derivatives of: the output, or a free letter for the loss beyond it."""
        if self.loss:
            return self.loss
        if self.graph.incoming is None:
            return self.graph.nodes[self.graph.output].name
        return next(letter for letter in ("L", "J", "E", "loss") if letter not in self.graph.ids)

    def with_leaf(self, name: str, value: Any) -> Document:
        """The same document with another number for one input or parameter. Raises GradStepError."""
        if self.recipes:
            raise GradStepError(f"“{name}” comes from the data and from training: change these instead")
        graph = self.graph.with_leaf(name, value)
        leaves = {**self.leaves, name: graph.leaves[graph.ids[name]]}
        return replace(self, graph=graph, leaves=MappingProxyType(leaves))

    def with_size(self, name: str, size: int) -> Document:
        """The same document with another size; leaves that use it are filled anew, other edits stay.

        Raises GradStepError.
        """
        if name not in self.sizes:
            raise GradStepError(f"there is no size named “{name}”")
        if not 1 <= size <= MAX_SIZE:
            raise GradStepError(f"the size “{name}” must be from 1 to {MAX_SIZE}, not {size}")
        return self._edited(_assemble(self.specification, {**self.sizes, name: size}, self.variant, self.path))

    def with_variant(self, variant: str) -> Document:
        """The same document, its program written the other way; edits stay, transposed with their leaves.

        Raises GradStepError.
        """
        if variant and variant not in self.specification.variants:
            raise GradStepError(f"there is no variant named “{variant}”")
        return self._edited(_assemble(self.specification, self.sizes, variant, self.path))

    def _edited(self, fresh: Document) -> Document:
        """``fresh`` with the numbers that were changed in this document, where their shapes still fit."""
        original = _assemble(self.specification, self.sizes, self.variant, self.path)
        turned = _transposed(self.specification, self.variant) ^ _transposed(self.specification, fresh.variant)
        for name, value in self.leaves.items():
            if np.array_equal(value, original.leaves[name]):
                continue
            edited = value.T if name in turned else value
            if edited.shape == fresh.leaves[name].shape:
                fresh = fresh.with_leaf(name, edited)
        return fresh


def load(path: str | os.PathLike[str]) -> Document:
    """Read a document. Raises DocumentError for anything that is not one, with file, line and field."""
    path = Path(path)
    return parse(read_text(path), path)


def parse(text: str, path: Path | None = None) -> Document:
    """The document that ``text`` describes. Raises DocumentError."""
    name = str(path) if path else "the document"
    data = _parse_toml(text, name)
    try:
        specification = msgspec.convert(data, Specification)
    except msgspec.ValidationError as error:
        raise _field_error(error, data, text, name) from None
    except RecursionError:
        raise DocumentError(f"{name}: it is nested too deeply") from None
    if data.get("network") == "":
        sentence = "it is empty: write its widths, such as 2-16-16-1 relu, or leave it out"
        raise DocumentError(_place(name, line_of(text, ("network",)), ("network",), sentence))
    if "program" not in data and "network" not in data:
        raise DocumentError(f"{name}: the field “program” is missing: give one, or a network with data to learn from")
    document = _checked(specification, "", path, text, name)
    if len(specification.variants) > MAX_VARIANTS:
        sentence = f"there are {len(specification.variants):,} of them, and at most {MAX_VARIANTS} are supported"
        raise DocumentError(_place(name, line_of(text, ("variants",)), ("variants",), sentence))
    for variant in specification.variants:
        _checked(specification, variant, path, text, name)
    try:
        check_chapters(specification, document.folder)
    except FieldError as error:
        raise DocumentError(_place(name, line_of(text, error.field), error.field, str(error))) from None
    return document


def document_from_graph(graph: Graph, title: str, learning_rate: float = DEFAULT_LEARNING_RATE) -> Document:
    """A document around a graph of ``parse_program``, its program written out again line by line.

    Raises GradStepError where the learning rate cannot be used or no program gives this graph.
    """
    given = {
        op: {node.name: graph.leaves[node.id].tolist() for node in graph.nodes if node.op == op}
        for op in ("input", "parameter")
    }
    computed = [node for node in graph.nodes if node.name.isidentifier() and node.op not in given]
    specification = Specification(
        format=1,
        title=title,
        program="\n".join(f"{node.name} = {program_text(_expression(graph, node))}" for node in computed),
        backward=Backward(
            output=graph.nodes[graph.output].name,
            incoming="" if graph.incoming is None else program_text(_operand(graph, graph.nodes[graph.incoming])),
        ),
        inputs=given["input"],
        parameters=given["parameter"],
        training=Training(learning_rate=learning_rate),
    )
    document = _assemble(specification, {}, "", None)
    wiring = [[(node.name, node.op, node.inputs, node.attributes) for node in g.nodes] for g in (graph, document.graph)]
    if wiring[0] != wiring[1]:
        raise GradStepError("no program gives this graph: make it with parse_program")
    return document


def _operand(graph: Graph, node: Node) -> Expression:
    """A node as it stands in a line of program text: its name, or its own expression where it has none."""
    return Symbol(node.name) if node.name.isidentifier() else _expression(graph, node)


def _expression(graph: Graph, node: Node) -> Expression:
    if node.is_leaf:
        return Number(float(graph.leaves[node.id]))
    operands = tuple(_operand(graph, graph.nodes[i]) for i in node.inputs)
    if node.op == "reshape":  # its sizes stand where others have inputs
        return Call(node.op, (*operands, *(Number(size) for _, size in node.attributes)))
    return Call(node.op, operands, node.attributes)


def _checked(specification: Specification, variant: str, path: Path | None, text: str, name: str) -> Document:
    """The document in one of its variants; every error says where in ``text`` it is."""
    program = ("variants", variant, "program") if variant else ("program",)
    try:
        return _assemble(specification, dict(specification.sizes), variant, path)
    except FieldError as error:
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
    # What training has made of the parameters is no part of the document: they start from what it says.
    leaves = leaves_of(specification, document.sizes) if document.recipes else document.leaves
    for section in ("inputs", "parameters"):
        for name in data.get(section, {}):
            data[section][name] = leaves[name].tolist()
    if document.chapter is not None:  # a setup of its own: the story tells of others
        data.pop("chapters", None)
    if document.variant:
        data["program"] = document.program
        data.pop("variants")
    data.pop("sizes", None)
    for table in (data, *data.get("chapters", ())):
        if (samples := table.get("data")) and samples.get("file"):
            samples["file"] = _seen_from(Path(path).parent, document.folder or Path(), samples["file"])
    content = tomli_w.dumps(data, multiline_strings=True).encode()
    if len(content) > MAX_FILE_BYTES:
        raise DocumentError(f"{path} would have {megabytes(len(content))}, too much to be opened again")
    write_atomically(Path(path), content)


def _seen_from(folder: Path, before: Path, file: str) -> str:
    """The path of a file as it is seen from another folder."""
    try:
        if os.path.isabs(file) or folder.resolve() == before.resolve():
            return file
        return Path(os.path.relpath((before / file).resolve(), folder.resolve())).as_posix()
    except (OSError, ValueError):  # on Windows a file on another drive has no such path
        return str((before / file).absolute())


def _parse_toml(text: str, name: str) -> dict[str, Any]:
    for pattern, sentence in (
        (_LONG_KEY, "a key has more than 16 parts joined by dots"),
        (_LONG_NUMBER, "a number has more than 1,000 digits"),
    ):
        if found := pattern.search(text):
            raise DocumentError(f"{name}, line {_line_at(text, found.start())}: {sentence}")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*?) \(at (?:line (\d+), column \d+|end of document)\)$", str(error), re.S)
        reason = found.group(1) if found else str(error)
        line = int(found.group(2)) if found and found.group(2) else text.count("\n") + 1
        raise DocumentError(f"{name}, line {line}: {toml_refusal(reason, text, line)}") from None
    except RecursionError:
        raise DocumentError(f"{name}: it is nested too deeply") from None
    except ValueError as error:  # dates such as February 30 in some versions
        raise DocumentError(f"{name}: it is not valid TOML: {error}") from None


def _line_at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _field_error(error: msgspec.ValidationError, data: dict[str, Any], text: str, name: str) -> DocumentError:
    where = str(error).partition(" - at ")[2]
    before, table, after = where.partition("[...]")
    parts = _parts(before)
    if table:  # msgspec says which table, not which of its keys
        parts = (*parts, _key_at_fault(parts[0], data[parts[0]]), *_parts(after))
    message = type_refusal(error)
    if unknown := unknown_field(error):
        parts = (*parts, unknown)
        message = f"there is no such field{near_field(parts)}"
    return DocumentError(_place(name, line_of(text, parts), parts, message))


def _parts(where: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[.\[\]$`]+", where) if part)


def _key_at_fault(field_name: str, table: dict[str, Any]) -> str:
    """The first key of a table of free names whose value is not of the table's type."""
    _, kind = get_args(get_type_hints(Specification)[field_name])
    for key, value in table.items():
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError:
            return key
    return ""


def _place(name: str, line: int | None, where: tuple[str, ...], sentence: str) -> str:
    start = f"{name}, line {line}" if line else name
    return f"{start}: {path_text(where)}: {sentence}" if where else f"{start}: {sentence}"


# From a specification to a graph -------------------------------------------------------------------------------------


def _transposed(specification: Specification, variant: str) -> frozenset[str]:
    """The leaves that a variant stores with rows and columns exchanged."""
    return frozenset(specification.variants[variant].transpose if variant else ())


def _assemble(specification: Specification, sizes: Mapping[str, int], variant: str, path: Path | None) -> Document:
    for name, size in sizes.items():
        if not 1 <= size <= MAX_SIZE:
            raise FieldError(("sizes", name), f"a size must be from 1 to {MAX_SIZE}, not {whole(size)}")
    recipes = recipes_of(specification)
    if specification.network or recipes:
        return _assemble_with_data(specification, recipes, sizes, variant, path)
    training = specification.training
    if training != (kept := Training(learning_rate=training.learning_rate)):
        field_name = next(name for name in Training.__struct_fields__ if getattr(training, name) != getattr(kept, name))
        raise FieldError(("training", field_name), "it is for documents with data: add a table [data]")
    rate = training.learning_rate
    if rate is not None and not (math.isfinite(rate) and rate > 0):
        raise FieldError(("training", "learning_rate"), f"the learning rate must be a positive number, not {rate}")
    leaves = leaves_of(specification, sizes, specification.variants[variant].transpose if variant else [])
    program = specification.variants[variant].program if variant else specification.program
    backward = specification.backward
    try:
        graph = parse_program(
            program,
            {name: leaves[name] for name in specification.inputs},
            {name: leaves[name] for name in specification.parameters},
            backward.output or None,
            backward.incoming or None,
        )
    except ProgramError as error:
        if error.line is None:
            raise FieldError(to_blame(program, backward, leaves), error.sentence) from None
        raise
    check_names(specification, graph)
    return Document(specification, graph, MappingProxyType(leaves), MappingProxyType(dict(sizes)), variant, path)


def _assemble_with_data(
    specification: Specification, recipes: tuple[Recipe, ...], sizes: Mapping[str, int], variant: str, path: Path | None
) -> Document:
    """A document that trains: its graph is that of the first batch."""
    check_parts(specification, recipes)
    leaves = leaves_of(specification, sizes)
    samples = load_samples(recipes[0].data, path.parent if path else None)
    graphs = []
    for number, recipe in enumerate(recipes):
        with naming(*network_field(specification, number)):
            model = model_for(recipe, samples, specification.program, leaves, specification.backward.output)
        with naming("data", "targets"):
            graphs.append(_first_graph(model, recipe, samples, specification, leaves))
    if not any(node.op == "parameter" for node in graphs[0].nodes if node.id in graphs[0].active):
        at_fault = "parameters" if specification.parameters else "program"
        raise FieldError((at_fault,), "the loss depends on no parameter, so there is nothing to train")
    check_names(specification, graphs[0])
    shell = Document(specification, graphs[0], MappingProxyType({}), MappingProxyType(dict(sizes)), "", path, recipes)
    return shell.of(graphs[0])


def _first_graph(
    model: Model, recipe: Recipe, samples: Samples, specification: Specification, leaves: Mapping[str, Array]
) -> Graph:
    try:
        return first_graph(model, recipe, samples.train)
    except ProgramError as error:
        if error.line is None:
            at_fault = to_blame(specification.program, specification.backward, leaves)
            raise FieldError(at_fault, error.sentence) from None
        raise
