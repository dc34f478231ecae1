"""The trace as text and as JSON: strict, complete, and equal to what was recorded."""

import itertools
import json
import math
from typing import Any

import numpy as np
import pytest

from engine.gradcheck import Check, check_gradients
from engine.trace import Trace, record
from visualizer.session import report
from visualizer.session.document import Document, parse
from visualizer.session.lessons import lesson_names, load_lesson

HEAD = 'format = 1\ntitle = "t"\n'


def opened(text: str) -> tuple[Document, Trace]:
    return recorded(parse(HEAD + text))


def recorded(document: Document) -> tuple[Document, Trace]:
    return document, record(document.graph, document.learning_rate)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def as_json(document: Document, trace: Trace) -> Any:
    text = "".join(report.json_pieces(document, trace))
    assert text.isascii()
    assert text.endswith("}\n")
    return json.loads(text, parse_constant=refuse)


def as_text(document: Document, trace: Trace) -> list[str]:
    lines = list(report.text_lines(document, trace))
    assert not any("\n" in line or "\N{NO-BREAK SPACE}" in line for line in lines)
    return lines


# --- JSON


def test_the_form_of_the_json() -> None:
    data = as_json(*recorded(load_lesson("neuron-by-hand")))
    assert list(data) == ["nodes", "edges", "steps", "updates"]
    assert data["nodes"][0] == {
        "name": "x1", "op": "input", "inputs": [], "shape": [], "value": 2.0, "gradient": pytest.approx(-1.5),
    }  # fmt: skip
    assert data["edges"][0] == {"from": "x1", "to": "x1w1", "slot": 0, "gradient": pytest.approx(-1.5)}
    steps = {(step["phase"], step["node"], step["from"]): step for step in data["steps"]}
    assert [step["index"] for step in data["steps"]] == list(range(1, len(data["steps"]) + 1))
    assert steps["forward", "x1w1", None] == {
        "index": 1, "phase": "forward", "node": "x1w1", "slot": None, "from": None,
        "formula": "x1w1 = x1 · w1", "numbers": "−6 = 2 × (−3)", "result": -6.0,
    }  # fmt: skip
    assert steps["backward", "o", None]["slot"] is None
    assert steps["backward", "o", None]["result"] == 1.0
    sent = steps["backward", "w1", "x1w1"]
    assert (sent["slot"], sent["result"]) == (1, pytest.approx(1.0))
    assert steps["update", "w1", None]["result"] == pytest.approx(-3.1)
    assert data["updates"][0] == {
        "name": "w1", "before": -3.0, "gradient": pytest.approx(1.0), "after": pytest.approx(-3.1),
    }  # fmt: skip


@pytest.mark.parametrize("lesson", lesson_names(trains=False))
def test_the_json_of_a_lesson_is_the_trace(lesson: str) -> None:
    document, trace = recorded(load_lesson(lesson))
    data = as_json(document, trace)
    assert [node["name"] for node in data["nodes"]] == [node.name for node in trace.graph.nodes]
    for node, entry in zip(trace.graph.nodes, data["nodes"], strict=True):
        assert entry["op"] in ("input", "parameter") if node.is_leaf else entry["op"] == node.op
        assert np.shape(entry["value"]) == tuple(entry["shape"]) == node.shape
        assert np.array_equal(entry["value"], trace.values[node.id])
        gradient = trace.gradients[node.id]
        assert entry["gradient"] is None if gradient is None else np.array_equal(entry["gradient"], gradient)
    assert len(data["edges"]) == sum(len(node.inputs) for node in trace.graph.nodes)
    assert len(data["steps"]) == len(trace.steps)
    for edge in data["edges"]:
        ids = trace.graph.ids
        assert trace.graph.nodes[ids[edge["to"]]].inputs[edge["slot"]] == ids[edge["from"]]


def test_numbers_that_are_not_finite() -> None:
    """log(0) is -inf, its gradient inf, and their product NaN."""
    data = as_json(*opened('program = "y = sum(log(w) * x)"\ninputs.x = [0, 1]\nparameters.w = [0, 1]\n'))
    nodes = {node["name"]: node for node in data["nodes"]}
    assert nodes["log(w)"]["value"] == ["-inf", 0.0]
    assert nodes["log(w) * x"]["value"] == ["nan", 0.0]
    assert nodes["y"]["value"] == "nan"
    assert nodes["w"]["gradient"] == ["nan", 1.0]


def test_json_values() -> None:
    assert report.json_value(None) is None
    assert report.json_value(np.float64(2.5) * np.ones(())) == 2.5
    assert report.json_value(np.array([math.inf, -math.inf, math.nan])) == ["inf", "-inf", "nan"]
    assert report.json_value(np.array([[1.0, 2.0]])) == [[1.0, 2.0]]


def test_constants_are_inputs_and_an_edge_may_carry_nothing() -> None:
    data = as_json(*opened('program = "y = 2 * x"\ninputs.x = 3.0\n'))
    assert [node["op"] for node in data["nodes"]] == ["input", "input", "multiply"]
    constant = next(edge for edge in data["edges"] if edge["from"] == "2")
    assert constant["gradient"] is None


# --- text


