"""Which places of a long row are shown."""

import pytest

from visualizer.session.excerpt import GAP, gap_sign, kept


@pytest.mark.parametrize(
    ("size", "most", "marked", "shown"),
    [
        (1, 4, (), (0,)),
        (5, 4, (), (0, 1, 2, 3, 4)),  # a sign in the place of one would save nothing
        (6, 4, (), (0, 1, 2, GAP, 5)),
        (64, 4, (), (0, 1, 2, GAP, 63)),
        (64, 4, (0,), (0, 1, 2, GAP, 63)),
        (64, 4, (63,), (0, 1, 2, GAP, 63)),
        (64, 4, (40,), (0, 1, GAP, 40, GAP, 63)),
        (64, 4, (40, 7), (0, GAP, 7, GAP, 40, GAP, 63)),
        (64, 4, tuple(range(64)), (0, 1, 2, GAP, 63)),
        (64, 3, (1,), (0, 1, GAP, 63)),
        (64, 3, (2,), (0, GAP, 2, GAP, 63)),
    ],
)
def test_the_ends_and_what_is_marked_are_shown(
    size: int, most: int, marked: tuple[int, ...], shown: tuple[int, ...]
) -> None:
    assert kept(size, most, marked) == shown


def test_signs_run_along_what_is_left_out() -> None:
    assert [gap_sign(0, GAP), gap_sign(GAP, 0), gap_sign(GAP, GAP)] == ["⋯", "⋮", "⋱"]
