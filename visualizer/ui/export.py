"""Pictures without a window: the canvas with the step card, as PNG or SVG."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QApplication

from visualizer.session.appearance import Appearance, Level
from visualizer.session.document import Document
from visualizer.session.files import write_atomically
from visualizer.session.plots.curves import plotted
from visualizer.session.session import Prepared, Session
from visualizer.session.training.lab import Lab
from visualizer.ui.bars import lay_out_bars
from visualizer.ui.canvas.levels import picture_of
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.canvas.view import LARGEST_FIT
from visualizer.ui.card_column import wrapped
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.edges.strip import strip_of
from visualizer.ui.legend import HEIGHT as LEGEND_HEIGHT
from visualizer.ui.pen import Pen, elided
from visualizer.ui.pictures import png, svg
from visualizer.ui.theme import THEMES, Theme, ThemeName, color, load_fonts

CARD_WIDTH = 340.0
PADDING = 20.0
HEADER = 44.0
RIM = 20.0  # around the graph, for the halo and the pill of its outermost boxes
AS_IT_OPENS = Appearance()
_application: QApplication | None = None


def paint_scene(painter: QPainter, session: Session, theme: Theme, area: QRectF, outlines: bool = False) -> None:
    """The graph at the session's level where the session stands, with what is lit, fitted into ``area``."""
    paint_picture(painter, session, picture_of(session, theme, outlines), area, outlines)


def paint_picture(painter: QPainter, session: Session, picture: Picture, area: QRectF, outlines: bool) -> None:
    """One of the session's pictures where the session stands, with what is lit, fitted into ``area``."""
    width, height = picture.size
    fitting = [area.width() / (width + 2 * RIM), area.height() / (height + 2 * RIM), LARGEST_FIT]
    if session.level == "neuron":  # its light reaches so many units of the page, however small the picture is
        fitting += [(area.width() - 2 * RIM) / width, (area.height() - 2 * RIM) / height]
    scale = max(0.01, min(fitting))
    painter.save()
    painter.translate(area.center().x() - width * scale / 2, area.center().y() - height * scale / 2)
    painter.scale(scale, scale)
    # Of boxes, what cannot be read is left out, save in a file that can be looked at from nearer. Neurons have strokes
    # and letters of so many units of the page.
    seen = scale if session.level == "neuron" else 1.0 if outlines else painter.worldTransform().m11()
    picture.paint(painter, picture.moment(session), seen)
    picture.paint_light(painter, picture.light(session), seen)
    painter.restore()


