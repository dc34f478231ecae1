"""Where units, biases, captions and heat maps stand, in both directions: nothing is in the way of anything."""

from typing import Any, cast

import numpy as np
import pytest

from engine.program import parse_program
from engine.trace import record
from engine.units import units_of
from tests.session.neuron.geometry import (
    biases_on_units,
    covered_by_rects,
    edges_through_units,
    overlapping_rects,
    overlapping_units,
    rects_of,
)
from tests.session.neuron.pictures import NETWORKS, ODD, STANDARD, network, picture, recorded
from visualizer.session.appearance import Appearance
from visualizer.session.neuron.arrangement import arrangement_of
from visualizer.session.neuron.captions import LETTER
from visualizer.session.neuron.columns import SMALLEST
from visualizer.session.neuron.scene import CIRCLE, DIAMOND, SQUARE, NeuronScene, build_neuron_scene

both = pytest.mark.parametrize("direction", ["right", "down"])
each = pytest.mark.parametrize("name", STANDARD)


def scenes(direction: str) -> list[tuple[str, NeuronScene]]:
    return [(name, picture(name, Appearance(direction=direction))) for name in ODD]


def check(scene: NeuronScene) -> None:
    assert overlapping_units(scene) == 0
    assert edges_through_units(scene) == 0
    assert overlapping_rects(scene) == 0
    assert covered_by_rects(scene) == 0
    assert biases_on_units(scene) == 0
    width, height = scene.size
    for x, y, w, h in rects_of(scene):
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    for strand in scene.strands:
        assert strand.points.min() >= 0
        assert (strand.points.max(axis=(0, 1)) <= scene.size).all()
    assert (scene.x - scene.radius).min() >= 0
    assert (scene.x + scene.radius).max() <= width
    assert (scene.y + scene.radius).max() <= height
    assert scene.radius.min() >= SMALLEST - 1e-9


@each
@both
def test_nothing_is_in_the_way_of_anything(name: str, direction: str) -> None:
    check(picture(name, Appearance(direction=direction)))


@pytest.mark.slow
@both
def test_nothing_is_in_the_way_of_anything_in_graphs_of_all_kinds(direction: str) -> None:
    for _, scene in scenes(direction):
        check(scene)


@each
@both
def test_captions_have_room_for_their_words(name: str, direction: str) -> None:
    scene = picture(name, Appearance(direction=direction))
    for caption in scene.captions:
        assert caption.text
        room = caption.rect[3 if caption.turned else 2]
        assert len(caption.text) * caption.height * LETTER <= room + 1e-6 or "…" in caption.text


@both
def test_every_edge_begins_and_ends_at_its_units(direction: str) -> None:
    for name in (*STANDARD, *ODD):
        scene = picture(name, Appearance(direction=direction))
        for strand in scene.strands:
            for units, ends in ((strand.sources, strand.points[:, 0]), (strand.targets, strand.points[:, -1])):
                away = np.hypot(scene.x[units] - ends[:, 0], scene.y[units] - ends[:, 1])
                half = scene.radius[units] * np.where(scene.shape[units] == SQUARE, 0.9, 1.0)
                np.testing.assert_allclose(away, half, rtol=1e-6, atol=1e-6)


def test_edges_lead_on() -> None:
    for name in (*STANDARD, *ODD):
        for direction, axis in (("right", 0), ("down", 1)):
            scene = picture(name, Appearance(direction=direction))
            for strand in scene.strands:
                assert (np.diff(strand.points[:, :, axis], axis=1) >= -1e-9).all()


def test_784_inputs_fit_a_picture_that_is_wider_than_high() -> None:
    width, height = picture("784-128-64-10").size
    assert 1 < width / height < 2
    scene = picture("784-128-64-10")
    assert scene.grain > 1
    assert min(caption.height for caption in scene.captions) >= 11 * scene.grain


