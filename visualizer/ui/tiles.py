"""Sets grids of numbers and the signs between them, in lines; what is too wide is set smaller, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPolygonF, QTransform

from engine.expression import Number, Reference
from engine.shapes import shape_text
from visualizer.session.document import Document
from visualizer.session.excerpt import GAP_SIGNS
from visualizer.session.formatting import bracketed, shortened
from visualizer.session.tile import Cell, Flow, Tile
from visualizer.session.wording import leaf_name
from visualizer.ui.card_picture import CardLayout, Draw
from visualizer.ui.pen import Pen, line
from visualizer.ui.theme import MATH, Theme, color, mix, text_width

CELL_HEIGHT = 21.0
BRACKET = 5.0  # the room of a tile's bracket
INDENT = 14.0  # of the lines of a flow behind the first
SMALLEST_FLOW = 0.6  # a flow that would have to be set smaller is not shown
_SIGNS = ("=", "+=", "←", "+", "−", "·", "/", "(")


class FlowSetter:
    """Sets flows of tiles into ``out``, one below the other; ``y`` is where the next goes."""

    def __init__(
        self, document: Document, roles: Sequence[str], theme: Theme, accent: QColor, out: CardLayout, y: float
    ) -> None:
        self.document, self.roles, self.theme, self.accent = document, roles, theme, accent
        self.out, self.y = out, y

    def flow(self, flow: Flow) -> bool:
        """Tiles and signs in lines, each line's middle level; False, and nothing set, where they are too wide."""
        chunks = chunks_of(flow)
        alone = [_opened(before, chunk) for before, chunk in zip([[], *chunks], chunks, strict=False)]
        widest = max(self._placed(chunk)[1] + (INDENT if place else 0.0) for place, chunk in enumerate(alone))
        scale = min(1.0, self.out.width / widest)
        if scale < SMALLEST_FLOW:
            return False
        whole, self.out = self.out, CardLayout(self.out.width / scale)
        self.y /= scale
        for place, parts in enumerate(self._filled(chunks, self.out.width)):
            self._flow_line(parts, INDENT if place else 0.0)
        inner, self.out = self.out, whole
        self.y *= scale
        self.out.draws += inner.draws if scale == 1.0 else [_scaled(inner.draws, scale)]
        zoom = QTransform.fromScale(scale, scale)
        self.out.regions += [(zoom.mapRect(rect), key) for rect, key in inner.regions]
        self.out.numbers += [(zoom.mapRect(rect), key) for rect, key in inner.numbers]
        return True

    def _filled(self, chunks: list[list[Tile | str]], room: float) -> list[list[Tile | str]]:
        """Lines of whole chunks, none wider than ``room``."""
        lines: list[list[Tile | str]] = [[]]
        for chunk in chunks:
            indent = INDENT if len(lines) > 1 else 0.0
            if lines[-1] and indent + self._placed([*lines[-1], *chunk])[1] > room + 0.01:
                lines.append(_opened(lines[-1], chunk))
            else:
                lines[-1] += chunk
        return lines

    def _placed(self, parts: list[Tile | str]) -> tuple[list[float], float]:
        """Where each part of a line begins, and how wide the line is. A label may stand over the sign behind it."""
        places: list[float] = []
        x = labels = 0.0
        for part in parts:
            if isinstance(part, Tile):
                left = self._lead(part) + BRACKET
                x = max(x, labels - left)
                labels = x + left + text_width(self._label_text(part), 11.5, "medium") + 8
            x -= 4 if part == ")" else 0
            places.append(x)
            x += self._tile_size(part)[0] + 6 if isinstance(part, Tile) else self._sign_width(part)
            x += 2 if part == "(" else 6 if isinstance(part, str) else 0
        return places, max(x - 6, labels - 8)

    def _flow_line(self, parts: list[Tile | str], indent: float) -> None:
        heights = [self._tile_size(part)[1] if isinstance(part, Tile) else 20.0 for part in parts]
        tallest = max(heights)
        below = 18.0 if any(isinstance(part, Tile) for part in parts) else 0.0  # a tile's middle is below its label
        for part, x, height in zip(parts, self._placed(parts)[0], heights, strict=True):
            if isinstance(part, Tile):
                self._tile(part, indent + x, self.y + (tallest - height) / 2, height)
            else:
                self._sign(part, indent + x, self.y + (tallest + below) / 2)
        self.y += tallest + 8

    @staticmethod
    def _sign_width(sign: str) -> float:
        return text_width(sign, 16, family=MATH) + 2

    def _sign(self, sign: str, x: float, middle: float) -> None:
        tone = color(self.theme.muted)
        self.out.draws.append(lambda pen: pen.text(x + 1, middle + 5.5, sign, tone, 16, family=MATH))

    @staticmethod
    def _column_widths(tile: Tile) -> list[float]:
        widths = []
        for column in range(len(tile.cells[0])):
            texts = [row[column].text for row in tile.cells]
            label = tile.column_labels[column] if tile.column_labels else ""
            widths.append(max(max(text_width(text, 12.5) for text in texts) + 10, text_width(label, 9) + 5, 22.0))
        return widths

    @staticmethod
    def _lead(tile: Tile) -> float:
        """The room of the words in front of the rows."""
        return max((text_width(text, 9) + 5 for text in tile.row_labels), default=0.0)

    def _tile_size(self, tile: Tile) -> tuple[float, float]:
        """How wide and high the brackets and what is between them are, with the label's line above."""
        head = 18.0 + (12.0 if tile.column_labels else 0.0)
        width = self._lead(tile) + sum(self._column_widths(tile)) + 2 * BRACKET
        return width, head + len(tile.cells) * CELL_HEIGHT

    def _label_text(self, tile: Tile) -> str:
        if isinstance(tile.label, str):
            return shortened(tile.label, 36) + (f"  {shape_text(tile.whole)}" if tile.whole else "")
        name = shortened(bracketed(self.document.graph.nodes[tile.label.node].name))
        if tile.label.kind == "gradient":
            name = f"∂{shortened(self.document.loss_name)}/∂{name}"
        name = f"{name}ᵀ" if tile.transposed else name
        return f"{name}  {shape_text(tile.whole)}" if tile.whole else name

    def _cell_name(self, tile: Tile, cell: Cell) -> str:
        """What a number of a tile is called: one of a computed tile goes by the tile's label."""
        if cell.reference is None or isinstance(tile.label, str):
            return shortened(str(tile.label), 36)
        return leaf_name(self.document, cell.reference)

    def _tile(self, tile: Tile, x: float, y: float, height: float) -> None:
        theme, label, widths = self.theme, self._label_text(tile), self._column_widths(tile)
        left = x + self._lead(tile) + BRACKET
        top = y + height - len(tile.cells) * CELL_HEIGHT
        tone = color(theme.muted)
        if isinstance(tile.label, Reference):
            tone = label_tone(theme, tile.label, self.roles)
        cells = []
        for r, row in enumerate(tile.cells):
            cx = left
            for c, cell in enumerate(row):
                rect = QRectF(cx, top + r * CELL_HEIGHT, widths[c], CELL_HEIGHT)
                cells.append((rect, cell))
                if cell.reference is not None:
                    self.out.regions.append((rect, cell.reference))
                if cell.value is not None:
                    self.out.numbers.append((rect, Number(cell.value, self._cell_name(tile, cell))))
                cx += widths[c]
        bounds = QRectF(left, top, sum(widths), len(tile.cells) * CELL_HEIGHT)
        accent = self.accent

        def draw(pen: Pen) -> None:
            pen.text(left, y + 12, label, tone, 11.5, "medium")
            for c, text in enumerate(tile.column_labels):
                place = QRectF(left + sum(widths[:c]), top - 13, widths[c], 12)
                pen.centered(place, text, color(theme.muted), 9)
            for r, text in enumerate(tile.row_labels):
                pen.right(left - 7, top + r * CELL_HEIGHT + 14, text, color(theme.muted), 9)
            self._brackets(pen, bounds)
            if tile.split is not None:
                self._split(pen, tile.split, bounds, widths)
            for rect, cell in cells:
                if cell.lit:
                    pen.box(rect.adjusted(1, 1, -1, -1), 4, mix(accent, color(theme.panel), 0.18), accent, 1.2)
                word = theme.faint if cell.faint else theme.muted if cell.text in GAP_SIGNS else theme.text
                pen.centered(rect, cell.text, color(word), 12.5)

        self.out.draws.append(draw)

    def _brackets(self, pen: Pen, bounds: QRectF) -> None:
        pen.painter.setPen(line(color(self.theme.muted), 1.3))
        pen.painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, direction in ((bounds.left() - 3, 1), (bounds.right() + 3, -1)):
            pen.painter.drawPolyline(
                QPolygonF(
                    [
                        QPointF(x + 4 * direction, bounds.top()),
                        QPointF(x, bounds.top()),
                        QPointF(x, bounds.bottom()),
                        QPointF(x + 4 * direction, bounds.bottom()),
                    ]
                )
            )

    def _split(self, pen: Pen, split: tuple[str, int], bounds: QRectF, widths: list[float]) -> None:
        kind, count = split
        tone = color(self.theme.muted)
        if kind == "column":
            x = bounds.left() + sum(widths[:count])
            pen.stroke(x, bounds.top() + 1, x, bounds.bottom() - 1, tone, 1.2)
        else:
            y = bounds.top() + count * CELL_HEIGHT
            pen.stroke(bounds.left(), y, bounds.right(), y, tone, 1.2)


