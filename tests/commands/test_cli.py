"""The command line as a whole: what it refuses and with which exit code, how it writes, that it loads what it needs."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from visualizer import cli
from visualizer.commands import subject
from visualizer.session.lessons import lesson_names

ROOT = Path(__file__).resolve().parent.parent.parent

BAD = 'format = 1\ntitle = "t"\nprogram = "y = __import__(2)"\n'

Run = Callable[..., tuple[int, str, str]]
Start = Callable[..., subprocess.CompletedProcess[bytes]]


# --- lessons, --version, --help


def test_lessons_are_listed_in_order(run: Run) -> None:
    status, output, _ = run("lessons")
    assert status == 0
    assert [line.split()[0] for line in output.splitlines()] == list(lesson_names())
    assert "One neuron, by hand" in output


def test_version(run: Run) -> None:
    status, output, errors = run("--version")
    assert (status, errors) == (0, "")
    assert output.startswith("gradstep")


@pytest.mark.parametrize("command", [(), *((name,) for name in cli.COMMANDS)])
def test_help(run: Run, command: tuple[str, ...]) -> None:
    status, output, _ = run(*command, "--help")
    assert status == 0
    assert output.startswith("usage: gradstep")
    assert "exit codes: 0 fine, 1 a check failed, 2 bad input or usage, 3 the machine lacks something" in output


LOADED = """
import sys
from visualizer.cli import main
status = main({arguments!r})
print(" ".join(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
sys.exit(status)
"""


def loaded(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", LOADED.format(arguments=arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return set(done.stderr.decode().split())


@pytest.mark.parametrize(
    "arguments",
    [("trace", "neuron-by-hand"), ("trace", "neuron-by-hand", "--format", "json"), ("check", "neuron-by-hand")],
)
def test_no_qt_is_loaded_for_text(arguments: tuple[str, ...]) -> None:
    assert not loaded(*arguments) & {"PySide6", "shiboken6", "pyqtgraph", "networkx"}


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("trace", "--help"), ("lessons",)])
def test_no_numpy_is_loaded_for_a_line(arguments: tuple[str, ...]) -> None:
    assert not loaded(*arguments) & {"PySide6", "shiboken6", "pyqtgraph", "networkx", "numpy", "msgspec"}


# --- bad input and bad usage


@pytest.mark.parametrize("command", ["trace", "check", "export"])
def test_bad_documents(refused: Callable[..., str], tmp_path: Path, command: str) -> None:
    more = ("--step", "last", "--format", "png", "--out", str(tmp_path / "x.png")) if command == "export" else ()
    bad = tmp_path / "bad.toml"
    bad.write_text(BAD)
    assert f"{bad}, line 3: program: there is no operation “__import__”" in refused(command, str(bad), *more)
    assert "is a folder" in refused(command, str(tmp_path), *more)
    assert "does not exist" in refused(command, str(tmp_path / "none.toml"), *more)
    assert "did you mean “neuron-by-hand”" in refused(command, "neuron-by-hnd", *more)
    assert "is neither a file nor a lesson" in refused(command, "", *more)
    assert refused(command, "a" * 5000, *more)
    assert refused(command, "a\0b", *more)
    assert refused(command, "-", *more)


def test_what_cannot_be_run_names_the_file(refused: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "classes.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = cross_entropy(z, t)"\ninputs.z = [1, 2]\ninputs.t = 7\n')
    assert f"{path}: “y” cannot be computed in line 1 of the program: a class index" in refused("trace", str(path))


@pytest.mark.parametrize(
    "arguments",
    [
        ("trace",),
        ("check",),
        ("export",),
        ("trace", "neuron-by-hand", "extra"),
        ("trace", "neuron-by-hand", "--format", "xml"),
        ("trace", "neuron-by-hand", "--form", "json"),
        ("trace", "neuron-by-hand", "--version"),
        ("lessons", "extra"),
        ("check", "neuron-by-hand", "--fast"),
        ("neuron-by-hand", "trace"),
        ("--fast",),
        ("--version=3",),
    ],
)
def test_bad_usage(refused: Callable[..., str], arguments: tuple[str, ...]) -> None:
    assert "error: " in refused(*arguments)


# --- what goes wrong around us


def test_a_mistake_of_ours_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a\nb")

    monkeypatch.setattr(subject, "find", fail)
    status, _, errors = run("trace", "neuron-by-hand")
    assert status == 70
    assert errors.count("\n") == 1
    assert "KeyError" in errors
    assert "--debug" in errors
    for arguments in (["--debug", "trace", "neuron-by-hand"], ["trace", "--debug", "neuron-by-hand"]):
        with pytest.raises(KeyError):
            cli.main(arguments)


def test_too_little_memory(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(subject, "find", fail)
    assert run("trace", "neuron-by-hand")[0] == 3


def test_an_interrupt_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subject, "find", interrupt)
    assert run("trace", "neuron-by-hand") == (130, "", "")


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files and signals")


@posix
def test_a_reader_that_stops_reading(tmp_path: Path) -> None:
    """`gradstep trace large.toml --format json | head -1`: what is left is more than a pipe holds."""
    path = tmp_path / "large.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = sum(x)"\ninputs.x = { shape = [100000], fill = [0.1] }\n')
    command = [sys.executable, "-m", "visualizer", "trace", str(path), "--format", "json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.wait(timeout=60) == 128 + signal.SIGPIPE
        assert process.stderr.read() == b""


@posix
def test_a_full_disk() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "visualizer", "trace", "neuron-by-hand"]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 3
    assert done.stderr == b"gradstep: the output cannot be written: No space left on device\n"


@posix
def test_closed_streams() -> None:
    command = f"exec {sys.executable} -m visualizer trace neuron-by-hand >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("settings", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {}])
def test_output_is_utf_8_in_every_locale(start: Start, settings: dict[str, str]) -> None:
    done = start("trace", "neuron-by-hand", **settings)
    assert done.returncode == 0
    assert "∂o/∂n = ∂o/∂o · (1 − o²)" in done.stdout.decode("utf-8")


def test_an_encoding_that_was_asked_for_is_kept(start: Start) -> None:
    done = start("trace", "neuron-by-hand", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"?o/?n = ?o/?o" in done.stdout


@posix
def test_a_name_that_is_no_text_can_be_told() -> None:
    command = [sys.executable.encode(), b"-m", b"visualizer", b"trace", b"\xff\x1b[31m.toml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"does not exist" in done.stderr
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize("command", ["trace", "train"])
def test_what_a_document_says_does_not_steer_a_terminal(run: Run, tmp_path: Path, command: str) -> None:
    path = tmp_path / "red.toml"
    text = 'format = 1\ntitle = "a\\u001b[31mb\\u0007\\nc"\nlabel = "d\\u001b[0m"\nnetwork = "2-2-1"\n'
    path.write_text(f'{text}[data]\nset = "circle"\n[[compare]]\n')
    more = ("--iterations", "5") if command == "train" else ()
    status, output, _ = run(command, str(path), *more)
    assert status == 0
    assert output.startswith("a�[31mb��c")
    assert "d�[0m" in output
    assert output.replace("\n", "").isprintable()