def test_a_network_runs_straight_and_its_targets_stand_aside() -> None:
    scene = picture("digits")
    middle = [
        float(np.mean(scene.y[scene.group == group.number]))
        for group in scene.units.groups
        if group.kind not in ("target", "parameter")
    ]
    np.testing.assert_allclose(middle, middle[0])
    target = next(group.number for group in scene.units.groups if group.kind == "target")
    output = next(group.number for group in scene.units.groups if group.kind == "output")
    assert scene.y[scene.group == target].min() > scene.y[scene.group == output].max()


def test_shapes_tell_kinds_apart() -> None:
    scene = picture("digits")
    wanted = {"input": SQUARE, "target": SQUARE, "units": CIRCLE, "output": DIAMOND}
    for group in scene.units.groups:
        assert set(scene.shape[scene.group == group.number]) == {wanted[group.kind]}


def test_biases_sit_at_the_lower_left_of_their_units() -> None:
    for direction in ("right", "down"):
        scene = picture("digits", Appearance(direction=direction))
        names = {scene.trace.graph.nodes[node].name for node in scene.bias_node}
        assert names == {"b1", "b2"}
        assert (scene.bias_x < scene.x[scene.bias_unit]).all()
        assert (scene.bias_y > scene.y[scene.bias_unit]).all()
        # two squares, or a square and another unit, do not overlap
        for bias in range(len(scene.bias_x)):
            away = np.maximum(abs(scene.bias_x - scene.bias_x[bias]), abs(scene.bias_y - scene.bias_y[bias]))
            assert np.sort(away)[1] > 2 * scene.bias_half[bias]


def test_other_numbers_of_the_same_network_keep_the_layout() -> None:
    text, samples = NETWORKS["2-16-16-1"]
    one, other = network(text, samples), network(text + ", seed 5", 3)
    arranged = [arrangement_of(units_of(graph), "right", 200) for graph in (one, other)]
    assert arranged[0] is arranged[1]


def test_a_small_edit_moves_little() -> None:
    before, after = (units_of(network(text, 5)) for text in ("2-6-6-6-1 tanh, loss mse", "2-6-7-6-1 tanh, loss mse"))
    one, other = (arrangement_of(units, "right", 200) for units in (before, after))
    for group in (0, 1, 3):
        parts = [slice(a.columns.first[group], a.columns.first[group + 1]) for a in (one, other)]
        np.testing.assert_allclose(one.columns.across[parts[0]], other.columns.across[parts[1]])


def test_it_is_the_same_every_time() -> None:
    trace, units = recorded("8 layers with skips")
    for direction in ("right", "down"):
        one = arrangement_of(units, direction, 200)
        arrangement_of.__globals__["_arranged"].cache_clear()
        other = arrangement_of(units_of(record(trace.graph).graph), direction, 200)
        for name in ("x", "y", "radius"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert one.captions == other.captions


def test_heat_maps_stand_where_not_all_edges_are_drawn() -> None:
    _, units = recorded("784-128-64-10")
    for strongest, wanted in ((200, 3), (1000, 2), (200_000, 0)):
        placed = arrangement_of(units, "right", strongest)
        assert len(placed.matrices) == wanted
    scene = picture("784-128-64-10")
    for strand in scene.strands:
        if strand.matrix is not None:
            targets, sources = strand.bundle.shape
            width, height = strand.matrix[2] / scene.grain, strand.matrix[3] / scene.grain
            assert width <= 240.001
            assert height <= 240.001
            assert width <= 14.001 * sources
            assert height <= 14.001 * targets


@both
def test_edges_that_pass_many_columns_run_outside(direction: str) -> None:
    lines = "\n".join(f"v{i} = tanh(v{i - 1} * w) + x" for i in range(1, 61))
    graph = parse_program(lines, {"x": 1.0, "v0": 0.5}, {"w": 0.5}, output="v60")
    appearance = Appearance(direction=direction)
    scene = build_neuron_scene(cast(Any, None), record(graph), units_of(graph), appearance, None)
    check(scene)
    ranks = np.array([group.rank for group in scene.units.groups])
    spans = [ranks[strand.bundle.target] - ranks[strand.bundle.source] for strand in scene.strands]
    assert max(spans) > 50
    # One way that all share takes few points, however far it leads.
    assert max(strand.points.shape[1] for strand in scene.strands) <= 9 * 25
