"""Moves over a trace: always inside it, and back is the inverse of forward at every depth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import parse_program
from engine.trace import Trace, record
from visualizer.session import cursor
from visualizer.session.cursor import Position


@pytest.fixture(scope="module")
def trace() -> Trace:
    return TRACE


TRACE = record(parse_program("z = W @ x\ny = sum(z)", {"x": [1, 2]}, {"W": [[1, 2], [3, 4]]}))
# z and y; the seed, y to z, z to W and to x; the update of W
STEPS = 7


def test_the_ends(trace: Trace) -> None:
    start, end = Position(), cursor.at_step(trace, Position(), 10_000)
    assert len(trace.steps) == end.step == STEPS
    assert cursor.current_step(trace, start) is None
    assert cursor.current_step(trace, end) == trace.steps[-1]
    assert cursor.back(trace, start) == start
    assert cursor.forward(trace, end) == end
    assert cursor.at_step(trace, end, -5) == start
    assert cursor.path_count(trace, start) == 0
    assert cursor.current_path(trace, start) is None


def test_steps_forwards_and_backwards(trace: Trace) -> None:
    position, seen = Position(), [Position()]
    for _ in trace.steps:
        position = cursor.forward(trace, position)
        seen.append(position)
    assert [place.step for place in seen] == list(range(len(trace.steps) + 1))
    for place in reversed(seen):
        assert position == place
        position = cursor.back(trace, position)


def test_the_paths_of_a_product(trace: Trace) -> None:
    """z has two elements of two terms each; walking on leads into the next step's paths."""
    position = cursor.into(trace, Position())
    assert position == Position(0, 1, 0)
    walked = []
    while position.step == 1:
        walked.append(cursor.current_path(trace, position))
        position = cursor.forward(trace, position)
    assert walked == [((0,), 0), ((0,), 1), ((1,), 0), ((1,), 1)]
    assert position == Position(0, 2, 0)
    assert cursor.back(trace, position) == Position(0, 1, 3)
    assert cursor.out(trace, position) == Position(0, 2)
    assert cursor.path_count(trace, Position(0, 1)) == 4


def test_paths_end_where_the_trace_does(trace: Trace) -> None:
    position = Position(0, len(trace.steps), 0)
    for _ in range(50):
        position = cursor.forward(trace, position)
    assert position == Position(0, len(trace.steps), cursor.path_count(trace, position) - 1)
    assert cursor.back(trace, Position(0, 1, 0)) == Position(0, 0)


def test_a_large_step_is_walked_in_part() -> None:
    large = record(parse_program("y = sum(x)", {"x": [1.0] * 3000}))
    assert cursor.path_count(large, Position(0, 1)) == cursor.MAX_PATHS


MOVES = {
    "forward": cursor.forward,
    "back": cursor.back,
    "into": cursor.into,
    "out": cursor.out,
}


@given(st.lists(st.sampled_from(sorted(MOVES)), max_size=60))
def test_no_moves_lead_out_of_the_trace(moves: list[str]) -> None:
    position = Position()
    for move in moves:
        before, position = position, MOVES[move](TRACE, position)
        assert 0 <= position.step <= len(TRACE.steps)
        assert -1 <= position.path < max(cursor.path_count(TRACE, position), 1)
        if move == "forward" and position != before and not before.path < 0 <= position.path:
            assert cursor.back(TRACE, position) == before
        if position.path >= 0:
            assert cursor.current_path(TRACE, position) is not None
