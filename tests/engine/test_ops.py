"""Every operation, tested from its entry in the table: a new one is covered the moment it exists.

Shapes and keywords are tried out against the entry's own shape rule, and each combination that it takes is a case.
"""

import itertools
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from engine import parse_program, record
from engine.explain import FUNCTIONS
from engine.expression import Expression, Reference, Symbol, evaluate, walk
from engine.language import parse_expression
from engine.ops import OPS, Array, Op
from engine.plan import summed_to
from engine.shapes import Shape, ShapeError

SHAPES: list[Shape] = [(), (2,), (3,), (2, 3), (3, 2), (2, 1), (2, 3, 2)]
# Samples for every keyword of the table; an operation is also tried without any.
KEYWORDS: Mapping[str, list[float]] = {
    "axis": [0, 1, -1],
    "inputs_first": [1],
    "rows": [1],
    "slope": [0.2],
    "size0": [2, 3, 6],
    "size1": [2, 3],
    "size2": [1],
    "size3": [1],
}
# Where an input must come from, in place of numbers of both signs that keep away from kinks.
POSITIVE, SHARE = (0.4, 2.0), (0.15, 0.85)
DOMAINS = {
    ("log", "x"): POSITIVE,
    ("sqrt", "x"): POSITIVE,
    ("power", "a"): POSITIVE,
    ("binary_cross_entropy", "p"): SHARE,
    ("binary_cross_entropy", "t"): SHARE,
}
# Formulas over whole arrays; in explanations these work on one number.
ARRAY_FUNCTIONS = {**FUNCTIONS, "where": np.where, "maximum": np.maximum}
AT_MOST = 12  # cases for each operation and choice of keywords


@dataclass(frozen=True)
class Case:
    """An operation on arrays of given shapes."""

    op: Op
    shapes: tuple[Shape, ...]
    attributes: Mapping[str, float]

    def __str__(self) -> str:
        shapes = ",".join("x".join(map(str, shape)) or "scalar" for shape in self.shapes)
        return f"{self.op.name}-{shapes}" + "".join(f"-{key}={value:g}" for key, value in self.attributes.items())

    @property
    def output(self) -> Shape:
        return self.op.shape(self.shapes, self.attributes)

    @property
    def names(self) -> list[str]:
        return [f"x{slot}" for slot in range(len(self.shapes))] if self.op.variadic else list(self.op.inputs)

    @property
    def slots(self) -> list[int]:
        return [slot for slot in range(len(self.shapes)) if self.op.flows(slot, self.shapes)]

    def arrays(self) -> list[Array]:
        random = np.random.default_rng(sum(map(ord, str(self))))
        return [self._array(random, slot, shape) for slot, shape in enumerate(self.shapes)]

    def _array(self, random: np.random.Generator, slot: int, shape: Shape) -> Array:
        if not self.op.flows(slot, self.shapes):  # indices of classes
            return random.integers(0, min(self.shapes[0]), shape).astype(np.float64)
        low, high = DOMAINS.get((self.op.name, self.names[slot]), (0.3, 1.7))
        signs = 1.0 if (self.op.name, self.names[slot]) in DOMAINS else random.choice([-1.0, 1.0], shape)
        return np.asarray(signs * random.uniform(low, high, shape))

    def forward(self, arrays: list[Array]) -> Array:
        return np.asarray(self.op.forward(*arrays, **self.attributes))

    def message(self, slot: int, g: Array, arrays: list[Array]) -> Array:
        extra = {"slot": slot} if self.op.variadic else {}
        message = np.asarray(
            self.op.vjp(slot)(g, self.forward(arrays), *arrays, **self.attributes, **extra), dtype=np.float64
        )
        return summed_to(message, self.shapes[slot], self.output) if self.op.elementwise else message


def keyword_choices(op: Op) -> Iterator[dict[str, float]]:
    samples = [[None, *KEYWORDS[key]] for key in op.attributes]
    for chosen in itertools.product(*samples):
        yield {key: value for key, value in zip(op.attributes, chosen, strict=True) if value is not None}


def accepted(op: Op, shapes: tuple[Shape, ...], attributes: Mapping[str, float]) -> bool:
    try:
        op.shape(shapes, attributes)
    except ShapeError:
        return False
    return True


