"""What is under a point, and where an element stands: both ways, over everything in the picture."""

import numpy as np
import pytest

from engine.expression import Reference
from engine.units import index_of, unit_shape, weight_index
from tests.session.neuron.pictures import ODD, picture
from visualizer.session.appearance import Appearance
from visualizer.session.neuron.places import distances
from visualizer.session.neuron.scene import Mark, NeuronScene

NAMES = ("neuron-by-hand", "backpropagation-by-hand", "2-3-1", "2-16-16-1", "8 layers with skips", "digits", *ODD)
each = pytest.mark.parametrize("direction", ["right", "down"])


def scenes(direction: str) -> list[NeuronScene]:
    return [picture(name, Appearance(direction=direction, strongest=100)) for name in NAMES]


def contains(rect, x: float, y: float) -> bool:
    return rect[0] - 1e-6 <= x <= rect[0] + rect[2] + 1e-6 and rect[1] - 1e-6 <= y <= rect[1] + rect[3] + 1e-6


@each
def test_the_middle_of_a_unit_is_the_number_that_it_hands_on(direction: str) -> None:
    for scene in scenes(direction):
        for unit in range(len(scene.x)):
            group = scene.units.groups[scene.group[unit]]
            node = group.stages[-1]
            index = index_of(scene.units, node, int(scene.unit[unit]), scene.sample)
            hit = scene.hit(float(scene.x[unit]), float(scene.y[unit]))
            assert hit == (node, Reference(node, "value", index))
            assert scene.index(hit[1]) == unit
            for stage in group.stages:
                for kind in ("value", "gradient"):
                    reference = Reference(stage, kind, index_of(scene.units, stage, int(scene.unit[unit]), 0))
                    assert scene.mark(reference) == Mark(unit=unit)
                    x, y, width, height = scene.bounds(reference)
                    np.testing.assert_allclose(
                        (x + width / 2, y + height / 2, width), (scene.x[unit], scene.y[unit], 2 * scene.radius[unit])
                    )


@each
def test_the_middle_of_a_bias_is_its_number(direction: str) -> None:
    for scene in scenes(direction):
        for bias, node in enumerate(scene.bias_node.tolist()):
            unit = int(scene.unit[scene.bias_unit[bias]])
            mark = scene.mark_at(float(scene.bias_x[bias]), float(scene.bias_y[bias]))
            assert mark == Mark(bias=bias)
            reference = Reference(node, "value", index_of(scene.units, node, unit, 0))
            assert scene.reference(mark) == reference
            if unit_shape(scene.units.graph.nodes[node], scene.units.axes) and scene.units.graph.nodes[node].size > 1:
                first = np.flatnonzero((scene.bias_node == node) & (scene.unit[scene.bias_unit] == unit))[0]
                assert scene.mark(reference) == Mark(bias=int(first))


