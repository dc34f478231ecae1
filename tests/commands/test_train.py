"""``gradstep train``: what it trains, tells and writes, how it ends, and what is refused before it begins."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from visualizer.commands import options, training
from visualizer.commands.training import ITERATIONS, start, train
from visualizer.session.document import load
from visualizer.session.lessons import lesson_names
from visualizer.session.training.lab import Lab

ROOT = Path(__file__).resolve().parent.parent.parent
Run = Callable[..., tuple[int, str, str]]
Refused = Callable[..., str]

SPIRAL = """\
format = 1
title = "Spiral"
network = "2-4-1 {activation}, loss half_squared"
{top}
[data]
{data}
[training]
learning_rate = {rate}
{training}
{rest}
"""
OTHER = '[[compare]]\nlabel = "relu"\nnetwork = "2-4-1 relu, loss half_squared"'


@pytest.fixture
def document(tmp_path: Path) -> Callable[..., Path]:
    """Writes a document that trains."""

    def document(
        activation: str = "tanh", data: str = 'set = "spiral"', rate: float = 0.1, training: str = "", **parts: str
    ) -> Path:
        path = tmp_path / "mine.toml"
        parts = {"top": "", "rest": "", **parts}
        path.write_text(SPIRAL.format(activation=activation, data=data, rate=rate, training=training, **parts))
        return path

    return document


def losses(path: Path) -> list[float]:
    with path.open(newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


# --- what is trained, and how long


def test_a_summary_goes_to_the_output_and_nothing_else(run: Run, document: Callable[..., Path]) -> None:
    status, output, errors = run("train", str(document()), "--iterations", "50")
    assert (status, errors) == (0, "")
    assert output.startswith("Spiral\n══════\n\nData\n  Draw    500 samples")
    assert "\n50 iterations, 2 epochs, in " in output
    assert "Written" not in output


@pytest.mark.parametrize(
    ("arguments", "says", "count"),
    [
        ([], "", ITERATIONS),
        ([], "iterations = 30", 30),
        (["--iterations", "20"], "iterations = 30", 20),
        (["--iterations", "40"], "iterations = 30", 40),
    ],
)
def test_how_many_iterations(
    run: Run, document: Callable[..., Path], tmp_path: Path, arguments: list[str], says: str, count: int
) -> None:
    path = document(training=says)
    status, _, _ = run("train", str(path), *arguments, "--csv", str(tmp_path / "x.csv"))
    assert status == 0
    assert len(losses(tmp_path / "x.csv")) == count


def test_the_same_numbers_as_in_the_window(run: Run, document: Callable[..., Path], tmp_path: Path) -> None:
    path = document(training='optimizer = "adam"\nclipping = "norm"')
    run("train", str(path), "--iterations", "130", "--csv", str(tmp_path / "x.csv"))
    lab = Lab(load(path))
    lab.advance(130)
    assert losses(tmp_path / "x.csv") == lab.runs[0].records.losses.rows[:, 0].tolist()


def test_a_seed_gives_other_numbers_of_the_same_data(run: Run, document: Callable[..., Path], tmp_path: Path) -> None:
    found = []
    for seed in ([], ["--seed", "0"], ["--seed", "7"], ["--seed", "7"]):
        run("train", str(document()), "--iterations", "30", *seed, "--csv", str(tmp_path / "x.csv"))
        found.append(losses(tmp_path / "x.csv"))
    assert found[0] == found[1] != found[2] == found[3]


@pytest.mark.parametrize("lesson", lesson_names(trains=True))
def test_every_lesson_that_trains_trains(run: Run, lesson: str, tmp_path: Path) -> None:
    status, output, errors = run("train", lesson, "--iterations", "25", "--json", str(tmp_path / "x.json"))
    assert errors == ""
    records = json.loads((tmp_path / "x.json").read_text())["runs"][0]["records"]
    assert (status == 0 and len(records) == 25) or "Stopped: " in output


# --- what is written


def test_files_are_written_and_named(run: Run, document: Callable[..., Path], tmp_path: Path) -> None:
    table, records = tmp_path / "x.csv", tmp_path / "x.json"
    table.write_text("old")
    path = document(rest=OTHER)
    status, output, _ = run("train", str(path), "--iterations", "9", "--csv", str(table), "--json", str(records))
    assert status == 0
    assert output.endswith(f"\nWritten: {table}\nWritten: {records}\n")
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = json.loads(records.read_text(encoding="ascii"))
    assert [(row["run"], int(row["iteration"]), float(row["loss"])) for row in rows] == [
        (run["label"], record["iteration"], record["loss"]) for run in found["runs"] for record in run["records"]
    ]
    assert len(rows) == 18
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.toml", "x.csv", "x.json"]


def test_a_table_can_go_to_the_output(run: Run, document: Callable[..., Path]) -> None:
    status, output, errors = run("train", str(document()), "--iterations", "9", "--csv", "-", "--quiet")
    assert status == 0
    assert [line.partition(",")[0] for line in output.splitlines()] == ["iteration", *map(str, range(9))]
    assert errors.startswith("Spiral\n")


def test_json_can_go_to_the_output(run: Run, document: Callable[..., Path], tmp_path: Path) -> None:
    status, output, errors = run(
        "train", str(document()), "--iterations", "9", "--json", "-", "--csv", str(tmp_path / "x.csv")
    )
    assert status == 0
    assert len(json.loads(output)["runs"][0]["records"]) == 9
    assert errors.endswith("x.csv\n")


def test_a_disk_that_fills_up_leaves_the_summary(
    run: Run, document: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "x.csv"
    table.write_text("old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("visualizer.session.files.os.fsync", fail)
    status, output, errors = run("train", str(document()), "--iterations", "9", "--csv", str(table))
    assert status == 2
    assert output.startswith("Spiral\n")
    assert errors == f"gradstep: {table} cannot be written: No space left on device\n"
    assert table.read_text() == "old"


# --- how it ends


def test_infinity_ends_with_1_and_is_told(run: Run, document: Callable[..., Path], tmp_path: Path) -> None:
    path = document("linear", rate=1e6)
    status, output, errors = run("train", str(path), "--csv", str(tmp_path / "x.csv"))
    assert (status, errors) == (1, "")
    assert "\nExploding gradients: " in output
    assert "\nStopped: iteration " in output
    assert len(losses(tmp_path / "x.csv")) < ITERATIONS


def test_the_other_runs_go_on_where_one_meets_infinity(run: Run, document: Callable[..., Path], tmp_path: Path) -> None:
    calm = '[[compare]]\nlabel = "calm"\n[compare.training]\nlearning_rate = 0.001'
    path = document("linear", rate=1e6, top='label = "wild"', rest=calm)
    status, output, _ = run("train", str(path), "--iterations", "300", "--json", str(tmp_path / "x.json"))
    assert status == 1
    assert "Stopped: wild: iteration " in output
    wild, other = json.loads((tmp_path / "x.json").read_text())["runs"]
    assert len(wild["records"]) < len(other["records"]) == 300


def test_a_loss_that_is_reached_ends_it_well(run: Run, document: Callable[..., Path], tmp_path: Path) -> None:
    path = document(data='set = "gauss"', training="loss_below = 0.2\nbatch_size = 250")
    status, output, _ = run("train", str(path), "--iterations", "5000", "--csv", str(tmp_path / "x.csv"))
    assert status == 0
    found = losses(tmp_path / "x.csv")
    assert found[-1] < 0.2 <= min(found[:-1])
    assert output.splitlines()[-3].startswith(f"Stopped: the loss of iteration {len(found) - 1:,} is ")


class Pressing(training.Progress):
    """Presses Ctrl-C once so many iterations are made."""

    def __init__(self, at: int) -> None:
        self.at = at

    def show(self, lab: Lab) -> None:
        if lab.iteration >= self.at:
            self.at = 10**9
            signal.raise_signal(signal.SIGINT)

    def end(self) -> None:
        pass


def test_an_interrupt_keeps_whole_iterations(document: Callable[..., Path]) -> None:
    lab, _ = start(load(document()), None)
    before = signal.getsignal(signal.SIGINT)
    ended = train(lab, 10**6, Pressing(300))
    assert ended.interrupted
    assert ended.halts == ()
    assert 300 <= lab.iteration < 10**5
    records = lab.runs[0].records
    assert len(records) == len(records.gradient_norms.rows) == lab.iteration
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_interrupt_is_heard_at_once(document: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    lab, _ = start(load(document()), None)

    def advance(self: Lab, count: int) -> int:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return count

    monkeypatch.setattr(Lab, "advance", advance)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(lab, 100)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_is_ignored_stays_so(document: Callable[..., Path]) -> None:
    lab, _ = start(load(document()), None)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ended = train(lab, 1000, Pressing(100))
    finally:
        signal.signal(signal.SIGINT, before)
    assert not ended.interrupted
    assert lab.iteration == 1000


def test_another_thread_can_train(document: Callable[..., Path]) -> None:
    lab, _ = start(load(document()), None)
    thread = threading.Thread(target=train, args=(lab, 50))
    thread.start()
    thread.join(60)
    assert lab.iteration == 50


@pytest.mark.skipif(sys.platform == "win32", reason="a process on Windows is not sent SIGINT")
def test_ctrl_c_ends_with_what_has_been_recorded(document: Callable[..., Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "visualizer", "train", str(document()), "--iterations", "10000000"]
    command += ["--csv", str(tmp_path / "x.csv")]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        time.sleep(3)  # it is training by then, or still loads: both must end well
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    if output:
        assert "\nInterrupted after " in output
        assert f" {len(losses(tmp_path / 'x.csv')):,} of 10,000,000 iterations.\n" in output


# --- what is refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--iterations", "0"], "“0” is not a whole number from 1 to 10,000,000"),
        (["--iterations", "-5"], "“-5” is not a whole number"),
        (["--iterations", "1e3"], "“1e3” is not a whole number"),
        (["--iterations", "10000001"], "is not a whole number from 1 to 10,000,000"),
        (["--iterations", "9" * 5000], "is not a whole number"),
        (["--iterations", "١"], "is not a whole number"),
        (["--iterations", ""], "“” is not a whole number"),
        (["--seed", "-1"], "“-1” is not a whole number from 0 to 9,223,372,036,854,775,807"),
        (["--seed", "9223372036854775808"], "is not a whole number from 0 to"),
        (["--csv", "none/x.csv"], "--csv none/x.csv cannot be written: the folder none does not exist"),
        (["--json", "none/x.json"], "--json none/x.json cannot be written: the folder none does not exist"),
        (["--csv", "."], "--csv . is a folder: name a file in it"),
        (["--csv", "/dev/null"], "--csv /dev/null is not a regular file"),
        (["--csv", "a" * 300], "cannot be written: File name too long"),
        (["--csv", "x", "--json", "x"], "--csv and --json are both x: name two files"),
        (["--csv", "-", "--json", "-"], "--csv and --json are both -: name two files"),
        (["--csv", "mine.toml"], "--csv mine.toml would take the place of a file that is trained from: name another"),
        (["--json", "./table.csv"], "--json table.csv would take the place of a file that is trained from"),
        (["--iteration", "5"], "unrecognized arguments: --iteration 5"),
        (["more"], "unrecognized arguments: more"),
    ],
)
def test_bad_usage(
    refused: Refused,
    document: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    (tmp_path / "table.csv").write_text("a,b,y\n" + "1,2,3\n2,3,4\n" * 9)
    document(data='file = "table.csv"')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Lab, "advance", lambda *_: pytest.fail("it was trained"))
    assert said in refused("train", "mine.toml", *arguments)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.toml", "table.csv"]


def test_documents_that_cannot_be_trained(refused: Refused, document: Callable[..., Path], tmp_path: Path) -> None:
    assert "neuron-by-hand.toml has no data to train on: it needs a table [data]" in refused("train", "neuron-by-hand")
    assert "did you mean “playground”?" in refused("train", "playgroud")
    assert "is a folder" in refused("train", str(tmp_path))
    path = document(rate=-1)
    assert f"{path}, line 8: training.learning_rate: learning_rate must be a number from" in refused("train", str(path))
    path = document(data='file = "none.csv"')
    assert f"{path}, line 6: data.file: {tmp_path / 'none.csv'} does not exist" in refused("train", str(path))


def test_the_limits_are_those_of_the_engine() -> None:
    from engine.network import MAX_SEED
    from visualizer.session.training.recipe import MAX_ITERATIONS

    assert (options.MAX_SEED, options.MAX_ITERATIONS) == (MAX_SEED, MAX_ITERATIONS)


def test_quiet_says_nothing_of_how_far_it_is(run: Run, document: Callable[..., Path], monkeypatch: Any) -> None:
    monkeypatch.setattr("visualizer.commands.progress.LINE_EVERY", 0.0)
    arguments = ("train", str(document()), "--iterations", "20")
    assert "of 20 iterations" in run(*arguments)[2]
    assert run(*arguments, "--quiet")[2] == ""


def test_a_chapter_of_a_story_is_trained(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "story.csv"
    arguments = ("train", "exploding-gradients", "--chapter", "5", "--iterations", "1", "--csv", str(file), "--quiet")
    status, _, _ = run(*arguments)
    assert status == 0
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [row["run"] for row in rows] == ["10 hidden layers", "30 hidden layers", "50 hidden layers"]
    assert [round(float(row["layer1.gradient_norm"]), -1) for row in rows] == pytest.approx(
        [40, 4890, 440_000], rel=0.03
    )


@pytest.mark.parametrize(("lesson", "chapter"), [("exploding-gradients", "99"), ("neuron-by-hand", "1")])
@pytest.mark.parametrize("command", ["train", "trace", "check"])
def test_a_chapter_that_is_not_there_is_refused(command: str, lesson: str, chapter: str, refused: Refused) -> None:
    assert f"--chapter {chapter}: " in refused(command, lesson, "--chapter", chapter)
