"""The plots as a picture without a window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from visualizer.session.plots.curves import Plotted
from visualizer.session.plots.study import Look, Study
from visualizer.ui.pen import Pen, elided
from visualizer.ui.pictures import Paint
from visualizer.ui.plots.geometry import LEFT, RIGHT, place_charts
from visualizer.ui.plots.painter import ChartPainter
from visualizer.ui.plots.plot import Context
from visualizer.ui.plots.table import PLOTS
from visualizer.ui.theme import Theme, color

# What a picture shows, in rows.
ROWS = (("loss", "norms"), ("depth", "heat"))
HEADER, MARGIN, GUTTER = 44.0, 20.0, 24.0


def plots_page(
    runs: Sequence[Plotted],
    theme: Theme,
    size: tuple[int, int],
    iteration: int | None = None,
    smoothing: float = 0.0,
) -> Paint:
    """What paints loss, norms by layer and against depth, and the map of norms, of one or more runs.

    ``size`` is in pixels, ``iteration`` the one of the norms against depth (None: the latest). To paint needs an
    application with our fonts: see ``ensure_application``.
    """
    area = QRectF(0, 0, *size)
    return lambda painter, outlines: _paint(painter, runs, theme, area, iteration, smoothing, outlines)


def _paint(
    painter: QPainter,
    runs: Sequence[Plotted],
    theme: Theme,
    area: QRectF,
    iteration: int | None,
    smoothing: float,
    outlines: bool,
) -> None:
    study, look = Study(runs), Look(smoothing=smoothing)
    study.iteration = iteration
    quantities = list({q.name: q for row in ROWS for key in row for q in PLOTS[key].quantities}.values())
    study.refresh(quantities, smoothing)
    while study.behind(quantities):
        study.refresh(quantities, smoothing)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(area, color(theme.panel))
    pen = Pen(painter, outlines)
    title = elided(title_of(runs), area.width() - 2 * MARGIN, 16, "semibold")
    pen.text(area.left() + MARGIN, area.top() + 29, title, color(theme.text), 16, "semibold")
    chart_painter = ChartPainter(pen, theme, on_screen=False)
    for key, room in _rooms(area):
        first, last = 0.0, float(max(study.latest, 1))
        width, height = room.width() - LEFT - RIGHT, room.height()
        context = Context(study, look, theme, first, last, None, width, height, fine=True)
        for placed in place_charts(PLOTS[key].charts(context), room, words=True):
            chart_painter.paint(placed)


def _rooms(area: QRectF) -> list[tuple[str, QRectF]]:
    """Each plot and its place."""
    height = (area.height() - HEADER - MARGIN - GUTTER / 2 * (len(ROWS) - 1)) / len(ROWS)
    out = []
    for y, row in enumerate(ROWS):
        width = (area.width() - 1.5 * MARGIN - GUTTER * (len(row) - 1)) / len(row)
        for x, key in enumerate(row):
            left = area.left() + MARGIN / 2 + x * (width + GUTTER)
            out.append((key, QRectF(left, area.top() + HEADER + y * (height + GUTTER / 2), width, height)))
    return out


def title_of(runs: Sequence[Plotted]) -> str:
    """The runs by name, and the iterations that they have."""
    names = [run.label for run in runs if run.label]
    named = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    last = max((len(run.records) for run in runs), default=0) - 1
    span = "no iteration yet" if last < 0 else "iteration 0" if last == 0 else f"iterations 0 to {last:,}"
    return f"{named}, {span}" if named else span[:1].upper() + span[1:]
