"""Semantic zoom: so near to an array that its neurons are seen, so near to a neuron that its sum is, and back."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

from engine.expression import Reference
from engine.graph import Graph
from visualizer.session.appearance import LEVELS, Level
from visualizer.session.session import Session
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.canvas.view import View

# A box that covers this part of the room, either way, at this scale or a larger one, opens.
OPENS_AT, OPENS_FROM = 0.5, 1.9
# Of the smaller side of the room the width of a neuron that opens, and how much nearer than where all is seen that is.
UNIT_OPENS, NEARER = 0.26, 1.4
# Zoomed out to so much less than the scale at which all is seen, a level closes. More than a notch of the wheel, which
# is a factor of 1.2, lies between that and any view in which a level is opened.
CLOSES_AT = 0.7
NUMBERS_SCALE = 0.9  # at which single numbers can be read
NEURON_SCALE = 2.0  # at which a layer of few neurons is opened


@lru_cache(maxsize=8)
def levels_of(graph: Graph) -> tuple[Level, ...]:
    """The levels at which a graph looks different: in a program of single numbers, its values are its numbers."""
    from engine.units import units_of

    units = units_of(graph)
    found: list[Level] = ["layer"]
    if any(group.size > 1 or len(group.stages) > 1 for group in units.groups) or units.bundle_of:
        found.append("neuron")
    if any(node.shape for node in graph.nodes):
        found.append("scalar")
    return tuple(found)


def beside(session: Session, by: int) -> Level | None:
    """The next finer (1) or coarser (-1) level that shows something else; None where there is none."""
    levels = levels_of(session.trace.graph)
    now = LEVELS.index(session.level)
    candidates = [level for level in levels if (LEVELS.index(level) - now) * by > 0]
    return min(candidates, key=lambda level: abs(LEVELS.index(level) - now), default=None)


def wanted(
    session: Session, picture: Picture, view: View, factor: float, at: QPointF
) -> tuple[Level, Reference | None] | None:
    """The level that zooming by ``factor`` about a point of the widget asks for, and what it is about; mostly None."""
    finer = factor > 1
    level = beside(session, 1 if finer else -1)
    if level is None:
        return None
    if not finer:
        closes = view.scale * factor < CLOSES_AT * view.fit_scale
        return (level, _under(session, picture, view, at)) if closes else None
    reference = _under(session, picture, view, at)
    rect = None if reference is None else picture.bounds(_whole(reference) if session.level == "layer" else reference)
    if rect is None:
        return None
    scale = view.scale * factor
    if session.level == "neuron":
        opens = scale >= NEARER * view.fit_scale and rect.width() * scale >= _opening(view)
    else:
        opens = scale >= OPENS_FROM and (
            rect.width() * scale >= OPENS_AT * view.room.width()
            or rect.height() * scale >= OPENS_AT * view.room.height()
        )
    return (level, reference) if opens else None


def placed(
    level: Level, finer: bool, picture: Picture, view: View, point: QPointF, reference: Reference | None
) -> QTransform:
    """The view of the picture of a level that was zoomed to, with ``reference`` still at ``point``.

    A coarser level is seen whole, a ``finer`` one as much of it as can be read.
    """
    rect = None if reference is None else picture.bounds(reference)
    if rect is None:
        return view.placed(view.whole.center(), point, view.fit_scale)
    if not finer:
        return view.placed(rect.center(), point, view.fit_scale)
    if level == "scalar":
        return view.opened(rect, rect.center(), point, max(view.fit_scale, NUMBERS_SCALE))
    around = picture.bounds(_whole(reference)) or rect
    room = view.room
    near = min(
        0.6 * room.width() / max(around.width(), 1),
        0.6 * room.height() / max(around.height(), 1),
        _opening(view) / NEARER / max(rect.width(), 1),
        NEURON_SCALE,
    )
    return view.opened(around, rect.center(), point, max(view.fit_scale, near))


def _opening(view: View) -> float:
    """The width of a neuron that opens, in pixels."""
    return UNIT_OPENS * min(view.room.width(), view.room.height())


def _whole(reference: Reference) -> Reference:
    return Reference(reference.node, reference.kind, None)


def _under(session: Session, picture: Picture, view: View, at: QPointF) -> Reference | None:
    back, _ = view.transform.inverted()
    point = back.map(at)
    hit = picture.at(point.x(), point.y(), view.scale)
    if hit is None:
        return None
    return hit[1] if hit[1] is not None else Reference(hit[0], "value", None)
