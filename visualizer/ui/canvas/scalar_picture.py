"""The picture of single numbers, for the canvas: boxes as of arrays, but of another trace."""

from __future__ import annotations

from engine.expression import Reference
from engine.scalars import Scalars
from visualizer.session.formatting import full_text
from visualizer.session.lighting import Lighting
from visualizer.session.scalar import scalar_lighting
from visualizer.session.scalar.labels import labels_of
from visualizer.session.scene import Scene
from visualizer.session.session import Session
from visualizer.ui.canvas.layer_picture import LayerPicture
from visualizer.ui.canvas.picture import Hit
from visualizer.ui.canvas.walking import Stops, scene_stops
from visualizer.ui.canvas.words import reference_text, still_to_come
from visualizer.ui.theme import Theme


class ScalarPicture(LayerPicture):
    """Paints the scene of single numbers. What is under a point is (array, its element, the node of the number)."""

    def __init__(self, scene: Scene, scalars: Scalars, theme: Theme, outlines: bool = False) -> None:
        super().__init__(scene, theme, outlines)
        self._scalars = scalars
        nodes = [node for node, whole in enumerate(scalars.is_element) if whole]
        self._elements = {(scalars.origin[node].node, scalars.origin[node].index): node for node in nodes}
        self._first = {scalars.origin[node].node: node for node in reversed(nodes)}

    def _lit(self, session: Session) -> Lighting:
        return scalar_lighting(session)

    def _step(self, session: Session) -> int:
        return session.scalar_shown

    def _own(self, reference: Reference) -> Reference | None:
        """The number that an element is; of a whole array the first of its elements that is in the picture."""
        node = self._elements.get((reference.node, reference.index))
        if node is None and reference.index is None:
            node = self._first.get(reference.node)
        return None if node is None else Reference(node, reference.kind, ())

    def at(self, x: float, y: float, scale: float) -> Hit | None:
        """What is under a point."""
        hit = self.scene.hit(x, y)
        if hit is None:
            return None
        node, own = hit
        origin = self._scalars.origin[node]
        if not self._scalars.is_element[node]:
            return origin.node, origin, node
        return origin.node, Reference(origin.node, own.kind if own is not None else "value", origin.index), node

    def words(self, session: Session, hit: Hit) -> str:
        """What is under the pointer, in words."""
        _, reference, node = hit
        scalars, trace, place = self._scalars, self._scalars.trace, session.scalar_shown
        name = labels_of(session.document, scalars)[node]
        if not scalars.is_element[node]:
            name = f"{name}, on the way to {reference_text(session, reference)}"
        asked = self._bare(session).asked
        if asked is not None and asked.node == node:
            return f"{name}: asked in the step card"
        if place < trace.value_at[node]:
            return f"{name}: not computed yet"
        words = f"{name} = {full_text(float(self.scene.value(node, place)))}"
        state = self.scene.gradient_state(node, place)
        if state.total == 0:
            return words
        if state.value is None:
            return f"{words}, {still_to_come(state.total)}"
        suffix = "" if state.kind == "final" else f" ({state.arrived} of {state.total} messages)"
        return f"{words}, gradient {full_text(float(state.value))}{suffix}"

    def stops(self, session: Session) -> Stops:
        """What arrow keys walk to: the boxes."""
        trace, place = self._scalars.trace, session.scalar_place
        start = trace.receiver(trace.steps[max(place - 1, 0)]) if trace.steps else 0
        chosen = session.picked
        if chosen is None and session.selected is not None:
            chosen = Reference(session.selected, "value", None)
        now = None if chosen is None else self._own(chosen)
        return scene_stops(self.scene, None if now is None else now.node, start, self._scalars.origin.__getitem__)
