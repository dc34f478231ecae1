"""Where a picture stands, as arithmetic."""

import pytest
from PySide6.QtCore import QPointF, QRectF

from visualizer.ui.canvas.view import ZOOM_RANGE, View

CLOSE = 0.6
STEP = (QRectF(100, 100, 50, 50), QRectF(50, 100, 200, 50))


def view_of(picture: tuple[float, float], widget: tuple[float, float] = (800, 600), readable: float = 0.5) -> View:
    view = View()
    view.set_widget(*widget)
    view.set_picture(picture, readable, CLOSE)
    return view


@pytest.mark.parametrize("picture", [(100, 100), (3000, 200), (200, 3000), (5000, 5000), (0, 0)])
def test_a_fitted_picture_is_within_the_room(picture: tuple[float, float]) -> None:
    view = view_of(picture)
    view.fit()
    assert view.room.adjusted(-0.01, -0.01, 0.01, 0.01).contains(view.transform.mapRect(view.whole))
    assert view.shows_all


def test_a_picture_that_cannot_be_read_is_followed_across_its_shorter_side() -> None:
    for picture in ((4000, 300), (300, 4000)):
        view = view_of(picture)
        view.frame(STEP)
        assert view.following
        assert CLOSE <= view.scale <= 1.0
        assert view.transform.mapRect(QRectF(0, 0, *picture)).contains(view.room.center())
        assert not view.shows_all


def test_another_step_moves_the_view_only_where_it_must() -> None:
    view = view_of((4000, 300))
    view.frame(STEP)
    near, far = QRectF(200, 100, 50, 50), QRectF(3500, 100, 50, 50)
    assert view.followed((near, near)) == view.transform
    moved = view.followed((far, far))
    assert moved != view.transform
    assert view.room.contains(moved.mapRect(far))


def test_zoom_keeps_to_its_range_even_where_the_whole_is_smaller() -> None:
    view = view_of((100_000, 100))
    view.fit()
    assert view.scale < ZOOM_RANGE[0]
    assert view.zoomed(0.1, QPointF()) == view.transform
    view.transform = view.zoomed(1e9, QPointF())
    assert view.scale == pytest.approx(ZOOM_RANGE[1])


def test_a_placed_point_stands_where_it_was_asked_for_where_there_is_enough_around_it() -> None:
    view = view_of((2000, 2000))
    placed = view.placed(QPointF(1000, 1000), QPointF(300, 250), 1.5)
    assert placed.map(QPointF(1000, 1000)) == QPointF(300, 250)


@pytest.mark.parametrize("scale", [0.1, 0.3, 2.0])
@pytest.mark.parametrize("point", [(0, 0), (799, 0), (400, 599)])
def test_a_placed_picture_stays_in_sight(scale: float, point: tuple[int, int]) -> None:
    view = view_of((2000, 1000))
    for middle in (QPointF(0, 0), QPointF(2000, 1000), QPointF(1000, 500)):
        seen = view.placed(middle, QPointF(*point), scale).mapRect(view.whole)
        room = view.room
        for low, high, start, end in (
            (seen.left(), seen.right(), room.left(), room.right()),
            (seen.top(), seen.bottom(), room.top(), room.bottom()),
        ):
            inside = low >= start - 0.01 and high <= end + 0.01
            around = low <= start + 0.01 and high >= end - 0.01
            assert inside or around
