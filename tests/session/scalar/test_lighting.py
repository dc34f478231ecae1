"""What is lit among single numbers: at every step its receiver, its edges, and the numbers of its arithmetic."""

import numpy as np
import pytest

from engine.explain import explain, number
from engine.expression import Reference
from tests.scalar_scenes import document_of
from visualizer.session.lighting import Lighting
from visualizer.session.scalar import scalar_lighting
from visualizer.session.session import Session

every_session = pytest.mark.parametrize("name", ["2-3-1", "skip", "neuron-by-hand", "backpropagation-by-hand", "iris"])


def session_of(name: str) -> Session:
    session = Session(document_of(name))
    session.set_level("scalar")
    return session


def steps(session: Session) -> list[tuple[int, Lighting]]:
    """Every place of single numbers with what is lit there."""
    found = []
    while not session.at_end:
        session.step_forward()
        session.reveal()
        found.append((session.scalar_place, scalar_lighting(session)))
    return found


def test_before_the_first_step_nothing_is_lit() -> None:
    light = scalar_lighting(session_of("2-3-1"))
    assert (light.receiver, light.edges, light.cells, light.result) == (None, (), (), None)


@every_session
def test_every_step_lights_its_receiver_its_edges_and_the_numbers_of_its_arithmetic(name: str) -> None:
    session = session_of(name)
    scene, trace = session.scalar_scene, session.scalars.trace
    lit = steps(session)
    assert [place for place, _ in lit] == list(range(1, len(trace.steps) + 1))
    for place, light in lit:
        step = trace.steps[place - 1]
        assert light.phase == step.phase
        assert light.receiver == trace.receiver(step)
        assert light.result is not None
        assert light.result.node == light.receiver
        assert all(scene.boxes[cell.node].grid(cell.kind) is not None for cell in light.cells)
        assert all(edge in scene.edge_of for edge in light.edges)
        if step.phase == "forward":
            inputs = trace.graph.nodes[step.node].inputs
            assert light.edges == tuple((step.node, slot) for slot in range(len(inputs)))
            assert {cell.node for cell in light.cells} <= set(inputs)
        elif step.phase == "backward":
            # The edge of an incoming gradient begins at what that is given to.
            assert all(scene.edge_of[edge].source == light.receiver for edge in light.edges)
        else:
            assert light.edges == ()


@every_session
def test_a_pill_says_the_number_that_has_arrived_where_there_is_room(name: str) -> None:
    session = session_of(name)
    trace = session.scalars.trace
    for place, light in steps(session):
        if light.receiver is not None and session.scalar_scene.boxes[light.receiver].form == "full":
            told = float(light.pill.replace("−", "-"))
            assert told == pytest.approx(float(number(trace, explain(trace, trace.steps[place - 1]).rule)), rel=1e-3)
        else:
            assert light.pill == ""


def test_what_is_pointed_at_in_an_array_is_found_among_its_numbers() -> None:
    session = session_of("2-3-1")
    scalars, weights = session.scalars, session.trace.graph.node("W1").id
    session.hover(Reference(weights, "gradient", (2, 1)))
    session.pick(Reference(weights, "value", (0, 1)))
    session.select(weights)
    light = scalar_lighting(session)
    assert light.hovered == Reference(scalars.scalar_of[weights, 5], "gradient", ())
    assert light.picked == Reference(scalars.scalar_of[weights, 1], "value", ())
    assert set(light.alike) == {scalars.scalar_of[weights, flat] for flat in range(6)}
    assert float(scalars.trace.values[light.hovered.node]) == session.trace.values[weights][2, 1]


def test_a_whole_array_and_what_is_not_in_the_picture_light_nothing() -> None:
    session = session_of("digits")
    weights = session.trace.graph.node("W1").id
    session.hover(Reference(weights, "value"))
    assert scalar_lighting(session).hovered is None
    shape = session.trace.graph.nodes[weights].shape
    missing = next(i for i in range(int(np.prod(shape))) if (weights, i) not in session.scalars.scalar_of)
    row, column = np.unravel_index(missing, shape)
    session.hover(Reference(weights, "value", (int(row), int(column))))
    assert scalar_lighting(session).hovered is None


def test_a_question_hides_the_number_that_it_asks_for() -> None:
    session = session_of("fully-connected-layer")
    session.go_to(next(step for step in range(len(session.trace.steps)) if session.asks_at(step)))
    light = scalar_lighting(session)
    assert light.asked == light.result
    assert (light.cells, light.pill) == ((), "")
    session.reveal()
    assert scalar_lighting(session).asked is None
