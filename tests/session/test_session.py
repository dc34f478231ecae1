"""The session: whatever is stepped, edited and looked at can be taken back, and its subscribers hear of it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session import cursor
from visualizer.session.appearance import Appearance
from visualizer.session.cursor import Position
from visualizer.session.document import parse
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import Change, Session, prepare

every_lesson = pytest.mark.parametrize("name", lesson_names(trains=False))

ASKING = "fully-connected-layer"


@pytest.fixture
def neuron() -> Session:
    return Session(load_lesson("neuron-by-hand"))


@pytest.fixture
def layer() -> Session:
    return Session(load_lesson(ASKING))


@pytest.fixture
def heard(neuron: Session) -> list[Change]:
    """What a subscriber of ``neuron`` is told."""
    told: list[Change] = []
    neuron.subscribe(told.append)
    return told


def question(session: Session) -> Session:
    """The session at its first question."""
    session.go_to(next(step for step in range(len(session.trace.steps) + 1) if session.asks_at(step)))
    return session


def numbers(session: Session) -> dict[str, Any]:
    """Every number of a session's trace, in plain lists."""
    trace = session.trace
    return {
        "values": [value.tolist() for value in trace.values],
        "gradients": [None if gradient is None else gradient.tolist() for gradient in trace.gradients],
        "messages": {edge: message.tolist() for edge, message in trace.messages.items()},
        "after": {i: update.after.tolist() for i, update in trace.updates.items()},
    }


# Stepping -----------------------------------------------------------------------------------------------------------


@every_lesson
def test_to_the_end_and_back_ends_where_it_began(name: str) -> None:
    session = Session(load_lesson(name))
    before, first = numbers(session), session.card
    there, back = [session.position], []
    while not session.at_end:
        assert len(there) == session.position.step + 1
        session.step_forward()
        there.append(session.position)
    assert session.position == Position(0, len(session.trace.steps))
    while not session.at_start:
        back.append(session.position)
        session.step_back()
    assert [*back, session.position] == there[::-1]
    assert session.card == first
    assert numbers(session) == before


@every_lesson
def test_along_every_single_path_and_back_ends_where_it_began(name: str) -> None:
    session = Session(load_lesson(name))
    session.walk()
    there, back = [session.position], []
    while not session.at_end:
        session.step_forward()
        there.append(session.position)
    paths = [cursor.path_count(session.trace, Position(0, step)) for step in range(1, len(session.trace.steps) + 1)]
    assert len(there) == sum(paths)
    while session.position != there[0]:
        back.append(session.position)
        session.step_back()
    assert [*back, session.position] == there[::-1]
    session.step_back()
    assert session.position == Position()


@every_lesson
def test_into_and_out_of_every_step(name: str) -> None:
    session = Session(load_lesson(name))
    for step in range(1, len(session.trace.steps) + 1):
        session.go_to(step)
        session.walk()
        assert session.position == Position(0, step, 0)
        session.step_out()
        assert session.position == Position(0, step)


@every_lesson
def test_first_and_last(name: str) -> None:
    session = Session(load_lesson(name))
    session.last()
    assert session.at_end
    assert session.position.step == len(session.trace.steps)
    session.first()
    assert session.at_start
    assert session.position == Position()


def test_going_outside_stays_inside(neuron: Session) -> None:
    neuron.go_to(1000)
    assert neuron.position.step == len(neuron.trace.steps)
    neuron.step_forward()
    assert neuron.position.step == len(neuron.trace.steps)
    neuron.go_to(-3)
    neuron.step_back()
    assert neuron.position == Position()


# Telling ------------------------------------------------------------------------------------------------------------

