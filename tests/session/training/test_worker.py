"""The thread that trains: it stops when told, answers between slices, and never dies of an error."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from engine.errors import GradStepError
from visualizer.session.document import parse
from visualizer.session.training.lab import Lab
from visualizer.session.training.worker import Worker

TEXT = 'format = 1\ntitle = "t"\nnetwork = "2-4-1 tanh, output tanh"\n[data]\nset = "xor"\n[training]\n{training}\n'
PATIENCE = 20.0  # s


def lab(training: str = "") -> Lab:
    return Lab(parse(TEXT.format(training=training)))


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()
    assert not any(thread.name == "training" and thread.is_alive() for thread in threading.enumerate())


def until(condition: Any) -> Any:
    """What ``condition`` gives once it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.002)
    raise AssertionError("it never came")


def answered(worker: Worker) -> list[tuple[Any, Any, str | None]]:
    return until(worker.answers)


def test_it_trains_so_many_iterations_and_stands_still(worker: Worker) -> None:
    made = lab()
    worker.set_lab(made)
    worker.start(500, None)
    until(worker.ended)
    assert made.iteration == 500
    assert worker.outcome() == (None, None)


def test_it_stops_when_told_and_the_lab_is_free_then(worker: Worker) -> None:
    made = lab()
    worker.set_lab(made)
    worker.start(None, None)
    until(lambda: made.iteration > 100)
    worker.stop()
    still = made.iteration
    time.sleep(0.05)
    assert made.iteration == still
    assert made.advance(5) == 5


def test_what_is_asked_is_done_between_slices_in_order(worker: Worker) -> None:
    made = lab()
    worker.set_lab(made)
    worker.start(None, None)
    then = print
    worker.ask(lambda: made.iteration, then)
    worker.ask(lambda: threading.current_thread().name, then)
    found: list[Any] = []
    until(lambda: len(found.extend(worker.answers()) or found) == 2)
    assert found[1] == (then, "training", None)
    assert isinstance(found[0][1], int)
    worker.stop()


def test_an_error_is_a_sentence_and_the_thread_goes_on(worker: Worker, capsys: pytest.CaptureFixture[str]) -> None:
    def refused() -> None:
        raise GradStepError("this cannot be")

    def broken() -> None:
        raise KeyError("ours")

    worker.set_lab(lab())
    worker.ask(refused, print)
    assert answered(worker)[0][2] == "this cannot be"
    worker.ask(broken, print)
    assert answered(worker)[0][2] == "something went wrong in GradStep itself (KeyError)"
    assert "KeyError" in capsys.readouterr().err
    worker.ask(lambda: 7, print)
    assert answered(worker) == [(print, 7, None)]


def test_snapshots_come_when_they_are_wanted(worker: Worker) -> None:
    made = lab()
    worker.set_lab(made)
    worker.start(None, None)
    first = until(worker.taken)
    second = until(worker.taken)
    assert 0 <= first[0].iteration < second[0].iteration
    worker.stop()


def test_a_pace_is_kept(worker: Worker) -> None:
    made = lab()
    worker.set_lab(made)
    worker.start(None, 100.0)
    started = time.monotonic()
    until(lambda: made.iteration >= 30)
    passed = time.monotonic() - started
    worker.stop()
    # Never faster than asked for; a loaded machine may be slower.
    assert made.iteration <= 100 * (passed + 0.5) + 2
    worker.start(3, 1000.0)
    until(worker.ended)


def test_it_stands_still_where_the_lab_halts(worker: Worker) -> None:
    made = lab("iterations = 40")
    worker.set_lab(made)
    worker.start(None, None)
    until(worker.ended)
    sentence, halt = worker.outcome()
    assert sentence is None
    assert halt is not None
    assert halt.iteration == made.iteration == 40


def test_another_lab_drops_what_was_asked_of_the_one_before(worker: Worker) -> None:
    first, second = lab(), lab()
    worker.set_lab(first)
    worker.start(None, None)
    worker.ask(lambda: "old", print)
    worker.set_lab(second)
    assert worker.ended()
    worker.ask(lambda: "new", print)
    assert answered(worker) == [(print, "new", None)]
