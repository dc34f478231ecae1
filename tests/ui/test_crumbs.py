"""The line above the canvas: frames lead out, levels and samples are chosen, and it fits at any width."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from visualizer.session.crumbs import Crumb, Crumbs
from visualizer.ui.crumbs import HEIGHT, CrumbBar
from visualizer.ui.pen import Pen
from visualizer.ui.style import style_sheet
from visualizer.ui.theme import DARK, LIGHT, READABLE, Theme, color, contrast, load_fonts

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
    return [frame.text for frame in bar.path.frames]


def place_of(bar: CrumbBar, text: str) -> QPoint:
    return bar.path.rect_of(shown(bar).index(text)).center().toPoint()


def test_frames_lead_out_but_for_the_last(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    bar.resize(1500, HEIGHT)
    asked: list[str] = []
    bar.went_out.connect(asked.append)
    assert shown(bar) == [crumb.text for crumb in DEEP.frames]
    for text in shown(bar):
        QTest.mouseClick(bar.path, LEFT, pos=place_of(bar, text))
    assert asked == ["iteration", "layer", "neuron"]
    assert bar.path.tip(QPointF(place_of(bar, "W1"))) == "Out to W1 as a whole"


def test_the_keyboard_goes_from_frame_to_frame(bar: CrumbBar, qtbot: QtBot) -> None:
    bar.show_crumbs(DEEP)
    bar.resize(1500, HEIGHT)
    asked: list[str] = []
    bar.went_out.connect(asked.append)
    bar.path.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(bar.path.hasFocus)
    for key in ("Return", "Right", "Right", "Return", "Left", "Return", "Left", "Left", "Return"):
        QTest.keyClick(bar.path, getattr(Qt.Key, f"Key_{key}"))
    assert asked == ["iteration", "layer", "iteration"]
    bar.show_crumbs(Crumbs((Crumb("before the first step"),), None, "layer"))
    assert bar.path.focusPolicy() == Qt.FocusPolicy.NoFocus


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
    samples = bar.samples
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
    assert bar.samples.mean.isHidden()
    bar.show_crumbs(NEURON)
    assert bar.samples.mean.isVisible()


@pytest.mark.parametrize("crumbs", [DEEP, NEURON, LAYER], ids=["deep", "neuron", "layer"])
@pytest.mark.parametrize("width", [360, 480, 640, 700, 860, 1000, 1400])
def test_nothing_overlaps_or_is_cut_at_any_width(bar: CrumbBar, crumbs: Crumbs, width: int, qtbot: QtBot) -> None:
    bar.setStyleSheet(style_sheet(LIGHT))
    bar.show_crumbs(crumbs)
    bar.resize(width, HEIGHT)
    qtbot.wait(5)
    places = []
    for widget in bar.findChildren(QWidget):
        if not widget.isVisible() or widget.findChildren(QWidget):
            continue
        place = widget.rect().translated(widget.mapTo(bar, QPoint(0, 0)))
        assert bar.rect().contains(place), widget.objectName()
        if isinstance(widget, QLabel | QPushButton):
            assert widget.width() >= widget.minimumSizeHint().width() - 1, widget.text()
        places.append(place)
    for i, one in enumerate(places):
        assert not any(one.intersects(other) for other in places[:i])
    frames = [bar.path.rect_of(place) for place in range(len(shown(bar)))]
    assert all(QRectF(bar.path.rect()).contains(frame) for frame in frames)
    assert crumbs.frames[-1].text == shown(bar)[-1]


def test_the_part_that_is_shown_is_read_in_full_in_the_tooltip(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    bar.resize(640, HEIGHT)
    bar.grab()
    behind = bar.path.rect_of(len(shown(bar)) - 1).right() + 30
    assert bar.path.tip(QPointF(behind, 17)) == DEEP.part


def test_what_is_left_out_can_be_read_and_left_for(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    bar.resize(480, HEIGHT)
    assert "iteration 1,200 › backward" in bar.path.tip(QPointF(place_of(bar, "…")))
    asked: list[str] = []
    bar.went_out.connect(asked.append)
    QTest.mouseClick(bar.path, LEFT, pos=place_of(bar, "…"))
    assert asked == ["iteration"]


def test_it_is_read_aloud(bar: CrumbBar) -> None:
    bar.show_crumbs(DEEP)
    assert bar.path.accessibleName() == "Place"
    assert bar.path.accessibleDescription().startswith("iteration 1,200, backward, W1")
    for button in bar.findChildren(QPushButton):
        assert button.accessibleName()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_word_can_be_read(theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    load_fonts()
    tones: dict[str, QColor] = {}
    monkeypatch.setattr(Pen, "text_in", lambda pen, face, x, y, text, tone: tones.setdefault(text, tone))
    bar = CrumbBar(theme)
    qtbot.addWidget(bar)
    bar.resize(1500, HEIGHT)
    bar.show_crumbs(DEEP)
    bar.grab()
    assert {crumb.text for crumb in DEEP.frames} | {DEEP.part} <= set(tones)
    assert all(contrast(tone, color(theme.panel)) >= READABLE for tone in tones.values())
