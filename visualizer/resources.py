"""Where the data files (lessons, fonts, icons) are, in a source tree and in an installed package."""

from pathlib import Path


def assets_folder() -> Path:
    """Return the folder that holds `fonts/`, `lessons/` and the other data.

    An installed package carries a copy beside its modules; a source tree, editable installs included, keeps the
    one original at its top level, so that editing a lesson there is seen at the next start.
    """
    package = Path(__file__).resolve().parent
    packaged = package / "assets"
    return packaged if packaged.is_dir() else package.parent / "assets"
