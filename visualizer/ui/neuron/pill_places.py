"""Where the number that has just arrived is written: beside what it is given to, over as little else as can be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF

from engine.ops import Array

AWAY = 6.0  # pixels between a pill and what it belongs to


def places_around(around: QRectF, width: float, height: float) -> list[QRectF]:
    """Places for a pill beside a rectangle, the usual one first: above, below, to the right, to the left, aslant."""
    middle, x, y = around.center(), AWAY + width / 2, AWAY + height / 2
    above, below, left, right = around.top() - y, around.bottom() + y, around.left() - x, around.right() + x
    centres = [
        (middle.x(), above), (middle.x(), below), (right, middle.y()), (left, middle.y()),
        (right, above + y), (left, above + y), (right, below - y), (left, below - y),
    ]  # fmt: skip
    return [QRectF(at_x - width / 2, at_y - height / 2, width, height) for at_x, at_y in centres]


def freest(places: Sequence[QRectF], others: Array) -> QRectF:
    """The first of the places that cover the least of others; left, top, right and bottom (4, n) of these."""
    left, top, right, bottom = others
    covered = []
    for place in places:
        wide = np.minimum(right, place.right()) - np.maximum(left, place.left())
        high = np.minimum(bottom, place.bottom()) - np.maximum(top, place.top())
        covered.append(round(float((np.clip(wide, 0, None) * np.clip(high, 0, None)).sum()), 3))
    return places[int(np.argmin(covered))]
