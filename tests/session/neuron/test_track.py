"""Events in order: any moment is a cut through them."""

import numpy as np

from visualizer.session.neuron.track import Moment, TrackWriter


def track():
    writer = TrackWriter(4)
    writer.give(np.array([3]), np.array([7.0]))
    writer.add(5, np.array([0, 1]), np.array([0, 1]), np.array([30.0, 31.0]))  # written out of order
    writer.add(2, np.array([1, 0]), np.array([1, 0]), np.array([11.0, 10.0]))
    return writer.written()


def test_a_moment_is_a_cut_through_the_events() -> None:
    nan = np.nan
    moments: dict[Moment, list[float]] = {
        (0, -1): [nan, nan, nan, 7],
        (1, -1): [nan, nan, nan, 7],
        (2, 0): [10, nan, nan, 7],
        (2, 1): [10, 11, nan, 7],
        (2, -1): [10, 11, nan, 7],
        (4, 0): [10, 11, nan, 7],
        (5, 0): [30, 11, nan, 7],
        (6, -1): [30, 31, nan, 7],
    }
    for moment, wanted in moments.items():
        numbers, counts = track().at(moment)
        np.testing.assert_array_equal(numbers, wanted)
        assert counts[2] == counts[3] == 0
    np.testing.assert_array_equal(track().at((5, 0))[1], [2, 1, 0, 0])
    np.testing.assert_array_equal(track().totals, [2, 2, 0, 0])
    np.testing.assert_array_equal(track().given, [False, False, False, True])


def test_what_changes_is_the_same_both_ways() -> None:
    for before, after, wanted in (((0, -1), (2, 0), [0]), ((2, 0), (5, 0), [0, 1]), ((3, -1), (4, -1), [])):
        for pair in ((before, after), (after, before)):
            np.testing.assert_array_equal(track().changed(*pair), wanted)


def test_a_track_without_events_stays_as_it_is() -> None:
    writer = TrackWriter(2)
    writer.give(np.array([0]), np.array([1.0]))
    numbers, counts = writer.written().at((9, -1))
    np.testing.assert_array_equal(numbers, [1, np.nan])
    assert not counts.any()
