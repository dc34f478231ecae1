"""The path to where one is: iteration, phase, layer, neuron, element; and what one can choose there."""

import pytest

from tests.iterations import inside
from tests.session.finding.places import batch_of_two
from visualizer.session.crumbs import START, Crumbs, crumbs
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session


@pytest.fixture
def session() -> Session:
    return batch_of_two()


def texts(found: Crumbs) -> list[str]:
    return [frame.text for frame in found.frames]


def test_before_the_first_step_there_is_no_layer(session: Session) -> None:
    found = crumbs(session)
    assert (texts(found), found.phase, found.level) == ([START], None, "layer")


def test_at_the_level_of_layers_phase_and_array(session: Session) -> None:
    for at, step in enumerate(session.trace.steps, start=1):
        session.go_to(at)
        found = crumbs(session)
        receiver = session.trace.graph.nodes[session.trace.receiver(step)].name
        assert texts(found) == [step.phase, receiver]
        assert found.phase == step.phase
        assert (found.samples, found.part) == (1, "")


def test_below_it_the_neuron_and_the_number(session: Session) -> None:
    session.go_to(1)
    session.set_level("neuron")
    session.first()
    session.step_forward()
    session.step_forward()
    assert texts(crumbs(session)) == ["forward", "z1", "neuron 2"]
    assert [frame.depth for frame in crumbs(session).frames] == [None, "layer", "neuron"]
    session.step_into()
    deeper = crumbs(session)
    assert texts(deeper)[:3] == ["forward", "z1", "neuron 2"]
    assert deeper.frames[-1].depth == "scalar"
    assert "W1" in deeper.frames[-1].text
    assert (deeper.sample, deeper.samples, deeper.level) == (0, 2, "scalar")


def test_every_place_of_every_level_has_a_path(session: Session) -> None:
    for level in ("layer", "neuron", "scalar"):
        session.first()
        session.set_level(level)
        seen = set()
        while not session.at_end:
            found = crumbs(session)
            assert found.level == level
            assert all(texts(found))
            seen.add(found)
            session.step_forward()
        assert len(seen) > len(session.trace.steps) * (level != "layer")


def test_a_single_path_is_an_element() -> None:
    session = Session(load_lesson("fully-connected-layer"))
    session.go_to(1)
    session.walk()
    assert texts(crumbs(session)) == ["forward", "f", "f₁"]


def test_an_iteration_of_a_run_comes_first() -> None:
    session = inside()
    session.go_to(1)
    found = crumbs(session)
    assert found.frames[0].depth == "iteration"
    assert found.frames[0].text == f"iteration {session.position.iteration:,}"
    session.set_level("neuron")
    assert crumbs(session).samples == 10
    session.set_sample(None)
    assert crumbs(session).sample is None
