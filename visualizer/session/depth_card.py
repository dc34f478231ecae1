"""The step card below whole steps: one neuron's sum, one row of weights, one product."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from engine.explain import element
from engine.expression import Index, Reference, terms_of
from engine.trace import Trace
from visualizer.session import wording
from visualizer.session.card import Card, Line, build_card
from visualizer.session.cursor import Position
from visualizer.session.document import Document
from visualizer.session.formatting import element_name, number_text, sample_text
from visualizer.session.scalar.labels import labels_of

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
        title=_title(document, trace, units, part, chosen),
        why=_why(trace, whole, part) + _said(trace, whole, units, part, chosen, sample),
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
        within=_within(part, count),
    )


def _within(part: Part, count: tuple[int, int]) -> str:
    """Which of the step's parts this is."""
    if count[1] == 1 or part.unit is None:
        return ""
    of = f"neuron {count[0]:,} of {count[1]:,}"
    return f"weights of {of}" if len(part.elements) > 1 else of


def _stays(trace: Trace, part: Part) -> bool:
    """Whether an update leaves all of a part as it is."""
    update = trace.updates[part.node]
    return all(update.before[index] == update.after[index] for index in part.elements)


def _title(document: Document, trace: Trace, units: Units, part: Part, chosen: Index) -> str:
    """What happens to one neuron, or to the weights that lead to it."""
    nodes = trace.graph.nodes
    name, several = element_name(nodes[part.node].name, chosen, nodes[part.node].shape), len(part.elements) > 1
    if several and part.group is not None and part.unit is not None:
        stage = nodes[units.groups[part.group].stages[0]]
        name = f"the weights into {element_name(stage.name, (part.unit,) if stage.shape else ())}"
    step = part.step
    if step.phase == "forward":
        return f"{wording.operation_word(nodes[part.node])} computes {name}"
    if step.phase == "update":
        said = f"{name[:1].upper()}{name[1:]}" if several else name
        if _stays(trace, part):
            return f"{said} stay as they are" if several else f"{said} stays as it is"
        return f"{said} are updated" if several else f"{said} is updated"
    if step.slot is None:
        return f"The gradient starts at {name}"
    return f"{wording.operation_word(nodes[step.node])} hands its gradient to {name}"


def _why(trace: Trace, whole: Card, part: Part) -> str:
    """Why the step is as it is, said of this part alone."""
    if part.step.phase != "update" or not _stays(trace, part) or trace.update_rule.optimizer.name != "sgd":
        return whole.why
    return "The gradient is 0 here, so nothing is taken away."


def _said(trace: Trace, whole: Card, units: Units, part: Part, chosen: Index, sample: int | None) -> str:
    """Which of several weights, and of which sample, the numbers are."""
    words = ""
    if len(part.elements) > 1:
        words += (
            f" One weight of {len(part.elements):,} is written out; click another on the canvas to see its numbers."
        )
    axis = units.axes.get(part.node)
    if units.samples > 1 and axis is not None:
        which = sample_text(sample or 0, units.samples)
        if sample is not None:
            words += f" The numbers are those of {which}."
        elif whole.result is not None:
            with np.errstate(all="ignore"):
                means = whole.result.mean(axis=axis)
            mean = float(means[chosen[:axis] + chosen[axis + 1 :]])
            words += f" The mean over all samples is {number_text(mean)}; what is written out is {which}."
    if chosen:
        words += " All elements of one array happen at once: this order is for the eye."
    return words


@lru_cache(maxsize=2)
def _labelled(document: Document, scalars: Scalars) -> Document:
    """The document of the single numbers, called what people call them: short, and alike where that does no harm."""
    graph = scalars.trace.graph
    labels = labels_of(document, scalars)
    nodes = tuple(replace(node, name=label) for node, label in zip(graph.nodes, labels, strict=True))
    return replace(document.of(graph), graph=replace(graph, nodes=nodes), loss=document.loss_name)


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
