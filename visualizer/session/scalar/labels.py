"""What single numbers are called: as elements of arrays are everywhere else, w₁₁ and W1[31]."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.scalars import Scalars
from visualizer.session.document import Document
from visualizer.session.formatting import element_name

_PLACE = re.compile(r"(\w+)\[([\d,]+)\]")


@lru_cache(maxsize=4)
def labels_of(document: Document, scalars: Scalars) -> tuple[str, ...]:
    """A label for each number."""
    nodes, ids = document.graph.nodes, document.graph.ids

    def written(match: re.Match[str]) -> str:
        index = tuple(int(place) - 1 for place in match[2].split(","))
        shape = nodes[ids[match[1]]].shape if match[1] in ids else ()
        return element_name(match[1], index, shape if len(shape) == len(index) else ())

    labels = [_PLACE.sub(written, label) for label in scalars.labels]
    for node, label in zip(scalars.trace.graph.nodes, labels, strict=True):
        if node.inputs and not any(map(str.isalnum, label)):  # of a sign alone nobody knows which one is meant
            labels[node.id] = f"{labels[node.inputs[0]]} {label} …"
    return tuple(labels)
