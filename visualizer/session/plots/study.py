"""What is looked at in the plots: runs and their curves, and how they are looked at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from engine.ops import Array
from visualizer.session.plots.curves import Curves, Plotted, Quantity
from visualizer.session.plots.smoothing import LARGEST
from visualizer.session.training.summary import EXPLODING, VANISHING

DEFAULT_PLOTS = ("loss", "norms", "depth")


@dataclass(frozen=True, slots=True)
class Look:
    """How the plots are looked at: what is remembered of them.

    ``visible`` are the plots shown, by their keys. ``smoothing`` is from 0 to 0.99. Gradient norms above ``exploding``
    and below ``vanishing`` are said to be so; tools disagree on the numbers, and so they are settings. ``flipped`` are
    the plots whose scale is not the usual one of theirs, ``hidden`` the curves switched off, as "plot/curve". ``layer``
    is the one of the histogram, by its name ("" for the first).
    """

    visible: tuple[str, ...] = DEFAULT_PLOTS
    smoothing: float = 0.0
    exploding: float = EXPLODING
    vanishing: float = VANISHING
    flipped: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    layer: str = ""

    def with_threshold(self, name: str, value: float) -> Look:
        """Another "exploding" or "vanishing"; the two stay in order. Raises ValueError where the number is none."""
        if not (math.isfinite(value) and 1e-300 <= value <= 1e300):
            raise ValueError(f"the threshold must be a number above 0, not {value:g}")
        exploding = value if name == "exploding" else self.exploding
        vanishing = value if name == "vanishing" else self.vanishing
        if vanishing >= exploding:
            raise ValueError(f"“vanishing” must lie below “exploding”, and {vanishing:g} is not below {exploding:g}")
        return replace(self, exploding=exploding, vanishing=vanishing)

    def toggled(self, field: str, name: str) -> Look:
        """With ``name`` in or out of ``flipped`` or ``hidden``."""
        return replace(self, **{field: getattr(self, field) ^ {name}})

    def state(self) -> dict[str, Any]:
        """As plain data, for ``look_of``."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: sorted(part) if isinstance(part, frozenset) else part for name, part in found.items()} | {
            "visible": list(self.visible)
        }


def look_of(state: Mapping[str, Any], plots: Iterable[str]) -> Look:
    """The look that ``state`` tells of; what cannot be used of it is as usual. ``plots`` are the keys there are."""
    known, usual = tuple(plots), Look()

    def texts(name: str) -> list[str]:
        given = state.get(name)
        return [text for text in given if isinstance(text, str)] if isinstance(given, list | tuple) else []

    def number(name: str, low: float, high: float) -> float:
        given = state.get(name)
        good = isinstance(given, int | float) and not isinstance(given, bool) and low <= given <= high
        return float(given) if good else float(getattr(usual, name))  # type: ignore[arg-type]

    visible = tuple(key for key in known if key in texts("visible")) or usual.visible
    exploding, vanishing = number("exploding", 1e-300, 1e300), number("vanishing", 1e-300, 1e300)
    if vanishing >= exploding:
        exploding, vanishing = usual.exploding, usual.vanishing
    return Look(
        visible,
        number("smoothing", 0.0, LARGEST),
        exploding,
        vanishing,
        frozenset(texts("flipped")) & frozenset(known),
        frozenset(texts("hidden")),
        state["layer"] if isinstance(state.get("layer"), str) else "",
    )


class Study:
    """The runs that are plotted, and their curves, found when they are first asked for.

    ``iteration`` is the one looked at, None for the latest. ``marks`` say where a run stopped and why. ``arrays`` are
    the weights and the gradients of each run's layers at ``arrays_at``.
    """

    def __init__(self, runs: Sequence[Plotted] = ()) -> None:
        self.runs = tuple(runs)
        self.iteration: int | None = None
        self.marks: tuple[tuple[int, str], ...] = ()
        self.arrays: tuple[Mapping[str, tuple[Array, Array]], ...] = ()
        self.arrays_at: int | None = None
        self._curves: dict[tuple[int, str], Curves] = {}

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers, of the run that has the most."""
        return max((run.records.layers for run in self.runs), key=len, default=())

    @property
    def latest(self) -> int:
        """The last iteration recorded by any run; 0 before the first."""
        return max((len(run.records) - 1 for run in self.runs if len(run.records)), default=0)

    @property
    def shown_iteration(self) -> int:
        """The iteration looked at."""
        return self.latest if self.iteration is None else min(self.iteration, self.latest)

    def curves(self, run: int, quantity: Quantity) -> Curves:
        """The curves of a run, by its number."""
        key = (run, quantity.name)
        if key not in self._curves:
            self._curves[key] = Curves(self.runs[run].records, quantity)
        return self._curves[key]

    def refresh(self, quantities: Iterable[Quantity], smoothing: float) -> set[str]:
        """Takes in what is new of these quantities; the names of those that changed."""
        changed = set()
        for quantity in quantities:
            for run in range(len(self.runs)):
                if self.curves(run, quantity).refresh(smoothing):
                    changed.add(quantity.name)
        return changed

    def behind(self, quantities: Iterable[Quantity]) -> bool:
        """True while curves wait for the next refresh."""
        return any(self.curves(run, quantity).behind for quantity in quantities for run in range(len(self.runs)))
