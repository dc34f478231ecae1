"""Stepping by itself, forwards or backwards, at a chosen speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from visualizer.session.session import Session

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # steps a second
USUAL = SPEEDS.index(2.0)


class Player(QObject):
    """Moves a session at its present depth until an end or an open question.

    ``playing_changed`` carries whether it plays, ``speed_changed`` the speed in steps a second.
    """

    playing_changed = Signal(bool)
    speed_changed = Signal(float)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._direction = 1
        self._speed = USUAL
        self._timer = QTimer(self, interval=self._interval())
        self._timer.timeout.connect(self._step)

    def set_session(self, session: Session) -> None:
        """What is played from now on."""
        self.pause()
        self._session = session

    def toggle(self) -> None:
        """Pause, or play on; from the start where the end is reached."""
        if self._timer.isActive():
            self.pause()
        elif self._session is not None:
            if self._session.at_end:
                self._session.first()
            self.play(1)

    def play(self, direction: int) -> None:
        """Step on by itself, forwards (1) or backwards (-1)."""
        self._direction = direction
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop playing."""
        self._timer.stop()
        self.playing_changed.emit(False)

    @property
    def playing(self) -> bool:
        """True while stepping by itself."""
        return self._timer.isActive()

    @property
    def interval(self) -> int:
        """From one step to the next, in ms."""
        return self._timer.interval()

    def change_speed(self, by: int) -> None:
        """Faster or slower by so many places."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        self._timer.setInterval(self._interval())
        self.speed_changed.emit(SPEEDS[self._speed])

    def cycle_speed(self) -> None:
        """The next speed, the slowest after the fastest."""
        self.change_speed(1 if self._speed + 1 < len(SPEEDS) else -len(SPEEDS))

    def _interval(self) -> int:
        return round(1000 / SPEEDS[self._speed])

    def _step(self) -> None:
        session = self._session
        if session is None:
            return
        if self._direction > 0:
            session.step_forward()
        else:
            session.step_back()
        if session.asking or (session.at_end if self._direction > 0 else session.at_start):
            self.pause()