def cases() -> Iterator[Case]:
    for op in OPS.values():
        counts = (1, 2, 3) if op.variadic else (len(op.inputs),)
        for attributes in keyword_choices(op):
            combinations = [s for count in counts for s in itertools.product(SHAPES, repeat=count)]
            fitting = [shapes for shapes in combinations if accepted(op, shapes, attributes)]
            for shapes in fitting[:: max(1, len(fitting) // AT_MOST)]:
                yield Case(op, shapes, attributes)


CASES = list(cases())
each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_op = pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)


def gradient_at_output(case: Case) -> Array:
    return np.asarray(np.random.default_rng(5).uniform(-1.5, 1.5, case.output))


def value_at(case: Case, expression: Expression, arrays: list[Array], g: Array) -> float:
    named = {**dict(zip(case.names, arrays, strict=True)), "y": case.forward(arrays), "g": g}

    def lookup(leaf: Symbol | Reference) -> float:
        assert isinstance(leaf, Symbol)
        assert leaf.index is not None
        return float(named[leaf.name][leaf.index])

    with np.errstate(all="ignore"):
        return evaluate(expression, lookup, FUNCTIONS)


@each_op
def test_every_operation_has_cases(op: Op) -> None:
    assert any(case.op is op for case in CASES)


@each_case
def test_the_value_is_finite_and_of_the_shape_that_the_rule_says(case: Case) -> None:
    value = case.forward(case.arrays())
    assert value.shape == case.output
    assert np.all(np.isfinite(value))


@each_case
def test_each_message_is_the_central_difference(case: Case) -> None:
    arrays, g = case.arrays(), gradient_at_output(case)
    for slot in case.slots:
        message = case.message(slot, g, arrays)
        assert message.shape == case.shapes[slot]
        for element in range(arrays[slot].size):
            h = 1e-6 * max(1.0, abs(float(arrays[slot].flat[element])))
            sides = []
            for sign in (-1, 1):
                nudged = [array.copy() for array in arrays]
                nudged[slot].flat[element] += sign * h
                sides.append(float(np.sum(g * case.forward(nudged))))
            expected = (sides[1] - sides[0]) / (2 * h)
            assert message.flat[element] == pytest.approx(expected, rel=1e-6, abs=1e-6)


@each_case
def test_adjoint_identity(case: Case) -> None:
    """<g, J v> = <vjp(g), v> for a direction v over all inputs at once."""
    arrays, g = case.arrays(), gradient_at_output(case)
    random = np.random.default_rng(11)
    direction = [random.uniform(-1, 1, shape) if i in case.slots else 0.0 for i, shape in enumerate(case.shapes)]
    ahead = case.forward([a + 1e-6 * v for a, v in zip(arrays, direction, strict=True)])
    behind = case.forward([a - 1e-6 * v for a, v in zip(arrays, direction, strict=True)])
    forward = float(np.sum(g * (ahead - behind) / 2e-6))
    backward = sum(float(np.sum(case.message(slot, g, arrays) * direction[slot])) for slot in case.slots)
    assert backward == pytest.approx(forward, rel=1e-6, abs=1e-6)


@each_case
def test_written_out_elements_are_the_rules_numbers(case: Case) -> None:
    arrays, g = case.arrays(), gradient_at_output(case)
    value = case.forward(arrays)
    for index in np.ndindex(*case.output):
        written = case.op.element(index, case.shapes, case.attributes)
        assert value_at(case, written, arrays, g) == pytest.approx(float(value[index]), rel=1e-12, abs=1e-15)
    for slot in case.slots:
        message = case.message(slot, g, arrays)
        for index in np.ndindex(*case.shapes[slot]):
            written = case.op.gradient_element(slot, index, case.shapes, case.attributes)
            assert value_at(case, written, arrays, g) == pytest.approx(float(message[index]), rel=1e-12, abs=1e-15)


@each_case
def test_formulas_over_whole_arrays_parse_and_name_only_what_is_there(case: Case) -> None:
    known = {*case.names, *case.op.inputs, "y", "g", "n", "k", "slope"}
    texts = [case.op.formula_for(case.attributes, case.shapes)]
    texts += [case.op.gradient_for(slot, case.attributes, case.shapes) for slot in case.slots]
    for text in texts:
        tree = parse_expression(text, conditions=True)
        assert {part.name for part in walk(tree) if isinstance(part, Symbol)} <= known


@pytest.mark.parametrize("case", [case for case in CASES if case.op.elementwise], ids=str)
def test_formulas_of_elementwise_operations_are_their_rules(case: Case) -> None:
    arrays, g = case.arrays(), gradient_at_output(case)
    named: dict[str, Any] = dict(zip(case.names, arrays, strict=True))
    named |= {"y": case.forward(arrays), "g": g, "slope": case.attributes.get("slope", 0.01)}

    def whole(text: str) -> Any:
        tree = parse_expression(text, conditions=True)
        return evaluate(tree, lambda leaf: named[leaf.name], ARRAY_FUNCTIONS)  # type: ignore[union-attr]

    formula = case.op.formula_for(case.attributes, case.shapes)
    np.testing.assert_allclose(whole(formula), named["y"], rtol=1e-12)
    for slot in case.slots:
        text = case.op.gradient_for(slot, case.attributes, case.shapes)
        expected = summed_to(np.asarray(whole(text)), case.shapes[slot], case.output)
        np.testing.assert_allclose(expected, case.message(slot, g, arrays), rtol=1e-12, atol=1e-15)
        derivative = np.asarray(g * whole(case.op.derivatives[slot]))
        np.testing.assert_allclose(
            summed_to(derivative, case.shapes[slot], case.output), case.message(slot, g, arrays), rtol=1e-12, atol=1e-15
        )


@each_op
def test_every_entry_says_why(op: Op) -> None:
    assert op.symbol
    assert len(op.vjps) == len(op.gradients) == len(op.derivatives) == len(op.whys) == len(op.inputs)
    assert sorted(op.messages_order(len(op.inputs))) == list(range(len(op.inputs)))
    for text in (op.why, *op.whys):
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        assert named <= {*op.inputs, "y", "along"}
        assert text.endswith(".")


@each_op
def test_every_keyword_has_samples(op: Op) -> None:
    assert set(op.attributes) <= set(KEYWORDS)


# Where numbers are large, at kinks or at the edge of a domain ---------------------------------------------------------


def gradient_of(program: str, x: Any, **inputs: Any) -> tuple[Array, Array]:
    """The value of y and the gradient of x, where the program computes y and loss."""
    trace = record(parse_program(program, inputs, {"x": x}))
    return trace.value("y"), trace.gradient("x")


@pytest.mark.parametrize(
    ("name", "x", "y", "gradient"),
    [
        ("tanh", [-1000.0, 1000.0], [-1, 1], [0, 0]),
        ("sigmoid", [-1000.0, 1000.0], [0, 1], [0, 0]),
        ("relu", [-1000.0, 0.0, 1000.0], [0, 0, 1000], [0, 0, 1]),
        ("leaky_relu", [-1000.0, 1000.0], [-10, 1000], [0.01, 1]),
        ("gelu", [-1000.0, 1000.0], [0, 1000], [0, 1]),
        ("softmax", [-1000.0, 1000.0], [0, 1], [0, 0]),
        ("log_softmax", [-1000.0, 1000.0], [-2000, 0], [1, -1]),
    ],
)
def test_large_numbers_saturate_and_do_not_overflow(
    name: str, x: list[float], y: list[float], gradient: list[float]
) -> None:
    value, found = gradient_of(f"y = {name}(x)\nloss = sum(y)", x)
    np.testing.assert_array_equal(value, y)
    np.testing.assert_array_equal(found, gradient)


def test_sigmoid_keeps_its_digits_far_down() -> None:
    value, gradient = gradient_of("y = sigmoid(x)\nloss = sum(y)", [-700.0])
    assert value[0] == pytest.approx(np.exp(-700.0), rel=1e-12)
    assert gradient[0] == pytest.approx(np.exp(-700.0), rel=1e-12)


@pytest.mark.parametrize("target", [1.0, [0.0, 1.0, 0.0]])
def test_cross_entropy_of_large_logits(target: Any) -> None:
    value, gradient = gradient_of("y = cross_entropy(x, t)\nloss = y * 1", [1000.0, -1000.0, 0.0], t=target)
    assert value == 2000.0
    np.testing.assert_array_equal(gradient, [1, -1, 0])


def test_cross_entropy_refuses_a_class_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="whole number from 0 to 2"):
        gradient_of("y = cross_entropy(x, t)\nloss = y * 1", [1.0, 2.0, 3.0], t=3)


