"""Curves follow records: what a worker appends, moves, cuts and appends again is what is drawn."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from engine.generated import generate
from engine.network import parse_network
from engine.records import Records
from engine.run import Run
from engine.training import Training
from visualizer.session.plots.curves import (
    GRADIENT_NORMS,
    LOSS,
    SCORE,
    TEST_LOSS,
    TEST_SCORE,
    UPDATE_RATIOS,
    Curves,
    Quantity,
)

RANDOM = np.random.default_rng(3)


def records(count: int, layers: int = 3) -> Records:
    """With a loss that is its own iteration, and norms of iteration + layer."""
    made = Records(tuple(f"layer{k + 1}" for k in range(layers)))
    append(made, count)
    return made


def append(made: Records, count: int, scale: float = 1.0) -> None:
    start = len(made)
    iterations = np.arange(start, start + count, dtype=np.float64)
    made.losses.append(start, scale * iterations[:, None])
    made.gradient_norms.append(start, scale * (iterations[:, None] + 1 + np.arange(len(made.layers))))


def read_all(curves: Curves, smoothing: float = 0.0) -> Curves:
    curves.refresh(smoothing)
    while curves.behind:
        curves.refresh(smoothing)
    return curves


@pytest.fixture(scope="module")
def run() -> Run:
    data = generate("spiral")
    made = Run(parse_network("2-8-6-1 tanh"), data, Training(settings={"learning_rate": 0.05}), test=data)
    made.advance(450)
    return made


@pytest.mark.parametrize("quantity", [LOSS, TEST_LOSS, GRADIENT_NORMS, UPDATE_RATIOS, SCORE, TEST_SCORE])
def test_each_quantity_is_what_the_records_say(quantity: Quantity, run: Run) -> None:
    by_record: dict[str, Callable[[int], object]] = {
        "loss": lambda i: run.records[i].loss,
        "test loss": lambda i: run.records[i].test_loss,
        "gradient norm": lambda i: list(run.records[i].gradient_norms.values()),
        "update ratio": lambda i: [details.update_ratio for details in (run.records[i].details or {}).values()],
        "score": lambda i: run.records[i].score,
        "test score": lambda i: run.records[i].test_score,
    }
    curves = read_all(Curves(run.records, quantity))
    stretch = curves.stretch(0, 450, pixels=1000)
    assert stretch.single
    assert len(stretch.first) == curves.count > 4
    for iteration, values in zip(stretch.first.tolist(), stretch.low, strict=True):
        np.testing.assert_array_equal(values, np.ravel(by_record[quantity.name](iteration)))
    assert curves.every == {"loss": 1, "gradient norm": 1, "test loss": 100, "test score": 100}.get(quantity.name, 20)


def test_a_stretch_has_about_as_many_buckets_as_pixels_and_reaches_beyond_its_ends() -> None:
    curves = read_all(Curves(records(50_000), LOSS))
    stretch = curves.stretch(10_000.5, 30_000.5, pixels=200)
    assert stretch.first[0] <= 10_000
    assert stretch.last[-1] >= 30_001
    assert 100 <= len(stretch.first) <= 202
    np.testing.assert_array_equal(stretch.low[:, 0], stretch.first)
    np.testing.assert_array_equal(stretch.high[:, 0], stretch.last)
    np.testing.assert_allclose(stretch.mean[:, 0], stretch.middle)


def test_the_number_at_an_iteration_is_the_last_one_before_it(run: Run) -> None:
    curves = read_all(Curves(run.records, TEST_LOSS))
    found = curves.at(299)
    assert found is not None
    assert found[0] == 200
    assert found[1][0] == run.records[200].test_loss
    assert curves.at(-1) is None
    assert curves.latest == 400


def test_refresh_says_whether_anything_changed() -> None:
    made = records(10)
    curves = Curves(made, LOSS)
    assert curves.refresh()
    assert not curves.refresh()
    append(made, 1)
    assert curves.refresh()
    assert curves.latest == 10


def test_a_long_run_is_taken_in_piece_by_piece() -> None:
    curves = Curves(records(1000), GRADIENT_NORMS)
    curves.refresh(most=300)
    assert curves.count == 100
    assert curves.behind
    while curves.behind:
        curves.refresh(most=300)
    assert curves.count == 1000


@pytest.mark.parametrize("count", [700, 0])
def test_what_was_cut_is_gone(count: int) -> None:
    made = records(1000)
    curves = read_all(Curves(made, LOSS), smoothing=0.5)
    made.cut(count)
    assert curves.refresh()
    assert curves.count == count
    assert curves.stretch(0, 5000, pixels=100).high.max(initial=-1) == count - 1
    assert read_all(curves, 0.5).stretch(0, 5000, 100, smooth=True).high.max(initial=-1) < 1000


def test_rows_that_were_cut_and_grew_again_are_read_anew() -> None:
    made = records(1000)
    curves = read_all(Curves(made, LOSS), smoothing=0.5)
    made.cut(300)
    append(made, 900, scale=-1.0)
    read_all(curves, 0.5)
    assert curves.count == 1200
    assert curves.stretch(0, 2000, pixels=2000).low[-1, 0] == -1199
    assert curves.stretch(0, 2000, pixels=2000, smooth=True).low[-1, 0] == pytest.approx(-1198)


def test_a_stretch_is_whole_while_the_table_moves_on() -> None:
    made = records(100)
    curves = read_all(Curves(made, LOSS))
    append(made, 5000)  # the arrays move
    made.cut(3)
    assert curves.stretch(0, 99, pixels=1000).low[:, 0].tolist() == list(range(100))


def test_averages_follow_and_begin_anew_with_another_factor() -> None:
    made = records(500)
    curves = read_all(Curves(made, LOSS), smoothing=0.9)
    append(made, 300)
    smooth = read_all(curves, 0.9).stretch(0, 800, pixels=1000, smooth=True)
    assert len(smooth.low) == 800
    # Of numbers that grow by one the average comes to lag by β / (1 - β).
    assert smooth.low[-1, 0] == pytest.approx(799 - 9)
    assert curves.at(799, smooth=True)[1][0] == smooth.low[-1, 0]  # type: ignore[index]
    curves.refresh(0.5, most=10)
    assert curves.behind
    assert curves.at(799, smooth=True) is None
    assert read_all(curves, 0.5).at(799, smooth=True)[1][0] == pytest.approx(798)  # type: ignore[index]


def test_a_worker_may_append_and_cut_all_the_while() -> None:
    made = records(1)
    curves, stop = Curves(made, GRADIENT_NORMS), threading.Event()
    failures: list[str] = []

    def work() -> None:
        while not stop.is_set():
            append(made, int(RANDOM.integers(1, 400)))
            if len(made) > 20_000:
                made.cut(int(RANDOM.integers(1, 15_000)))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(400):
            curves.refresh(0.3)
            stretch = curves.stretch(0, 1e6, pixels=10**6)
            if not np.array_equal(stretch.low[:, 0], stretch.first + 1):
                failures.append(f"{len(stretch.first)} rows do not belong to their iterations")
    finally:
        stop.set()
        worker.join()
    assert not failures


def test_there_may_be_nothing_at_all() -> None:
    made = Records(())
    curves = Curves(made, GRADIENT_NORMS)
    assert not curves.refresh()
    assert curves.latest is None
    assert curves.stretch(0, 10, pixels=100).low.shape == (0, 0)
    made.gradient_norms.append(0, np.zeros((5, 0)))
    assert curves.refresh()
    assert curves.stretch(0, 10, pixels=100).low.shape == (5, 0)
