"""What is lit at a moment: the receiving node, the edges of the step, the cells that take part, the path walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.explain import element, references
from engine.expression import Reference, terms_of
from engine.trace import Phase, Step
from visualizer.session.cursor import current_path, current_step
from visualizer.session.formatting import number_text
from visualizer.session.scene import SEED

if TYPE_CHECKING:
    from visualizer.session.session import Session


@dataclass(frozen=True)
class Lighting:
    """Highlights beside the numbers, as data.

    ``lines`` join cells that make one path, in the direction of travel. ``asked`` is an array whose numbers are hidden
    behind a question. ``picked`` is what was clicked, where it is not lit already. ``pill`` is the number that has just
    arrived. ``alike`` are boxes that are framed as the selected one is: the elements of an array.
    """

    phase: Phase | None = None
    receiver: int | None = None
    edges: tuple[tuple[int, int], ...] = ()
    cells: tuple[Reference, ...] = ()
    result: Reference | None = None
    lines: tuple[tuple[Reference, Reference], ...] = ()
    hovered: Reference | None = None
    selected: int | None = None
    asked: Reference | None = None
    picked: Reference | None = None
    pill: str = ""
    alike: tuple[int, ...] = ()


def lighting(session: Session) -> Lighting:
    """The highlights for where the session stands."""
    trace, position = session.trace, session.position
    step = current_step(trace, position)
    if step is None:
        return Lighting(hovered=session.hovered, selected=session.selected, picked=session.picked)
    card = session.card
    assert card.target is not None
    assert card.chosen is not None
    assert card.result is not None
    result = Reference(card.target.node, card.target.kind, card.chosen)
    cells: tuple[Reference, ...] = ()
    lines: tuple[tuple[Reference, Reference], ...] = ()
    walked = current_path(trace, position)
    if not session.asking:
        whole = element(trace, step, card.chosen)
        shown = terms_of(whole)[walked[1]] if walked else whole
        chain = list(references(shown))
        if card.update is not None:  # the gradient takes part in an earlier line, and brings the new number about
            found = dict.fromkeys(part for row in card.update.rows for part in references(row.expression))
            chain = sorted(found, key=lambda part: part.kind == "gradient")
        cells = tuple(dict.fromkeys(chain))
        if walked and chain:  # the gradient that everything starts from comes from nowhere
            lines = tuple(zip(chain, [*chain[1:], result], strict=True))
    scalar = card.result.ndim == 0
    shown_result = None if scalar and not cells else result
    return Lighting(
        step.phase,
        trace.receiver(step),
        tuple(edge for edge in _edges(session, step) if edge in session.scene.edge_of),
        cells,
        shown_result,
        lines,
        session.hovered,
        session.selected,
        card.target if session.asking else None,
        None if session.picked in (*cells, shown_result) else session.picked,
        number_text(float(card.result)) if scalar and not session.asking else "",
    )


def _edges(session: Session, step: Step) -> tuple[tuple[int, int], ...]:
    if step.phase == "forward":
        return tuple((step.node, slot) for slot in range(len(session.trace.graph.nodes[step.node].inputs)))
    if step.phase == "update":
        return ()
    if step.slot is not None:
        return ((step.node, step.slot),)
    incoming = session.trace.graph.incoming
    return () if incoming is None else ((incoming, SEED),)
