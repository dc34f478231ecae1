"""Where the parts of charts go: nothing leaves its plot, and no two texts lie over each other."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from tests.ui.plots.runs import context, plotted
from visualizer.session.plots.scales import Scale
from visualizer.session.plots.study import Look
from visualizer.ui.plots.chart import Chart, Entry, Label, Line, Rule
from visualizer.ui.plots.geometry import Placed, place_charts
from visualizer.ui.plots.table import PLOTS
from visualizer.ui.theme import LIGHT, color, text_width

pytestmark = pytest.mark.usefixtures("fonts")
TONE = color(LIGHT.text)
WHOLE = QRectF(0, 0, 380, 210)


def placed(rect: QRectF = WHOLE, corner: float = 60.0, **parts: object) -> Placed:
    chart = Chart("Gradient norm by layer", ("every iteration",), (0.0, 100.0), Scale(False, 0.0, 1.0), **parts)  # type: ignore[arg-type]
    return place_charts([chart], rect, corner)[0]


def apart(areas: list[QRectF]) -> bool:
    return not any(one.adjusted(0.5, 0.5, -0.5, -0.5).intersects(other) for one, other in combinations(areas, 2))


@pytest.mark.parametrize(("width", "title"), [(320, "Gradient norm against depth"), (230, "Gradient against depth")])
def test_a_title_is_shortened_where_it_leaves_no_room(width: int, title: str) -> None:
    chart = Chart(
        "Gradient norm against depth",
        ("‖∇‖, iteration 499", "at 499"),
        (1.0, 10.0),
        Scale(False, 0.0, 1.0),
        short_title="Gradient against depth",
    )
    (placed,) = place_charts([chart], QRectF(0, 0, width, 200))
    assert placed.chart.title == title


def test_pixels_and_numbers_are_each_others_inverse() -> None:
    of = placed()
    assert of.x(0.0) == of.frame.left()
    assert of.y(1.0) == of.frame.top()
    assert of.x_at(of.x(37.0)) == pytest.approx(37.0)
    assert of.place_at(of.y(0.25)) == pytest.approx(0.25)
    pixels = of.pixels(np.array([[37.0, 0.25], [1e300, np.nan]]))
    assert pixels[0].tolist() == pytest.approx([of.x(37.0), of.y(0.25)])
    assert abs(pixels[1, 0]) <= 20_000
    assert np.isnan(pixels[1, 1])


@pytest.mark.parametrize("places", [[0.5] * 8, [0.0] * 8, [1.0] * 8, [0.1, 0.11, 0.9, 0.91, 0.92], [float("nan")] * 3])
def test_names_at_the_ends_of_curves_do_not_overlap(places: list[float]) -> None:
    of = placed(entries=tuple(Entry(str(k), f"layer {k}", TONE, place=place) for k, place in enumerate(places)))
    areas = [area for _, area in of.entries]
    assert apart(areas)
    for area in areas:
        assert area.left() >= of.frame.right()
        assert of.rect.contains(area)


def test_names_keep_the_order_of_their_curves() -> None:
    places = [0.5, 0.52, 0.2, 0.51]
    of = placed(entries=tuple(Entry(str(k), f"layer {k}", TONE, place=place) for k, place in enumerate(places)))
    assert [entry.key for entry, _ in sorted(of.entries, key=lambda item: item[1].top())] == ["1", "3", "0", "2"]


@pytest.mark.parametrize("width", [150, 220, 300, 380, 700])
@pytest.mark.parametrize(
    "names", [("train", "test"), ("plain", "with skips", "test"), tuple("a long name" for _ in range(6))]
)
def test_a_legend_is_clear_of_the_title_and_of_the_buttons(width: int, names: tuple[str, ...]) -> None:
    rect = QRectF(0, 0, width, 210)
    of = placed(rect, entries=tuple(Entry(str(k), name, TONE) for k, name in enumerate(names)))
    title = QRectF(of.frame.left(), 2, text_width(of.chart.title, 13, "semibold"), 18)
    buttons = QRectF(width - 60, 0, 60, 20)
    areas = [area for _, area in of.entries]
    assert apart([*areas, title])
    assert not any(area.intersects(buttons) for area in areas)
    if width >= 220:
        assert all(rect.contains(area) for area in areas)


@pytest.mark.parametrize("width", [150, 220, 300, 380, 700])
def test_the_longest_subtitle_is_said_that_there_is_room_for(width: int) -> None:
    chart = Chart(
        "Loss", ("mean and range of each pixel", "mean and range", "mean"), (0.0, 1.0), Scale(False, 0.0, 1.0)
    )
    (of,) = place_charts([chart], QRectF(0, 0, width, 200), 60.0)
    x, said = of.subtitle
    assert said in {*chart.subtitles, ""}
    if said:
        assert x >= of.frame.left() + text_width("Loss", 13, "semibold")
        assert x + text_width(said, 11) <= width - 60 + 0.5
    if width == 700:
        assert said == chart.subtitles[0]


def test_thresholds_close_to_each_other_have_texts_apart() -> None:
    rules = Rule(0.5, "exploding 10", TONE, "exploding"), Rule(0.51, "vanishing 1e-4", TONE, "vanishing")
    of = placed(rules=rules)
    assert len(of.rules) == 2
    assert apart([area for _, area in of.rules])
    assert all(of.frame.contains(area) for _, area in of.rules)


def test_a_threshold_beyond_the_scale_is_not_there() -> None:
    assert placed(rules=(Rule(1.5, "exploding 10", TONE, "exploding"),)).rules == ()


def test_the_names_of_lines_cover_neither_lines_nor_each_other() -> None:
    x = np.arange(1.0, 51.0) * 2
    falling = Line(np.stack([x, 1.0 - x / 110], axis=1), TONE)
    level = Line(np.stack([x, 0.5 + 0.02 * np.sin(x)], axis=1), TONE)
    of = placed(lines=(falling, level), labels=(Label(falling, "plain"), Label(level, "with skips")))
    areas = [area for _, area in of.labels]
    assert len(areas) == 2
    assert apart(areas)
    for area in areas:
        assert of.frame.contains(area)
        for line in (falling, level):
            pixels = of.pixels(line.points)
            assert not any(area.contains(*point) for point in pixels)


def test_charts_of_one_plot_stand_side_by_side() -> None:
    made = context(plotted(50))
    made.study.arrays, made.study.arrays_at = ({"layer1": (np.arange(9.0), np.arange(9.0))},), 3
    left, right = place_charts(PLOTS["histogram"].charts(made), WHOLE, 60.0)
    assert left.rect.right() < right.rect.left()
    assert left.frame.width() == pytest.approx(right.frame.width())


@pytest.mark.parametrize("key", PLOTS)
def test_everything_keeps_within_the_plot(key: str) -> None:
    for runs in ((plotted(500, layers=8),), (plotted(500, layers=40), plotted(500, layers=40, label="with skips"))):
        for of in place_charts(PLOTS[key].charts(context(*runs, look=Look())), WHOLE, 60.0):
            for _, area in (*of.entries, *of.rules, *of.labels):
                assert WHOLE.contains(area)


@pytest.mark.parametrize(("start", "aside"), [(0.5, True), (0.1, False)])
def test_a_threshold_is_named_where_no_curve_goes(start: float, aside: bool) -> None:
    points = np.stack([np.linspace(0, 100, 40), np.linspace(start, 0.9, 40)], axis=1)
    line = Line(points, TONE, 2.0)
    of = placed(rules=(Rule(0.55, "exploding 10", TONE, "exploding"),), lines=(line,), labels=(Label(line, ""),))
    ((_, area),) = of.rules
    assert (area.left() > of.frame.left() + 20) == aside
    assert not any(area.contains(*point) for point in of.pixels(points))


def test_names_do_not_lie_over_each_other_where_many_curves_run_together() -> None:
    x = np.linspace(0, 100, 60)
    lines = tuple(Line(np.stack([x, 0.85 + 0.02 * k + 0.02 * np.sin(x + k)], axis=1), TONE, 2.0) for k in range(4))
    of = placed(
        rules=(Rule(0.95, "exploding 10", TONE, "exploding"), Rule(0.88, "vanishing 1e-4", TONE, "vanishing")),
        lines=lines,
        labels=tuple(Label(line, f"skips every 2, gain {k}") for k, line in enumerate(lines)),
    )
    assert len(of.labels) == 4
    assert apart([area for _, area in (*of.rules, *of.labels)])
