"""What is said of a unit, a bias or an edge under the pointer, in full precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.expression import Reference

if TYPE_CHECKING:
    from visualizer.session.session import Session


def neuron_words(session: Session, hit: tuple[int, Reference | None]) -> str:
    """The tooltip for what ``NeuronScene.hit`` found."""
    raise NotImplementedError
