"""A virtual display for benchmarks that measure real windows too."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from visualizer.machine import missing_packages

START_TIMEOUT = 20.0  # seconds


@contextmanager
def virtual_display() -> Iterator[Mapping[str, str] | str]:
    """The environment of a process that opens its windows on an Xvfb of its own, or the reason why there is none."""
    reason = ""
    if not sys.platform.startswith("linux"):
        reason = "it is for Linux"
    elif shutil.which("Xvfb") is None:
        reason = "install the package xvfb"
    elif missing := missing_packages(window=True):
        reason = f"a window needs {' '.join(missing)}"
    if reason:
        yield reason
        return
    reading, writing = os.pipe()  # Xvfb picks a free number itself and says which
    # -noreset: a desktop is never without clients, and so never begins anew when one leaves.
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1200x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], START_TIMEOUT)
        number = os.read(reading, 16).decode().strip() if ready else ""
        if number:
            environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
            yield environment | {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}", "XDG_SESSION_TYPE": "x11"}
        else:
            yield "it did not start"
    finally:
        os.close(reading)
        server.kill()
        server.wait()
