"""What the machine can do is told rightly, quickly, and without importing Qt."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from visualizer import machine, provision

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries are Linux's affair")


class Recorder:
    """Stands in for `subprocess.run`: keeps the commands, runs none, and answers with a status."""

    def __init__(self, status: int = 0) -> None:
        self.commands: list[list[str]] = []
        self.status = status

    def __call__(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append([str(word) for word in command])
        return subprocess.CompletedProcess(command, self.status, "", "")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that lacks three libraries of two packages, and has apt-get but no root."""
    monkeypatch.setattr(machine, "OFFSCREEN_LIBRARIES", {"libgone1": ("libgone.so.1", "libgone-more.so.1")})
    monkeypatch.setattr(machine, "X11_LIBRARIES", {"libwindowless0": ("libwindowless.so.0",)})
    monkeypatch.setattr(machine, "is_root", lambda: False)
    monkeypatch.setattr(provision, "is_root", lambda: False)
    monkeypatch.setattr(provision.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("DISPLAY", ":0")


# --- libraries


@linux
def test_this_machine_can_draw() -> None:
    """The suite draws offscreen, so here nothing is missing for pictures."""
    assert machine.missing_packages(window=False) == []
    assert machine.ensure(window=False, install=False) == 0
    assert provision.qt_problem(window=False) == ""


@linux
def test_looking_is_cheap() -> None:
    """Start-up pays for it: under 10 ms when all is well. The best of some, for a busy machine."""
    taken = []
    for _ in range(10):
        start = time.perf_counter()
        machine.ensure(window=False, install=False)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.010


def test_importing_loads_little() -> None:
    command = "import sys, visualizer.machine; print(*{name.partition('.')[0] for name in sys.modules})"
    root = Path(machine.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", command], cwd=root, capture_output=True, text=True, check=True)
    assert not {"PySide6", "numpy", "networkx", "pyqtgraph", "subprocess", "argparse"} & set(done.stdout.split())


@linux
def test_a_library_outside_the_loaders_cache_is_found_by_loading_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "LOADER_CACHE", tmp_path / "no-cache")
    assert machine.missing_packages(window=False) == []


@linux
@pytest.mark.usefixtures("bare")
def test_every_missing_package_is_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.missing_packages(window=False) == ["libgone1"]
    assert machine.ensure(window=True, install=True) == 3
    told = capsys.readouterr().err
    assert "sudo apt-get install -y --no-install-recommends libgone1 libwindowless0\n" in told


@linux
@pytest.mark.usefixtures("bare")
def test_without_apt_the_libraries_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provision.shutil, "which", lambda name: None)
    assert machine.ensure(window=True, install=True) == 3
    told = capsys.readouterr().err
    assert "libgone.so.1, libgone-more.so.1, libwindowless.so.0" in told
    assert "apt" not in told


@linux
@pytest.mark.usefixtures("bare")
def test_root_installs_what_is_missing_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Recorder()
    monkeypatch.setattr(provision, "is_root", lambda: True)
    monkeypatch.setattr(provision.subprocess, "run", run)
    assert machine.ensure(window=True, install=True) == 3, "the libraries are still not there"
    assert run.commands[0] == ["apt-get", "update", "-q"]
    assert run.commands[1][:2] == ["apt-get", "install"]
    assert run.commands[1][-2:] == ["libgone1", "libwindowless0"]
    assert "apt-get install libgone1 libwindowless0" in capsys.readouterr().out


@linux
@pytest.mark.usefixtures("bare")
def test_nothing_is_installed_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Recorder()
    monkeypatch.setattr(provision, "is_root", lambda: True)
    monkeypatch.setattr(provision.subprocess, "run", run)
    assert machine.ensure(window=True, install=False) == 3
    assert run.commands == []


@linux
@pytest.mark.parametrize(("status", "name"), [(0, "libglib2.0-0t64"), (100, "libglib2.0-0")])
def test_a_renamed_package_is_named_as_apt_knows_it(monkeypatch: pytest.MonkeyPatch, status: int, name: str) -> None:
    monkeypatch.setattr(machine, "OFFSCREEN_LIBRARIES", {"libglib2.0-0": ("libgone.so.1",)})
    monkeypatch.setattr(provision.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(provision.subprocess, "run", Recorder(status))
    assert machine.missing_packages(window=False) == [name]


@linux
def test_a_qt_that_aborts_is_told_and_not_suffered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provision, "PROBE", "import os; os.write(2, b'no plugin could be loaded'); os.abort()")
    assert machine.ensure(window=False, install=True) == 3
    assert "Qt does not start on this machine:\nno plugin could be loaded" in capsys.readouterr().err


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_need_no_packages(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(machine.sys, "platform", system)
    assert machine.missing_packages(window=True) == []
    assert machine.ensure(window=True, install=False) == 0


# --- display


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@linux
def test_no_display_is_none(no_display: pytest.MonkeyPatch) -> None:
    assert not machine.has_display()


@linux
@pytest.mark.parametrize("name", [":987", "unix:987", ":987.0", "nonsense", "localhost:987"])
def test_a_dead_display_is_none(no_display: pytest.MonkeyPatch, name: str) -> None:
    no_display.setenv("DISPLAY", name)
    assert not machine.has_display()


@linux
def test_a_dead_wayland_display_is_none(no_display: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_display.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    no_display.setenv("WAYLAND_DISPLAY", "wayland-987")
    assert not machine.has_display()


@linux
def test_a_living_display_is_one(no_display: pytest.MonkeyPatch, xvfb: dict[str, str]) -> None:
    no_display.setenv("DISPLAY", xvfb["DISPLAY"])
    assert machine.has_display()
    assert machine.ensure(window=True, install=True) == 0


@linux
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=10x10"])
def test_a_platform_without_windows_is_no_display(
    no_display: pytest.MonkeyPatch, xvfb: dict[str, str], platform: str
) -> None:
    no_display.setenv("DISPLAY", xvfb["DISPLAY"])
    no_display.setenv("QT_QPA_PLATFORM", platform)
    assert not machine.has_display()


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_have_a_display(no_display: pytest.MonkeyPatch, system: str) -> None:
    no_display.setattr(machine.sys, "platform", system)
    assert machine.has_display()


@linux
def test_a_display_that_never_answers_is_none(no_display: pytest.MonkeyPatch) -> None:
    started = time.perf_counter()
    assert not machine._within(0.05, lambda: threading.Event().wait(2) or True)
    assert time.perf_counter() - started < 1
