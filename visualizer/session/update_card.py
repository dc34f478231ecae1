"""The part of the step card that explains an optimiser's update line by line, as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.expression import Expression, Index, Number, Reference, Symbol, walk
from engine.optimizers import Setting
from engine.trace import Step, Trace, UpdateRule
from engine.updates import FIRST_RATE, LETTERS, Part, UpdateLine, is_clipped_by_norm, letters_of, update_lines
from visualizer.session.formatting import number_text

# What a setting is, where its name does not say it.
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "beta1": "how long the mean remembers",
        "beta2": "how long the size remembers",
        "momentum": "how much of the velocity stays",
        "decay": "how long the size remembers",
        "epsilon": "keeps from dividing by 0",
        "every": "updates between two cuts",
        "factor": "what each cut leaves",
        "length": "updates until the end of the fall",
        "final": "share that is left at the end",
    }
)


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """One line: ``target`` ``relation`` ``rule`` over whole arrays, ``expression`` for the chosen element.

    ``result`` is the recorded number that the expression comes to. ``part`` is what the line belongs to, ``caption``
    says so in a word or two where it does not say so itself.
    """

    part: Part
    caption: str
    target: Symbol | Reference
    relation: str
    rule: Expression
    expression: Expression
    result: float


@dataclass(frozen=True, slots=True)
class Given:
    """A number that the lines take as given: its letter, itself and what it is."""

    letter: str
    value: float
    meaning: str


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """An update of several lines. ``remarks`` are sentences on what was left out, ``source`` says where it is from."""

    optimizer: str
    rows: tuple[UpdateRow, ...]
    given: tuple[Given, ...]
    remarks: tuple[str, ...]
    source: str


def build_update(trace: Trace, step: Step, chosen: Index) -> UpdateCard | None:
    """The lines of an update for the element ``chosen``; None where there is just one, as in gradient descent."""
    lines = update_lines(trace, step.node)
    rule = trace.update_rule
    remarks = tuple(_remarks(trace, step.node))
    if len(lines) == 1 and not remarks:
        return None
    rows = tuple(
        UpdateRow(
            line.part, _caption(rule, line), line.target, line.relation, line.rule, line.at(chosen),
            line.result_at(chosen),
        )
        for line in lines
    )  # fmt: skip
    return UpdateCard(rule.optimizer.title, rows, tuple(_given(trace, lines)), remarks, rule.optimizer.source)


def _caption(rule: UpdateRule, line: UpdateLine) -> str:
    if line.part == "rate":
        return f"{rule.schedule.name} schedule"
    if line.part == "regularisation" and rule.regularisation is not None:
        return f"{rule.regularisation[0].name.upper()} penalty"
    if line.part == "clipping" and rule.clipping is not None and line.target == Symbol("g"):
        return f"clipped by {rule.clipping[0].name}"
    return ""


def _given(trace: Trace, lines: tuple[UpdateLine, ...]) -> Iterator[Given]:
    """Every named number of the lines that no line comes to, in the order in which they are met."""
    rule = trace.update_rule
    meanings = {letter: MEANINGS.get(name, name.replace("_", " ")) for name, letter in _names(trace)}
    meanings |= {
        LETTERS["t"]: "number of this update",
        LETTERS["norm"]: "norm of all gradients together",
        FIRST_RATE: "learning rate at the start",
    }
    if rule.regularisation is not None:
        meanings[letters_of(rule)["rate"]] = "strength of the penalty"
    if rule.clipping is not None:
        meanings[LETTERS["limit"]] = "limit of the norm" if rule.clipping[0].by_norm else "limit of every number"
    made = {line.target.name for line in lines if isinstance(line.target, Symbol)}
    seen: set[str | None] = set()
    for line in lines:
        for part in walk(line.rule):
            if isinstance(part, Number) and part.name not in {None, "π", *made, *seen}:
                seen.add(part.name)
                yield Given(part.name or "", part.value, meanings.get(part.name or "", ""))


def _names(trace: Trace) -> Iterator[tuple[str, str]]:
    rule = trace.update_rule
    settings: tuple[Setting, ...] = (*rule.schedule.settings, *rule.optimizer.settings)
    return ((setting.name, setting.symbol) for setting in settings)


def _remarks(trace: Trace, parameter: int) -> Iterator[str]:
    rule = trace.update_rule
    if rule.regularisation is not None and parameter not in rule.regularised:
        yield "Biases are left out of the penalty."
    if rule.clipping is not None and rule.clipping[0].by_norm and not is_clipped_by_norm(rule):
        limit, norm = number_text(rule.clipping[1]), number_text(rule.norm)
        within = f"within the limit {limit}" if math.isfinite(rule.norm) else "so the gradients are left as they are"
        yield f"The norm of all gradients together is {norm}, {within}: nothing is clipped."
