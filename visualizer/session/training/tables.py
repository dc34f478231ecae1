"""Recipes as they are written in a document: its ``network``, ``[data]``, ``[training]`` and ``[[compare]]``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from engine.layers import check_word
from engine.network import Network, parse_network, text_of
from engine.training import TARGETS, Training
from visualizer.session.dataset_file import SHIPPED
from visualizer.session.refusals import FieldError, naming
from visualizer.session.specification import Chapter, Compare, Data, Specification
from visualizer.session.specification import Training as TrainingTable
from visualizer.session.training.recipe import DataChoice, Recipe, StopRule

MAX_RUNS = 4
KINDS = ("classification", "regression")
MAX_PATH = 1000


def _is_generated(data: Data | DataChoice) -> bool:
    return not data.file and data.set not in SHIPPED


def _is_file(data: Data | DataChoice) -> bool:
    return bool(data.file)


# Fields that say something of some data only: (field, what they are for, whether these are such).
_FIELDS_FOR: tuple[tuple[str, str, Callable[[Data | DataChoice], bool]], ...] = (
    ("target", "files", _is_file),
    ("features", "files", _is_file),
    ("header", "files", _is_file),
    ("kind", "files", _is_file),
    ("samples", "generated data", _is_generated),
    ("noise", "generated data", _is_generated),
)


def recipes_of(specification: Specification) -> tuple[Recipe, ...]:
    """The runs that a document describes, its own first; none where it has no data.

    Raises FieldError, naming the field, where one cannot be.
    """
    if specification.data is None:
        if specification.compare:
            raise FieldError(("compare",), "runs are compared where there are data: add a table [data]")
        return ()
    if len(specification.compare) + 1 > MAX_RUNS:
        raise FieldError(("compare",), f"at most {MAX_RUNS - 1} runs can stand beside the first")
    network = _network(("network",), specification.network) if specification.network else None
    data = _data(specification.data, network is None)
    first = _recipe(("training",), network, data, specification.training, specification.label)
    others = []
    for number, table in enumerate(specification.compare):
        where = ("compare", str(number))
        if table.network and network is None:
            raise FieldError((*where, "network"), "the document has a program of its own, and runs share it")
        other = _network((*where, "network"), table.network) if table.network else network
        training, place = (table.training, (*where, "training")) if table.training else (None, ("training",))
        others.append(_recipe(place, other, data, training or specification.training, table.label))
    return (first, *others)


def with_recipes(specification: Specification, recipes: Sequence[Recipe]) -> Specification:
    """The document's text with other runs. What it says of steps and numbers of its own ones is left out."""
    first, *others = recipes
    return msgspec.structs.replace(
        specification,
        **_UNSAID,
        network=text_of(first.network) if first.network else "",
        label=first.label,
        data=_data_table(first.data),
        training=_training_table(first),
        compare=[
            Compare(
                label=other.label,
                network=text_of(other.network) if other.network and other.network != first.network else "",
                training=_training_table(other) if _training_table(other) != _training_table(first) else None,
            )
            for other in others
        ],
    )


def at_chapter(specification: Specification, chapter: Chapter) -> Specification:
    """The document as one of its chapters has it."""
    changes: dict[str, Any] = {
        name: getattr(chapter, name) for name in ("network", "data", "training") if getattr(chapter, name)
    }
    if chapter.compare is not None:
        changes["compare"] = chapter.compare
    return msgspec.structs.replace(specification, **(_UNSAID if changes else {}), **changes)


# What is said of the steps of one network, and its numbers, need not be true of another.
_UNSAID: Mapping[str, Any] = {"sections": [], "notes": [], "expect": {}, "roles": {}, "axes": {}}


# From tables --------------------------------------------------------------------------------------------------------


def _recipe(
    where: tuple[str, ...], network: Network | None, data: DataChoice, table: TrainingTable, label: str
) -> Recipe:
    if "learning_rate" in table.settings:
        sentence = "the learning rate stands beside the settings: learning_rate = …"
        raise FieldError((*where, "settings", "learning_rate"), sentence)
    for name, word in (("regularisation_rate", "regularisation"), ("clipping_limit", "clipping")):
        if getattr(table, name) != getattr(TrainingTable(), name) and not getattr(table, word):
            raise FieldError((*where, name), f"it is for a {word}, and none is chosen: add {word} = …")
    training: dict[str, Any] = {}
    for field, arguments in _training_arguments(table):
        with naming(*where, *field):
            Training(**arguments)  # this field alone, so that it is known which one is at fault
        for name, value in arguments.items():
            training[name] = {**training[name], **value} if isinstance(training.get(name), dict) else value
    for name in ("iterations", "loss_below"):
        with naming(*where, name):
            StopRule(**{name: getattr(table, name)})
    return Recipe(network, data, Training(**training), StopRule(table.iterations, table.loss_below), label)


