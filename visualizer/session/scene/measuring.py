"""How large boxes are: by their texts over the whole trace, so that they never change their size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.expression import Kind
from engine.graph import Graph, Node
from engine.ops import Array
from engine.trace import Trace
from visualizer.session.appearance import Direction
from visualizer.session.document import Document
from visualizer.session.formatting import number_text
from visualizer.session.scene.numbers import magnitude
from visualizer.session.scene.parts import Box, Grid

TITLE = 24.0  # height of the line with a box's name
LABEL = 15.0  # height of the small line above a grid
CELL = 20.0  # height of a cell
PAD = 9.0
GAP = 10.0  # between the two grids of a box
DIGIT, POINT = 8.45, 3.5  # widths of a digit and of the point in a cell
OPERATION = 25.0  # height of the sign of an operation
CONNECTOR = 10.0  # from an operation's sign to its result
# From this many operations in a row on, value and gradient of a vector stand one above the other: a deep network is
# wider than high, and height is the room there is.
DEEP = 5
WIDEST_TITLE = 190.0  # a longer name is elided
AFTER_UPDATE = 10.5 / 13  # updated values may be set that much smaller
# Arrays up to this size are drawn cell by cell, larger ones as a summary.
MAX_ROWS, MAX_COLUMNS = 12, 10


def is_deep(graph: Graph) -> bool:
    """Whether the longest way through the graph has DEEP operations or more."""
    depths: list[int] = []
    for node in graph.nodes:
        depths.append(1 + max(depths[i] for i in node.inputs) if node.inputs else 0)
    return max(depths) >= DEEP


def measured(document: Document, trace: Trace, node: Node, name: str, role: str, deep: bool) -> Box:
    """The box of a node at (0, 0), without the sign of its operation."""
    kinds: tuple[Kind, ...] = ("value", "gradient") if trace.gradients[node.id] is not None else ("value",)
    total = len(trace.arrivals[node.id])
    # Beside the name there is room for the gauge, and for k/n where several messages come.
    title_width = min(name_width(name), WIDEST_TITLE) + (56 if total > 1 else 42 if total else 32)
    rows, columns = drawn_shape(node.shape)
    if rows > MAX_ROWS or columns > MAX_COLUMNS or len(node.shape) > 2:
        numbers = [len(number_text(magnitude(array))) for kind in kinds for array in arrays_of(trace, node, kind)]
        width = max(title_width, 64 + 2 * PAD + max(numbers) * DIGIT)
        height = TITLE + LABEL + 18.0 * len(kinds) + PAD - 2
        return Box(node.id, name, role, (0.0, 0.0, width, height), "", None, (), _summary(node))
    if not node.shape:
        width = max(title_width, 48 + 2 * PAD + max(_cell_width(trace, node, kind) for kind in kinds))
        grids = tuple(
            Grid(kind, (), PAD + 42, TITLE + i * 18.0, 1, 1, width - 2 * PAD - 42, 18.0) for i, kind in enumerate(kinds)
        )
        height = TITLE + 18.0 * len(kinds) + PAD - 2
    else:
        grids, width, height = _grids(document, trace, node, kinds, deep)
        width = max(title_width, width)
    return Box(node.id, name, role, (0.0, 0.0, width, height), "", None, grids)


def _grids(
    document: Document, trace: Trace, node: Node, kinds: tuple[Kind, ...], deep: bool
) -> tuple[tuple[Grid, ...], float, float]:
    """The grids of an array, and the width and height of a box around them."""
    rows, columns = drawn_shape(node.shape)
    row_labels, column_labels = axis_labels(document, node)
    named = node.name in document.specification.axes
    widest_label = 5.6 * max((len(label) for label in column_labels), default=0) + (8 if column_labels else 0)
    cell_height = 34.0 if named else CELL
    label_width = max((len(label) for label in row_labels), default=0) * 5.8 + (6 if row_labels else 0)
    grid_height = rows * cell_height
    stacked = columns > 1 or deep
    widths = {kind: max(_cell_width(trace, node, kind), widest_label) for kind in kinds}
    if stacked:
        widths = dict.fromkeys(kinds, max(widths.values()))
    grids = []
    x, y = PAD + label_width, TITLE + LABEL + (LABEL if column_labels else 0)
    for kind in kinds:
        grids.append(
            Grid(kind, node.shape, x, y, rows, columns, widths[kind], cell_height, row_labels, column_labels, named)
        )
        if stacked:
            y += grid_height + LABEL + (LABEL if column_labels else 0)
        else:
            x += columns * widths[kind] + GAP + label_width
    return tuple(grids), grids[-1].x + columns * grids[-1].cell_width + PAD, grids[-1].y + grid_height + PAD


def with_sign(box: Box, operation: str, direction: Direction) -> Box:
    """The box moved to where there is room for the sign of its operation before it: to its left, or above it."""
    _, _, width, height = box.rect
    across = max(OPERATION, len(operation) * 6.2 + 12)
    if direction == "right":
        moved, sign = box.moved(across + CONNECTOR, 0.0), (0.0, (height - OPERATION) / 2, across, OPERATION)
    else:
        left = max((across - width) / 2, 0.0)
        moved, sign = box.moved(left, OPERATION + CONNECTOR), (left + (width - across) / 2, 0.0, across, OPERATION)
    return replace(moved, operation=operation, operation_rect=sign)


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
    arrays = arrays_of(trace, node, kind)
    width = max(_number_width(arrays) + 8, 30.0)
    if kind == "value" and node.id in trace.updates and node.shape:
        width = max(width, AFTER_UPDATE * _number_width([trace.updates[node.id].after]) + 4)
    return width


def arrays_of(trace: Trace, node: Node, kind: Kind) -> list[Array]:
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


def name_width(name: str) -> float:
    """At least as wide as a box's name is set: an identifier in proportional letters, any other name as code."""
    if not name.isidentifier():
        return len(name) * 6.7
    wide = sum(letter in "mwMW" or ord(letter) > 0x2E80 for letter in name)
    return 8.2 * len(name) + 5 * wide + 1.8 * sum(map(str.isupper, name))


def _summary(node: Node) -> str:
    return "×".join(str(size) for size in node.shape)
