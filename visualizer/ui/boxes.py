"""Boxes of glyphs and curves: the parts that formulas are put together from.

A box has a width, an ascent above its baseline and a descent below it; the origin is the left end of the baseline and
y points down. Lengths are pixels. Constants are in ems; those of the MATH table are STIX Two Math's own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGlyphRun,
    QPainterPath,
    QPainterPathStroker,
    QRawFont,
    QTextLayout,
    QTransform,
)

AXIS = 0.258  # the height of fraction bars and of the middle of + − =
RULE = 0.055  # the thickness of bars; the table's 0.068 looks heavy on a screen
SCRIPT = 0.72  # the size of scripts
SUBSCRIPT_DROP = 0.21
SUPERSCRIPT_SHIFT = 0.36
FRACTION_SHIFT = 0.64  # how far the baselines above and below a bar are from the formula's
FRACTION_GAP = 0.13  # between the bar and what is above and below it
LINE_GAP = 0.42  # between the lines of a broken equation
CASE_GAP = 0.28

# Shaped at this size once, where no rounding matters, then scaled.
_REFERENCE = 1000
# Numbers come by the thousand and their figures do not kern, so they are put together glyph by glyph.
_UNSHAPED = frozenset("0123456789.−,+e∞")
_CACHED_TEXTS = 4096


class Region(NamedTuple):
    """What is under the pointer anywhere in a box."""

    key: Hashable


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """``text``, shaped: lengths in ems; ``parts`` are (font, glyph, x, y) of every glyph.

    ``overhang`` is how far the ink of a slanted last glyph leans out of the advance.
    """

    text: str
    advance: float
    ascent: float
    descent: float
    overhang: float
    parts: tuple[tuple[QRawFont, int, float, float], ...]
    _runs: dict[float, tuple[QGlyphRun, ...]] = field(default_factory=dict)

    def runs(self, size: float) -> tuple[QGlyphRun, ...]:
        """The glyphs at a size in pixels, as runs of one font each."""
        if size not in self._runs:
            self._runs[size] = tuple(self._make_runs(size))
        return self._runs[size]

    def _make_runs(self, size: float) -> Iterator[QGlyphRun]:
        for _, group in groupby(self.parts, key=lambda part: id(part[0])):
            parts = list(group)
            font = QRawFont(parts[0][0])
            font.setPixelSize(size)
            run = QGlyphRun()
            run.setRawFont(font)
            run.setGlyphIndexes([part[1] for part in parts])
            run.setPositions([QPointF(part[2] * size, part[3] * size) for part in parts])
            yield run

    def path(self, size: float) -> QPainterPath:
        """The glyphs' outlines at a size in pixels."""
        outline = QPainterPath()
        outline.setFillRule(Qt.FillRule.WindingFill)
        scale = size / _REFERENCE
        for font, glyph, x, y in self.parts:
            outline.addPath(QTransform(scale, 0, 0, scale, x * size, y * size).map(font.pathForGlyph(glyph)))
        return outline


class Text(NamedTuple):
    """Glyphs to be painted at a size in pixels."""

    glyphs: Glyphs
    size: float
    color: QColor


class Shape(NamedTuple):
    """A filled outline: a tall bracket, a radical."""

    path: QPainterPath
    color: QColor


class Bar(NamedTuple):
    """A filled rectangle, which may be moved to whole pixels."""

    place: QRectF
    color: QColor


@dataclass(slots=True)
class Box:
    """Marks with their places.

    ``overhang`` is how far a slanted last glyph leans out of the width, ``corner`` where a superscript may stand above
    a subscript. ``ghost`` is true where everything inside is greyed.
    """

    width: float
    ascent: float
    descent: float
    marks: list[tuple[float, float, Mark]]
    overhang: float = 0.0
    ghost: bool = False
    corner: float | None = None


Mark = Box | Text | Bar | Shape | Region