def _training_arguments(table: TrainingTable) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The fields of the table, each with what it says to the engine; what it needs beside it comes along."""
    optimizer, schedule = {"optimizer": table.optimizer}, {"schedule": table.schedule}
    yield ("optimizer",), optimizer
    for name, value in table.settings.items():
        yield ("settings", name), {**optimizer, "settings": {name: value}}
    if table.learning_rate is not None:
        yield ("learning_rate",), {**optimizer, "settings": {"learning_rate": table.learning_rate}}
    yield ("batch_size",), {"batch_size": table.batch_size}
    yield ("schedule",), schedule
    for name, value in table.schedule_settings.items():
        yield ("schedule_settings", name), {**schedule, "schedule_settings": {name: value}}
    if table.regularisation:
        yield ("regularisation",), {"regularisation": (table.regularisation, 0.0)}
        yield ("regularisation_rate",), {"regularisation": (table.regularisation, table.regularisation_rate)}
    if table.clipping:
        yield ("clipping",), {"clipping": (table.clipping, 1.0)}
        yield ("clipping_limit",), {"clipping": (table.clipping, table.clipping_limit)}
    yield ("seed",), {"seed": table.seed}


def _network(where: tuple[str, ...], text: str) -> Network:
    with naming(*where):
        return parse_network(text)


def _data(table: Data, own_program: bool) -> DataChoice:
    if bool(table.set) == bool(table.file):
        also = ("data", "file") if table.file else ("data",)
        raise FieldError(also, 'give either a set, such as set = "spiral", or a file')
    if len(table.file) > MAX_PATH:
        raise FieldError(("data", "file"), f"a path has at most {MAX_PATH:,} characters, not {len(table.file):,}")
    for name, what, fits in _FIELDS_FOR:
        if getattr(table, name) != getattr(Data(), name) and not fits(table):
            raise FieldError(("data", name), f"it is for {what}: leave it out")
    _check_word(("data", "kind"), table.kind, KINDS)
    _check_word(("data", "targets"), table.targets, TARGETS)
    if table.targets and not own_program:
        raise FieldError(("data", "targets"), "a network has its targets by its loss; this is for programs")
    for name in ("samples", "noise", "train_share", "seed"):
        with naming("data", name):
            DataChoice(**{name: getattr(table, name)})
    return DataChoice(
        table.set, table.file, table.target, tuple(table.features), table.header, table.kind or None,  # type: ignore[arg-type]
        table.samples, table.noise, table.train_share, table.standardise, tuple(table.inputs),
        table.targets or None, table.seed,  # type: ignore[arg-type]
    )  # fmt: skip


def _check_word(where: tuple[str, ...], word: str, known: Sequence[str]) -> None:
    if word:
        with naming(*where):
            check_word("it", word, known)


# To tables ----------------------------------------------------------------------------------------------------------


def _data_table(data: DataChoice) -> Data:
    table = Data(
        set="" if data.file else data.set,
        file=data.file,
        target=data.target,
        features=list(data.features),
        header=data.header,
        kind=data.kind or "",
        samples=data.samples,
        noise=data.noise,
        train_share=data.train_share,
        standardise=data.standardise,
        inputs=list(data.inputs),
        targets=data.targets or "",
        seed=data.seed,
    )
    idle = {name: getattr(Data(), name) for name, _, fits in _FIELDS_FOR if not fits(data)}
    return msgspec.structs.replace(table, **idle)


def _training_table(recipe: Recipe) -> TrainingTable:
    training = recipe.training
    settings = dict(training.settings)
    rate = settings.pop("learning_rate", None)
    penalty, clipping = training.regularisation or ("", 0.0), training.clipping or ("", 1.0)
    return TrainingTable(
        optimizer=training.optimizer,
        learning_rate=rate,
        settings=settings,
        batch_size=training.batch_size,
        schedule=training.schedule,
        schedule_settings=dict(training.schedule_settings),
        regularisation=penalty[0],
        regularisation_rate=penalty[1],
        clipping=clipping[0],
        clipping_limit=clipping[1],
        seed=training.seed,
        iterations=recipe.stop.iterations,
        loss_below=recipe.stop.loss_below,
    )
