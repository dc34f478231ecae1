"""Find: by name, place, operation, role and condition; what is not known yet matches nothing, and is said."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine import parse_program
from engine.expression import Reference
from tests.session.finding.places import Place, place_in
from visualizer.session.finding import Found, find
from visualizer.session.finding.elements import parse_element
from visualizer.session.formatting import element_name
from visualizer.session.lessons import lesson_names, load_lesson

PROGRAM = "z1 = linear(W1, x, b1)\na1 = relu(z1)\ny = linear(W2, a1, b2)\nloss = mse(y, t)"
INPUTS = {"x": [1.0, -2.0, 0.5], "t": [1.0, 0.0]}
PARAMETERS = {
    "W1": [[1.0, 0.0, -1.0], [2.0, 1.0, 0.0], [0.0, -3.0, 1.0], [-1.0, 0.5, 0.5]],
    "b1": [0.0, 0.5, -20.0, 0.1],
    "W2": [[1.0, -1.0, 2.0, 0.0], [0.5, 0.5, 0.5, 0.5]],
    "b2": [0.0, 1.0],
}
BATCH = {"x": [[1.0, -2.0], [0.5, 3.0], [0.0, 1.0]], "t": [[1.0, 0.0], [0.0, 1.0]]}


def network() -> Place:
    return place_in(parse_program(PROGRAM, INPUTS, PARAMETERS))


def batch() -> Place:
    place = place_in(parse_program(PROGRAM, BATCH, PARAMETERS))
    graph = place.trace.graph
    place.units = SimpleNamespace(axes={graph.ids[name]: 1 for name in ("x", "t", "z1", "a1", "y")})
    return place


def names(place: Place, found: Found) -> list[str]:
    nodes = place.trace.graph.nodes
    return [element_name(nodes[match.node].name, match.index) for match in found.matches]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W", ["W1", "W2"]),
        ("w1", ["W1"]),
        ("relu", ["a1"]),
        ("linear", ["z1", "y"]),
        ("weight", ["W1", "W2"]),
        ("biases", ["b1", "b2"]),
        ("input", ["x", "t"]),
        ("parameters", ["W1", "b1", "W2", "b2"]),
        ("loss", ["loss"]),
        ("pre-act", ["z1", "y"]),
    ],
)
def test_whole_values_by_name_operation_and_role(text: str, expected: list[str]) -> None:
    place = network()
    found = find(place, text)
    assert names(place, found) == expected
    assert (found.total, found.at, found.refused) == (len(expected), 0, False)


def test_operations_by_their_signs() -> None:
    place = place_in(parse_program("s = a * b\no = s + a", {"a": 1.0, "b": 2.0}, output="o"))
    assert names(place, find(place, "+")) == ["o"]
    assert names(place, find(place, "×")) == ["s"]


def test_the_very_name_comes_first() -> None:
    place = place_in(parse_program("ab = a * b\no = ab + b", {"a": 1.0, "b": 2.0}, output="o"))
    found = find(place, "b")
    assert names(place, found) == ["b", "ab"]
    found = find(place, "o")
    assert names(place, found)[found.at] == "o"


@pytest.mark.parametrize(
    ("text", "node", "index", "kind"),
    [
        ("W1[2,1]", "W1", (1, 0), "value"),
        ("w1[ 2 , 1 ]", "W1", (1, 0), "value"),
        ("W1[21]", "W1", (1, 0), "value"),
        ("W1₂₁", "W1", (1, 0), "value"),
        ("a1[3]", "a1", (2,), "value"),
        ("x₂", "x", (1,), "value"),
        ("∂L/∂W1[4,3]", "W1", (3, 2), "gradient"),
        ("dL/dW2[1,1]", "W2", (0, 0), "gradient"),
    ],
)
def test_elements_by_their_places(text: str, node: str, index: tuple[int, ...], kind: str) -> None:
    place = network()
    for level in ("layer", "neuron"):
        place.level = level  # type: ignore[assignment]
        found = find(place, text)
        assert found.matches == (Reference(place.trace.graph.ids[node], kind, index),)  # type: ignore[arg-type]


def test_every_written_name_leads_back_to_its_element() -> None:
    for lesson in lesson_names():
        graph = load_lesson(lesson).graph
        for node in graph.nodes:
            for index in list(np.ndindex(*node.shape))[:40]:
                if node.name.isidentifier() and index:
                    read = parse_element(element_name(node.name, index), graph, dict, 0)
                    assert read == Reference(node.id, "value", index)


def test_a_place_in_a_batch_leaves_the_sample_out() -> None:
    place = batch()
    place.level, place.sample = "neuron", 1
    assert names(place, find(place, "a1[3]")) == ["a1[32]"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("W1[5,1]", "W1 is 4×3: its elements are [1,1] to [4,3], and [5,1] is none of them"),
        ("W1[0,1]", "[0,1] is none"),
        ("a1[9]", "4 numbers"),
        ("loss[1]", "single number"),
        ("W7", "did you mean “W"),
        ("quokka", "|gradient| > 10"),
        ("|value", "come in pairs"),
    ],
)
def test_what_is_not_there_is_answered_with_what_would_be_right(text: str, says: str) -> None:
    found = find(network(), text)
    assert found.refused
    assert not found.matches
    assert says in found.words
    assert found.words[0].isupper()


def test_nothing_is_found_for_nothing() -> None:
    assert find(network(), "  ") == Found()


def test_conditions_hold_for_the_recorded_numbers() -> None:
    place = network().end()
    place.level = "neuron"
    trace = place.trace
    found = find(place, "|gradient| > 0.1 and value < 0")
    expected = {
        (node.id, index)
        for node in trace.graph.nodes
        for index in np.ndindex(*node.shape)
        if trace.gradients[node.id] is not None
        and abs(trace.gradients[node.id][index]) > 0.1  # type: ignore[index]
        and (trace.updates[node.id].after if node.id in trace.updates else trace.values[node.id])[index] < 0
    }
    assert {(match.node, match.index) for match in found.matches} == expected
    assert expected
    assert found.total == len(expected) == len(found.matches)


def test_at_the_level_of_layers_whole_arrays_match() -> None:
    place = network().end()
    found = find(place, "gradient == 0")
    assert all(match.index is None and match.kind == "gradient" for match in found.matches)
    gradients = place.trace.gradients
    assert [match.node for match in found.matches] == [
        node.id
        for node in place.trace.graph.nodes
        if gradients[node.id] is not None and np.any(gradients[node.id] == 0)
    ]
    zeros = sum(int(np.count_nonzero(array == 0)) for array in gradients if array is not None)
    assert f"{zeros} elements in {len(found.matches)} arrays" in found.words


def test_a_gradient_that_has_not_arrived_matches_nothing() -> None:
    place = network()
    trace = place.trace
    for step in range(len(trace.steps) + 1):
        found = find(place.at(step), "gradient > -1e9 or gradient < 1e9")
        arrived = {node for node, positions in trace.arrivals.items() if positions and positions[0] <= step}
        assert {match.node for match in found.matches} == arrived
        waiting = any(step < at for positions in trace.arrivals.values() for at in positions)
        assert ("gradients that are not known yet" in found.words) == waiting


def test_a_partial_gradient_is_what_has_arrived() -> None:
    place = place_in(parse_program("s = a * b\no = s + a", {"a": 3.0, "b": 2.0}, output="o"))
    a, seen = place.trace.graph.ids["a"], []
    for step in range(len(place.trace.steps) + 1):
        state = place.trace.gradient_state(a, step)
        for sum_so_far in (1, 2, 3):
            matches = find(place.at(step), f"gradient == {sum_so_far}").matches
            assert (a in [match.node for match in matches]) == (state.value is not None and state.value == sum_so_far)
        seen.append(state.kind)
    assert "partial" in seen
    messages = find(place, "message == 2")  # from the product alone
    assert a in [match.node for match in messages.matches]


def test_what_a_question_hides_is_not_found() -> None:
    place = network()
    loss = place.trace.graph.ids["loss"]
    place.at(place.trace.value_at[loss])
    assert loss in [match.node for match in find(place, "value > 0").matches]
    place.asking = True
    assert loss not in [match.node for match in find(place, "value > 0").matches]


def test_updates_are_found_once_they_are_made() -> None:
    place = network()
    assert not find(place, "update != 0").matches
    found = find(place.end(), "update != 0")
    moved = [node for node, update in place.trace.updates.items() if np.any(update.after != update.before)]
    assert [match.node for match in found.matches] == sorted(moved)
    assert not find(place, "weight > 0 and value <= 0").matches


def test_of_a_batch_the_sample_is_searched_that_is_shown() -> None:
    place = batch().end()
    place.level = "neuron"
    z1 = place.trace.graph.ids["z1"]
    values = place.trace.values[z1]
    for sample in (0, 1):
        place.sample = sample
        matches = [match.index for match in find(place, "value < 0").matches if match.node == z1]
        assert matches == [(unit, sample) for unit in range(4) if values[unit, sample] < 0]
    place.sample = None
    found = find(place, "value < 0")
    indices = [match.index for match in found.matches if match.node == z1]
    assert indices == [(unit, int(np.argmax(values[unit] < 0))) for unit in range(4) if (values[unit] < 0).any()]
    assert "any of the samples" in found.words


def test_single_numbers_are_searched_where_they_are_shown() -> None:
    place = network().end()
    graph = place.trace.graph
    z1, w1 = graph.ids["z1"], graph.ids["W1"]
    inner = parse_program("p = w * x\ns = p + b", {"w": 1.0, "x": 1.0, "b": 0.0}, output="s")
    elements = ((w1, (0, 0)), (graph.ids["x"], (0,)), (graph.ids["b1"], (0,)), (z1, (0,)), (z1, (0,)))
    origin = [Reference(node, "value", index) for node, index in elements]
    place.scalars = SimpleNamespace(
        trace=SimpleNamespace(graph=inner), origin=origin, labels=("W1[1,1]", "x[1]", "b1[1]", "product", "z1[1]"),
        outer=[1, 1], words="z1[1] alone",
        scalar_of={(w1, 0): 0, (graph.ids["x"], 0): 1, (graph.ids["b1"], 0): 2, (z1, 0): 4},
    )  # fmt: skip
    place.level = "scalar"
    assert names(place, find(place, "W1")) == ["W1[11]"]
    assert names(place, find(place, "×")) == names(place, find(place, "product")) == ["z1[1]"]
    outside = find(place, "W2[1,1]")
    assert not outside.matches
    assert "Nothing of it is in the part that is shown" in outside.words


def test_no_more_are_kept_than_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualizer.session.finding.found.MOST", 5)
    place = network()
    place.level = "neuron"
    found = find(place, "W1")
    assert (len(found.matches), found.total) == (5, 12)
    assert "the first 5 are kept" in found.words


def test_after_the_last_comes_the_first() -> None:
    found = find(network(), "W")
    assert [found.moved(by).at for by in (0, 1, 2, -1)] == [0, 1, 0, 1]
    assert found.moved(1).current == found.matches[1]
    assert Found().moved(1) == Found()


def test_numbers_that_are_not_finite_are_found() -> None:
    place = place_in(parse_program("y = log(x)\ns = sum(y)", {"x": [0.0, -1.0, 1.0]})).end()
    place.level = "neuron"
    y = place.trace.graph.ids["y"]
    assert Reference(y, "value", (1,)) in find(place, "nan").matches
    assert Reference(y, "value", (0,)) in find(place, "inf").matches
    assert Reference(y, "value", (2,)) not in find(place, "nan or inf").matches