class Face:
    """A font family that gives text as boxes of any size."""

    def __init__(self, family: str, tabular: bool = False) -> None:
        self._font = QFont(family)
        self._font.setPixelSize(_REFERENCE)
        self._font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if tabular:
            self._font.setFeature(QFont.Tag("tnum"), 1)
        self._shaped: dict[str, Glyphs] = {}

    def glyphs(self, text: str) -> Glyphs:
        """``text`` shaped, from a cache where it was met before."""
        found = self._shaped.get(text)
        if found is None:
            if len(self._shaped) > _CACHED_TEXTS:
                self._shaped.clear()
            plain = len(text) > 1 and _UNSHAPED.issuperset(text)
            found = self._joined(text) if plain else self._shape(text)
            self._shaped[text] = found
        return found

    def box(self, text: str, size: float, color: QColor, ghost: bool = False) -> Box:
        """``text`` as a box as high as its ink."""
        glyphs = self.glyphs(text)
        return Box(
            glyphs.advance * size, glyphs.ascent * size, glyphs.descent * size, [(0.0, 0.0, Text(glyphs, size, color))],
            glyphs.overhang * size, ghost,
        )  # fmt: skip

    def _joined(self, text: str) -> Glyphs:
        x, parts = 0.0, []
        ascent = descent = 0.0
        for character in text:
            glyphs = self.glyphs(character)
            parts += [(font, glyph, x + at, y) for font, glyph, at, y in glyphs.parts]
            x += glyphs.advance
            ascent, descent = max(ascent, glyphs.ascent), max(descent, glyphs.descent)
        return Glyphs(text, x, ascent, descent, 0.0, tuple(parts))

    def _shape(self, text: str) -> Glyphs:
        layout = QTextLayout(text, self._font)
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        advance, baseline = line.naturalTextWidth() / _REFERENCE, line.ascent()
        parts, ink = [], QRectF()
        for run in layout.glyphRuns():
            font = run.rawFont()
            for glyph, at in zip(run.glyphIndexes(), run.positions(), strict=True):
                parts.append((font, glyph, at.x() / _REFERENCE, (at.y() - baseline) / _REFERENCE))
                ink = ink.united(font.boundingRect(glyph).translated(at.x(), at.y() - baseline))
        ascent, descent = max(0.0, -ink.top() / _REFERENCE), max(0.0, ink.bottom() / _REFERENCE)
        return Glyphs(text, advance, ascent, descent, max(0.0, ink.right() / _REFERENCE - advance), tuple(parts))


# Putting boxes together ---------------------------------------------------------------------------------------------


def row(*parts: Box | float) -> Box:
    """Boxes side by side on one baseline; a number is a space."""
    x = ascent = descent = 0.0
    marks: list[tuple[float, float, Mark]] = []
    ghost = True
    for part in parts:
        if isinstance(part, Box):
            marks.append((x, 0.0, part))
            x += part.width
            ascent, descent = max(ascent, part.ascent), max(descent, part.descent)
            ghost = ghost and part.ghost
        else:
            x += part
    last = parts[-1] if parts else 0.0
    return Box(max(x, 0.0), ascent, descent, marks, last.overhang if isinstance(last, Box) else 0.0, ghost)


def column(lines: Sequence[Box], gap: float, axis: float | None = None, indent: float = 0.0) -> Box:
    """Boxes one below the other, from the second on indented.

    The baseline is the first line's, or runs ``axis`` below the middle where that is given.
    """
    if len(lines) == 1:
        return lines[0]
    y, marks, width = 0.0, [], 0.0
    for number, line in enumerate(lines):
        x = indent if number else 0.0
        y += line.ascent
        marks.append((x, y, line))
        y += line.descent + gap
        width = max(width, x + line.width)
    height = y - gap
    ascent = lines[0].ascent if axis is None else height / 2 + axis
    placed = [(x, y - ascent, line) for x, y, line in marks]
    return Box(width, ascent, height - ascent, placed, ghost=all(line.ghost for line in lines))


def fraction(over: Box, under: Box, size: float, color: QColor, nested: bool = False) -> Box:
    """One box over another with a bar between them, closer together where it is ``nested`` in a fraction."""
    axis, half = AXIS * size, RULE * size / 2
    gap, shift = (0.08 * size, 0.5 * size) if nested else (FRACTION_GAP * size, FRACTION_SHIFT * size)
    up = max(shift, axis + half + gap + over.descent)
    down = max(shift, half - axis + gap + under.ascent)
    inner = max(over.width + over.overhang, under.width + under.overhang)
    air, beyond = 0.1 * size, 0.06 * size
    bar = QRectF(air - beyond, -axis - half, inner + 2 * beyond, 2 * half)
    marks = [
        (air + (inner - over.width) / 2, -up, over),
        (air + (inner - under.width) / 2, down, under),
        (0.0, 0.0, Bar(bar, color)),
    ]
    return Box(inner + 2 * air, up + over.ascent, down + under.descent, marks, ghost=over.ghost and under.ghost)


