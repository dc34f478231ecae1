"""What the keys of a debugger mean where a person is: among the steps of one iteration, or among iterations.

F5, F10, F11 and their like are the same keys at both depths. A driver says what each does, and whether it can be done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from visualizer.session.session import Session
    from visualizer.ui.laboratory import Laboratory
    from visualizer.ui.player import Player

# What can be done, by the names of the commands.
MOVES = (
    "play", "continue", "stop", "reverse", "forward", "back", "into", "out", "walk", "whole", "first", "last", "slower",
    "faster",
)  # fmt: skip


class Driver(Protocol):
    """One depth of the debugger."""

    def do(self, move: str) -> None:
        """Make one of ``MOVES``."""

    def can(self, move: str) -> bool:
        """Whether it would do anything now."""


class StepDriver:
    """Among the steps of one iteration. ``enter`` goes a level down, ``leave`` out of the steps, None where there is
    nothing around them."""

    def __init__(
        self, session: Session, player: Player, enter: Callable[[], None], leave: Callable[[], None] | None
    ) -> None:
        self._session = session
        self._moves: dict[str, Callable[[], object]] = {
            "play": player.toggle,
            "continue": lambda: player.play(1),
            "stop": player.pause,
            "reverse": lambda: player.play(-1),
            "forward": session.step_forward,
            "back": session.step_back,
            "into": enter,
            "out": self._out,
            "walk": session.walk,
            "whole": self._whole,
            "first": session.first,
            "last": session.last,
            "slower": lambda: player.change_speed(-1),
            "faster": lambda: player.change_speed(1),
        }
        self._leave = leave

    def do(self, move: str) -> None:
        """Make one of ``MOVES``."""
        self._moves[move]()

    def can(self, move: str) -> bool:
        """Whether it would do anything now."""
        if move in ("forward", "last", "continue"):
            return not self._session.at_end
        if move in ("back", "first", "reverse"):
            return not self._session.at_start
        inside = self._session.level != "layer" or self._session.position.path >= 0
        if move == "walk":
            return self._session.level == "layer"
        if move == "whole":
            return self._session.position.path >= 0
        return move != "out" or self._leave is not None or inside

    def _out(self) -> None:
        if self._session.level != "layer" or self._session.position.path >= 0 or self._leave is None:
            self._session.step_out()
        else:
            self._leave()

    def _whole(self) -> None:
        if self._session.position.path >= 0:
            self._session.step_out()


class TrainDriver:
    """Among iterations: those of the laboratory's runs."""

    def __init__(self, laboratory: Laboratory) -> None:
        trainer = laboratory.trainer
        self._laboratory, self._trainer = laboratory, trainer
        self._moves: dict[str, Callable[[], object]] = {
            "play": self._toggle,
            "continue": laboratory.run,
            "stop": trainer.pause,
            "forward": lambda: laboratory.run(1),
            "back": lambda: self._go_by(-1),
            "into": laboratory.enter,
            "first": lambda: laboratory.go(0),
            "last": lambda: laboratory.go(trainer.lab.recorded if trainer.lab else 0),
            "slower": lambda: trainer.change_pace(-1),
            "faster": lambda: trainer.change_pace(1),
        }

    def do(self, move: str) -> None:
        """Make one of ``MOVES``."""
        if move in self._moves:
            self._moves[move]()

    def can(self, move: str) -> bool:
        """Whether it would do anything now."""
        trainer = self._trainer
        if trainer.lab is None or move not in self._moves:
            return False
        if move in ("continue", "forward"):
            return not trainer.running
        if move == "stop":
            return trainer.running
        if move in ("back", "first"):
            return trainer.lab.iteration > 0
        if move == "last":
            return trainer.lab.iteration < trainer.lab.recorded
        return True

    def _toggle(self) -> None:
        if self._trainer.running:
            self._trainer.pause()
        else:
            self._laboratory.run()

    def _go_by(self, by: int) -> None:
        self._trainer.pause()
        if self._trainer.lab is not None:
            self._laboratory.go(max(self._trainer.lab.iteration + by, 0))