@pytest.mark.parametrize("lesson", lesson_names(trains=False))
def test_the_text_of_a_lesson_fits_a_terminal_and_has_every_step(lesson: str) -> None:
    document, trace = recorded(load_lesson(lesson))
    lines = as_text(document, trace)
    assert max(map(len, lines)) <= 100
    assert not any(a == b == "" for a, b in itertools.pairwise(lines))
    for position, step in enumerate(trace.steps, start=1):
        assert sum(line.startswith(f"{position:>4}  {step.phase:<8}  ") for line in lines) == 1
    for section in document.specification.sections:
        assert section.title in lines
    for note in document.specification.notes:
        assert note.text.split()[-1] in " ".join(lines)


def test_the_text_of_one_step() -> None:
    lines = as_text(*recorded(load_lesson("backpropagation-by-hand")))
    start = next(i for i, line in enumerate(lines) if line.endswith("The linear layer hands its gradient to W3"))
    assert [line.strip() for line in lines[start + 1 : start + 6]] == [
        "∂L/∂W3 = ∂L/∂z3 @ a2ᵀ",
        "= [0.5, −0.5, 0] @ [2, 4]ᵀ",
        "= [  1   2 ]",
        "[ −1  −2 ]",
        "[  0   0 ]",
    ]
    assert len({line.index("=") for line in lines[start + 1 : start + 4]}) == 1


def test_phases_are_headings_where_a_document_has_none() -> None:
    lines = as_text(*opened('program = "y = x * w"\ninputs.x = 1.0\nparameters.w = 2.0\n'))
    assert [line for line in lines if line in ("Forward", "Backward", "Update")] == ["Forward", "Backward", "Update"]


def test_messages_add_up() -> None:
    lines = as_text(*opened('program = "y = x * x * x"\ninputs.x = 3.0\n'))
    collected = [line.strip() for line in lines if "messages" in line]
    assert collected == ["1 of 3 messages, together 9", "2 of 3 messages, together 18", "3 of 3 messages, together 27"]
    assert any("+= ∂y/∂y · " in line for line in lines)


def test_large_arrays_are_summed_up() -> None:
    lines = as_text(
        *opened(
            'program = "y = sum(W @ x)"\ninputs.x = { shape = [30], fill = [1] }\n'
            "parameters.W = { shape = [20, 30], fill = [0.5, -1] }\n"
        )
    )
    assert any(line.endswith("= (20×30), from −1.1 to 0.4") for line in lines)
    assert max(map(len, lines)) <= 100


def test_numbers_align_at_the_point() -> None:
    lines = as_text(*opened('program = "y = sum(x)"\ninputs.x = [[1.5, -10], [22.25, 3e-9]]\n'))
    rows = [line.strip() for line in lines if line.lstrip().startswith("x  ") or "22.25" in line]
    assert rows[0].endswith("[  1.5   −10    ]")
    assert rows[1] == "[ 22.25    3e−9 ]"


def test_a_wide_numbers_line_is_broken() -> None:
    text = 'program = "y = sum(x * w)"\ninputs.x = { shape = [20], fill = [1.234] }\n'
    lines = as_text(*opened(text + "parameters.w = { shape = [20], fill = [-5.678] }\n"))
    assert max(map(len, lines)) <= 100


# --- checks


def test_the_table_of_checks() -> None:
    document, trace = recorded(load_lesson("fully-connected-layer"))
    lines = list(report.check_lines(trace, check_gradients(document.graph, trace)))
    assert lines[0].split() == ["name", "shape", "gradient", "central", "difference", "error", "verdict"]
    assert lines[-1] == f"All {len(document.graph.active)} gradients agree with central differences."


def test_a_gradient_that_is_off_is_named() -> None:
    _, trace = opened('program = "y = x * w"\ninputs.x = 1.0\nparameters.w = 2.0\n')
    checks = [Check("x", 2.0, 3.0, 0.3, "off", 1, 1), Check("w", 1.0, 1.0, math.nan, "kink", 1, 1)]
    lines = list(report.check_lines(trace, checks))
    assert lines[1].endswith("OFF")
    assert lines[2].endswith("right (a kink)")
    assert lines[-1] == "1 of 2 gradients are off: x."


def test_a_gradient_that_cannot_be_judged_is_counted_apart() -> None:
    _, trace = opened('program = "y = x * w"\ninputs.x = 1.0\nparameters.w = 2.0\n')
    unknown, off, right = (
        Check("x", math.inf, math.nan, math.nan, "unknown", 1, 1),
        Check("w", 2.0, 3.0, 0.3, "off", 1, 1),
        Check("y", 1.0, 1.0, 0.0, "right", 1, 1),
    )
    lines = list(report.check_lines(trace, [unknown, right]))
    assert lines[1].endswith("cannot be judged")
    assert lines[-2:] == [
        "1 of 2 gradients cannot be judged, for want of finite numbers: x.",
        "The other one agrees with central differences.",
    ]
    lines = list(report.check_lines(trace, [unknown, off]))
    assert lines[-2:] == [
        "1 of 2 gradients are off: w.",
        "1 of 2 gradients cannot be judged, for want of finite numbers: x.",
    ]
