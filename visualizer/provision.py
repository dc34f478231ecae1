"""Bring a machine to where Qt starts: install what `visualizer.machine` found missing, or say what to install.

Apart from it because a machine that lacks nothing, as most do, should not spend its start on loading this.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from visualizer.machine import apt_line, has_display, is_root

# Debian 13 and Ubuntu 24.04 renamed the packages whose 64-bit time interface changed.
NEWER_NAMES: Mapping[str, str] = {"libglib2.0-0": "libglib2.0-0t64"}

PROBE = """
from PySide6 import QtGui, QtSvg, QtWidgets
application = QtWidgets.QApplication(["gradstep"])
widget = QtWidgets.QWidget()
widget.grab()
"""


def can_install() -> bool:
    """Tell whether packages can be installed from here: there is apt-get, and we are root."""
    return shutil.which("apt-get") is not None and is_root()


def name_known_to_apt(package: str) -> str:
    """Return the package's name in this release, or the older one where apt does not know."""
    newer = NEWER_NAMES.get(package)
    if newer is None or shutil.which("apt-cache") is None:
        return package
    shown = subprocess.run(["apt-cache", "show", newer], capture_output=True, check=False)
    return newer if shown.returncode == 0 else package


def qt_problem(window: bool) -> str:
    """Start Qt in a subprocess, on the display if a window is wanted and one answers, else offscreen.

    Returns "" when it came up, else what it said and what `ldd` misses.
    """
    environment = dict(os.environ)
    if not (window and has_display()):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-c", PROBE]
    probe = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if probe.returncode == 0:
        return ""
    said = probe.stderr.strip() or f"the process ended with status {probe.returncode}"
    unfound = _libraries_that_ldd_misses()
    return said + (f"\nLibraries not found: {', '.join(unfound)}" if unfound else "")


def _libraries_that_ldd_misses() -> list[str]:
    """Return the libraries, beyond our table, that the installed Qt needs and `ldd` does not find."""
    specification = importlib.util.find_spec("PySide6")
    if specification is None or shutil.which("ldd") is None:
        return []
    qt = Path(next(iter(specification.submodule_search_locations or ()))) / "Qt"
    plugins = [qt / "plugins" / "platforms" / name for name in ("libqoffscreen.so", "libqxcb.so")]
    listing = subprocess.run(["ldd", *plugins], capture_output=True, text=True, check=False).stdout
    return sorted({line.split()[0] for line in listing.splitlines() if "not found" in line})


def install(missing: Mapping[str, Sequence[str]]) -> None:
    """Install with apt-get; whether it worked is told by looking for the libraries again."""
    print("GradStep: Qt needs system packages that are missing here; installing them with apt-get.", flush=True)
    run = partial(subprocess.run, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)
    run(["apt-get", "update", "-q"])
    # Named after the update: a fresh container knows no package, and so no newer name, before it.
    packages = [name_known_to_apt(package) for package in missing]
    print(f"GradStep: apt-get install {' '.join(packages)}", flush=True)
    run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages])


def say_what_is_missing(missing: Mapping[str, Sequence[str]]) -> None:
    """Print the one line that installs it all; where there is no apt-get, the names of the libraries."""
    if shutil.which("apt-get"):
        print("GradStep: Qt needs system packages that are missing here. Please run:", file=sys.stderr)
        print(f"    {apt_line(name_known_to_apt(package) for package in missing)}", file=sys.stderr)
        return
    libraries = ", ".join(name for names in missing.values() for name in names)
    print(f"GradStep: Qt needs libraries that are missing here: {libraries}", file=sys.stderr)
    print("Please install them with this system's package manager.", file=sys.stderr)
