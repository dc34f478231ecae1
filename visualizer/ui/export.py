"""Pictures without a window: the canvas with the step card, as PNG or SVG."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QApplication

from visualizer.session.document import Document
from visualizer.session.files import write_atomically
from visualizer.session.lighting import lighting
from visualizer.session.plots.curves import plotted
from visualizer.session.session import Prepared, Session
from visualizer.session.training.lab import Lab
from visualizer.ui.bars import lay_out_bars
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.legend import HEIGHT as LEGEND_HEIGHT
from visualizer.ui.legend import legend_width, paint_legend
from visualizer.ui.pen import Pen, elided
from visualizer.ui.pictures import png, svg
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import THEMES, Theme, ThemeName, color, load_fonts

CARD_WIDTH = 340.0
PADDING = 20.0
HEADER = 44.0
RIM = 20.0  # around the graph, for the halo and the pill of its outermost boxes
_application: QApplication | None = None


def paint_scene(painter: QPainter, session: Session, theme: Theme, area: QRectF, outlines: bool = False) -> None:
    """The graph where the session stands, with what is lit, fitted into ``area``."""
    width, height = session.scene.size
    scale = max(0.01, min(area.width() / (width + 2 * RIM), area.height() / (height + 2 * RIM), 1.7))
    painter.save()
    painter.translate(area.center().x() - width * scale / 2, area.center().y() - height * scale / 2)
    painter.scale(scale, scale)
    scene_painter, light = ScenePainter(session.scene, theme, outlines), lighting(session)
    # What cannot be read is left out, save in a file that can be looked at from nearer.
    seen = 1.0 if outlines else painter.worldTransform().m11()
    scene_painter.paint(painter, session.position.step, light.asked, seen)
    scene_painter.paint_lighting(painter, light)
    painter.restore()


def paint_page(painter: QPainter, session: Session, theme: Theme, width: float, height: float, outlines: bool) -> None:
    """One picture: title, graph, legend and step card. A card that is too high is set smaller."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = Pen(painter, outlines)
    pen.painter.fillRect(QRectF(0, 0, width, height), color(theme.ground))
    layout = lay_out_card(session.card, theme, CARD_WIDTH)
    bars = lay_out_bars(session.card.bars, theme, CARD_WIDTH)
    fit = min(1.0, (height - 2 * PADDING) / (layout.height + bars.height), (0.45 * width - 2 * PADDING) / CARD_WIDTH)
    fit = max(fit, 0.01)
    column = CARD_WIDTH * fit + 2 * PADDING
    panel = QRectF(width - column, 0, column, height)
    title = elided(session.document.title, width - column - 2 * PADDING, 16, "semibold")
    pen.text(PADDING, 29, title, color(theme.text), 16, "semibold")
    legend = legend_width(session.scene.scale)
    area = QRectF(PADDING / 2, HEADER, width - column - PADDING, height - HEADER - LEGEND_HEIGHT - 1.4 * PADDING)
    paint_scene(painter, session, theme, area, outlines)
    painter.save()
    shrink = min(1.0, (width - column - 2 * PADDING) / legend)
    painter.translate(PADDING, height - PADDING / 1.4 - LEGEND_HEIGHT)
    painter.scale(shrink, shrink)
    paint_legend(pen, theme, session.scene.scale, 0, 0)
    painter.restore()
    painter.fillRect(panel, color(theme.panel))
    pen.stroke(panel.left(), 0, panel.left(), height, color(theme.hairline))
    painter.save()
    painter.translate(panel.left() + PADDING, PADDING)
    painter.scale(fit, fit)
    layout.paint(painter, outlines)
    painter.translate(0, layout.height)
    bars.paint(painter, outlines)
    painter.restore()


def export_pictures(
    document: Document | Prepared,
    steps: Sequence[int],
    format: str,
    out: Path,
    size: tuple[int, int] = (1280, 800),
    scale: float = 1.0,
    theme: ThemeName = "light",
) -> list[Path]:
    """Write a picture for each of ``steps``; the paths written.

    Several are numbered behind the stem of ``out``: steps-01.png, steps-02.png. ``size`` is in pixels before ``scale``.
    Of a document that trains, ``document`` may be an iteration of it, prepared.
    Each file is the old one or the new one, never half. Raises GradStepError where one cannot be made.
    """
    session = Session(document)
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
