"""The numbers of a graph's neurons: slices of the recorded arrays, and products of recorded numbers."""

from __future__ import annotations

from engine.expression import Index
from engine.graph import Graph
from engine.groups import Bundle, Group, Integers, Units, unit_shape
from engine.ops import Array
from engine.trace import Trace

__all__ = ["Bundle", "Group", "Integers", "Units", "unit_shape"]


def units_of(graph: Graph) -> Units:
    """The neurons of any graph."""
    raise NotImplementedError


def values(trace: Trace, units: Units, node: int, sample: int | None) -> Array:
    """The value of a node for one sample, or its mean over the samples: (units,)."""
    raise NotImplementedError


def gradients(trace: Trace, units: Units, node: int, sample: int | None) -> Array | None:
    """The gradient of a node for one sample, or its mean over the samples: (units,). None where none can reach it."""
    raise NotImplementedError


def weights(trace: Trace, bundle: Bundle) -> Array | None:
    """The weights of a bundle: (targets, sources) of a dense one, (sources,) of one of the pattern "same"."""
    raise NotImplementedError


def weight_gradients(trace: Trace, bundle: Bundle) -> Array | None:
    """The gradients of its weights, in the shape of ``weights``."""
    raise NotImplementedError


def weight_updates(trace: Trace, bundle: Bundle) -> Array | None:
    """What the update adds to its weights, in the shape of ``weights``."""
    raise NotImplementedError


def messages(trace: Trace, units: Units, bundle: Bundle, sample: int | None) -> Array | None:
    """What each target unit sends back to each source unit, in the shape of ``weights``. None where nothing is sent."""
    raise NotImplementedError


def index_of(units: Units, node: int, unit: int, sample: int | None) -> Index:
    """Where the number of a unit stands in the array of a stage."""
    raise NotImplementedError


def unit_of(units: Units, node: int, index: Index) -> tuple[int, int, int | None]:
    """(group, unit, sample) of an element: the unit that it is, that it is added to, or to which its edge leads."""
    raise NotImplementedError


def weight_index(units: Units, bundle: Bundle, target: int, source: int) -> Index:
    """Where the weight of an edge stands in its array."""
    raise NotImplementedError


def edge_of(units: Units, node: int, index: Index) -> tuple[int, int, int]:
    """(bundle, target unit, source unit) of an element of a weight, or of a product that is an edge."""
    raise NotImplementedError
