"""Builds the leaves of an equation: numbers, names with subscripts, gradients; and single signs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtGui import QColor

from engine.expression import Expression
from visualizer.ui import boxes
from visualizer.ui.boxes import Box, row
from visualizer.ui.ink import MOST_IN_NAME, MOST_ITEMS, Ink, Most, Write, name_write
from visualizer.ui.items import BASE, FRACTION
from visualizer.ui.lettering import Lettering
from visualizer.ui.names import expression_of, symbols_of


@dataclass(frozen=True, slots=True)
class Style:
    """``size`` of an em in pixels; ``depth`` counts the fractions around; in scripts fractions have a slash."""

    size: float
    depth: int = 0
    script: bool = False

    def in_fraction(self) -> Style:
        """The style above and below a fraction bar."""
        return Style(self.size * (0.85 if self.depth else 1.0), self.depth + 1, self.script)

    def in_script(self) -> Style:
        """The style of exponents."""
        return Style(self.size * (0.85 if self.script else boxes.SCRIPT), self.depth, True)


def is_deep(style: Style) -> bool:
    return style.depth >= 3


@dataclass(slots=True)
class Leaves:
    """The part of a layout that asks how leaves are written.

    ``fading`` is true while terms out of focus are laid out; ``ink`` is the colour of signs, where they have their own.
    """

    setter: Lettering
    write: Write
    times: str
    focus: int | None = None
    fading: bool = False
    ink: QColor | None = None
    most: Most = MOST_ITEMS

    def operand(
        self, node: Expression, at_least: int, style: Style, first: bool = True, limit: float = math.inf
    ) -> Box:
        """The box of an expression, which a name may stand for; a ``Layout`` knows how to build it."""
        raise NotImplementedError

    def leaf(self, ink: Ink, style: Style) -> Box:
        """A leaf as its ink says, with its region."""
        ghost = ink.ghost or self.fading
        color = self.setter.ghost if ghost else ink.color or self.setter.color
        size = style.size
        if ink.kind == "number":
            box = self.setter.number(ink.text, size, color, ghost)
        elif ink.kind == "name":
            box = self.name(ink, style, color, ghost)
        else:
            box = self.gradient(ink, style, color, ghost)
        if ink.underline is not None:
            box = boxes.underlined(box, size, self.setter.ghost if ghost else ink.underline)
        return boxes.region(box, ink.key, size)

    def gradient(self, ink: Ink, style: Style, color: QColor, ghost: bool) -> Box:
        """∂L over ∂name."""
        slashed = style.script or is_deep(style)
        inner = style if slashed else style.in_fraction()
        partial = self.setter.upright("𝜕", inner.size, color, ghost)
        over, under = (
            row(
                partial,
                0.0 if expression_of(below.text) is None else 0.08 * inner.size,
                self.name(below, inner, color, ghost, FRACTION),
            )
            for below in (Ink(ink.of), ink)
        )
        if slashed:
            return row(over, self.setter.upright("/", inner.size, color, ghost), under)
        return boxes.fraction(over, under, style.size, color, nested=style.depth > 0)

    def name(self, ink: Ink, style: Style, color: QColor, ghost: bool, at_least: int = 0) -> Box:
        """A name, or the expression that a value without a name is called by, with its subscript or element."""
        named = expression_of(ink.text)
        if named is not None:
            inner = type(self)(self.setter, name_write(color, ghost), "·", fading=ghost, ink=color, most=MOST_IN_NAME)
            at_least = BASE if ink.subscript or ink.element else at_least
            box = inner.operand(named, at_least, style)
            subscript = ink.subscript
        else:
            *before, (letter, own) = symbols_of(ink.text)
            found: list[Box | float] = []
            for symbol, digits in before:
                found += [self.symbol(symbol, digits, style, color, ghost), 0.04 * style.size]
            subscript = ",".join(part for part in (own, ink.subscript) if part)
            found.append(self.symbol(letter, subscript, style, color, ghost))
            box, subscript = (row(*found) if before else found[0]), ""
        if subscript:
            box = boxes.subscripted(box, self.subscript(subscript, style, color, ghost), style.size)
        if ink.element:
            index = self.setter.upright(f"[{ink.element}]", 0.82 * style.size, color, ghost)
            box = row(box, box.overhang + 0.03 * style.size, index)
        return box

    def symbol(self, letter: str, subscript: str, style: Style, color: QColor, ghost: bool) -> Box:
        """One letter or word with its subscript; "hat" is set above."""
        nucleus = self.setter.upright(letter, style.size, color, ghost)
        digits, _, hat = subscript.rpartition("hat")
        if hat == "" and subscript.endswith("hat"):
            nucleus = boxes.accented(nucleus, self.setter.upright("ˆ", style.size, color, ghost), style.size)
            subscript = digits.rstrip(",")
        if not subscript:
            return nucleus
        return boxes.subscripted(nucleus, self.subscript(subscript, style, color, ghost), style.size)

    def subscript(self, text: str, style: Style, color: QColor, ghost: bool) -> Box:
        """The box of a subscript."""
        return self.setter.upright(text, style.in_script().size, color, ghost)

    def upright(self, text: str, style: Style, ghost: bool = False, color: QColor | None = None) -> Box:
        """Signs and words."""
        return self.setter.upright(text, style.size, self.color(ghost, color), ghost)

    def color(self, ghost: bool = False, color: QColor | None = None) -> QColor:
        """The colour of signs between and around boxes."""
        return self.setter.ghost if ghost or self.fading else color or self.ink or self.setter.color

    def bracketed(self, box: Box, style: Style) -> Box:
        """A box in round brackets."""
        return boxes.bracketed(box, self.setter.face, style.size, self.color(box.ghost))

    def space(self, ems: float, style: Style) -> float:
        """The space around a sign; there is little in scripts."""
        return ems * style.size * (0.4 if style.script else 1.0)
