"""Arrays as text: numbers below one another, in blocks where they are too wide."""

import numpy as np
import pytest

from visualizer.session.text_grid import columns_of, grid, to_right


def test_numbers_stand_below_one_another() -> None:
    assert grid(np.array([[1.5, -20.0], [-0.25, 3.0]])) == ["[  1.5   −20 ]", "[ −0.25    3 ]"]
    assert grid(np.array(2.0)) == ["2"]
    assert grid(np.arange(3.0)) == ["[ 0  1  2 ]"]


@pytest.mark.parametrize("room", range(9, 40))
def test_a_wide_grid_stands_in_blocks_and_loses_nothing(room: int) -> None:
    array = np.array([[1.25, -2.0, 3.5, 4.0, 0.125], [1.0, 2.0, 3.0, 4.0, 5.0]])
    lines = grid(array, room)
    rows = [line for line in lines if line.startswith("[")]
    assert max(map(len, rows)) <= room
    for number, row in enumerate(array):
        found = [float(text.replace("−", "-")) for line in rows[number::2] for text in line.strip("[ ]").split()]
        assert found == row.tolist()
    if len(rows) > 2:
        assert lines[0].startswith("column")
        assert lines[-3].endswith("5")
    else:
        assert lines == grid(array)


def test_an_accent_takes_no_column() -> None:
    hat = "m\N{COMBINING CIRCUMFLEX ACCENT}"
    assert (columns_of(hat), to_right(hat, 4)) == (1, f"   {hat}")
    assert to_right("long", 2) == "long"
