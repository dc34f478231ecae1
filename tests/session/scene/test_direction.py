"""From top to bottom: the same boxes and edges, columns as rows, and the sign of an operation above its box."""

import numpy as np
import pytest

from tests.geometry import overlapping, passed, shrunk
from visualizer.session.appearance import Appearance
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.scene import SEED, Rect, Scene, build_scene
from visualizer.session.session import prepare

every_lesson = pytest.mark.parametrize("name", lesson_names())


def scenes(name: str) -> tuple[Scene, Scene]:
    prepared = prepare(load_lesson(name))
    return prepared.scene, build_scene(prepared.document, prepared.trace, Appearance(direction="down"))


def parts(scene: Scene) -> list[Rect]:
    signs = [box.operation_rect for box in scene.boxes if box.operation_rect is not None]
    return [box.rect for box in scene.boxes] + signs


@every_lesson
def test_columns_become_rows(name: str) -> None:
    right, down = scenes(name)
    for box in down.boxes:
        if box.operation_rect is not None:
            left, top, width, height = box.operation_rect
            assert top + height < box.rect[1]
            assert left + width / 2 == pytest.approx(box.rect[0] + box.rect[2] / 2)
    for edge in down.edges:
        if edge.slot != SEED:
            assert down.boxes[edge.source].rect[1] < down.boxes[edge.consumer].rect[1]
        assert (np.diff(edge.points[:, 1]) >= -1e-9).all()
    assert [edge.magnitude for edge in right.edges] == pytest.approx([e.magnitude for e in down.edges], nan_ok=True)
    assert [box.operation for box in right.boxes] == [box.operation for box in down.boxes]


@every_lesson
def test_nothing_overlaps_and_no_edge_passes_through_a_box(name: str) -> None:
    _, scene = scenes(name)
    assert overlapping(parts(scene)) == []
    rects = shrunk(np.array(parts(scene)), 1.0)
    owners = [box.node for box in scene.boxes] + [box.node for box in scene.boxes if box.operation_rect is not None]
    for edge in scene.edges:
        through = {owners[i] for i in np.flatnonzero(passed(edge.points, rects)).tolist()}
        assert through <= {edge.source, edge.consumer}, (edge.source, edge.consumer, through)
    width, height = scene.size
    for x, y, across, deep in parts(scene):
        assert min(x, y) >= -1e-6
        assert x + across <= width + 1e-6
        assert y + deep <= height + 1e-6


@every_lesson
def test_edges_lead_from_a_box_to_a_sign(name: str) -> None:
    _, scene = scenes(name)
    for edge in scene.edges:
        x, y, width, height = scene.boxes[edge.source].rect
        assert edge.points[0] == pytest.approx((x + width / 2, y + height))
        consumer = scene.boxes[edge.consumer]
        target = consumer.rect if edge.slot == SEED else consumer.operation_rect
        assert target is not None
        assert edge.points[-1][1] == pytest.approx(target[1])
        assert target[0] <= edge.points[-1][0] <= target[0] + target[2]
