"""Text of equations in one size: the mathematical family, and a family for numbers brought to the same height."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QColor

from visualizer.ui.boxes import Box, Face


@dataclass(frozen=True, slots=True, eq=False)
class Lettering:
    """What the letters of an equation look like.

    ``size`` is the height of an em in pixels. ``color`` is for what has none of its own, ``muted`` for words beside the
    mathematics, ``ghost`` for terms that vanish. Figures of the number family are brought to the height of the others.
    """

    math_family: str
    number_family: str
    size: float
    color: QColor
    muted: QColor
    ghost: QColor | None = None
    face: Face = field(init=False, repr=False)
    _numbers: Face = field(init=False, repr=False)
    _number_size: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        math_face, numbers = Face(self.math_family), Face(self.number_family, tabular=True)
        ghost = QColor(self.muted)
        ghost.setAlphaF(0.5 * ghost.alphaF())
        height = numbers.glyphs("0").ascent
        for name, value in (
            ("face", math_face), ("_numbers", numbers), ("ghost", self.ghost or ghost),
            ("_number_size", math_face.glyphs("0").ascent / height if height else 1.0),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    def upright(self, text: str, size: float, color: QColor, ghost: bool = False) -> Box:
        """Text of the mathematical family as it is."""
        return self.face.box(text, size, color, ghost)

    def number(self, text: str, size: float, color: QColor, ghost: bool = False) -> Box:
        """A number in tabular figures."""
        return self._numbers.box(text, size * self._number_size, color, ghost)
