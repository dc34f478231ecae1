"""Where a network stands at a given size: all of it is inside, and nothing overlaps."""

import itertools

import pytest

from tests.networks import SHAPES
from visualizer.session.network.layout import FOOT, SPARSE, lay_out
from visualizer.session.network.scene import CAPTIONS, NetworkScene

SIZES = [(560, 430), (700, 480), (1000, 560), (1400, 700)]
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


@pytest.mark.parametrize("name", ["2-8x5-1", "2-16x50-1"])
@every_size
def test_skip_connections_run_above_their_columns(name: str, size: tuple[int, int]) -> None:
    found = scene(name, size)
    assert len(found.arcs) == len(found.shape.skips)
    for arc, (start, end) in zip(found.arcs, found.shape.skips, strict=True):
        assert arc[:, 1].max() < found.columns[start].y
        assert arc[:, 1].min() >= 2
        assert found.columns[start].middle <= arc[0, 0] < arc[-1, 0] <= found.columns[end].middle
