"""Recipes as they are written in a document: its ``network``, ``[data]``, ``[training]`` and ``[[compare]]``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from engine.errors import GradStepError
from engine.network import Network, parse_network, text_of
from engine.training import TARGETS, Training
from visualizer.session.recipe import DataChoice, Recipe, StopRule
from visualizer.session.refusals import FieldError
from visualizer.session.specification import Chapter, Compare, Data, Specification
from visualizer.session.specification import Training as TrainingTable

MAX_RUNS = 4
KINDS = ("classification", "regression")


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
    data = _data(("data",), specification.data, network is None)
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
    """The document's text with other runs."""
    first, *others = recipes
    return msgspec.structs.replace(
        specification,
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
    return msgspec.structs.replace(specification, **changes)


# From tables --------------------------------------------------------------------------------------------------------


def _recipe(
    where: tuple[str, ...], network: Network | None, data: DataChoice, table: TrainingTable, label: str
) -> Recipe:
    settings = dict(table.settings)
    if "learning_rate" in settings:
        raise FieldError((*where, "settings"), "the learning rate stands beside the settings: learning_rate = …")
    if table.learning_rate is not None:
        settings["learning_rate"] = table.learning_rate
    with _naming(where):
        training = Training(
            table.optimizer,
            settings,
            table.batch_size,
            table.schedule,
            table.schedule_settings,
            (table.regularisation, table.regularisation_rate) if table.regularisation else None,
            (table.clipping, table.clipping_limit) if table.clipping else None,
            table.seed,
        )
        return Recipe(network, data, training, StopRule(table.iterations, table.loss_below), label)


def _network(where: tuple[str, ...], text: str) -> Network:
    with _naming(where):
        return parse_network(text)


def _data(where: tuple[str, ...], table: Data, own_program: bool) -> DataChoice:
    if bool(table.set) == bool(table.file):
        raise FieldError(where, 'give either a set, such as set = "spiral", or a file')
    _check_word((*where, "kind"), table.kind, KINDS)
    _check_word((*where, "targets"), table.targets, TARGETS)
    if table.targets and not own_program:
        raise FieldError((*where, "targets"), "a network has its targets by its loss; this is for programs")
    with _naming(where):
        return DataChoice(
            table.set, table.file, table.target, tuple(table.features), table.header, table.kind or None,  # type: ignore[arg-type]
            table.samples, table.noise, table.train_share, table.standardise, tuple(table.inputs),
            table.targets or None, table.seed,  # type: ignore[arg-type]
        )  # fmt: skip


def _check_word(where: tuple[str, ...], word: str, known: Sequence[str]) -> None:
    if word and word not in known:
        raise FieldError(where, f"it cannot be “{word[:40]}”: choose from {', '.join(known)}")


@contextmanager
def _naming(where: tuple[str, ...]) -> Iterator[None]:
    """What the engine refuses is at fault in that field."""
    try:
        yield
    except FieldError:
        raise
    except GradStepError as error:
        raise FieldError(where, str(error)) from None


# To tables ----------------------------------------------------------------------------------------------------------


def _data_table(data: DataChoice) -> Data:
    return Data(
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
