"""Every multiply and add as a node: one sample of an array trace, as a trace of single numbers.

The values, gradients and updates of elements are the recorded ones, slices of the array trace. Only what lies between
them is computed, from recorded numbers: products, running sums, and the messages that pass through them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.expression import Index, Reference
from engine.scalars.graph import ScalarGraph
from engine.scalars.trace import ScalarTrace
from engine.scalars.unrolled import Unrolled
from engine.scalars.vicinity import Vicinity, vicinity
from engine.scalars.writing import written
from engine.trace import Trace

Integers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class Scalars:
    """The scalar view of a trace, whole or in part. Nodes are those of ``trace.graph``, all of shape ().

    ``origin`` is, by node, the value of the array element that it is, or that it is worked out for, and ``is_element``
    says which of the two. ``labels`` are short and for people, with indices from 1: ``a1[2]``, ``W1[1,2]·x[2]``, and
    ``Σ2`` for a running sum. ``outer`` is, by step, the array step that it belongs to, counted from 1; it never falls,
    and an array step of which nothing is shown has none. ``scalar_of`` finds the node of (array node, flat element).

    ``sample`` is the sample that is shown of a batch, None where nothing is a batch. ``shown`` nodes of ``total`` that
    the whole would have are in the picture; ``words`` say which and why, "" where that is all. ``cut`` are the elements
    that are computed, but shown as leaves because what they are made of lies outside.

    What the rest of the picture sends to a node arrives as one message from nowhere, as the seed does: a backward step
    whose slot is None. ``others`` is that number, by node, and ``other_messages`` how many messages it stands for.
    """

    trace: Trace
    origin: tuple[Reference, ...]
    is_element: tuple[bool, ...]
    labels: tuple[str, ...]
    outer: Integers
    sample: int | None
    shown: int
    total: int
    words: str
    scalar_of: Mapping[tuple[int, int], int]
    others: Mapping[int, float] = field(default_factory=dict)
    other_messages: Mapping[int, int] = field(default_factory=dict)
    cut: frozenset[int] = frozenset()

    def position(self, steps: int) -> int:
        """How many scalar steps are done once ``steps`` array steps are."""
        return int(np.searchsorted(self.outer, steps, side="right"))

    def steps_of(self, step: int) -> range:
        """The places in ``trace.steps``, from 0, of the scalar steps of array step number ``step``, from 1."""
        return range(self.position(step - 1), self.position(step))


def scalars_of(trace: Trace, sample: int, around: Reference | None = None, most: int = 1200) -> Scalars:
    """Every operation behind one sample of ``trace``, or the part of at most ``most`` nodes nearest to ``around``.

    ``sample`` counts from 0 and chooses nothing where there is no batch. Without ``around`` a part is the one nearest
    to the output.
    """
    unrolled = Unrolled(trace, sample)
    chosen = vicinity(unrolled, around, most)
    made = written(unrolled, chosen)
    told = ScalarTrace(made, unrolled.incomplete | chosen.shortened)
    shown = len(made.nodes)
    whole = chosen.is_whole and not chosen.opaque
    return Scalars(
        told.trace(),
        tuple(Reference(node, "value", index) for node, index in made.origin),
        tuple(made.is_element),
        tuple(made.labels),
        np.array(told.outer, dtype=np.int64),
        unrolled.sample,
        shown,
        shown if whole else max(shown, chosen.total),
        "" if whole else _words(made, chosen, shown),
        {(node, _flat(trace, node, index)): identity for (node, index), identity in made.ids.items()},
        told.back.others,
        told.back.other_messages,
        frozenset(made.cut),
    )


def _flat(trace: Trace, node: int, index: Index) -> int:
    return int(np.ravel_multi_index(index, trace.graph.nodes[node].shape)) if index else 0


def _words(made: ScalarGraph, chosen: Vicinity, shown: int) -> str:
    """Which part is shown, and why."""
    said = []
    if not chosen.is_whole:
        assert chosen.alone is not None
        total = max(shown, chosen.total)
        said.append(f"{shown:,} of {total:,} numbers are shown, those nearest to {made.name(chosen.alone)}.")
        said.append("What lies beyond them is a leaf, with its recorded number.")
    if chosen.shortened:
        said.append("Of long sums the strongest terms are written out, and the rest is one number.")
    if chosen.opaque:
        names = ", ".join(made.unrolled.graph.nodes[i].name for i in chosen.opaque[:3])
        more = f" and {len(chosen.opaque) - 3:,} more" if len(chosen.opaque) > 3 else ""
        said.append(
            f"{names}{more} cannot be written out in single operations, or not in so few that they can be read."
        )
    return " ".join(said)
