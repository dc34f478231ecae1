"""The trainer on the window's side: what the thread did arrives on this thread, in time, and nothing after the end."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.session.document import parse
from visualizer.session.training.lab import Lab
from visualizer.ui.trainer import PACES, Trainer

TEXT = 'format = 1\ntitle = "t"\nnetwork = "2-4-1 tanh, output tanh"\n[data]\nset = "xor"\n[training]\n{training}\n'


@pytest.fixture
def trainer(qapp: QApplication) -> Iterator[Trainer]:
    parent = QObject()
    made = Trainer(parent)
    yield made
    made.close()
    parent.deleteLater()


def give(trainer: Trainer, training: str = "") -> Lab:
    lab = Lab(parse(TEXT.format(training=training)))
    trainer.set_lab(lab)
    return lab


def test_a_lab_is_shown_before_it_is_trained(trainer: Trainer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(trainer.snapped) as snapped:
        give(trainer)
    assert [snapshot.iteration for snapshot in snapped.args[0]] == [0]
    assert snapped.args[0][0].scores


def test_training_is_told_of_on_the_windows_thread(trainer: Trainer, qtbot: QtBot) -> None:
    lab = give(trainer)
    threads = []
    trainer.progressed.connect(lambda: threads.append(QThread.currentThread()))
    told: list[bool] = []
    trainer.running_changed.connect(told.append)
    trainer.run()
    assert trainer.running
    qtbot.waitUntil(lambda: trainer.rate > 0 and lab.iteration > 200)
    trainer.pause()
    assert told == [True, False]
    assert set(threads) == {trainer.thread()}
    still = lab.iteration
    qtbot.wait(80)
    assert lab.iteration == still
    assert trainer.rate == 0


def test_a_halt_is_told_once_and_the_last_snapshot_follows(trainer: Trainer, qtbot: QtBot) -> None:
    lab = give(trainer, "iterations = 150")
    halts: list[object] = []
    trainer.halted.connect(halts.append)
    iterations: list[int] = []
    trainer.snapped.connect(lambda shown: iterations.append(shown[0].iteration))
    trainer.run()
    qtbot.waitUntil(lambda: bool(iterations) and iterations[-1] == 150)
    assert halts == [lab.halt]
    assert not trainer.running


def test_so_many_iterations(trainer: Trainer, qtbot: QtBot) -> None:
    lab = give(trainer)
    for expected in (1, 2, 3):
        with qtbot.waitSignal(trainer.running_changed, check_params_cb=lambda running: not running):
            trainer.run(1)
        assert lab.iteration == expected


def test_questions_are_answered_while_it_trains(trainer: Trainer, qtbot: QtBot) -> None:
    lab = give(trainer)
    trainer.run()
    answers: list[int] = []
    trainer.ask(lambda: len(lab.trace(0).steps), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0] > 10
    failures: list[str] = []
    trainer.failed.connect(failures.append)
    trainer.ask(lambda: lab.trace(10**9), answers.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert len(answers) == 1
    trainer.pause()


def test_an_answer_may_ask_again(trainer: Trainer, qtbot: QtBot) -> None:
    lab = give(trainer)
    answers: list[int] = []

    def again(answer: int) -> None:
        answers.append(answer)
        if len(answers) < 3:
            trainer.ask(lambda: lab.iteration + len(answers), again)

    trainer.ask(lambda: 0, again)
    qtbot.waitUntil(lambda: answers == [0, 1, 2])


def test_the_pace_goes_round(trainer: Trainer) -> None:
    assert trainer.pace is None
    seen = []
    for _ in PACES:
        trainer.cycle_pace()
        seen.append(trainer.pace)
    assert seen == list(PACES)
    trainer.change_pace(-99)
    assert trainer.pace == PACES[0]


def test_without_a_lab_nothing_happens(trainer: Trainer) -> None:
    trainer.set_lab(None)
    trainer.run()
    trainer.pause()
    assert not trainer.running


def test_the_next_wrong_sample_is_shown_or_all_are_said_to_be_right(trainer: Trainer, qtbot: QtBot) -> None:
    lab = Lab(parse(TEXT.replace("2-4-1 tanh, output tanh", "4-8-3 tanh, loss cross_entropy").replace("xor", "iris")
                    .format(training="learning_rate = 0.1")))  # fmt: skip
    with qtbot.waitSignal(trainer.snapped):
        trainer.set_lab(lab)
    with qtbot.waitSignal(trainer.snapped) as snapped:
        trainer.show_wrong(0)
    sample = snapped.args[0][0].sample
    assert sample.probabilities.argmax() != sample.truth
    with qtbot.waitSignal(trainer.snapped):
        give(trainer)
    with qtbot.waitSignal(trainer.all_right):
        trainer.show_wrong(0)
