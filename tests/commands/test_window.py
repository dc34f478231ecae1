"""``gradstep``: the window on what was typed, and what stands for it where there is no display."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from visualizer import machine
from visualizer.session.lessons import lesson_names, lesson_path

Run = Callable[..., tuple[int, str, str]]
Start = Callable[..., subprocess.CompletedProcess[bytes]]
Asked = list[tuple[Any, ...]]


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(machine, "has_display", lambda: False)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("no_display")
def test_without_a_display_the_neuron_is_told_and_the_lessons_are_painted(run: Run, exports: Asked) -> None:
    status, output, errors = run()
    assert status == 0
    assert errors.count("\n") == 1
    assert "there is no display" in errors
    assert output.startswith("One neuron, by hand\n")
    assert [asked[3] for asked in exports] == [Path(f"gradstep-pictures/{name}.png") for name in lesson_names()]
    assert all(f"gradstep-pictures/{name}.png" in output for name in lesson_names())
    assert exports[0][1:3] == ([15], "png")  # the neuron's last message
    assert Path("gradstep-pictures").is_dir()


@pytest.mark.usefixtures("no_display")
def test_without_a_display_the_named_document_is_told(run: Run, exports: Asked, document: Path) -> None:
    status, output, _ = run(str(document))
    assert status == 0
    assert output.startswith("Mine\n")
    assert exports[-1][0] == "Mine"
    assert exports[-1][3] == Path("gradstep-pictures/mine.png")


@pytest.mark.usefixtures("no_display")
def test_a_document_with_a_lessons_name_gets_a_picture_of_its_own(run: Run, exports: Asked, document: Path) -> None:
    document = document.rename(document.with_name("neuron-by-hand.toml"))
    assert run(str(document))[0] == 0
    assert exports[-1][3] == Path("gradstep-pictures/neuron-by-hand-document.png")
    exports.clear()
    assert run(str(lesson_path("neuron-by-hand")))[0] == 0
    assert len(exports) == len(lesson_names())


@pytest.mark.usefixtures("no_display")
def test_without_a_display_a_bad_document_is_refused(refused: Callable[..., str]) -> None:
    assert "does not exist" in refused("none.toml")


@pytest.mark.usefixtures("no_display", "bare")
def test_without_qts_libraries_the_text_is_still_written(run: Run) -> None:
    status, output, errors = run("linear-under-the-hood")
    assert status == 3
    assert output.startswith("A linear layer under the hood\n")
    assert "apt-get install" in errors


def test_where_no_pictures_can_be_kept(run: Run, exports: Asked, no_display: Path) -> None:
    (no_display / "gradstep-pictures").write_text("in the way")
    status, output, errors = run()
    assert status == 3
    assert output.startswith("One neuron, by hand\n")
    assert "the folder gradstep-pictures cannot be made here: File exists" in errors


@pytest.mark.slow
def test_a_fresh_machine_without_a_display_gets_text_and_pictures(start: Start, tmp_path: Path) -> None:
    done = start(folder=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr.decode()
    pictures = sorted(path.stem for path in (tmp_path / "gradstep-pictures").iterdir())
    assert pictures == sorted(lesson_names())


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """A machine with a display; the list keeps what windows were opened on."""
    opened: list[str | None] = []

    def run(argument: str | None) -> int:
        opened.append(argument)
        return 0

    monkeypatch.setattr(machine, "has_display", lambda: True)
    monkeypatch.setattr(machine, "ensure", lambda window, install: 0)
    monkeypatch.setattr("visualizer.ui.app.run", run)
    return opened


def test_the_window_opens_on_what_was_typed(run: Run, opened: list[str | None], document: Path) -> None:
    assert [run()[0], run("neuron-by-hand")[0], run(str(document))[0]] == [0, 0, 0]
    assert opened == [None, "neuron-by-hand", str(document)]


def test_no_window_opens_on_a_bad_document(refused: Callable[..., str], opened: list[str | None]) -> None:
    assert "is neither a file nor a lesson" in refused("nothing")
    assert opened == []


def test_a_window_without_its_libraries(run: Run, monkeypatch: pytest.MonkeyPatch, opened: list[str | None]) -> None:
    monkeypatch.setattr(machine, "ensure", lambda window, install: 3 if window else 0)
    assert run()[0] == 3
    assert opened == []
