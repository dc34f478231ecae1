"""The panel of a network's output: each kind of data has its picture, and all of it is inside at any size."""

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from engine.generated import generate
from tests.snapshots import BLOBS, DIGITS, SINE, SMALL, snapshot_of
from visualizer.session.dataset_file import load_shipped
from visualizer.session.training.snapshot import Plane, SampleView, Snapshot
from visualizer.ui.output.facts import ROW, lines_for
from visualizer.ui.output.probabilities import shown_classes, verdict
from visualizer.ui.output_panel import OutputPanel
from visualizer.ui.theme import DARK, LIGHT, load_fonts

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
# network, data, learning rate
KINDS = {
    "classes": (SMALL, "circle", 0.03),
    "three": (BLOBS, "blobs", 0.1),
    "numbers": ("2-8-1 tanh", "multi_gauss", 0.03),
    "curve": (SINE, "sine", 0.03),
    "digits": (DIGITS, "digits", 0.01),
    "iris": ("4-8-3 tanh, loss cross_entropy", "iris", 0.05),
}
SIZES = [(230, 430), (260, 560), (340, 800)]


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def taken(kind: str, iterations: int = 200) -> Snapshot:
    network, data, rate = KINDS[kind]
    return snapshot_of(network, data, iterations, rate)


def shown(qtbot: QtBot, kind: str, width: int = 300, height: int = 620) -> OutputPanel:
    panel = OutputPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    qtbot.waitExposed(panel)
    data = load_shipped(KINDS[kind][1]) if kind in ("digits", "iris") else generate(KINDS[kind][1])
    half = len(data) // 2
    panel.set_points(
        data.features[:half], data.target[:half], data.features[half:], data.target[half:], data.class_names,
        data.feature_names,
    )  # fmt: skip
    panel.show_snapshot(taken(kind))
    return panel


