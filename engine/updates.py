"""How a parameter's update is worked out, line by line, from recorded numbers.

First the learning rate, where a schedule changes it; then the gradient, with the penalty's share and clipped; then the
optimiser's own lines, the new parameter last. A line written with names is the rule, written for one element the
calculation, and its value is the recorded number, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import numpy as np

from engine.expression import Call, Expression, Index, Number, Reference, Symbol, evaluate, substitute
from engine.ops import Array
from engine.optimizers import FUNCTIONS, with_squares
from engine.trace import Trace, Update, UpdateRule

Part = Literal["rate", "gradient", "regularisation", "clipping", "optimizer"]
# The textbook's letters for what the formulas of the tables name, beside the settings, which have their own.
LETTERS: Mapping[str, str] = MappingProxyType(
    {"learning_rate": "η", "pi": "π", "rate": "λ", "limit": "c", "norm": "‖g‖", "t": "t"}
)
FIRST_RATE = "η₀"


@dataclass(frozen=True, slots=True)
class UpdateLine:
    """One line: ``target`` is given ``rule``, a formula over whole arrays, and comes to ``result``.

    ``relation`` is "←" where the target had a number before, else "=". Symbols are arrays of the parameter's shape:
    ``names`` has them as they stood when the line was worked through.
    """

    part: Part
    target: Symbol | Reference
    relation: Literal["=", "←"]
    rule: Expression
    result: Array
    names: Mapping[str, Array] = field(default_factory=dict)

    def at(self, index: Index) -> Expression:
        """The rule for one element: its symbols are numbers that go by their names."""

        def number(symbol: Symbol) -> Expression:
            return Number(float(self.names[symbol.name][index]), symbol.name)

        def pick(expression: Expression) -> Expression:
            if isinstance(expression, Reference):
                return Reference(expression.node, expression.kind, index)
            if isinstance(expression, Call):
                return Call(expression.operation, tuple(map(pick, expression.arguments)), expression.keywords)
            return expression

        return pick(substitute(with_squares(self.rule), number))

    def result_at(self, index: Index) -> float:
        """What the line comes to for one element."""
        return float(self.result[index] if self.result.ndim else self.result)


@lru_cache(maxsize=4)
def update_lines(trace: Trace, parameter: int) -> tuple[UpdateLine, ...]:
    """All lines of the update of ``parameter`` (by id), in order; plain gradient descent has one."""
    return tuple(_Lines(trace, parameter).all())


def is_clipped_by_norm(rule: UpdateRule) -> bool:
    """Whether the gradients were longer than they may be. Those that hold NaN or infinity are left as they are."""
    return rule.clipping is not None and rule.clipping[1] < rule.norm < math.inf


def letters_of(rule: UpdateRule) -> dict[str, str]:
    """The letters of an update's formulas by what the tables call it: those of the optimiser's settings among them.

    A penalty whose λ is another setting's has the number of its norm: λ₁, λ₂.
    """
    letters = {**LETTERS, **{setting.name: setting.symbol for setting in rule.optimizer.settings}}
    if rule.regularisation is not None and LETTERS["rate"] in [setting.symbol for setting in rule.optimizer.settings]:
        letters["rate"] = {"l1": "λ₁", "l2": "λ₂"}.get(rule.regularisation[0].name, "λᵣ")
    return letters


class _Lines:
    """Works through one update; ``names`` are the arrays as they stand."""

    def __init__(self, trace: Trace, parameter: int) -> None:
        self.trace, self.parameter = trace, parameter
        self.rule: UpdateRule = trace.update_rule
        self.update: Update = trace.updates[parameter]
        self.letters = letters_of(self.rule)
        self.names: dict[str, Array] = dict(self.update.state)
        self.settings: dict[str, float] = {
            **self.rule.settings,
            "learning_rate": trace.learning_rate,
            "t": float(self.rule.number),
        }
        self.leaves: dict[str, Expression] = {"p": Reference(parameter, "value")}

    def all(self) -> Iterator[UpdateLine]:
        """Every line in order."""
        yield from self._rate()
        yield from self._gradient()
        yield from self._optimizer()

    def _rate(self) -> Iterator[UpdateLine]:
        schedule, settings = self.rule.schedule, self.rule.schedule_settings
        if schedule.expression == Symbol("learning_rate"):
            return
        letters = {**LETTERS, **{setting.name: setting.symbol for setting in schedule.settings}}
        letters["learning_rate"] = FIRST_RATE
        numbers = {**settings, "t": float(self.rule.number), "pi": math.pi}
        expression = _bound(schedule.expression, lambda name: Number(numbers[name], letters[name]))
        yield UpdateLine("rate", Symbol("η"), "=", expression, np.asarray(self.trace.learning_rate))

    def _gradient(self) -> Iterator[UpdateLine]:
        rule, update, gradient = self.rule, self.update, Reference(self.parameter, "gradient")
        penalised = (
            rule.regularisation is not None and self.parameter in rule.regularised and rule.regularisation[1] > 0
        )
        clips = rule.clipping is not None and (not rule.clipping[0].by_norm or is_clipped_by_norm(rule))
        if not (penalised or clips or len(rule.optimizer.lines) > 1):
            self.leaves["g"] = gradient
            return
        yield self._line("gradient", "g", gradient, update.gradient, "=")
        if penalised and rule.regularisation is not None:
            entry, rate = rule.regularisation
            self.settings["rate"] = rate
            after = update.regularised
            assert after is not None
            yield self._line("regularisation", "g", entry.expression, after)
        if clips and rule.clipping is not None:
            clipping, limit = rule.clipping
            self.settings |= {"limit": limit, "norm": rule.norm}
            *scalars, (name, expression) = clipping.expressions
            yield from self._scalars(scalars)
            assert update.applied is not None
            yield self._line("clipping", name, expression, update.applied)

    def _scalars(self, lines: Sequence[tuple[str, Expression]]) -> Iterator[UpdateLine]:
        """Numbers that are the same for every element; later lines know them as settings."""
        for name, expression in lines:
            bound = self._bound(expression)
            number = float(evaluate(bound, _no_array, FUNCTIONS))
            yield UpdateLine("clipping", Symbol(name), "=", bound, np.asarray(number))
            self.settings[name], self.letters[name] = number, name

    def _optimizer(self) -> Iterator[UpdateLine]:
        *lines, (_, last) = self.rule.optimizer.expressions
        for name, expression in lines:
            relation: Literal["=", "←"] = "←" if name in self.update.state else "="
            yield self._line("optimizer", name, expression, self.update.lines[name], relation)
        target = Reference(self.parameter, "value")
        yield UpdateLine("optimizer", target, "←", self._bound(last), self.update.after, dict(self.names))

    def _line(
        self, part: Part, name: str, expression: Expression, result: Array, relation: Literal["=", "←"] = "←"
    ) -> UpdateLine:
        line = UpdateLine(part, Symbol(name), relation, self._bound(expression), result, dict(self.names))
        self.names[name] = result
        return line

    def _bound(self, expression: Expression) -> Expression:
        def leaf(name: str) -> Expression:
            if name in self.leaves:
                return self.leaves[name]
            return Number(self.settings[name], self.letters[name]) if name in self.settings else Symbol(name)

        return _bound(expression, leaf)


def _no_array(leaf: object) -> float:
    raise TypeError(f"{leaf} is no single number")


def _bound(expression: Expression, leaf: Callable[[str], Expression]) -> Expression:
    return substitute(expression, lambda symbol: leaf(symbol.name))
