"""One element of an operation, written out as a sum of terms: the arithmetic behind every number.

An ``Element`` takes the index of an output element and gives its value as an expression over single elements of the
inputs. A ``GradientElement`` takes an input's slot and the index of one of its elements and gives the message to it,
over elements of the inputs, of the output ``y`` and of the arriving gradient ``g``. Inputs go by the names in the
operation's entry; those of a variadic operation are ``x0``, ``x1``, ... Indices count from 0.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from engine import shapes as shape_rules
from engine.expression import Call, Expression, Index, Number, Symbol, product, substitute, total
from engine.language import parse_expression
from engine.shapes import Attributes, Shape

Element = Callable[[Index, Sequence[Shape], Attributes], Expression]
GradientElement = Callable[[int, Index, Sequence[Shape], Attributes], Expression]
# What one product term needs: the index of the output element and those of the two factors.
Triple = tuple[Index, Index, Index]
Triples = Callable[[int | None, Index, Sequence[Shape], Attributes], Iterable[Triple]]


def _quotient(numerator: Expression, denominator: Expression) -> Expression:
    return Call("divide", (numerator, denominator))


def _minus(left: Expression, right: Expression) -> Expression:
    return Call("subtract", (left, right))


def _averaged(terms: Sequence[Expression], count: int) -> Expression:
    return total(terms) if count == 1 else _quotient(total(terms), Number(float(count)))


def _indices(shape: Shape) -> Iterable[Index]:
    return itertools.product(*(range(size) for size in shape))


def _along(index: Index, shape: Shape, axis: int) -> list[Index]:
    """All indices that differ from ``index`` only along ``axis``."""
    return [(*index[:axis], k, *index[axis + 1 :]) for k in range(shape[axis])]


# Elementwise operations ---------------------------------------------------------------------------------------------


def _source(index: Index, shape: Shape) -> Index:
    """The element of an input of ``shape`` that output element ``index`` uses, as broadcasting has it."""
    offset = len(index) - len(shape)
    return tuple(0 if size == 1 else index[offset + axis] for axis, size in enumerate(shape))


def elementwise(inputs: Sequence[str], formula: str) -> Element:
    """The value formula with an index at every symbol."""
    tree = parse_expression(formula, conditions=True)

    def element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        return substitute(tree, lambda symbol: _pick(symbol, inputs, index, input_shapes, attributes))

    return element


def elementwise_gradient(inputs: Sequence[str], formulas: Sequence[str]) -> GradientElement:
    """The gradient formula at every output element that the input element was broadcast to."""
    trees = [parse_expression(formula, conditions=True) for formula in formulas]

    def element(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        output = shape_rules.broadcast(input_shapes, attributes)
        mine = input_shapes[slot]
        offset = len(output) - len(mine)
        free = [
            range(size) if axis < offset or mine[axis - offset] == 1 else (index[axis - offset],)
            for axis, size in enumerate(output)
        ]

        def term(at: Index) -> Expression:
            return substitute(trees[slot], lambda symbol: _pick(symbol, inputs, at, input_shapes, attributes))

        return total([term(at) for at in itertools.product(*free)])

    return element


def _pick(
    symbol: Symbol, inputs: Sequence[str], index: Index, input_shapes: Sequence[Shape], attributes: Attributes
) -> Expression:
    if symbol.name in inputs:
        return Symbol(symbol.name, _source(index, input_shapes[inputs.index(symbol.name)]))
    if symbol.name in ("y", "g"):
        return Symbol(symbol.name, index)
    return Number(attributes.get(symbol.name, 0.01))  # the slope of a leaky relu


# Products -----------------------------------------------------------------------------------------------------------


def matmul_terms(
    slot: int | None, index: Index, input_shapes: Sequence[Shape], attributes: Attributes
) -> Iterable[Triple]:
    """The products (output, a, b) that output element ``index`` sums, or that input element ``index`` takes part in."""
    a, b = input_shapes
    rows: list[Index] = [()] if len(a) == 1 else [(i,) for i in range(a[0])]
    columns: list[Index] = [()] if len(b) == 1 else [(j,) for j in range(b[1])]
    inner: Iterable[int] = range(a[-1])
    if slot is None:
        rows, columns = [index[: len(a) - 1]], [index[len(a) - 1 :]]
    elif slot == 0:
        rows, inner = [index[:-1]], [index[-1]]
    else:
        columns, inner = [index[1:]], [index[0]]
    return [((*i, *j), (*i, k), (k, *j)) for i in rows for j in columns for k in inner]


def linear_terms(
    slot: int | None, index: Index, input_shapes: Sequence[Shape], attributes: Attributes
) -> Iterable[Triple]:
    """The products (output, W, a) behind one output element, or with one entry of W (slot 0) or a (slot 1)."""
    weight, a = input_shapes[0], input_shapes[1]
    inputs_first, rows = bool(attributes.get("inputs_first")), bool(attributes.get("rows"))
    outputs, features = reversed(weight) if inputs_first else weight

    def data(feature: int, sample: int | None) -> Index:
        if sample is None:
            return (feature,)
        return (sample, feature) if rows else (feature, sample)

    def split(at: Index) -> tuple[int, int | None]:
        if len(a) == 1:
            return at[0], None
        return (at[1], at[0]) if rows else (at[0], at[1])

    samples: Iterable[int | None] = [None] if len(a) == 1 else range(a[0] if rows else a[1])
    chosen_outputs: Iterable[int] = range(outputs)
    chosen_features: Iterable[int] = range(features)
    if slot is None:
        output, sample = split(index)
        chosen_outputs, samples = [output], [sample]
    elif slot == 0:
        output, feature = reversed(index) if inputs_first else index
        chosen_outputs, chosen_features = [output], [feature]
    else:
        feature, sample = split(index)
        chosen_features, samples = [feature], [sample]
    return [
        (data(j, sample), (i, j) if inputs_first else (j, i), data(i, sample))
        for j in chosen_outputs
        for sample in samples
        for i in chosen_features
    ]


_FACTORS: dict[Triples, tuple[str, str]] = {matmul_terms: ("a", "b"), linear_terms: ("W", "a")}


def product_element(triples: Triples, bias: int | None = None) -> Element:
    """A sum of products, and a bias where there is one."""
    left, right = _FACTORS[triples]

    def element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        terms = [
            product(Symbol(left, p), Symbol(right, q)) for _, p, q in triples(None, index, input_shapes, attributes)
        ]
        if bias is not None:
            terms.append(Symbol("b", (_bias_index(index, attributes),)))
        return total(terms)

    return element


def product_gradient(triples: Triples, bias: int | None = None) -> GradientElement:
    """Every gradient that the element helped to make, times the factor it met there."""
    left, right = _FACTORS[triples]

    def element(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        if slot == bias:
            return total([Symbol("g", at) for at in _bias_outputs(index[0], input_shapes[1], attributes)])
        other = right if slot == 0 else left
        return total(
            [
                product(Symbol("g", o), Symbol(other, q if slot == 0 else p))
                for o, p, q in triples(slot, index, input_shapes, attributes)
            ]
        )

    return element


def _bias_index(index: Index, attributes: Attributes) -> int:
    return index[-1] if attributes.get("rows") else index[0]


def _bias_outputs(output: int, a: Shape, attributes: Attributes) -> list[Index]:
    if len(a) == 1:
        return [(output,)]
    return [(i, output) for i in range(a[0])] if attributes.get("rows") else [(output, i) for i in range(a[1])]


# Rearrangements -----------------------------------------------------------------------------------------------------

# The slot and index of the input element that output element ``index`` is.
Source = Callable[[Index, Sequence[Shape], Attributes], tuple[int, Index]]


def transpose_source(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> tuple[int, Index]:
    """The axes in reverse."""
    return 0, index[::-1]


def reshape_source(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> tuple[int, Index]:
    """The element of the same position when both are read row by row."""
    flat = np.ravel_multi_index(index, shape_rules.reshape(input_shapes, attributes)) if index else 0
    return 0, tuple(int(i) for i in np.unravel_index(flat, input_shapes[0])) if input_shapes[0] else ()


def concatenate_source(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> tuple[int, Index]:
    """The input in whose stretch of the axis the element lies."""
    axis = shape_rules.axis_of(input_shapes[0], attributes, default=0) or 0
    position = index[axis]
    for slot, shape in enumerate(input_shapes):
        if position < shape[axis]:
            return slot, (*index[:axis], position, *index[axis + 1 :])
        position -= shape[axis]
    raise IndexError(index)


_MOVES: dict[Source, tuple[shape_rules.ShapeRule, bool]] = {
    transpose_source: (shape_rules.transpose, False),
    reshape_source: (shape_rules.reshape, False),
    concatenate_source: (shape_rules.concatenate, True),
}


def moved(source: Source) -> Element:
    """The one input element that stands there."""

    def element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        slot, at = source(index, input_shapes, attributes)
        return Symbol(f"x{slot}" if _MOVES[source][1] else "x", at)

    return element


def moved_gradient(source: Source) -> GradientElement:
    """The gradient of the one output element where the input element went."""

    def element(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        output = _MOVES[source][0](input_shapes, attributes)
        places = (at for at in _indices(output) if source(at, input_shapes, attributes) == (slot, index))
        return Symbol("g", next(places))

    return element


# Reductions and softmax ---------------------------------------------------------------------------------------------


def _reduced_sources(index: Index, shape: Shape, attributes: Attributes) -> list[Index]:
    axis = shape_rules.axis_of(shape, attributes)
    if axis is None:
        return list(_indices(shape))
    return [(*index[:axis], k, *index[axis:]) for k in range(shape[axis])]


def _reduced_index(index: Index, shape: Shape, attributes: Attributes) -> Index:
    axis = shape_rules.axis_of(shape, attributes)
    return () if axis is None else index[:axis] + index[axis + 1 :]


def sum_element(average: bool) -> Element:
    """All entries added up, divided by their number where ``average``."""

    def element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        sources = _reduced_sources(index, input_shapes[0], attributes)
        return _averaged([Symbol("x", at) for at in sources], len(sources) if average else 1)

    return element


def sum_gradient(average: bool) -> GradientElement:
    """The gradient of the sum that the entry went into."""

    def element(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
        shape = input_shapes[0]
        at = _reduced_index(index, shape, attributes)
        count = len(_reduced_sources(at, shape, attributes)) if average else 1
        return _averaged([Symbol("g", at)], count)

    return element


def max_element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """The largest of the entries."""
    sources = _reduced_sources(index, input_shapes[0], attributes)
    return Call("maximum", tuple(Symbol("x", at) for at in sources))


def max_gradient(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """The gradient where the entry is the largest, shared evenly among equals."""
    at = _reduced_index(index, input_shapes[0], attributes)
    entry, largest = Symbol("x", index), Symbol("y", at)
    share = total(
        [
            Call("where", (Call("equal", (Symbol("x", k), largest)), Number(1.0), Number(0.0)))
            for k in _reduced_sources(at, input_shapes[0], attributes)
        ]
    )
    return Call("where", (Call("equal", (entry, largest)), _quotient(Symbol("g", at), share), Number(0.0)))


def _softmax_axis(shape: Shape, attributes: Attributes) -> int:
    axis = shape_rules.axis_of(shape, attributes, default=-1)
    assert axis is not None
    return axis


def _softmax_of(name: str, index: Index, shape: Shape, axis: int) -> Expression:
    powers = [Call("exp", (Symbol(name, at),)) for at in _along(index, shape, axis)]
    return _quotient(Call("exp", (Symbol(name, index),)), total(powers))


def _log_softmax_of(name: str, index: Index, shape: Shape, axis: int) -> Expression:
    powers = [Call("exp", (Symbol(name, at),)) for at in _along(index, shape, axis)]
    return _minus(Symbol(name, index), Call("log", (total(powers),)))


def softmax_element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """One exponential over the sum of all."""
    return _softmax_of("x", index, input_shapes[0], _softmax_axis(input_shapes[0], attributes))


def softmax_gradient(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """The probability times how far its gradient is above the mean gradient."""
    others = _along(index, input_shapes[0], _softmax_axis(input_shapes[0], attributes))
    mean = total([product(Symbol("g", at), Symbol("y", at)) for at in others])
    return product(Symbol("y", index), _minus(Symbol("g", index), mean))


def log_softmax_element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """The entry minus the logarithm of the sum of all exponentials."""
    return _log_softmax_of("x", index, input_shapes[0], _softmax_axis(input_shapes[0], attributes))


def log_softmax_gradient(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """The entry's own gradient minus its probability's share of the total."""
    others = _along(index, input_shapes[0], _softmax_axis(input_shapes[0], attributes))
    share = product(Call("exp", (Symbol("y", index),)), total([Symbol("g", at) for at in others]))
    return _minus(Symbol("g", index), share)


# Losses -------------------------------------------------------------------------------------------------------------


def _scaled(expression: Expression, count: int) -> Expression:
    return expression if count == 1 else _quotient(expression, Number(float(count)))


def mse_element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """The mean of the squared differences."""
    squares = [
        Call("power", (_minus(Symbol("p", at), Symbol("t", at)), Number(2.0))) for at in _indices(input_shapes[0])
    ]
    return _averaged(squares, len(squares))


def mse_gradient(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """Twice the difference, divided by the number of entries."""
    difference = _minus(Symbol("p", index), Symbol("t", index))
    factor = Number(2.0 if slot == 0 else -2.0)
    return _scaled(product(Symbol("g", ()), factor, difference), math.prod(input_shapes[0]))


def _samples(logits: Shape, axis: int) -> int:
    return math.prod(logits) // logits[axis]


def _class_target(index: Index, logits: Shape, target: Shape, axis: int) -> Expression:
    """The target probability at a logit; an index of a class is 1 there and 0 elsewhere."""
    if target == logits:
        return Symbol("t", index)
    label = Symbol("t", index[:axis] + index[axis + 1 :])
    return Call("where", (Call("equal", (label, Number(float(index[axis])))), Number(1.0), Number(0.0)))


def cross_entropy_element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """Minus the log-probability of each class, weighted by its target."""
    logits, target = input_shapes
    axis = _softmax_axis(logits, attributes)
    products = [
        product(_class_target(at, logits, target, axis), _log_softmax_of("z", at, logits, axis))
        for at in _indices(logits)
    ]
    return _scaled(Call("negate", (total(products),)), _samples(logits, axis))


def cross_entropy_gradient(
    slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes
) -> Expression:
    """Prediction minus target for a logit; minus the log-probability for a target."""
    logits, target = input_shapes
    axis = _softmax_axis(logits, attributes)
    if slot == 1:
        message = Call("negate", (product(Symbol("g", ()), _log_softmax_of("z", index, logits, axis)),))
        return _scaled(message, _samples(logits, axis))
    probability = _softmax_of("z", index, logits, axis)
    if target == logits:
        # The targets' sum is 1 for probabilities; where it is not, it weighs the softmax.
        share = total([Symbol("t", at) for at in _along(index, logits, axis)])
        probability = product(probability, share)
    difference = _minus(probability, _class_target(index, logits, target, axis))
    return _scaled(product(Symbol("g", ()), difference), _samples(logits, axis))


def _if_weighted(weight: Expression, expression: Expression) -> Expression:
    """``expression``, or 0 where its weight is 0, whatever else it holds: 0 · log 0 counts as 0 here."""
    return Call("where", (Call("equal", (weight, Number(0.0))), Number(0.0), expression))


def binary_cross_entropy_element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """Minus the mean log-probability of the right answers."""
    one = Number(1.0)
    terms: list[Expression] = []
    for at in _indices(input_shapes[0]):
        p, t = Symbol("p", at), Symbol("t", at)
        for weight, probability in ((t, p), (_minus(one, t), _minus(one, p))):
            terms.append(_if_weighted(weight, product(weight, Call("log", (probability,)))))
    return _scaled(Call("negate", (total(terms),)), math.prod(input_shapes[0]))


def binary_cross_entropy_gradient(
    slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes
) -> Expression:
    """The pull of the wrong side minus the pull of the right side."""
    p, t, one = Symbol("p", index), Symbol("t", index), Number(1.0)
    if slot == 0:
        wrong, right = _minus(one, t), t
        pull = _minus(_if_weighted(wrong, _quotient(wrong, _minus(one, p))), _if_weighted(right, _quotient(right, p)))
    else:
        pull = _minus(Call("log", (_minus(one, p),)), Call("log", (p,)))
    return _scaled(product(Symbol("g", ()), pull), math.prod(input_shapes[0]))


def hinge_element(index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """The mean of what misses the margin."""
    misses = [
        Call("maximum", (Number(0.0), _minus(Number(1.0), product(Symbol("t", at), Symbol("s", at)))))
        for at in _indices(input_shapes[0])
    ]
    return _averaged(misses, len(misses))


def hinge_gradient(slot: int, index: Index, input_shapes: Sequence[Shape], attributes: Attributes) -> Expression:
    """Minus the other factor where the margin is missed, 0 elsewhere."""
    s, t = Symbol("s", index), Symbol("t", index)
    missed = Call("less", (product(t, s), Number(1.0)))
    pull = Call("where", (missed, Call("negate", (t if slot == 0 else s,)), Number(0.0)))
    return _scaled(product(Symbol("g", ()), pull), math.prod(input_shapes[0]))
