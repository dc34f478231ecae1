"""Counts of what must not be in a picture, from its polylines and rectangles alone."""

import numpy as np

from visualizer.session.neuron.scene import NeuronScene, Rect

TINY = 1e-6


def overlapping_units(scene: NeuronScene) -> int:
    """Pairs of units whose circles overlap."""
    found = 0
    for unit in range(len(scene.x)):
        away = np.hypot(scene.x[unit + 1 :] - scene.x[unit], scene.y[unit + 1 :] - scene.y[unit])
        found += int((away < scene.radius[unit + 1 :] + scene.radius[unit] - TINY).sum())
    return found


def edges_through_units(scene: NeuronScene) -> int:
    """Pairs of a drawn edge and a unit at neither of its ends that it comes nearer to than the unit's radius."""
    found = 0
    for strand in scene.strands:
        start = strand.points[:, :-1].reshape(-1, 2)
        way = np.diff(strand.points, axis=1).reshape(-1, 2)
        owner = np.repeat(np.arange(len(strand.points)), strand.points.shape[1] - 1)
        length = np.maximum((way**2).sum(axis=1), 1e-30)
        for some in np.array_split(np.arange(len(start)), max(len(start) * len(scene.x) // 2_000_000, 1)):
            aside = np.stack([scene.x, scene.y], axis=1) - start[some, None]
            share = np.clip((aside * way[some, None]).sum(axis=2) / length[some, None], 0, 1)
            away = ((aside - share[..., None] * way[some, None]) ** 2).sum(axis=2)
            segments, units = np.nonzero(away < (scene.radius - TINY) ** 2)
            edges = owner[some[segments]]
            others = (strand.sources[edges] != units) & (strand.targets[edges] != units)
            found += len(set(zip(edges[others].tolist(), units[others].tolist(), strict=True)))
    return found


def biases_on_units(scene: NeuronScene) -> int:
    """Pairs of a bias and a unit that is not its own which overlap."""
    aside = np.maximum(
        np.abs(scene.bias_x[:, None] - scene.x) - scene.bias_half[:, None],
        np.abs(scene.bias_y[:, None] - scene.y) - scene.bias_half[:, None],
    )
    others = scene.bias_unit[:, None] != np.arange(len(scene.x))
    return int((others & (aside < scene.radius * np.sqrt(0.5))).sum())


def rects_of(scene: NeuronScene) -> list[Rect]:
    """All captions and heat maps."""
    return [caption.rect for caption in scene.captions] + [s.matrix for s in scene.strands if s.matrix is not None]


def overlapping_rects(scene: NeuronScene) -> int:
    """Pairs of captions and heat maps that overlap."""
    rects = rects_of(scene)
    return sum(_overlap(a, b) for i, a in enumerate(rects) for b in rects[:i])


def covered_by_rects(scene: NeuronScene) -> int:
    """Units, biases and edges that a caption or a heat map lies over."""
    found, sampled = 0, _sampled(scene)
    for x, y, width, height in rects_of(scene):
        for xs, ys, half in (
            (scene.x, scene.y, scene.radius),
            (scene.bias_x, scene.bias_y, scene.bias_half),
        ):
            inside = (xs + half > x) & (xs - half < x + width) & (ys + half > y) & (ys - half < y + height)
            found += int(inside.sum())
        inside = (sampled[:, 0] > x) & (sampled[:, 0] < x + width) & (sampled[:, 1] > y) & (sampled[:, 1] < y + height)
        found += int(inside.sum())
    return found


def _sampled(scene: NeuronScene) -> np.ndarray:
    """Points (p, 2) close to each other on all edges."""
    found = [np.zeros((0, 2))]
    for strand in scene.strands:
        fine = np.linspace(0, 1, 128 // strand.points.shape[1] + 2)[None, None, :, None]
        start, end = strand.points[:, :-1, None], strand.points[:, 1:, None]
        found.append((start + (end - start) * fine).reshape(-1, 2))
    return np.concatenate(found)


def _overlap(a: Rect, b: Rect) -> bool:
    return (
        a[0] + a[2] > b[0] + TINY
        and b[0] + b[2] > a[0] + TINY
        and a[1] + a[3] > b[1] + TINY
        and b[1] + b[3] > a[1] + TINY
    )
