"""How a network is looked at: what its edges show, on which scales, and what is marked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from engine.ops import Array
from visualizer.session.network.edges import Edges, Scales, Shows
from visualizer.session.network.shape import Place
from visualizer.session.training.snapshot import Snapshot
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Weight, text_width


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be seen beside the numbers.

    ``lit`` is the unit under the pointer. ``lit_edges`` are a column and edges before it that stand out from the rest.
    ``focused`` says that the keyboard moves the selection.
    """

    shows: Shows
    scales: Scales
    lit: Place | None = None
    lit_edges: tuple[int, Edges] | None = None
    selected: Place | None = None
    focused: bool = False


def seen(snapshot: Snapshot, column: int) -> tuple[Array | None, Array | None]:
    """Pictures and values of a column's units; None where there are none."""
    if column == 0:
        return snapshot.input_maps, snapshot.input_values
    layer = snapshot.layers[column - 1]
    return layer.maps, layer.values


def write_centred(
    pen: Pen, middle: float, baseline: float, text: str, tone: QColor, size: float, weight: Weight = "regular"
) -> None:
    """Text with its middle at ``middle``."""
    pen.text(middle - text_width(text, size, weight) / 2, baseline, text, tone, size, weight)
