"""What must hold of a document as a whole, field by field. Every fault is a FieldError that names the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.errors import GradStepError, ProgramError
from engine.graph import Graph
from engine.language import parse_assignments
from engine.training import check_whole, target_of
from visualizer.session.document_leaves import check_numbers
from visualizer.session.refusals import FieldError, naming
from visualizer.session.specification import Backward, Specification
from visualizer.session.training.recipe import MAX_ITERATIONS, Recipe
from visualizer.session.training.samples import load_samples
from visualizer.session.training.tables import at_chapter, recipes_of

MAX_CHAPTERS = 50
ROLES = ("input", "weight", "bias", "pre-activation", "activation", "loss", "value")


def check_parts(specification: Specification, recipes: Sequence[Recipe]) -> None:
    """What stands in a document that trains must be for such documents."""
    if not recipes:
        raise FieldError(("network",), "a network needs data to learn from: add a table [data]")
    given = [name for name in ("program", "inputs", "parameters") if getattr(specification, name)]
    if specification.network and given:
        raise FieldError((given[0],), "a network has its program, inputs and parameters by itself: leave this out")
    if specification.inputs:
        raise FieldError(("inputs",), "a document with data has the inputs x and t from them: leave this out")
    if specification.variants:
        raise FieldError(("variants",), "a document with data has one program: leave this out")
    if specification.network and specification.backward != Backward():
        raise FieldError(("backward",), "a network's backward pass starts at its loss: leave this out")


def check_chapters(specification: Specification, folder: Path | None) -> None:
    """Every chapter must be one that can be opened; the graphs of its runs are made when it is. Raises FieldError."""
    if len(specification.chapters) > MAX_CHAPTERS:
        count = len(specification.chapters)
        raise FieldError(("chapters",), f"there are {count:,} of them, and at most {MAX_CHAPTERS} are supported")
    for number, chapter in enumerate(specification.chapters):
        where: tuple[str, ...] = ("chapters", str(number))
        try:
            with naming("iterations"):
                check_whole("iterations", chapter.iterations, 0, MAX_ITERATIONS)
            changed = at_chapter(specification, chapter)
            recipes = recipes_of(changed)
            if recipes or changed.network:
                check_parts(changed, recipes)
                _check_fit(changed, recipes, folder)
        except FieldError as error:
            if getattr(chapter, error.field[0], None):  # else the chapter does not fit what it does not change
                where = (*where, *error.field)
            raise FieldError(where, str(error)) from None


def _check_fit(specification: Specification, recipes: Sequence[Recipe], folder: Path | None) -> None:
    """The networks must fit the data."""
    train = load_samples(recipes[0].data, folder).train
    for number, recipe in enumerate(recipes):
        if recipe.network is not None:
            with naming(*network_field(specification, number)):
                target_of(recipe.network, train)


def network_field(specification: Specification, number: int) -> tuple[str, ...]:
    """Where the network of that run is written."""
    own = number > 0 and specification.compare[number - 1].network
    return ("compare", str(number - 1), "network") if own else ("network",)


def to_blame(program: str, backward: Backward, leaves: Iterable[str]) -> tuple[str, ...]:
    """The field at fault where no line of the program is."""
    try:
        names = {assignment.name for assignment in parse_assignments(program)}
    except ProgramError:
        return ("program",)
    if backward.incoming and (not backward.output or backward.output in names or backward.output in leaves):
        return ("backward", "incoming")
    return ("backward", "output") if backward.output else ("program",)


def check_names(specification: Specification, graph: Graph) -> None:
    """Everything that is named must exist in the program."""
    for name, role in specification.roles.items():
        _check_known(("roles", name), name, graph)
        if role not in ROLES:
            raise FieldError(("roles", name), f"“{role}” is not a role: choose one of {', '.join(ROLES)}")
    for name in specification.axes:
        _check_known(("axes", name), name, graph)
    for key, numbers in specification.expect.items():
        name, _, kind = key.rpartition(".")
        if kind not in ("value", "gradient", "after"):
            raise FieldError(("expect", key), "end it with .value, .gradient or .after")
        _check_known(("expect", key), name, graph)
        check_numbers(("expect", key), numbers)
    for field_name in ("sections", "notes"):
        for i, entry in enumerate(getattr(specification, field_name)):
            _check_known((field_name, str(i), "at"), entry.at.node, graph)
            if entry.at.source:
                _check_known((field_name, str(i), "at"), entry.at.source, graph)
    for name, variant in specification.variants.items():
        for leaf in variant.transpose:
            if leaf not in specification.inputs and leaf not in specification.parameters:
                raise FieldError(("variants", name, "transpose"), f"there is no input or parameter “{leaf}”")


def _check_known(where: tuple[str, ...], name: str, graph: Graph) -> None:
    try:
        graph.node(name)
    except GradStepError as error:
        raise FieldError(where, str(error)) from None
