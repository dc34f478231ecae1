"""Elements as people write them, counted from 1: W1[2,1], a1[3], W₂₁, ∂L/∂W1[2,1]. The contrary of ``element_name``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from engine.errors import GradStepError
from engine.expression import Index, Kind, Reference
from engine.graph import Graph, Node
from engine.shapes import shape_text

_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_BRACKETS = re.compile(r"(?P<name>.+?)\s*\[\s*(?P<place>\d+(?:\s*,\s*\d+)*)\s*\]")
_SUBSCRIPTS = re.compile(r"(?P<name>.*[^₀-₉,])(?P<place>[₀-₉]+(?:,[₀-₉]+)*)")
_DERIVATIVE = re.compile(r"[∂d]\w+\s*/\s*[∂d](?P<of>.+)")


def parse_element(text: str, graph: Graph, axes: Callable[[], Mapping[int, int]], sample: int) -> Reference | None:
    """The element that ``text`` names; None where it is not written as one, or there is no value of that name.

    ``axes`` gives the axis of samples by node id: where a place leaves it out, it is that of ``sample``. Raises
    GradStepError where the value has no such element.
    """
    kind: Kind = "value"
    derivative = _DERIVATIVE.fullmatch(text)
    if derivative is not None:
        text, kind = derivative["of"], "gradient"
    for pattern in (_BRACKETS, _SUBSCRIPTS):
        written = pattern.fullmatch(text)
        node = _node(graph, written["name"]) if written is not None else None
        if written is not None and node is not None:
            places = written["place"].translate(_DIGITS).replace(" ", "").split(",")
            return Reference(node.id, kind, _index(node, places, axes, sample))
    return None


def _node(graph: Graph, name: str) -> Node | None:
    """The node of a name; capitals matter only where two names differ by nothing else."""
    if name in graph.ids:
        return graph.nodes[graph.ids[name]]
    alike = [node for node in graph.nodes if node.name.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def _index(node: Node, places: list[str], axes: Callable[[], Mapping[int, int]], sample: int) -> Index:
    readings = [places]
    if len(places) == 1 < len(node.shape):
        readings = [*_readings(node, places[0], axes, sample), places]
    for reading in readings:
        index = tuple(int(place) - 1 for place in reading)
        if len(index) == len(node.shape) and all(0 <= i < size for i, size in zip(index, node.shape, strict=True)):
            return index
    raise GradStepError(_refusal(node, ",".join(places)))


def _readings(node: Node, place: str, axes: Callable[[], Mapping[int, int]], sample: int) -> Iterator[list[str]]:
    """What one number may mean for an array of several axes: a column's row, a unit of a batch, 21 for [2,1]."""
    shape = node.shape
    if len(shape) == 2:
        axis = 1 if shape[1] == 1 else axes().get(node.id)
        if axis is not None:
            other = str(1 if shape[axis] == 1 else sample + 1)
            yield [place, other] if axis == 1 else [other, place]
    if len(place) == len(shape):
        yield list(place)


def _refusal(node: Node, place: str) -> str:
    """What would have been right instead of ``place``."""
    if not node.shape:
        return f"{node.name} is a single number: it has no element [{place}]"
    last = ",".join(str(size) for size in node.shape)
    first = ",".join("1" for _ in node.shape)
    size = f"{node.shape[0]:,} numbers" if len(node.shape) == 1 else shape_text(node.shape)
    reach = f"[{first}]" if first == last else f"[{first}] to [{last}]"
    return f"{node.name} is {size}: its elements are {reach}, and [{place}] is none of them"
