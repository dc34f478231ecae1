"""Equations: every number has its place, nothing collides, and long ones are broken, shortened or scaled."""

import itertools
import math
from collections.abc import Hashable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter

from engine import parse_program, record
from engine.explain import element, explain, recorded, references
from engine.expression import Call, Expression, Number, Reference, Symbol, walk
from engine.language import parse_expression
from engine.ops import OPS
from engine.trace import Trace
from visualizer.resources import assets_folder
from visualizer.ui.ink import MOST_TERMS, Ink
from visualizer.ui.names import symbols_of
from visualizer.ui.typeset import SMALLEST_SCALE, Equation, Typesetter

EPSILON = 1e-6


@pytest.fixture(scope="module")
def setter(qapp: object) -> Typesetter:
    for file in ("STIXTwoMath-Regular.ttf", "Inter-Regular.ttf"):
        assert QFontDatabase.addApplicationFont(str(assets_folder() / "fonts" / file)) >= 0
    return Typesetter("STIX Two Math", "Inter", 20, QColor("#1D2129"), QColor("#6B7280"))


def plain(leaf: Number | Symbol | Reference) -> Ink:
    """Names as they are, every one with itself as its key; references are ``v`` and gradients."""
    if isinstance(leaf, Number):
        return Ink(f"{leaf.value:g}".replace("-", "−"), kind="number")
    if isinstance(leaf, Symbol):
        return Ink(leaf.name, key=leaf)
    place = ",".join(str(i + 1) for i in leaf.index or ())
    return Ink(f"v{leaf.node}", element=place, kind="gradient" if leaf.kind == "gradient" else "name", key=leaf)


def of(text: str) -> Expression:
    return parse_expression(text, conditions=True)


def keys(equation: Equation) -> list[Hashable]:
    return [key for _, key in equation.regions]


def names(equation: Equation) -> list[str]:
    return [key.name for key in keys(equation) if isinstance(key, Symbol)]


def assert_sound(equation: Equation) -> None:
    """Finite, and with regions that lie inside and apart."""
    for length in (equation.width, equation.height, equation.ascent):
        assert math.isfinite(length)
        assert length > 0
    assert equation.ascent <= equation.height + EPSILON
    for rectangle, _ in equation.regions:
        assert rectangle.width() > 0
        assert rectangle.height() > 0
        assert rectangle.left() >= -EPSILON
        assert rectangle.top() >= -EPSILON
        assert rectangle.right() <= equation.width + EPSILON
        assert rectangle.bottom() <= equation.height + EPSILON
    for (one, _), (other, _) in itertools.combinations(equation.regions, 2):
        common = one.intersected(other)
        assert common.width() <= EPSILON or common.height() <= EPSILON


# Real explanations --------------------------------------------------------------------------------------------------

PROGRAMS = {
    "neuron": ("x1w1 = x1 * w1\nx2w2 = x2 * w2\nn = x1w1 + x2w2 + b\no = tanh(n)",
               {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.88}),
    "network": ("z = linear(W, x, b)\na = relu(z)\nL = cross_entropy(a, t)",
                {"x": [2, 1, 3], "W": [[1, -1, 1], [1, 1, 0], [0, 1, 1]], "b": [-5, 0, 1], "t": [0, 1, 0]}),
    "activations": ("a = gelu(x) + sigmoid(x) * softmax(x) / sqrt(exp(x)) - leaky_relu(x)\n"
                    "L = sum(a) + max(x) * mean(x) * b ** 2",
                    {"x": [0.5, -1.0, 2.0], "b": 3.0}),
    "losses": ("L = mse(p, t) + binary_cross_entropy(p, t) + hinge(p, t) - sum(log_softmax(p))",
               {"p": [0.2, 0.7], "t": [0.0, 1.0]}),
    "matrices": ("L = sum((transpose(A) @ B) @ A)", {"A": [[1, 2], [3, 4]], "B": [[0, 1], [1, 0]]}),
}  # fmt: skip


