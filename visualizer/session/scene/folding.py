"""Folded layers: one box stands for all of a layer, or of layers that repeat each other; ribbons name the layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.expression import Kind
from engine.graph import Graph
from engine.trace import Trace
from visualizer.session.appearance import Direction
from visualizer.session.blocks import Block, Fold
from visualizer.session.formatting import number_text
from visualizer.session.scene.measuring import DIGIT, LABEL, PAD, TITLE, arrays_of, name_width
from visualizer.session.scene.numbers import magnitude
from visualizer.session.scene.parts import Box, Rect, Ribbon

RIBBON = 22.0  # height of a ribbon above the columns, or width of one beside the rows
AIR = 14.0  # between the ribbons and the boxes


def homes_of(graph: Graph, folds: Sequence[Fold]) -> tuple[int, ...]:
    """By node: the node whose box it is drawn in, its own unless its layer is folded."""
    homes = list(range(len(graph.nodes)))
    for fold in folds:
        for node in fold.nodes:
            homes[node] = fold.handed_on
    return tuple(homes)


def folded_box(trace: Trace, fold: Fold) -> Box:
    """The box of a fold at (0, 0): its name, what it does, and the norms of what it hands on."""
    node = trace.graph.nodes[fold.handed_on]
    kinds: tuple[Kind, ...] = ("value", "gradient") if trace.gradients[node.id] is not None else ("value",)
    numbers = [len(number_text(magnitude(array))) for kind in kinds for array in arrays_of(trace, node, kind)]
    words = f"{fold.words} · {'×'.join(str(size) for size in node.shape) or 1}"
    width = max(name_width(fold.name) + 56, len(words) * 6.0 + 24, 64 + 2 * PAD + max(numbers) * DIGIT)
    height = TITLE + LABEL + 18.0 * len(kinds) + PAD - 2
    return Box(node.id, fold.name, "fold", (0.0, 0.0, width, height), "", None, (), words)


def ribbons_of(
    blocks: Sequence[Block], folds: Sequence[Fold], boxes: Mapping[int, Box], direction: Direction
) -> tuple[Ribbon, ...]:
    """A ribbon for each layer over its columns (beside its rows); those that would overlap stand in further lines.

    Their places are negative: the caller moves the whole by ``room_for`` them.
    """
    folded = {block.number: fold for fold in folds for block in fold.blocks}
    spans: list[tuple[float, float, Ribbon]] = []
    for block in blocks:
        fold = folded.get(block.number)
        if fold is not None and fold.blocks[0] != block:
            continue
        rects = [box.covered for box in (boxes[stage] for stage in block.stages)]
        along = 0 if direction == "right" else 1
        start = min(rect[along] for rect in rects)
        end = max(rect[along] + rect[along + 2] for rect in rects)
        name = block.name if fold is None else fold.name
        numbers = (block.number,) if fold is None else tuple(each.number for each in fold.blocks)
        spans.append((start, end, Ribbon(name, numbers, (0.0, 0.0, 0.0, 0.0), fold is not None)))
    return _placed(sorted(spans, key=lambda span: span[0]), direction)


def room_for(ribbons: Sequence[Ribbon], direction: Direction) -> tuple[float, float]:
    """How far to the right and down the whole has to move for the ribbons to have room."""
    if not ribbons:
        return 0.0, 0.0
    if direction == "right":
        return 0.0, -min(ribbon.rect[1] for ribbon in ribbons)
    return -min(ribbon.rect[0] for ribbon in ribbons), 0.0


def _placed(spans: Sequence[tuple[float, float, Ribbon]], direction: Direction) -> tuple[Ribbon, ...]:
    lines: list[float] = []  # where the last ribbon of each line ends
    found = []
    for start, end, ribbon in spans:
        line = next((i for i, last in enumerate(lines) if last < start), len(lines))
        lines[line:line + 1] = [end]  # fmt: skip
        if direction == "right":
            rect: Rect = (start, -AIR - (line + 1) * (RIBBON + 4) + 4, end - start, RIBBON)
        else:
            rect = (-AIR - (line + 1) * (RIBBON + 4) + 4, start, RIBBON, end - start)
        found.append(replace(ribbon, rect=rect))
    return tuple(found)
