"""Every lesson is opened, stepped to its end and back, and held to the numbers of its source."""

import itertools
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Trace, check_gradients, record
from engine.explain import element, jacobian, references
from engine.expression import terms_of
from visualizer.session import anchors, cursor
from visualizer.session.cursor import Position
from visualizer.session.document import Document, parse
from visualizer.session.expectations import unmet
from visualizer.session.files import DocumentError
from visualizer.session.lessons import find, headlines, lesson_names, lesson_path, load_lesson
from visualizer.session.specification import Anchor

LESSONS = (
    "neuron-by-hand",
    "linear-under-the-hood",
    "fully-connected-layer",
    "backpropagation-by-hand",
    "backpropagation-by-hand-exact",
)
# These train: they are tested in test_lab_lessons.py and beside it.
TRAINED = ("playground", "two-spirals", "exploding-gradients", "vanishing-gradients", "iris", "digits")
EXACT = 1e-12
ROUNDED = 5e-5

every_lesson = pytest.mark.parametrize("name", LESSONS)


@cache
def opened(name: str) -> tuple[Document, Trace]:
    document = load_lesson(name)
    return document, trace_of(document)


def trace_of(document: Document) -> Trace:
    return record(document.graph, document.learning_rate)


def after(trace: Trace, name: str) -> Any:
    return trace.updates[trace.graph.node(name).id].after


# Every lesson -------------------------------------------------------------------------------------------------------


def test_the_lessons_stand_in_teaching_order() -> None:
    assert lesson_names() == (*LESSONS, *TRAINED)
    assert lesson_names(trains=False) == LESSONS


@every_lesson
def test_stepping_to_the_end_and_back_ends_where_it_began(name: str) -> None:
    _, trace = opened(name)
    visited = [Position()]
    while (further := cursor.forward(trace, visited[-1])) != visited[-1]:
        visited.append(further)
    assert [position.step for position in visited] == list(range(len(trace.steps) + 1))
    returned = [visited[-1]]
    while (earlier := cursor.back(trace, returned[-1])) != returned[-1]:
        returned.append(earlier)
    assert returned == visited[::-1]


@every_lesson
def test_walking_the_single_paths_there_and_back_ends_where_it_began(name: str) -> None:
    _, trace = opened(name)
    position = start = cursor.into(trace, Position())
    count = 0
    while (further := cursor.forward(trace, position)) != position:
        assert further > position
        position, count = further, count + 1
    assert position.step == len(trace.steps)
    for _ in range(count):
        position = cursor.back(trace, position)
    assert position == start


@every_lesson
def test_expected_numbers_hold(name: str) -> None:
    document, trace = opened(name)
    assert document.specification.expect
    assert unmet(document, trace) == []


@every_lesson
def test_everything_computed_and_every_gradient_is_expected_somewhere(name: str) -> None:
    document, trace = opened(name)
    expect = set(document.specification.expect)
    nodes = trace.graph.nodes
    assert {f"{node.name}.value" for node in nodes if not node.is_leaf} <= expect
    assert {f"{node.name}.gradient" for node in nodes if node.id in trace.graph.active} <= expect
    assert {f"{nodes[identity].name}.after" for identity in trace.updates} <= expect


@every_lesson
def test_gradients_agree_with_central_differences(name: str) -> None:
    document, trace = opened(name)
    checks = list(check_gradients(document.graph, trace))
    assert checks
    assert [check for check in checks if check.verdict != "right"] == []


@every_lesson
def test_every_step_has_one_note(name: str) -> None:
    document, trace = opened(name)
    positions = [anchors.resolve(note.at, trace) for note in document.specification.notes]
    assert sorted(positions, key=lambda position: position or 0) == list(range(1, len(trace.steps) + 1))
    for note, position in zip(document.specification.notes, positions, strict=True):
        assert position is not None
        assert anchors.note_at(document, trace, position) is note


@every_lesson
def test_sections_begin_at_the_first_step_and_follow_one_another(name: str) -> None:
    document, trace = opened(name)
    marks = anchors.sections(document, trace)
    starts = [start for start, _ in marks]
    assert [title for _, title in marks] == [section.title for section in document.specification.sections]
    assert starts[0] == 1
    assert starts == sorted(set(starts))


