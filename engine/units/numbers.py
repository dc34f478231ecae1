"""The numbers of a graph's neurons: slices of the recorded arrays, and products of recorded numbers.

Nothing is made up: what stands in a circle or on an edge is an element of a recorded array, its mean over the samples,
or what one unit adds to a recorded message. NaN and infinity are shown as they are, in a mean too.
"""

from __future__ import annotations

import math

import numpy as np

from engine.expression import Index
from engine.ops import Array
from engine.plan import summed_to
from engine.trace import Trace
from engine.units.groups import Bundle, Units, unit_shape, untransposed

# To tell what each unit sends back through an operation that the picture has no weights for, its gradient rule is run
# once for each unit: only where it comes to so few numbers.
MAX_TOLD_APART = 2_000_000


# Units ----------------------------------------------------------------------------------------------------------------


def values(trace: Trace, units: Units, node: int, sample: int | None) -> Array:
    """The value of a node for one sample, or its mean over the samples: (units,)."""
    return _of_sample(trace.values[node], units.axes.get(node), sample)


def gradients(trace: Trace, units: Units, node: int, sample: int | None) -> Array | None:
    """The gradient of a node for one sample, or its mean over the samples: (units,). None where none can reach it."""
    gradient = trace.gradients[node]
    return None if gradient is None else _of_sample(gradient, units.axes.get(node), sample)


def _of_sample(array: Array, axis: int | None, sample: int | None) -> Array:
    """One sample of an array, flat, as a view where that is possible; the mean of all where ``sample`` is None."""
    if axis is None:
        return array.reshape(-1)
    if sample is not None:
        return array[(slice(None),) * axis + (sample,)].reshape(-1)
    with np.errstate(all="ignore"):
        return np.asarray(array.mean(axis=axis)).reshape(-1)


# Edges ----------------------------------------------------------------------------------------------------------------


def weights(trace: Trace, bundle: Bundle) -> Array | None:
    """The weights of a bundle: (targets, sources) of a dense one, (sources,) of one of the pattern "same"."""
    return None if bundle.weight is None else _on_edges(trace.values[bundle.weight], bundle)


def weight_gradients(trace: Trace, bundle: Bundle) -> Array | None:
    """The gradients of its weights, in the shape of ``weights``. None where there are none."""
    gradient = None if bundle.weight is None else trace.gradients[bundle.weight]
    return None if gradient is None else _on_edges(gradient, bundle)


def weight_updates(trace: Trace, bundle: Bundle) -> Array | None:
    """What the update adds to its weights, in the shape of ``weights``. None where it has none."""
    update = None if bundle.weight is None else trace.updates.get(bundle.weight)
    if update is None:
        return None
    with np.errstate(all="ignore"):
        return _on_edges(np.asarray(update.after - update.before), bundle)


def _on_edges(array: Array, bundle: Bundle) -> Array:
    """An array of a weight's shape as (targets, sources), or (sources,) of the pattern "same"."""
    if bundle.pattern == "same":
        return np.broadcast_to(array.reshape(-1), bundle.shape[1])
    return array.T if bundle.inputs_first and array.ndim == 2 else array.reshape(bundle.shape)


def messages(trace: Trace, units: Units, bundle: Bundle, sample: int | None) -> Array | None:
    """What each target unit sends back to each source unit, in the shape of ``weights``; without a sample, the mean.

    Over the targets they sum to the message that was recorded. None where no message is sent, or where the edges are
    too many to tell apart.
    """
    recorded = trace.messages.get((bundle.consumer, bundle.slot))
    if recorded is None:
        return None
    if bundle.pattern == "same" or bundle.shape[0] == 1:
        sent = _of_sample(recorded, units.axes.get(bundle.stage), sample)
        return sent if bundle.pattern == "same" else sent[None, :]
    if bundle.weight is None:
        return _told_apart(trace, units, bundle, sample)
    gradient, weight = gradients(trace, units, bundle.consumer, sample), weights(trace, bundle)
    assert gradient is not None
    assert weight is not None
    with np.errstate(all="ignore"):
        return np.asarray(weight * gradient[:, None])


