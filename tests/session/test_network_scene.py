"""Where a network stands at a given size: all of it is inside, nothing overlaps, and a point finds what is there."""

import itertools

import numpy as np
import pytest

from visualizer.session.network_scene import CAPTIONS, FOOT, SPARSE, NetworkScene, lay_out
from visualizer.session.network_shape import NetworkShape

SIZES = [(560, 430), (700, 480), (1000, 560), (1400, 700)]


def shape(*units: int, maps: bool = True, skips: tuple[tuple[int, int], ...] = ()) -> NetworkShape:
    count = len(units)
    names = ("inputs", *(f"layer {i}" for i in range(1, count - 1)), "output")
    return NetworkShape(names, ("", *["tanh"] * (count - 1)), units, skips, maps)


SHAPES = {
    "2-1": shape(2, 1),
    "2-4-2-1": shape(2, 4, 2, 1),
    "2-6-6-4-1": shape(2, 6, 6, 4, 1),
    "2-8x5-1": shape(2, *[8] * 5, 1, skips=((1, 3), (3, 5))),
    "64-32-10": shape(64, 32, 10, maps=False),
    "2-16x10-1": shape(2, *[16] * 10, 1),
    "2-16x30-1": shape(2, *[16] * 30, 1, maps=False),
    "2-16x50-1": shape(2, *[16] * 50, 1, maps=False, skips=tuple((i, i + 2) for i in range(1, 49, 2))),
    "2-1000-1": shape(2, 1000, 1, maps=False),
    "784-128-10": shape(784, 128, 10, maps=False),
    "2-3x499-1": shape(2, *[3] * 499, 1, maps=False),
}
every_shape = pytest.mark.parametrize("name", SHAPES)
every_size = pytest.mark.parametrize("size", SIZES)


def scene(name: str, size: tuple[int, int] = (1000, 560)) -> NetworkScene:
    return lay_out(SHAPES[name], *size)


@every_shape
@every_size
def test_all_is_inside_and_columns_are_apart(name: str, size: tuple[int, int]) -> None:
    found = scene(name, size)
    for column in found.columns:
        x, y, width, height = column.bounds
        assert x >= 0
        assert x + width <= size[0]
        assert y >= 10
        assert y + height <= found.caption_top
        assert column.height <= column.pitch or column.shown == 1
    assert found.caption_top + CAPTIONS <= size[1] - FOOT + 16
    for before, after in itertools.pairwise(found.columns):
        assert before.x + before.width <= after.x


@every_shape
@every_size
def test_captions_keep_clear_of_each_other(name: str, size: tuple[int, int]) -> None:
    found = scene(name, size)
    middles = [found.columns[number].middle for number in found.captioned]
    assert all(after - before >= SPARSE for before, after in itertools.pairwise(middles))
    assert len(found.columns) - 1 in found.captioned


@pytest.mark.parametrize("name", ["2-4-2-1", "2-6-6-4-1", "2-8x5-1"])
@every_size
def test_small_networks_have_tiles_and_edges_at_any_size(name: str, size: tuple[int, int]) -> None:
    found = scene(name, size)
    assert all(column.tiles and column.width >= 16 for column in found.columns)
    assert not found.banded
    assert not found.omitted


@pytest.mark.parametrize("name", ["2-16x30-1", "2-16x50-1"])
@every_size
def test_deep_networks_have_strips_and_bands(name: str, size: tuple[int, int]) -> None:
    found = scene(name, size)
    assert found.banded
    assert not any(column.tiles for column in found.columns)
    assert all(column.shown == column.units for column in found.columns)


def test_tiles_grow_with_the_room() -> None:
    widths = [scene("2-6-6-4-1", size).columns[1].width for size in SIZES]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_a_column_that_is_too_long_shows_as_many_as_can_be_seen() -> None:
    column = scene("2-1000-1").columns[1]
    assert 50 < column.shown < 1000
    assert column.units == 1000
    assert column.height >= 3


def test_dense_columns_have_so_many_edges_that_a_frame_has_time() -> None:
    found = scene("64-32-10")
    assert found.most_edges == 200
    assert found.omitted
    assert scene("2-16x10-1", (1400, 700)).most_edges < 60


@every_shape
def test_a_point_finds_the_unit_that_is_there(name: str) -> None:
    found = scene(name)
    for number, column in enumerate(found.columns):
        for unit in {0, column.shown // 2, column.shown - 1}:
            x, y, width, height = column.rect(unit)
            assert found.unit_at(x + width / 2, y + height / 2) == (number, unit)
    assert found.unit_at(1, 1) is None


def test_a_point_finds_an_edge_between_its_columns_only() -> None:
    found = scene("2-6-6-4-1")
    sources, targets = np.divmod(np.arange(36), 6)
    for edge in range(36):
        curve = found.curves(2, sources[edge : edge + 1], targets[edge : edge + 1], 33)[0]
        # Near its end there is no other edge as near to it.
        x, y = curve[-8] * 0.5 + curve[-7] * 0.5
        hit = found.edge_at(2, sources, targets, float(x), float(y))
        assert hit is not None
        assert targets[hit] == targets[edge]
    left, right = found.gap(2)
    assert found.gap_at((left + right) / 2) == 2
    assert found.gap_at(found.columns[1].middle) is None
    assert found.edge_at(2, sources, targets, left - 5, 100) is None
    assert found.edge_at(2, sources, targets, (left + right) / 2, 5000) is None
    assert found.edge_at(2, sources[:0], targets[:0], (left + right) / 2, 100) is None


def test_curves_lead_from_unit_to_unit() -> None:
    found = scene("2-6-6-4-1")
    curves = found.curves(2, np.array([0, 5]), np.array([3, 3]), found.curve_points)
    left, right = found.gap(2)
    assert curves[0, 0].tolist() == [left, found.columns[1].middles(0)]
    assert curves[:, -1].tolist() == [[right, found.columns[2].middles(3)]] * 2
    assert (np.diff(curves[:, :, 0]) > 0).all()


def test_a_caption_is_found_below_its_column() -> None:
    found = scene("2-8x5-1")
    for number, column in enumerate(found.columns):
        assert found.caption_at(column.middle, found.caption_top + 10) == number
    assert found.caption_at(500, found.caption_top - 30) is None


@pytest.mark.parametrize("name", ["2-8x5-1", "2-16x50-1"])
@every_size
def test_skip_connections_run_above_their_columns(name: str, size: tuple[int, int]) -> None:
    found = scene(name, size)
    assert len(found.arcs) == len(found.shape.skips)
    for arc, (start, end) in zip(found.arcs, found.shape.skips, strict=True):
        assert arc[:, 1].max() < found.columns[start].y
        assert arc[:, 1].min() >= 2
        assert found.columns[start].middle <= arc[0, 0] < arc[-1, 0] <= found.columns[end].middle
