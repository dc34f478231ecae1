"""Where one stands in a trace, as little of a session as searching and breadcrumbs need."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from engine.graph import Graph
from engine.trace import Trace, record
from visualizer.session.appearance import Level
from visualizer.session.cursor import Position
from visualizer.session.document import Document, document_from_graph


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