def paint_page(painter: QPainter, session: Session, theme: Theme, width: float, height: float, outlines: bool) -> None:
    """One picture: title, graph, legend and step card. A card that is too high is set smaller."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = Pen(painter, outlines)
    pen.painter.fillRect(QRectF(0, 0, width, height), color(theme.ground))
    card, bars = lay_out_card(session.card, theme, CARD_WIDTH), lay_out_bars(session.card.bars, theme, CARD_WIDTH)
    fit = min(1.0, (height - 2 * PADDING) / (card.height + bars.height), (0.45 * width - 2 * PADDING) / CARD_WIDTH)
    fit = max(fit, 0.01)
    column = CARD_WIDTH * fit + 2 * PADDING
    _paint_graph(pen, session, theme, width - column, height)
    panel = QRectF(width - column, 0, column, height)
    painter.fillRect(panel, color(theme.panel))
    pen.stroke(panel.left(), 0, panel.left(), height, color(theme.hairline))
    painter.save()
    painter.translate(panel.left() + PADDING, PADDING)
    painter.scale(fit, fit)
    card.paint(painter, outlines)
    painter.translate(0, card.height)
    bars.paint(painter, outlines)
    painter.restore()


def _paint_graph(pen: Pen, session: Session, theme: Theme, width: float, height: float) -> None:
    """Title, graph and legend, and above the graph which part of it is shown where that is not all."""
    painter, room = pen.painter, width - 2 * PADDING
    title = elided(session.document.title, room, 16, "semibold")
    pen.text(PADDING, 29, title, color(theme.text), 16, "semibold")
    top = HEADER
    words = session.scalars.words if session.level == "scalar" else ""
    for line in wrapped(words, room, 11) if words else ():
        pen.text(PADDING, top + 5, line, color(theme.muted), 11)
        top += 16
    picture = picture_of(session, theme, pen.outlines)
    area = QRectF(PADDING / 2, top, width - PADDING, height - top - LEGEND_HEIGHT - 1.4 * PADDING)
    paint_picture(painter, session, picture, area, pen.outlines)
    strip = strip_of(session, picture)
    shrink = min(1.0, room / strip.width)
    painter.save()
    painter.translate(PADDING, height - PADDING / 1.4 - LEGEND_HEIGHT)
    painter.scale(shrink, shrink)
    strip.paint(pen, theme, 0, 0)
    painter.restore()


@dataclass(frozen=True, slots=True)
class Look:
    """At what level a session is painted, how, and of which sample: None for the mean over a batch."""

    level: Level = "layer"
    appearance: Appearance = AS_IT_OPENS
    sample: int | None = 0

    def apply(self, session: Session) -> None:
        """Have a session looked at so. Raises GradStepError where there is no such sample."""
        session.set_sample(self.sample)
        session.set_appearance(self.appearance)
        session.set_level(self.level)


AS_IT_IS = Look()


def export_pictures(
    document: Document | Prepared,
    steps: Sequence[int],
    format: str,
    out: Path,
    size: tuple[int, int] = (1280, 800),
    scale: float = 1.0,
    theme: ThemeName = "light",
    look: Look = AS_IT_IS,
) -> list[Path]:
    """Write a picture for each of ``steps``, whole ones at every level; the paths written.

    Several are numbered behind the stem of ``out``: steps-01.png, steps-02.png. ``size`` is in pixels before ``scale``.
    Of a document that trains, ``document`` may be an iteration of it, prepared.
    Each file is the old one or the new one, never half. Raises GradStepError where one cannot be made.
    """
    session = Session(document)
    look.apply(session)
    written = []
    digits = max(2, len(str(max(steps, default=0))))
    for step in steps:
        session.go_to(step)
        path = out if len(steps) == 1 else out.with_name(f"{out.stem}-{step:0{digits}d}{out.suffix}")
        export_session(session, format, path, size, scale, theme)
        written.append(path)
    return written


def export_session(
    session: Session, format: str, out: Path, size: tuple[int, int], scale: float, theme: ThemeName
) -> None:
    """Write the picture of where a session stands, with what is picked and revealed. As ``export_pictures``."""
    ensure_application()

    def paint(painter: QPainter, outlines: bool) -> None:
        paint_page(painter, session, THEMES[theme], *size, outlines)

    if format == "svg":
        content = svg(paint, size, scale, session.document.title, session.card.title)
    else:
        content = png(paint, size, scale)
    write_atomically(out, content)


def export_plots(lab: Lab, format: str, out: Path, size: tuple[int, int], scale: float, theme: ThemeName) -> Path:
    """Write a picture of the curves of all runs; its path. ``size`` is in pixels before ``scale``.

    The file is the old one or the new one, never half. Raises GradStepError where it cannot be made.
    """
    from visualizer.ui.plots.picture import plots_page, title_of

    ensure_application()
    runs = plotted(lab)
    paint = plots_page(runs, THEMES[theme], size)
    write_atomically(out, svg(paint, size, scale, title_of(runs)) if format == "svg" else png(paint, size, scale))
    return out


def ensure_application() -> None:
    """A running application with our fonts, offscreen where there is none yet.

    It is a QApplication, so that a script may show a window after its pictures: a process has but one.
    """
    global _application
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _application = QApplication(["gradstep"])
    load_fonts()
