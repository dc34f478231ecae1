"""Where the tags of edges and biases stand: along their edge, in nobody's way; some say less where room is scarce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF

from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene

SHARES = (0.5, *(0.5 + sign * step / 100 for step in range(4, 36, 4) for sign in (-1, 1)))  # of the way of an edge
LEAST_SHARE = 0.7  # of the edges of a strand; where fewer have room for a tag there are none


@dataclass(frozen=True, slots=True)
class Form:
    """How much a tag says: whether the weight's name too, whether its two texts stand one above the other, and whether
    there are two of them where there is a weight."""

    named: bool = False
    stacked: bool = False
    both: bool = True


FORMS = (Form(named=True), Form(named=True, stacked=True), Form(), Form(stacked=True), Form(both=False))
BIAS_FORMS = FORMS[:2]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the tags of edges and of biases are, in scene units, and what they say: by edge, by bias."""

    edges: dict[int, tuple[QRectF, Form]]
    biases: dict[int, tuple[QRectF, Form]]

    @property
    def rects(self) -> list[QRectF]:
        """The room of all tags."""
        return [rect for rect, _ in (*self.edges.values(), *self.biases.values())]


NONE = Placed({}, {})
Sizes = Sequence[tuple[float, float]]  # width and height of the tag of each edge or bias, in scene units


def placed(
    scene: NeuronScene, lines: Array, edges: Mapping[Form, Sizes], biases: Mapping[Form, Sizes], air: float
) -> Placed:
    """Tags in the best forms that there is room for; ``lines`` (edges, pieces, 4) are the edges."""
    placing = _Placing(scene, lines, air)
    return Placed(placing.edges(edges), placing.biases(biases))


class _Placing:
    """One try. Rectangles are rows of left, top, right, bottom."""

    def __init__(self, scene: NeuronScene, lines: Array, air: float) -> None:
        self._scene, self._air = scene, air
        x, y, half = scene.bias_x, scene.bias_y, scene.bias_half
        centres = np.stack([np.concatenate([scene.x, x]), np.concatenate([scene.y, y])], axis=1)
        reach = np.concatenate([scene.radius, half])[:, None] + air
        captions = np.array([caption.rect for caption in scene.captions]).reshape(-1, 4)
        captions[:, 2:] += captions[:, :2]
        self._taken = np.concatenate([np.concatenate([centres - reach, centres + reach], axis=1), captions])
        steps = np.array([[0.0], [0.5]])
        starts, ways = lines[:, :, None, :2], lines[:, :, None, 2:] - lines[:, :, None, :2]
        self._points = (starts + ways * steps).reshape(len(lines), -1, 2)  # close to each other on all edges

    def biases(self, sizes: Mapping[Form, Sizes]) -> dict[int, tuple[QRectF, Form]]:
        """The tags of biases, each by itself."""
        found = {}
        for bias in range(len(self._scene.bias_x)):
            for form in BIAS_FORMS:
                width, height = sizes[form][bias]
                middles, half = np.array([*self._near(bias, width, height)]), np.array([width / 2, height / 2])
                candidates = np.concatenate([middles - half, middles + half], axis=1)
                rect = self._best(candidates, self._points.reshape(-1, 2))
                if rect is not None:
                    found[bias] = rect, form
                    break
        return found

    def edges(self, sizes: Mapping[Form, Sizes]) -> dict[int, tuple[QRectF, Form]]:
        """The tags of edges; those of a strand are alike."""
        found: dict[int, tuple[QRectF, Form]] = {}
        for strand in self._scene.strands:
            own = range(strand.first, strand.first + len(strand.sources))
            before = taken = self._taken
            best: dict[int, tuple[QRectF, Form]] = {}
            for form in FORMS:
                self._taken = before
                told: dict[int, tuple[QRectF, Form]] = {}
                for done, edge in enumerate(own, start=1):
                    if (rect := self._of_edge(edge, *sizes[form][edge])) is not None:
                        told[edge] = rect, form
                    if len(told) + len(own) - done <= max(len(best), LEAST_SHARE * len(own) - 1):
                        break  # it will not be the best
                if len(told) > len(best):
                    best, taken = told, self._taken
                if len(best) == len(own):
                    break
            if len(best) >= LEAST_SHARE * len(own):
                found |= best
            else:
                taken = before
            self._taken = taken
        return found

    def _of_edge(self, edge: int, width: float, height: float) -> QRectF | None:
        if not width:
            return None
        others = np.delete(self._points, edge, axis=0).reshape(-1, 2)
        middles = self._along(edge)
        half = np.array([width / 2, height / 2])
        return self._best(np.concatenate([middles - half, middles + half], axis=1), others)

    def _best(self, candidates: Array, points: Array) -> QRectF | None:
        """The first of some places that is free and covers the least of other edges."""
        left, top, right, bottom = (candidates[:, None, side] for side in range(4))
        taken = self._taken
        free = ~(
            (left < taken[:, 2]) & (right > taken[:, 0]) & (top < taken[:, 3]) & (bottom > taken[:, 1])
        ).any(axis=1)  # fmt: skip
        width, height = self._scene.size
        free &= (candidates[:, :2] >= 0).all(axis=1) & (candidates[:, 2] <= width) & (candidates[:, 3] <= height)
        if not free.any():
            return None
        low, high = candidates[:, :2].min(axis=0), candidates[:, 2:].max(axis=0)
        x, y = points[((points > low) & (points < high)).all(axis=1)].T
        covered = ((x > left) & (x < right) & (y > top) & (y < bottom)).sum(axis=1)
        x1, y1, x2, y2 = candidates[np.where(free, covered, covered.max() + 1).argmin()].tolist()
        self._taken = np.concatenate([taken, [[x1 - self._air, y1 - self._air, x2 + self._air, y2 + self._air]]])
        return QRectF(x1, y1, x2 - x1, y2 - y1)

    def _near(self, bias: int, width: float, height: float) -> Iterator[tuple[float, float]]:
        """Middles of places below, to the left and at the lower left of a bias."""
        scene = self._scene
        x, y, half = (float(array[bias]) for array in (scene.bias_x, scene.bias_y, scene.bias_half))
        down, aside = y + half + 1.5 * self._air + height / 2, x - half - 1.5 * self._air - width / 2
        yield x, down
        yield aside, y
        yield x + half - width / 2, down
        yield x - half + width / 2, down
        yield x - width / 2, down

    def _along(self, edge: int) -> Array:
        """The points (shares, 2) of an edge at which a tag may be."""
        points = self._points[edge]
        way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        at = np.array(SHARES) * way[-1]
        return np.stack([np.interp(at, way, points[:, axis]) for axis in (0, 1)], axis=1)
