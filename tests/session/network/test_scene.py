"""A network's picture as data: a point finds what is there, and curves lead from unit to unit."""

import numpy as np
import pytest

from tests.networks import SHAPES
from visualizer.session.network.layout import lay_out
from visualizer.session.network.scene import NetworkScene


def scene(name: str) -> NetworkScene:
    return lay_out(SHAPES[name], 1000, 560)


@pytest.mark.parametrize("name", SHAPES)
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