def _opened(before: list[Tile | str], chunk: list[Tile | str]) -> list[Tile | str]:
    """A chunk as a line of its own: a product without a sign gets one, lest its halves read as two statements."""
    product = bool(before) and isinstance(before[-1], Tile) and isinstance(chunk[0], Tile)
    return ["·", *chunk] if product else list(chunk)


def _scaled(draws: list[Draw], scale: float) -> Draw:
    def draw(pen: Pen) -> None:
        pen.painter.save()
        pen.painter.scale(scale, scale)
        for part in draws:
            part(pen)
        pen.painter.restore()

    return draw


def chunks_of(flow: Flow) -> list[list[Tile | str]]:
    """What stays together on a line: an operand with the sign and the brackets before it and the brackets behind it."""
    chunks: list[list[Tile | str]] = []
    open_ended = False
    for part, following in zip(flow, (*flow[1:], ""), strict=True):
        closes = part in (")", "^", ",") or (chunks and chunks[-1][-1] == "^")
        if not chunks or not (closes or open_ended):
            chunks.append([])
        chunks[-1].append(part)
        open_ended = isinstance(part, str) and (part in _SIGNS or (part != ")" and following == "("))
    return chunks


def too_wide(flow: Flow) -> str:
    """What stands in the place of arrays that do not fit into the card."""
    tiles = [part for part in flow if isinstance(part, Tile)]
    *shapes, last = [shape_text((len(tile.cells), len(tile.cells[0]))) for tile in tiles]
    which = f"Arrays of shapes {', '.join(shapes)} and {last}" if shapes else f"An array of shape {last}"
    return f"{which}, too wide for this card."


def label_tone(theme: Theme, reference: Reference, roles: Sequence[str]) -> QColor:
    """The colour in which the name of a value or of a gradient is written."""
    if reference.kind == "gradient":
        return theme.ink(color(theme.backward))
    role = roles[reference.node]
    return color(theme.text) if role in ("input", "bias") else theme.ink(theme.role(role))
