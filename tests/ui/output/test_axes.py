"""Frames and round numbers."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from visualizer.ui.output.axes import Frame, ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-6, 6, (-6, -3, 0, 3, 6)), (0, 1, (0, 0.3, 0.6, 0.9)), (-1.2, 1.2, (-1, -0.5, 0, 0.5, 1)), (4.3, 7.9, (5, 6, 7)),
     (0, 12345, (0, 3000, 6000, 9000, 12000)), (0.00011, 0.00013, (0.00011, 0.000115, 0.00012, 0.000125, 0.00013))],
)  # fmt: skip
def test_ticks_are_few_and_round(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_there_are_always_some_ticks_and_never_many() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        low = float(random.normal() * 10.0 ** random.integers(-9, 9))
        high = low + abs(low) * float(10.0 ** random.uniform(-6, 9))
        assert 2 <= len(ticks(low, high)) <= 5, (low, high)
    assert ticks(7.0, 7.0 + 1e-14) == ()


def test_pixels_and_numbers_are_each_other_s_way_back() -> None:
    frame = Frame(QRectF(30, 20, 200, 100), (-6, 6), (0, 50))
    places = frame.place(np.array([[-6.0, 0.0], [6.0, 50.0], [0.0, 25.0]]))
    assert places.tolist() == [[30, 120], [230, 20], [130, 70]]
    assert frame.numbers(QPointF(130, 70)) == (0, 25)
