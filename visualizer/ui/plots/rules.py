"""The lines across plots that norms are held against."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.session.plots.scales import Scale
from visualizer.session.plots.study import Look
from visualizer.ui.plots.chart import Rule
from visualizer.ui.theme import Theme, color

# Beyond these sizes a threshold is written with its power of ten.
PLAIN = (1e-3, 1e5)

Rules = Callable[[Look], tuple[tuple[str, str, float], ...]]  # (setting or "", what it is called, number)


def thresholds(look: Look) -> tuple[tuple[str, str, float], ...]:
    """Beyond these gradients are said to explode or to vanish; both are settings."""
    return ("exploding", "exploding", look.exploding), ("vanishing", "vanishing", look.vanishing)


def healthy_ratio(look: Look) -> tuple[tuple[str, str, float], ...]:
    """Updates of about a thousandth of the weights are a rule of thumb (Karpathy, CS231n, "Learning")."""
    return (("", "rule of thumb", 1e-3),)


def rules_on(scale: Scale, rules: tuple[tuple[str, str, float], ...], theme: Theme) -> tuple[Rule, ...]:
    """The lines on a scale. Those that are settings warn."""
    return tuple(
        Rule(scale.place(value), f"{text} {plain_text(value)}", color(theme.danger if name else theme.muted), name)
        for name, text, value in rules
    )


def plain_text(value: float) -> str:
    """A number as a person types it: 10, 1e-4."""
    if PLAIN[0] <= value < PLAIN[1]:
        return f"{value:g}"
    digits, _, exponent = f"{value:.3e}".partition("e")
    return f"{float(digits):g}e{int(exponent)}"
