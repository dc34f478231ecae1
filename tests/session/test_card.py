"""Cards compared as data: every equation comes to its number, every tile holds what was recorded."""

from functools import cache

import numpy as np
import pytest

from engine.explain import number, recorded, references
from engine.expression import Reference, terms_of
from engine.ops import OPS
from engine.trace import Trace
from visualizer.session import cursor
from visualizer.session.card import Card, build_card, parameter_bars
from visualizer.session.cursor import Position
from visualizer.session.document import parse
from visualizer.session.formatting import number_text
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import Session
from visualizer.session.tile import Tile

BY_HAND = ("backpropagation-by-hand", "backpropagation-by-hand-exact")
CONNECTED = "fully-connected-layer"


@cache
def session_of(name: str, variant: str = "") -> Session:
    return Session(load_lesson(name).with_variant(variant) if variant else load_lesson(name))


def card_at(session: Session, step: int, path: int = -1, picked: Reference | None = None, asking: bool = False) -> Card:
    return build_card(session.document, session.trace, Position(0, step, path), picked, asking)


def cards(name: str) -> list[Card]:
    session = session_of(name)
    return [card_at(session, step) for step in range(len(session.trace.steps) + 1)]


def step_to(session: Session, name: str, phase: str = "backward") -> int:
    """The position of the first step of a phase that gives ``name`` a number."""
    trace = session.trace
    return next(
        at
        for at, step in enumerate(trace.steps, start=1)
        if step.phase == phase and trace.graph.nodes[trace.receiver(step)].name == name
    )


def tiles(card: Card) -> list[Tile]:
    return [part for part in card.flow if isinstance(part, Tile)]


def texts(tile: Tile) -> list[list[str]]:
    return [[cell.text for cell in row] for row in tile.cells]


every_lesson = pytest.mark.parametrize("name", lesson_names(trains=False))


# Every card ---------------------------------------------------------------------------------------------------------


@every_lesson
def test_every_step_has_a_card(name: str) -> None:
    session = session_of(name)
    start, *steps = cards(name)
    assert start.phase is None
    assert start.title
    assert session.document.specification.summary in (start.why, start.note)
    for at, (step, card) in enumerate(zip(session.trace.steps, steps, strict=True), start=1):
        assert (card.position, card.total, card.phase) == (Position(0, at), len(steps), step.phase)
        for text in (card.title, card.why, card.note, card.section):
            assert text
            assert "−-" not in text
        assert card.target is not None
        assert card.target.node == session.trace.receiver(step)
        assert card.rule is not None
        assert card.lines


@every_lesson
def test_every_equation_comes_to_its_number_which_is_the_recorded_one(name: str) -> None:
    session = session_of(name)
    for at, step in enumerate(session.trace.steps, start=1):
        result = card_at(session, at).result
        assert result is not None
        for index in np.ndindex(*result.shape):
            card = card_at(session, at, picked=Reference(session.trace.receiver(step), "gradient", index))
            assert card.chosen == index
            for line in card.lines:
                assert line.result == result[line.target.index or ()]
                assert number(session.trace, line.expression) == pytest.approx(line.result, rel=1e-12, abs=1e-15)
                terms = [number(session.trace, term) for term in terms_of(line.expression)]
                assert sum(terms) == pytest.approx(line.result, rel=1e-12, abs=1e-15)


@every_lesson
def test_the_chosen_element_is_among_the_lines(name: str) -> None:
    for card in cards(name)[1:]:
        assert card.chosen in [line.target.index for line in card.lines]
        assert len(card.lines) in (1, np.size(card.result))


@every_lesson
def test_tiles_hold_recorded_numbers(name: str) -> None:
    session = session_of(name)
    trace = session.trace
    for card in cards(name)[1:]:
        assert card.target is not None
        assert card.result is not None
        for part, tile in enumerate(tiles(card)):
            for cell in (cell for row in tile.cells for cell in row):
                if cell.reference is None:
                    assert cell.text in ("1", "0")
                elif part == 0 and cell.reference.node == card.target.node:
                    assert cell.text == number_text(float(card.result[cell.reference.index or ()]))
                elif isinstance(tile.label, str) and not tile.label.startswith("["):
                    assert cell.text == number_text(computed(trace, tile.label, cell.reference))
                else:
                    state = trace.gradients[cell.reference.node]
                    assert cell.reference.kind == "value" or state is not None
                    assert cell.text == number_text(recorded(trace, cell.reference))


def computed(trace: Trace, label: str, reference: Reference) -> float:
    """One entry of a tile that holds a function of a recorded array: a mask, or softmax."""
    array = trace.values[reference.node]
    whole = array > 0 if label.endswith("> 0") else OPS[label.partition("(")[0]].forward(array)
    return float(whole[reference.index or ()])