TELLING: dict[str, tuple[Callable[[Session], object], Change | None]] = {
    "forward": (Session.step_forward, Change.POSITION),
    "back": (Session.step_back, Change.POSITION),
    "into": (Session.step_into, Change.POSITION | Change.LEVEL),
    "single paths": (Session.walk, Change.POSITION),
    "same level": (lambda session: session.set_level("layer"), None),
    "same sample": (lambda session: session.set_sample(0), None),
    "same appearance": (lambda session: session.set_appearance(Appearance()), None),
    "weights": (lambda session: session.set_appearance(Appearance(shows="weight")), Change.LEVEL),
    "focus": (lambda session: session.set_focus(Reference(2, "value")), Change.LEVEL),
    "out of whole steps": (Session.step_out, None),
    "first": (Session.first, Change.POSITION),
    "last": (Session.last, Change.POSITION),
    "to here": (lambda session: session.go_to(3), None),
    "pick": (lambda session: session.pick(Reference(0, "value", ())), Change.PICK),
    "pick nothing": (lambda session: session.pick(None), None),
    "select": (lambda session: session.select(2), Change.PICK),
    "select nothing": (lambda session: session.select(None), None),
    "hover": (lambda session: session.hover(Reference(1, "value", ())), Change.HOVER),
    "hover nothing": (lambda session: session.hover(None), None),
    "reveal nothing": (Session.reveal, None),
    "edit": (lambda session: session.set_leaf("w1", 4.0), Change.TRACE | Change.POSITION),
    "undo nothing": (Session.undo, None),
    "redo nothing": (Session.redo, None),
    "same variant": (lambda session: session.set_variant(""), None),
    "open": (
        lambda session: session.open(load_lesson("linear-under-the-hood")),
        Change.DOCUMENT | Change.TRACE | Change.POSITION,
    ),
}


@pytest.mark.parametrize("deed", TELLING)
def test_subscribers_are_told_once_what_changed(deed: str, neuron: Session, heard: list[Change]) -> None:
    neuron.go_to(3)
    heard.clear()
    call, expected = TELLING[deed]
    call(neuron)
    assert heard == ([] if expected is None else [expected])


def test_undo_redo_and_reveal_are_told(layer: Session) -> None:
    told: list[Change] = []
    layer.subscribe(told.append)
    layer.set_size("n", 2)
    layer.undo()
    layer.redo()
    assert told == [Change.TRACE | Change.POSITION] * 3
    question(layer)
    told.clear()
    layer.reveal()
    assert told == [Change.REVEAL]


def test_subscribing_can_be_ended(neuron: Session) -> None:
    told: list[Change] = []
    end = neuron.subscribe(told.append)
    neuron.step_forward()
    end()
    neuron.step_forward()
    assert told == [Change.POSITION]


def test_a_subscriber_may_leave_while_it_is_told(neuron: Session) -> None:
    told: list[str] = []

    def once(change: Change) -> None:
        told.append("once")
        end()

    end = neuron.subscribe(once)
    neuron.subscribe(lambda change: told.append("always"))
    neuron.step_forward()
    neuron.step_forward()
    assert told == ["once", "always", "always"]


# Opening ------------------------------------------------------------------------------------------------------------


def test_opening_another_document_begins_anew(layer: Session) -> None:
    layer.set_size("n", 2)
    question(layer).reveal()
    layer.pick(Reference(0, "value", (0,)))
    layer.select(1)
    layer.open(load_lesson("neuron-by-hand"))
    assert layer.document.title == load_lesson("neuron-by-hand").title
    assert (layer.position, layer.picked, layer.selected, layer.hovered) == (Position(), None, None, None)
    assert not layer.can_undo
    assert not layer.can_redo
    assert not layer.edited
    assert layer.revealed == set()


def test_a_document_that_cannot_be_run_changes_nothing(neuron: Session, heard: list[Change]) -> None:
    text = "format = 1\ntitle = 'bad'\nprogram = 'y = cross_entropy(x, t)'\n[inputs]\nx = [1.0, 2.0]\nt = 5.0\n"
    neuron.go_to(7)
    document, trace, scene = neuron.document, neuron.trace, neuron.scene
    with pytest.raises(GradStepError):
        neuron.open(parse(text))
    assert (neuron.document, neuron.trace, neuron.scene) == (document, trace, scene)
    assert neuron.position == Position(0, 7)
    assert heard == [Change.POSITION]


def test_what_was_prepared_elsewhere_is_shown_as_it_is(neuron: Session) -> None:
    prepared = prepare(load_lesson("linear-under-the-hood"))
    neuron.open(prepared)
    assert neuron.document is prepared.document
    assert neuron.trace is prepared.trace
    assert neuron.scene is prepared.scene


# Edits --------------------------------------------------------------------------------------------------------------


def test_an_edit_runs_the_document_again_at_the_same_place(neuron: Session) -> None:
    neuron.go_to(9)
    neuron.set_leaf("x1", 1.0)
    assert neuron.position == Position(0, 9)
    assert neuron.trace.value("x1") == 1.0
    assert neuron.trace.value("x1w1") == -3.0
    assert neuron.trace.gradient("w1") == pytest.approx(1 - np.tanh(-3.0 + 6.8813735870195432) ** 2)
    assert neuron.scene.trace is neuron.trace
    assert neuron.card.position == neuron.position
    assert neuron.edited