def _told_apart(trace: Trace, units: Units, bundle: Bundle, sample: int | None) -> Array | None:
    """What each unit sends back through any operation: its gradient rule, with the gradients of all others at 0."""
    node = trace.graph.nodes[bundle.consumer]
    targets, sources = bundle.shape
    if targets * max(node.size, trace.graph.nodes[bundle.stage].size) > MAX_TOLD_APART:
        return None
    inputs = [trace.values[i] for i in node.inputs]
    extra = {"slot": bundle.slot} if node.rule.variadic else {}
    gradient, axis = trace.gradients[node.id], units.axes.get(node.id)
    assert gradient is not None
    unit = np.arange(targets).reshape(unit_shape(node, units.axes))
    whose = np.broadcast_to(unit if axis is None else np.expand_dims(unit, axis), node.shape)
    sent = np.empty((targets, sources))
    for target in range(targets):
        with np.errstate(all="ignore"):
            alone = np.where(whose == target, gradient, 0.0)
            message = np.asarray(
                node.rule.vjp(bundle.slot)(alone, trace.values[node.id], *inputs, **dict(node.attributes), **extra)
            )
        if node.rule.elementwise:
            message = summed_to(message, trace.graph.nodes[bundle.stage].shape, node.shape)
        sent[target] = _of_sample(message, units.axes.get(bundle.stage), sample)
    return sent


# Elements -------------------------------------------------------------------------------------------------------------


def index_of(units: Units, node: int, unit: int, sample: int | None) -> Index:
    """Where the number of a unit stands in the array of a stage or a bias; without a sample, for the first.

    A bias that is one for all units has one place.
    """
    array, axis = units.graph.nodes[node], units.axes.get(node)
    if array.size == 1:
        return (0,) * len(array.shape)
    index = tuple(int(place) for place in np.unravel_index(unit, unit_shape(array, units.axes)))
    return index if axis is None else (*index[:axis], sample or 0, *index[axis:])


def unit_of(units: Units, node: int, index: Index) -> tuple[int, int, int | None]:
    """(group, unit, sample) of an element: the unit that it is, that it is added to, or to which its edge leads.

    The sample is None for what all samples share, and the unit 0 for what all units share.
    """
    axis = units.axes.get(node)
    sample = None if axis is None else index[axis]
    if node in units.bundle_of:
        bundle, target, _ = edge_of(units, node, index)
        return units.bundles[bundle].target, target, sample
    return units.group_of[node], _flat(units, node, index), sample


def _flat(units: Units, node: int, index: Index) -> int:
    """The place of an element among those of its sample, in the order of the array."""
    array, axis = units.graph.nodes[node], units.axes.get(node)
    rest = index if axis is None else (*index[:axis], *index[axis + 1 :])
    return int(np.ravel_multi_index(rest, shape)) if (shape := unit_shape(array, units.axes)) else 0


def is_turned(units: Units, node: int) -> bool:
    """True for the transpose of a weight, whose array lies the other way round."""
    return len(untransposed(units.graph, node)[1]) % 2 == 1


def weight_index(units: Units, bundle: Bundle, target: int, source: int) -> Index:
    """Where the weight of an edge stands in its array. Raises ValueError where the bundle has no weights."""
    if bundle.weight is None:
        raise ValueError(f"bundle {bundle.number} has no weights")
    shape = units.graph.nodes[bundle.weight].shape
    if bundle.pattern == "dense":
        index = (target, source) if not bundle.inputs_first else (source, target)
        return index if len(shape) == 2 else (source,)
    return tuple(int(i) for i in np.unravel_index(source if math.prod(shape) > 1 else 0, shape)) if shape else ()


def edge_of(units: Units, node: int, index: Index) -> tuple[int, int, int]:
    """(bundle, target unit, source unit) of an element of a weight, or of a product that is an edge.

    A weight that many edges share is told of the first of them.
    """
    bundle = units.bundles[units.bundle_of[node]]
    if bundle.pattern == "same":
        unit = _flat(units, node, index)
        return bundle.number, unit, unit
    if len(index) == 1:
        return bundle.number, 0, index[0]
    target, source = index if bundle.inputs_first == is_turned(units, node) else index[::-1]
    return bundle.number, target, source
