"""The colours of the curves: a run has one of its own, layers run along the colours of magnitudes."""

from __future__ import annotations

from PySide6.QtGui import QColor

from visualizer.ui.theme import Theme, color, magnitude_colors, mix

# Roles of the palette that are told apart best, in the order in which runs take them.
RUNS = ("backward", "forward", "update", "pre_activation", "activation", "weight")
# Layers up to so many have a name each; more have a ramp.
MOST_NAMED = 8
FAINT = 0.28  # what a curve keeps of its colour behind its own average


def run_color(theme: Theme, run: int) -> QColor:
    """The colour of a run, by its number."""
    return color(getattr(theme, RUNS[run % len(RUNS)]))


def layer_color(theme: Theme, layer: int, layers: int) -> QColor:
    """The colour of a layer; the first stands out most from the ground."""
    return magnitude_colors(theme.name)[round(255 * (1.0 - layer / max(layers - 1, 1)))]


def faint(theme: Theme, tone: QColor) -> QColor:
    """A colour for what stands behind."""
    return mix(tone, color(theme.ground), FAINT)


def see_through(tone: QColor, share: float = FAINT) -> QColor:
    """A colour through which one sees what is behind."""
    found = QColor(tone)
    found.setAlphaF(share)
    return found


def layer_text(name: str) -> str:
    """A layer's name as it is written: "layer3" with a blank."""
    head = name.rstrip("0123456789")
    return f"{head} {name[len(head) :]}" if head == "layer" and head != name else name
