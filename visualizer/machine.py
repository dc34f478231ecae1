"""What this machine can do: Qt's system libraries, and a display that answers.

Qt on Linux loads system libraries that pip cannot install. Without them an import fails, or, worse, the window's
plugin aborts the process and always blames xcb-cursor whatever is missing. So this module looks first, without
importing Qt, and names everything in one line that can be pasted into a terminal.

Looking costs well under 10 ms when all is well: the dynamic loader's cache is searched for the names, and only a
name that is not there is asked of the loader itself. What to do about a missing library is `visualizer.provision`'s
affair, loaded only then. `ensure(..., install=True)` also starts Qt in a subprocess, where an abort does no harm.

Only the standard library is imported here, and of it what a start has loaded anyway. The Makefile calls
`python -m visualizer.machine [--install] [--window | --window-if-display]`.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

FINE = 0
MACHINE_LACKS_SOMETHING = 3

# package (Debian and Ubuntu names) -> the libraries of it that Qt opens. The lists are what `objdump -p` says that
# the Qt libraries and platform plugins need, less what comes with every C and C++ runtime.
OFFSCREEN_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "libgl1": ("libGL.so.1",),
    "libegl1": ("libEGL.so.1",),
    "libglib2.0-0": ("libglib-2.0.so.0", "libgthread-2.0.so.0"),
    "libfontconfig1": ("libfontconfig.so.1",),
    "libfreetype6": ("libfreetype.so.6",),
    "libdbus-1-3": ("libdbus-1.so.3",),
    "libxkbcommon0": ("libxkbcommon.so.0",),
    "libx11-6": ("libX11.so.6",),
    "libzstd1": ("libzstd.so.1",),
    "zlib1g": ("libz.so.1",),
}
X11_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "libxcb-cursor0": ("libxcb-cursor.so.0",),
    "libxcb-icccm4": ("libxcb-icccm.so.4",),
    "libxcb-keysyms1": ("libxcb-keysyms.so.1",),
    "libxcb-shape0": ("libxcb-shape.so.0",),
    "libxkbcommon-x11-0": ("libxkbcommon-x11.so.0",),
    "libx11-xcb1": ("libX11-xcb.so.1",),
    "libxcb1": ("libxcb.so.1",),
    "libxcb-image0": ("libxcb-image.so.0",),
    "libxcb-randr0": ("libxcb-randr.so.0",),
    "libxcb-render0": ("libxcb-render.so.0",),
    "libxcb-render-util0": ("libxcb-render-util.so.0",),
    "libxcb-shm0": ("libxcb-shm.so.0",),
    "libxcb-sync1": ("libxcb-sync.so.1",),
    "libxcb-util1": ("libxcb-util.so.1",),
    "libxcb-xfixes0": ("libxcb-xfixes.so.0",),
    "libxcb-xkb1": ("libxcb-xkb.so.1",),
}
WAYLAND_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "libwayland-client0": ("libwayland-client.so.0",),
    "libwayland-cursor0": ("libwayland-cursor.so.0",),
}
LOADER_CACHE = Path("/etc/ld.so.cache")
DISPLAY_TIMEOUT = 5.0  # seconds; a display on a host that drops packets would otherwise block for minutes
PLATFORMS_WITHOUT_DISPLAY = ("offscreen", "minimal", "vnc", "linuxfb")

# --- libraries


def needed_libraries(window: bool) -> dict[str, tuple[str, ...]]:
    """Return package -> libraries that Qt needs here, for pictures alone or for a window too; empty off Linux."""
    if not sys.platform.startswith("linux"):
        return {}
    needed = dict(OFFSCREEN_LIBRARIES)
    if window:
        needed.update(WAYLAND_LIBRARIES if _shows_on_wayland_alone() else X11_LIBRARIES)
    return needed


def missing_libraries(window: bool) -> dict[str, tuple[str, ...]]:
    """Return package -> those of its libraries that the dynamic loader cannot find."""
    try:
        cache = LOADER_CACHE.read_bytes()
    except OSError:  # another C library, or a system without a cache: ask the loader about each
        cache = b""
    missing = {}
    for package, names in needed_libraries(window).items():
        absent = tuple(name for name in names if name.encode() + b"\0" not in cache and not _loads(name))
        if absent:
            missing[package] = absent
    return missing


def missing_packages(window: bool) -> list[str]:
    """Return the Debian packages that Qt needs and this machine lacks, named as this system's apt names them."""
    missing = missing_libraries(window)
    if not missing:
        return []
    from visualizer.provision import name_known_to_apt

    return [name_known_to_apt(package) for package in missing]