def subscripted(base: Box, script: Box, size: float) -> Box:
    """A box with another at its lower right."""
    drop = SUBSCRIPT_DROP * size
    marks = [(0.0, 0.0, base), (base.width, drop, script)]
    width = base.width + script.width + 0.03 * size
    return Box(width, max(base.ascent, script.ascent - drop), max(base.descent, drop + script.descent), marks,
               ghost=base.ghost, corner=base.width + base.overhang + 0.04 * size)  # fmt: skip


def superscripted(base: Box, script: Box, size: float, at: float | None = None) -> Box:
    """A box with another at its upper right; ``at`` puts it further left, above a subscript."""
    tall = base.ascent > 0.95 * size
    up = base.ascent - 0.42 * size if tall else SUPERSCRIPT_SHIFT * size
    up = max(up, script.descent + 0.25 * size)
    x = base.width + base.overhang + 0.04 * size if at is None else at
    marks = [(0.0, 0.0, base), (x, -up, script)]
    width = max(base.width, x + script.width) + 0.03 * size
    return Box(width, max(base.ascent, up + script.ascent), max(base.descent, script.descent - up), marks,
               ghost=base.ghost)  # fmt: skip


def accented(box: Box, accent: Box, size: float) -> Box:
    """A slanted letter with an accent over the middle of its top."""
    lift = max(0.0, box.ascent - 0.47 * size)
    place = (box.width - accent.width) / 2 + 0.06 * size
    marks = [*box.marks, (place, -lift, accent)]
    return Box(box.width, accent.ascent + lift, box.descent, marks, box.overhang, box.ghost)


def region(box: Box, key: Hashable, size: float) -> Box:
    """The same box, at least as high as a figure, as one place for the pointer."""
    width, ascent, descent = max(box.width, 0.2 * size), max(box.ascent, 0.66 * size), max(box.descent, 0.08 * size)
    marks: list[tuple[float, float, Mark]] = [(0.0, 0.0, box)]
    if key is not None:
        marks.append((0.0, 0.0, Region(key)))
    return Box(width, ascent, descent, marks, box.overhang, box.ghost, box.corner)


def underlined(box: Box, size: float, color: QColor) -> Box:
    """A box with a line under it."""
    top, thickness = 0.15 * size, 0.09 * size
    line = QRectF(0.0, top, box.width, thickness)
    marks = [*box.marks, (0.0, 0.0, Bar(line, color))]
    return Box(box.width, box.ascent, max(box.descent, top + thickness), marks, box.overhang, box.ghost, box.corner)


def brackets(box: Box, face: Face, size: float, color: QColor) -> tuple[Box, Box]:
    """Round brackets as high as a box needs: the font's own for one line, drawn ones for more."""
    if box.ascent <= 0.95 * size and box.descent <= 0.36 * size:
        return face.box("(", size, color, box.ghost), face.box(")", size, color, box.ghost)
    axis, air = AXIS * size, 0.07 * size
    half = max(box.ascent - axis, box.descent + axis) * 0.97 + 0.02 * size
    width = min(0.26 * size + 0.05 * half, 0.55 * size)
    left = _parenthesis(width, half, 0.085 * size, axis)
    right = QTransform(-1, 0, 0, 1, width, 0).map(left)
    space = width + 2.4 * air
    return (
        Box(space, axis + half, half - axis, [(air * 1.4, 0.0, Shape(left, color))], ghost=box.ghost),
        Box(space, axis + half, half - axis, [(air, 0.0, Shape(right, color))], ghost=box.ghost),
    )


def bracketed(box: Box, face: Face, size: float, color: QColor) -> Box:
    """A box in round brackets."""
    left, right = brackets(box, face, size, color)
    return row(left, box, 0.7 * box.overhang, right)


def fenced(box: Box, face: Face, size: float, color: QColor, left: str, right: str) -> Box:
    """A box between upright strokes, ``|`` or ``⌊`` and ``⌋``: the font's own for one line, drawn ones for more."""
    if box.ascent <= 0.95 * size and box.descent <= 0.36 * size:
        signs = [face.box(sign, size, color, box.ghost) for sign in (left, right)]
    else:
        axis = AXIS * size
        half = max(box.ascent - axis, box.descent + axis) + 0.06 * size
        signs = [
            Box(0.3 * size, axis + half, half - axis, [(0.0, 0.0, Shape(_fence(sign, size, half), color))],
                ghost=box.ghost)
            for sign in (left, right)
        ]  # fmt: skip
    return row(signs[0], box, 0.7 * box.overhang, signs[1])