def test_undo_and_redo_restore_exactly(neuron: Session) -> None:
    neuron.go_to(12)
    stages = [numbers(neuron)]
    for name, value in (("x1", 5.0), ("w2", -0.1), ("b", 1e-3), ("x1", 7.0)):
        neuron.set_leaf(name, value)
        stages.append(numbers(neuron))
    assert len({str(stage) for stage in stages}) == len(stages)
    for stage in reversed(stages[:-1]):
        assert neuron.can_undo
        neuron.undo()
        assert numbers(neuron) == stage
        assert neuron.position == Position(0, 12)
    assert not neuron.can_undo
    assert not neuron.edited
    for stage in stages[1:]:
        assert neuron.can_redo
        neuron.redo()
        assert numbers(neuron) == stage
    assert not neuron.can_redo


def test_a_new_edit_ends_what_could_be_done_again(neuron: Session) -> None:
    neuron.set_leaf("x1", 5.0)
    neuron.undo()
    neuron.set_leaf("x1", 6.0)
    assert not neuron.can_redo
    neuron.redo()
    assert neuron.trace.value("x1") == 6.0


@settings(max_examples=25)
@given(st.lists(st.one_of(st.sampled_from(["undo", "redo"]), st.floats(-10, 10)), max_size=12))
def test_edits_taken_back_and_done_again_in_any_order(deeds: list[str | float]) -> None:
    session = Session(load_lesson("neuron-by-hand"))
    past, ahead, now = [], [], 2.0
    for deed in deeds:
        if isinstance(deed, float):
            if deed != now:  # the same number again is no edit
                past, ahead, now = [*past, now], [], deed
            session.set_leaf("x1", deed)
        elif deed == "undo":
            if past:
                past, ahead, now = past[:-1], [now, *ahead], past[-1]
            session.undo()
        else:
            if ahead:
                past, ahead, now = [*past, now], ahead[1:], ahead[0]
            session.redo()
        assert session.trace.value("x1") == now
        assert (session.can_undo, session.can_redo) == (bool(past), bool(ahead))


def test_one_element_of_an_array(layer: Session) -> None:
    layer.set_element("w", (2, 1), 0.5)
    assert layer.trace.value("w").tolist() == [[1, -2], [3, 4], [-5, 0.5]]
    layer.undo()
    assert layer.trace.value("w").tolist() == [[1, -2], [3, 4], [-5, 6]]


BAD_EDITS: dict[str, Callable[[Session], None]] = {
    "not a number": lambda session: session.set_leaf("x", float("nan")),
    "infinite": lambda session: session.set_element("x", (0,), float("inf")),
    "another shape": lambda session: session.set_leaf("x", [1.0, 2.0]),
    "computed": lambda session: session.set_leaf("f", [1.0, 2.0]),
    "unknown": lambda session: session.set_leaf("nobody", 1.0),
    "no such size": lambda session: session.set_size("k", 2),
    "no size at all": lambda session: session.set_size("n", 0),
    "too large a size": lambda session: session.set_size("n", 10_000),
    "no such variant": lambda session: session.set_variant("tensorflow"),
}


@pytest.mark.parametrize("deed", BAD_EDITS)
def test_an_edit_that_fails_changes_nothing(deed: str, layer: Session) -> None:
    layer.go_to(3)
    layer.set_leaf("x", [1.0, 2.0, 3.0])
    layer.undo()
    layer.pick(Reference(0, "value", (1,)))
    told: list[Change] = []
    layer.subscribe(told.append)
    document, trace, scene, before = layer.document, layer.trace, layer.scene, numbers(layer)
    with pytest.raises(GradStepError):
        BAD_EDITS[deed](layer)
    assert (layer.document, layer.trace, layer.scene) == (document, trace, scene)
    assert numbers(layer) == before
    assert (layer.position, layer.picked) == (Position(0, 3), Reference(0, "value", (1,)))
    assert (layer.can_undo, layer.can_redo) == (False, True)
    assert told == []


