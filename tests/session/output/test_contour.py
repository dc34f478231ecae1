"""The boundary between signs on a grid."""

import numpy as np
import pytest

from visualizer.session.output.contour import boundary


def grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:side, 0:side].astype(float)
    return x, y


def test_the_boundary_of_a_plane_is_a_straight_line() -> None:
    x, y = grid(9)
    lines = boundary(2 * x + y - 9.3)
    ends = lines.reshape(-1, 2)
    assert 2 * ends[:, 0] + ends[:, 1] == pytest.approx(np.full(len(ends), 9.3))
    assert ends[:, 1].min() == 0
    assert ends[:, 1].max() == 8


@pytest.mark.parametrize("sign", [1, -1])
def test_a_circle_is_closed_and_has_its_radius(sign: int) -> None:
    x, y = grid(81)
    lines = boundary(sign * (20.0 - np.hypot(x - 40.3, y - 39.6)))
    ends = lines.reshape(-1, 2)
    assert np.hypot(ends[:, 0] - 40.3, ends[:, 1] - 39.6) == pytest.approx(np.full(len(ends), 20.0), abs=0.02)
    assert np.hypot(*(lines[:, :2] - lines[:, 2:]).T).sum() == pytest.approx(2 * np.pi * 20, rel=2e-3)
    # Closed: every end is the end of two lines.
    _, counts = np.unique(np.round(ends, 9), axis=0, return_counts=True)
    assert set(counts.tolist()) == {2}


def test_any_signs_make_lines_that_end_at_the_sides_alone() -> None:
    values = np.random.default_rng(3).standard_normal((24, 24))
    ends = np.round(boundary(values).reshape(-1, 2), 9)
    places, counts = np.unique(ends, axis=0, return_counts=True)
    loose = places[counts == 1]
    assert len(loose) > 0
    assert (np.isin(loose, (0, 23)).any(axis=1)).all()
    assert counts.max() == 2
    # Each of them lies where the sign changes.
    changes = (np.diff(values > 0, axis=0)).sum() + (np.diff(values > 0, axis=1)).sum()
    assert len(places) == changes


@pytest.mark.parametrize("values", [np.ones((5, 5)), np.zeros((5, 5)), np.full((5, 5), np.nan), np.ones((1, 1))])
def test_without_a_change_there_is_no_boundary(values: np.ndarray) -> None:
    assert boundary(values).shape == (0, 4)


def test_numbers_that_are_not_finite_leave_a_gap() -> None:
    x, _ = grid(7)
    values = x - 3.5
    values[3, 3], values[0, 4] = np.nan, np.inf
    lines = boundary(values)
    assert np.isfinite(lines).all()
    assert 0 < len(lines) < 6
