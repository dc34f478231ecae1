"""What a command is about: the document that was named, and the trace of the iteration that was asked for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from visualizer.commands.outcome import Stop

if TYPE_CHECKING:
    from engine.trace import Trace
    from visualizer.session.document import Document
    from visualizer.session.training.lab import Lab


def find(file_or_lesson: str, chapter: int | None = None) -> Document:
    """The document that was named, as one of its chapters has it where that was asked for, counted from 1.

    Raises GradStepError, and Stop where there is no such chapter.
    """
    from visualizer.session.lessons import find

    document = find(file_or_lesson)
    if chapter is None:
        return document
    count = len(document.specification.chapters)
    if chapter > count:
        there = f"there are {count}, so give a number from 1 to {count}" if count else "there are none"
        raise Stop(f"--chapter {chapter}: {name_of(document)} has no such chapter: {there}")
    return document.at_chapter(chapter - 1)


def record(document: Document) -> Trace:
    """Run a document once; of one that trains, the first iteration. Raises Stop with its file."""
    from engine.errors import GradStepError
    from engine.trace import record

    if document.recipes:
        return make_lab(document).trace(0)
    try:
        return record(document.graph, document.learning_rate)
    except GradStepError as error:
        raise Stop(f"{name_of(document)}: {error}") from None


def make_lab(document: Document) -> Lab:
    """The runs of a document that trains. Raises Stop, with its file, where it does not or they cannot be made."""
    from engine.errors import GradStepError
    from visualizer.session.training.lab import Lab

    try:
        return Lab(document)
    except GradStepError as error:
        raise Stop(f"{name_of(document)}: {error}") from None


def without_limit(document: Document) -> Document:
    """The document without its own number of iterations, where the person who trains it gives one."""
    from dataclasses import replace

    recipes = (replace(recipe, stop=replace(recipe.stop, iterations=0)) for recipe in document.recipes)
    return replace(document, recipes=tuple(recipes))


def name_of(document: Document) -> str:
    """What a sentence about a document begins with."""
    return str(document.path or document.title)


def reached(document: Document, options: argparse.Namespace) -> tuple[Lab, int, int] | None:
    """(runs, iteration, which run) as they were asked for, trained up to there; None for a document without data.

    Raises Stop where there is no such iteration, or run.
    """
    if not document.recipes:
        for option, value in (("--iteration", options.iteration), ("--run", options.run)):
            if value not in (None, 0):
                raise Stop(f"{option} {value}: {name_of(document)} has no data to train on, so it has one pass only")
        return None
    from visualizer.commands.training import train

    lab = make_lab(without_limit(document))
    which, iteration = _run_number(options.run, lab.labels), options.iteration or 0
    ended = train(lab, iteration)
    if ended.interrupted:
        raise KeyboardInterrupt
    run, count = lab.runs[which], len(lab.runs[which].records)
    over = run.stopped is not None or any(not halt.wrong for halt in ended.halts)
    if over and iteration >= count:
        ends = [halt.sentence for halt in ended.halts if halt.run == which or not halt.wrong]
        raise Stop(f"--iteration {iteration}: the last one is {count - 1:,}. {ends[-1]}")
    return lab, iteration, which


def _run_number(named: str | None, labels: tuple[str, ...]) -> int:
    """The number, from 0, of the run of that name, or of that number counted from 1; a name goes before a number."""
    if named is None:
        return 0
    if named in labels:
        return labels.index(named)
    if named.isdecimal() and len(named) < 3 and 1 <= int(named) <= len(labels):
        return int(named) - 1
    known = ", ".join(f"{number} “{label}”" for number, label in enumerate(labels, start=1))
    sentence = f"the runs are {known}" if len(labels) > 1 else "there is one run only"
    raise Stop(f"--run “{named[:40]}”: {sentence}")


def shown(lab: Lab, iteration: int, which: int) -> tuple[Document, Trace]:
    """The document and the trace of an iteration of one of its runs; the title says which."""
    from dataclasses import replace

    from msgspec import structs

    trace = lab.trace(iteration, which)
    document = lab.document_of(which).of(trace.graph)
    title = f"{document.title}, iteration {iteration:,}"
    if len(lab.runs) > 1:
        title += f" of {lab.labels[which]}"
    specification = structs.replace(document.specification, title=title)
    return replace(document, specification=specification), trace
