"""What of a network's picture is under a point, what is said of it, and which unit is beside another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visualizer.session.network.edges import Edges
from visualizer.session.network.scene import NetworkScene
from visualizer.session.network.shape import Place
from visualizer.session.network.words import edge_words, inputs_words, layer_words, unit_words
from visualizer.session.training.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Found:
    """One of three, or none: a unit; an edge as (column, target, source); a column, by its caption or its band."""

    unit: Place | None = None
    edge: tuple[int, int, int] | None = None
    column: int | None = None

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Found()


def found_at(scene: NetworkScene, edges: Sequence[Edges], x: float, y: float) -> Found:
    """What is under a point; ``edges`` are those drawn before each column, from the first layer's on."""
    unit, caption, column = scene.unit_at(x, y), scene.caption_at(x, y), scene.gap_at(x)
    if unit is not None:
        return Found(unit=unit)
    if caption is not None:
        return Found(column=caption)
    if column is None:
        return NOTHING
    if scene.banded:
        return Found(column=column) if abs(y - scene.axis) <= scene.tallest / 2 else NOTHING
    drawn = edges[column - 1]
    place = scene.edge_at(column, drawn.sources, drawn.targets, x, y)
    if place is None:
        return NOTHING
    return Found(edge=(column, int(drawn.targets[place]), int(drawn.sources[place])))


def words_of(snapshot: Snapshot, found: Found) -> str:
    """What is said of it; "" of nothing."""
    if found.unit is not None:
        return unit_words(snapshot, found.unit)
    if found.edge is not None:
        return edge_words(snapshot, *found.edge)
    if found.column is not None:
        column = found.column
        return layer_words(snapshot.layers[column - 1], column) if column else inputs_words(snapshot)
    return ""


def beside(scene: NetworkScene, place: Place | None, across: int, down: int) -> Place:
    """The unit beside one, in its column or at the same height in the next; the first where there is none."""
    if place is None:
        return 0, 0
    number, unit = place
    column = scene.columns[number]
    if down:
        return number, min(max(unit + down, 0), column.shown - 1)
    other = min(max(number + across, 0), len(scene.columns) - 1)
    if other == number:
        return place
    heights = scene.columns[other].middles(np.arange(scene.columns[other].shown))
    return other, int(np.abs(heights - column.middles(unit)).argmin())
