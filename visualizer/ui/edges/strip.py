"""The legend as it stands in a file: what edges show, on which scale, how many of them, and whose numbers."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from visualizer.session.edge_scale import EdgeScale
from visualizer.session.formatting import sample_text
from visualizer.session.session import Session
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.edges.signs import halves, tones
from visualizer.ui.legend import HEIGHT, kinds_width, paint_kinds, paint_wedge
from visualizer.ui.neuron.legend import SIGNS, NeuronLegend
from visualizer.ui.pen import Pen
from visualizer.ui.theme import Theme, color, text_width

BAR = 120.0
EDGE, GAP = 12.0, 10.0
SMALL, LARGE = 10.5, 11.0


@dataclass(frozen=True, slots=True)
class Strip:
    """``sign`` is what edges show, on ``scale``; ``notes`` are whatever else has to be said of them."""

    sign: str
    scale: EdgeScale
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """In pixels; the height is that of every legend."""
        ends = sum(text_width(end, SMALL) for end in self.scale.ends)
        notes = sum(text_width(note, SMALL) + 1.6 * GAP for note in self.notes)
        sign = text_width(self.sign, LARGE, "medium")
        return EDGE + sign + GAP + ends + GAP + BAR + 1.6 * GAP + kinds_width() + notes + EDGE

    def paint(self, pen: Pen, theme: Theme, x: float, y: float) -> None:
        """With its top left corner at (x, y)."""
        pen.box(QRectF(x, y, self.width, HEIGHT), 8, color(theme.panel), color(theme.hairline))
        middle, signed = y + HEIGHT / 2, self.scale.signed
        x += EDGE
        pen.text(x, middle + 4, self.sign, color(theme.text), LARGE, "medium")
        x += text_width(self.sign, LARGE, "medium") + GAP
        x = paint_wedge(pen, theme, self.scale.ends, tones(theme, signed), x, middle, BAR, halves(signed))
        x += 1.6 * GAP
        paint_kinds(pen, theme, x, middle)
        x += kinds_width() + 1.6 * GAP
        for note in self.notes:
            pen.text(x, middle + 4, note, color(theme.text), SMALL)
            x += text_width(note, SMALL) + 1.6 * GAP


def strip_of(session: Session, picture: Picture) -> Strip:
    """What a file has to say of the edges that ``picture`` shows of a session."""
    legend = picture.legend(session)
    if isinstance(legend, NeuronLegend):
        return Strip(legend.sign, legend.scale, tuple(note for note in (legend.omission, legend.sample) if note))
    sample = sample_text(session.sample or 0, session.samples) if session.level == "scalar" else ""
    return Strip(SIGNS[session.appearance.shows], legend, (sample,) if sample else ())
