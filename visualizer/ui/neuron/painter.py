"""Paints a picture of neurons: edges below, then heat maps, units with their numbers, and captions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from visualizer.session.neuron.lighting import NeuronLight
from visualizer.session.neuron.scales import scales_of
from visualizer.session.neuron.scene import NeuronScene
from visualizer.ui.neuron.biases import BiasPainter
from visualizer.ui.neuron.edges import EdgePainter
from visualizer.ui.neuron.labels import LabelPainter
from visualizer.ui.neuron.light import LightPainter
from visualizer.ui.neuron.matrix import MatrixPainter
from visualizer.ui.neuron.showing import Moment, Showing, showing_at
from visualizer.ui.neuron.tags import TagPainter
from visualizer.ui.neuron.units import UnitPainter
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme

KEPT = 8  # moments


class NeuronPainter:
    """Paints one scene in one theme. ``outlines`` turns text into paths for files."""

    def __init__(self, scene: NeuronScene, theme: Theme, outlines: bool = False) -> None:
        self.scene = scene
        self.theme = theme
        self.outlines = outlines
        self.scales = scales_of(scene)
        self.edges = EdgePainter(scene, theme)
        self.units = UnitPainter(scene, self.scales, theme)
        self.biases = BiasPainter(scene, self.scales, theme)
        self.matrices = MatrixPainter(scene, theme)
        self.labels = LabelPainter(scene, theme)
        self.tags = TagPainter(scene, theme, self.edges)
        self.light = LightPainter(scene, theme, self.edges, self.tags)
        self._showings: dict[Moment, Showing] = {}

    def showing(self, moment: Moment) -> Showing:
        """What the scene looks like at a moment; the last few are kept."""
        if moment not in self._showings:
            while len(self._showings) >= KEPT:
                del self._showings[next(iter(self._showings))]
            self._showings[moment] = showing_at(self.scene, self.scales, moment)
        return self._showings[moment]

    def paint(self, painter: QPainter, moment: Moment, scale: float, rects: Sequence[QRectF] | None = None) -> None:
        """Everything but the light, or what touches ``rects``; ``scale`` is pixels per scene unit."""
        pen, showing = Pen(painter, self.outlines), self.showing(moment)
        areas = [visible(painter)] if rects is None else list(rects)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        signed = self.scales.edges.signed
        whole = rects is None and areas[0].contains(QRectF(0, 0, *self.scene.size))
        self.edges.paint(painter, showing, signed, scale, None if whole else areas)
        self.matrices.paint(pen, showing, scale, areas)
        self.units.paint(pen, showing, scale, areas, self.labels)
        self.biases.paint(pen, showing, scale, areas, self.tags.places(scale).biases)
        self.tags.paint(pen, showing, scale, areas)
        self.labels.captions(pen, scale, areas)

    def paint_light(self, painter: QPainter, light: NeuronLight, moment: Moment, scale: float) -> None:
        """The light."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.light.paint(Pen(painter, self.outlines), light, self.showing(moment), scale)


def visible(painter: QPainter) -> QRectF:
    """What of the scene the painter's device can show."""
    device = painter.device()
    back, _ = painter.combinedTransform().inverted()
    return back.mapRect(QRectF(0, 0, device.width(), device.height()))
