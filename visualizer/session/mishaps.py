"""What to tell a person of an error that a worker has met: it must neither die of it nor show a traceback."""

from __future__ import annotations

import traceback


def sentence_of(error: Exception, memory: str) -> str:
    """One sentence; ``memory`` is what there may be too little of it for. A mistake of ours is told to the terminal."""
    if isinstance(error, ValueError):  # every error that input can cause is one
        return str(error)
    if isinstance(error, MemoryError):
        return f"there is not enough memory {memory}"
    traceback.print_exception(error)
    return f"something went wrong in GradStep itself ({type(error).__name__})"
