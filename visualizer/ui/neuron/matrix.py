"""Heat maps of all weights between two groups, where not every edge is drawn: rows are targets, columns are sources."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QPaintEngine, QPainter

from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene, Strand
from visualizer.session.neuron.state import MatrixState
from visualizer.ui.heat import Colors, diverging, picture
from visualizer.ui.neuron.bulk import draw_points, draw_rects, touching
from visualizer.ui.neuron.showing import Showing
from visualizer.ui.pen import Pen, line
from visualizer.ui.theme import Theme, color, magnitude_colors

FINEST = 300  # rows and columns of an image; of more entries each of its pixels is the largest of a block
SMALL = 14.0  # pixels; heat maps below that are painted in bulk
RULED = 6.0  # pixels from which on the cells are told apart by lines
KEPT = 24  # images
LARGEST = 1_000_000  # pixels of a heat map that is enlarged before it is painted


class MatrixPainter:
    """Paints the heat maps of one scene in one theme."""

    def __init__(self, scene: NeuronScene, theme: Theme) -> None:
        self.scene = scene
        self.theme = theme
        self._strands = [strand for strand in scene.strands if strand.matrix is not None]
        self._rects = np.array([strand.matrix for strand in self._strands]).reshape(-1, 4)
        # with their numbers, which keeps the identities of these in the keys
        self._images: dict[tuple[int, int], tuple[Array, QImage]] = {}
        self._magnitudes = _magnitudes(theme)

    def paint(self, pen: Pen, showing: Showing, scale: float, rects: Iterable[QRectF]) -> None:
        """The heat maps that touch any of some rectangles."""
        if not self._strands:
            return
        left, top, width, height = self._rects.T
        chosen = touching(left + width / 2, top + height / 2, np.stack([width, height]) / 2, tuple(rects))
        small = np.maximum(width, height)[chosen] * scale < SMALL
        pen.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        pen.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_small(pen.painter, showing, chosen[small].tolist())
        for place in chosen[~small].tolist():
            self._paint(pen, showing, self._strands[place], QRectF(*self._rects[place].tolist()), scale)
        pen.painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_small(self, painter: QPainter, showing: Showing, places: list[int]) -> None:
        """Heat maps that are too small for more than colours and a frame; only whole ones have colours."""
        blank, frames = [], self._rects[places]
        for number, place in enumerate(places):
            strand, state = self._strands[place], showing.state.matrix(self._strands[place])
            if state.whole and not _hides(showing, strand):
                painter.drawImage(QRectF(*self._rects[place].tolist()), self._image(showing, strand, state.numbers))
            else:
                blank.append(number)
        painter.setPen(Qt.PenStyle.NoPen)
        draw_rects(painter, frames[blank], color(self.theme.panel))
        painter.setPen(line(color(self.theme.faint), 0))
        draw_rects(painter, frames, None)

    def _paint(self, pen: Pen, showing: Showing, strand: Strand, rect: QRectF, scale: float) -> None:
        painter, theme = pen.painter, self.theme
        state, hidden = showing.state.matrix(strand), _hides(showing, strand)
        if not hidden and state.rows and state.columns:
            _draw(painter, rect, self._image(showing, strand, state.numbers))
        painter.setPen(Qt.PenStyle.NoPen)
        hatch = QBrush(color(theme.hairline), Qt.BrushStyle.BDiagPattern)
        for part in [rect] if hidden else _unknown(state, rect):
            painter.fillRect(part, color(theme.panel))
            painter.fillRect(part, hatch)
        targets, sources = state.numbers.shape
        if min(rect.width() / sources, rect.height() / targets) * scale >= RULED:
            _rule(pen, rect, targets, sources, line(color(theme.ground), 1.0 / scale))
            if not hidden:
                self._zeros(pen, state, rect, scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(line(color(theme.faint), 0))  # a pixel wide at any zoom
        painter.drawRect(rect)

    def _zeros(self, pen: Pen, state: MatrixState, rect: QRectF, scale: float) -> None:
        """A dot in each entry that is exactly 0."""
        rows, columns = np.nonzero(state.numbers[: state.rows, : state.columns] == 0)
        targets, sources = state.numbers.shape
        points = np.stack([
            rect.x() + (columns + 0.5) * rect.width() / sources, rect.y() + (rows + 0.5) * rect.height() / targets,
        ], axis=1)  # fmt: skip
        draw_points(pen.painter, points, line(color(self.theme.muted), 2.0 / scale))

    def _image(self, showing: Showing, strand: Strand, numbers: Array) -> QImage:
        """All of a heat map, known or not. Most moments share their numbers with others: they are one array."""
        key = (strand.number, id(numbers))
        if key not in self._images:
            while len(self._images) >= max(KEPT, 2 * len(self.scene.strands)):
                del self._images[next(iter(self._images))]
            self._images[key] = (numbers, picture(self._colors(showing, _coarse(numbers))))
        return self._images[key][1]

    def _colors(self, showing: Showing, numbers: Array) -> Colors:
        scale = showing.scales.edges
        places = np.nan_to_num(scale.positions(numbers))
        if scale.signed:
            table, at = diverging(self.theme), np.rint(places * 127.5 + 127.5)
        else:
            table, at = self._magnitudes, np.rint(places * 255)
            at = np.where(numbers == 0, 257, at)
        return table[np.where(np.isfinite(numbers), at, 256).astype(np.intp)]


def _draw(painter: QPainter, rect: QRectF, image: QImage) -> None:
    """An image with sharp cells, made as large as it is seen: of one that Qt enlarges on the way, the border between
    two cells may move by a pixel where only a part is painted."""
    ratio, seen = painter.device().devicePixelRatio(), painter.worldTransform().mapRect(rect)
    left, top = round(seen.left() * ratio), round(seen.top() * ratio)
    width, height = round(seen.right() * ratio) - left, round(seen.bottom() * ratio) - top
    raster = painter.paintEngine().type() == QPaintEngine.Type.Raster
    if not raster or not 0 < width * height <= LARGEST:
        painter.drawImage(rect, image)
        return
    enlarged = image.scaled(width, height)
    enlarged.setDevicePixelRatio(ratio)
    painter.save()
    painter.resetTransform()
    painter.drawImage(QPointF(left / ratio, top / ratio), enlarged)
    painter.restore()


def entry_rect(strand: Strand, target: int | None, source: int | None) -> QRectF | None:
    """Where an entry stands; a whole row or column where ``source`` or ``target`` is None."""
    if strand.matrix is None:
        return None
    x, y, width, height = strand.matrix
    targets, sources = strand.bundle.shape
    rect = QRectF(x, y, width, height)
    if source is not None:
        rect = QRectF(x + width * source / sources, y, width / sources, height)
    if target is not None:
        rect = QRectF(rect.x(), y + height * target / targets, rect.width(), height / targets)
    return rect


def _hides(showing: Showing, strand: Strand) -> bool:
    """Whether what a heat map shows is asked for."""
    asked = showing.asked
    return asked is not None and asked.kind == "gradient" and (
        asked.node in (strand.bundle.stage, strand.bundle.weight)
    )  # fmt: skip


def _unknown(state: MatrixState, rect: QRectF) -> Iterable[QRectF]:
    """The bands of rows, and of columns, that are not known yet."""
    targets, sources = state.numbers.shape
    if state.rows < targets:
        yield rect.adjusted(0, rect.height() * state.rows / targets, 0, 0)
    if state.columns < sources:
        yield rect.adjusted(rect.width() * state.columns / sources, 0, 0, 0)


def _coarse(numbers: Array) -> Array:
    """A matrix in at most FINEST rows and columns: of each block the number of the largest size."""
    for axis in (0, 1):
        size = numbers.shape[axis]
        step = -(-size // FINEST)
        if step > 1:
            starts = np.arange(0, size, step)
            high = low = numbers.take(starts, axis)
            for offset in range(1, step):
                other = numbers.take(np.minimum(starts + offset, size - 1), axis)
                high, low = np.maximum(high, other), np.minimum(low, other)
            numbers = np.where(np.abs(low) > np.abs(high), low, high)
    return numbers


def _rule(pen: Pen, rect: QRectF, rows: int, columns: int, stroke) -> None:
    pen.painter.setPen(stroke)
    for row in range(1, rows):
        y = rect.y() + rect.height() * row / rows
        pen.painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    for column in range(1, columns):
        x = rect.x() + rect.width() * column / columns
        pen.painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))


def _magnitudes(theme: Theme) -> Colors:
    """The colours of sizes, then those of what is not finite and of exactly 0."""
    tones = [*magnitude_colors(theme.name), color(theme.danger), color(theme.ground)]
    return np.array([tone.rgb() for tone in tones], dtype=np.uint32)
