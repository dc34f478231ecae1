"""What is lit among single numbers: the one that has just been made, and those that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.explain import element, references
from engine.expression import Reference
from engine.scalars import Scalars
from engine.trace import Step
from visualizer.session.formatting import number_text
from visualizer.session.lighting import Lighting
from visualizer.session.scene import SEED
from visualizer.session.scene.building import seeds_of

if TYPE_CHECKING:
    from visualizer.session.session import Session


def scalar_lighting(session: Session) -> Lighting:
    """The highlights for where the session stands, in the picture of its single numbers."""
    scalars, place = session.scalars, session.scalar_place
    trace = scalars.trace
    alike = () if session.selected is None else elements_of(scalars, session.selected)
    hovered, picked = (own_reference(session, reference) for reference in (session.hovered, session.picked))
    if place == 0:
        return Lighting(hovered=hovered, picked=picked, alike=alike)
    step = trace.steps[place - 1]
    receiver = trace.receiver(step)
    result = Reference(receiver, "gradient" if step.phase == "backward" else "value", ())
    asked = result if session.asking else None
    cells = () if asked else tuple(dict.fromkeys(references(element(trace, step, ()))))
    # Small boxes stand too near to each other for a pill; the number lights up in its cell.
    told = asked is None and session.scalar_scene.boxes[receiver].form == "full"
    return Lighting(
        step.phase,
        receiver,
        _edges(scalars, step),
        cells,
        result,
        hovered=hovered,
        asked=asked,
        picked=None if picked in (*cells, result) else picked,
        pill=number_text(_number(scalars, step)) if told else "",
        alike=alike,
    )


def own_reference(session: Session, reference: Reference | None) -> Reference | None:
    """The single number that an element of an array is; None where it is not in the picture."""
    if reference is None or reference.index is None:
        return None
    shape = session.trace.graph.nodes[reference.node].shape
    flat = int(np.ravel_multi_index(reference.index, shape)) if shape else 0
    node = session.scalars.scalar_of.get((reference.node, flat))
    return None if node is None else Reference(node, reference.kind, ())


def elements_of(scalars: Scalars, node: int) -> tuple[int, ...]:
    """The single numbers that are elements of an array."""
    return tuple(
        number
        for number, (reference, element) in enumerate(zip(scalars.origin, scalars.is_element, strict=True))
        if element and reference.node == node
    )


def _number(scalars: Scalars, step: Step) -> float:
    """The number that a step brings."""
    trace = scalars.trace
    if step.phase == "forward":
        return float(trace.values[step.node])
    if step.phase == "update":
        return float(trace.updates[step.node].after)
    return float(trace.message_of(step))


def _edges(scalars: Scalars, step: Step) -> tuple[tuple[int, int], ...]:
    if step.phase == "forward":
        return tuple((step.node, slot) for slot in range(len(scalars.trace.graph.nodes[step.node].inputs)))
    if step.phase == "update":
        return ()
    if step.slot is not None:
        return ((step.node, step.slot),)
    incoming = seeds_of(scalars.trace).get(step.node)
    return () if incoming is None else ((incoming, SEED),)