@every_lesson
def test_the_text_keeps_to_its_style(name: str) -> None:
    specification = load_lesson(name).specification
    notes = [text for note in specification.notes for text in (note.text, note.ask) if text]
    titles = [specification.title, *(section.title for section in specification.sections)]
    for text in [*notes, *titles, specification.summary]:
        assert "!" not in text
        assert not re.search(r"-\s?\d", text), f"a minus sign is −: {text}"
        assert text == text.strip()
        assert "  " not in text
    for text in notes:
        assert len(text) <= 260, text
        assert text[-1] in ".?", text
    assert 0 < len(specification.summary) <= 95
    assert specification.summary.endswith((".", "?"))


@every_lesson
def test_the_file_has_a_format_order_title_and_summary_before_its_first_table(name: str) -> None:
    document = load_lesson(name)
    headline = {headline.name: headline for headline in headlines()}[name]
    assert (headline.title, headline.summary) == (document.title, document.specification.summary)
    assert document.specification.order == LESSONS.index(name) + 1


# One neuron ---------------------------------------------------------------------------------------------------------


def test_neuron_has_the_numbers_of_its_source() -> None:
    _, trace = opened("neuron-by-hand")
    assert trace.value("o") == pytest.approx(0.7071, abs=ROUNDED)
    gradients = {
        "o": 1.0,
        "n": 0.5,
        "x1w1 + x2w2": 0.5,
        "b": 0.5,
        "x1w1": 0.5,
        "x2w2": 0.5,
        "x2": 0.5,
        "w2": 0.0,
        "x1": -1.5,
        "w1": 1.0,
    }
    for name, expected in gradients.items():
        assert trace.gradient(name) == pytest.approx(expected, abs=EXACT), name


def test_neuron_takes_fifteen_steps_in_the_order_of_its_source() -> None:
    _, trace = opened("neuron-by-hand")
    backward = [trace.graph.nodes[trace.receiver(step)].name for step in trace.steps if step.phase == "backward"]
    assert backward == ["o", "n", "x1w1 + x2w2", "b", "x1w1", "x2w2", "x2", "w2", "x1", "w1"]
    assert [step.phase for step in trace.steps] == ["forward"] * 5 + ["backward"] * 10 + ["update"] * 3


def test_neuron_after_the_step_gives_what_its_last_note_says() -> None:
    document, trace = opened("neuron-by-hand")
    for name in ("w1", "w2", "b"):
        document = document.with_leaf(name, after(trace, name))
    assert f"{trace_of(document).value('o'):.4f}" == "0.5590"
    assert "0.5590" in document.specification.notes[-1].text


# Linear layer -------------------------------------------------------------------------------------------------------


def single_paths(trace: Trace, position: int) -> list[tuple[str, ...]]:
    """The recorded numbers of every single path of a step, as names with places counted from 1."""
    step = trace.steps[position - 1]
    found = []
    for index in np.ndindex(trace.graph.nodes[trace.receiver(step)].shape):
        for term in terms_of(element(trace, step, index)):
            names = []
            for part in references(term):
                letter = "d" if part.kind == "gradient" else ""
                place = "".join(str(i + 1) for i in part.index or ())
                names.append(f"{letter}{trace.graph.nodes[part.node].name}{place}")
            found.append(tuple(sorted(names)))
    return found


def test_linear_gradients_are_products_of_its_matrices() -> None:
    document, trace = opened("linear-under-the-hood")
    X, W, G = (np.array(document.leaves[name]) for name in "XWG")
    np.testing.assert_allclose(trace.value("L"), X @ W, atol=EXACT)
    np.testing.assert_allclose(trace.gradient("L"), G, atol=0)
    np.testing.assert_allclose(trace.gradient("X"), G @ W.T, atol=EXACT)
    np.testing.assert_allclose(trace.gradient("W"), X.T @ G, atol=EXACT)


def test_linear_paths_are_those_of_its_source() -> None:
    _, trace = opened("linear-under-the-hood")
    assert single_paths(trace, 1) == [("W11", "X11"), ("W21", "X12"), ("W11", "X21"), ("W21", "X22")]
    assert single_paths(trace, 3) == [("W11", "dL11"), ("W21", "dL11"), ("W11", "dL21"), ("W21", "dL21")]
    assert single_paths(trace, 4) == [("X11", "dL11"), ("X21", "dL21"), ("X12", "dL11"), ("X22", "dL21")]


