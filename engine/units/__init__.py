"""The neurons of any graph: what is drawn as a circle, what as an edge, and the numbers on both."""

from engine.units.grouping import units_of
from engine.units.groups import Bundle, Group, Integers, Units, unit_shape
from engine.units.numbers import (
    edge_of,
    gradients,
    index_of,
    is_turned,
    messages,
    unit_of,
    values,
    weight_gradients,
    weight_index,
    weight_updates,
    weights,
)

__all__ = [
    "Bundle",
    "Group",
    "Integers",
    "Units",
    "edge_of",
    "gradients",
    "index_of",
    "is_turned",
    "messages",
    "unit_of",
    "unit_shape",
    "units_of",
    "values",
    "weight_gradients",
    "weight_index",
    "weight_updates",
    "weights",
]
