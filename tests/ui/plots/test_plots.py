"""The table of plots: every entry can be shown whatever the runs are, and says what was recorded."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from tests.ui.plots.runs import append, context, plotted
from visualizer.session.plots.curves import Plotted
from visualizer.session.plots.study import Look
from visualizer.ui.plots.chart import Chart
from visualizer.ui.plots.geometry import place_charts
from visualizer.ui.plots.plot import Context, Plot
from visualizer.ui.plots.styles import layer_color, run_color
from visualizer.ui.plots.table import PLOTS
from visualizer.ui.theme import DARK, LIGHT, color

pytestmark = pytest.mark.usefixtures("fonts")
every_plot = pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)


def exploded(label: str = "explodes") -> Plotted:
    """A run whose norms end at infinity, with an exact 0 and a NaN."""
    made = plotted(100, label=label)
    made.records.losses.append(100, np.array([[math.inf], [math.nan]]))
    made.records.gradient_norms.append(100, np.array([[0.0, 1.0, math.inf], [math.nan, 0.0, math.inf]]))
    return made


CASES = {
    "no run": (),
    "no iteration": (plotted(0),),
    "one iteration": (plotted(1),),
    "one layer": (plotted(50, layers=1),),
    "no layer": (plotted(50, layers=0),),
    "a short run": (plotted(30),),
    "a long run": (plotted(5000, layers=8),),
    "many layers": (plotted(300, layers=50),),
    "exploded": (exploded(),),
    "two runs": (plotted(300), plotted(200, label="with skips")),
    "two deep runs": (plotted(300, layers=50), plotted(300, layers=30, label="with skips")),
    "six runs, of which one exploded": (exploded(), *(plotted(10 * k, label=f"gain {k}") for k in range(1, 6))),
    "a regression": (plotted(200, score="R²"),),
}


def chart_of(key: str, made: Context) -> Chart:
    return PLOTS[key].charts(made)[0]


@every_plot
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("look", [Look(), Look(smoothing=0.9, flipped=frozenset(PLOTS))], ids=["usual", "other"])
def test_every_plot_can_show_any_runs(plot: Plot, case: str, look: Look) -> None:
    runs = CASES[case]
    for made in (context(*runs, look=look), context(*runs, look=look, iteration=7, span=(3.0, 40.0), theme=DARK)):
        arrays = {name: (np.eye(3), np.zeros((3, 3))) for name in made.study.layers}
        made.study.arrays, made.study.arrays_at = tuple(arrays for _ in runs), 7
        charts = plot.charts(made)
        for number, chart in enumerate(charts):
            assert chart.y.high > chart.y.low
            assert chart.x[1] > chart.x[0]
            assert math.isfinite(chart.y.high - chart.y.low)
            for line in chart.lines:
                assert line.points.shape[1] == 2
                assert not np.isinf(line.points).any()
            plot.read(made, number, 5.0, math.nan)
            plot.read(made, number, -1e9, chart.y.low)
        for size in ((320, 200), (90, 60), (1900, 400)):
            place_charts(charts, QRectF(0, 0, *size))


@every_plot
def test_every_plot_has_a_name_and_says_what_is_missing(plot: Plot) -> None:
    for chart in plot.charts(context()):
        assert chart.nothing
    assert plot.chip
    assert PLOTS[plot.key] is plot


def test_loss_has_a_curve_for_training_and_one_for_the_test_set() -> None:
    chart = chart_of("loss", context(plotted(250)))
    train, test = chart.lines
    assert train.points[:, 0].tolist() == list(range(250))
    np.testing.assert_allclose(train.points[:, 1], 1.0 / np.arange(1.0, 251.0))
    assert test.points[:, 0].tolist() == [0, 100, 200]
    assert [(entry.key, entry.color) for entry in chart.entries] == [
        ("train", color(LIGHT.forward)),
        ("test", color(LIGHT.update)),
    ]


def test_a_pixel_of_many_iterations_has_their_mean_and_their_range() -> None:
    chart = chart_of("loss", context(plotted(5000), look=Look(hidden=frozenset({"loss/test"}))))
    (line,), (band,) = chart.lines, chart.bands
    assert len(line.points) == len(band.points) < 330
    assert np.all(band.points[:, 1] < line.points[:, 1])
    assert np.all(line.points[:, 1] < band.points[:, 2])
    assert "mean" in chart.subtitles[0]


def test_smoothing_is_for_training_alone() -> None:
    made = context(plotted(250), look=Look(smoothing=0.9))
    plain, smooth, test = chart_of("loss", made).lines
    assert smooth.points[-1, 1] > plain.points[-1, 1]
    assert test.points[1, 1] == pytest.approx(2 / 101)
    reading = PLOTS["loss"].read(made, 0, 150, math.nan)
    assert reading is not None
    assert [name for _, name, _ in reading.rows] == ["train", "smoothed", "test at 100"]
    assert reading.rows[0][2] == "0.006623"


def test_several_runs_have_a_colour_each_and_dashes_for_tests() -> None:
    chart = chart_of("loss", context(plotted(250), plotted(250, label="with skips")))
    assert [(line.color, line.dashed) for line in chart.lines] == [
        (run_color(LIGHT, run), test) for run in (0, 1) for test in (False, True)
    ]
    assert [entry.text for entry in chart.entries] == ["plain", "with skips", "test"]


@pytest.mark.parametrize(("hidden", "left"), [("test", 2), ("run0", 2), ("run1", 2)])
def test_what_is_switched_off_is_not_drawn(hidden: str, left: int) -> None:
    look = Look(hidden=frozenset({f"loss/{hidden}"}))
    made = context(plotted(250), plotted(250, label="with skips"), look=look)
    chart = chart_of("loss", made)
    assert len(chart.lines) == left
    assert [entry.shown for entry in chart.entries if entry.key == hidden] == [False]
    reading = PLOTS["loss"].read(made, 0, 10, math.nan)
    assert reading is not None
    assert len(reading.rows) == left


def test_norms_have_a_curve_for_each_layer_in_the_colours_of_magnitudes() -> None:
    chart = chart_of("norms", context(plotted(250, layers=4)))
    assert [line.color for line in chart.lines] == [layer_color(LIGHT, k, 4) for k in range(4)]
    assert [line.points[0, 1] for line in chart.lines] == pytest.approx([-1, -2, -3, -4])
    assert (chart.entries[0].key, chart.entries[0].text) == ("layer1", "layer 1")
    assert [entry.place for entry in chart.entries] == pytest.approx([-1, -2, -3, -4])
    assert chart.ramp is None


def test_many_layers_have_a_ramp_with_the_first_and_the_last() -> None:
    chart = chart_of("norms", context(plotted(250, layers=50)))
    assert len(chart.lines) == 50
    assert chart.entries == ()
    assert chart.ramp is not None
    assert [text for _, text in chart.ramp.texts] == ["layer 50", "layer 1"]


def test_several_deep_runs_have_their_first_and_last_layers_and_a_band() -> None:
    chart = chart_of("norms", context(plotted(250, layers=20), plotted(250, layers=20, label="with skips")))
    assert [(line.color, line.dashed) for line in chart.lines] == [
        (run_color(LIGHT, run), last) for run in (0, 1) for last in (False, True)
    ]
    assert len(chart.bands) == 2
    assert chart.bands[0].points[0].tolist() == pytest.approx([0, -20, -1])
    assert chart.ramp is None


def test_thresholds_are_settings_and_within_the_scale() -> None:
    chart = chart_of("norms", context(plotted(250), look=Look(exploding=1e3, vanishing=1e-8)))
    assert [(rule.name, rule.text) for rule in chart.rules] == [
        ("exploding", "exploding 1000"),
        ("vanishing", "vanishing 1e-8"),
    ]
    assert (chart.y.low, chart.y.high) == (-8, 3)


def test_of_many_layers_the_one_at_the_pointer_is_read() -> None:
    made = context(plotted(250, layers=50))
    reading = PLOTS["norms"].read(made, 0, 100, -17.2)
    assert reading is not None
    assert [(name, number) for _, name, number in reading.rows] == [
        ("layer 1", "0.1"),
        ("layer 17", "1e−17"),
        ("layer 50", "1e−50"),
    ]


def test_what_is_not_finite_is_marked_and_what_is_zero_stands_at_the_floor() -> None:
    chart = chart_of("norms", context(exploded()))
    assert [(gap.first, gap.last) for gap in chart.gaps] == [(100, 101)]
    assert "NaN" in chart.gaps[0].text
    assert "∞" in chart.gaps[0].text
    assert {float(x) for floor in chart.floors for x in floor.x} == {100.0, 101.0}
    assert chart.lines[0].points[100].tolist() == [100, chart.y.low]


def test_a_run_that_goes_on_is_seen_beside_one_that_exploded() -> None:
    made = context(exploded(), plotted(300, label="goes on"))
    chart = chart_of("norms", made)
    assert np.isfinite(chart.lines[-1].points).all()
    depth = chart_of("depth", context(exploded(), plotted(102, label="goes on"), iteration=101))
    assert np.isnan(depth.lines[0].points[0, 1])
    assert np.isfinite(depth.lines[1].points).all()
    assert depth.captions[0][0] == "explodes: not finite in 2 of 3 layers"


def test_depth_has_the_norms_at_the_iteration_looked_at() -> None:
    runs = plotted(250, layers=4, growth=0.01), plotted(120, layers=3, growth=0.01, label="with skips")
    chart = chart_of("depth", context(*runs, iteration=100))
    line, other = chart.lines
    assert line.points[:, 0].tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(line.points[:, 1], np.log10(list(runs[0].records[100].gradient_norms.values())))
    assert len(other.points) == 3
    assert [label.text for label in chart.labels] == ["plain", "with skips"]
    ended = chart_of("depth", context(*runs))
    assert ended.labels[1].text == "with skips, at 119"
    assert ended.subtitles[0] == "‖∇‖, iteration 249, the latest"


def test_the_map_has_a_row_for_each_layer_the_first_at_the_bottom() -> None:
    chart = chart_of("heat", context(plotted(50, layers=4)))
    (raster,) = chart.rasters
    assert (raster.image.width(), raster.image.height()) == (50, 4)
    assert raster.area == (-0.5, 49.5, 0.5, 4.5)
    top, bottom = raster.image.pixelColor(0, 0), raster.image.pixelColor(0, 3)
    assert bottom.lightness() < top.lightness()  # the largest is the darkest on a light ground
    assert [text for _, text in chart.y_ticks or ()] == ["4", "1", "2", "3"]


def test_the_map_hatches_what_is_not_finite_and_dots_zeros() -> None:
    (raster,) = chart_of("heat", context(exploded())).rasters
    assert raster.holes == ((100.5, 101.5, 0.5, 1.5), (99.5, 101.5, 2.5, 3.5))
    assert raster.zeros == ((99.5, 100.5, 0.5, 1.5), (100.5, 101.5, 1.5, 2.5))


def test_maps_of_several_runs_lie_above_each_other() -> None:
    made = context(plotted(50, layers=4), plotted(50, layers=2, label="with skips"))
    first, second = chart_of("heat", made).rasters
    assert first.area[2] > second.area[3]
    reading = PLOTS["heat"].read(made, 0, 10, second.area[2] + 1.4)
    assert reading is not None
    assert [name for _, name, _ in reading.rows] == ["with skips, layer 2"]


def test_histograms_count_the_layer_that_was_picked() -> None:
    made = context(plotted(50), look=Look(layer="layer2"))
    made.study.arrays = ({"layer2": (np.array([1.0, 2.0, 2.0, math.nan]), np.array([0.0, 0.0, 0.0, 4.0]))},)
    made.study.arrays_at = 12
    weights, gradients = PLOTS["histogram"].charts(made)
    assert [text for text, _ in weights.captions] == ["4 weights, no zeros", "1 NaN or infinite"]
    assert [text for text, _ in gradients.captions] == ["4 gradients, 75 % zeros"]
    assert weights.subtitles[0] == "counts, iteration 12"
    reading = PLOTS["histogram"].read(made, 1, 0.1, math.nan)
    assert reading is not None
    assert reading.rows[0][1:] == ("gradients", "3 of 4")
    assert PLOTS["histogram"].charts(context(plotted(50)))[0].nothing == "no weights yet"


def test_the_update_ratio_is_held_against_a_thousandth() -> None:
    made = context(plotted(100))
    chart = chart_of("ratio", made)
    assert [(rule.name, rule.place) for rule in chart.rules] == [("", -3.0)]
    assert chart.subtitles[0].endswith("every 20 iterations")
    reading = PLOTS["ratio"].read(made, 0, 50, math.nan)
    assert reading is not None
    assert reading.rows[2][1:] == ("layer 3", "0.003")
    assert reading.note == "measured at 40"


@pytest.mark.parametrize(("score", "title", "said"), [("accuracy", "Accuracy", "75.0 %"), ("R²", "R²", "0.75")])
def test_the_score_is_called_what_it_is(score: str, title: str, said: str) -> None:
    made = context(plotted(100, score=score))
    chart = chart_of("score", made)
    assert chart.title == title
    assert chart.percent == (score == "accuracy")
    reading = PLOTS["score"].read(made, 0, 40, math.nan)
    assert reading is not None
    assert reading.rows[0][2] == said


def test_a_plot_takes_the_scale_that_it_is_told() -> None:
    assert chart_of("loss", context(plotted(50))).y.log is False
    assert chart_of("loss", context(plotted(50), look=Look(flipped=frozenset({"loss"})))).y.log is True
    zoomed = chart_of("norms", context(plotted(50), y=(-2.5, -1.5)))
    assert (zoomed.y.low, zoomed.y.high) == (-2.5, -1.5)


def test_a_run_that_grows_is_followed(qapp: QApplication) -> None:
    run = plotted(50)
    made = context(run)
    append(run.records, 25)
    made.study.refresh(PLOTS["loss"].quantities, 0.0)
    assert len(chart_of("loss", Context(made.study, made.look, LIGHT, 0, 100, None, 300, 200)).lines[0].points) == 75
