"""Find in a real session: what is known at each level, and what of it is in the picture."""

import numpy as np
import pytest

from tests.iterations import inside
from tests.session.finding.places import batch_of_two
from visualizer.session.finding import find, known_step
from visualizer.session.session import Session


@pytest.fixture
def session() -> Session:
    return batch_of_two()


@pytest.mark.parametrize("level", ["layer", "neuron", "scalar"])
def test_no_level_finds_what_is_not_known_yet(session: Session, level: str) -> None:
    session.set_level(level)  # type: ignore[arg-type]
    session.first()
    while True:
        step = known_step(session)
        assert step in (session.position.step, session.position.step - 1)
        for match in find(session, "|gradient| >= 0").matches:
            assert session.trace.gradient_state(match.node, step).value is not None
        for match in find(session, "|value| >= 0").matches:
            assert session.trace.value_at[match.node] <= step
        if session.at_end:
            break
        session.step_forward()
    assert known_step(session) == len(session.trace.steps)


def test_levels_below_agree_on_the_elements_of_a_sample(session: Session) -> None:
    session.last()
    for sample in (0, 1):
        session.set_level("neuron")
        session.set_sample(sample)
        neurons = set(find(session, "value < 0").matches)
        session.set_level("scalar")
        session.last()
        numbers = set(find(session, "value < 0").matches)
        shown, nodes = session.scalars.scalar_of, session.trace.graph.nodes
        places = {
            match: np.ravel_multi_index(match.index, nodes[match.node].shape) if match.index else 0 for match in neurons
        }
        assert numbers == {match for match, place in places.items() if (match.node, place) in shown}
        assert numbers


def test_running_sums_lead_to_their_element(session: Session) -> None:
    session.set_level("scalar")
    found = find(session, "×")
    names = {session.trace.graph.nodes[match.node].name for match in found.matches}
    assert {"z1", "y"} <= names
    assert not find(session, "quokka").matches


def test_found_is_kept_and_walked_by_the_session() -> None:
    lab = inside()
    lab.find("weight")
    assert lab.found is not None
    first = lab.found.at
    lab.find_next(1)
    assert lab.found.at == (first + 1) % lab.found.total
    assert lab.selected == lab.found.matches[lab.found.at].node