@every_lesson
def test_tiles_are_rectangular_and_labelled_along_their_axes(name: str) -> None:
    for card in cards(name):
        for tile in [*tiles(card), *([card.jacobian] if card.jacobian else [])]:
            assert len({len(row) for row in tile.cells}) == 1
            assert len(tile.row_labels) in (0, len(tile.cells))
            assert len(tile.column_labels) in (0, len(tile.cells[0]))


@every_lesson
def test_what_is_lit_in_the_tiles_is_what_the_equation_of_the_chosen_element_names(name: str) -> None:
    for card in cards(name)[1:]:
        chosen = next(line for line in card.lines if line.target.index == card.chosen)
        named = {*references(chosen.expression), chosen.target}
        lit = {cell.reference for tile in tiles(card) for row in tile.cells for cell in row if cell.lit}
        assert lit - {None} <= named


@every_lesson
def test_what_has_arrived_adds_up_to_the_gradient_so_far(name: str) -> None:
    for card in cards(name)[1:]:
        if card.phase != "backward":
            assert card.state is None
            assert card.arrived == ()
            continue
        assert card.state is not None
        assert card.state.value is not None
        assert len(card.arrived) == card.state.arrived >= 1
        np.testing.assert_allclose(sum(message for _, message in card.arrived), card.state.value, rtol=1e-12)


def test_a_number_used_twice_says_who_has_sent_what() -> None:
    text = "format = 1\ntitle = 't'\nprogram = '''\np = a * b\ny = p * p + a\n'''\n[parameters]\na = 2.0\nb = 3.0\n"
    session = Session(parse(text))
    trace = session.trace
    steps = trace.arrivals[trace.graph.node("a").id]
    first, second = (card_at(session, step) for step in steps)
    assert first.relation == second.relation == "+="
    assert [float(message) for _, message in second.arrived] == [1.0, 36.0]
    assert [sender for sender, _ in second.arrived][-1] == "p"
    assert first.state is not None
    assert first.state.kind == "partial"


# The single paths ---------------------------------------------------------------------------------------------------


@every_lesson
def test_every_single_path_has_its_card(name: str) -> None:
    session = session_of(name)
    for at in range(1, len(session.trace.steps) + 1):
        count = cursor.path_count(session.trace, Position(0, at))
        for path in range(count):
            card = card_at(session, at, path)
            walked = cursor.current_path(session.trace, card.position)
            assert walked is not None
            assert card.path == (path + 1, count)
            assert card.chosen == walked[0]
            marked = [line for line in card.lines if line.path >= 0]
            assert [(line.target.index, line.path) for line in marked] == [walked]
            assert 0 <= marked[0].path < len(terms_of(marked[0].expression))


# The worksheet's product --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize(("layer", "activation"), [("3", "a2"), ("2", "a1"), ("1", "x")])
@pytest.mark.parametrize("kind", ["W", "b"])
def test_weights_and_bias_come_from_one_product_with_a_one_behind_the_activation(
    name: str, layer: str, activation: str, kind: str
) -> None:
    session = session_of(name)
    trace = session.trace
    card = card_at(session, step_to(session, f"{kind}{layer}"))
    result, equals, gradient, inputs = card.flow
    assert isinstance(result, Tile)
    assert isinstance(gradient, Tile)
    assert isinstance(inputs, Tile)
    assert equals == "="
    row = [number_text(float(value)) for value in trace.value(activation)]
    assert texts(inputs) == [[*row, "1"]]
    assert inputs.split == ("column", len(row))
    dz = trace.gradient(f"z{layer}")
    assert texts(gradient) == [[number_text(float(value))] for value in dz]
    dw, db = trace.gradient(f"W{layer}"), trace.gradient(f"b{layer}")
    both = np.column_stack([dw, db])
    np.testing.assert_allclose(both, np.outer(dz, [*trace.value(activation), 1.0]), rtol=1e-12)
    assert texts(result) == [[number_text(float(value)) for value in line] for line in both]
    assert result.split == ("column", len(row))
    faint = [[cell.faint for cell in line] for line in result.cells]
    assert faint == [[kind == "b"] * len(row) + [kind == "W"]] * len(dz)


def test_no_other_step_is_such_a_product() -> None:
    session = session_of("backpropagation-by-hand")
    for at, step in enumerate(session.trace.steps, start=1):
        name = session.trace.graph.nodes[session.trace.receiver(step)].name
        split = [tile for tile in tiles(card_at(session, at)) if tile.split is not None]
        assert bool(split) == (step.phase == "backward" and name[0] in "Wb"), (step.phase, name)


