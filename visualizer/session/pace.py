"""Long work that can be stopped and that tells how far it is."""

from collections.abc import Callable
from dataclasses import dataclass


class Cancelled(Exception):
    """The work was stopped because nobody waits for it any more; there is no result."""


def never() -> bool:
    """Not cancelled."""
    return False


def nobody(done: float) -> None:
    """Progress that is told to nobody."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What work asks and tells on its way: ``check`` often, at least every 50 ms, and ``reach`` at each milestone.

    ``cancelled`` says whether to stop; ``progress`` hears of what is done, from ``low`` to ``high``.
    """

    cancelled: Callable[[], bool] = never
    progress: Callable[[float], None] = nobody
    low: float = 0.0
    high: float = 1.0

    def check(self) -> None:
        """Raises Cancelled once the work has been cancelled."""
        if self.cancelled():
            raise Cancelled("the work was cancelled")

    def reach(self, done: float) -> None:
        """Tell that ``done`` of this work is done, from 0 to 1; raises Cancelled as ``check`` does."""
        self.check()
        self.progress(self.low + (self.high - self.low) * done)

    def part(self, low: float, high: float) -> "Pace":
        """The pace of a part of the work, which counts from 0 to 1 on its own."""
        length = self.high - self.low
        return Pace(self.cancelled, self.progress, self.low + length * low, self.low + length * high)


UNHURRIED = Pace()
