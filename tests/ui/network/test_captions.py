"""Numbers for one glance."""

import math

import pytest

from visualizer.ui.network.captions import brief


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "·"), (0.0, "0"), (0.0021, "0.0021"), (0.3, "0.30"), (1.0, "1.0"), (12.3, "12"), (123.4, "123"),
     (2345.6, "2,346"), (99.9, "100"), (1.25e-12, "1.2e−12"), (3.4e7, "3.4e7"), (math.nan, "NaN"), (math.inf, "∞")],
)  # fmt: skip
def test_two_digits_that_keep_still(value: float | None, text: str) -> None:
    assert brief(value) == text
