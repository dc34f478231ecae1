"""What the edges of a network show: which of them are drawn, and scales that keep still while numbers change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.edge_scale import Scale
from visualizer.session.network.scene import NetworkScene
from visualizer.session.training.snapshot import LayerView, Snapshot

Shows = Literal["gradient", "weight"]

FEWEST, MOST = 2, 6  # decades of the scale of single edges
FEWEST_OF_LAYERS = 4  # so that layers that are nearly alike look so; it takes as many more as it needs
IGNORED = 0.03  # the share of the smallest edges that may lie below the scale
LOOKED_AT = 4096  # numbers of a matrix that the scale is found from
PATIENCE = 60  # looks for which a narrower scale would do before it becomes one
KEEPS = 1.5  # an edge that is drawn stays until others are that much larger


def shown_of(layer: LayerView, shows: Shows) -> Array | None:
    """The numbers of a layer's edges (units, inputs); None where there are none yet."""
    return layer.gradient if shows == "gradient" else layer.weights


def size_of(layer: LayerView, shows: Shows) -> float | None:
    """The number of a layer's band: the norm of its gradient, or of its weights; None where there is none yet."""
    if shows == "gradient":
        return layer.norm
    with np.errstate(over="ignore"):
        return float(np.linalg.norm(layer.weights))