# The Jacobian -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("variant", "equals"), [("", "wᵀ"), ("pytorch", "w")])
def test_the_jacobian_grows_entry_by_entry_and_is_the_weight_matrix(variant: str, equals: str) -> None:
    session = session_of(CONNECTED, variant)
    at = step_to(session, "x")
    w = session.trace.value("w") if variant else session.trace.value("w").T
    outputs, inputs = w.shape
    count = cursor.path_count(session.trace, Position(0, at))
    assert count == w.size
    seen: set[tuple[int, int]] = set()
    for path in range(count):
        card = card_at(session, at, path)
        assert card.jacobian is not None
        shown = {(j, i) for j in range(outputs) for i in range(inputs) if card.jacobian.cells[j][i].text != "·"}
        assert len(shown) == path + 1
        assert seen < shown
        (new,) = shown - seen
        assert [(j, i) for j in range(outputs) for i in range(inputs) if card.jacobian.cells[j][i].lit] == [new]
        for j, i in shown:
            assert card.jacobian.cells[j][i].text == number_text(float(w[j, i]))
        assert card.jacobian_equals == (equals if path + 1 == count else "")
        seen = shown
    whole = card_at(session, at)
    assert whole.jacobian is not None
    assert texts(whole.jacobian) == [[number_text(float(value)) for value in row] for row in w]
    assert whole.jacobian_equals == equals
    assert len(whole.jacobian.row_labels) == outputs
    assert len(whole.jacobian.column_labels) == inputs


def test_the_walked_term_is_the_entry_that_is_new() -> None:
    session = session_of(CONNECTED)
    at = step_to(session, "x")
    for path in range(cursor.path_count(session.trace, Position(0, at))):
        card = card_at(session, at, path)
        walked = cursor.current_path(session.trace, card.position)
        assert walked is not None
        (i,), j = walked
        assert card.jacobian is not None
        assert card.jacobian.cells[j][i].lit


def test_another_matrix_is_not_said_to_be_the_jacobian() -> None:
    program = "f = softmax(x)\ny = sum(f * t)"
    inputs = "inputs = {x = [1.0, 2.0], t = [1.0, 0.0]}"
    session = Session(parse(f"format = 1\ntitle = 't'\nprogram = '''\n{program}\n'''\n{inputs}\n"))
    card = card_at(session, step_to(session, "x"))
    assert card.jacobian is not None
    assert card.jacobian_equals == ""


# The bars -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_HAND)
def test_bars_grow_from_layer_three_to_layer_one(name: str) -> None:
    session = session_of(name)
    bars = parameter_bars(session.trace, len(session.trace.steps))
    assert [bar.name for bar in bars] == ["W3", "W2", "W1"]
    lengths = [bar.value or 0.0 for bar in bars]
    assert lengths == sorted(lengths)
    assert 0 < lengths[0] < lengths[1] < lengths[2]
    for bar in bars:
        assert bar.value == pytest.approx(float(np.linalg.norm(session.trace.gradient(bar.name))))


@pytest.mark.parametrize("name", BY_HAND)
def test_a_bar_appears_when_its_gradient_is_final(name: str) -> None:
    session = session_of(name)
    for at in range(len(session.trace.steps) + 1):
        shown = [bar.name for bar in parameter_bars(session.trace, at) if bar.value is not None]
        assert shown == [layer for layer in ("W3", "W2", "W1") if at >= step_to(session, layer)]


def test_a_neuron_has_a_bar_for_each_number() -> None:
    bars = parameter_bars(session_of("neuron-by-hand").trace, 100)
    assert {bar.name: bar.value for bar in bars} == pytest.approx({"b": 0.5, "w2": 0.0, "w1": 1.0})


# Questions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["w", "b"])
def test_a_question_stands_on_the_card_only_while_it_is_asked(name: str) -> None:
    session = session_of(CONNECTED)
    at = step_to(session, name)
    assert card_at(session, at, asking=True).asked.endswith("?")
    assert card_at(session, at).asked == ""


# Picking ------------------------------------------------------------------------------------------------------------


def test_picking_an_input_leads_to_the_terms_that_hold_it() -> None:
    session = session_of(CONNECTED)
    at = step_to(session, "f", "forward")
    x = session.trace.graph.node("x").id
    picked = Reference(x, "value", (1,))
    card = card_at(session, at, picked=picked)
    assert card.picked == picked
    assert len(card.lines) == 2
    for line in card.lines:
        holding = [term for term in terms_of(line.expression) if picked in references(term)]
        assert len(holding) == 1
        assert len(terms_of(line.expression)) == 4


