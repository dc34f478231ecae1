"""THE table: every operation with its value rule, its gradient rules and its formulas, side by side.

In every entry the inputs go by the names that the entry lists (``a * b`` has inputs ``a`` and ``b``), ``y`` is the
output and ``g`` is dL/dy, the gradient that arrives at the output. A gradient rule takes ``(g, y, *inputs,
**attributes)`` and gives dL/d(input), the *vector-Jacobian product*. Elementwise rules may give it in the output's
shape; what was broadcast is summed back by the machinery.

Formulas are written in the program language, so the tests can evaluate them: each formula is checked against the rule
beside it. ``derivatives`` are the local derivatives dy/d(input) of elementwise operations; ``element`` and
``gradient_element`` write out one element of other operations as a sum of terms (see ``terms.py``).

A new operation is one entry here and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import shapes, terms
from engine.shapes import Attributes, Shape, ShapeRule
from engine.terms import Element, GradientElement

Array = np.ndarray[Any, np.dtype[np.float64]]
Text = str | Callable[[Attributes, Sequence[Shape]], str]


@dataclass(frozen=True, slots=True)
class Op:
    """One entry of the table.

    ``symbol`` is what the picture shows. ``formula`` and ``gradients`` are whole-array formulas, ``element`` and
    ``gradient_element`` the same for one element. ``why`` and ``whys`` are one plain sentence each for the forward
    step and for the message to each input, with the names in braces. ``attributes`` are the keywords that the operation
    takes. ``order`` is the order in which messages leave, where the textbook's is not that of the inputs.
    ``role`` is what the output is called in a network. ``variadic`` operations take any number of inputs. ``word`` is
    the operation's name in a sentence. ``flows`` says whether a gradient can flow to a slot, given the input shapes.
    ``count`` is what n stands for in the formulas.
    """

    name: str
    symbol: str
    inputs: tuple[str, ...]
    forward: Callable[..., Any]
    vjps: tuple[Callable[..., Any], ...]
    formula: Text
    gradients: tuple[Text, ...]
    derivatives: tuple[str, ...]
    shape: ShapeRule
    element: Element
    gradient_element: GradientElement
    why: str
    whys: tuple[str, ...]
    elementwise: bool = False
    attributes: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    role: str = ""
    variadic: bool = False
    word: str = ""
    flows: Callable[[int, Sequence[Shape]], bool] = lambda slot, input_shapes: True
    count: Callable[[Attributes, Sequence[Shape]], int] = lambda attributes, input_shapes: math.prod(input_shapes[0])

    def messages_order(self, count: int) -> tuple[int, ...]:
        """The slots in the order in which their messages leave."""
        return self.order or tuple(range(count))

    def formula_for(self, attributes: Attributes, input_shapes: Sequence[Shape]) -> str:
        """The value formula under these attributes and for inputs of these shapes."""
        return self.formula if isinstance(self.formula, str) else self.formula(attributes, input_shapes)

    def gradient_for(self, slot: int, attributes: Attributes, input_shapes: Sequence[Shape]) -> str:
        """The gradient formula of one input under these attributes and for inputs of these shapes."""
        text = self.gradients[0 if self.variadic else slot]
        return text if isinstance(text, str) else text(attributes, input_shapes)

    def vjp(self, slot: int) -> Callable[..., Any]:
        """The gradient rule of one input."""
        return self.vjps[0 if self.variadic else slot]


def elementwise(
    name: str,
    symbol: str,
    inputs: tuple[str, ...],
    forward: Callable[..., Any],
    vjps: tuple[Callable[..., Any], ...],
    formula: str,
    derivatives: tuple[str, ...],
    why: str,
    whys: tuple[str, ...],
    **more: Any,
) -> Op:
    """An operation on one element at a time, broadcasting as numpy does; its gradients are g times the derivative."""
    gradients = tuple({"1": "g", "-1": "-g"}.get(text, f"g * ({text})") for text in derivatives)
    return Op(
        name, symbol, inputs, forward, vjps, formula, gradients, derivatives, shapes.broadcast,
        terms.elementwise(inputs, formula), terms.elementwise_gradient(inputs, gradients),
        why, whys, elementwise=True, **more,
    )  # fmt: skip


# Arithmetic ---------------------------------------------------------------------------------------------------------

_ARITHMETIC = (
    elementwise(
        "add", "+", ("a", "b"), np.add,
        (lambda g, y, a, b: g, lambda g, y, a, b: g),
        "a + b", ("1", "1"),
        "{y} is the sum of {a} and {b}.",
        ("Plus passes the gradient on: a nudge of {a} moves {y} by just as much.",
         "Plus passes the gradient on: a nudge of {b} moves {y} by just as much."),
        word="plus",
    ),
    elementwise(
        "subtract", "−", ("a", "b"), np.subtract,
        (lambda g, y, a, b: g, lambda g, y, a, b: -g),
        "a - b", ("1", "-1"),
        "{y} is what is left of {a} when {b} is taken away.",
        ("Minus passes the gradient on to its first input unchanged.",
         "A nudge of {b} moves {y} the other way, so the gradient changes its sign."),
        word="minus",
    ),
    elementwise(
        "multiply", "×", ("a", "b"), np.multiply,
        (lambda g, y, a, b: g * b, lambda g, y, a, b: g * a),
        "a * b", ("b", "a"),
        "{y} is {a} times {b}.",
        ("Times hands each factor the gradient times the other factor: {a} is given {b}'s value.",
         "Times hands each factor the gradient times the other factor: {b} is given {a}'s value."),
        word="times",
    ),
    elementwise(
        "divide", "÷", ("a", "b"), np.divide,
        (lambda g, y, a, b: g / b, lambda g, y, a, b: -g * a / b**2),
        "a / b", ("1 / b", "-a / b**2"),
        "{y} is {a} divided by {b}.",
        ("A nudge of the numerator {a} is divided by {b}, and so is its gradient.",
         "A larger denominator {b} shrinks {y}: the derivative is −a/b²."),
        word="division",
    ),
    elementwise(
        "negate", "−", ("x",), np.negative,
        (lambda g, y, x: -g,),
        "-x", ("-1",),
        "{y} is {x} with the other sign.",
        ("A nudge of {x} moves {y} the other way, so the gradient changes its sign.",),
        word="the sign change",
    ),
    elementwise(
        "power", "xⁿ", ("a", "b"), np.power,
        (lambda g, y, a, b: np.where(b == 0.0, 0.0, g * b * np.power(a, b - 1.0)),
         lambda g, y, a, b: np.where(y == 0.0, 0.0, g * y * np.log(a))),
        "a ** b", ("b * a ** (b - 1)", "y * log(a)"),
        "{y} is {a} to the power {b}.",
        ("The exponent comes down in front and drops by one.",
         "A power grows with its exponent as fast as {y} · log {a}."),
        word="the power",
    ),
    elementwise(
        "exp", "exp", ("x",), np.exp,
        (lambda g, y, x: g * y,),
        "exp(x)", ("y",),
        "{y} is e to the power {x}.",
        ("The exponential is its own derivative.",),
    ),
    elementwise(
        "log", "log", ("x",), np.log,
        (lambda g, y, x: g / x,),
        "log(x)", ("1 / x",),
        "{y} is the natural logarithm of {x}.",
        ("The logarithm's slope is 1/x: steep near 0, flat for large {x}.",),
    ),
    elementwise(
        "sqrt", "√", ("x",), np.sqrt,
        (lambda g, y, x: g / (2 * y),),
        "sqrt(x)", ("1 / (2 * y)",),
        "{y} is the square root of {x}.",
        ("The root's slope is 1/(2y): without bound near 0.",),
        word="the square root",
    ),
)  # fmt: skip


# Activations --------------------------------------------------------------------------------------------------------

_erf = np.frompyfunc(math.erf, 1, 1)


def normal_cdf(x: Any) -> Any:
    """Φ(x), the standard normal distribution function."""
    return 0.5 * (1.0 + np.asarray(_erf(np.asarray(x) / math.sqrt(2.0)), dtype=np.float64))


def normal_pdf(x: Any) -> Any:
    """φ(x), the standard normal density."""
    return np.exp(-0.5 * np.square(x)) / math.sqrt(2.0 * math.pi)


_ACTIVATIONS = (
    elementwise(
        "tanh", "tanh", ("x",), np.tanh,
        (lambda g, y, x: g * (1.0 - y * y),),
        "tanh(x)", ("1 - y**2",),
        "tanh squeezes {x} into the range from −1 to 1.",
        ("A nudge of {x} moves {y} by 1 − {y}² as much: steep near 0, flat where tanh saturates.",),
        role="activation",
    ),
    elementwise(
        "sigmoid", "σ", ("x",), lambda x: np.exp(-np.logaddexp(0.0, -x)),
        (lambda g, y, x: g * y * (1.0 - y),),
        "sigmoid(x)", ("y * (1 - y)",),
        "The sigmoid squeezes {x} into the range from 0 to 1.",
        ("The sigmoid's slope is y(1 − y): never more than ¼, so each sigmoid shrinks the gradient.",),
        role="activation",
    ),
    elementwise(
        "relu", "relu", ("x",), lambda x: np.maximum(x, 0.0),
        (lambda g, y, x: np.where(x > 0.0, g, 0.0),),
        "relu(x)", ("where(x > 0, 1, 0)",),
        "relu lets positive numbers through and turns the others into 0.",
        ("relu is a gate: the gradient passes where {x} is positive, and is stopped where it is not (at 0 too).",),
        role="activation",
    ),
    elementwise(
        "leaky_relu", "leaky relu", ("x",), lambda x, slope=0.01: np.where(x > 0.0, x, slope * x),
        (lambda g, y, x, slope=0.01: np.where(x > 0.0, g, slope * g),),
        "where(x > 0, x, slope * x)", ("where(x > 0, 1, slope)",),
        "Leaky relu lets positive numbers through and scales the others down.",
        ("Where {x} is not positive, a small part of the gradient still leaks through.",),
        attributes=("slope",), role="activation",
        word="leaky relu",
    ),
    elementwise(
        "gelu", "gelu", ("x",), lambda x: x * normal_cdf(x),
        (lambda g, y, x: g * (normal_cdf(x) + x * normal_pdf(x)),),
        "x * Phi(x)", ("Phi(x) + x * phi(x)",),
        "gelu weights {x} by the share of a normal distribution that lies below it.",
        ("The product rule: Φ(x) lets {x} through, and x·φ(x) says how the gate itself moves.",),
        role="activation",
    ),
)  # fmt: skip


# Products and rearrangements ----------------------------------------------------------------------------------------


def _matmul_vjp_a(g: Array, y: Array, a: Array, b: Array) -> Array:
    if b.ndim == 1:
        return np.multiply.outer(g, b)
    return b @ g if a.ndim == 1 else g @ b.T


def _matmul_vjp_b(g: Array, y: Array, a: Array, b: Array) -> Array:
    if a.ndim == 1:
        return np.multiply.outer(a, g)
    return a.T @ g


def _linear(W: Array, a: Array, b: Array, inputs_first: float = 0, rows: float = 0) -> Array:
    weight = W.T if inputs_first else W
    if rows:
        return a @ weight.T + b
    return (weight @ a.T).T + b if a.ndim == 1 else weight @ a + b[:, None]


def _linear_vjp_weight(
    g: Array, y: Array, W: Array, a: Array, b: Array, inputs_first: float = 0, rows: float = 0
) -> Array:
    columns_g, columns_a = (g.T, a.T) if rows else (g, a)
    gradient = np.multiply.outer(g, a) if a.ndim == 1 else columns_g @ columns_a.T
    return gradient.T if inputs_first else gradient


def _linear_vjp_input(
    g: Array, y: Array, W: Array, a: Array, b: Array, inputs_first: float = 0, rows: float = 0
) -> Array:
    weight = W.T if inputs_first else W
    return g @ weight if rows else weight.T @ g


def _linear_vjp_bias(
    g: Array, y: Array, W: Array, a: Array, b: Array, inputs_first: float = 0, rows: float = 0
) -> Array:
    return g if a.ndim == 1 else g.sum(axis=0 if rows else 1)


def _linear_text(column: str, column_first: str, row: str, row_first: str) -> Text:
    """One formula for each convention: W (outputs, inputs) or (inputs, outputs), data in columns or in rows.

    A single sample is a column in either.
    """
    table = {(False, False): column, (True, False): column_first, (False, True): row, (True, True): row_first}

    def text(attributes: Attributes, input_shapes: Sequence[Shape]) -> str:
        rows = bool(attributes.get("rows")) and len(input_shapes[1]) > 1
        return table[bool(attributes.get("inputs_first")), rows]

    return text


def _bias_text(attributes: Attributes, input_shapes: Sequence[Shape]) -> str:
    """A bias is given the gradients of all samples together."""
    if len(input_shapes[1]) == 1:
        return "g"
    return "sum(g, axis=0)" if attributes.get("rows") else "sum(g, axis=1)"


def _reshape_text(attributes: Attributes, _: Sequence[Shape]) -> str:
    return f"reshape({', '.join(['x', *(f'{size}' for size in _reshape_attributes(attributes))])})"


def _concatenate_text(attributes: Attributes, input_shapes: Sequence[Shape]) -> str:
    axis = f", axis={attributes['axis']:g}" if "axis" in attributes else ""
    return f"concatenate({', '.join(f'x{slot}' for slot in range(len(input_shapes)))}{axis})"


def _reshape_attributes(attributes: Attributes) -> tuple[int, ...]:
    return tuple(int(attributes[key]) for key in sorted(attributes))


def _concatenate_vjp(g: Array, y: Array, *inputs: Array, slot: int, axis: float = 0) -> Array:
    starts = np.cumsum([0, *(x.shape[int(axis)] for x in inputs)])
    return np.take(g, np.arange(starts[slot], starts[slot + 1]), axis=int(axis))


_PRODUCTS = (
    Op(
        "matmul", "@", ("a", "b"), np.matmul, (_matmul_vjp_a, _matmul_vjp_b),
        "a @ b", ("g @ transpose(b)", "transpose(a) @ g"), ("b", "a"), shapes.matmul,
        terms.product_element(terms.matmul_terms), terms.product_gradient(terms.matmul_terms),
        "Each entry of {y} is a row of {a} times a column of {b}.",
        ("Each entry of {a} collects every gradient it helped to make, times the entry of {b} it met there.",
         "Each entry of {b} collects every gradient it helped to make, times the entry of {a} it met there."),
        word="the matrix product",
    ),
    Op(
        "linear", "linear", ("W", "a", "b"), _linear,
        (_linear_vjp_weight, _linear_vjp_input, _linear_vjp_bias),
        _linear_text("W @ a + b", "transpose(W) @ a + b", "a @ transpose(W) + b", "a @ W + b"),
        (_linear_text("g @ transpose(a)", "a @ transpose(g)", "transpose(g) @ a", "transpose(a) @ g"),
         _linear_text("transpose(W) @ g", "W @ g", "g @ W", "g @ transpose(W)"),
         _bias_text),
        ("a", "W", "1"), shapes.linear,
        terms.product_element(terms.linear_terms, bias=2), terms.product_gradient(terms.linear_terms, bias=2),
        "Each output is a weighted sum of the inputs plus its bias.",
        ("Each weight's gradient is the gradient at its output times the input it multiplied.",
         "Each input collects the gradients of all outputs it feeds, each times the weight between them.",
         "A bias is added as it is, so it is given its output's gradient unchanged."),
        attributes=("inputs_first", "rows"), order=(0, 2, 1), role="pre-activation",
        word="the linear layer",
    ),
    Op(
        "transpose", "ᵀ", ("x",), lambda x: np.transpose(x), (lambda g, y, x: np.transpose(g),),
        "transpose(x)", ("transpose(g)",), ("1",), shapes.transpose,
        terms.moved(terms.transpose_source), terms.moved_gradient(terms.transpose_source),
        "{y} is {x} with rows and columns exchanged.",
        ("Every entry goes back to where it came from.",),
        word="transposing",
    ),
    Op(
        "reshape", "reshape", ("x",), lambda x, **sizes: np.reshape(x, _reshape_attributes(sizes)),
        (lambda g, y, x, **sizes: np.reshape(g, x.shape),),
        _reshape_text, ("reshape(g)",), ("1",), shapes.reshape,
        terms.moved(terms.reshape_source), terms.moved_gradient(terms.reshape_source),
        "{y} holds the numbers of {x} in another shape.",
        ("Every entry goes back to where it came from.",),
        attributes=("size0", "size1", "size2", "size3"),
        word="reshaping",
    ),
    Op(
        "concatenate", "concat", ("x",), lambda *inputs, axis=0: np.concatenate(inputs, axis=int(axis)),
        (_concatenate_vjp,),
        _concatenate_text, ("part(g)",), ("1",), shapes.concatenate,
        terms.moved(terms.concatenate_source), terms.moved_gradient(terms.concatenate_source),
        "{y} is its inputs, one behind the other.",
        ("Every entry goes back to where it came from.",),
        attributes=("axis",), variadic=True,
        word="joining",
    ),
)  # fmt: skip


# Reductions and softmax ---------------------------------------------------------------------------------------------


def _axis(x: Array, axis: float | None) -> int | None:
    return None if axis is None else int(axis) % x.ndim


def _spread(g: Array, x: Array, axis: float | None) -> Array:
    """``g`` stretched back over the axis that was reduced."""
    return np.broadcast_to(g if axis is None else np.expand_dims(g, int(axis)), x.shape)


def _max_vjp(g: Array, y: Array, x: Array, axis: float | None = None) -> Array:
    # Equal maxima share the gradient evenly.
    winners = x == _spread(y, x, axis)
    share = winners.sum(axis=_axis(x, axis), keepdims=axis is not None)
    return np.where(winners, _spread(g, x, axis) / share, 0.0)


def softmax(x: Array, axis: float = -1) -> Array:
    """exp(x) over its sum along ``axis``; the largest entry is subtracted first, so that nothing overflows."""
    powers = np.exp(x - x.max(axis=int(axis), keepdims=True))
    return np.asarray(powers / powers.sum(axis=int(axis), keepdims=True))


def log_softmax(x: Array, axis: float = -1) -> Array:
    """log(softmax(x)) without the detour through numbers that underflow."""
    shifted = x - x.max(axis=int(axis), keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=int(axis), keepdims=True)))


def _with_axis(text: str, attributes: Attributes, input_shapes: Sequence[Shape], last: bool) -> str:
    """``text`` with the axis for ``{axis}``; where none is given, ``last`` names the last one of several."""
    axis = attributes.get("axis")
    if axis is None and last and len(input_shapes[0]) > 1:
        axis = len(input_shapes[0]) - 1.0
    return text.replace("{axis}", "" if axis is None else f", axis={axis:g}")


def _axis_text(text: str, last: bool = False) -> Text:
    """A formula in which ``{axis}`` stands for the axis."""
    return lambda attributes, input_shapes: _with_axis(text, attributes, input_shapes, last)


def _samples(attributes: Attributes, input_shapes: Sequence[Shape]) -> int:
    """How many samples the loss is the average of: all entries but those along the class axis."""
    return math.prod(input_shapes[0]) // input_shapes[0][int(attributes.get("axis", -1))]


def _averaged(attributes: Attributes, input_shapes: Sequence[Shape]) -> int:
    """How many entries a mean is the average of."""
    axis = attributes.get("axis")
    return math.prod(input_shapes[0]) if axis is None else input_shapes[0][int(axis)]


_REDUCTIONS = (
    Op(
        "sum", "Σ", ("x",), lambda x, axis=None: np.sum(x, axis=_axis(x, axis)),
        (lambda g, y, x, axis=None: _spread(g, x, axis),),
        _axis_text("sum(x{axis})"), ("g",), ("1",), shapes.reduced,
        terms.sum_element(average=False), terms.sum_gradient(average=False),
        "{y} adds up the entries of {x}{along}.",
        ("A sum passes its gradient on to everything it added.",),
        attributes=("axis",),
        word="the sum",
    ),
    Op(
        "mean", "mean", ("x",), lambda x, axis=None: np.mean(x, axis=_axis(x, axis)),
        (lambda g, y, x, axis=None: _spread(g, x, axis) * (np.size(y) / np.size(x)),),
        _axis_text("mean(x{axis})"), ("g / n",), ("1 / n",), shapes.reduced,
        terms.sum_element(average=True), terms.sum_gradient(average=True),
        "{y} is the average of the entries of {x}{along}.",
        ("Each of n entries moves the average by 1/n as much, so each is given that share.",),
        attributes=("axis",), count=_averaged,
        word="the mean",
    ),
    Op(
        "max", "max", ("x",), lambda x, axis=None: np.max(x, axis=_axis(x, axis)), (_max_vjp,),
        _axis_text("max(x{axis})"), ("where(x == y, g / k, 0)",), ("where(x == y, 1, 0)",), shapes.reduced,
        terms.max_element, terms.max_gradient,
        "{y} is the largest entry of {x}{along}.",
        ("Only the largest entry moves the maximum, so it takes all of the gradient; k equal ones share it.",),
        attributes=("axis",),
        word="the maximum",
    ),
    Op(
        "softmax", "softmax", ("x",), softmax,
        (lambda g, y, x, axis=-1: y * (g - (g * y).sum(axis=int(axis), keepdims=True)),),
        _axis_text("exp(x) / sum(exp(x){axis})", last=True),
        (_axis_text("y * (g - sum(g * y{axis}))", last=True),), ("y * (1 - y)",), shapes.unchanged,
        terms.softmax_element, terms.softmax_gradient,
        "softmax turns numbers into probabilities: all positive, together 1.",
        ("Probabilities compete: raising one entry takes from the others, so their mean gradient is subtracted.",),
        attributes=("axis",), role="activation",
    ),
    Op(
        "log_softmax", "log softmax", ("x",), log_softmax,
        (lambda g, y, x, axis=-1: g - np.exp(y) * g.sum(axis=int(axis), keepdims=True),),
        _axis_text("x - log(sum(exp(x){axis}))", last=True),
        (_axis_text("g - exp(y) * sum(g{axis})", last=True),), ("1 - exp(y)",), shapes.unchanged,
        terms.log_softmax_element, terms.log_softmax_gradient,
        "The logarithm of softmax, computed so that nothing underflows.",
        ("Each entry keeps its own gradient and pays its probability's share of the total.",),
        attributes=("axis",), role="activation",
        word="log softmax",
    ),
)  # fmt: skip


# Losses -------------------------------------------------------------------------------------------------------------


def _target_probabilities(z: Array, t: Array, axis: float) -> Array:
    """The target as probabilities of ``z``'s shape: class indices become one-hot."""
    if t.shape == z.shape:
        return t
    classes = z.shape[int(axis)]
    if not np.all((t == np.floor(t)) & (t >= 0) & (t < classes)):
        raise ValueError(f"a class index is a whole number from 0 to {classes - 1}")
    positions = np.arange(classes).reshape([-1 if i == int(axis) % z.ndim else 1 for i in range(z.ndim)])
    return np.asarray(np.expand_dims(t, int(axis)) == positions, dtype=np.float64)


