"""The numbers of GradStep: graphs, operations and gradients on numpy alone. No Qt, no files, no pixels.

The names below are the public interface for scripts and notebooks::

    from engine import parse_program, record
    graph = parse_program("y = tanh(w * x)", inputs={"x": 2.0}, parameters={"w": 0.5})
    trace = record(graph)
    trace.value("y"), trace.gradient("w"), trace.message("w", "w * x")
"""

from engine.errors import GradStepError, ProgramError
from engine.gradcheck import check_gradients
from engine.graph import Graph, Node
from engine.program import parse_program
from engine.trace import Step, Trace, record

__all__ = [
    "GradStepError",
    "Graph",
    "Node",
    "ProgramError",
    "Step",
    "Trace",
    "check_gradients",
    "parse_program",
    "record",
]
