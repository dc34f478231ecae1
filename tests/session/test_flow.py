"""The rule over arrays too large for a card: a few rows and columns of each, with what takes part among them."""

import numpy as np

from engine.explain import recorded
from tests.iterations import ALL_AT_ONCE, at_step, at_update, inside, pick
from visualizer.session.document import parse
from visualizer.session.excerpt import GAP_SIGNS
from visualizer.session.flow_builder import EXCERPT_COLUMNS, EXCERPT_ROWS
from visualizer.session.session import Session
from visualizer.session.tile import Flow, Tile


def tiles(flow: Flow) -> list[Tile]:
    return [part for part in flow if isinstance(part, Tile)]


def test_an_excerpt_is_small_and_holds_recorded_numbers() -> None:
    session = at_step(inside(network="2-64-64-1 tanh"), "forward", "z2")
    assert not session.card.flow
    shown = tiles(session.card.excerpt)
    assert [tile.whole for tile in shown] == [(64, 10), (64, 64), (64, 10), (64,)]
    for tile in shown:
        assert len(tile.cells) <= EXCERPT_ROWS + 2
        assert len(tile.cells[0]) <= EXCERPT_COLUMNS + 2
        assert len(tile.row_labels) == len(tile.cells)
        for cell in (cell for row in tile.cells for cell in row):
            if cell.reference is None:
                assert cell.text in GAP_SIGNS
            else:
                assert cell.value == recorded(session.trace, cell.reference)
    assert shown[0].column_labels == ("sample 1", "sample 2", "sample 3", "⋯", "sample 10")
    assert shown[1].column_labels == ("1", "2", "3", "⋯", "64")
    assert shown[1].row_labels == ("1", "2", "⋮", "64")


def test_the_chosen_element_is_in_sight_with_what_it_is_made_of() -> None:
    session = at_step(inside(network="2-64-64-1 tanh"), "forward", "z2")
    pick(session, "z2", (20, 6))
    result, weights, inputs, bias = tiles(session.card.excerpt)
    assert [lit.index for lit in lit_cells(result)] == [(20, 6)]
    assert {lit.index[0] for lit in lit_cells(weights)} == {20}
    assert {lit.index[1] for lit in lit_cells(inputs)} == {6}
    assert [lit.index for lit in lit_cells(bias)] == [(20,)]
    assert result.column_labels == inputs.column_labels == ("sample 1", "sample 2", "⋯", "sample 7", "⋯", "sample 10")


def lit_cells(tile: Tile) -> list:
    return [cell.reference for row in tile.cells for cell in row if cell.lit]


def test_a_transposed_array_is_cut_down_as_it_is_shown() -> None:
    session = at_step(inside(network="2-6-1 tanh"), "backward", "W1")
    inputs = tiles(session.card.excerpt)[-1]
    assert inputs.transposed
    assert inputs.whole == (10, 2)
    assert inputs.row_labels == ("sample 1", "sample 2", "⋮", "sample 10")
    assert [cell.text for cell in inputs.cells[2]] == ["⋮", "⋮"]


def test_a_computed_array_is_cut_down_too() -> None:
    session = at_step(inside(network="4-3, loss cross_entropy", data='set = "iris"'), "backward", "z1")
    softmax = next(tile for tile in tiles(session.card.excerpt) if tile.label == "softmax(z1)")
    assert softmax.whole == (3, 10)
    assert softmax.column_labels[0] == "sample 1"
    z = session.trace.value("z1")
    exact = np.exp(z[0, 0]) / np.exp(z[:, 0]).sum()
    assert abs(softmax.cells[0][0].value - exact) < 1e-12


def test_a_large_parameter_before_and_after_an_update() -> None:
    session = at_update(inside(ALL_AT_ONCE, network="2-64-64-1 tanh"), "W2")
    card = session.card
    assert not card.flow
    after, before = tiles(card.excerpt)
    update = session.trace.updates[session.trace.graph.ids["W2"]]
    assert after.cells[0][0].value == update.after[0, 0]
    assert before.cells[0][0].value == update.before[0, 0]
    assert after.whole == before.whole == (64, 64)


def test_long_equations_are_not_listed_for_every_element() -> None:
    session = at_step(inside(network="2-2-1 tanh"), "backward", "b1")
    assert len(session.card.lines) == 1  # of two sums of ten
    assert len(at_step(session, "backward", "W1").card.lines) == 1  # of four sums of ten products
    assert len(at_step(session, "update", "W1").card.lines) == 4


def test_an_array_of_three_axes_is_no_grid() -> None:
    text = 'format = 1\ntitle = "t"\nprogram = "C = A * B\\nloss = sum(C)"\n'
    text += "inputs = {A = {shape = [2, 3, 4], fill = [0.5]}}\nparameters = {B = {shape = [2, 3, 4], fill = [2.0]}}\n"
    session = Session(parse(text))
    for step in range(1, len(session.trace.steps) + 1):
        session.go_to(step)
        assert (session.card.flow, session.card.excerpt) == ((), ())
        assert session.card.lines
