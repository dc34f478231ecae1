"""The card of an update in several lines: every line comes to its number, which is the recorded one."""

import pytest

from engine.explain import number, recorded
from engine.expression import Number, Reference, Symbol, walk
from engine.optimizers import CLIPPINGS, OPTIMIZERS, REGULARISATIONS, SCHEDULES
from engine.updates import update_lines
from tests.iterations import ALL_AT_ONCE, at_update, inside, pick
from visualizer.session.update_card import MEANINGS, UpdateCard


def training(optimizer: str, penalty: str = "", clip: str = "", schedule: str = "constant") -> str:
    lines = [f'optimizer = "{optimizer}"', f'schedule = "{schedule}"']
    lines += [f'regularisation = "{penalty}"', "regularisation_rate = 0.02"] if penalty else []
    lines += [f'clipping = "{clip}"', "clipping_limit = 0.05"] if clip else []
    return "\n".join(lines)


def card_of(text: str, name: str = "W1") -> UpdateCard:
    update = at_update(inside(text), name).card.update
    assert update is not None
    return update


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("penalty", REGULARISATIONS)
@pytest.mark.parametrize("clip", CLIPPINGS)
@pytest.mark.parametrize("schedule", [name for name in SCHEDULES if name != "constant"])
def test_every_row_comes_to_its_number(optimizer: str, penalty: str, clip: str, schedule: str) -> None:
    session = at_update(inside(training(optimizer, penalty, clip, schedule)), "W2")
    for index in ((0, 0), (1, 3)):
        pick(session, "W2", index)
        card = session.card
        assert card.chosen == index
        assert card.update is not None
        rows = card.update.rows
        assert [row.part for row in rows[:3]] == ["rate", "gradient", "regularisation"]
        for row in rows:
            assert number(session.trace, row.expression) == row.result
        lines = update_lines(session.trace, session.trace.graph.ids["W2"])
        assert [row.result for row in rows] == [line.result_at(index) for line in lines]
        (line,) = card.lines
        assert line.result == rows[-1].result == session.trace.updates[session.trace.graph.ids["W2"]].after[index]
        assert line.target == Reference(session.trace.graph.ids["W2"], "value", index)
        assert line.expression == rows[-1].expression


def test_plain_gradient_descent_has_the_card_it_had() -> None:
    card = at_update(inside(), "W1").card
    assert card.update is None
    assert card.title == "W1 takes a step downhill"
    assert len(card.lines) == 8
    assert card.why.endswith("by the learning rate times its gradient.")


def test_the_card_says_what_takes_part() -> None:
    session = at_update(inside(ALL_AT_ONCE), "W1")
    card = session.card
    assert card.title == "Adam moves W1"
    assert card.why.startswith(OPTIMIZERS["adam"].why)
    for said in (REGULARISATIONS["l2"].why, CLIPPINGS["norm"].why, SCHEDULES["cosine"].why):
        assert said in card.why
    assert card.update is not None
    assert card.update.source == "Kingma & Ba 2015, algorithm 1"
    assert [row.caption for row in card.update.rows if row.caption] == [
        "cosine schedule", "L2 penalty", "clipped by norm",
    ]  # fmt: skip
    assert not card.update.remarks


def test_every_letter_is_told_once_with_its_number() -> None:
    for optimizer, schedule in (("adam", "cosine"), ("adamw", "step"), ("rmsprop", "step"), ("nesterov", "cosine")):
        update = card_of(training(optimizer, "l2", "norm", schedule))
        letters = [entry.letter for entry in update.given]
        assert len(letters) == len(set(letters))
        assert all(entry.meaning for entry in update.given)
        made = {row.target.name for row in update.rows if isinstance(row.target, Symbol)}
        named = {part.name for row in update.rows for part in walk(row.rule) if isinstance(part, Number)}
        assert set(letters) == named - made - {None, "π"}
    values = {entry.letter: entry.value for entry in card_of(ALL_AT_ONCE).given}
    assert (values["t"], values["T"], values["λ"], values["c"], values["η₀"]) == (6.0, 100.0, 0.01, 0.05, 0.01)


def test_settings_have_meanings_that_are_no_names() -> None:
    settings = [setting for entry in (*OPTIMIZERS.values(), *SCHEDULES.values()) for setting in entry.settings]
    assert set(MEANINGS) <= {setting.name for setting in settings}


def test_what_is_left_out_is_said() -> None:
    assert card_of(training("adam", "l2"), "b1").remarks == ("Biases are left out of the penalty.",)
    generous = 'optimizer = "momentum"\nclipping = "norm"\nclipping_limit = 1000.0'
    (remark,) = card_of(generous).remarks
    assert remark.startswith("The norm of all gradients together is ")
    assert remark.endswith(", within the limit 1000: nothing is clipped.")
    plain = card_of(training("sgd", "l1"), "b1")  # gradient descent in one line, and a remark
    assert (len(plain.rows), len(plain.remarks)) == (1, 1)


def test_an_update_that_moves_nothing_says_so() -> None:
    session = at_update(inside('optimizer = "momentum"', network="2-2-1 relu, init zeros", iteration=0), "W2")
    assert session.card.title == "Momentum leaves W2 where it is"
    assert at_update(session, "b2").card.title == "Momentum moves b2"


def test_the_parameter_before_and_after_stand_side_by_side() -> None:
    session = at_update(inside(ALL_AT_ONCE), "W1")
    card, update = session.card, session.trace.updates[session.trace.graph.ids["W1"]]
    after, arrow, before = card.flow
    assert arrow == "←"
    for tile, array in ((after, update.after), (before, update.before)):
        assert not isinstance(tile, str)
        assert [[cell.value for cell in row] for row in tile.cells] == array.tolist()
        assert [cell.reference.index for row in tile.cells for cell in row if cell.lit and cell.reference] == [(0, 0)]


def test_walking_an_update_goes_from_element_to_element() -> None:
    session = at_update(inside(ALL_AT_ONCE), "W2")
    session.walk()
    seen = []
    for _ in range(8):
        seen.append(session.card.chosen)
        assert session.card.update is not None
        assert recorded(session.trace, session.card.lines[0].target) != session.card.lines[0].result
        session.step_forward()
    assert seen == [(i, j) for i in range(2) for j in range(4)]
    session.step_out()
