"""Records for the tests of plots, made by formula: no training, and every number known."""

import numpy as np

from engine.records import Records
from visualizer.session.plots.curves import Plotted
from visualizer.session.plots.study import Look, Study
from visualizer.ui.plots.plot import Context
from visualizer.ui.plots.table import PLOTS
from visualizer.ui.theme import LIGHT, Theme

EVERY, TEST_EVERY = 20, 100


def plotted(count: int, layers: int = 3, label: str = "plain", score: str = "accuracy", growth: float = 0.0) -> Plotted:
    """Loss 1 / (1 + i); the gradient norm of layer k (from 1) is 10^-k times e^(growth i)."""
    records = Records(tuple(f"layer{k + 1}" for k in range(layers)))
    append(records, count, growth)
    return Plotted(label, records, score)


def append(records: Records, count: int, growth: float = 0.0) -> None:
    """More of the same."""
    start, layers = len(records), len(records.layers)
    at = np.arange(start, start + count, dtype=np.float64)
    with np.errstate(over="ignore"):
        sizes = np.exp(growth * at)[:, None] * 10.0 ** -np.arange(1.0, layers + 1)
    records.losses.append(start, 1.0 / (1.0 + at[:, None]))
    records.gradient_norms.append(start, sizes)
    for i in range(start, start + count):
        if i % EVERY == 0:
            row = [[1.0, 0.001 * (k + 1), 0.0, 0.0] for k in range(layers)]
            records.details.append(i, np.array([[0.75, *np.ravel(row)]]))
        if i % TEST_EVERY == 0:
            records.tests.append(i, np.array([[2.0 / (1.0 + i), 0.5]]))


def context(
    *runs: Plotted,
    look: Look | None = None,
    theme: Theme = LIGHT,
    size: tuple[float, float] = (320.0, 200.0),
    iteration: int | None = None,
    span: tuple[float, float] | None = None,
    y: tuple[float, float] | None = None,
) -> Context:
    """All runs taken in, and looked at as they are said to be."""
    look = look or Look()
    study = Study(runs)
    study.iteration = iteration
    quantities = [quantity for plot in PLOTS.values() for quantity in plot.quantities]
    study.refresh(quantities, look.smoothing)
    while study.behind(quantities):
        study.refresh(quantities, look.smoothing)
    first, last = span or (0.0, float(max(study.latest, 10)))
    return Context(study, look, theme, first, last, y, *size)
