"""The picture of arrays as boxes, for the canvas: the scene painter with the canvas's questions answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from engine.expression import Reference
from engine.ops import Array
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.focus import in_focus
from visualizer.session.lighting import Lighting, lighting
from visualizer.session.scene import Scene
from visualizer.session.session import Session
from visualizer.ui.canvas.picture import Hit
from visualizer.ui.canvas.walking import Stops, scene_stops
from visualizer.ui.canvas.words import layer_words
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import Theme

# Between positions further apart than this nearly all looks different.
FAR = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """What a baked picture of boxes depends on. ``asked`` is hidden behind a question; ``focus`` does not fade."""

    step: int
    asked: Reference | None
    focus: Reference | None


class LayerPicture:
    """Paints the scene of arrays. ``outlines`` turns text into paths for files."""

    def __init__(self, scene: Scene, theme: Theme, outlines: bool = False) -> None:
        self.scene = scene
        self.painter = ScenePainter(scene, theme, outlines)
        self._lights: dict[object, Lighting] = {}
        self._focused: dict[int, frozenset[int]] = {}  # of the last focus, what does not fade

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole."""
        return self.scene.size

    # The baked picture ----------------------------------------------------------------------------------------------

    def moment(self, session: Session) -> Moment:
        """What the baked picture depends on."""
        return Moment(self._step(session), self._bare(session).asked, session.focus)

    def paint(self, painter: QPainter, moment: Moment, scale: float) -> None:
        """All but the light."""
        self.painter.paint(painter, moment.step, moment.asked, scale, self._in_focus(moment.focus))

    def paint_within(self, painter: QPainter, moment: Moment, scale: float, rects: Sequence[QRectF]) -> None:
        """What touches any of ``rects``."""
        self.painter.paint_within(painter, moment.step, rects, moment.asked, scale, self._in_focus(moment.focus))

    def sketch(self, painter: QPainter, moment: Moment, scale: float) -> None:
        """All of it so small that boxes are rectangles and edges hairlines."""
        self.painter.sketch(painter, moment.step, scale)

    def changes(self, before: Moment, after: Moment) -> list[QRectF] | None:
        """Where two moments look different. What is asked at only one of them does too."""
        if before.focus != after.focus or abs(before.step - after.step) > FAR:
            return None
        boxes, edges = self.scene.changes(before.step, after.step)
        asked = {reference.node for reference in (before.asked, after.asked) if reference is not None}
        if asked:  # it hides how large its message is, too
            boxes |= asked
            edges += [edge for edge in self.scene.edges if edge.arrives_at in (before.step, after.step)]
        painter = self.painter
        return [painter.box_bounds(self.scene.boxes[node]) for node in boxes] + [
            area for edge in edges for area in painter.edge_areas(edge)
        ]

    def _in_focus(self, focus: Reference | None) -> frozenset[int] | None:
        own = None if focus is None else self._own(focus)
        if own is None:
            return None
        if own.node not in self._focused:
            self._focused = {own.node: in_focus(self.scene.trace.graph, own.node)}
        return self._focused[own.node]

    # The light ------------------------------------------------------------------------------------------------------

    def light(self, session: Session) -> Lighting:
        """What is lit at the place of the session, with what the pointer is on."""
        bare = self._bare(session)
        return bare if session.hovered is None else replace(bare, hovered=self._own(session.hovered))

    def _bare(self, session: Session) -> Lighting:
        """What is lit but for what the pointer is on."""
        place = (session.position, session.picked, session.selected, session.asking)
        if place not in self._lights:
            if len(self._lights) > 64:
                self._lights.clear()
            self._lights[place] = replace(self._lit(session), hovered=None)
        return self._lights[place]

    def _lit(self, session: Session) -> Lighting:
        return lighting(session)

    def _step(self, session: Session) -> int:
        """How many steps of the scene's trace have been taken."""
        return session.position.step

    def _own(self, reference: Reference) -> Reference | None:
        """An element of an array as an element of the scene's trace."""
        return reference

    def paint_light(self, painter: QPainter, light: Lighting, scale: float) -> None:
        """The light, over what is baked."""
        self.painter.paint_lighting(painter, light)

    def light_bounds(self, light: Lighting) -> list[QRectF]:
        """The rectangles that ``paint_light`` touches."""
        return self.painter.lighting_bounds(light)

    def ways(self, light: Lighting) -> list[QPolygonF]:
        """The lit edges, in the direction in which their numbers travel."""
        found = []
        for key in light.edges:
            points = self.scene.edge_of[key].points
            found.append(QPolygonF(_points(points[::-1] if light.phase == "backward" else points)))
        return found

    # Pointing -------------------------------------------------------------------------------------------------------

    def at(self, x: float, y: float, scale: float) -> Hit | None:
        """What is under a point."""
        return self.scene.hit(x, y)

    def words(self, session: Session, hit: Hit) -> str:
        """What is under the pointer, in words."""
        return layer_words(session, hit[0], hit[1])

    def bounds(self, reference: Reference) -> QRectF | None:
        """Where an element stands, or a whole box."""
        own = self._own(reference)
        if own is None or own.node >= len(self.scene.boxes):
            return None
        box = self.scene.boxes[own.node]
        grid = box.grid(own.kind)
        return QRectF(*(box.rect if own.index is None or grid is None else grid.rect(own.index)))

    def surroundings(self, session: Session) -> tuple[QRectF, QRectF]:
        """The receiver of the present step, and all that takes part in it."""
        trace, boxes, bounds = self.scene.trace, self.scene.boxes, self.painter.box_bounds
        if not trace.steps:
            return QRectF(0, 0, *self.size), QRectF(0, 0, *self.size)
        step = trace.steps[max(self._step(session) - 1, 0)]
        receiver = bounds(boxes[trace.receiver(step)])
        around = QRectF(receiver)
        others = trace.graph.nodes[step.node].inputs if step.phase == "forward" else (step.node,)
        for node in others:
            around = around.united(bounds(boxes[node]))
        return receiver, around

    def stops(self, session: Session) -> Stops:
        """What arrow keys walk to: the boxes."""
        nodes = self.scene.trace.graph.nodes

        def element(node: int) -> Reference:
            return Reference(node, "value", None if nodes[node].shape else ())

        receiver = session.receiver
        return scene_stops(self.scene, session.selected, 0 if receiver is None else receiver.node, element)

    def legend(self, session: Session) -> EdgeScale:
        """The scale of what the edges show."""
        return self.scene.scale


def _points(points: Array) -> list[QPointF]:
    return [QPointF(x, y) for x, y in points]
