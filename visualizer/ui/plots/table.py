"""The table of plots: a new one is one entry here."""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.session.plots.curves import GRADIENT_NORMS, LOSS, SCORE, TEST_LOSS, TEST_SCORE, UPDATE_RATIOS
from visualizer.ui.plots.depth import DepthPlot
from visualizer.ui.plots.heat import HeatPlot
from visualizer.ui.plots.layers import LayerPlot
from visualizer.ui.plots.plot import Plot
from visualizer.ui.plots.rules import healthy_ratio, thresholds
from visualizer.ui.plots.scores import ScorePlot
from visualizer.ui.plots.spread import SpreadPlot

PLOTS: Mapping[str, Plot] = {
    plot.key: plot
    for plot in (
        ScorePlot("loss", "Loss", LOSS, TEST_LOSS),
        LayerPlot("norms", "Gradient norm", "Gradient norm by layer", "‖∇‖", GRADIENT_NORMS, thresholds),
        DepthPlot(),
        HeatPlot(),
        SpreadPlot(),
        LayerPlot("ratio", "Update ratio", "Update-to-weight ratio", "‖Δ‖ / ‖w‖", UPDATE_RATIOS, healthy_ratio),
        ScorePlot("score", "Score", SCORE, TEST_SCORE, is_score=True),
    )
}
