"""The line above the canvas: frames lead out, levels and samples are chosen, and it fits at any width."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from visualizer.session.crumbs import Crumb, Crumbs
from visualizer.ui.crumbs import HEIGHT, CrumbBar
from visualizer.ui.style import style_sheet
from visualizer.ui.theme import LIGHT, load_fonts

LEFT = Qt.MouseButton.LeftButton
DEEP = Crumbs(
    (
        Crumb("iteration 1,200", "iteration", "Back to the iterations"),
        Crumb("backward"),
        Crumb("W1", "layer", "Out to W1 as a whole"),
        Crumb("neuron 3", "neuron", "Out to neuron 3"),
        Crumb("W1[3,1]·x[1]", "scalar"),
    ),
    "backward", "scalar", 2, 100, "1,200 of 100,352 numbers, those nearest to a1[3]",
)  # fmt: skip
NEURON = Crumbs(DEEP.frames[:4], "backward", "neuron", 2, 100)
LAYER = Crumbs((Crumb("forward"), Crumb("z1", "layer", "Out to z1 as a whole")), "forward", "layer")


@pytest.fixture
def bar(qtbot: QtBot) -> CrumbBar:
    load_fonts()
    bar = CrumbBar(LIGHT)
    qtbot.addWidget(bar)
    bar.resize(1000, HEIGHT)
    bar.show_crumbs(LAYER)
    bar.show()
    return bar


def shown(bar: CrumbBar) -> list[str]:
    widgets = (bar._path.itemAt(place).widget() for place in range(bar._path.count()))
    return [widget.text() for widget in widgets if widget.text() != "›"]


def frame(bar: CrumbBar, text: str) -> QWidget:
    widgets = (bar._path.itemAt(place).widget() for place in range(bar._path.count()))
    return next(widget for widget in widgets if widget.text() == text)


def test_frames_lead_out_but_for_the_last(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    bar.resize(1500, HEIGHT)
    asked: list[str] = []
    bar.went_out.connect(asked.append)
    assert shown(bar) == [crumb.text for crumb in DEEP.frames]
    for text in ("iteration 1,200", "W1", "neuron 3"):
        QTest.mouseClick(frame(bar, text), LEFT)
    assert asked == ["iteration", "layer", "neuron"]
    assert isinstance(frame(bar, "W1[3,1]·x[1]"), QLabel)
    assert isinstance(frame(bar, "backward"), QLabel)


def test_levels_are_asked_for_and_shown_only_once_they_are_so(bar: CrumbBar) -> None:
    asked: list[str] = []
    bar.level_chosen.connect(asked.append)
    QTest.mouseClick(bar.levels.buttons["neuron"], LEFT)
    QTest.mouseClick(bar.levels.buttons["layer"], LEFT)
    assert asked == ["neuron"]
    assert bar.levels.buttons["layer"].isChecked()
    bar.show_crumbs(NEURON)
    assert [name for name, button in bar.levels.buttons.items() if button.isChecked()] == ["neuron"]


def test_the_present_level_differs_by_more_than_its_colour(bar: CrumbBar) -> None:
    """In shades of grey too, the chosen segment has a stroke below its word that others do not have."""
    image = bar.levels.grab().toImage()
    ratio = image.devicePixelRatio()

    def underlined(name: str) -> bool:
        place = bar.levels.buttons[name].geometry()
        y = round((place.bottom() - 1.5) * ratio)
        row = {image.pixelColor(round(x * ratio), y).lightness() for x in range(place.left() + 6, place.right() - 6)}
        return max(row) - min(row) > 60

    assert [name for name in bar.levels.buttons if underlined(name)] == ["layer"]


def test_samples_are_stepped_typed_and_averaged(bar: CrumbBar) -> None:
    asked: list[int | None] = []
    bar.sample_chosen.connect(asked.append)
    samples = bar._samples
    assert samples.isHidden()
    bar.show_crumbs(NEURON)
    assert samples.isVisible()
    QTest.mouseClick(samples.after, LEFT)
    QTest.mouseClick(samples.before, LEFT)
    QTest.keyClick(samples.number, Qt.Key.Key_Up)
    assert asked == [3, 1, 3]
    for text, then in (("17", [16]), ("101", []), ("x", []), ("0", []), ("3", [])):
        asked.clear()
        samples.number.setText(text)
        QTest.keyClick(samples.number, Qt.Key.Key_Return)
        assert asked == then
        assert samples.number.text() == (text if then else "3")
    QTest.mouseClick(samples.mean, LEFT)
    assert asked == [None]
    asked.clear()
    bar.show_crumbs(Crumbs(NEURON.frames, "backward", "neuron", None, 100))
    assert samples.number.text() == ""
    QTest.mouseClick(samples.mean, LEFT)
    assert len(asked) == 1
    assert asked[0] is not None


def test_of_single_numbers_there_is_no_mean(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    assert bar._samples.mean.isHidden()
    bar.show_crumbs(NEURON)
    assert bar._samples.mean.isVisible()


@pytest.mark.parametrize("crumbs", [DEEP, NEURON, LAYER], ids=["deep", "neuron", "layer"])
@pytest.mark.parametrize("width", [360, 480, 640, 700, 860, 1000, 1400])
def test_nothing_overlaps_or_is_cut_at_any_width(bar: CrumbBar, crumbs: Crumbs, width: int, qtbot: QtBot) -> None:
    bar.setStyleSheet(style_sheet(LIGHT))
    bar.show_crumbs(crumbs)
    bar.resize(width, HEIGHT)
    qtbot.wait(5)
    QApplication.processEvents()
    widgets = [
        widget for widget in bar.findChildren(QWidget) if widget.isVisible() and not widget.findChildren(QWidget)
    ]
    places = []
    for widget in widgets:
        place = widget.rect().translated(widget.mapTo(bar, widget.rect().topLeft()))
        assert bar.rect().contains(place), widget.objectName()
        if isinstance(widget, QLabel | QPushButton) and widget is not bar._part:
            assert widget.width() >= widget.minimumSizeHint().width() - 1, widget.text()
        places.append(place)
    for i, one in enumerate(places):
        assert not any(one.intersects(other) for other in places[:i])
    assert crumbs.frames[-1].text in shown(bar)


def test_what_is_left_out_can_be_read_and_left_for(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    bar.resize(480, HEIGHT)
    left_out = frame(bar, "…")
    assert "iteration 1,200 › backward" in left_out.toolTip()
    asked: list[str] = []
    bar.went_out.connect(asked.append)
    QTest.mouseClick(left_out, LEFT)
    assert asked == ["iteration"]


def test_it_is_read_aloud(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    assert bar.accessibleDescription().startswith("iteration 1,200, backward, W1")
    for button in bar.findChildren(QPushButton):
        assert button.accessibleName()
