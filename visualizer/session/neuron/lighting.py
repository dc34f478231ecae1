"""What is lit at a moment: the units just given a number, the edges that brought it, what is pointed at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.draws import Indices
from engine.expression import Reference
from engine.trace import Phase
from visualizer.session.neuron.places import Mark
from visualizer.session.neuron.state import Flags

if TYPE_CHECKING:
    from visualizer.session.session import Session

NOTHING: Indices = np.zeros(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class NeuronLight:
    """Highlights, as data.

    ``receivers`` are the units given a number by the present part, ``biases`` the biases, ``senders`` the units that it
    came from. ``edges`` are drawn edges of the scene (indices over all strands), ``entries`` the (strand, target,
    source) of matrices, None for a whole row or column. ``receiving_edges`` says that the edges themselves are given
    the number: a weight's gradient or update. ``pill`` is the number that has just arrived, ``pill_at`` where.
    ``selected`` are the units, ``selected_edges`` the edges of the selected array. ``asked`` is an array whose numbers
    are hidden behind a question. ``focus`` (n,) are the units that are not faded, None for all.
    """

    phase: Phase | None = None
    receivers: Indices = field(default_factory=lambda: NOTHING)
    biases: Indices = field(default_factory=lambda: NOTHING)
    senders: Indices = field(default_factory=lambda: NOTHING)
    edges: Indices = field(default_factory=lambda: NOTHING)
    entries: tuple[tuple[int, int | None, int | None], ...] = ()
    receiving_edges: bool = False
    pill: str = ""
    pill_at: tuple[float, float] | None = None
    hovered: Mark | None = None
    picked: Mark | None = None
    selected: Indices = field(default_factory=lambda: NOTHING)
    selected_edges: Indices = field(default_factory=lambda: NOTHING)
    asked: Reference | None = None
    focus: Flags | None = None


def neuron_lighting(session: Session) -> NeuronLight:
    """The highlights for where the session stands."""
    raise NotImplementedError