def pixels(widget: QWidget) -> np.ndarray:
    """Height x width x (blue, green, red)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)


def differing(one: np.ndarray, other: np.ndarray) -> int:
    return int((np.abs(one - other) > 6).any(axis=2).sum())


def in_frame(panel: OutputPanel, x: float, y: float) -> QPoint:
    """The pixel of a point of the plane, in the view."""
    plane, points = panel.view._plane, panel.view._points
    assert plane is not None
    assert points is not None
    return QPointF(*panel.view._frame(plane, points).place(np.array([[x, y]]))[0]).toPoint()


# What is shown ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_all_parts_are_inside_and_apart(kind: str, size: tuple[int, int], qtbot: QtBot) -> None:
    panel = shown(qtbot, kind, *size)
    parts = [part for part in panel.findChildren(QWidget) if part.isVisible() and part.parent() is panel]
    assert panel.scores in parts
    for part in parts:
        assert panel.rect().contains(part.geometry()), part
        assert part.height() > 15
    for one, other in itertools.combinations(parts, 2):
        assert not one.geometry().intersects(other.geometry()), (one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_painted_in_both_themes_and_changes_as_it_learns(kind: str, qtbot: QtBot) -> None:
    panel = shown(qtbot, kind)
    light = pixels(panel)
    panel.show_snapshot(taken(kind, 0))
    assert differing(pixels(panel), light) > 100
    panel.show_snapshot(taken(kind))
    assert differing(pixels(panel), light) == 0
    panel.set_theme(DARK)
    assert np.median(light) > 180
    assert np.median(pixels(panel)) < 80


def test_the_data_decide_on_the_parts(qtbot: QtBot) -> None:
    parts = {}
    for kind in KINDS:
        panel = shown(qtbot, kind)
        every = {"view": panel.view, "sample": panel.sample, "test": panel.test, "discrete": panel.discrete}
        parts[kind] = {name for name, part in every.items() if part.isVisible()}
    assert parts == {
        "classes": {"view", "test", "discrete"}, "three": {"view", "test", "discrete"}, "numbers": {"view", "test"},
        "curve": {"view", "test"}, "digits": {"sample"}, "iris": {"sample"},
    }  # fmt: skip


def test_the_plane_stands_with_its_largest_second_feature_at_the_top(qtbot: QtBot) -> None:
    panel = shown(qtbot, "classes")
    output = np.full((1, 100, 100), -1.0)
    output[0, 50:] = 1.0
    panel.show_snapshot(dataclasses.replace(taken("classes"), plane=Plane(output, (-6, 6, -6, 6))))
    picture = pixels(panel.view)
    high, low = in_frame(panel, -5.8, 5.8), in_frame(panel, -5.8, -5.8)
    assert picture[high.y(), high.x(), 0] > picture[high.y(), high.x(), 2] + 60
    assert picture[low.y(), low.x(), 2] > picture[low.y(), low.x(), 0] + 60


def test_samples_stand_where_they_are(qtbot: QtBot) -> None:
    panel = shown(qtbot, "classes")
    blank = dataclasses.replace(taken("classes"), plane=Plane(np.ones((1, 100, 100)), (-6, 6, -6, 6)))
    panel.set_points(np.array([[3.0, -2.0]]), np.array([0]), np.array([[-4.0, 1.0]]), np.array([1]), ("-1", "+1"),
                     ("x1", "x2"))  # fmt: skip
    panel.show_snapshot(blank)
    train, test = in_frame(panel, 3, -2), in_frame(panel, -4, 1)
    picture = pixels(panel.view)
    assert picture[train.y(), train.x(), 2] > picture[train.y(), train.x(), 0] + 60
    before = picture[test.y(), test.x()].tolist()
    panel.test.setChecked(True)
    assert pixels(panel.view)[test.y(), test.x()].tolist() != before
    panel.test.setChecked(False)
    assert pixels(panel.view)[test.y(), test.x()].tolist() == before


def test_discretise_leaves_two_colours(qtbot: QtBot) -> None:
    panel = shown(qtbot, "classes")
    panel.set_points(np.array([[5.9, 5.9]]), np.array([0]), None, None, ("-1", "+1"), ("x1", "x2"))
    output = np.linspace(-1, 1, 100)[None, None, :] * np.ones((1, 100, 1))
    panel.show_snapshot(dataclasses.replace(taken("classes"), plane=Plane(output, (-6, 6, -6, 6))))
    row, start, end = in_frame(panel, 0, 2).y(), in_frame(panel, -5.8, 0).x(), in_frame(panel, 5.8, 0).x()

    def tones() -> int:
        return len(np.unique(pixels(panel.view)[row, start:end] @ (1, 256, 65536)))

    assert tones() > 60
    panel.discrete.setChecked(True)
    assert tones() < 15


def test_the_frame_of_a_curve_does_not_move_while_it_learns(qtbot: QtBot) -> None:
    panel = shown(qtbot, "curve")
    plane, points = panel.view._plane, panel.view._points
    frame = panel.view._frame(plane, points)
    wild = Plane(np.full((1, 100), 1e30), (-6.0, 6.0))
    panel.show_snapshot(dataclasses.replace(taken("curve"), plane=wild))
    assert panel.view._frame(panel.view._plane, points) == frame
    pixels(panel)
    broken = np.sin(np.linspace(-6, 6, 100))[None]
    broken[0, 40:50], broken[0, 60] = np.nan, np.inf
    panel.show_snapshot(dataclasses.replace(taken("curve"), plane=Plane(broken, (-6.0, 6.0))))
    assert pixels(panel).shape == (620, 300, 3)


def test_classes_along_one_feature(qtbot: QtBot) -> None:
    panel = shown(qtbot, "curve")
    x = np.linspace(-3, 3, 50)
    for classes, output in ((("no", "yes"), x[None]), (("a", "b", "c"), np.stack([x, -x, 0 * x]))):
        targets = np.arange(50) % len(classes)
        panel.set_points(x[:, None], targets, None, None, classes, ("x",))
        panel.show_snapshot(dataclasses.replace(taken("curve"), plane=Plane(output, (-3.0, 3.0))))
        assert panel.view.isVisible()
        assert f"class {classes[-1]}" in panel.view.words_at(QPointF(in_frame(panel, 2.9, 0))) or len(classes) == 3


def test_other_data_clear_what_was_shown(qtbot: QtBot) -> None:
    panel = shown(qtbot, "classes")
    panel.set_points(np.zeros((4, 3)), np.zeros((4, 1)), None, None, (), ("a", "b", "c"))
    assert not panel.view.isVisible()
    assert panel.scores.needed_height == 0
    # What comes late of the run before has another number of features.
    panel.show_snapshot(taken("classes"))
    assert not panel.view.isVisible()


def test_several_targets_show_the_first(qtbot: QtBot) -> None:
    panel = shown(qtbot, "numbers")
    panel.set_points(np.zeros((4, 2)), np.arange(8.0).reshape(4, 2), None, None, (), ("a", "b"))
    assert panel._points is not None
    assert panel._points.train_targets.tolist() == [0, 2, 4, 6]


# Scores -------------------------------------------------------------------------------------------------------------


def test_scores_are_said_and_stay_until_there_are_others(qtbot: QtBot) -> None:
    panel = shown(qtbot, "classes")
    snapshot = taken("classes")
    said = panel.scores.accessibleDescription()
    assert "train loss" in said
    assert "test accuracy" in said
    panel.show_snapshot(dataclasses.replace(snapshot, scores={}))
    assert panel.scores.accessibleDescription() == said
    panel.show_snapshot(dataclasses.replace(snapshot, scores={}), {"train loss": 0.5})
    assert panel.scores.accessibleDescription() == "train loss 0.5000"


# The pointer --------------------------------------------------------------------------------------------------------


def test_the_pointer_is_told_what_is_there(qtbot: QtBot) -> None:
    panel = shown(qtbot, "classes")
    QTest.mouseMove(panel.view, in_frame(panel, 3, -3))
    features, output, sample = QToolTip.text().splitlines()
    assert features.startswith("x1 = ")
    assert output.startswith("output ")
    assert "class" in output
    assert sample.startswith("nearest training sample")
    assert panel.view.words_at(QPointF(2, 2)) == ""
    panel.show_snapshot(dataclasses.replace(taken("classes"), plane=Plane(np.full((1, 9, 9), 0.25), (-6, 6, -6, 6))))
    assert "output 0.25" in QToolTip.text()


# Pictures of digits -------------------------------------------------------------------------------------------------


def sample_of(panel: OutputPanel) -> SampleView:
    sample = taken("digits").sample
    assert sample is not None
    return sample


def with_probabilities(best: int, count: int = 10) -> np.ndarray:
    found = np.full(count, 0.4 / (count - 1))
    found[best] = 0.6
    return found


def test_right_and_wrong_are_said(qtbot: QtBot) -> None:
    panel = shown(qtbot, "digits")
    sample = sample_of(panel)
    right = dataclasses.replace(sample, truth=2, probabilities=with_probabilities(2))
    wrong = dataclasses.replace(sample, truth=2, probabilities=with_probabilities(7))
    unknown = dataclasses.replace(sample, truth=2, probabilities=np.full(10, np.nan))
    assert verdict(right) == (True, "right: predicted 2")
    assert verdict(wrong) == (False, "wrong: predicted 7, it is 2")
    assert verdict(unknown)[0] is None
    pictures = []
    for shown_sample in (right, wrong, unknown):
        panel.show_snapshot(dataclasses.replace(taken("digits"), sample=shown_sample))
        assert verdict(shown_sample)[1] in panel.sample.accessibleDescription()
        pictures.append(pixels(panel.sample))
    assert all(differing(one, other) > 50 for one, other in itertools.combinations(pictures, 2))


def test_the_picture_is_the_sample_s(qtbot: QtBot) -> None:
    panel = shown(qtbot, "digits")
    picture = np.zeros((8, 8))
    picture[0, 7] = 1.0
    panel.show_snapshot(
        dataclasses.replace(taken("digits"), sample=dataclasses.replace(sample_of(panel), pixels=picture))
    )
    seen, side = pixels(panel.sample), panel.sample._side(panel.sample.width())
    assert seen[30 + 6, round(side - 6)].max() < 60
    assert seen[30 + 6, 6].min() > 240


def test_buttons_ask_for_other_samples_counted_from_zero(qtbot: QtBot) -> None:
    panel = shown(qtbot, "digits")
    panel.show_snapshot(dataclasses.replace(taken("digits"), sample=dataclasses.replace(sample_of(panel), number=5)))
    heard: list[int] = []
    panel.sample_wanted.connect(heard.append)
    for button in panel.sample.buttons:
        QTest.mouseClick(button, LEFT)
        assert QRect(QPoint(), panel.sample.size()).contains(button.geometry())
        assert button.accessibleName()
    assert heard == [3, 5]


def test_a_button_asks_for_the_next_sample_that_is_wrong(qtbot: QtBot) -> None:
    for kind in ("digits", "iris"):
        panel = shown(qtbot, kind)
        with qtbot.waitSignal(panel.wrong_wanted):
            QTest.mouseClick(panel.sample.wrong, LEFT)
        panel.sample.wrong.setFocus()
        with qtbot.waitSignal(panel.wrong_wanted):
            QTest.keyClick(panel.sample.wrong, Qt.Key.Key_Space)


# Samples as tables --------------------------------------------------------------------------------------------------


def table_of(count: int, **parts: object) -> SampleView:
    sample = taken("iris").sample
    assert sample is not None
    features = tuple((f"feature {k}", k / 7) for k in range(count))
    return dataclasses.replace(sample, features=features, **parts)  # type: ignore[arg-type]


def test_a_sample_without_a_picture_says_its_features_and_classes(qtbot: QtBot) -> None:
    panel = shown(qtbot, "iris")
    sample = table_of(2, truth=1, probabilities=np.array([0.1, 0.2, 0.7]), number=4)
    panel.show_snapshot(dataclasses.replace(taken("iris"), sample=sample))
    assert panel.sample.accessibleDescription() == (
        "Test sample 4, feature 0 0, feature 1 0.1429, wrong: predicted virginica, it is versicolor"
    )
    trained = dataclasses.replace(sample, tested=False)
    panel.show_snapshot(dataclasses.replace(taken("iris"), sample=trained))
    assert panel.sample.accessibleDescription().startswith("Training sample 4, ")


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (8, 8), (9, 9), (200, 9)])
def test_a_table_has_eight_features_at_most_and_counts_the_others(count: int, lines: int, qtbot: QtBot) -> None:
    assert lines_for(count) == lines
    assert lines_for(count, 3.5 * ROW) == min(lines, 3)
    panel = shown(qtbot, "iris")
    heights = []
    for height in (620, 360):
        panel.resize(300, height)
        panel.show_snapshot(dataclasses.replace(taken("iris"), sample=table_of(count)))
        heights.append(panel.sample.height())
        assert panel.rect().contains(panel.sample.geometry())
        assert not panel.sample.geometry().intersects(panel.scores.geometry())
    assert heights[0] >= heights[1]
    assert differing(pixels(panel.sample), np.full_like(pixels(panel.sample), pixels(panel.sample)[1, 1])) > 500


def test_a_regression_says_target_and_prediction(qtbot: QtBot) -> None:
    panel = shown(qtbot, "iris")
    sample = table_of(3, class_names=(), probabilities=np.zeros(0), numbers=(("price", 2.5, -1.0),))
    panel.show_snapshot(dataclasses.replace(taken("iris"), sample=sample))
    assert panel.sample.accessibleDescription().endswith("feature 2 0.2857, price 2.5, predicted −1")
    assert not panel.sample.wrong.isVisible()
    assert pixels(panel).shape == (620, 300, 3)


def test_many_classes_have_the_most_probable_and_the_right_one(qtbot: QtBot) -> None:
    panel = shown(qtbot, "digits")
    names = tuple(f"species {number}" for number in range(40))
    probabilities = np.linspace(0, 1, 40) / np.linspace(0, 1, 40).sum()
    sample = dataclasses.replace(sample_of(panel), class_names=names, probabilities=probabilities, truth=3)
    panel.show_snapshot(dataclasses.replace(taken("digits"), sample=sample))
    classes = shown_classes(sample)
    assert len(classes) == 12
    assert classes[0] == 3
    assert classes[-1] == 39
    assert pixels(panel).shape == (620, 300, 3)


def test_boxes_are_ticked_by_key_and_click(qtbot: QtBot) -> None:
    panel = shown(qtbot, "classes")
    QTest.mouseClick(panel.test, LEFT, NONE, panel.test.rect().center())
    assert panel.test.isChecked()
    panel.discrete.setFocus()
    QTest.keyClick(panel.discrete, Qt.Key.Key_Space)
    assert panel.discrete.isChecked()
    assert panel.test.toolTip()
