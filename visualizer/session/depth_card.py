"""The step card below whole steps: one neuron's sum, one row of weights, one product."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from engine.explain import element
from engine.expression import Reference, terms_of
from engine.trace import Trace
from visualizer.session import wording
from visualizer.session.card import Card, Line, build_card
from visualizer.session.cursor import Position
from visualizer.session.document import Document
from visualizer.session.formatting import element_name

if TYPE_CHECKING:
    from engine.parts import Part
    from engine.scalars import Scalars
    from engine.units import Units

MOST_TERMS = 40  # of a sum that is written out


def neuron_card(
    document: Document,
    trace: Trace,
    whole: Card,
    units: Units,
    part: Part,
    count: tuple[int, int],
    sample: int | None,
    picked: Reference | None,
) -> Card:
    """The card of the ``count[0]``-th of ``count[1]`` parts of the step that ``whole`` explains."""
    step = part.step
    chosen = part.elements[0]
    if picked is not None and picked.node == part.node and picked.index in part.elements:
        assert picked.index is not None
        chosen = picked.index
    written = element(trace, step, chosen)
    assert whole.result is not None
    line = Line(Reference(part.node, part.kind, chosen), written, float(whole.result[chosen]))
    short = len(terms_of(written)) <= MOST_TERMS
    return replace(
        whole,
        title=_title(document, trace, part, chosen),
        why=whole.why + _said(units, part, sample),
        target=line.target,
        rule=written if short and whole.update is None else whole.rule,
        chosen=chosen,
        lines=(line,),
        flow=(),
        excerpt=(),
        result=np.asarray(whole.result[chosen]),
        state=None,
        arrived=(),
        jacobian=None,
        jacobian_equals="",
        local=None,
        within=f"{'row' if len(part.elements) > 1 else 'neuron'} {count[0]:,} of {count[1]:,}",
    )


def _title(document: Document, trace: Trace, part: Part, chosen: tuple[int, ...]) -> str:
    """What happens to one neuron, or to the weights that lead to it."""
    node = trace.graph.nodes[part.node]
    name = element_name(node.name, chosen, node.shape)
    if len(part.elements) > 1:
        name = f"{name} and its row"
    step = part.step
    if step.phase == "forward":
        return f"{wording.operation_word(node)} computes {name}"
    if step.phase == "update":
        return f"{name} is updated"
    if step.slot is None:
        return f"The gradient starts at {name}"
    return f"{wording.operation_word(trace.graph.nodes[step.node])} hands its gradient to {name}"


def _said(units: Units, part: Part, sample: int | None) -> str:
    """Which of a row and which sample the numbers are of."""
    words = ""
    if len(part.elements) > 1:
        words += f" One entry of {len(part.elements):,} is written out; click another on the canvas to see its sum."
    if units.samples > 1 and part.node in units.axes:
        shown = f"sample {1 if sample is None else sample + 1} of {units.samples:,}"
        words += f" The numbers are those of {shown}" + ("; the picture shows the mean." if sample is None else ".")
    if part.elements and len(part.elements[0]):
        words += " All elements of one array happen at once: this order is for the eye."
    return words


@lru_cache(maxsize=2)
def _labelled(document: Document, scalars: Scalars) -> Document:
    """The document of the single numbers, called what people call them: short, and alike where that does no harm."""
    graph = scalars.trace.graph
    nodes = tuple(replace(node, name=label) for node, label in zip(graph.nodes, scalars.labels, strict=True))
    return replace(document.of(graph), graph=replace(graph, nodes=nodes))


def scalar_card(document: Document, scalars: Scalars, whole: Card, place: int) -> Card:
    """The card of the single number made last, in the terms of its own small program."""
    found = build_card(
        _labelled(document, scalars), scalars.trace, Position(whole.position.iteration, place), None, False, bare=True
    )
    return replace(
        found,
        position=whole.position,
        total=whole.total,
        section=whole.section,
        note=whole.note,
        origin=scalars.origin,
        bars=whole.bars,
        within=f"number {place:,} of {len(scalars.trace.steps):,}",
    )
