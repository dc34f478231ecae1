"""Central differences against every gradient: the judge that knows nothing of the gradient rules.

Each checked element w is nudged by h = 1e-5 max(1, |w|) both ways, everything that depends on it is computed again, and
(L(w + h) - L(w - h)) / 2h is held against the recorded gradient. L is the output, or its products with the incoming
gradient added up where one is given. Where the two are apart, the error of the difference itself is taken out first, by
Richardson's extrapolation: its leading term shrinks with the square of the step. Where a function bends too much for
that, as a deep network with exploding gradients does, narrower steps are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.graph import Graph, Node
from engine.ops import Array
from engine.trace import Trace, record

STEP = 1e-5
RELATIVE_TOLERANCE = 1e-6
NARROWER = (1, 8, 64, 512)
# Larger arrays are checked at this many elements, spread evenly.
ELEMENTS_PER_NODE = 64

Verdict = Literal["right", "kink", "unknown", "off"]
Slopes = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Check:
    """The worst element of one node's gradient.

    ``gradient`` is ours, ``difference`` the central difference, ``error`` their distance relative to
    max(1, |gradient|, |difference|). At a "kink", such as relu at 0, the slopes on both sides differ and the gradient
    lies between them, which is right too. "unknown" is what cannot be judged: the gradient or the difference is not
    finite. ``checked`` of ``size`` elements were looked at.
    """

    name: str
    gradient: float
    difference: float
    error: float
    verdict: Verdict
    checked: int
    size: int


def check_gradients(graph: Graph, trace: Trace | None = None, per_node: int = ELEMENTS_PER_NODE) -> Iterator[Check]:
    """A check of every node that a gradient reaches, in program order, one at a time as it is done."""
    trace = trace or record(graph)
    recompute = _Recompute(graph, trace)
    for node in graph.nodes:
        if node.id in graph.active:
            yield _check(node, trace, recompute, per_node)


def _check(node: Node, trace: Trace, recompute: Callable[[Node, Array], float], per_node: int) -> Check:
    value, gradient = trace.values[node.id], trace.gradients[node.id]
    assert gradient is not None
    elements = np.unique(np.linspace(0, node.size - 1, min(per_node, node.size)).astype(int))
    here = recompute(node, value)
    worst: Check | None = None
    for element in elements:
        step = STEP * max(1.0, abs(float(value.flat[element])))
        slopes = _slopes(node, value, int(element), here, step, recompute)
        found = _compare(node, float(gradient.flat[element]), slopes[2], here, len(elements))
        if found.verdict == "off":
            if _is_kink(found, slopes, _slopes(node, value, int(element), here, step / 8, recompute)):
                found = replace(found, verdict="kink")
            else:
                found = _refined(found, node, value, int(element), here, step, recompute)
        if worst is None or _severity(found) > _severity(worst):
            worst = found
    assert worst is not None
    return worst


def _refined(
    check: Check,
    node: Node,
    value: Array,
    element: int,
    here: float,
    step: float,
    recompute: Callable[[Node, Array], float],
) -> Check:
    """The check with a better difference that agrees, ``check`` itself where none does."""
    for divisor in NARROWER:
        wide, half = (_slopes(node, value, element, here, step / d, recompute)[2] for d in (divisor, 2 * divisor))
        found = _compare(node, check.gradient, (4.0 * half - wide) / 3.0, here, check.checked)
        if found.verdict == "right":
            return found
    return check


def _slopes(
    node: Node, value: Array, element: int, here: float, step: float, recompute: Callable[[Node, Array], float]
) -> Slopes:
    """The slope to the left, to the right and across."""
    with np.errstate(all="ignore"):
        sides = []
        for sign in (-1.0, 1.0):
            nudged = value.copy()
            nudged.flat[element] += sign * step
            sides.append(recompute(node, nudged))
        left, right = sides
        return (here - left) / step, (right - here) / step, (right - left) / (2 * step)


def _compare(node: Node, gradient: float, difference: float, here: float, checked: int) -> Check:
    if not np.isfinite([gradient, difference]).all():
        return Check(node.name, gradient, difference, np.nan, "unknown", checked, node.size)
    scale = max(1.0, abs(gradient), abs(difference))
    error = abs(gradient - difference) / scale
    # The loss itself is only known to a relative 2e-16, which the division by the step blows up.
    tolerance = RELATIVE_TOLERANCE + 1e-10 * abs(here) / scale
    verdict: Verdict = "right" if error <= tolerance else "off"
    return Check(node.name, gradient, difference, error, verdict, checked, node.size)


def _is_kink(check: Check, wide: Slopes, narrow: Slopes) -> bool:
    """True where the slopes on both sides stay apart however small the step, and the gradient lies between them.

    On a smooth curve their distance shrinks with the step.
    """
    (left, right, _), (near_left, near_right, _) = wide, narrow
    margin = 1e-3 * abs(left - right)
    between = min(left, right) - margin <= check.gradient <= max(left, right) + margin
    return between and abs(near_left - near_right) > 0.5 * abs(left - right) > 0.0


def _severity(check: Check) -> tuple[int, float]:
    error = check.error if np.isfinite(check.error) else np.inf
    return {"right": 0, "kink": 1, "unknown": 2, "off": 3}[check.verdict], error


class _Recompute:
    """The output as a function of one node's value, everything upstream of it held still."""

    def __init__(self, graph: Graph, trace: Trace) -> None:
        self._graph = graph
        self._trace = trace
        self._needed = graph.active
        self._depends: dict[int, list[Node]] = {}

    def __call__(self, node: Node, value: Array) -> float:
        changed = {node.id: value}
        with np.errstate(all="ignore"):
            for dependent in self._downstream(node):
                inputs = [changed.get(i, self._trace.values[i]) for i in dependent.inputs]
                result = dependent.rule.forward(*inputs, **dict(dependent.attributes))
                changed[dependent.id] = np.asarray(result, dtype=np.float64)
            output = changed.get(self._graph.output, self._trace.values[self._graph.output])
            return float(np.sum(output * self._trace.seed))

    def _downstream(self, node: Node) -> list[Node]:
        if node.id not in self._depends:
            reached, found = {node.id}, []
            for other in self._graph.nodes[node.id + 1 :]:
                if other.id in self._needed and any(i in reached for i in other.inputs):
                    reached.add(other.id)
                    found.append(other)
            self._depends[node.id] = found
        return self._depends[node.id]
