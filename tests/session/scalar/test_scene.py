"""Single numbers as a picture: all are there, nothing overlaps, no edge passes through a box, ledgers read down."""

import numpy as np
import pytest

from engine.expression import Reference
from engine.scalars import scalars_of
from tests.geometry import overlapping, passed, shrunk
from tests.scalar_scenes import NAMES, document_of, prepared, scalar_scene, scalars
from visualizer.session.appearance import Appearance, Direction
from visualizer.session.scalar import build_scalar_scene
from visualizer.session.scene import SEED, Rect, Scene
from visualizer.session.session import prepare

CANVAS = 760.0, 560.0  # what a window of 1280 by 800 leaves for it

LARGE = ("two-spirals", "digits")  # beside 2-16-16-1
every_scene = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in NAMES]
)
both_ways = pytest.mark.parametrize("direction", ["right", "down"])


def places(scene: Scene) -> list[Rect]:
    found = [box.rect for box in scene.boxes]
    return found + [box.operation_rect for box in scene.boxes if box.operation_rect is not None]


@every_scene
def test_every_number_has_its_box_and_every_use_its_edge(name: str) -> None:
    scene, graph = scalar_scene(name), scalars(name).trace.graph
    assert [box.node for box in scene.boxes] == list(range(len(graph.nodes)))
    uses = {(node.id, slot) for node in graph.nodes for slot in range(len(node.inputs))}
    assert {edge for edge in scene.edge_of if edge[1] != SEED} == uses
    assert len(scene.edges) == len(scene.edge_of)
    for edge in scene.edges:
        if edge.slot != SEED:
            assert edge.source == graph.nodes[edge.consumer].inputs[edge.slot]


@every_scene
@both_ways
def test_nothing_overlaps_and_all_lies_within_the_picture(name: str, direction: Direction) -> None:
    scene = scalar_scene(name, direction)
    assert overlapping(places(scene)) == []
    assert overlapping([frame.rect for frame in scene.frames] or [(0.0, 0.0, 1.0, 1.0)]) == []
    rects = np.array(places(scene))
    assert rects[:, :2].min() >= -1e-6
    assert (rects[:, :2] + rects[:, 2:]).max(axis=0) == pytest.approx(np.minimum(
        (rects[:, :2] + rects[:, 2:]).max(axis=0), scene.size
    ))  # fmt: skip
    for edge in scene.edges:
        assert edge.points.min() >= -1e-6
        assert (edge.points <= np.array(scene.size) + 1e-6).all()


@every_scene
@both_ways
def test_no_edge_passes_through_a_box_or_a_sign(name: str, direction: Direction) -> None:
    scene = scalar_scene(name, direction)
    boxes = shrunk(np.array([box.rect for box in scene.boxes]), 0.75)
    signed = [box for box in scene.boxes if box.operation_rect is not None]
    signs, of_sign = shrunk(np.array([box.operation_rect for box in signed]), 0.75), [box.node for box in signed]
    for edge in scene.edges:
        assert not passed(edge.points, boxes).any(), (edge.source, edge.consumer)
        met = {of_sign[i] for i in np.flatnonzero(passed(edge.points, signs)).tolist()}
        assert not met, (edge.source, edge.consumer, met)


@every_scene
@both_ways
def test_edges_lead_from_a_box_to_a_sign(name: str, direction: Direction) -> None:
    scene = scalar_scene(name, direction)
    for edge in scene.edges:
        consumer = scene.boxes[edge.consumer]
        target = consumer.rect if edge.slot == SEED else consumer.operation_rect
        assert target is not None
        assert touches(edge.points[-1], target), (edge.source, edge.consumer)
        source = scene.boxes[edge.source]
        start = [source.rect, source.operation_rect] if source.operation_rect else [source.rect]
        assert any(touches(edge.points[0], rect) for rect in start), (edge.source, edge.consumer)


def touches(point: np.ndarray, rect: Rect) -> bool:
    x, y, width, height = rect
    return x - 0.1 <= point[0] <= x + width + 0.1 and y - 0.1 <= point[1] <= y + height + 0.1


