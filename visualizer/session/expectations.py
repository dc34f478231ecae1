"""The numbers that a document promises under [expect], held against those of its trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.ops import Array
from engine.shapes import shape_text
from engine.trace import Trace
from visualizer.session.document import Document
from visualizer.session.formatting import full_text

# Numbers rounded to four places are met.
TOLERANCE = 5e-5


@dataclass(frozen=True, slots=True)
class Unmet:
    """A promise that does not hold: its key under [expect], and what is wrong in a few words."""

    key: str
    reason: str


def unmet(document: Document, trace: Trace) -> list[Unmet]:
    """The promises that ``trace`` does not keep. They are made for the first variant, at the sizes of the file."""
    found = []
    for key, promised in document.specification.expect.items():
        name, _, kind = key.rpartition(".")
        actual = _recorded(trace, name, kind)
        if actual is None:
            found.append(Unmet(key, "there is no such number"))
        elif reason := _difference(promised, actual):
            found.append(Unmet(key, reason))
    return found


def expectation_lines(document: Document, trace: Trace) -> Iterator[str]:
    """A sentence on all promises of a document, and a line for each that does not hold; nothing where it makes none."""
    count = len(document.specification.expect)
    off = unmet(document, trace)
    if off:
        yield f"{len(off)} of {count} expected numbers {'is' if len(off) == 1 else 'are'} off:"
        yield from (f"  {entry.key}: {entry.reason}" for entry in off)
    elif count:
        yield f"All {count} expected numbers hold." if count > 1 else "The one expected number holds."


def _recorded(trace: Trace, name: str, kind: str) -> Array | None:
    node = trace.graph.node(name).id
    if kind == "value":
        return trace.values[node]
    if kind == "gradient":
        return trace.gradients[node]
    return trace.updates[node].after if node in trace.updates else None


def _difference(promised: object, actual: Array) -> str:
    """Where the numbers are apart, in words; "" where they agree."""
    try:
        expected = np.asarray(promised, dtype=np.float64)
    except ValueError:
        return "the rows are not of equal length"
    if expected.shape != actual.shape:
        return f"shape {shape_text(expected.shape)} is expected, and it has shape {shape_text(actual.shape)}"
    apart = np.argwhere(~np.isclose(actual, expected, rtol=0, atol=TOLERANCE, equal_nan=True))
    if not len(apart):
        return ""
    first = tuple(apart[0])
    place = f" at {', '.join(str(i + 1) for i in first)}" if first else ""
    return f"{full_text(float(expected[first]))} is expected{place}, and it is {full_text(float(actual[first]))}"
