"""One cursor at three levels: the same place, the same numbers, whichever way one comes there."""

from collections.abc import Iterator

import numpy as np
import pytest

from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session.appearance import LEVELS, Level
from visualizer.session.change import Change
from visualizer.session.cursor import Position
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.pace import Cancelled, Pace
from visualizer.session.session import Session

every_lesson = pytest.mark.parametrize("name", lesson_names(trains=False))
BATCH = "linear-under-the-hood"


def places(session: Session) -> Iterator[Position]:
    """Every place on the way to the end at the session's level."""
    while not session.at_end:
        session.step_forward()
        yield session.position


@every_lesson
@pytest.mark.parametrize("level", LEVELS)
def test_to_the_end_and_back_at_any_level_passes_the_same_places(name: str, level: Level) -> None:
    session = Session(load_lesson(name))
    session.set_level(level)
    there = list(places(session))
    assert session.position.step == len(session.trace.steps)
    back = []
    while not session.at_start:
        session.step_back()
        back.append(session.position)
    assert back == [*there[-2::-1], Position()]


@every_lesson
def test_the_finer_the_level_the_more_steps(name: str) -> None:
    counts = []
    for level in LEVELS:
        session = Session(load_lesson(name))
        session.set_level(level)
        counts.append(len(list(places(session))))
    assert counts == sorted(counts)


@every_lesson
def test_a_level_down_and_up_again_comes_back_to_the_step(name: str) -> None:
    session = Session(load_lesson(name))
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        for _ in range(2):
            session.step_into()
        assert session.level == "scalar"
        for _ in range(2):
            session.step_out()
        assert (session.level, session.position) == ("layer", Position(0, max(step, 1)))


@every_lesson
def test_what_a_card_gives_a_number_to_is_the_recorded_number(name: str) -> None:
    session = Session(load_lesson(name))
    for level in ("neuron", "scalar"):
        session.first()
        session.set_level(level)
        for _ in places(session):
            card = session.card
            if session.asking or card.target is None or card.result is None:
                continue
            (line,) = [line for line in card.lines if line.target.index == card.chosen][:1] or [None]
            if line is None or card.relation == "←":
                continue
            reference = card.of_arrays(card.target)
            assert reference is not None
            step = session.trace.steps[session.position.step - 1]
            if level == "neuron":
                array = session.trace.message_of(step) if step.phase == "backward" else session.trace.values[step.node]
                assert reference.index is not None
                assert line.result == float(array[reference.index])


def test_single_paths_lead_to_the_neuron_of_their_sample() -> None:
    session = Session(load_lesson(BATCH))
    assert session.samples == len(session.trace.value("X"))
    session.walk()
    while session.card.chosen != (1, 0):
        session.step_forward()
    session.step_into()
    assert (session.level, session.sample, session.position.step) == ("neuron", 1, 1)
    assert session.receiver is not None
    assert session.receiver.index == (1, 0)


def test_samples_are_chosen_within_the_batch() -> None:
    session = Session(load_lesson(BATCH))
    heard: list[Change] = []
    session.subscribe(heard.append)
    session.set_sample(1)
    session.set_sample(None)
    assert heard == [Change.LEVEL] * 2
    with pytest.raises(GradStepError, match="there is no sample 3: the batch has 2"):
        session.set_sample(2)
    assert session.sample is None


def test_an_edit_keeps_the_level_the_sample_and_the_place() -> None:
    session = Session(load_lesson(BATCH))
    session.go_to(1)
    session.set_sample(1)
    session.set_level("neuron")
    session.set_element("X", (0, 0), 9.0)
    assert (session.level, session.sample, session.position.step) == ("neuron", 1, 1)
    assert session.neuron.trace is session.trace


def test_another_document_begins_with_its_layers() -> None:
    session = Session(load_lesson(BATCH))
    session.set_level("scalar")
    session.open(load_lesson("neuron-by-hand"))
    assert (session.level, session.sample, session.position) == ("layer", 0, Position())


def test_selection_and_focus_are_carried_over() -> None:
    session = Session(load_lesson("backpropagation-by-hand"))
    picked = Reference(session.trace.graph.ids["W2"], "value", (1, 2))
    session.select(picked.node)
    session.pick(picked)
    session.set_focus(picked)
    for level in ("neuron", "scalar", "layer"):
        session.set_level(level)
        assert (session.selected, session.picked, session.focus) == (picked.node, picked, picked)


@every_lesson
def test_gradients_at_the_end_are_the_same_at_every_level(name: str) -> None:
    session = Session(load_lesson(name))
    session.set_level("scalar")
    session.last()
    scalars = session.scalars
    for node, reference in enumerate(scalars.origin):
        if not scalars.is_element[node] or scalars.trace.gradients[node] is None:
            continue
        gradient = session.trace.gradients[reference.node]
        assert gradient is not None
        assert reference.index is not None
        state = scalars.trace.gradient_state(node, session.scalar_place)
        assert state.value is not None
        np.testing.assert_allclose(state.value, gradient[reference.index], rtol=1e-12, atol=1e-15)


def test_a_small_edit_of_the_program_moves_little() -> None:
    from visualizer.session.document import parse

    def document(extra: str) -> str:
        lines = [f"p{k} = x{k % 3} * w{k}" for k in range(9)]
        lines += [extra, "s = p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7 + p8", "y = tanh(s)"]
        leaves = "\n".join(f"w{k} = {0.1 * k - 0.3:.1f}" for k in range(9))
        program = "\n".join(line for line in lines if line)
        return (
            f'format = 1\ntitle = "Sums"\nprogram = """\n{program}\n"""\n[backward]\noutput = "y"\n'
            f"[inputs]\nx0 = 1.0\nx1 = 2.0\nx2 = -1.0\n[parameters]\n{leaves}\n"
        )

    session = Session(parse(document("")))
    before = {box.name: box.rect[1] for box in session.scene.boxes}
    column = {box.name: box.rect[0] for box in session.scene.boxes}
    session.edit(parse(document("q = p4 + p5")))
    after = {box.name: box.rect[1] for box in session.scene.boxes if box.name in before}
    assert set(after) == set(before)
    names = sorted(before)
    pairs = [(a, b) for a in names for b in names if a < b and abs(column[a] - column[b]) < 40]
    turned = [(a, b) for a, b in pairs if (before[a] < before[b]) != (after[a] < after[b])]
    assert len(turned) <= 0.05 * len(pairs), turned


def test_a_picture_under_way_can_be_stopped_and_tells_how_far_it_is() -> None:
    session = Session(load_lesson("digits"))
    preparation = session.preparation("scalar")
    assert preparation is not None
    with pytest.raises(Cancelled):
        preparation(Pace(lambda: True))
    told: list[float] = []
    preparation(Pace(progress=told.append))
    assert told == sorted(told)
    assert told[-1] == 1.0
    session.set_level("scalar")
    assert session.preparation("scalar") is not None
    assert session.scalar_scene is preparation(Pace())
