"""What is under a point, what is said of it, and which unit is beside another."""

import pytest

from tests.networks import SHAPES
from tests.snapshots import DEEP, snapshot_of
from visualizer.session.network.edges import Edges, edges_of
from visualizer.session.network.layout import lay_out
from visualizer.session.network.places import NOTHING, Found, beside, found_at, words_of
from visualizer.session.network.scene import NetworkScene
from visualizer.session.network.shape import Place, shape_of
from visualizer.session.training.snapshot import Snapshot


def laid_out(snapshot: Snapshot) -> tuple[NetworkScene, list[Edges]]:
    shape = shape_of(snapshot)
    assert shape is not None
    scene = lay_out(shape, 1000, 560)
    return scene, [edges_of(scene, layer, column, "gradient") for column, layer in enumerate(snapshot.layers, start=1)]


def middle(scene: NetworkScene, place: Place) -> tuple[float, float]:
    x, y, width, height = scene.columns[place[0]].rect(place[1])
    return x + width / 2, y + height / 2


def test_a_point_finds_a_unit_an_edge_or_a_caption() -> None:
    snapshot = snapshot_of()
    scene, edges = laid_out(snapshot)
    assert found_at(scene, edges, *middle(scene, (2, 3))) == Found(unit=(2, 3))
    target, source = int(edges[3].targets[-1]), int(edges[3].sources[-1])
    x, y = scene.curves(4, edges[3].sources[-1:], edges[3].targets[-1:], 41)[0, 8]
    found = found_at(scene, edges, float(x), float(y))
    assert found == Found(edge=(4, target, source))
    caption = found_at(scene, edges, scene.columns[1].middle, scene.caption_top + 9)
    assert caption == Found(column=1)
    assert found_at(scene, edges, 2, 2) is NOTHING
    assert not NOTHING
    assert found
    assert words_of(snapshot, found).startswith(f"from a3[{source + 1}] to z4[1]")
    assert words_of(snapshot, caption).startswith("layer 1: ")
    assert words_of(snapshot, Found(column=0)).startswith("2 inputs")
    assert words_of(snapshot, Found(unit=(1, 0))).startswith("a1[1], tanh")
    assert words_of(snapshot, NOTHING) == ""


def test_a_point_finds_a_band_as_high_as_the_units() -> None:
    scene, edges = laid_out(snapshot_of(DEEP, rate=1e-4))
    left, right = scene.gap(20)
    x = (left + right) / 2
    assert found_at(scene, edges, x, scene.axis) == Found(column=20)
    assert found_at(scene, edges, x, scene.axis - scene.tallest / 2 - 4) is NOTHING


@pytest.mark.parametrize("name", ["2-6-6-4-1", "64-32-10", "2-16x50-1", "2-1000-1"])
def test_every_unit_is_reached_and_the_ends_are_stayed_at(name: str) -> None:
    scene = lay_out(SHAPES[name], 1000, 560)
    place = beside(scene, None, 1, 0)
    assert place == (0, 0)
    assert beside(scene, place, 0, -1) == beside(scene, place, -1, 0) == place
    seen = []
    for number, column in enumerate(scene.columns):
        while beside(scene, place, 0, -1) != place:
            place = beside(scene, place, 0, -1)
        for _ in range(column.shown):
            seen.append(place)
            place = beside(scene, place, 0, 1)
        assert place == (number, column.shown - 1)
        place = beside(scene, place, 1, 0)
    assert len(set(seen)) == sum(column.shown for column in scene.columns)


def test_across_it_stays_at_the_same_height() -> None:
    scene = lay_out(SHAPES["2-8x5-1"], 1000, 560)
    place: Place = (1, 5)
    for column in range(2, 6):
        place = beside(scene, place, 1, 0)
        assert place == (column, 5)