def apt_line(packages: Iterable[str]) -> str:
    """Return the one command that installs the packages."""
    prefix = "" if is_root() else "sudo "
    return f"{prefix}apt-get update && {prefix}apt-get install -y --no-install-recommends {' '.join(packages)}"


def _loads(library: str) -> bool:
    """Tell whether the loader opens the library: it knows LD_LIBRARY_PATH and folders outside its cache."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def is_root() -> bool:
    return getattr(os, "geteuid", lambda: -1)() == 0


# --- display


def has_display() -> bool:
    """Tell whether a window can be shown: a display is named, and it answers.

    A DISPLAY left over from a closed connection names a server that is gone; Qt would abort on it.
    """
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform.split(":")[0] in PLATFORMS_WITHOUT_DISPLAY:
        return False
    if not sys.platform.startswith("linux"):
        return True
    if platform.startswith("wayland"):
        return _wayland_answers()
    if platform.startswith("xcb"):
        return _x11_answers()
    return _x11_answers() or _wayland_answers()


def _shows_on_wayland_alone() -> bool:
    """Tell whether Qt will use its Wayland plugin because nothing else is offered."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform:
        return platform.startswith("wayland")
    return bool(os.environ.get("WAYLAND_DISPLAY")) and not os.environ.get("DISPLAY")


def _x11_answers() -> bool:
    """Connect to DISPLAY as Qt will, with the library that Qt uses, so that a refused key counts as no display."""
    display = os.environ.get("DISPLAY")
    if not display:
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:  # not installed yet: believe the socket, for the libraries that a window needs come next
        number = display.rpartition(":")[2].split(".")[0]
        return Path(f"/tmp/.X11-unix/X{number}").exists()
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)

    def connects() -> bool:
        connection = xcb.xcb_connect(None, None)
        refused = xcb.xcb_connection_has_error(connection)
        xcb.xcb_disconnect(connection)
        return not refused

    return _within(DISPLAY_TIMEOUT, connects)


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    try:
        wayland = ctypes.CDLL("libwayland-client.so.0")
    except OSError:
        return (Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name).exists()
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_connect.argtypes = (ctypes.c_char_p,)
    wayland.wl_display_disconnect.argtypes = (ctypes.c_void_p,)

    def connects() -> bool:
        connection = wayland.wl_display_connect(None)
        if connection:
            wayland.wl_display_disconnect(connection)
        return bool(connection)

    return _within(DISPLAY_TIMEOUT, connects)


def _within(seconds: float, question: Callable[[], bool]) -> bool:
    """Ask in a thread that may be left behind: the answer, or False when it does not come in time."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(question()), daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answers and answers[0])


# --- making it so


def ensure(window: bool, install: bool) -> int:
    """Make sure that Qt can start here; return 0, or 3 after saying what is missing.

    `window` asks for the libraries of a window too, not only of pictures. With `install`, missing packages are
    installed where apt-get and root rights are at hand, and Qt is started once in a subprocess to prove it.
    """
    missing = missing_libraries(window)
    if not missing and not install:
        return FINE
    from visualizer import provision

    if missing and install and provision.can_install():
        provision.install(missing)
        missing = missing_libraries(window)
    if missing:
        provision.say_what_is_missing(missing)
        return MACHINE_LACKS_SOMETHING
    if install and (problem := provision.qt_problem(window)):
        print(f"Qt does not start on this machine:\n{problem}", file=sys.stderr)
        return MACHINE_LACKS_SOMETHING
    return FINE


def main(arguments: Sequence[str] | None = None) -> int:
    import argparse

    parser = argparse.ArgumentParser(prog="python -m visualizer.machine", description="Check what Qt needs here.")
    parser.add_argument("--install", action="store_true", help="install what is missing, with apt-get as root")
    parser.add_argument("--window", action="store_true", help="what a window needs too, not only pictures")
    parser.add_argument("--window-if-display", action="store_true", help="--window where a display answers")
    chosen = parser.parse_args(arguments)
    window = chosen.window or (chosen.window_if_display and has_display())
    return ensure(window=window, install=chosen.install)


if __name__ == "__main__":
    sys.exit(main())
