"""What is lit, as data: the step's own edges and cells, the path being walked, and nothing that is asked."""

from itertools import pairwise

import pytest

from engine.explain import references
from engine.expression import Reference, terms_of
from tests.iterations import ALL_AT_ONCE, at_update, inside, pick
from visualizer.session import cursor
from visualizer.session.formatting import number_text
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.lighting import Lighting, lighting
from visualizer.session.scene import SEED
from visualizer.session.session import Session

every_lesson = pytest.mark.parametrize("name", lesson_names(trains=False))


@every_lesson
def test_before_the_first_step_nothing_is_lit(name: str) -> None:
    assert lighting(Session(load_lesson(name))) == Lighting()


@every_lesson
def test_every_step_lights_its_receiver_its_edges_and_the_numbers_of_its_equation(name: str) -> None:
    session = Session(load_lesson(name))
    graph = session.trace.graph
    for at, step in enumerate(session.trace.steps, start=1):
        session.go_to(at)
        session.reveal()
        light, card = lighting(session), session.card
        assert (light.phase, light.receiver) == (step.phase, session.trace.receiver(step))
        assert set(light.edges) <= set(session.scene.edge_of)
        if step.phase == "forward":
            assert light.edges == tuple((step.node, slot) for slot in range(len(graph.nodes[step.node].inputs)))
        elif step.phase == "update":
            assert light.edges == ()
        elif step.slot is not None:
            assert light.edges == ((step.node, step.slot),)
        else:
            assert light.edges == (() if graph.incoming is None else ((graph.incoming, SEED),))
        chosen = next(line for line in card.lines if line.target.index == card.chosen)
        assert set(light.cells) == set(references(chosen.expression))
        assert light.lines == ()
        assert light.asked is None


@every_lesson
def test_lit_cells_are_drawn_somewhere(name: str) -> None:
    session = Session(load_lesson(name))
    for at in range(1, len(session.trace.steps) + 1):
        session.go_to(at)
        session.reveal()
        light = lighting(session)
        for reference in {*light.cells, *([light.result] if light.result else [])}:
            grid = session.scene.boxes[reference.node].grid(reference.kind)
            assert grid is not None
            assert reference.index is not None
            assert reference.index in list(grid.indices())


@every_lesson
def test_a_single_number_that_arrives_is_said_in_a_pill(name: str) -> None:
    session = Session(load_lesson(name))
    for at in range(1, len(session.trace.steps) + 1):
        session.go_to(at)
        session.reveal()
        result = session.card.result
        assert result is not None
        assert lighting(session).pill == (number_text(float(result)) if result.ndim == 0 else "")


# The single paths ---------------------------------------------------------------------------------------------------


def walked_paths(session: Session) -> list[tuple[str, ...]]:
    """The names of the cells along every single path of the present step."""
    names = session.trace.graph.nodes

    def said(reference: Reference) -> str:
        place = "".join(str(i + 1) for i in reference.index or ())
        return f"{'d' if reference.kind == 'gradient' else ''}{names[reference.node].name}{place}"

    session.step_out()
    step, found = session.position.step, []
    session.walk()
    while session.position.step == step:
        lines = lighting(session).lines
        assert all(one[1] == other[0] for one, other in pairwise(lines))
        found.append((*(said(start) for start, _ in lines), said(lines[-1][1])))
        if session.at_end:
            break
        session.step_forward()
    return found


def test_the_four_paths_forward_and_the_four_paths_back() -> None:
    session = Session(load_lesson("linear-under-the-hood"))
    session.go_to(1)
    assert [(path[0], path[1], path[-1]) for path in walked_paths(session)] == [
        ("X11", "W11", "L11"), ("X12", "W21", "L11"), ("X21", "W11", "L21"), ("X22", "W21", "L21"),
    ]  # fmt: skip
    trace = session.trace
    back = trace.arrivals[trace.graph.node("X").id][0]
    session.go_to(back)
    assert [(path[0], path[1], path[-1]) for path in walked_paths(session)] == [
        ("dL11", "W11", "dX11"), ("dL11", "W21", "dX12"), ("dL21", "W11", "dX21"), ("dL21", "W21", "dX22"),
    ]  # fmt: skip


@every_lesson
def test_a_path_lights_its_own_term_alone(name: str) -> None:
    session = Session(load_lesson(name))
    session.walk()
    while True:
        session.reveal()
        light, card = lighting(session), session.card
        walked = cursor.current_path(session.trace, session.position)
        assert walked is not None
        line = next(line for line in card.lines if line.target.index == walked[0])
        assert set(light.cells) == set(references(terms_of(line.expression)[walked[1]]))
        if light.lines:
            assert light.lines[-1][1] == line.target
        if session.at_end:
            break
        session.step_forward()


# Questions ----------------------------------------------------------------------------------------------------------


def test_what_is_asked_is_not_given_away() -> None:
    session = Session(load_lesson("fully-connected-layer"))
    asked = [step for step in range(len(session.trace.steps) + 1) if session.asks_at(step)]
    assert asked
    for step in asked:
        session.go_to(step)
        light = lighting(session)
        assert light.asked == session.card.target
        assert light.cells == ()
        assert light.pill == ""
        session.walk()
        assert lighting(session).lines == ()
        session.step_out()
        session.reveal()
        assert lighting(session).asked is None
        assert lighting(session).cells


# What the person points at ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 4])
def test_what_is_hovered_and_selected_is_lit_at_any_time(step: int) -> None:
    session = Session(load_lesson("neuron-by-hand"))
    session.go_to(step)
    session.hover(Reference(1, "value", ()))
    session.select(2)
    light = lighting(session)
    assert light.hovered == Reference(1, "value", ())
    assert light.selected == 2


def test_what_is_picked_is_lit_where_nothing_else_lights_it() -> None:
    session = Session(load_lesson("neuron-by-hand"))
    session.pick(elsewhere := Reference(1, "value", ()))
    assert lighting(session).picked == elsewhere
    session.go_to(len(session.trace.steps))
    session.pick(elsewhere)
    light = lighting(session)
    assert elsewhere not in light.cells
    assert light.picked == elsewhere
    session.pick(light.cells[0])
    assert lighting(session).picked is None


def test_an_optimisers_update_lights_the_parameter_and_its_gradient() -> None:
    session = at_update(inside(ALL_AT_ONCE), "W2")
    pick(session, "W2", (1, 2))
    node = session.document.graph.ids["W2"]
    parameter, gradient = (Reference(node, kind, (1, 2)) for kind in ("value", "gradient"))
    assert set(lighting(session).cells) == {parameter, gradient}
    session.walk()
    parameter, gradient = (Reference(node, kind, (0, 0)) for kind in ("value", "gradient"))
    assert lighting(session).lines == ((parameter, gradient), (gradient, parameter))