def test_what_is_picked_and_selected_outlives_an_edit_that_keeps_the_shapes(layer: Session) -> None:
    picked = Reference(layer.document.graph.node("x").id, "value", (1,))
    layer.pick(picked)
    layer.select(picked.node)
    layer.set_element("x", (1,), 9.0)
    assert (layer.picked, layer.selected) == (picked, picked.node)
    layer.set_size("n", 1)
    assert (layer.picked, layer.selected) == (None, None)


# Sizes and variants -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 5, 6])
@pytest.mark.parametrize("m", [1, 3, 6])
@pytest.mark.parametrize("variant", ["", "pytorch"])
def test_any_size_in_either_convention_is_stepped_through(n: int, m: int, variant: str, layer: Session) -> None:
    layer.set_size("n", n)
    layer.set_size("m", m)
    layer.set_variant(variant)
    trace = layer.trace
    assert trace.value("x").shape == (n,)
    assert trace.value("f").shape == (m,)
    assert trace.value("w").shape == ((m, n) if variant else (n, m))
    w = trace.value("w").T if variant else trace.value("w")
    np.testing.assert_allclose(trace.value("f"), trace.value("x") @ w + trace.value("b"))
    np.testing.assert_allclose(trace.gradient("x"), w @ trace.value("df"))
    layer.walk()
    while not layer.at_end:
        assert layer.card.title
        layer.step_forward()


def test_both_conventions_have_the_same_numbers(layer: Session) -> None:
    written = {name: layer.trace.gradient(name) for name in ("x", "b")} | {"w": layer.trace.gradient("w").T}
    layer.set_variant("pytorch")
    for name, gradient in written.items():
        np.testing.assert_array_equal(layer.trace.gradient(name), gradient)
    layer.undo()
    assert layer.document.variant == ""


def test_a_size_that_shortens_the_arrays_keeps_a_place_within_them(layer: Session) -> None:
    layer.last()
    layer.walk()
    layer.set_size("n", 1)
    assert layer.position.step <= len(layer.trace.steps)
    assert layer.card.position == layer.position


# Looking ------------------------------------------------------------------------------------------------------------


def test_a_pick_is_for_its_step(neuron: Session) -> None:
    neuron.go_to(3)
    neuron.pick(Reference(0, "value", ()))
    neuron.walk()
    assert neuron.picked == Reference(0, "value", ())
    neuron.go_to(4)
    assert neuron.picked is None


def test_picking_an_element_of_the_result_shows_its_arithmetic() -> None:
    session = Session(load_lesson("backpropagation-by-hand"))
    for step in range(1, len(session.trace.steps) + 1):
        session.go_to(step)
        target, result = session.card.target, session.card.result
        assert target is not None
        assert result is not None
        for index in np.ndindex(*result.shape):
            session.pick(Reference(target.node, target.kind, index))
            assert session.card.chosen == index
            assert any(line.target.index == index for line in session.card.lines)


@every_lesson
def test_steps_that_touch_a_node_compute_use_give_or_update_it(name: str) -> None:
    session = Session(load_lesson(name))
    graph, trace = session.trace.graph, session.trace
    for node in graph.nodes:
        touching = session.steps_touching(node.id)
        assert list(touching) == sorted(set(touching))
        given = [*trace.arrivals[node.id]]
        given += [at for at in (trace.value_at[node.id], trace.update_at.get(node.id)) if at]
        given += [trace.value_at[consumer] for consumer, _ in graph.consumers[node.id]]
        given += [at for at, step in enumerate(trace.steps, 1) if step.phase == "backward" and step.node == node.id]
        assert set(touching) == set(given), node.name


def test_the_steps_that_touch_the_neuron(neuron: Session) -> None:
    graph, steps = neuron.trace.graph, neuron.trace.steps
    words = {"forward": lambda step: graph.nodes[step.node].name, "update": lambda step: graph.nodes[step.node].name}
    n = graph.node("n").id
    touched = [steps[at - 1] for at in neuron.steps_touching(n)]
    assert [words[step.phase](step) for step in touched if step.phase != "backward"] == ["n", "o"]
    receivers = [graph.nodes[neuron.trace.receiver(step)].name for step in touched if step.phase == "backward"]
    assert receivers == ["n", "x1w1 + x2w2", "b"]


@every_lesson
def test_sections_cover_the_timeline(name: str) -> None:
    session = Session(load_lesson(name))
    assert session.sections[0][0] == 1
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        assert session.card.section == [title for start, title in session.sections if start <= max(step, 1)][-1]


# Questions ----------------------------------------------------------------------------------------------------------


