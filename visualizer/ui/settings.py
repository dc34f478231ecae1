"""What the window remembers: its geometry and colours, and the files opened last. Losing any of it harms nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

MOST_RECENT = 8


def settings() -> QSettings:
    """Geometry, panels and colours; a file that is lost or broken gives the defaults."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gradstep", "window")


def _recent_file() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("gradstep")) / "recent.json"


def recent_files() -> list[str]:
    """The files opened last, most recent first; those that are gone are left out."""
    import json

    try:
        listed = json.loads(_recent_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    paths = [path for path in listed if isinstance(path, str)] if isinstance(listed, list) else []
    return [path for path in paths if Path(path).is_file()][:MOST_RECENT]


def remember_file(path: Path) -> None:
    """Put a file at the head of the list; a folder that cannot be written is passed over."""
    import json

    from visualizer.session.files import DocumentError, write_atomically

    absolute = str(path.absolute())
    files = [absolute, *(other for other in recent_files() if other != absolute)][:MOST_RECENT]
    try:
        _recent_file().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_recent_file(), json.dumps(files, indent=1).encode())
    except (OSError, DocumentError):
        return
