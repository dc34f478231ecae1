"""What small pictures have written at their edges and biases: name and weight, and what the edge shows once known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.tags import Tag, bias_tags, edge_tags, weight_at
from visualizer.ui.neuron.edges import EdgePainter
from visualizer.ui.neuron.labels import local, short_text
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.neuron.strokes import FADED, NOT_YET, SILENT
from visualizer.ui.neuron.tag_places import BIAS_FORMS, FORMS, NONE, Form, Placed, Sizes, placed
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, mix, text_width

MOST_EDGES = 48  # of a picture whose edges have tags
USUAL, LEAST, MOST = 12.0, 10.5, 14.0  # letters: in pixels at a zoom of 1, and at any
AIR = 2.0  # pixels between tags and other things
LINE, BORDER, GAP = 1.2, 3.0, 6.0  # of a line by its letters; pixels around the texts, and between them
STEPS = 16  # places are found anew so many times from one zoom to twice as much
HIDDEN = "?"

Texts = tuple[str, str]  # the weight with its name; what the edge shows


class TagPainter:
    """Writes the tags of one scene in one theme."""

    def __init__(self, scene: NeuronScene, theme: Theme, edges: EdgePainter) -> None:
        self.scene = scene
        self.theme = theme
        self._lines = edges.lines
        few = 0 < edges.count <= MOST_EDGES
        self._edges: list[Tag] = edge_tags(scene) if few else []
        self._biases: list[Tag] = bias_tags(scene) if few else []
        self._places: tuple[float, Placed] = (0.0, NONE)
        phase = "update" if scene.appearance.shows == "update" else "backward"
        self._edge_tones = color(theme.weight), theme.phase(phase)
        self._bias_tones = color(theme.bias), theme.phase("backward")

    # Where ----------------------------------------------------------------------------------------------------------

    def places(self, scale: float) -> Placed:
        """Where the tags are that there is room for."""
        if not self._edges:
            return NONE
        # of a somewhat smaller zoom, at which tags are larger in the scene: so it serves a range of zooms
        scale = 2 ** (math.floor(math.log2(scale) * STEPS) / STEPS)
        if self._places[0] != scale:
            edges = {form: self._sizes(self._edges, form, scale) for form in FORMS}
            biases = {form: self._sizes(self._biases, form, scale) for form in BIAS_FORMS}
            self._places = (scale, placed(self.scene, self._lines, edges, biases, AIR / scale))
        return self._places[1]

    def _sizes(self, tags: Sequence[Tag], form: Form, scale: float) -> Sizes:
        """The room that each tag takes with the widest numbers that it ever has, in scene units."""
        letters, found = self._letters(scale * 2 ** (1 / STEPS)), []
        for tag in tags:
            weights = [short_text(number, 3) for number in (tag.before, tag.after)] if tag.name else []
            first = max((_width(_named(tag, text, form), letters) for text in weights), default=0.0)
            second = max((_width(short_text(number, 3), letters) for number in tag.shown), default=0.0)
            second = second if form.both or not first else 0.0
            both = first > 0 and second > 0
            width = max(first, second) if form.stacked else first + second + (GAP if both else 0)
            lines = 2 if both and form.stacked else 1
            height = lines * LINE * letters + BORDER
            found.append(((width + 2 * BORDER) / scale if width else 0.0, height / scale))
        return found

    def _letters(self, scale: float) -> float:
        return min(max(USUAL * scale * self.scene.grain, LEAST), MOST)

    # What -----------------------------------------------------------------------------------------------------------

    def texts(self, showing: Showing, scale: float) -> tuple[dict[int, Texts], dict[int, Texts]]:
        """What the tags of edges and of biases say."""
        found = self.places(scale)
        if found is NONE:
            return {}, {}
        kinds, state, asked = showing.edge_kinds(slice(None)), showing.state, showing.asked
        edges: dict[int, Texts] = {}
        biases: dict[int, Texts] = {}
        for edge, (_, form) in found.edges.items():
            tag, told = self._edges[edge], kinds[edge] not in (SILENT, NOT_YET) and bool(self._edges[edge].shown)
            hidden = asked is not None and asked.kind == "value" and asked.node == tag.node
            weight = HIDDEN if hidden else short_text(weight_at(state, self._edges, edge), 3)
            number = short_text(float(state.edges[edge]), 3) if told else ""
            number = number if form.both or not tag.name else ""
            edges[edge] = (_named(tag, weight, form) if tag.name else "", number)
        numbers = state.biases
        for bias, (_, form) in found.biases.items():
            tag, kind = self._biases[bias], asked.kind if asked is not None else ""
            hidden = asked is not None and asked.node == tag.node
            weight = HIDDEN if hidden and kind == "value" else short_text(float(numbers.value[bias]), 3)
            number = short_text(float(numbers.gradient[bias]), 3) if numbers.arrived[bias] else ""
            number = HIDDEN if hidden and kind == "gradient" else number
            biases[bias] = (_named(tag, weight, form), number)
        return edges, biases

    def changed(self, before: Showing, after: Showing, scale: float) -> list[QRectF]:
        """The room of the tags that say other things."""
        found = self.places(scale)
        texts = zip(self.texts(before, scale), self.texts(after, scale), (found.edges, found.biases), strict=True)
        return [rect for one, other, tags in texts for place, (rect, _) in tags.items() if one[place] != other[place]]

    def paint(
        self, pen: Pen, showing: Showing, scale: float, areas: Sequence[QRectF], edges: Sequence[int] | None = None
    ) -> None:
        """The tags that touch any of some rectangles; of some ``edges``, or all with those of the biases."""
        found, (at_edges, at_biases) = self.places(scale), self.texts(showing, scale)
        for edge in found.edges if edges is None else (edge for edge in edges if edge in found.edges):
            ends = int(self.scene.edge_sources[edge]), int(self.scene.edge_targets[edge])
            faded = any(map(showing.faded, ends))
            self._tag(pen, *found.edges[edge], at_edges[edge], scale, areas, faded, self._edge_tones)
        for bias, (rect, form) in found.biases.items() if edges is None else ():
            faded = showing.faded(int(self.scene.bias_unit[bias]))
            self._tag(pen, rect, form, at_biases[bias], scale, areas, faded, self._bias_tones)

    def _tag(
        self, pen: Pen, rect: QRectF, form: Form, texts: Texts, scale: float, areas: Sequence[QRectF], faded: bool,
        tones: tuple[QColor, QColor],
    ) -> None:  # fmt: skip
        if not any(texts) or not any(rect.intersects(area) for area in areas):
            return
        letters, ground = self._letters(scale), color(self.theme.ground)
        told = [(text, own) for text, own in zip(texts, tones, strict=True) if text]
        widths = [_width(text, letters) for text, _ in told]
        stacked = form.stacked and len(told) > 1
        width = max(widths) if stacked else sum(widths) + GAP * (len(told) - 1)
        height = (2 if stacked else 1) * LINE * letters
        with local(pen, rect.center(), scale):
            box = QRectF(-width / 2 - BORDER, -height / 2, width + 2 * BORDER, height)
            pen.box(box, 4, ground)
            x, y = -width / 2, -height / 2 + LINE * letters / 2 + 0.36 * letters
            for (text, own), wide in zip(told, widths, strict=True):
                own = mix(own, ground, FADED) if faded else own
                pen.text(-wide / 2 if stacked else x, y, text, own, letters, "medium")
                x, y = x + wide + GAP, y + (LINE * letters if stacked else 0.0)


def _named(tag: Tag, number: str, form: Form) -> str:
    return f"{tag.name} {number}" if form.named else number


def _width(text: str, letters: float) -> float:
    return text_width(text, letters, "medium")


def along(pieces: Array, share: float) -> QPointF:
    """The point at a share of the way along a curve of pieces (p, 4)."""
    lengths = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    way = np.concatenate([[0.0], np.cumsum(lengths)])
    at = share * way[-1]
    piece = min(int(np.searchsorted(way[1:], at)), len(pieces) - 1)
    within = (at - way[piece]) / max(lengths[piece], 1e-12)
    x1, y1, x2, y2 = pieces[piece].tolist()
    return QPointF(x1 + within * (x2 - x1), y1 + within * (y2 - y1))