def _fence(sign: str, size: float, half: float) -> QPainterPath:
    """A stroke around the axis, with a foot where the sign has one."""
    thickness, middle = 0.06 * size, 0.15 * size
    top, bottom = -AXIS * size - half, -AXIS * size + half
    path = QPainterPath()
    path.addRect(QRectF(middle - thickness / 2, top, thickness, bottom - top))
    if sign != "|":
        start = middle - thickness / 2 if sign == "⌊" else 0.0
        path.addRect(QRectF(start, bottom - thickness, middle + thickness / 2, thickness))
    path.setFillRule(Qt.FillRule.WindingFill)
    return path


def radical(box: Box, size: float, color: QColor) -> Box:
    """A box under a root sign with its bar."""
    rule, gap = RULE * size, 0.13 * size
    top, bottom = -(box.ascent + gap + rule), box.descent + 0.04 * size
    height, width = bottom - top, 0.62 * size
    path = QPainterPath(QPointF(0.06 * size, bottom - height * 0.42))
    for x, y in (
        (0.2 * size, bottom - height * 0.42 - 0.09 * size), (0.36 * size, bottom - 0.17 * size),
        (width - rule, top), (width + box.width + 0.1 * size, top), (width + box.width + 0.1 * size, top + rule),
        (width - rule * 0.1, top + rule), (0.36 * size, bottom), (0.325 * size, bottom),
        (0.155 * size, bottom - height * 0.42), (0.085 * size, bottom - height * 0.42 + 0.045 * size),
    ):  # fmt: skip
        path.lineTo(x, y)
    path.closeSubpath()
    marks = [(width + 0.03 * size, 0.0, box), (0.0, 0.0, Shape(path, color))]
    return Box(width + box.width + 0.16 * size, -top, bottom, marks, ghost=box.ghost)


def braced(box: Box, size: float, color: QColor) -> Box:
    """A box behind one tall left brace."""
    axis = AXIS * size
    half = max(box.ascent - axis, box.descent + axis) + 0.04 * size
    width, bend = 0.36 * size, min(0.3 * size, half / 2)
    middle = width * 0.45
    path = QPainterPath(QPointF(width, -axis - half))
    path.cubicTo(middle, -axis - half, middle, -axis - half + bend * 0.6, middle, -axis - half + bend)
    path.lineTo(middle, -axis - bend)
    path.cubicTo(middle, -axis - bend * 0.4, middle * 0.8, -axis, 0.02 * size, -axis)
    path.cubicTo(middle * 0.8, -axis, middle, -axis + bend * 0.4, middle, -axis + bend)
    path.lineTo(middle, -axis + half - bend)
    path.cubicTo(middle, -axis + half - bend * 0.6, middle, -axis + half, width, -axis + half)
    brace = Box(width, axis + half, half - axis, [(0.0, 0.0, Shape(stroked(path, 0.065 * size), color))])
    result = row(0.08 * size, brace, 0.16 * size, box)
    result.ghost = box.ghost
    return result


def stroked(path: QPainterPath, thickness: float) -> QPainterPath:
    """The outline of a line drawn along ``path``."""
    stroker = QPainterPathStroker()
    stroker.setWidth(thickness)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    outline = stroker.createStroke(path)
    outline.setFillRule(Qt.FillRule.WindingFill)
    return outline


def _parenthesis(width: float, half: float, thickness: float, axis: float) -> QPainterPath:
    """A left parenthesis, thin at its ends, around the axis."""
    top, bottom, tip = -axis - half, -axis + half, thickness * 0.35
    bow = -width / 3  # where a cubic's controls must be for its middle to touch x = 0
    inner = (4 * thickness - width + tip) / 3
    path = QPainterPath(QPointF(width - tip, top))
    path.cubicTo(bow, top + half * 0.55, bow, bottom - half * 0.55, width - tip, bottom)
    path.lineTo(width, bottom)
    path.cubicTo(inner, bottom - half * 0.55, inner, top + half * 0.55, width, top)
    path.closeSubpath()
    return path
