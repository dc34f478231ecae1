"""A table like that of the operations: each optimiser's states and its update, written in the program language.

The formulas are the rule. ``Updater`` turns them once into array calls that work in place on flat vectors, ``update``
evaluates them as they stand, for explanations, and what is read beside a number is what made it.

In every formula ``p`` is the parameter and ``g`` the gradient applied to it (after regularisation and clipping), all
elementwise; ``t`` counts the updates from 1; settings go by their names. Lines are worked through in order: a name has
its new value in later lines, so ``m`` on the right of its own line is the state before. States start at 0. The rules
are those of torch.optim.

Regularisations, schedules of the learning rate and clippings are tables too. A new entry is all that one needs.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.errors import GradStepError
from engine.expression import Call, Expression, Number, Symbol, evaluate, walk
from engine.language import parse_expression
from engine.ops import OPS, Array

LARGEST_RATE = 1e6
# Elements worked on at once: what a rule needs in between then stays in the processor's cache.
CHUNK = 16_384

# What update formulas may call. All are ufuncs, so that a formula is a list of array calls.
FUNCTIONS: Mapping[str, np.ufunc] = {
    **{name: op.forward for name, op in OPS.items() if isinstance(op.forward, np.ufunc)},
    "square": np.square,
    "sign": np.sign,
    "cos": np.cos,
    "floor": np.floor,
    "abs": np.abs,
    "minimum": np.minimum,
    "maximum": np.maximum,
}
# The third positional argument of these is deprecated; for all others it is the fastest way to say where to write.
_OUT_BY_NAME = (np.minimum, np.maximum)


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a person may choose, from ``lowest`` to ``highest``. ``symbol`` is the textbook's letter."""

    name: str
    symbol: str
    default: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Optimizer:
    """One entry of the table.

    ``lines`` are (name, formula) in order: one for each of the ``states``, which persist from update to update, names
    for what stands in between, and the new ``p`` last. ``why`` is one plain sentence. ``source`` is where it is from.
    ``title`` is what people call it.
    """

    name: str
    settings: tuple[Setting, ...]
    states: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    why: str
    source: str
    title: str

    @cached_property
    def expressions(self) -> tuple[tuple[str, Expression], ...]:
        """The lines, parsed."""
        return _parsed(self.lines)


def _parsed(lines: Iterable[tuple[str, str]]) -> tuple[tuple[str, Expression], ...]:
    return tuple((name, parse_expression(formula)) for name, formula in lines)


def _rate(default: float) -> Setting:
    return Setting("learning_rate", "η", default, 1e-12, LARGEST_RATE)


_MOMENTUM = Setting("momentum", "μ", 0.9, 0.0, 0.999999)
_EPSILON = Setting("epsilon", "ε", 1e-8, 0.0, 1.0)
_ADAM = (
    _rate(0.001),
    Setting("beta1", "β₁", 0.9, 0.0, 0.999999),
    Setting("beta2", "β₂", 0.999, 0.0, 0.999999),
    _EPSILON,
)
_MOMENTS = (
    ("m", "beta1 * m + (1 - beta1) * g"),
    ("v", "beta2 * v + (1 - beta2) * g**2"),
    ("m_hat", "m / (1 - beta1**t)"),
    ("v_hat", "v / (1 - beta2**t)"),
)

