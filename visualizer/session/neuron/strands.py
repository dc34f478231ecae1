"""Which edges are drawn: all of them, or between dense layers the strongest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine import units as neurons
from engine.draws import Indices
from engine.ops import Array
from engine.trace import Trace
from engine.units import Bundle, Units
from visualizer.session.appearance import Appearance, Shows
from visualizer.session.neuron.arrangement import Arrangement
from visualizer.session.neuron.captions import Rect
from visualizer.session.neuron.routes import curve_points, routes


@dataclass(frozen=True, eq=False)
class Strand:
    """The edges of one bundle that are drawn, weakest first.

    ``number`` is its place in ``NeuronScene.strands`` and its bundle's number. ``sources`` and ``targets`` are units of
    the whole scene (k,), ``source_units`` and ``target_units`` the same within their groups, ``flat`` the places of the
    edges among all of the bundle. ``total`` edges there are in all. ``matrix`` is where all of them stand as a heat
    map, rows are targets and columns sources; None where all are drawn. ``first`` is the place of its first edge among
    all drawn edges of the scene. ``points`` (k, p, 2) are the edges as polylines, ``bounds`` (k, 4) left, top, right
    and bottom of them.
    """

    number: int
    bundle: Bundle
    sources: Indices
    targets: Indices
    source_units: Indices
    target_units: Indices
    flat: Indices
    total: int
    matrix: Rect | None
    first: int
    points: Array
    bounds: Array

    def edge(self, target: int, source: int) -> int | None:
        """The place among the drawn edges of the one between two units of the groups; None where it is not drawn."""
        found = np.flatnonzero((self.target_units == target) & (self.source_units == source))
        return int(found[0]) if len(found) else None


def shown(trace: Trace, units: Units, bundle: Bundle, shows: Shows, sample: int | None) -> Array | None:
    """What all edges of a bundle show at the end of the pass, in the shape of its weights; None for nothing."""
    if shows == "message":
        return neurons.messages(trace, units, bundle, sample)
    if bundle.weight is None:
        return None
    table = {"gradient": neurons.weight_gradients, "weight": neurons.weights, "update": neurons.weight_updates}
    return table[shows](trace, bundle)


def choose(
    trace: Trace, units: Units, arrangement: Arrangement, appearance: Appearance, sample: int | None
) -> tuple[Strand, ...]:
    """The edges to draw: of a dense bundle the ``appearance.strongest`` by the size of what they show at the end.

    Where they show nothing it is the weights that count.
    """
    chosen = [_strongest(trace, units, bundle, appearance, sample) for bundle in units.bundles]
    points = curve_points(sum(map(len, chosen)))
    found, first = [], 0
    for bundle, flat in zip(units.bundles, chosen, strict=True):
        found.append(_strand(bundle, flat, arrangement, first, points))
        first += len(flat)
    return tuple(found)


def _strongest(trace: Trace, units: Units, bundle: Bundle, appearance: Appearance, sample: int | None) -> Indices:
    """Places of edges, weakest first; NaN is stronger than anything."""
    numbers = shown(trace, units, bundle, appearance.shows, sample)
    if numbers is None:
        numbers = neurons.weights(trace, bundle)
    if numbers is None:
        numbers = np.zeros(bundle.total)
    strength = np.abs(numbers).ravel()
    strength = np.where(np.isnan(strength), np.inf, strength)
    most = appearance.strongest
    if bundle.pattern == "dense" and bundle.total > most:
        kept = np.argpartition(strength, len(strength) - most)[-most:]
        return kept[np.argsort(strength[kept], kind="stable")]
    return np.argsort(strength, kind="stable")


def _strand(bundle: Bundle, flat: Indices, arrangement: Arrangement, first: int, smooth: int) -> Strand:
    if bundle.pattern == "dense":
        targets, sources = np.divmod(flat, bundle.shape[1])
    else:
        targets, sources = flat + bundle.offset, flat
    begins = arrangement.columns.first
    whole = sources + begins[bundle.source], targets + begins[bundle.target]
    points = arrangement.turned(routes(arrangement.columns, *whole, smooth))
    return Strand(
        bundle.number,
        bundle,
        *whole,
        sources,
        targets,
        flat,
        bundle.total,
        arrangement.matrices.get(bundle.number),
        first,
        points,
        np.concatenate([points.min(axis=1), points.max(axis=1)], axis=1),
    )
