"""Where the sections and notes of a document stand in a trace: they name their steps, and a trace numbers them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from engine.trace import Trace
from visualizer.session.document import Document
from visualizer.session.specification import Anchor, Note


def resolve(anchor: Anchor, trace: Trace) -> int | None:
    """The position behind the first step that fits (1 for the first step of all), None where none does.

    A backward step fits where ``node`` receives the message and, where a source is named, that consumer sends it.
    """
    nodes = trace.graph.nodes
    for position, step in enumerate(trace.steps, start=1):
        if step.phase != anchor.phase or nodes[trace.receiver(step)].name != anchor.node:
            continue
        sender = nodes[step.node].name if step.slot is not None else ""
        if not anchor.source or sender == anchor.source:
            return position
    return None


def sections(document: Document, trace: Trace) -> tuple[tuple[int, str], ...]:
    """(position of its first step, title) of every section, in the order of the timeline.

    A section reaches to the start of the next. Sections whose step the trace does not have are left out.
    """
    found = ((resolve(section.at, trace), section.title) for section in document.specification.sections)
    return tuple(sorted(((start, title) for start, title in found if start is not None), key=lambda mark: mark[0]))


def note_at(document: Document, trace: Trace, position: int) -> Note | None:
    """The narration of the step just taken, None where there is none or no step has been taken."""
    return _notes(document, trace).get(position)


@lru_cache(maxsize=8)
def _notes(document: Document, trace: Trace) -> Mapping[int, Note]:
    """Notes by position; of two at one step the first counts."""
    found: dict[int, Note] = {}
    for note in document.specification.notes:
        position = resolve(note.at, trace)
        if position is not None:
            found.setdefault(position, note)
    return found
