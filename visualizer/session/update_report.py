"""An optimiser's updates in a report: how they are made, once for all, and the parts of an entry and of a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.ops import Array
from engine.trace import Trace
from engine.updates import UpdateLine, is_clipped_by_norm, letters_of, update_lines
from visualizer.session import wording
from visualizer.session.document import Document
from visualizer.session.formatting import number_text
from visualizer.session.json_numbers import json_value
from visualizer.session.text_grid import wrapped


def made_by(trace: Trace, parameter: int) -> Mapping[str, Any]:
    """What stands in an update's entry beside the numbers of plain gradient descent; nothing where it is that.

    The gradient as the optimiser was given it, its states before, and what each of its lines came to.
    """
    update, rule = trace.updates[parameter], trace.update_rule
    if rule.is_plain or update.applied is None:
        return {}
    return {
        "optimizer": rule.optimizer.name,
        "applied": json_value(update.applied),
        "state": _values(update.state),
        "lines": _values(update.lines),
    }


def _values(arrays: Mapping[str, Array]) -> dict[str, Any]:
    return {name: json_value(array) for name, array in arrays.items()}


def line_texts(document: Document, trace: Trace, line: UpdateLine) -> tuple[str, str, str]:
    """What a line gives a number to, its rule with names, and the same with numbers."""
    name, _, rule = wording.line_formula(document, line).partition(f" {line.relation} ")
    return name, rule, wording.line_numbers(trace, line)


def how_updates_are_made(document: Document, trace: Trace) -> Iterator[str]:
    """The optimiser with its settings, the learning rate, the penalty and the clipping, a line or a few each."""
    rule = trace.update_rule
    if rule.is_plain:
        yield f"  learning rate η = {number_text(trace.learning_rate)}"
        return
    letters = letters_of(rule)
    numbers = [
        f"{letters[name]} = {number_text(value)}" for name, value in rule.settings.items() if name != "learning_rate"
    ]
    settings = ", ".join([*numbers, f"t = {rule.number:,}"])
    yield from wrapped("  ", f"optimiser {rule.optimizer.title} ({rule.optimizer.source}): {settings}")
    yield from _learning_rate(document, trace)
    if rule.regularisation is not None:
        entry, rate = rule.regularisation
        yield f"  {entry.name.upper()} penalty of the weights, {letters['rate']} = {number_text(rate)}"
    if rule.clipping is not None:
        clipping, limit = rule.clipping
        said = f"  clipping by {clipping.name}, c = {number_text(limit)}"
        if clipping.by_norm:
            clips = "clipped" if is_clipped_by_norm(rule) else "not clipped"
            said += f": the norm of all gradients together is ‖g‖ = {number_text(rule.norm)}, {clips}"
        yield said


def _learning_rate(document: Document, trace: Trace) -> Iterator[str]:
    """The learning rate, with the schedule's formula where it has one."""
    first = update_lines(trace, next(iter(trace.updates)))[0]
    if first.part != "rate":
        yield f"  learning rate η = {number_text(trace.learning_rate)}"
        return
    settings = trace.update_rule.schedule.settings
    numbers = trace.update_rule.schedule_settings
    given = ", ".join(f"{setting.symbol} = {number_text(numbers[setting.name])}" for setting in settings)
    _, rule, calculation = line_texts(document, trace, first)
    yield from wrapped("  learning rate η = ", f"{rule}, {trace.update_rule.schedule.name} schedule with {given}")
    yield from wrapped("                  = ", calculation)
    yield f"                  = {number_text(trace.learning_rate)}"
