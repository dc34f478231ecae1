"""The panel: it follows runs that grow, its plots look at the same iterations, gestures and keys do what they say."""

import math
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.plots.runs import append, plotted
from visualizer.session.plots.curves import Plotted
from visualizer.session.plots.study import DEFAULT_PLOTS, Look
from visualizer.ui.plots.dock import PlotsPanel
from visualizer.ui.plots.rows import shape_of
from visualizer.ui.plots.table import PLOTS
from visualizer.ui.plots.view import PlotView
from visualizer.ui.theme import DARK, LIGHT, color

LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def clean(fonts: None) -> Iterator[None]:
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def shown(qtbot: QtBot, *runs: Plotted, size: tuple[int, int] = (1280, 260), all_plots: bool = False) -> PlotsPanel:
    panel = PlotsPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show()
    if all_plots:
        panel.restore({"visible": list(PLOTS)})
    panel.set_runs(runs or (plotted(1000),))
    catch_up(panel)
    return panel


def catch_up(panel: PlotsPanel) -> None:
    panel.refresh(at_once=True)
    while panel.is_behind:
        panel.refresh(at_once=True)


def view_of(panel: PlotsPanel, key: str) -> PlotView:
    return next(view for view in panel.findChildren(PlotView) if view.plot is PLOTS[key])


def at(view: PlotView, x: float, share: float = 0.5) -> QPoint:
    """The pixel of an x, at a share of the height from above."""
    placed = view.placed[0]
    return QPointF(placed.x(x), placed.frame.top() + share * placed.frame.height()).toPoint()