def all_equations(trace: Trace, setter: Typesetter, width: float) -> list[tuple[Equation, set[Reference]]]:
    """Every step's rule, first element and calculation, with the references that each shows."""

    def named(leaf: Number | Symbol | Reference) -> Ink:
        if isinstance(leaf, Reference):
            place = ",".join(str(i + 1) for i in leaf.index or ())
            kind = "gradient" if leaf.kind == "gradient" else "name"
            return Ink(trace.graph.nodes[leaf.node].name, element=place, kind=kind, key=leaf)
        return replace(plain(leaf), key=None)

    def calculated(leaf: Number | Symbol | Reference) -> Ink:
        if isinstance(leaf, Reference):
            number = f"{recorded(trace, leaf):.4g}".replace("-", "−")
            return Ink(number, kind="number", key=leaf, underline=QColor("#2B8A50"))
        return replace(plain(leaf), key=None)

    found = []
    for step in trace.steps:
        explanation = explain(trace, step)
        index = tuple(0 for _ in explanation.result.shape)
        single = element(trace, step, index)
        target = Reference(explanation.target.node, explanation.target.kind, index)
        for left, right, write, times in (
            (explanation.target, explanation.rule, named, "·"),
            (target, single, named, "·"),
            (target, single, calculated, "×"),
        ):
            equation = setter.equation(right, write, left, explanation.relation, width, times)
            found.append((equation, {left, *references(right)}))
    return found


@pytest.mark.parametrize("width", [math.inf, 420.0, 200.0])
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_number_of_every_step_can_be_pointed_at(setter: Typesetter, program: str, width: float) -> None:
    source, values = PROGRAMS[program]
    for equation, shown in all_equations(record(parse_program(source, inputs=values)), setter, width):
        assert_sound(equation)
        assert set(keys(equation)) == shown
        for rectangle, key in equation.regions:
            assert equation.key_at(rectangle.center().x(), rectangle.center().y()) == key
        assert equation.key_at(-5.0, -5.0) is None


@pytest.mark.parametrize("name", OPS)
def test_every_operation_of_the_table_is_written(setter: Typesetter, name: str) -> None:
    op = OPS[name]
    shapes = [(2, 2)] * len(op.inputs)
    texts = [op.formula_for({}, shapes), *(op.gradient_for(slot, {}, shapes) for slot in range(len(op.inputs)))]
    for formula in texts:
        tree = of(formula)
        equation = setter.equation(tree, plain)
        assert_sound(equation)
        assert set(keys(equation)) == {part for part in walk(tree) if isinstance(part, Symbol)}


