"""Where one is, as the frames of a call stack: iteration, phase, layer, neuron, element; and how it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.expression import Reference
from visualizer.session.appearance import Level
from visualizer.session.cursor import current_path, current_step
from visualizer.session.formatting import element_name, shortened
from visualizer.session.scalar.labels import labels_of

if TYPE_CHECKING:
    from visualizer.session.session import Session

Depth = Literal["iteration", "layer", "neuron", "scalar"]

START = "before the first step"
UNITS = {"input": "input", "target": "target", "units": "neuron", "output": "output", "parameter": "number"}


@dataclass(frozen=True, slots=True)
class Crumb:
    """One frame. ``depth`` is where one goes by choosing it, None where one cannot; ``tip`` says that in words."""

    text: str
    depth: Depth | None = None
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Crumbs:
    """``frames`` from the outermost in; the last is where one is. ``phase`` is that of the present step.

    ``sample`` of ``samples`` is looked at, None for the mean over them; there is no choice where ``samples`` is 1.
    ``part`` says which part of the single numbers is shown, "" where all are.
    """

    frames: tuple[Crumb, ...]
    phase: Literal["forward", "backward", "update"] | None
    level: Level
    sample: int | None = None
    samples: int = 1
    part: str = ""


def crumbs(session: Session) -> Crumbs:
    """Where the session stands. A layer shows all samples at once, so the choice of one begins with the neurons."""
    step, below = current_step(session.trace, session.position), session.level != "layer"
    frames: list[Crumb] = []
    if session.lab is not None:
        number = session.position.iteration
        frames.append(Crumb(f"iteration {number:,}", "iteration", "Back to the iterations"))
    frames += [Crumb(START)] if step is None else [Crumb(step.phase), *_within(session)]
    return Crumbs(
        tuple(frames),
        step.phase if step is not None else None,
        session.level,
        session.sample if session.level == "neuron" else session.sample or 0,
        session.samples if below else 1,
        session.scalars.words if session.level == "scalar" else "",
    )


def _within(session: Session) -> list[Crumb]:
    """The frames within the phase of the present step."""
    receiver = session.receiver
    assert receiver is not None
    node = session.trace.graph.nodes[receiver.node]
    frames = [Crumb(node.scope)] if node.scope and node.scope != "incoming" else []
    frames.append(Crumb(shortened(node.name), "layer", f"Out to {node.name} as a whole"))
    if session.level == "layer":
        walked = current_path(session.trace, session.position)
        if walked is not None and walked[0]:
            frames.append(Crumb(element_name(node.name, walked[0], node.shape)))
        return frames
    unit = _unit(session, receiver)
    if unit:
        frames.append(Crumb(unit, "neuron", f"Out to {unit}"))
    if session.level == "scalar" and (number := _number(session)):
        frames.append(Crumb(number, "scalar"))
    return frames


def _unit(session: Session, receiver: Reference) -> str:
    """The neuron that ``receiver`` belongs to, counted from 1; "" for what is not one of many."""
    from engine.units import unit_of

    if receiver.index is None:
        return ""
    number, unit, _ = unit_of(session.units, receiver.node, receiver.index)
    group = session.units.groups[number]
    return f"{UNITS.get(group.kind, 'number')} {unit + 1:,}" if group.size > 1 or group.kind == "units" else ""


def _number(session: Session) -> str:
    """The single number just made, by its label."""
    scalars, place = session.scalars, session.scalar_place
    if place == 0:
        return ""
    return shortened(labels_of(session.document, scalars)[scalars.trace.receiver(scalars.trace.steps[place - 1])])