def test_relu_stops_the_gradient_at_zero() -> None:
    _, gradient = gradient_of("y = relu(x)\nloss = y * 1", 0.0)
    assert gradient == 0.0


@pytest.mark.parametrize(("p", "t"), [([0.0, 1.0], [0.0, 1.0]), ([1.0, 0.0], [1.0, 0.0])])
def test_binary_cross_entropy_where_a_certain_answer_is_right(p: list[float], t: list[float]) -> None:
    value, gradient = gradient_of("y = binary_cross_entropy(x, t)\nloss = y * 1", p, t=t)
    assert value == 0.0
    np.testing.assert_array_equal(gradient, [0.5 if answer == 0.0 else -0.5 for answer in t])


def test_the_written_out_binary_cross_entropy_of_a_certain_answer() -> None:
    case = Case(OPS["binary_cross_entropy"], ((2,), (2,)), {})
    arrays, g = [np.array([0.0, 1.0]), np.array([0.0, 1.0])], np.array(1.0)
    assert value_at(case, case.op.element((), case.shapes, {}), arrays, g) == 0.0
    for index, expected in enumerate((0.5, -0.5)):
        assert value_at(case, case.op.gradient_element(0, (index,), case.shapes, {}), arrays, g) == expected


def test_binary_cross_entropy_where_a_certain_answer_is_wrong() -> None:
    value, gradient = gradient_of("y = binary_cross_entropy(x, t)\nloss = y * 1", [0.0, 0.5], t=[1.0, 1.0])
    assert value == np.inf
    assert gradient[0] == -np.inf


@pytest.mark.parametrize("axis", ["", ", axis=0"])
def test_equal_maxima_share_the_gradient(axis: str) -> None:
    value, gradient = gradient_of(f"y = max(x{axis})\nloss = y * 4", [3.0, 1.0, 3.0, 3.0, 3.0])
    assert value == 3.0
    np.testing.assert_array_equal(gradient, [1, 0, 1, 1, 1])


def test_a_power_of_zero_has_no_slope() -> None:
    _, gradient = gradient_of("y = x ** 0\nloss = y * 1", 0.0)
    assert gradient == 0.0