# Notation -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "symbols"),
    [
        ("x", [("𝑥", "")]),
        ("h", [("ℎ", "")]),
        ("W1", [("𝑊", "1")]),
        ("z10", [("𝑧", "10")]),
        ("x1w1", [("𝑥", "1"), ("𝑤", "1")]),
        ("y_pred", [("𝑦", "pred")]),
        ("w_1_2", [("𝑤", "1,2")]),
        ("θ1", [("𝜃", "1")]),
        ("eta", [("𝜂", "")]),
        ("ŷ", [("𝑦", "hat")]),
        ("loss", [("loss", "")]),
        ("layer2", [("layer", "2")]),
        ("learning_rate", [("learning_rate", "")]),
        ("β₁", [("𝛽", "1")]),
        ("m_hat", [("𝑚", "hat")]),
        ("‖g‖", [("‖𝑔‖", "")]),
    ],
)
def test_names_are_read_as_symbols(name: str, symbols: list[tuple[str, str]]) -> None:
    assert list(symbols_of(name)) == symbols


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("x + -3", "𝑥 + ( −3 )"),
        ("-3 * x", "−3 · 𝑥"),
        ("x * -3", "𝑥 · ( −3 )"),
        ("a - (b - c)", "𝑎 − ( 𝑏 − 𝑐 )"),
        ("a + -b", "𝑎 − 𝑏"),
        ("a - -b", "𝑎 − ( − 𝑏 )"),
        ("-a + b", "− 𝑎 + 𝑏"),
        ("-(a + b)", "− ( 𝑎 + 𝑏 )"),
        ("-g * a / b", "− 𝑔 · 𝑎 𝑏"),
        ("a * (b + c)", "𝑎 · ( 𝑏 + 𝑐 )"),
        ("(a + b) ** 2", "( 𝑎 + 𝑏 ) 2"),
        ("(x ** 2) ** 3", "( 𝑥 2 ) 3"),
        ("a @ (b * c)", "𝑎 ( 𝑏 · 𝑐 )"),
        ("transpose(W) @ g", "𝑊 𝖳 𝑔"),
        ("exp(-z)", "e − 𝑧"),
        ("exp(sqrt(a))", "exp ( 𝑎 )"),
        ("x ** (a / b)", "𝑥 𝑎 / 𝑏"),
        ("sigmoid(x)", "σ ( 𝑥 )"),
        ("Phi(x) + x * phi(x)", "Φ ( 𝑥 ) + 𝑥 · φ ( 𝑥 )"),
        ("sum(x)", "Σ 𝑥"),
        ("sum(a * b)", "Σ ( 𝑎 · 𝑏 )"),
        ("maximum(0, 1 - x)", "max ( 0 , 1 − 𝑥 )"),
        ("log_softmax(z)", "log softmax ( 𝑧 )"),
        ("abs(x) + floor(t / k)", "| 𝑥 | + 𝑡 𝑘"),
        ("c ** floor((t - 1) / k)", "𝑐 ⌊ ( 𝑡 − 1 ) / 𝑘 ⌋"),
        ("minimum(x, cos(pi * t)) * sign(p)", "min ( 𝑥 , cos ( 𝜋 · 𝑡 ) ) · sgn ( 𝑝 )"),
        ("square(a - b) * square(g) ** 2", "( 𝑎 − 𝑏 ) 2 · ( 𝑔 2 ) 2"),
        ("mean(x, axis=1)", "mean axis 1 ( 𝑥 )"),
        ("where(x > -1, 1, 0)", "1 if 𝑥 > −1 0 otherwise"),
        ("g * where(x > 0, 1, 0)", "𝑔 · 1 if 𝑥 > 0 0 otherwise"),
        ("x > 0 and not (y < 1 or y == 2)", "𝑥 > 0 and not ( 𝑦 < 1 or 𝑦 = 2 )"),
    ],
)
def test_formulas_are_written_as_in_a_textbook(setter: Typesetter, formula: str, written: str) -> None:
    assert setter.equation(of(formula), plain).text == written


@pytest.mark.parametrize(
    ("formula", "drawn"),
    [
        ("a / b", 0),
        ("a / b * c", 0),
        ("(a / b) ** 2", 2),
        ("exp(a / b)", 2),
        ("c * (a / b + 1)", 2),
        ("sqrt(a / b)", 1),
        ("where(x > 0, 1, 0)", 1),
        ("g * where(x > 0, 1, 0)", 1),
        ("where(x > 0, 1, 0) * g", 3),
        ("abs(a / b)", 2),
        ("floor(a / b) + abs(a)", 2),
    ],
)
def test_tall_brackets_braces_and_roots_are_drawn(setter: Typesetter, formula: str, drawn: int) -> None:
    assert len(setter.equation(of(formula), plain)._shapes) == drawn


def test_the_multiplication_sign_is_the_callers(setter: Typesetter) -> None:
    assert setter.equation(of("a * b"), plain, times="×").text == "𝑎 × 𝑏"


def test_a_gradient_is_a_fraction_of_the_loss(setter: Typesetter) -> None:
    gradient = setter.equation(Symbol("n"), lambda leaf: Ink("n", kind="gradient", of="o"))
    assert gradient.text == "𝜕 𝑜 𝜕 𝑛"
    assert gradient.height > 1.8 * setter.size