@each
def test_every_entry_of_a_heat_map_is_its_weight(direction: str) -> None:
    count = 0
    for scene in scenes(direction):
        for strand in scene.strands:
            if strand.matrix is None:
                continue
            left, top, width, height = strand.matrix
            targets, sources = strand.bundle.shape
            for target in {0, targets // 2, targets - 1}:
                for source in range(sources):
                    x, y = left + (source + 0.5) * width / sources, top + (target + 0.5) * height / targets
                    mark = scene.mark_at(x, y)
                    assert (mark.strand, mark.target, mark.source) == (strand.number, target, source)
                    reference = scene.reference(mark)
                    if strand.bundle.weight is not None:
                        index = weight_index(scene.units, strand.bundle, target, source)
                        assert reference == Reference(strand.bundle.weight, "value", index)
                    drawn = strand.edge(target, source)
                    assert mark.edge == (None if drawn is None else strand.first + drawn)
                    assert contains(scene.entry_rect(strand, target, source), x, y)
                    if mark.edge is None:
                        assert scene.mark_bounds(mark) == scene.entry_rect(strand, target, source)
                    count += 1
    assert count > 400


@each
def test_a_point_of_an_edge_finds_that_edge(direction: str) -> None:
    found = 0
    for scene in scenes(direction):
        everything = [(strand, strand.points) for strand in scene.strands]
        for strand, points in everything:
            for edge in range(0, len(points), 7):
                middle = points.shape[1] // 2
                x, y = (points[edge, middle - 1] + points[edge, middle]) / 2
                scale = 5 / 1e-6  # nothing but what goes through the point itself
                away = np.concatenate([distances(others, x, y) for _, others in everything])
                if np.hypot(scene.x - x, scene.y - y).min() < scene.radius.max():
                    continue
                mark = scene.mark_at(float(x), float(y), scale)
                assert mark is not None
                assert away[mark.edge] <= 1e-6
                if (away <= 1e-6).sum() == 1:
                    place = strand.first + edge
                    assert mark.edge == place
                    assert (mark.strand, mark.target, mark.source) == (
                        strand.number,
                        strand.target_units[edge],
                        strand.source_units[edge],
                    )
                    if strand.matrix is None:
                        left, top, wide, high = scene.mark_bounds(mark)
                        middle = distances(strand.points[edge : edge + 1], left + wide / 2, top + high / 2)
                        assert wide == high <= 20 * scene.grain
                        assert middle[0] <= 1e-6
                    found += 1
    assert found > 300


def test_an_edge_is_found_from_five_pixels_away_and_no_more() -> None:
    scene = picture("2-3-1")
    strand = scene.strands[0]
    x, y = strand.points[0, 12]
    for scale in (0.5, 1.0, 4.0):
        for pixels in np.linspace(-8, 8, 33):
            at = float(x), float(y + pixels / scale)
            nearest = min(distances(other.points, *at).min() for other in scene.strands) * scale
            mark = scene.mark_at(*at, scale)
            if abs(nearest - 5) > 0.01 and (mark is None or mark.strand is not None):
                assert (mark is not None) == (nearest < 5)


def test_the_reference_of_an_edge_leads_back_to_it() -> None:
    for name in NAMES:
        scene = picture(name)
        for strand in scene.strands:
            weight = strand.bundle.weight
            if weight is None or scene.units.bundles_of[weight][0] != strand.number:
                continue
            if scene.units.graph.nodes[weight].size < len(strand.sources):
                continue  # many edges share a number
            for edge in range(0, len(strand.sources), 5):
                place = strand.first + edge
                mark = Mark(
                    None, None, strand.number, int(strand.target_units[edge]), int(strand.source_units[edge]), place
                )
                assert scene.mark(scene.reference(mark)) == mark


def test_whole_arrays_have_bounds_around_all_their_elements() -> None:
    for name in NAMES:
        scene = picture(name)
        for node in scene.units.graph.nodes:
            whole = scene.bounds(Reference(node.id, "value", None))
            if whole is None:
                continue
            for index in list(np.ndindex(*node.shape))[:20]:
                if node.op == "constant" and node.id in scene.units.group_of:
                    continue
                one = scene.bounds(Reference(node.id, "value", index))
                middle = (one[0] + one[2] / 2, one[1] + one[3] / 2)
                matrices = [s.matrix for s in scene.strands if s.matrix is not None]
                assert contains(whole, *middle) or any(contains(matrix, *middle) for matrix in matrices)


def test_the_ground_is_nothing() -> None:
    for name in ("2-3-1", "digits"):
        scene = picture(name)
        assert scene.hit(1.0, 1.0) is None
        assert scene.hit(scene.size[0] - 1.0, scene.size[1] - 1.0) is None


def test_a_small_unit_is_found_from_three_pixels_away() -> None:
    scene = picture("784-128-64-10")
    x, y = float(scene.x[100]), float(scene.y[100])
    assert scene.mark_at(x - 2.9 / 0.1, y, scale=0.1) == Mark(unit=100)
    assert scene.mark_at(x - 2.9 / 0.1, y, scale=1.0) != Mark(unit=100)
