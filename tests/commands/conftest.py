"""What tests of the terminal stand on: the command line run in this process, or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from visualizer import cli, machine

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = 'format = 1\ntitle = "Mine"\nprogram = "y = x * w"\ninputs.x = 2.0\nparameters.w = 3.0\n'

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process; gives the exit code, the output and the errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err

    return run


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """Run what must be refused with status 2; gives the one sentence that it is refused with."""

    def refused(*arguments: str) -> str:
        status, output, errors = run(*arguments)
        assert (status, output) == (2, "")
        sentence = errors.splitlines()[-1]
        assert sentence.startswith("gradstep")
        return sentence

    return refused


@pytest.fixture
def start() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the command line in a process of its own."""

    def start(*arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "visualizer", *arguments]
        variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        return subprocess.run(command, cwd=folder, env=variables, capture_output=True, check=False, timeout=120)

    return start


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Stands in for the painter: keeps what it was asked for."""
    asked: list[tuple[Any, ...]] = []

    def export(document: Any, steps: Any, *rest: Any) -> list[Path]:
        asked.append((getattr(document, "document", document).title, list(steps), *rest))
        return [rest[1]]

    monkeypatch.setattr("visualizer.ui.export.export_pictures", export)
    return asked


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Qt's libraries."""
    monkeypatch.setattr(machine, "missing_libraries", lambda window: {"libgone1": ("libgone.so.1",)})