def test_values_without_a_name_are_written_as_their_expression(setter: Typesetter) -> None:
    def write(leaf: object) -> Ink:
        return Ink("x1w1 + x2w2", key="sum") if leaf == Symbol("s") else Ink("y")

    assert setter.equation(Symbol("s"), write).text == "𝑥 1 𝑤 1 + 𝑥 2 𝑤 2"
    product = setter.equation(of("s * y"), write)
    assert product.text == "( 𝑥 1 𝑤 1 + 𝑥 2 𝑤 2 ) · 𝑦"
    assert keys(product) == ["sum"]
    gradient = setter.equation(Symbol("s"), lambda leaf: Ink("a + b", kind="gradient"))
    assert gradient.text == "𝜕 𝐿 𝜕 ( 𝑎 + 𝑏 )"
    copy = setter.equation(Symbol("s"), lambda leaf: Ink("a + b (2)"))
    assert copy.text == "𝑎 + 𝑏"
    long = setter.equation(Symbol("s"), lambda leaf: Ink("a + b + c + d + f"))
    assert long.text == "𝑎 + 𝑏 + ⋯ + 𝑓"


def test_subscripts_and_elements(setter: Typesetter) -> None:
    assert setter.equation(Symbol("x"), lambda leaf: Ink("x", subscript="2,1")).text == "𝑥 2,1"
    assert setter.equation(Symbol("x"), lambda leaf: Ink("W1", element="2,1")).text == "𝑊 1 [2,1]"


# Heights ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("a", "a / b"),
        ("a", "where(a > 0, 1, 0)"),
        ("a", "a ** 2"),
        ("a / b", "(a / b) ** 2"),
        ("a / b", "a / (b / c)"),
        ("a / b", "sqrt(a / b)"),
        ("a + b", "log(a / b)"),
        ("where(a > 0, 1, 0)", "where(a > 0, b / c, 0)"),
    ],
)
def test_heights_grow_with_what_is_inside(setter: Typesetter, lower: str, higher: str) -> None:
    assert setter.equation(of(higher), plain).height > setter.equation(of(lower), plain).height


def test_what_stands_beside_a_fraction_stands_at_its_bar(setter: Typesetter) -> None:
    equation = setter.equation(of("a / b + c"), plain)
    places = {key.name: rectangle for rectangle, key in equation.regions}
    assert places["a"].bottom() < places["c"].center().y() < places["b"].top()