@pytest.mark.parametrize("name", ["2-3-1", "2-16-16-1"])
def test_the_sum_of_a_neuron_is_a_ledger(name: str) -> None:
    """Weights stand beside their products in one column each, and running totals go down another."""
    scene, seen = scalar_scene(name), scalars(name)
    graph = prepared(name).trace.graph
    weights, hidden = graph.node("W1"), graph.node("z1")
    for row in range(weights.shape[0]):
        result = seen.scalar_of[hidden.id, row]
        frame = next(frame for frame in scene.frames if touches(np.array(scene.boxes[result].rect[:2]), frame.rect))
        tops = []
        for column in range(weights.shape[1]):
            weight = seen.scalar_of[weights.id, row * weights.shape[1] + column]
            ((product, _),) = seen.trace.graph.consumers[weight]
            one, other = scene.boxes[weight].rect, scene.boxes[product].rect
            assert touches(np.array(one[:2]), frame.rect)
            assert one[1] + one[3] / 2 == pytest.approx(other[1] + other[3] / 2)
            assert one[0] < other[0] < scene.boxes[result].rect[0]
            tops.append(one[1])
        assert tops == sorted(tops)
        activation = seen.scalar_of[graph.node("a1").id, row]
        assert scene.boxes[activation].rect[1] > scene.boxes[result].rect[1] > tops[-1]
        assert scene.boxes[activation].rect[0] == pytest.approx(scene.boxes[result].rect[0])


def test_a_small_network_can_be_read_whole() -> None:
    width, height = scalar_scene("2-3-1").size
    assert min(CANVAS[0] / width, CANVAS[1] / height) > 0.6


def test_few_numbers_look_as_arrays_do() -> None:
    scene = scalar_scene("neuron-by-hand")
    assert {box.form for box in scene.boxes} == {"full"}
    assert scene.frames == ()
    assert [box.name for box in scene.boxes if not box.operation] == ["x1", "x2", "w1", "w2", "b"]


def test_many_numbers_have_one_line_each() -> None:
    scene = scalar_scene("2-16-16-1")
    assert {box.form for box in scene.boxes} == {"line"}
    assert {box.rect[3] for box in scene.boxes} == {16.0}
    seen, weights = scalars("2-16-16-1"), prepared("2-16-16-1").trace.graph.node("W2")
    ((product, _),) = seen.trace.graph.consumers[seen.scalar_of[weights.id, 3 * 16 + 6]]
    assert scene.boxes[product].name == "W2[47]·a1[7]"


def test_a_part_of_a_large_network_is_a_picture_too() -> None:
    whole = prepared("digits")
    seen = scalars_of(whole.trace, 3, Reference(whole.trace.graph.node("W1").id, "value", (2, 5)), 300)
    scene = build_scalar_scene(whole.document, seen, Appearance())
    assert len(scene.boxes) == seen.shown < seen.total
    assert overlapping(places(scene)) == []


@both_ways
def test_the_same_numbers_give_the_same_picture(direction: Direction) -> None:
    one, other = (
        build_scalar_scene(again.document, scalars_of(again.trace, 0), Appearance(direction=direction))
        for again in (prepare(document_of("2-3-1")), prepare(document_of("2-3-1")))
    )
    assert one.boxes == other.boxes
    assert one.size == other.size
    assert all((a.points == b.points).all() for a, b in zip(one.edges, other.edges, strict=True))


@every_scene
def test_a_box_is_wide_enough_for_its_numbers_and_tells_them_apart(name: str) -> None:
    scene = scalar_scene(name)
    for box in scene.boxes:
        left, top, width, height = box.rect
        assert box.grid("value") is not None
        assert (box.grid("gradient") is not None) == (scene.trace.gradients[box.node] is not None)
        for grid in box.grids:
            x, y, across, down = grid.bounds
            assert left <= x
            assert x + across <= left + width + 1e-6
            assert top - 1e-6 <= y
            assert y + down <= top + height + 1e-6
        assert overlapping([grid.bounds for grid in box.grids]) == []