def test_linear_numbers_are_distinct() -> None:
    _, trace = opened("linear-under-the-hood")
    arrays = [trace.value("X"), trace.value("W"), trace.value("G"), trace.value("L")]
    arrays += [trace.gradient("X"), trace.gradient("W")]
    numbers = [number for array in arrays for number in array.ravel().tolist()]
    assert len(set(numbers)) == len(numbers)


# Fully-connected layer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", ["", "pytorch"])
def test_fully_connected_layer_works_at_other_sizes(variant: str) -> None:
    lesson = load_lesson("fully-connected-layer").with_variant(variant)
    for n, m in itertools.product(range(1, 7), repeat=2):
        document = lesson.with_size("n", n).with_size("m", m)
        trace = trace_of(document)
        stored, x, b, df = (np.array(document.leaves[name]) for name in ("w", "x", "b", "df"))
        w = stored.T if variant else stored
        assert w.shape == (n, m)
        assert len(set(w.ravel().tolist())) == n * m
        expected = [sum(w[i, j] * x[i] for i in range(n)) + b[j] for j in range(m)]
        np.testing.assert_allclose(trace.value("f"), expected, atol=EXACT)
        np.testing.assert_allclose(trace.gradient("x"), w @ df, atol=EXACT)
        np.testing.assert_allclose(trace.gradient("b"), df, atol=EXACT)
        dw = np.outer(x, df)
        np.testing.assert_allclose(trace.gradient("w"), dw.T if variant else dw, atol=EXACT)
        f = trace.graph.node("f")
        slot = f.inputs.index(trace.graph.node("x").id)
        np.testing.assert_array_equal(jacobian(trace, f.id, slot), w.T)  # (outputs, inputs)
        assert all(check.verdict == "right" for check in check_gradients(document.graph, trace))
        for note in document.specification.notes:
            assert anchors.resolve(note.at, trace) is not None


def test_fully_connected_layer_asks_for_dw_and_db_before_it_tells() -> None:
    document, _ = opened("fully-connected-layer")
    assert [note.at.node for note in document.specification.notes if note.ask] == ["w", "b"]


def test_fully_connected_layer_walks_the_jacobian_entry_by_entry() -> None:
    _, trace = opened("fully-connected-layer")
    position = anchors.resolve(Anchor(phase="backward", node="x"), trace)
    assert position is not None
    walked = [tuple(name for name in path if name.startswith("w")) for path in single_paths(trace, position)]
    assert walked == [("w11",), ("w12",), ("w21",), ("w22",), ("w31",), ("w32",)]


# Backpropagation by hand --------------------------------------------------------------------------------------------

BY_HAND_VALUES = {
    "x": [2, 1, 3],
    "W1": [[1, -1, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1]],
    "b1": [-5, 0, 1, -2],
    "W2": [[1, -1, 1, 0], [0, 1, -1, 1]],
    "b2": [0, 3],
    "W3": [[2, 0], [0, 2], [1, 1]],
    "b3": [-1, -5, -7],
    "y_target": [0, 1, 0],
    "z1": [-1, 3, 5, 3],
    "a1": [0, 3, 5, 3],
    "z2": [2, 4],
    "a2": [2, 4],
    "z3": [3, 3, -1],
}
BY_HAND_GRADIENTS = {
    "z3": [0.5, -0.5, 0],
    "W3": [[1, 2], [-1, -2], [0, 0]],
    "b3": [0.5, -0.5, 0],
    "a2": [1, -1],
    "z2": [1, -1],
    "W2": [[0, 3, 5, 3], [0, -3, -5, -3]],
    "b2": [1, -1],
    "a1": [1, -2, 2, -1],
    "z1": [0, -2, 2, -1],
    "W1": [[0, 0, 0], [-4, -2, -6], [4, 2, 6], [-2, -1, -3]],
    "b1": [0, -2, 2, -1],
}


@pytest.mark.parametrize("name", ["backpropagation-by-hand", "backpropagation-by-hand-exact"])
def test_by_hand_has_the_forward_pass_of_its_source(name: str) -> None:
    _, trace = opened(name)
    for value, expected in BY_HAND_VALUES.items():
        np.testing.assert_allclose(trace.value(value), expected, atol=EXACT, err_msg=value)
    np.testing.assert_allclose(trace.value("y"), [0.49546, 0.49546, 0.00907], rtol=0, atol=ROUNDED)