def _cross_entropy(z: Array, t: Array, axis: float = -1) -> Any:
    probabilities = _target_probabilities(z, t, axis)
    # 0 · log 0 counts as 0, as a probability of 0 says.
    products = np.where(probabilities == 0.0, 0.0, probabilities * log_softmax(z, axis))
    return -np.sum(products) / (z.size / z.shape[int(axis)])


def _cross_entropy_vjp_logits(g: Array, y: Array, z: Array, t: Array, axis: float = -1) -> Array:
    probabilities = _target_probabilities(z, t, axis)
    share = probabilities.sum(axis=int(axis), keepdims=True)
    return np.asarray(g * (softmax(z, axis) * share - probabilities) / (z.size / z.shape[int(axis)]))


def _cross_entropy_vjp_target(g: Array, y: Array, z: Array, t: Array, axis: float = -1) -> Array:
    return np.asarray(-g * log_softmax(z, axis) / (z.size / z.shape[int(axis)]))


def _loss_text(text: str) -> Text:
    """A formula with the class axis of a batch, divided by n, the number of samples; indices of classes as one-hot."""

    def fill(attributes: Attributes, input_shapes: Sequence[Shape]) -> str:
        target = "t" if input_shapes[0] == input_shapes[1] else "onehot(t)"
        filled = _with_axis(text.replace("{t}", target), attributes, input_shapes, last=True)
        return f"{filled} / n" if _samples(attributes, input_shapes) > 1 else filled

    return fill


