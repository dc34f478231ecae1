"""How a command ends: exit codes, which scripts rely on, and the sentence for the person who typed it."""

from __future__ import annotations

FINE = 0
CHECK_FAILED = 1
BAD_INPUT = 2
MACHINE_LACKS_SOMETHING = 3
OUR_FAULT = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it
NOBODY_READS = 141  # 128 + SIGPIPE

EXIT_CODES = """\
exit codes: 0 fine, 1 a check failed, 2 bad input or usage, 3 the machine lacks something,
70 a mistake in gradstep itself, 130 interrupted with Ctrl-C"""


class Stop(Exception):
    """The command cannot go on: one sentence for the person who typed it, and the exit code."""

    def __init__(self, sentence: str, status: int = BAD_INPUT) -> None:
        super().__init__(sentence)
        self.status = status


def explained(error: Exception) -> Stop:
    """What to tell a person about an error."""
    from engine.errors import GradStepError

    if isinstance(error, Stop):
        return error
    if isinstance(error, GradStepError):
        return Stop(str(error), BAD_INPUT)
    if isinstance(error, MemoryError):
        return Stop("there is not enough memory for this", MACHINE_LACKS_SOMETHING)
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in ("PySide6", "shiboken6"):
        return Stop(f"Qt cannot be loaded: {error}", MACHINE_LACKS_SOMETHING)
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return Stop(f"this should not have happened ({reason}); run it again with --debug for the traceback", OUR_FAULT)
