"""Where one stands in a trace, as little of a session as searching and breadcrumbs need."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from engine import parse_program
from engine.graph import Graph
from engine.trace import Trace, record
from visualizer.session.appearance import Level
from visualizer.session.cursor import Position
from visualizer.session.document import Document, document_from_graph
from visualizer.session.session import Session


@dataclass
class Place:
    """Stands in for a session. ``units`` and ``scalars`` are what a test gives."""

    document: Document
    trace: Trace
    position: Position = field(default_factory=Position)
    level: Level = "layer"
    sample: int | None = 0
    asking: bool = False
    units: Any = field(default_factory=lambda: SimpleNamespace(axes={}))
    scalars: Any = None

    def at(self, step: int) -> "Place":
        self.position = Position(step=step)
        return self

    def end(self) -> "Place":
        return self.at(len(self.trace.steps))


def place_in(graph: Graph) -> Place:
    """The start of a program."""
    document = document_from_graph(graph, "A program")
    return Place(document, record(document.graph))


def batch_of_two() -> Session:
    """A session with a small network on two samples."""
    program = "z1 = linear(W1, x, b1)\na1 = relu(z1)\ny = linear(W2, a1, b2)\nloss = mse(y, t)"
    inputs = {"x": [[1.0, -2.0], [0.5, 3.0]], "t": [[1.0, 0.0]]}
    weights = {"W1": [[1.0, 0.5], [2.0, 1.0], [0.0, -3.0]], "W2": [[1.0, -1.0, 2.0]]}
    graph = parse_program(program, inputs, {**weights, "b1": [0.0, 0.5, 1.0], "b2": [0.0]})
    return Session(document_from_graph(graph, "A batch of two"))