# Which edges --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges drawn before one column: ``sources`` and ``targets`` are units, ``numbers`` what they show, weakest
    first; ``numbers`` is None before the first iteration."""

    sources: Indices
    targets: Indices
    numbers: Array | None


def edges_of(scene: NetworkScene, layer: LayerView, column: int, shows: Shows, before: Edges | None = None) -> Edges:
    """The edges to draw before ``column``: the strongest, but those of ``before`` stay as long as they are about so."""
    numbers = shown_of(layer, shows)
    strength = np.abs(layer.weights if numbers is None else numbers)
    strength = strength[: scene.columns[column].shown, : scene.columns[column - 1].shown]
    flat = np.where(np.isnan(strength), np.inf, strength).ravel()
    if len(flat) > scene.most_edges:
        rank = flat
        if before is not None:
            rank = flat.copy()
            rank[before.targets * strength.shape[1] + before.sources] *= KEEPS
        chosen = np.argpartition(rank, len(rank) - scene.most_edges)[-scene.most_edges :]
        chosen = chosen[np.argsort(flat[chosen], kind="stable")]
    else:
        chosen = np.argsort(flat, kind="stable")
    targets, sources = np.divmod(chosen, strength.shape[1])
    return Edges(sources, targets, None if numbers is None else numbers[targets, sources])


def omission(scene: NetworkScene, shows: Shows) -> str:
    """What is said where not all edges are drawn; "" where they are."""
    if scene.banded:
        return f"each band: the norm of a layer's {'gradient' if shows == 'gradient' else 'weights'}"
    if not scene.omitted:
        return ""
    drawn = sum(
        min(scene.most_edges, scene.columns[i].shown * scene.columns[i + 1].shown)
        for i in range(len(scene.shape.weights))
    )
    return f"strongest {drawn:,} of {sum(scene.shape.weights):,} edges"


# Scales that keep still ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SteadyScale:
    """A scale of whole decades that widens at once and narrows slowly. ``waited`` counts looks at what is narrower."""

    scale: Scale
    waited: int = 0

    def followed(self, low: int, high: int) -> SteadyScale:
        """The scale after a look at numbers that need the decades from ``low`` to ``high``."""
        now = self.scale
        if low < now.low or high > now.high:
            return SteadyScale(Scale(min(low, now.low), max(high, now.high)))
        if (low, high) == (now.low, now.high):
            return SteadyScale(now)
        if self.waited < PATIENCE:
            return SteadyScale(now, self.waited + 1)
        narrower = Scale(now.low + (low > now.low), now.high - (high < now.high))
        return SteadyScale(narrower, self.waited - PATIENCE // 4)


def decades_of(snapshot: Snapshot, scene: NetworkScene, shows: Shows) -> tuple[int, int] | None:
    """The decades that the numbers of the edges (where they are banded, of the layers) need; None where there are none.

    A few edges that are tiny may lie below.
    """
    banded = scene.banded
    if banded:
        sizes = [size for layer in snapshot.layers if (size := size_of(layer, shows)) is not None]
        found = _positive(np.array(sizes))
    else:
        arrays = [numbers for layer in snapshot.layers if (numbers := shown_of(layer, shows)) is not None]
        strongest = [_strongest(numbers, scene.most_edges) for numbers in arrays]
        found = _positive(np.concatenate(strongest)) if arrays else np.zeros(0)
    if not len(found):
        return None
    high = math.ceil(math.log10(found.max()))
    if banded:
        return min(math.floor(math.log10(found.min())), high - FEWEST_OF_LAYERS), high
    least = np.partition(found, int(len(found) * IGNORED))[int(len(found) * IGNORED)]
    return min(max(math.floor(math.log10(least)), high - MOST), high - FEWEST), high


def _strongest(numbers: Array, most: int) -> Array:
    """The sizes of the strongest numbers; of a very large matrix, of some of them."""
    sizes = np.abs(numbers.ravel())
    if len(sizes) > LOOKED_AT:
        sizes = sizes[:: len(sizes) // LOOKED_AT]
    return sizes if len(sizes) <= most else np.partition(sizes, len(sizes) - most)[-most:]


def _positive(numbers: Array) -> Array:
    return np.asarray(numbers[(numbers > 0) & np.isfinite(numbers)])


def steady_limit(largest: float, before: float | None = None) -> float:
    """A round number (1, 1.5, 2, 3, 5 or 7 times a power of ten) that is not below ``largest``.

    ``before`` stays while it is not, and not much above it either.
    """
    if not (math.isfinite(largest) and largest > 0):
        return before or 1.0
    if before is not None and largest <= before <= largest * 3:
        return before
    power = 10.0 ** math.floor(math.log10(largest))
    return next((step * power for step in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0) if step * power >= largest), 10 * power)


def largest_of(arrays: Sequence[Array | None]) -> float:
    """The largest size of a finite number in any of these arrays; 0 where there is none."""
    found = 0.0
    for array in arrays:
        if array is not None and array.size:
            sizes = np.abs(array)
            largest = float(sizes.max())
            found = max(found, largest if math.isfinite(largest) else float(_positive(sizes).max(initial=0.0)))
    return found


# All scales of a picture --------------------------------------------------------------------------------------------

FULL = 0.6  # of the largest activation: what is beyond has the full colour too
BOUNDED = ("tanh", "sigmoid", "softmax")  # activations from −1 or 0 to 1


@dataclass(frozen=True, slots=True)
class Scales:
    """All scales of a network's picture: that of the edges' gradients, the largest weight, and the largest activation
    of each column. They widen at once, narrow slowly, and begin anew with ``Scales()``."""

    gradient: SteadyScale | None = None
    weight: float = 1.0
    values: tuple[float, ...] = ()

    @property
    def decades(self) -> Scale:
        """The scale of the edges."""
        return self.gradient.scale if self.gradient is not None else Scale(-3, 0)

    def followed(self, scene: NetworkScene, snapshot: Snapshot, shows: Shows) -> Scales:
        """The scales after a look at a snapshot."""
        gradient = self.gradient
        needed = decades_of(snapshot, scene, shows)
        if needed is not None:
            gradient = SteadyScale(Scale(*needed)) if gradient is None else gradient.followed(*needed)
        weight = self.weight
        if shows == "weight" and not scene.banded:
            weight = steady_limit(largest_of([layer.weights for layer in snapshot.layers]), self.weight)
        arrays = [
            (snapshot.input_values, snapshot.input_maps),
            *((layer.values, layer.maps) for layer in snapshot.layers),
        ]
        values = tuple(
            1.0 if activation in BOUNDED else steady_limit(FULL * largest_of([maps if column.tiles else means]), before)
            for activation, column, (means, maps), before in zip(
                scene.shape.activations, scene.columns, arrays, self.values or (None,) * len(arrays), strict=True
            )
        )
        return Scales(gradient, weight, values)
