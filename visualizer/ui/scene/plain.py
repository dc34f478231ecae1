"""Boxes seen from afar: rectangles in bulk, coloured by role once their value is known, the right half by gradient."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.scene import Scene, magnitude
from visualizer.session.scene.numbers import NEVER
from visualizer.ui.scene.bulk import draw_rects
from visualizer.ui.theme import Theme, color, mix

KNOWN, UNKNOWN = 0.5, 0.14  # how much of its role's colour a box has
ARRIVED, PARTIAL = 0.6, 0.28  # how much of the backward colour its gradient has


class PlainPainter:
    """Paints all boxes of one scene in one theme as rectangles."""

    def __init__(self, scene: Scene, theme: Theme) -> None:
        trace = scene.trace
        self.theme = theme
        rects = np.array([box.rect for box in scene.boxes], dtype=np.float64).reshape(-1, 4)
        self._rects = rects
        self._halves = rects * (1, 1, 0.5, 1) + np.outer(rects[:, 2], (0.5, 0, 0, 0))
        roles = sorted({box.role for box in scene.boxes})
        self._tones = [theme.role(role) for role in roles]
        self._role = np.array([roles.index(box.role) for box in scene.boxes], dtype=np.intp)
        self._value_at = np.array(trace.value_at, dtype=np.int64)
        arrivals = [trace.arrivals[box.node] for box in scene.boxes]
        self._first = np.array([at[0] if at else NEVER for at in arrivals], dtype=np.int64)
        self._last = np.array([at[-1] if at else NEVER for at in arrivals], dtype=np.int64)
        gradients = [trace.gradients[box.node] for box in scene.boxes]
        self._size = np.array([np.nan if gradient is None else magnitude(gradient) for gradient in gradients])

    def paint(self, painter: QPainter, chosen: Indices, position: int, strength: float = 1.0) -> None:
        """Some boxes; ``strength`` below 1 mixes them with the ground."""
        known = self._value_at[chosen] <= position
        first, last = self._first[chosen] <= position, self._last[chosen] <= position
        painter.setPen(Qt.PenStyle.NoPen)
        for number, tone in enumerate(self._tones):
            of_role = self._role[chosen] == number
            for which, share in ((of_role & ~known, UNKNOWN), (of_role & known, KNOWN)):
                self._fill(painter, self._rects[chosen[which]], tone, share * strength)
        finite, zero = np.isfinite(self._size[chosen]), self._size[chosen] == 0
        theme = self.theme
        for which, tone, share in (
            (first & ~last, theme.backward, PARTIAL),
            (last & finite & ~zero, theme.backward, ARRIVED),
            (last & zero, theme.faint, ARRIVED),
            (last & ~finite, theme.danger, 1.0),
        ):
            self._fill(painter, self._halves[chosen[which]], color(tone), share * strength)

    def _fill(self, painter: QPainter, rects: Array, tone: QColor, share: float) -> None:
        painter.setBrush(QBrush(mix(tone, color(self.theme.panel), share)))
        draw_rects(painter, rects)
