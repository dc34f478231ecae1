"""What every test stands on: no display, no access to the user's own settings, and a virtual display on request."""

import atexit
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports Qt: it reads the platform and the settings' folder once, when it loads.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
HOME = Path(tempfile.mkdtemp(prefix="gradstep-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
    folder = HOME / variable.lower()
    folder.mkdir()
    os.environ[variable] = str(folder)

# A slow machine must not fail a property that holds.
settings.register_profile("gradstep", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gradstep")

XVFB_START_TIMEOUT = 20.0  # seconds


# The fast set keeps to what needs neither a window nor a process of its own; the whole suite runs everything.
SLOW_FILES = (
    "test_csv_text.py",
    "test_docs.py",
    "test_gradcheck.py",
    "test_generated.py",
    "test_lab_lessons.py",
    "test_layout.py",
    "test_network.py",
    "test_network_program.py",
    "test_norms.py",
    "test_plan.py",
    "test_scalars.py",
    "test_tables.py",
    "test_updates.py",
)
FAST_ON_SCREEN = ("test_actions.py", "test_theme.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow whole rooms of tests, so that `make check` answers while one waits."""
    for item in items:
        on_screen = "ui" in item.path.parent.parts and item.path.name not in FAST_ON_SCREEN
        in_terminal = item.path.parent.name == "commands"
        if on_screen or in_terminal or item.path.name in SLOW_FILES:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def xvfb() -> Iterator[dict[str, str]]:
    """Start a virtual display; yield the environment in which a subprocess opens real windows on it.

    A process has one QApplication on one platform, so a real-window test runs its window in a subprocess:
    `subprocess.run([sys.executable, ...], env=xvfb)`. Skips, saying why, where a display cannot be had.
    """
    from visualizer.machine import apt_line, missing_packages

    if not sys.platform.startswith("linux"):
        pytest.skip("real-window tests need Xvfb, which is for Linux")
    if shutil.which("Xvfb") is None:
        pytest.skip(f"Xvfb is not installed: {apt_line(['xvfb'])}")
    environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
    environment |= {"QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": "x11"}
    if missing := missing_packages(window=True):
        pytest.skip(f"a window's libraries are missing: {apt_line(missing)}")

    # -displayfd: Xvfb itself picks a free number and says which once it listens. No race, no polling.
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], XVFB_START_TIMEOUT)
        number = os.read(reading, 16).decode().strip() if ready else ""
        if not number:
            server.kill()
            said = server.communicate()[1].decode(errors="replace").strip().splitlines()
            pytest.skip(f"Xvfb did not start: {said[-1] if said else 'it said nothing'}")
        yield environment | {"DISPLAY": f":{number}"}
    finally:
        os.close(reading)
        server.kill()
        server.communicate()