def test_what_is_printed_lies_inside(setter: Typesetter) -> None:
    equation = setter.equation(of("sqrt(a / b) * (W1 ** 2 / f) - where(x > 0, 1, 0)"), plain, Symbol("y"))
    for as_paths in (False, True):
        margin = 20
        image = QImage(int(equation.width) + 2 * margin, int(equation.height) + 2 * margin, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        equation.paint(painter, margin, margin, as_paths)
        painter.end()
        inked = [
            (x, y)
            for x, y in itertools.product(range(image.width()), range(image.height()))
            if image.pixelColor(x, y).lightness() < 200
        ]
        assert inked
        bounds = QRectF(margin - 2, margin - 2, equation.width + 4, equation.height + 4)
        assert all(bounds.contains(x, y) for x, y in inked)


# Width --------------------------------------------------------------------------------------------------------------

LONG = [
    "a*b + c*d - f*g + k*l + m*p - q*r + s*t + u*v",
    "y * (g - (a*b + c*d + f*g + k*l + m*p + q*r))",
    "log(exp(a) + exp(b) + exp(c) + exp(d) + exp(f) + exp(k))",
    "a / (b + c + d + f + k + l + m + n + p + q + r + s)",
    "maximum(a, b, c, d, f, g, h, k, l, m, n, p, q, r, s, t)",
    "a * b * c * d * f * g * h * k * l * m * n * p * q * r",
    "-(a + b + c + d + f + g + h + k + l + m) / n",
    "sqrt(a + b + c + d + f + g + h + k + l + m)",
]


@pytest.mark.parametrize("target", [None, Symbol("y")])
@pytest.mark.parametrize("width", [160.0, 240.0, 400.0])
@pytest.mark.parametrize("formula", LONG)
def test_long_equations_keep_to_the_width(
    setter: Typesetter, formula: str, width: float, target: Expression | None
) -> None:
    free = setter.equation(of(formula), plain, target)
    equation = setter.equation(of(formula), plain, target, width=width)
    assert_sound(equation)
    assert equation.width <= width + EPSILON
    assert equation.scale == 1.0
    assert names(equation) == names(free) or "/" in formula
    assert sorted(names(equation)) == sorted(names(free))
    if free.width > width:
        assert equation.height > free.height


def test_lines_break_before_signs_and_start_under_the_right_hand_side(setter: Typesetter) -> None:
    equation = setter.equation(of("a*b + c*d + f*g + k*l"), plain, Symbol("y"), width=120.0)
    places = {key.name: rectangle for rectangle, key in equation.regions}
    lines = {round(rectangle.center().y()) for rectangle in places.values()}
    assert len(lines) > 1
    assert places["a"].center().y() == pytest.approx(places["y"].center().y(), abs=0.3 * setter.size)
    for first, second in (("a", "b"), ("c", "d"), ("f", "g"), ("k", "l")):  # no term is torn
        assert abs(places[first].center().y() - places[second].center().y()) < 0.3 * setter.size
    assert min(places[name].left() for name in "cfk") >= places["a"].left() - EPSILON


def test_relations_stand_below_one_another(setter: Typesetter) -> None:
    wide = setter.equation(Symbol("Wide"), plain).width
    for target in (Symbol("z"), Symbol("Wide"), None):
        equation = setter.equation(Symbol("y"), plain, target, lead=wide)
        (place,) = (rectangle for rectangle, key in equation.regions if key == Symbol("y"))
        assert place.right() == pytest.approx(equation.width)
        assert equation.width == pytest.approx(setter.equation(Symbol("y"), plain, Symbol("Wide")).width)
        assert "=" in equation.text
    assert setter.equation(Symbol("y"), plain, Symbol("Wide"), lead=1.0).width == pytest.approx(equation.width)


def test_what_cannot_be_broken_is_scaled_down_to_a_limit(setter: Typesetter) -> None:
    whole = setter.equation(of("abracadabra ** hocuspocus"), plain)
    scaled = setter.equation(of("abracadabra ** hocuspocus"), plain, width=0.8 * whole.width)
    assert scaled.width == pytest.approx(0.8 * whole.width)
    assert scaled.height == pytest.approx(0.8 * whole.height)
    assert_sound(scaled)
    tiny = setter.equation(of("abracadabra ** hocuspocus"), plain, width=10.0)
    assert tiny.scale == SMALLEST_SCALE


def long_sum(count: int) -> Expression:
    return Call("add", tuple(Reference(i, "value") for i in range(count)))


def test_long_sums_are_shortened_and_the_rest_is_counted(setter: Typesetter) -> None:
    equation = setter.equation(long_sum(784), plain, width=400.0)
    assert "⋯ 777 more terms ⋯" in equation.text
    assert [key.node for key in keys(equation)] == [*range(MOST_TERMS.first), *range(784 - MOST_TERMS.last, 784)]
    assert equation.width <= 400.0
    assert "more" not in setter.equation(long_sum(12), plain).text
    assert len(setter.equation(long_sum(12), plain).regions) == 12


def test_a_sum_within_the_terms_of_another_is_shortened_more(setter: Typesetter) -> None:
    nested = Call("add", (Symbol("a"), Call("log", (long_sum(12),)), Symbol("b")))
    equation = setter.equation(nested, plain)
    assert "⋯ 9 more ⋯" in equation.text
    assert [key.node for key in keys(equation) if isinstance(key, Reference)] == [0, 1, 11]
    averaged = Call("divide", (long_sum(12), Number(12.0)))  # a fraction is no sum
    assert len(setter.equation(averaged, plain).regions) == 12
    assert "more" not in setter.equation(Call("maximum", long_sum(24).arguments), plain).text


def test_the_term_in_focus_is_shown_and_the_others_are_grey(setter: Typesetter) -> None:
    equation = setter.equation(long_sum(784), plain, focus=400)
    assert "⋯ 395 more terms ⋯" in equation.text
    assert "⋯ 381 more terms ⋯" in equation.text
    assert 400 in [key.node for key in keys(equation)]
    colors = [mark.color for _, mark in equation._texts]
    assert colors.count(setter.color) == 3  # v, its subscript and the sign before it
    assert setter.ghost in colors


# Painting -----------------------------------------------------------------------------------------------------------


def test_ink_gives_colour_underline_and_ghost(setter: Typesetter) -> None:
    red, green = QColor("#FF0000"), QColor("#00FF00")
    inks = {"a": Ink("0.5", kind="number", color=red, underline=green), "b": Ink("b", ghost=True)}
    equation = setter.equation(of("a * b"), lambda leaf: inks[leaf.name])
    image = QImage(120, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    equation.paint(painter, 10, 10)
    painter.end()
    seen = {image.pixelColor(x, y).name() for x in range(120) for y in range(60)}
    assert red.name() in seen
    assert green.name() in seen
    assert setter.color.name() not in seen  # the sign between them belongs to what vanishes
    assert setter.ghost in [mark.color for _, mark in equation._texts]


def test_painting_leaves_the_painter_as_it_was(setter: Typesetter) -> None:
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = painter.transform(), painter.pen().color()
    setter.equation(of("a / b"), plain).paint(painter, 5, 5)
    assert (painter.transform(), painter.pen().color()) == before
    painter.end()


# Any expression -----------------------------------------------------------------------------------------------------

LEAVES = st.one_of(
    st.floats(-99, 99).map(Number),
    st.sampled_from(["x", "W1", "x1w1", "y_pred", "loss", "a + b", "-c", "a / b (2)", "ŷ", "2"]).map(Symbol),
    st.builds(Reference, st.integers(0, 30), st.sampled_from(["value", "gradient"]), st.sampled_from([None, (0, 1)])),
)
UNARY = [
    "negate", "exp", "sqrt", "log", "tanh", "sigmoid", "transpose", "sum", "mean", "not", "Phi", "leaky_relu",
    "abs", "floor", "square", "sign", "cos",
]  # fmt: skip
BINARY = ["add", "subtract", "multiply", "divide", "power", "matmul", "less", "greater", "equal", "and", "or"]


def calls(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def call(names: list[str], least: int, most: int) -> st.SearchStrategy[Expression]:
        arguments = st.lists(inner, min_size=least, max_size=most).map(tuple)
        return st.builds(Call, st.sampled_from(names), arguments)

    return st.one_of(
        call(UNARY, 1, 1),
        call(BINARY, 2, 2),
        call(["add", "multiply", "maximum", "concatenate"], 1, 30),
        call(["where"], 3, 3),
    )


@given(
    tree=st.recursive(LEAVES, calls, max_leaves=40),
    width=st.sampled_from([math.inf, 300.0, 90.0]),
    target=st.booleans(),
)
def test_any_expression_is_typeset(setter: Typesetter, tree: Expression, width: float, target: bool) -> None:
    equation = setter.equation(tree, plain, Reference(0, "gradient", (1,)) if target else None, width=width)
    assert_sound(equation)
    assert set(keys(equation)) <= {part for part in walk(tree) if not isinstance(part, Number)} | {
        Reference(0, "gradient", (1,))
    }
