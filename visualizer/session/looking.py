"""What a person looks at in one trace: picks, focus, what was found, questions and cards."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from engine import Trace
from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.session import anchors, cursor
from visualizer.session.card import Card, build_card
from visualizer.session.change import Change
from visualizer.session.cursor import Position
from visualizer.session.depth_card import neuron_card, scalar_card
from visualizer.session.document import Document
from visualizer.session.scene import Scene
from visualizer.session.standing import Standing

if TYPE_CHECKING:
    from visualizer.session.finding import Found

MOST_CARDS = 64  # that are kept, for coming back to


class Looking(Standing):
    """Holds ``picked`` (the element whose arithmetic is shown), ``selected`` (a node) and ``hovered`` (what the pointer
    is on), ``focus`` (all but its ancestors and descendants fades), ``found`` and the steps ``revealed``. All are of
    arrays and their elements at every level, so they carry over.
    """

    def _look_at(self, document: Document, trace: Trace, scene: Scene) -> None:
        """Begin with another trace; the place and the level stay."""
        super()._look_at(document, trace, scene)
        self.picked: Reference | None = None
        self.hovered: Reference | None = None
        self.selected: int | None = None
        self.focus: Reference | None = None
        self.found: Found | None = None
        self.revealed: set[int] = set()
        self._sections = anchors.sections(document, trace)
        self._cards: dict[tuple[object, ...], Card] = {}

    def _left(self, position: Position) -> Change:
        if position.step != self.position.step:
            self.picked = None
        self.position = position
        return Change.LEVEL if self.found is not None and self._find_again() else Change(0)

    def glimpse(self, position: Position) -> Self:
        """This session as it would be after a move to ``position``, to look at only: nobody is told of it."""
        other = super().glimpse(position)
        if position.step != self.position.step:
            other.picked = None
        return other

    # Picking --------------------------------------------------------------------------------------------------------

    def pick(self, reference: Reference | None) -> None:
        """Choose the element whose arithmetic, or whose terms, are to be seen."""
        if reference != self.picked:
            self.picked = reference
            self._tell(Change.PICK)

    def select(self, node: int | None) -> None:
        """Choose a node; its steps are shown on the timeline."""
        if node != self.selected:
            self.selected = node
            self._tell(Change.PICK)

    def hover(self, reference: Reference | None) -> None:
        """Say what the pointer is on, so that it lights up everywhere."""
        if reference != self.hovered:
            self.hovered = reference
            self._tell(Change.HOVER)

    def set_focus(self, focus: Reference | None) -> None:
        """Let all fade but what this depends on and what depends on it; None ends that."""
        if focus != self.focus:
            self.focus = focus
            self._tell(Change.LEVEL)

    def steps_touching(self, node: int) -> tuple[int, ...]:
        """The positions of all steps in which a node takes part: computed, used, sending or receiving, updated."""
        graph = self.trace.graph
        found = []
        for position, step in enumerate(self.trace.steps, start=1):
            uses = step.phase == "forward" and node in graph.nodes[step.node].inputs
            if step.node == node or self.trace.receiver(step) == node or uses:
                found.append(position)
        return tuple(found)

    # Finding --------------------------------------------------------------------------------------------------------

    def find(self, text: str) -> None:
        """Look for values by name, by operation or by a condition; nothing is found with "". Raises GradStepError."""
        from visualizer.session.finding import find

        self.found = find(self, text) if text.strip() else None
        self._tell(Change.LEVEL)

    def _find_again(self) -> bool:
        """Other elements may meet a condition at another place; True where other ones do."""
        from visualizer.session.finding import find

        before = self.found
        assert before is not None
        found = find(self, before.text)
        kept = before.current
        if kept is not None and kept in found.matches:
            found = replace(found, at=found.matches.index(kept))
        self.found = found
        return found != before

    def find_next(self, by: int) -> None:
        """Go so many matches on, and select what is there."""
        if self.found is None or not self.found.matches:
            return
        self.found = self.found.moved(by)
        match = self.found.matches[self.found.at]
        self.selected, self.picked = match.node, match if match.index is not None else None
        self._tell(Change.LEVEL | Change.PICK)

    # Questions ------------------------------------------------------------------------------------------------------

    @property
    def sections(self) -> tuple[tuple[int, str], ...]:
        """The lesson's sections: (position of the first step, title)."""
        return self._sections

    @property
    def asking(self) -> bool:
        """True while the present step's numbers are hidden behind its question."""
        return self.asks_at(self.position.step)

    def asks_at(self, step: int) -> bool:
        """True where that step has a question that has not been answered."""
        if step in self.revealed:
            return False
        note = anchors.note_at(self.document, self.trace, step)
        return note is not None and bool(note.ask)

    def reveal(self) -> None:
        """Show the numbers behind the question of the present step."""
        if self.asking:
            self.revealed.add(self.position.step)
            self._tell(Change.REVEAL)

    def answer(self, numbers: tuple[float, ...]) -> bool:
        """Check a guess at the present step's result, row by row, as exact as people round; a right one reveals it."""
        step = cursor.current_step(self.trace, self.position)
        if step is None:
            raise GradStepError("there is no question before the first step")
        result = self.card.result.ravel() if self.card.result is not None else ()
        right = len(numbers) == len(result) and all(
            math.isclose(guess, true, rel_tol=5e-3, abs_tol=5e-4) for guess, true in zip(numbers, result, strict=True)
        )
        if right:
            self.reveal()
        return right

    @property
    def scalar_shown(self) -> int:
        """How many of them may be seen: none of a step that is asked about."""
        return self._scalar_moves.before(self.position) if self.asking else self.scalar_place

    # Cards ----------------------------------------------------------------------------------------------------------

    @property
    def card(self) -> Card:
        """The step card for the present place, in the terms of the level."""
        key = (self.level, self.sample, self._around, self.position, self.picked, self.asking)
        return self._kept(key, self._build_card)

    def _kept(self, key: tuple[object, ...], build: Callable[[], Card]) -> Card:
        """The card for ``key``, built where it is not there."""
        if key not in self._cards:
            card = build()
            if len(self._cards) >= MOST_CARDS:
                self._cards.clear()
            self._cards[key] = card
        return self._cards[key]

    def _build_card(self) -> Card:
        position = self.position
        if position.step == 0 or self.asking or self.level == "layer":
            return self._whole_card(position)
        # All parts and numbers of a step share the card of the whole of it.
        step = Position(position.iteration, position.step)
        whole = self._kept((step, self.picked), lambda: self._whole_card(step))
        whole = replace(whole, position=position)
        if self.level == "neuron":
            moves = self._neuron_moves
            part = moves.part(position)
            assert part is not None
            count = (moves.unit(position) + 1, moves.count(position))
            return neuron_card(self.document, self.trace, whole, self.units, part, count, self.sample, self.picked)
        return scalar_card(self.document, self.scalars, whole, self.scalar_place)

    def _whole_card(self, position: Position) -> Card:
        return build_card(self.document, self.trace, position, self.picked, self.asking)
