"""`visualizer.show`: what it accepts, what it refuses, and that it returns when the window is closed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import visualizer
from engine import GradStepError, Graph, parse_program, record
from visualizer import machine
from visualizer.session.document import document_from_graph, load, save
from visualizer.session.lessons import lesson_names, lesson_path, load_lesson
from visualizer.session.session import Session

NEURON = """
# comments and blank lines are not kept

n = w1*x1 + w2*x2 + b
o = tanh(n)
"""


def neuron() -> Graph:
    return parse_program(NEURON, {"x1": 2.0, "x2": 0.0}, {"w1": -3.0, "w2": 1.0, "b": 6.88})


GRAPHS = {
    "neuron": neuron,
    "constants": lambda: parse_program("k = -2\nh = 0.5\ny = -(k * x) ** 2 / (3 - h) - x", {"x": 1.5}),
    "same text twice": lambda: parse_program("y = exp(a + b) * log(a + b)", {"a": 1.0, "b": 2.0}),
    "attributes": lambda: parse_program(
        "z = linear(W, X, b, inputs_first=1, rows=1)\nloss = mean(cross_entropy(z, t, axis=1))",
        {"X": [[1.0, 2.0]], "t": [[0.0, 1.0, 0.0]]},
        {"W": np.arange(6.0).reshape(2, 3), "b": [0.0, 1.0, 2.0]},
    ),
    "reshape and concatenate": lambda: parse_program(
        "m = reshape(concatenate(a, a, b), 3, 2)\ny = sum(m @ transpose(m))", {"a": [1.0, 2.0], "b": [3.0, 4.0]}
    ),
    "incoming expression": lambda: parse_program(
        "y = x * w", {"x": [1.0, 2.0], "t": [0.0, 1.0]}, {"w": 3.0}, "y", "y - t"
    ),
    "incoming name": lambda: parse_program("y = x * w", {"x": [1.0, 2.0], "g": [0.0, 1.0]}, {"w": 3.0}, "y", "g"),
    "unnamed output": lambda: parse_program("y = (a * b) + a", {"a": 1.0, "b": 2.0}, output="a * b"),
}


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS.keys())
def test_a_graph_becomes_a_document_with_the_same_numbers(make, tmp_path: Path) -> None:
    graph = make()
    document = document_from_graph(graph, "From a script", learning_rate=0.05)
    ours, theirs = record(graph, 0.05), record(document.graph, 0.05)
    assert [node.name for node in document.graph.nodes] == [node.name for node in graph.nodes]
    assert theirs.steps == ours.steps
    for one, other in zip(ours.values, theirs.values, strict=True):
        np.testing.assert_array_equal(one, other)
    session = Session(document)
    session.last()
    assert session.trace.learning_rate == 0.05
    save(document, tmp_path / "saved.toml")
    assert load(tmp_path / "saved.toml").program == document.program


@pytest.mark.parametrize("name", lesson_names(trains=False))
def test_the_graph_of_a_lesson_becomes_the_lesson_s_program(name: str) -> None:
    lesson = load_lesson(name)
    document = document_from_graph(lesson.graph, name)
    assert document.program.strip() == lesson.program.strip()


def test_a_graph_that_no_program_gives_is_refused() -> None:
    from engine.graph import GraphBuilder

    builder = GraphBuilder()
    x = builder.leaf("input", "x", 2.0)
    square = builder.apply("multiply", [x, x], "a square")
    builder.apply("add", [square, square], "y")
    with pytest.raises(GradStepError, match="parse_program"):
        document_from_graph(builder.finish(2), "By hand")


def test_a_bad_learning_rate_is_refused() -> None:
    with pytest.raises(GradStepError, match="learning rate"):
        document_from_graph(neuron(), "Neuron", learning_rate=-1.0)


# The window ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", [None, 3, ["neuron-by-hand"], b"neuron-by-hand"])
def test_what_cannot_be_shown_is_refused(subject: object) -> None:
    with pytest.raises(GradStepError, match=f"type {type(subject).__name__}"):
        visualizer.show(subject)  # type: ignore[arg-type]


@pytest.mark.parametrize("subject", ["neuron-by-hnd", "no-such-file.toml", Path("no-such-file.toml")])
def test_names_that_lead_nowhere_are_refused(subject: str | Path) -> None:
    with pytest.raises(GradStepError, match=r"did you mean|does not exist"):
        visualizer.show(subject)


def test_without_a_display_it_says_so() -> None:
    with pytest.raises(GradStepError, match="no display"):
        visualizer.show("neuron-by-hand")


def test_another_thread_is_refused() -> None:
    said: list[str] = []

    def work() -> None:
        try:
            visualizer.show("neuron-by-hand")
        except GradStepError as error:
            said.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "main thread" in said[0]


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (neuron(), "Mine"),
        (record(neuron(), 0.5), "Mine"),
        (load_lesson("linear-under-the-hood"), "A linear layer under the hood"),
        ("neuron-by-hand", "One neuron, by hand"),
        (lesson_path("fully-connected-layer"), "A fully-connected layer"),
    ],
    ids=["graph", "trace", "document", "lesson", "path"],
)
def test_it_shows_the_subject_and_returns_when_the_window_is_closed(
    subject, title: str, qapp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from visualizer.ui.window import Window

    monkeypatch.setattr(machine, "has_display", lambda: True)
    monkeypatch.setattr(machine, "ensure", lambda window, install: machine.FINE)
    seen: list[tuple[str, float]] = []

    def look_and_close() -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, Window):
                seen.append((window.windowTitle(), window.session.trace.learning_rate))
                window.close()

    QTimer.singleShot(50, look_and_close)
    visualizer.show(subject, "Mine")
    assert [shown.partition(" - ")[0] for shown, _ in seen] == [title]
    assert seen[0][1] == (0.5 if isinstance(subject, type(record(neuron()))) else 0.1)
    assert not [window for window in QApplication.topLevelWidgets() if isinstance(window, Window)]


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = "import sys, json, visualizer; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"PySide6", "shiboken6", "numpy", "networkx", "msgspec", "engine"} & set(json.loads(done.stdout))


@pytest.mark.slow
def test_a_plain_script_waits_for_the_window(xvfb: dict[str, str]) -> None:
    script = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import visualizer
from visualizer.ui.app import make_application
application = make_application()
for name in ("neuron-by-hand", "linear-under-the-hood"):
    QTimer.singleShot(300, lambda: [window.close() for window in QApplication.topLevelWidgets()])
    visualizer.show(name)
    print("closed", name)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=xvfb, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["closed neuron-by-hand", "closed linear-under-the-hood"]
