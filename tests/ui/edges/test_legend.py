"""The legend of the edges: it shows an appearance and a scale, and asks for others by signals."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from visualizer.session.appearance import Appearance
from visualizer.session.edge_scale import EdgeScale
from visualizer.ui.edges.legend import EdgeLegend
from visualizer.ui.edges.strongest import FEWEST, STEPS, count_at, place_of
from visualizer.ui.style import style_sheet
from visualizer.ui.theme import DARK, LIGHT, load_fonts

LEFT = Qt.MouseButton.LeftButton
DECADES = EdgeScale(1e-3, 1.0)
SIGNED = EdgeScale(0.0, 1.5, logarithmic=False, signed=True)
LOOKS = {
    "message": (Appearance(), DECADES, 0),
    "strongest": (Appearance(), DECADES, 100_352),
    "weight": (Appearance(shows="weight", logarithmic=False), SIGNED, 2560),
    "fixed": (Appearance(shows="gradient", fixed=(1e-3, 1.0)), DECADES, 2560),
    "signed and fixed": (Appearance(shows="weight", logarithmic=False, fixed=(0.0, 1.5)), SIGNED, 0),
}


@pytest.fixture
def legend(qtbot: QtBot) -> EdgeLegend:
    load_fonts()
    legend = EdgeLegend(LIGHT)
    legend.setStyleSheet(style_sheet(LIGHT))
    qtbot.addWidget(legend)
    legend.resize(legend.sizeHint())
    legend.show()
    return legend


def heard(legend: EdgeLegend) -> list[object]:
    told: list[object] = []
    legend.changed.connect(told.append)
    legend.complained.connect(told.append)
    return told


@pytest.mark.parametrize("shows", ["message", "gradient", "weight", "update"])
def test_what_edges_show_is_asked_for(legend: EdgeLegend, shows: str) -> None:
    before = Appearance(shows="update" if shows == "message" else "message", strongest=70)
    legend.say(before, DECADES)
    told = heard(legend)
    QTest.mouseClick(legend.shows.buttons[shows], LEFT)
    assert told == [replace(before, shows=shows)]  # type: ignore[arg-type]
    assert legend.shows.buttons[before.shows].isChecked()  # until it is told that it is so


def test_what_is_shown_already_is_not_shown_again_unless_something_was_typed(legend: EdgeLegend) -> None:
    assert legend.say(*LOOKS["fixed"])
    assert not legend.say(*LOOKS["fixed"])
    text = legend.high.text()
    QTest.keyClicks(legend.high, "7")
    legend.high.clearFocus()
    assert legend.say(*LOOKS["fixed"])
    assert legend.high.text() == text
    assert legend.say(*LOOKS["weight"])


def test_the_scale_is_switched(legend: EdgeLegend) -> None:
    told = heard(legend)
    QTest.mouseClick(legend.spacing, LEFT)
    QTest.mouseClick(legend.range, LEFT)
    assert told == [Appearance(logarithmic=False), Appearance(fixed=(1e-1, 1.0))]
    legend.say(Appearance(logarithmic=False, fixed=(0.0, 1.5)), EdgeScale(0.0, 1.5, False))
    assert (legend.spacing.text(), legend.range.text()) == ("linear", "fixed")
    told.clear()
    QTest.mouseClick(legend.range, LEFT)
    assert told == [Appearance(logarithmic=False)]


def test_a_fixed_range_is_typed_and_what_is_not_touched_stays_exact(legend: EdgeLegend) -> None:
    low, high = 1 / 3, 2 / 3
    before = Appearance(fixed=(low, high))
    legend.say(before, EdgeScale(low, high))
    told = heard(legend)
    legend.high.setText("5,5")
    QTest.keyClick(legend.high, Qt.Key.Key_Return)
    assert told == [Appearance(fixed=(low, 5.5))]


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [("x", "1", "two numbers"), ("2", "1", "to a larger one"), ("0", "1", "above 0"), ("-1", "1", "to a larger one")],
)
def test_a_range_that_cannot_be_is_explained(legend: EdgeLegend, low: str, high: str, says: str) -> None:
    legend.say(Appearance(fixed=(0.5, 4.0)), EdgeScale(0.5, 4.0))
    told = heard(legend)
    legend.low.setText(low)
    legend.high.setText(high)
    QTest.keyClick(legend.high, Qt.Key.Key_Return)
    assert len(told) == 1
    assert says in str(told[0])


def test_a_signed_scale_has_one_end_to_type(legend: EdgeLegend) -> None:
    legend.say(*LOOKS["signed and fixed"])
    assert legend.low.isHidden()
    assert legend.high.isVisible()
    legend.say(*LOOKS["weight"])
    assert legend.high.isHidden()


def test_the_slider_is_there_where_something_may_be_left_out(legend: EdgeLegend) -> None:
    for strongest, most, seen in (
        (200, 0, False),
        (200, 200, False),
        (200, 201, True),
        (500, 400, True),
        (60, 100, True),
    ):
        legend.say(Appearance(strongest=strongest), DECADES, most)
        assert legend.strongest.isVisible() == seen


def test_the_slider_asks_once_it_rests(legend: EdgeLegend, qtbot: QtBot) -> None:
    legend.say(Appearance(), DECADES, 10_000)
    told = heard(legend)
    for _ in range(5):
        QTest.keyClick(legend.strongest.slider, Qt.Key.Key_Right)
    assert not told
    qtbot.waitUntil(lambda: bool(told))
    assert len(told) == 1
    assert told[0] == Appearance(strongest=count_at(legend.strongest.slider.value(), 10_000))
    QTest.keyClick(legend.strongest.slider, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1] == Appearance(strongest=10_000)
    assert legend.strongest._label.text() == "all 10,000"


@given(st.integers(FEWEST + 1, 10**7))
def test_the_steps_of_the_slider_grow_up_to_all(most: int) -> None:
    counts = [count_at(place, most) for place in range(STEPS + 1)]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (FEWEST, most)
    for place, count in enumerate(counts):
        assert count_at(place_of(count, most), most) == count, place


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [340, 500, 668, 760, 1000, 1400])
def test_nothing_overlaps_or_is_cut_at_any_width(legend: EdgeLegend, look: str, width: int) -> None:
    legend.say(*LOOKS[look])
    width = min(width, legend.sizeHint().width())
    legend.resize(width, legend.heightForWidth(width))
    seen = [item for item in legend._items() if item.isVisible()]
    for item in seen:
        assert legend.rect().contains(item.geometry()), item
    for place, one in enumerate(seen):
        assert not any(one.geometry().intersects(other.geometry()) for other in seen[:place])
    for button in legend.shows.buttons.values():
        assert button.width() >= button.sizeHint().width()


@pytest.mark.parametrize("look", ["message", "signed and fixed"])
def test_one_line_is_enough_where_there_is_room(legend: EdgeLegend, look: str) -> None:
    legend.say(*LOOKS[look])
    assert legend.heightForWidth(760) == 34
    assert all(legend.heightForWidth(width) <= 34 + 29 for width in range(600, 1400, 20))


def test_it_is_read_aloud_and_has_both_themes(legend: EdgeLegend) -> None:
    legend.say(*LOOKS["strongest"])
    for widget in (legend.low, legend.high, legend.spacing, legend.range, legend.strongest.slider, legend._wedge):
        assert widget.accessibleName()
    before = legend.grab().toImage()
    legend.set_theme(DARK)
    assert legend.grab().toImage() != before