def test_picking_one_weight_leads_to_the_output_that_uses_it() -> None:
    session = session_of("linear-under-the-hood")
    at = step_to(session, "L", "forward")
    card = card_at(session, at, picked=Reference(session.trace.graph.node("X").id, "value", (1, 0)))
    assert card.chosen == (1, 0)


# Large arrays -------------------------------------------------------------------------------------------------------


def test_arrays_too_large_for_tiles_show_one_element_and_no_flow() -> None:
    text = (
        "format = 1\ntitle = 't'\nprogram = '''\nh = W @ x\ny = sum(h)\n'''\n"
        "inputs = {x = {shape = [50], fill = [1.0, 2.0]}}\nparameters = {W = {shape = [40, 50], fill = [0.5]}}\n"
    )
    session = Session(parse(text))
    for at in range(1, len(session.trace.steps) + 1):
        card = card_at(session, at)
        assert all(len(tile.cells) <= 12 and len(tile.cells[0]) <= 10 for tile in tiles(card))
        assert len(card.lines) == 1
        assert number(session.trace, card.lines[0].expression) == pytest.approx(card.lines[0].result)


# Every operation ----------------------------------------------------------------------------------------------------

LINES = {
    "exp": "exp(v)", "log": "log(v * v)", "sqrt": "sqrt(v * v)", "power": "v ** 3", "divide": "v / u", "negate": "-v",
    "gelu": "gelu(v)", "leaky_relu": "leaky_relu(v)", "sigmoid": "sigmoid(v)", "subtract": "v - u", "tanh": "tanh(v)",
    "transpose": "transpose(M) @ v", "matmul": "M @ v", "softmax": "softmax(v)", "log_softmax": "log_softmax(v)",
    "sum": "sum(M, axis=0) * v", "mean": "mean(M) * v", "max": "max(v) * u", "mse": "mse(v, u)",
    "cross_entropy": "cross_entropy(v, p)", "binary_cross_entropy": "binary_cross_entropy(sigmoid(v), p)",
    "logarithms of what is no probability": "binary_cross_entropy(v, p)",
    "hinge": "hinge(v, s)", "concatenate": "concatenate(v, u)", "broadcast": "M * v + c", "outer": "M * M + u",
    "reshape": "reshape(M, size0=4) * 2",
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_cards_of_every_operation(name: str) -> None:
    text = f"""format = 1
title = "t"
program = '''
h = {LINES[name]}
y = sum(h * h)
'''
[inputs]
p = [0.0, 1.0]
s = [1.0, -1.0]
[parameters]
v = [1.5, -0.5]
u = [2.0, 0.25]
c = 3.0
M = [[1.0, -2.0], [0.5, 4.0]]
"""
    session = Session(parse(text))
    for at in range(1, len(session.trace.steps) + 1):
        card = card_at(session, at)
        assert card.title
        assert card.why
        for line in card.lines:
            assert number(session.trace, line.expression) == pytest.approx(
                line.result, rel=1e-9, abs=1e-12, nan_ok=True
            )
        for path in range(cursor.path_count(session.trace, Position(0, at))):
            assert card_at(session, at, path).path is not None
        for tile in tiles(card):
            assert len({len(row) for row in tile.cells}) == 1


# The rule as grids is shown only where it is true --------------------------------------------------------------------

FLOWS = {
    "softmax over columns": ("P = softmax(Z, axis=0)\nL = cross_entropy(Z, T, axis=0)", "L", "Z", True),
    "class indices": ("L = cross_entropy(Z, c)", "L", "Z", False),
    "the largest of each row": ("m = max(Z, axis=1)\nL = sum(m * m)", "m", "Z", False),
    "a bias over a batch": ("L = sum(linear(W, Z, b) * linear(W, Z, b))", "linear(W, Z, b)", "b", True),
}


@pytest.mark.parametrize("what", FLOWS)
def test_grids_stand_only_where_they_come_to_the_result(what: str) -> None:
    program, source, to, shown = FLOWS[what]
    inputs = "Z = [[1.0, 2.0, 0.5], [0.0, -1.0, 3.0], [2.0, 2.5, 1.0]]\nc = [0, 2, 1]\n"
    inputs += "T = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]\n"
    inputs += "W = [[1.0, 0.5, -1.0], [2.0, 0.0, 1.0]]\nb = [0.5, -0.5]\n"
    session = Session(parse(f"format = 1\ntitle = 't'\nprogram = '''\n{program}\n'''\n[inputs]\n{inputs}"))
    trace = session.trace
    consumer, receiver = trace.graph.ids[source], trace.graph.ids[to]
    position = next(
        place
        for place, step in enumerate(trace.steps, start=1)
        if step.phase == "backward" and step.node == consumer and trace.receiver(step) == receiver
    )
    assert bool(card_at(session, position).flow) == shown
