"""The picture as plain data: boxes, cells, edges and when each of them changes. Windows, files and tests read the same.

A scene is built once per trace. It knows at which position every number appears, so showing another position builds
nothing: the painter compares positions. All lengths are scene units, pixels at zoom 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.expression import Index, Kind, Reference
from engine.graph import Graph, Node
from engine.ops import Array
from engine.trace import GradientState, Trace
from visualizer.session.document import Document
from visualizer.session.formatting import number_text
from visualizer.session.layout import Layout, Link, Unit, arrange
from visualizer.session.roles import roles_of

Rect = tuple[float, float, float, float]

TITLE = 24.0  # height of the line with a box's name
LABEL = 15.0  # height of the small line above a grid
CELL = 20.0  # height of a cell
PAD = 9.0
GAP = 10.0  # between the two grids of a box
DIGIT, POINT = 8.45, 3.5  # widths of a digit and of the point in a cell
OPERATION = 25.0  # height of the sign of an operation
CONNECTOR = 10.0  # from an operation's sign to its result
COLUMN_GAP, ROW_GAP = 34.0, 16.0
# From this many operations in a row on, value and gradient of a vector stand one above the other: a deep network is
# wider than high, and height is the room there is.
DEEP = 5
SEED = -1  # the slot of the edge that brings an incoming gradient
WIDEST_TITLE = 190.0  # a longer name is elided
AFTER_UPDATE = 10.5 / 13  # updated values may be set that much smaller
# Arrays up to this size are drawn cell by cell, larger ones as a summary.
MAX_ROWS, MAX_COLUMNS = 12, 10


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one array. ``rows`` and ``columns`` are as drawn: a vector is one column, a scalar one cell.

    ``names`` says that each cell carries its element's name above the number. Labels are the words along the axes.
    """

    kind: Kind
    shape: tuple[int, ...]
    x: float
    y: float
    rows: int
    columns: int
    cell_width: float
    cell_height: float
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    names: bool = False

    def rect(self, index: Index) -> Rect:
        """x, y, width and height of one cell."""
        row, column = drawn_at(index)
        return (
            self.x + column * self.cell_width,
            self.y + row * self.cell_height,
            self.cell_width,
            self.cell_height,
        )

    @property
    def bounds(self) -> Rect:
        """x, y, width and height of all cells."""
        return (self.x, self.y, self.columns * self.cell_width, self.rows * self.cell_height)

    def index_at(self, x: float, y: float) -> Index | None:
        """The element whose cell holds the point, None outside."""
        column, row = math.floor((x - self.x) / self.cell_width), math.floor((y - self.y) / self.cell_height)
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        return (row, column)[: len(self.shape)]

    def indices(self) -> Iterator[Index]:
        """All elements, row by row."""
        return np.ndindex(*self.shape)