def test_a_question_hides_until_it_is_revealed(layer: Session) -> None:
    question(layer)
    assert layer.asking
    assert layer.card.asked
    layer.reveal()
    assert not layer.asking
    assert not layer.card.asked
    assert layer.card.result is not None
    layer.first()
    question_at = layer.revealed.copy().pop()
    layer.go_to(question_at)
    assert not layer.asking


def test_a_right_answer_reveals_and_a_wrong_one_does_not(layer: Session) -> None:
    question(layer)
    right = (1.5, -1.0, -3.0, 2.0, 6.0, -4.0)
    assert layer.trace.gradient("w").ravel().tolist() == list(right)
    wrong = [
        (), right[:-1], (*right, 0.0), tuple(-number for number in right), (1.5, -1.0, -3.0, 2.0, 6.0, -3.9),
        (1.5, -3.0, 6.0, -1.0, 2.0, -4.0), (*right[:-1], float("nan")),
    ]  # fmt: skip
    for guess in wrong:
        assert not layer.answer(guess), guess
        assert layer.asking
    assert layer.answer(right)
    assert not layer.asking


def test_an_answer_may_be_rounded(layer: Session) -> None:
    question(layer)
    assert layer.answer((1.501, -1.0, -3.004, 2.0, 6.01, -4.0))


def test_both_questions_are_asked_one_after_the_other(layer: Session) -> None:
    asked = [step for step in range(len(layer.trace.steps) + 1) if layer.asks_at(step)]
    receivers = [layer.trace.graph.nodes[layer.trace.receiver(layer.trace.steps[step - 1])].name for step in asked]
    assert receivers == ["w", "b"]
    layer.go_to(asked[0])
    layer.reveal()
    assert layer.asks_at(asked[1])


def test_questions_come_again_with_another_document(layer: Session) -> None:
    question(layer).reveal()
    layer.open(load_lesson(ASKING))
    assert question(layer).asking


def test_what_was_revealed_stays_so_through_an_edit(layer: Session) -> None:
    question(layer).reveal()
    layer.set_element("x", (0,), 4.0)
    assert not layer.asking
    layer.undo()
    assert not layer.asking


def test_no_answer_is_asked_for_before_the_first_step(neuron: Session) -> None:
    with pytest.raises(GradStepError):
        neuron.answer((1.0,))


def test_the_single_paths_of_a_question_are_asked_too(layer: Session) -> None:
    question(layer).walk()
    assert layer.position.path == 0
    assert layer.card.asked


# A glimpse ----------------------------------------------------------------------------------------------------------


def test_a_glimpse_is_what_a_move_there_leads_to_and_moves_nothing(layer: Session) -> None:
    told: list[Change] = []
    layer.subscribe(told.append)
    layer.go_to(3)
    layer.pick(Reference(layer.trace.receiver(layer.trace.steps[2]), "value", (0,)))
    told.clear()
    ahead, behind = (layer.glimpse(position) for position in layer.neighbours)
    assert (ahead.position, behind.position, layer.position) == (Position(step=4), Position(step=2), Position(step=3))
    assert (ahead.picked, layer.picked is None) == (None, False)
    card = ahead.card
    ahead.step_forward()
    assert told == []
    layer.step_forward()
    assert layer.card is card


def test_there_is_one_neighbour_at_the_start_and_at_the_end(layer: Session) -> None:
    assert layer.neighbours == (Position(step=1),)
    layer.last()
    assert layer.neighbours == (Position(step=len(layer.trace.steps) - 1),)


def test_an_edit_stays_with_another_variant_and_another_size() -> None:
    session = Session(load_lesson("fully-connected-layer"))
    session.set_element("w", (0, 1), 9.0)
    session.set_element("b", (1,), -4.0)
    session.set_variant("pytorch")
    assert session.trace.value("w")[1, 0] == 9.0
    session.set_size("n", 4)
    assert session.trace.value("b")[1] == -4.0
    session.set_variant("")
    assert session.trace.value("b")[1] == -4.0
    for _ in range(3):
        session.undo()
    assert session.trace.value("w")[0, 1] == 9.0


def test_what_changes_nothing_is_no_edit() -> None:
    session = Session(load_lesson("fully-connected-layer"))
    session.set_size("n", 3)
    session.set_element("b", (0,), float(session.trace.value("b")[0]))
    session.set_variant("")
    assert not session.can_undo