def test_by_hand_has_the_gradients_of_its_source() -> None:
    _, trace = opened("backpropagation-by-hand")
    np.testing.assert_array_equal(trace.value("y_pred"), [0.5, 0.5, 0])
    for name, expected in BY_HAND_GRADIENTS.items():
        np.testing.assert_allclose(trace.gradient(name), expected, atol=EXACT, err_msg=name)


def test_by_hand_is_worked_in_eleven_steps() -> None:
    document, trace = opened("backpropagation-by-hand")
    titles = [title for _, title in anchors.sections(document, trace)]
    assert [title.split()[0] for title in titles] == [str(number) for number in range(1, 12)]
    at = {title.split()[0]: trace.steps[start - 1] for start, title in anchors.sections(document, trace)}
    receivers = [trace.graph.nodes[trace.receiver(at[str(number)])].name for number in range(4, 11)]
    assert receivers == ["W3", "a2", "z2", "W2", "a1", "z1", "W1"]
    assert at["11"].phase == "update"


def test_by_hand_its_gradients_grow_towards_the_first_layer() -> None:
    _, trace = opened("backpropagation-by-hand")
    assert [np.abs(trace.gradient(name)).max() for name in ("W3", "W2", "W1")] == [2, 5, 6]


def test_by_hand_one_step_helps_as_its_last_note_says() -> None:
    for name, words in (("backpropagation-by-hand", "0.98918"), ("backpropagation-by-hand-exact", "0.98919")):
        document, trace = opened(name)
        stepped = document
        for parameter in ("W1", "b1", "W2", "b2", "W3", "b3"):
            stepped = stepped.with_leaf(parameter, after(trace, parameter))
        probability = trace_of(stepped).value("y")[1]
        assert f"{probability:.5f}" == words
        assert trace_of(stepped).value("a1")[0] == 0  # the first neuron is still off
    assert "0.989 " in opened("backpropagation-by-hand")[0].specification.notes[-1].text
    exact = opened("backpropagation-by-hand-exact")[0].specification.notes[-1].text
    assert "0.98919" in exact
    assert "0.98918" in exact


def plain_loss(values: dict[str, Any]) -> float:
    """The loss of the exact lesson in plain numpy, apart from the engine."""
    a1 = np.maximum(values["W1"] @ values["x"] + values["b1"], 0)
    a2 = np.maximum(values["W2"] @ a1 + values["b2"], 0)
    z3 = values["W3"] @ a2 + values["b3"]
    return float(np.log(np.exp(z3).sum()) * values["y_target"].sum() - values["y_target"] @ z3)


def test_exact_agrees_with_differences_of_a_loss_written_apart_from_the_engine() -> None:
    _, trace = opened("backpropagation-by-hand-exact")
    names = ("x", "W1", "b1", "W2", "b2", "W3", "b3", "y_target")
    values = {name: np.array(BY_HAND_VALUES[name], dtype=np.float64) for name in names}
    assert trace.value("loss") == pytest.approx(plain_loss(values), abs=EXACT)
    assert trace.value("loss") == pytest.approx(0.702263321439, abs=EXACT)
    for name in names:
        for index in np.ndindex(values[name].shape):
            sides = []
            for nudge in (1e-6, -1e-6):
                nudged = {**values, name: values[name].copy()}
                nudged[name][index] += nudge
                sides.append(plain_loss(nudged))
            difference = (sides[0] - sides[1]) / 2e-6
            assert trace.gradient(name)[index] == pytest.approx(difference, abs=1e-7), (name, index)


def test_exact_has_the_true_gradient_of_the_scores() -> None:
    _, trace = opened("backpropagation-by-hand-exact")
    expected = [0.495462642578, -0.504537357422, 0.009074714844]
    np.testing.assert_allclose(trace.gradient("z3"), expected, rtol=0, atol=EXACT)
    assert trace.gradient_state(trace.graph.node("y").id, len(trace.steps)).kind == "unreached"
    for name in ("a2", "z2", "W2", "b2", "a1", "z1", "W1", "b1"):  # where the rounding errors have cancelled
        np.testing.assert_allclose(trace.gradient(name), BY_HAND_GRADIENTS[name], atol=EXACT, err_msg=name)