@dataclass(frozen=True, slots=True)
class Box:
    """One value: its name, its numbers and, for a computed one, the sign of its operation to the left.

    ``grids`` holds the value and, where a gradient can reach, the gradient; it is empty for a summary of a large array.
    """

    node: int
    name: str
    role: str
    rect: Rect
    operation: str
    operation_rect: Rect | None
    grids: tuple[Grid, ...]
    summary: str = ""

    def grid(self, kind: Kind) -> Grid | None:
        """The grid of that kind, None where there is none."""
        return next((grid for grid in self.grids if grid.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Edge:
    """From a value to the operation that uses it; ``points`` is a polyline of shape (k, 2).

    With slot SEED it joins the output (``source``) with the node whose value is its incoming gradient (``consumer``).

    ``arrives_at`` is the position at which the message comes back along it, None where none does. ``magnitude`` is the
    message's Euclidean norm.
    """

    consumer: int
    slot: int
    source: int
    points: Array
    arrives_at: int | None
    magnitude: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The logarithmic scale of gradient magnitudes: decades from ``low`` to ``high``."""

    low: int
    high: int

    def position(self, magnitude: float) -> float:
        """Where a positive magnitude lies on the scale, from 0 to 1."""
        if self.high == self.low:
            return 1.0
        return min(max((math.log10(magnitude) - self.low) / (self.high - self.low), 0.0), 1.0)


@dataclass(frozen=True, eq=False)
class Scene:
    """All that is to be painted of one trace. ``boxes`` are by node id; ``size`` is the width and height."""

    document: Document
    trace: Trace
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    size: tuple[float, float]
    scale: Scale
    _states: dict[tuple[int, int], GradientState] = field(default_factory=dict, repr=False)

    @cached_property
    def edge_of(self) -> Mapping[tuple[int, int], Edge]:
        """Edges by (consumer, slot)."""
        return {(edge.consumer, edge.slot): edge for edge in self.edges}

    def value_known(self, node: int, position: int) -> bool:
        """True once the node has been computed."""
        return position >= self.trace.value_at[node]

    def updated(self, node: int, position: int) -> bool:
        """True once a parameter has its new value."""
        at = self.trace.update_at.get(node)
        return at is not None and position >= at

    def value(self, node: int, position: int) -> Array:
        """The value of a node as it stands: a parameter's new one after its update."""
        return self.trace.updates[node].after if self.updated(node, position) else self.trace.values[node]

    def gradient_state(self, node: int, position: int) -> GradientState:
        """What is known of a node's gradient."""
        arrived = sum(at <= position for at in self.trace.arrivals[node])
        key = (node, arrived)
        if key not in self._states:
            self._states[key] = self.trace.gradient_state(node, position)
        return self._states[key]

    def changes(self, before: int, after: int) -> tuple[set[int], list[Edge]]:
        """The boxes (by node id) and edges that look different at two positions."""
        low, high = sorted((before, after))
        boxes = {self.trace.receiver(step) for step in self.trace.steps[low:high]}
        edges = [edge for edge in self.edges if any(low < at <= high for at in self._changes_at(edge))]
        return boxes, edges

    def _changes_at(self, edge: Edge) -> tuple[int, ...]:
        """The positions at which an edge looks different: its consumer is computed, its message arrives."""
        computed = self.trace.value_at[edge.consumer]
        return (computed,) if edge.arrives_at is None else (computed, edge.arrives_at)

    def hit(self, x: float, y: float) -> tuple[int, Reference | None] | None:
        """The node under a point, with the element where a cell is under it; None for the ground."""
        for box in self.boxes:
            for rect in (box.rect, box.operation_rect):
                if rect and rect[0] <= x <= rect[0] + rect[2] and rect[1] <= y <= rect[1] + rect[3]:
                    for grid in box.grids:
                        index = grid.index_at(x, y)
                        if index is not None:
                            return box.node, Reference(box.node, grid.kind, index)
                    return box.node, None
        return None


def drawn_at(index: Index) -> tuple[int, int]:
    """Row and column of an element: a vector is a column."""
    row, column = (*index, 0, 0)[:2]
    return row, column


def build_scene(document: Document, trace: Trace) -> Scene:
    """Measure every box, lay the graph out and place what belongs to it."""
    graph = document.graph
    roles = roles_of(document)
    deep = _depth(graph) >= DEEP
    drafts = [_draft(document, trace, node, roles[node.id], deep) for node in graph.nodes]
    units = [_unit(node, box, node.id == graph.incoming) for node, box in zip(graph.nodes, drafts, strict=True)]
    links = [Link(source, node.id, slot) for node in graph.nodes for slot, source in enumerate(node.inputs)]
    if graph.incoming is not None:
        # Laid out as if it used the output, so that it stands to the right of what it is given to.
        links.append(Link(graph.output, graph.incoming, len(graph.nodes[graph.incoming].inputs)))
    layout = arrange(units, links, column_gap=COLUMN_GAP, row_gap=ROW_GAP)
    boxes = tuple(_moved(box, *layout.positions[box.node]) for box in drafts)
    return Scene(
        document,
        trace,
        boxes,
        _edges(graph, trace, layout, [box.rect[0] for box in drafts]),
        layout.size,
        _scale(trace),
    )


# Measuring ----------------------------------------------------------------------------------------------------------


def _depth(graph: Graph) -> int:
    """The number of operations on the longest way through the graph."""
    depths: list[int] = []
    for node in graph.nodes:
        depths.append(1 + max(depths[i] for i in node.inputs) if node.inputs else 0)
    return max(depths)


def _draft(document: Document, trace: Trace, node: Node, role: str, deep: bool) -> Box:
    """A box at (0, 0), measured by its texts over the whole trace so that it never changes its size."""
    kinds: tuple[Kind, ...] = ("value", "gradient") if trace.gradients[node.id] is not None else ("value",)
    operation = "" if node.is_leaf else node.rule.symbol
    lead = _operation_width(operation) + CONNECTOR if operation else 0.0
    total = len(trace.arrivals[node.id])
    # Beside the name there is room for the gauge, and for k/n where several messages come.
    title_width = min(_name_width(node.name), WIDEST_TITLE) + (56 if total > 1 else 42 if total else 32)
    rows, columns = drawn_shape(node.shape)
    if rows > MAX_ROWS or columns > MAX_COLUMNS or len(node.shape) > 2:
        numbers = [len(number_text(magnitude(array))) for kind in kinds for array in _arrays(trace, node, kind)]
        width = max(title_width, 64 + 2 * PAD + max(numbers) * DIGIT)
        height = TITLE + LABEL + 18.0 * len(kinds) + PAD - 2
        return _box(node, role, operation, lead, width, height, (), _summary(node))
    if not node.shape:
        width = max(title_width, 48 + 2 * PAD + max(_cell_width(trace, node, kind) for kind in kinds))
        grids = tuple(
            Grid(kind, (), lead + PAD + 42, TITLE + i * 18.0, 1, 1, width - 2 * PAD - 42, 18.0)
            for i, kind in enumerate(kinds)
        )
        return _box(node, role, operation, lead, width, TITLE + 18.0 * len(kinds) + PAD - 2, grids)
    return _grid_box(document, trace, node, role, kinds, operation, lead, title_width, deep)


def _grid_box(
    document: Document,
    trace: Trace,
    node: Node,
    role: str,
    kinds: tuple[Kind, ...],
    operation: str,
    lead: float,
    title_width: float,
    deep: bool,
) -> Box:
    rows, columns = drawn_shape(node.shape)
    row_labels, column_labels = axis_labels(document, node)
    named = node.name in document.specification.axes
    widest_label = 5.6 * max((len(label) for label in column_labels), default=0) + (8 if column_labels else 0)
    cell_height = 34.0 if named else CELL
    label_width = max((len(label) for label in row_labels), default=0) * 5.8 + (6 if row_labels else 0)
    top = TITLE + LABEL + (LABEL if column_labels else 0)
    grid_height = rows * cell_height
    stacked = columns > 1 or deep
    widths = {kind: max(_cell_width(trace, node, kind), widest_label) for kind in kinds}
    if stacked:
        widths = dict.fromkeys(kinds, max(widths.values()))
    grids = []
    x, y = lead + PAD + label_width, top
    for kind in kinds:
        grids.append(
            Grid(kind, node.shape, x, y, rows, columns, widths[kind], cell_height, row_labels, column_labels, named)
        )
        if stacked:
            y += grid_height + LABEL + (LABEL if column_labels else 0)
        else:
            x += columns * widths[kind] + GAP + label_width
    bottom = grids[-1].y + grid_height + PAD
    right = grids[-1].x + columns * grids[-1].cell_width + PAD
    return _box(node, role, operation, lead, max(title_width, right - lead), bottom, tuple(grids))


def _box(
    node: Node,
    role: str,
    operation: str,
    lead: float,
    width: float,
    height: float,
    grids: tuple[Grid, ...],
    summary: str = "",
) -> Box:
    sign = (0.0, (height - OPERATION) / 2, lead - CONNECTOR, OPERATION) if operation else None
    return Box(node.id, node.name, role, (lead, 0.0, width, height), operation, sign, grids, summary)


def drawn_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of the grid of an array: a vector is a column."""
    rows, columns = (*shape, 1, 1)[:2]
    return rows, columns


def axis_labels(document: Document, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words along the rows and the columns: "point 1", "feature 2"; empty where the document names no axes."""
    words = document.specification.axes.get(node.name, [])
    variant = document.specification.variants.get(document.variant)
    if variant is not None and node.name in variant.transpose:
        words = words[::-1]
    labels = [
        tuple(f"{word} {i + 1}" for i in range(size)) if word else ()
        for word, size in zip(words, node.shape, strict=False)
    ]
    rows, columns = (*labels, (), ())[:2]
    return rows, columns


def _cell_width(trace: Trace, node: Node, kind: Kind) -> float:
    """Wide enough for every number that will stand in the grid; an array's updated values may be set smaller."""
    arrays = _arrays(trace, node, kind)
    width = max(_number_width(arrays) + 8, 30.0)
    if kind == "value" and node.id in trace.updates and node.shape:
        width = max(width, AFTER_UPDATE * _number_width([trace.updates[node.id].after]) + 4)
    return width


def _arrays(trace: Trace, node: Node, kind: Kind) -> list[Array]:
    """What will stand in a grid, of a gradient the single messages too; of updated values a number alone."""
    if kind == "value":
        updated = [trace.updates[node.id].after] if node.id in trace.updates and not node.shape else []
        return [trace.values[node.id], *updated]
    gradient = trace.gradients[node.id]
    messages = [trace.message_of(trace.steps[at - 1]) for at in trace.arrivals[node.id]]
    return [*messages, gradient] if gradient is not None else messages


def _number_width(arrays: Iterable[Array]) -> float:
    """The width of a column of all these numbers."""
    parts = [number_text(float(value)).partition(".") for array in arrays for value in array.flat]
    # Numbers are aligned at the point, so the longest parts before and behind it count on their own.
    before, after = max(len(part[0]) for part in parts), max(len(part[1] + part[2]) for part in parts)
    return (before + after) * DIGIT - (DIGIT - POINT if after else 0)


def _name_width(name: str) -> float:
    """At least as wide as a box's name is set: an identifier in proportional letters, any other name as code."""
    if not name.isidentifier():
        return len(name) * 6.7
    wide = sum(letter in "mwMW" or ord(letter) > 0x2E80 for letter in name)
    return 8.2 * len(name) + 5 * wide + 1.8 * sum(map(str.isupper, name))


def _summary(node: Node) -> str:
    return "×".join(str(size) for size in node.shape)


def _operation_width(sign: str) -> float:
    return max(OPERATION, len(sign) * 6.2 + 12)


def _unit(node: Node, box: Box, incoming: bool) -> Unit:
    left, _, width, height = box.rect
    count = len(node.inputs)
    spread = min(8.0, (OPERATION - 6) / max(count - 1, 1))
    ports = tuple(height / 2 + (slot - (count - 1) / 2) * spread for slot in range(count))
    if incoming:  # the seed's edge reaches the box itself, below the sign of its operation
        ports = (*ports, height - 10 if count else height / 2)
    return Unit(node.id, left + width, height, ports, height / 2)


def _moved(box: Box, x: float, y: float) -> Box:
    def shift(rect: Rect) -> Rect:
        return (rect[0] + x, rect[1] + y, rect[2], rect[3])

    grids = tuple(
        Grid(g.kind, g.shape, g.x + x, g.y + y, g.rows, g.columns, g.cell_width, g.cell_height,
             g.row_labels, g.column_labels, g.names)
        for g in box.grids
    )  # fmt: skip
    sign = shift(box.operation_rect) if box.operation_rect else None
    return Box(box.node, box.name, box.role, shift(box.rect), box.operation, sign, grids, box.summary)


# Edges --------------------------------------------------------------------------------------------------------------


def _edges(graph: Graph, trace: Trace, layout: Layout, leads: Sequence[float]) -> tuple[Edge, ...]:
    arrives = {
        (step.node, step.slot): position
        for position, step in enumerate(trace.steps, start=1)
        if step.phase == "backward" and step.slot is not None
    }
    edges = []
    for route in layout.routes:
        consumer, slot = route.link.target, route.link.slot
        if consumer == graph.incoming and slot == len(graph.nodes[consumer].inputs):
            seeded = next(i for i, step in enumerate(trace.steps, start=1) if step.phase == "backward")
            box_left = layout.positions[consumer][0] + leads[consumer]
            points = np.vstack([route.points, [box_left, route.points[-1, 1]]])
            edges.append(Edge(consumer, SEED, route.link.source, points, seeded, magnitude(trace.seed)))
            continue
        message = trace.messages.get((consumer, slot))
        norm = math.nan if message is None else magnitude(message)
        edges.append(Edge(consumer, slot, route.link.source, route.points, arrives.get((consumer, slot)), norm))
    return tuple(edges)


def magnitude(message: Array) -> float:
    """The Euclidean norm, without overflow on the way."""
    largest = float(np.max(np.abs(message)))
    if largest == 0 or not math.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(message.ravel() / largest))


def _scale(trace: Trace) -> Scale:
    found = [magnitude(message) for message in (*trace.messages.values(), trace.seed)]
    positive = [value for value in found if value > 0 and math.isfinite(value)]
    if not positive:
        return Scale(-1, 0)
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    return Scale(min(low, high - 1), high)
