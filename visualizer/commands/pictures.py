"""Pictures in the terminal: what Qt needs of the machine, and how large they are."""

from __future__ import annotations

import os

DEFAULT_SIZE = (1280, 800)


def prepare_pictures() -> int:
    """Have Qt paint without a display; gives 3, having said why, where the machine cannot."""
    from visualizer import machine

    status = machine.ensure(window=False, install=False)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return status