OPTIMIZERS: Mapping[str, Optimizer] = {
    entry.name: entry
    for entry in (
        Optimizer(
            "sgd", (_rate(0.03),), (),
            (("p", "p - learning_rate * g"),),
            "Each parameter takes a step downhill, the longer the steeper it is there.",
            "Robbins & Monro 1951",
            "SGD",
        ),
        Optimizer(
            "momentum", (_rate(0.03), _MOMENTUM), ("v",),
            (("v", "momentum * v + g"),
             ("p", "p - learning_rate * v")),
            "Gradients add up to a velocity: steps grow where they agree and cancel where they do not.",
            "Polyak 1964, as in Sutskever et al. 2013 but for the place of the learning rate",
            "Momentum",
        ),
        Optimizer(
            "nesterov", (_rate(0.03), _MOMENTUM), ("v",),
            (("v", "momentum * v + g"),
             ("p", "p - learning_rate * (g + momentum * v)")),
            "Momentum that looks ahead: the step counts the gradient once more than the velocity does.",
            "Nesterov 1983, as in Sutskever et al. 2013 but for the place of the learning rate",
            "Nesterov momentum",
        ),
        Optimizer(
            "rmsprop", (_rate(0.01), Setting("decay", "α", 0.99, 0.0, 0.999999), _EPSILON), ("v",),
            (("v", "decay * v + (1 - decay) * g**2"),
             ("p", "p - learning_rate * g / (sqrt(v) + epsilon)")),
            "Each gradient is divided by its usual size, so that steep and flat directions move alike.",
            "Tieleman & Hinton 2012, lecture 6.5",
            "RMSprop",
        ),
        Optimizer(
            "adam", _ADAM, ("m", "v"),
            (*_MOMENTS,
             ("p", "p - learning_rate * m_hat / (sqrt(v_hat) + epsilon)")),
            "The running mean of the gradient over its usual size, both corrected for having started at 0.",
            "Kingma & Ba 2015, algorithm 1",
            "Adam",
        ),
        Optimizer(
            "adamw", (*_ADAM, Setting("weight_decay", "λ", 0.01, 0.0, 1e3)), ("m", "v"),
            (*_MOMENTS,
             ("p", "(1 - learning_rate * weight_decay) * p - learning_rate * m_hat / (sqrt(v_hat) + epsilon)")),
            "Adam, and beside it every parameter shrinks a little towards 0, whatever its gradient.",
            "Loshchilov & Hutter 2019, algorithm 2",
            "AdamW",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Regularisation:
    """A penalty added to the loss: its value for one parameter and what it adds to the gradient g.

    ``rate`` is 0 for parameters that are left alone, as biases are.
    """

    name: str
    penalty: str
    gradient: str
    why: str

    @cached_property
    def expression(self) -> Expression:
        """The gradient with the penalty's share, parsed."""
        return parse_expression(self.gradient)


REGULARISATIONS: Mapping[str, Regularisation] = {
    entry.name: entry
    for entry in (
        Regularisation(
            "l1", "rate * abs(p)", "g + rate * sign(p)",
            "Every weight is pulled towards 0 with the same force, so that small ones vanish.",
        ),
        Regularisation(
            "l2", "rate * p**2 / 2", "g + rate * p",
            "Every weight is pulled towards 0 the harder the larger it is.",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes with the updates: ``formula`` over ``learning_rate``, ``t`` and the settings."""

    name: str
    settings: tuple[Setting, ...]
    formula: str
    why: str
    source: str

    @cached_property
    def expression(self) -> Expression:
        """The formula, parsed."""
        return parse_expression(self.formula)


SCHEDULES: Mapping[str, Schedule] = {
    entry.name: entry
    for entry in (
        Schedule("constant", (), "learning_rate", "The learning rate stays as it is.", "Robbins & Monro 1951"),
        Schedule(
            "step", (Setting("every", "k", 1000.0, 1.0, 1e12), Setting("factor", "γ", 0.5, 1e-6, 1.0)),
            "learning_rate * factor ** floor((t - 1) / every)",
            "The learning rate is cut by the same factor after every k updates.",
            "He et al. 2016",
        ),
        Schedule(
            "cosine", (Setting("length", "T", 10_000.0, 1.0, 1e12), Setting("final", "f", 0.0, 0.0, 1.0)),
            "learning_rate * (final + (1 - final) * (1 + cos(pi * minimum((t - 1) / length, 1))) / 2)",
            "The learning rate falls along half a cosine, slowly at both ends, to its final share.",
            "Loshchilov & Hutter 2017, without restarts",
        ),
    )
}  # fmt: skip


# Settings and formulas ----------------------------------------------------------------------------------------------


def entry_named(table: Mapping[str, Any], kind: str, name: str) -> Any:
    """The entry of a table. Raises GradStepError, with what there is, where there is none of that name."""
    if name not in table:
        raise GradStepError(f"there is no {kind} “{name[:40]}”: choose from {', '.join(table)}{_near(name, table)}")
    return table[name]


def settings_of(entry: Optimizer | Schedule, given: Mapping[str, float] = MappingProxyType({})) -> dict[str, float]:
    """All settings of an entry: those given, the others at their defaults.

    Raises GradStepError for a name that it does not know and a number out of its range, NaN included.
    """
    known = {setting.name: setting for setting in entry.settings}
    for name in given:
        if name not in known:
            knows = f"it knows {', '.join(known)}" if known else "it takes none"
            raise GradStepError(f"{entry.name} has no setting “{name[:40]}”: {knows}{_near(name, known)}")
    chosen = {name: given.get(name, setting.default) for name, setting in known.items()}
    for name, value in chosen.items():
        _check_range(name, value, known[name].lowest, known[name].highest)
    return {name: float(value) for name, value in chosen.items()}


def learning_rate_at(
    schedule: Schedule, learning_rate: float, number: int, settings: Mapping[str, float] = MappingProxyType({})
) -> float:
    """The learning rate of update ``number``, counted from 1. Raises GradStepError for bad settings."""
    _check_range("learning_rate", learning_rate, 1e-12, LARGEST_RATE)
    names = {**settings_of(schedule, settings), "learning_rate": learning_rate, "t": float(number), "pi": math.pi}
    return float(_value(schedule.expression, names))


# Updates ------------------------------------------------------------------------------------------------------------


def make_state(optimizer: Optimizer, size: int) -> Array:
    """The states before the first update: zeros of shape (number of states, size), a row for each in their order."""
    return np.zeros((len(optimizer.states), size))


def update(
    optimizer: Optimizer,
    parameters: Array,
    gradients: Array,
    state: Array,
    number: int,
    settings: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Array]:
    """What every line of update ``number`` (counted from 1) comes to, by name, ``p`` last; nothing is changed.

    ``parameters`` and ``gradients`` have one shape, single numbers included; ``state`` has one more axis in front, for
    the states. Bit for bit what ``Updater`` makes of the same numbers.
    """
    names: dict[str, Any] = {**settings_of(optimizer, settings), "t": float(number), "p": parameters, "g": gradients}
    names |= dict(zip(optimizer.states, state, strict=True))
    lines: dict[str, Array] = {}
    with np.errstate(all="ignore"):
        for name, expression in optimizer.expressions:
            names[name] = lines[name] = np.asarray(_value(expression, names))
    return lines


def regularised(regularisation: Regularisation, parameters: Array, gradients: Array, rate: float | Array) -> Array:
    """The gradient with the penalty's share added; ``rate`` is 0 where a parameter is left alone."""
    names = {"p": parameters, "g": gradients, "rate": rate}
    with np.errstate(all="ignore"):
        return np.asarray(_value(regularisation.expression, names))


def penalty(regularisation: Regularisation, parameters: Array, rate: float | Array) -> float:
    """What the penalty adds to the loss: the sum over all parameters."""
    with np.errstate(all="ignore"):
        return float(np.sum(_value(parse_expression(regularisation.penalty), {"p": parameters, "rate": rate})))


def norm(gradients: Array) -> float:
    """The Euclidean norm of all numbers together, also where their squares are too large or too small for a float."""
    flat = gradients.ravel()
    with np.errstate(all="ignore"):
        squares = float(flat.dot(flat))
        if 1e-280 < squares < math.inf or not flat.size:
            return math.sqrt(squares)
        largest = float(np.max(np.abs(flat)))
        if largest == 0.0 or not math.isfinite(largest):
            return largest
        scaled = flat / largest
        return largest * math.sqrt(float(scaled.dot(scaled)))


def clip_by_norm(gradients: Array, limit: float) -> None:
    """Shortens ``gradients``, in place, to the norm ``limit`` where it is longer (Pascanu et al. 2013, algorithm 1).

    The direction stays. A gradient that holds NaN or infinity is left as it is, to be seen.
    """
    length = norm(gradients)
    if limit < length < math.inf:
        np.multiply(gradients, limit / length, out=gradients)


def clip_by_value(gradients: Array, limit: float) -> None:
    """Brings every number of ``gradients``, in place, into the range from -limit to limit. NaN stays."""
    np.clip(gradients, -limit, limit, out=gradients)


@dataclass(frozen=True)
class Clipping:
    """A bound on the gradient: ``clip`` keeps ``gradients`` to a limit, in place.

    ``lines`` say the same in formulas over ``g``, the ``limit`` and ``norm``, that of all gradients together. They hold
    where the norm is finite and beyond the limit; where a clipping is not ``by_norm``, they hold always.
    """

    name: str
    clip: Callable[[Array, float], None]
    lines: tuple[tuple[str, str], ...]
    by_norm: bool
    why: str
    source: str

    @cached_property
    def expressions(self) -> tuple[tuple[str, Expression], ...]:
        """The lines, parsed."""
        return _parsed(self.lines)


CLIPPINGS: Mapping[str, Clipping] = {
    entry.name: entry
    for entry in (
        Clipping(
            "norm", clip_by_norm,
            (("s", "limit / norm"),
             ("g", "s * g")),
            True,
            "All gradients together are shortened to the limit; their direction stays.",
            "Pascanu et al. 2013, algorithm 1",
        ),
        Clipping(
            "value", clip_by_value,
            (("g", "minimum(maximum(g, -limit), limit)"),),
            False,
            "Every number of the gradient is kept between minus the limit and the limit.",
            "Mikolov 2012",
        ),
    )
}  # fmt: skip


class Updater:
    """One run's updates, in place and without new arrays.

    ``parameters`` and ``gradients`` are flat float64 vectors of one size, ``state`` comes from ``make_state``: all
    three stay the caller's, and each ``step`` writes parameters and state. ``regularisation`` is (entry, rate), with
    ``mask`` 1 for the parameters that it is for and 0 for others, such as biases; ``clipping`` is (name, limit).
    ``applied`` is the gradient that the optimiser is given: the caller's own vector where nothing is done to it.

    ``calls`` are the (function, arguments) of one step, for a loop that runs them among others, after ``begin``; after
    the first ``calls_before_clipping`` of them, ``applied`` is the gradient with the penalty's share, not yet clipped.

    Raises GradStepError for a setting, a rate or a limit out of its range.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: Array,
        gradients: Array,
        state: Array,
        settings: Mapping[str, float] = MappingProxyType({}),
        regularisation: tuple[Regularisation, float] | None = None,
        mask: Array | None = None,
        clipping: tuple[str, float] | None = None,
    ) -> None:
        if parameters.ndim != 1 or gradients.shape != parameters.shape or state.shape[1:] != parameters.shape:
            raise ValueError("parameters, gradients and each state must be flat vectors of one size")
        chosen = settings_of(optimizer, settings)
        self._varying = {"learning_rate": np.array(chosen.pop("learning_rate")), "t": np.ones(())}
        self.applied = gradients if regularisation is None and clipping is None else np.zeros_like(gradients)
        vectors = {"p": parameters, "g": gradients}
        compiler = _Compiler(len(parameters), chosen, self._varying)
        if regularisation is not None:
            entry, rate = regularisation
            _check_range("the regularisation rate", rate, 0.0, LARGEST_RATE)
            rates = np.full(len(parameters), float(rate)) if mask is None else mask * float(rate)
            lines = (("applied", parse_expression(entry.gradient)),)
            compiler.add(lines, {**vectors, "rate": rates, "applied": self.applied})
        elif clipping is not None:
            compiler.calls.append((np.copyto, (self.applied, gradients)))
        before_clipping = len(compiler.calls)
        if clipping is not None:
            clip = entry_named(CLIPPINGS, "clipping", clipping[0])
            _check_range("the clipping limit", clipping[1], 1e-12, 1e12)
            compiler.calls.append((clip.clip, (self.applied, float(clipping[1]))))
        vectors = {"p": parameters, "g": self.applied, **dict(zip(optimizer.states, state, strict=True))}
        compiler.add(optimizer.expressions, vectors)
        self.calls: Sequence[_ArrayCall] = compiler.scalar_calls + compiler.calls
        self.calls_before_clipping = len(compiler.scalar_calls) + before_clipping

    def begin(self, number: int, learning_rate: float | None = None) -> None:
        """Makes the next step update ``number``, counted from 1; ``learning_rate``, where given, holds from now on."""
        self._varying["t"][()] = number
        if learning_rate is not None:
            self._varying["learning_rate"][()] = learning_rate

    @np.errstate(all="ignore")
    def step(self, number: int, learning_rate: float | None = None) -> None:
        """Update ``number``, counted from 1, as for ``begin``."""
        self.begin(number, learning_rate)
        for call, arguments in self.calls:
            call(*arguments)


_ArrayCall = tuple[Callable[..., Any], tuple[Any, ...]]


class _Compiler:
    """Formulas as lists of array calls: ``scalar_calls`` to be made first in each step, then ``calls``.

    What holds no vector is a number of shape (): computed here where it never changes, else by one of the scalar calls.
    """

    def __init__(self, size: int, fixed: Mapping[str, float], varying: Mapping[str, Array]) -> None:
        self.calls: list[_ArrayCall] = []
        self.scalar_calls: list[_ArrayCall] = []
        self._size = size
        self._varying = varying
        self._scalars: dict[Expression, Array] = {
            **{Symbol(name): np.array(value) for name, value in fixed.items()},
            **{Symbol(name): cell for name, cell in varying.items()},
        }
        self._scratch: list[Array] = []

    def add(self, lines: Sequence[tuple[str, Expression]], vectors: Mapping[str, Array]) -> None:
        """Calls for ``lines``, which write those of their names that ``vectors`` has, and keep the others between."""
        for start in range(0, self._size, CHUNK):
            part = slice(start, min(start + CHUNK, self._size))
            named = {name: vector[part] for name, vector in vectors.items()}
            free = self._scratch_for(lines, part.stop - part.start)
            for name, expression in lines:
                out = named[name] if name in vectors else free.pop()
                self._write(with_squares(expression), out, named, free)
                named[name] = out

    def _scratch_for(self, lines: Sequence[tuple[str, Expression]], size: int) -> list[Array]:
        """Room for the result of every call: more than needed, but only what is used is ever touched."""
        enough = sum(isinstance(part, Call) for _, expression in lines for part in walk(expression))
        while len(self._scratch) < enough:
            self._scratch.append(np.empty(min(CHUNK, self._size)))
        return [buffer[:size] for buffer in reversed(self._scratch[:enough])]

    def _write(self, expression: Expression, out: Array, named: Mapping[str, Array], free: list[Array]) -> None:
        assert isinstance(expression, Call)
        inputs, borrowed = [], []
        for argument in expression.arguments:
            if not _names(argument) & named.keys():
                inputs.append(self._scalar(argument))
            elif isinstance(argument, Symbol):
                inputs.append(named[argument.name])
            else:
                borrowed.append(free.pop())
                inputs.append(borrowed[-1])
                self._write(argument, borrowed[-1], named, free)
        free += reversed(borrowed)
        self.calls.append(_call(FUNCTIONS[expression.operation], inputs, out))

    def _scalar(self, expression: Expression) -> Array:
        if expression not in self._scalars:
            if isinstance(expression, Number):
                self._scalars[expression] = np.array(expression.value)
            else:
                assert isinstance(expression, Call)
                function, inputs = FUNCTIONS[expression.operation], [self._scalar(a) for a in expression.arguments]
                result = self._scalars[expression] = np.asarray(function(*inputs))
                if _names(expression) & self._varying.keys():
                    self.scalar_calls.append(_call(function, inputs, result))
        return self._scalars[expression]


def _call(function: np.ufunc, inputs: Sequence[Array], out: Array) -> _ArrayCall:
    return (partial(function, out=out), tuple(inputs)) if function in _OUT_BY_NAME else (function, (*inputs, out))


def _names(expression: Expression) -> set[str]:
    return {part.name for part in walk(expression) if isinstance(part, Symbol)}


def _value(expression: Expression, names: Mapping[str, Any]) -> Any:
    def lookup(leaf: object) -> Any:
        assert isinstance(leaf, Symbol)
        return names[leaf.name]

    return evaluate(with_squares(expression), lookup, FUNCTIONS)


def with_squares(expression: Expression) -> Expression:
    """x**2 as a call of its own: as a general power it would take several times as long."""
    if not isinstance(expression, Call):
        return expression
    arguments = tuple(map(with_squares, expression.arguments))
    if expression.operation == "power" and arguments[1] == Number(2.0):
        return Call("square", arguments[:1])
    return Call(expression.operation, arguments, expression.keywords)


def _check_range(name: str, value: object, lowest: float, highest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        written = f"{value:g}" if isinstance(value, float) else f"“{str(value)[:40]}”"
        raise GradStepError(f"{name} must be a number from {_plain(lowest)} to {_plain(highest)}, not {written}")


def _plain(number: float) -> str:
    return f"{number:,.15g}" if number == 0 or 1e-6 <= number < 1e12 else f"{number:g}"


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:40].lower(), list(known), n=1)
    return f"; did you mean “{near[0]}”?" if near else ""