# Opening lessons ----------------------------------------------------------------------------------------------------


def test_find_opens_lessons_by_name_and_files_by_path() -> None:
    path = lesson_path("neuron-by-hand")
    assert find("neuron-by-hand").path == path
    assert find(str(path)).title == "One neuron, by hand"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("neuron", "“neuron-by-hand”"),
        ("Backpropagation-by-Hand", "“backpropagation-by-hand” or “backpropagation-by-hand-exact”"),
        ("qqqq", "the lessons are neuron-by-hand, linear-under-the-hood"),
        ("", "neither a file nor a lesson"),
        ("a\0b", "“a�b” is neither"),
        ("x" * 5000, "x…” is neither"),
        ("no-such-file.toml", "no-such-file.toml does not exist"),
        ("no-such-folder/neuron-by-hand", "does not exist"),
    ],
)
def test_find_says_what_there_is(text: str, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        find(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_load_lesson_opens_no_other_files() -> None:
    with pytest.raises(DocumentError, match="did you mean “neuron-by-hand”"):
        load_lesson("../lessons/neuron-by-hand")


def test_headlines_need_neither_numpy_nor_engine() -> None:
    script = "import sys; from visualizer.session import gallery; gallery.headlines(); print(*sys.modules)"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    packages = {name.partition(".")[0] for name in done.stdout.split()}
    assert not packages & {"numpy", "engine", "msgspec", "networkx", "PySide6"}


# Anchors ------------------------------------------------------------------------------------------------------------

SHARED = """
format = 1
title = "x is used twice"
program = "p = x * w\\ny = p + x"
[inputs]
x = 3.0
[parameters]
w = 2.0
[[sections]]
at = { phase = "backward", node = "y" }
title = "Backward"
[[sections]]
at = { phase = "forward", node = "p" }
title = "Forward"
[[sections]]
at = { phase = "update", node = "x" }
title = "An input has no update"
[[notes]]
at = { phase = "forward", node = "y" }
text = "First."
[[notes]]
at = { phase = "forward", node = "y" }
text = "Second."
"""


def test_anchors_are_the_first_steps_that_fit() -> None:
    trace = trace_of(parse(SHARED))

    def at(phase: Any, node: str, source: str = "") -> int | None:
        return anchors.resolve(Anchor(phase=phase, node=node, source=source), trace)

    assert [at("forward", "p"), at("forward", "y"), at("forward", "x")] == [1, 2, None]
    assert [at("backward", "y"), at("backward", "y", "p")] == [3, None]
    from_y, from_p = at("backward", "x", "y"), at("backward", "x", "p")
    assert from_y is not None
    assert from_p is not None
    assert at("backward", "x") == min(from_y, from_p)
    assert from_y != from_p
    assert [at("update", "w"), at("update", "x")] == [len(trace.steps), None]


def test_sections_are_in_the_order_of_the_timeline_and_skip_what_is_not_there() -> None:
    document = parse(SHARED)
    assert anchors.sections(document, trace_of(document)) == ((1, "Forward"), (3, "Backward"))


def test_the_first_of_two_notes_at_a_step_counts() -> None:
    document = parse(SHARED)
    trace = trace_of(document)
    note = anchors.note_at(document, trace, 2)
    assert note is not None
    assert note.text == "First."
    assert anchors.note_at(document, trace, 0) is None
    assert anchors.note_at(document, trace, 1) is None


# The format reference -----------------------------------------------------------------------------------------------


def reference_documents() -> list[str]:
    text = (Path(__file__).resolve().parent.parent / "docs" / "lessons.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.S)
    return [block for block in blocks if block.startswith("format = 1")]


@pytest.mark.parametrize("text", reference_documents())
def test_documents_in_the_reference_can_be_opened(text: str) -> None:
    document = parse(text)
    trace = trace_of(document)
    assert unmet(document, trace) == []
    for entry in (*document.specification.sections, *document.specification.notes):
        assert anchors.resolve(entry.at, trace) is not None
    assert all(check.verdict == "right" for check in check_gradients(document.graph, trace))