def _ratio(t: Array, p: Array) -> Array:
    """t / p with 0 / 0 = 0: a class that cannot occur asks for nothing."""
    return np.divide(t, p, out=np.zeros(np.shape(t)), where=t != 0.0)


def _scaled_log(t: Array, p: Array) -> Array:
    """t · log p with 0 · log 0 = 0."""
    return t * np.log(p, out=np.zeros(np.shape(p)), where=t != 0.0)


_LOSSES = (
    Op(
        "mse", "mse", ("p", "t"), lambda p, t: np.mean(np.square(p - t)),
        (lambda g, y, p, t: g * 2.0 * (p - t) / np.size(p), lambda g, y, p, t: g * -2.0 * (p - t) / np.size(p)),
        "mean((p - t)**2)", ("g * 2 * (p - t) / n", "-g * 2 * (p - t) / n"), ("2 * (p - t) / n", "-2 * (p - t) / n"),
        shapes.same,
        terms.mse_element, terms.mse_gradient,
        "The loss is the average of the squared differences between {p} and {t}.",
        ("The further {p} is from {t}, the harder it is pulled back.",
         "Moving the target {t} changes the loss the other way round."),
        role="loss",
        word="the squared error",
    ),
    Op(
        "cross_entropy", "cross entropy", ("z", "t"), _cross_entropy,
        (_cross_entropy_vjp_logits, _cross_entropy_vjp_target),
        _loss_text("-sum({t} * log_softmax(z{axis}))"),
        (_loss_text("g * (softmax(z{axis}) - {t})"), _loss_text("-g * log_softmax(z{axis})")),
        ("softmax(z) - t", "-log_softmax(z)"), shapes.cross_entropy,
        terms.cross_entropy_element, terms.cross_entropy_gradient,
        "The loss is small where softmax gives the right class a high probability.",
        ("softmax and cross-entropy together leave the difference between prediction and target.",
         "The loss grows with a class's target by minus its log-probability."),
        attributes=("axis",), role="loss", count=_samples,
        word="cross-entropy",
        flows=lambda slot, input_shapes: slot == 0 or input_shapes[0] == input_shapes[1],
    ),
    Op(
        "binary_cross_entropy", "bce", ("p", "t"),
        lambda p, t: -np.mean(_scaled_log(t, p) + _scaled_log(1.0 - t, 1.0 - p)),
        (lambda g, y, p, t: g * (_ratio(1.0 - t, 1.0 - p) - _ratio(t, p)) / np.size(p),
         lambda g, y, p, t: g * (np.log(1.0 - p) - np.log(p)) / np.size(p)),
        "-mean(t * log(p) + (1 - t) * log(1 - p))",
        ("g * ((1 - t) / (1 - p) - t / p) / n", "g * (log(1 - p) - log(p)) / n"),
        ("((1 - t) / (1 - p) - t / p) / n", "(log(1 - p) - log(p)) / n"), shapes.same,
        terms.binary_cross_entropy_element, terms.binary_cross_entropy_gradient,
        "The loss is small where the probability {p} agrees with the answer {t}.",
        ("A confident wrong answer is pulled back without bound.",
         "The loss changes with the answer by the log-odds of the prediction."),
        role="loss",
        word="binary cross-entropy",
    ),
    Op(
        "hinge", "hinge", ("s", "t"), lambda s, t: np.mean(np.maximum(0.0, 1.0 - t * s)),
        (lambda g, y, s, t: np.where(t * s < 1.0, -g * t, 0.0) / np.size(s),
         lambda g, y, s, t: np.where(t * s < 1.0, -g * s, 0.0) / np.size(s)),
        "mean(maximum(0, 1 - t * s))", ("g * where(t * s < 1, -t, 0) / n", "g * where(t * s < 1, -s, 0) / n"),
        ("where(t * s < 1, -t, 0) / n", "where(t * s < 1, -s, 0) / n"), shapes.same,
        terms.hinge_element, terms.hinge_gradient,
        "The loss counts by how much scores miss a margin of 1 on the right side ({t} is 1 or −1).",
        ("Scores beyond the margin are left alone; the others are pushed towards their class.",
         "Beyond the margin the loss does not depend on {t}; short of it, by −{s}."),
        role="loss",
        word="the hinge loss",
    ),
)  # fmt: skip


OPS: Mapping[str, Op] = {op.name: op for op in (*_ARITHMETIC, *_ACTIVATIONS, *_PRODUCTS, *_REDUCTIONS, *_LOSSES)}