def wheel(view: PlotView, place: QPoint, notches: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    position = QPointF(place)
    event = QWheelEvent(
        position, view.mapToGlobal(position), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def drag(view: PlotView, start: QPoint, stop: QPoint) -> None:
    port = view.viewport()
    QTest.mousePress(port, LEFT, NONE, start)
    for share in (0.3, 0.7, 1.0):
        between = QPointF(start) + share * QPointF(stop - start)
        QTest.mouseMove(port, between.toPoint())
        QTest.qWait(5)
    QTest.mouseRelease(port, LEFT, NONE, stop)


def span(view: PlotView) -> tuple[float, float]:
    return view.placed[0].chart.x


# Runs -----------------------------------------------------------------------------------------------------------------


def test_three_plots_stand_in_a_row_at_first(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    views = [view_of(panel, key) for key in DEFAULT_PLOTS]
    assert [view for view in panel.findChildren(PlotView) if view.isVisible()] == views
    assert len({view.y() if callable(view.y) else view.mapTo(panel, QPoint()).y() for view in views}) == 1
    assert max(view.width() for view in views) - min(view.width() for view in views) <= 1


def test_new_records_are_drawn(qtbot: QtBot) -> None:
    run = plotted(200)
    panel = shown(qtbot, run)
    append(run.records, 150)
    before = view_of(panel, "loss").painted
    panel.refresh(at_once=True)
    panel.grab()
    assert view_of(panel, "loss").placed[0].chart.lines[0].points[-1, 0] == 348.5
    assert view_of(panel, "loss").painted > before
    assert view_of(panel, "depth").placed[0].chart.subtitles[0] == "‖∇‖, iteration 349, the latest"


def test_nothing_is_painted_where_nothing_is_new(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    panel.grab()
    QTest.qWait(300)
    before = [view.painted for view in panel.findChildren(PlotView)]
    for _ in range(10):
        panel.refresh(at_once=True)
        panel.grab()
    assert [view.painted for view in panel.findChildren(PlotView)] == before


def test_what_does_not_concern_a_plot_leaves_it_alone(qtbot: QtBot) -> None:
    run = plotted(1000)
    panel = shown(qtbot, run)
    panel.zoom(100.0, 300.0)
    panel.set_iteration(50)
    panel.grab()
    QTest.qWait(300)
    panel.grab()
    before = [view.painted for view in panel.findChildren(PlotView)]
    append(run.records, 100)
    panel.refresh(at_once=True)
    panel.grab()
    assert [view.painted for view in panel.findChildren(PlotView)] == before


def test_what_is_asked_too_soon_is_done_later(qtbot: QtBot) -> None:
    run = plotted(200)
    panel = shown(qtbot, run)
    append(run.records, 10)
    panel.refresh()
    append(run.records, 10)
    panel.refresh()
    qtbot.waitUntil(lambda: view_of(panel, "loss").placed[0].chart.lines[0].points[-1, 0] == 219, timeout=3000)


def test_a_panel_that_nobody_sees_does_nothing(qtbot: QtBot) -> None:
    run = plotted(200)
    panel = shown(qtbot, run)
    panel.hide()
    append(run.records, 10)
    panel.refresh(at_once=True)
    assert view_of(panel, "loss").placed[0].chart.lines[0].points[-1, 0] == 199
    panel.show()
    assert view_of(panel, "loss").placed[0].chart.lines[0].points[-1, 0] == 209


def test_a_long_run_is_taken_in_piece_by_piece(qtbot: QtBot) -> None:
    run = plotted(0, layers=10)
    count = 100_000
    run.records.losses.append(0, np.ones((count, 1)))
    run.records.gradient_norms.append(0, np.ones((count, 10)))
    panel = PlotsPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.show()
    panel.set_runs([run])
    assert panel.is_behind
    qtbot.waitUntil(lambda: not panel.is_behind, timeout=5000)
    assert view_of(panel, "norms").placed[0].chart.lines[0].points[-1, 0] > count - 1000


def test_a_worker_may_train_all_the_while(qtbot: QtBot) -> None:
    run = plotted(1)
    panel = shown(qtbot, run, all_plots=True, size=(1280, 420))
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set() and len(run.records) < 60_000:
            append(run.records, 50)
            stop.wait(0.001)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(25):
            panel.refresh(at_once=True)
            panel.grab()
            QApplication.processEvents()
        run.records.cut(30)
        panel.refresh(at_once=True)
        panel.grab()
    finally:
        stop.set()
        worker.join()


def test_other_runs_begin_anew(qtbot: QtBot) -> None:
    panel = shown(qtbot, plotted(1000))
    panel.zoom(100.0, 200.0)
    panel.set_runs([plotted(50), plotted(60, label="with skips")])
    assert span(view_of(panel, "loss")) == (0.0, 59.0)
    assert [entry.text for entry, _ in view_of(panel, "loss").placed[0].entries] == ["plain", "with skips", "test"]


def test_marks_say_why_a_run_stopped(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    panel.set_marks([(999, "iteration 999: the loss became NaN")])
    view = view_of(panel, "loss")
    assert [mark.text for mark in view.placed[0].chart.marks] == ["iteration 999: the loss became NaN"]
    plain = view.grab().toImage()
    QTest.mouseMove(view.viewport(), at(view, 997.0))
    assert view.grab().toImage() != plain


# Looking --------------------------------------------------------------------------------------------------------------


def test_the_wheel_zooms_all_plots_over_iterations_about_the_pointer(qtbot: QtBot) -> None:
    panel = shown(qtbot, all_plots=True, size=(1280, 420))
    view, other = view_of(panel, "loss"), view_of(panel, "heat")
    wheel(view, at(view, 400.0), 2)
    first, last = span(view)
    assert 0 < first < 400 < last < 1000
    assert (400 - first) / (last - first) == pytest.approx(0.4, abs=0.02)
    assert span(other) == span(view_of(panel, "norms")) == (first, last)
    assert span(view_of(panel, "depth"))[1] < 10
    wheel(view, at(view, 400.0), -9)
    assert span(view) == span(other) == (0.0, 1000.0)


def test_a_drag_moves_along_and_stops_at_the_ends(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    view = view_of(panel, "loss")
    panel.zoom(400.0, 600.0)
    drag(view, at(view, 550.0), at(view, 450.0))
    first, last = span(view)
    assert first == pytest.approx(500, abs=8)
    assert last - first == pytest.approx(200)
    assert span(view_of(panel, "norms")) == (first, last)
    for _ in range(8):
        drag(view, at(view, span(view)[1] - 5), at(view, span(view)[0] + 5))
    assert span(view)[1] == 1000.0


def test_with_control_the_wheel_zooms_the_numbers_of_one_plot(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    view, other = view_of(panel, "loss"), view_of(panel, "norms")
    before = view.placed[0].chart.y, other.placed[0].chart.y
    wheel(view, at(view, 400.0), 3, Qt.KeyboardModifier.ControlModifier)
    assert view.placed[0].chart.y.high < before[0].high
    assert other.placed[0].chart.y == before[1]
    assert span(view) == (0.0, 1000.0)
    button = panel.findChild(QPushButton, "quiet")
    assert button.isEnabled()
    button.click()
    assert view.placed[0].chart.y == before[0]
    assert not button.isEnabled()


def test_a_double_click_shows_everything_again_and_chooses_nothing(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    chosen: list[int] = []
    panel.iteration_chosen.connect(chosen.append)
    view = view_of(panel, "loss")
    panel.zoom(400.0, 600.0)
    port, place = view.viewport(), at(view, 500.0)
    QTest.mouseClick(port, LEFT, NONE, place)
    QTest.mouseDClick(port, LEFT, NONE, place)
    assert span(view) == (0.0, 1000.0)
    QTest.qWait(400)
    assert chosen == []


def test_a_click_chooses_the_iteration_under_it(qtbot: QtBot) -> None:
    panel = shown(qtbot, all_plots=True, size=(1280, 420))
    for key, x in (("loss", 250.0), ("norms", 700.0), ("heat", 400.0)):
        view = view_of(panel, key)
        with qtbot.waitSignal(panel.iteration_chosen, timeout=2000) as signal:
            QTest.mouseClick(view.viewport(), LEFT, NONE, at(view, x))
        assert signal.args[0] == pytest.approx(x, abs=6)
        assert f"{signal.args[0]:,}" in view_of(panel, "depth").placed[0].chart.subtitles[0]


def test_a_click_beyond_the_last_iteration_chooses_the_last(qtbot: QtBot) -> None:
    panel = shown(qtbot, plotted(903))
    view = view_of(panel, "loss")
    with qtbot.waitSignal(panel.iteration_chosen, timeout=2000) as signal:
        QTest.mouseClick(view.viewport(), LEFT, NONE, at(view, 909.0))
    assert signal.args == [902]


def test_the_crosshair_stands_in_all_plots_over_iterations(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    QTest.qWait(300)
    views = [view_of(panel, key) for key in DEFAULT_PLOTS]
    before = [view.grab().toImage() for view in views]
    QTest.mouseMove(views[0].viewport(), at(views[0], 500.0))
    after = [view.grab().toImage() for view in views]
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, True, False]
    QTest.mouseMove(views[0].viewport(), QPoint(2, 2))
    assert [view.grab().toImage() for view in views] == before


def test_the_iteration_looked_at_has_a_line_and_the_depth_its_norms(qtbot: QtBot) -> None:
    panel = shown(qtbot, plotted(1000, growth=0.01))
    panel.set_iteration(500)
    view = view_of(panel, "norms")
    image, place = view.grab().toImage(), at(view, 500.0, 0.9)
    assert min(image.pixelColor(place.x() + dx, place.y()).lightness() for dx in (-1, 0, 1)) < 150
    assert view_of(panel, "depth").placed[0].chart.lines[0].points[0, 1] == pytest.approx(-1 + 5 / math.log(10))
    panel.set_iteration(None)
    assert view_of(panel, "depth").placed[0].chart.subtitles[0].endswith("the latest")


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_Left, NONE, 499), (Qt.Key.Key_Right, NONE, 501), (Qt.Key.Key_PageDown, NONE, 600),
        (Qt.Key.Key_Home, NONE, 0), (Qt.Key.Key_End, NONE, 999), (Qt.Key.Key_Left, SHIFT, 490),
    ],
)  # fmt: skip
def test_keys_move_the_iteration(key: Qt.Key, modifier: Qt.KeyboardModifier, expected: int, qtbot: QtBot) -> None:
    panel = shown(qtbot)
    panel.set_iteration(500)
    for name in ("loss", "depth"):
        panel.set_iteration(500)
        with qtbot.waitSignal(panel.iteration_chosen) as signal:
            QTest.keyClick(view_of(panel, name), key, modifier)
        assert signal.args == [expected]


def test_keys_zoom_and_come_back(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    view = view_of(panel, "loss")
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert span(view) == (150.0, 850.0)
    QTest.keyClick(view, Qt.Key.Key_Minus)
    QTest.keyClick(view, Qt.Key.Key_Plus)
    QTest.keyClick(view, Qt.Key.Key_0)
    assert span(view) == (0.0, 1000.0)


def test_every_plot_can_be_reached_and_read_without_a_mouse(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    QTest.qWait(300)
    for key in DEFAULT_PLOTS:
        view = view_of(panel, key)
        assert view.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert view.accessibleName() == f"Plot: {PLOTS[key].chip}"
    assert view_of(panel, "loss").accessibleDescription().endswith("iteration 999; train 0.001; test at 900 0.00222")


# Settings -------------------------------------------------------------------------------------------------------------


def test_chips_choose_the_plots(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    chips = {chip.text(): chip for chip in panel.findChildren(QPushButton, "chip")}
    assert [chip.text() for chip in chips.values() if chip.isChecked()] == ["Loss", "Gradient norm", "Against depth"]
    chips["Heat map"].click()
    chips["Loss"].click()
    assert panel.look.visible == ("norms", "depth", "heat")
    assert [view.plot.key for view in panel.findChildren(PlotView) if view.isVisible()] == ["norms", "depth", "heat"]
    for name in ("Gradient norm", "Against depth", "Heat map"):
        chips[name].click()
    assert panel.look.visible == ()
    panel.refresh(at_once=True)
    panel.grab()


@pytest.mark.parametrize(
    ("plots", "width", "shape"),
    [(0, 1280, (0, 0)), (1, 1280, (1, 1)), (3, 1040, (1, 3)), (4, 1280, (2, 2)), (4, 1920, (1, 4)), (5, 1280, (2, 3)),
     (7, 1280, (2, 4)), (7, 900, (3, 3))],
)  # fmt: skip
def test_rows_are_about_as_long_as_each_other(plots: int, width: int, shape: tuple[int, int]) -> None:
    assert shape_of(plots, width) == shape


def test_another_width_may_need_other_rows(qtbot: QtBot) -> None:
    panel = shown(qtbot, all_plots=True, size=(1280, 420))
    assert view_of(panel, "heat").mapTo(panel, QPoint()).y() == view_of(panel, "loss").mapTo(panel, QPoint()).y()
    panel.resize(900, 420)
    QApplication.processEvents()
    assert view_of(panel, "heat").mapTo(panel, QPoint()).y() > view_of(panel, "loss").mapTo(panel, QPoint()).y()


def test_the_slider_smooths(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    slider = panel._header.slider
    slider.setValue(90)
    assert panel.look.smoothing == 0.9
    assert panel._header.number.text() == "0.90"
    catch_up(panel)
    assert "smoothed" in view_of(panel, "norms").placed[0].chart.subtitles[0]
    slider.setValue(99)
    assert panel.look.smoothing == 0.99


def test_a_button_on_the_plot_flips_its_scale(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    loss, norms = view_of(panel, "loss"), view_of(panel, "norms")
    assert (loss.corner.scale.isChecked(), norms.corner.scale.isChecked()) == (False, True)
    loss.corner.scale.click()
    assert loss.placed[0].chart.y.log
    assert loss.corner.scale.isChecked()
    assert panel.look.flipped == {"loss"}


def test_a_name_in_the_legend_switches_its_curve(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    for key, curve in (("loss", "test"), ("norms", "layer2")):
        view = view_of(panel, key)
        count = len(view.placed[0].chart.lines)
        for expected in (count - 1, count):
            area = next(area for entry, area in view.placed[0].entries if entry.key == curve)
            QTest.mouseClick(view.viewport(), LEFT, NONE, area.center().toPoint())
            assert len(view.placed[0].chart.lines) == expected
    assert panel.look == Look()


def test_a_threshold_can_be_dragged_as_far_as_the_other(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    view = view_of(panel, "depth")
    placed = view.placed[0]
    line = QPointF(placed.frame.center().x(), placed.y(-4.0)).toPoint()
    target = QPointF(line.x(), placed.y(-2.0)).toPoint()
    drag(view, line, target)
    assert panel.look.vanishing == pytest.approx(0.01, rel=0.3)
    assert view_of(panel, "norms").placed[0].chart.rules[1].place == pytest.approx(math.log10(panel.look.vanishing))
    placed = view.placed[0]
    drag(view, QPointF(line.x(), placed.y(math.log10(panel.look.vanishing))).toPoint(), QPoint(line.x(), 0))
    assert panel.look.vanishing < panel.look.exploding == 10.0


def test_a_threshold_can_be_typed(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    view = view_of(panel, "norms")
    rule, area = view.placed[0].rules[0]
    assert rule.name == "exploding"
    QTest.mouseDClick(view.viewport(), LEFT, NONE, area.center().toPoint())
    field = view.gestures.type_threshold("exploding")
    assert field.text() == "10"
    field.setText("nonsense")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible()
    assert "not a number" in field.toolTip()
    field.setText("1e-9")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "below" in field.toolTip()
    field.setText("1e3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not field.isVisible()
    assert panel.look.exploding == 1000.0


def test_histograms_follow_the_list_of_layers(qtbot: QtBot) -> None:
    panel = shown(qtbot, all_plots=True, size=(1280, 420))
    arrays = {f"layer{k}": (np.full(4, float(k)), np.zeros(4)) for k in (1, 2, 3)}
    panel.set_arrays(7, [arrays])
    view = view_of(panel, "histogram")
    menu = view.corner.layers.menu()
    assert [action.text() for action in menu.actions()] == ["layer 1", "layer 2", "layer 3"]
    menu.actions()[2].trigger()
    assert panel.look.layer == "layer3"
    assert view.corner.layers.text() == "layer 3 ▾"
    assert view.placed[0].chart.x[0] < 3 < view.placed[0].chart.x[1]


def test_what_is_shown_can_be_stored_and_brought_back(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    panel.restore({"visible": ["heat", "loss"], "smoothing": 0.5, "exploding": 100.0, "flipped": ["loss"]})
    state = panel.state()
    other = shown(qtbot)
    other.restore(state)
    assert other.look == panel.look == Look(("loss", "heat"), 0.5, 100.0, 1e-4, frozenset({"loss"}))
    assert [view.plot.key for view in other.findChildren(PlotView) if view.isVisible()] == ["loss", "heat"]
    assert other._header.number.text() == "0.50"


def test_other_colours(qtbot: QtBot) -> None:
    panel = shown(qtbot)
    panel.set_theme(DARK)
    image = panel.grab().toImage()
    assert image.pixelColor(3, 3) == color(DARK.panel)
    assert view_of(panel, "loss").grab().toImage().pixelColor(2, 2) == color(DARK.panel)


def test_plots_out_of_sight_wait_until_they_are_seen(qtbot: QtBot) -> None:
    run = plotted(200)
    panel = shown(qtbot, run, all_plots=True, size=(900, 260))
    QTest.qWait(300)
    append(run.records, 100)
    panel.refresh(at_once=True)
    score = view_of(panel, "score")
    assert score.stale
    assert not view_of(panel, "loss").stale
    panel._rows.verticalScrollBar().setValue(10_000)
    assert not score.stale
    assert span(score)[1] >= 299
