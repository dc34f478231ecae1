"""The builder by hand: what is typed, chosen and clicked becomes recipes, and recipes become what is shown."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QSlider, QWidget

from engine.network import parse_network, program_of
from engine.training import Training
from tests.ui.builder.hands import PLAYGROUND, Builder
from visualizer.session.builder.controls import data_controls
from visualizer.session.training.recipe import DataChoice, Recipe
from visualizer.ui.builder.boxes import Box, NumberBox, WordBox
from visualizer.ui.builder.panel import NARROWEST, WIDTH
from visualizer.ui.builder.stepper import Stepper
from visualizer.ui.elided import ElidedLabel
from visualizer.ui.theme import DARK

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]
UP, DOWN, TAB, ESCAPE = Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_Escape

RICH = replace(
    PLAYGROUND,
    training=Training("adamw", schedule="cosine", regularisation=("l2", 0.001), clipping=("norm", 1.0)),
)
DEEP = Recipe(parse_network("2-50x16-1 tanh, output tanh, loss half_squared, init xavier"), label="plain")
COMPARED = (DEEP, replace(DEEP, network=replace(DEEP.network, skip_every=2), label="skips"))


# Controls -------------------------------------------------------------------------------------------------------------


def walk(builder: Builder, name: str, has: Callable[[Recipe], object]) -> list[object]:
    """What a recipe has at each of a control's offers, gone through with the arrow keys."""
    box = builder.row(name).box
    assert isinstance(box, Box)
    for _ in range(box.count()):
        builder.press(box, UP)
    found = [has(builder.recipe if builder.told else builder.panel._recipes[0])]
    for _ in range(box.count() - 1):
        builder.press(builder.row(name).box, DOWN)
        found.append(has(builder.recipe))
    return found


@pytest.mark.parametrize(
    ("name", "has", "values"),
    [
        ("learning_rate", lambda run: run.learning_rate, [1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]),
        ("penalty", lambda run: run.training.regularisation and run.training.regularisation[0], [None, "l1", "l2"]),
        (
            "penalty-rate",
            lambda run: run.training.regularisation[1],
            [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
        ),
        ("noise", lambda run: run.data.noise, [*range(0, 51, 5)]),
        ("share", lambda run: run.data.train_share, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        (
            "set",
            lambda run: run.data.set,
            ["circle", "xor", "gauss", "spiral", "plane", "multi_gauss", "moons", "blobs", "sine", "iris", "digits"],
        ),
        ("schedule", lambda run: run.training.schedule, ["constant", "step", "cosine"]),
        ("optimizer", lambda run: run.training.optimizer, ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]),
        ("skips", lambda run: run.network.skip_every, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_every_offer_is_reached_with_the_arrow_keys(
    build: Build, name: str, has: Callable[[Recipe], object], values: list[object]
) -> None:
    assert walk(build(RICH), name, has) == values


def test_a_set_is_chosen_with_the_mouse(build: Build) -> None:
    builder = build()
    box = builder.row("set").box
    assert isinstance(box, WordBox)
    box.showPopup()
    view = box.view()
    place = view.visualRect(view.model().index(box.findText("spiral"), 0)).center()
    QTest.mouseMove(view.viewport(), place)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert builder.recipe.data.set == "spiral"
    assert not box.itemIcon(box.currentIndex()).isNull()


@pytest.mark.parametrize(
    ("name", "text", "has"),
    [
        ("noise", "12", lambda run: run.data.noise == 12),
        ("samples", "1,000", lambda run: run.data.samples == 1000),
        ("share", "66", lambda run: run.data.train_share == 0.66),
        ("batch", "7", lambda run: run.training.batch_size == 7),
        ("data-seed", "11", lambda run: run.data.seed == 11),
        ("seed", "12", lambda run: run.network.seed == 12),
        ("skips", "2", lambda run: run.network.skip_every == 2),
        ("gain", "1.7", lambda run: run.network.gain == 1.7),
        ("bias", "-0.25", lambda run: run.network.bias == -0.25),
        ("learning_rate", "0.07", lambda run: run.learning_rate == 0.07),
        ("beta2", "0.95", lambda run: run.training.settings["beta2"] == 0.95),
        ("final", "0.2", lambda run: run.training.schedule_settings["final"] == 0.2),
        ("penalty-rate", "0.02", lambda run: run.training.regularisation == ("l2", 0.02)),
        ("clipping-limit", "2.5", lambda run: run.training.clipping == ("norm", 2.5)),
        ("iterations", "2500", lambda run: run.stop.iterations == 2500),
        ("loss-below", "0.005", lambda run: run.stop.loss_below == 0.005),
    ],
)
@pytest.mark.parametrize("end", [Qt.Key.Key_Return, TAB])
def test_any_lawful_number_can_be_typed(
    build: Build, name: str, text: str, has: Callable[[Recipe], bool], end: Qt.Key
) -> None:
    builder = build(RICH)
    builder.typed(builder.row(name).box, text, end)
    assert len(builder.told) == 1
    assert has(builder.recipe)


def test_a_number_is_written_as_it_is_shown_once_it_is_taken(build: Build) -> None:
    builder = build()
    box = builder.row("noise").box
    assert isinstance(box, NumberBox)
    builder.typed(box, "0,5%")
    assert box.currentText() == "0.5 %"
    builder.typed(box, "0.50")
    assert box.currentText() == "0.5 %"
    assert len(builder.told) == 1


def test_words_are_found_by_their_letters(build: Build) -> None:
    builder = build()
    box = builder.row("optimizer").box
    box.setFocus()
    QTest.keyClicks(box, "rm")
    assert builder.recipe.training.optimizer == "rmsprop"


def test_a_switch_is_turned_with_the_space_bar_and_with_the_mouse(build: Build) -> None:
    builder = build()
    builder.press(builder.row("standardise").box, Qt.Key.Key_Space)
    assert builder.recipe.data.standardise
    builder.click(builder.row("standardise").box)
    assert not builder.recipe.data.standardise


HOSTILE = ("abc", "-1", "1e300", "nan", "9" * 400)
NUMBERS = ("learning_rate", "noise", "samples", "share", "batch", "gain", "seed", "clipping-limit", "iterations")


@pytest.mark.parametrize("name", NUMBERS)
def test_what_cannot_be_is_said_under_its_field_and_changes_nothing(build: Build, name: str) -> None:
    builder = build(RICH)
    row = builder.row(name)
    assert isinstance(row.box, NumberBox)
    before = row.box.currentText()
    nought = (
        ("0", "1000000000") if name in ("batch", "samples") else ("0",) if name in ("learning_rate", "share") else ()
    )
    for text in (*HOSTILE, *nought):
        builder.typed(row.box, text)
        assert builder.told == []
        assert row.refusal.isVisible()
        assert 10 < len(row.refusal.text()) < 160
        assert row.box.currentText() == text
        builder.show((replace(RICH, label=text[:9]),))
        assert row.box.currentText() == text  # never lost
        builder.press(row.box, ESCAPE)
        assert not row.refusal.isVisible()
        assert row.box.currentText() == before
    assert builder.told == []


def test_a_refused_number_can_be_corrected(build: Build) -> None:
    builder = build()
    row = builder.row("learning_rate")
    builder.typed(row.box, "1e300", TAB)
    assert row.refusal.text() == "The learning rate must be a number from 1e-12 to 1,000,000, not 1e+300"
    builder.typed(row.box, "1e-3")
    assert not row.refusal.isVisible()
    assert builder.recipe.learning_rate == 0.001


def test_the_wheel_scrolls_and_never_changes_a_choice(build: Build) -> None:
    builder = build(RICH, height=400)
    for name in ("set", "noise", "optimizer"):
        box = builder.row(name).box
        box.setFocus()
        QTest.qWait(0)
        place = box.mapToGlobal(box.rect().center())
        _wheel(box, place)
    _wheel(builder.panel.layers.depth.slider, QPoint(5, 5))
    assert builder.told == []


def _wheel(widget: QWidget, place: QPoint) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent

    QApplication.sendEvent(
        widget,
        QWheelEvent(
            QPointF(5, 5), QPointF(place), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


# Showing --------------------------------------------------------------------------------------------------------------


def test_showing_recipes_tells_nobody(build: Build) -> None:
    builder = build()
    for recipes, selected in (((RICH,), 0), (COMPARED, 1), ((Recipe(None),), 0), ((PLAYGROUND,), 0)):
        builder.show(recipes, selected)
    assert builder.told == []


def test_showing_again_keeps_focus_cursor_and_what_is_being_typed(build: Build) -> None:
    builder = build()
    box = builder.row("learning_rate").box
    assert isinstance(box, NumberBox)
    box.setFocus()
    edit = box.lineEdit()
    edit.setText("0.0345")
    edit.setCursorPosition(3)
    builder.show((replace(PLAYGROUND, data=DataChoice(noise=20)),))
    assert box.hasFocus()
    assert (edit.text(), edit.cursorPosition()) == ("0.0345", 3)
    builder.show((replace(PLAYGROUND, training=Training(settings={"learning_rate": 0.5})),))
    assert edit.text() == "0.5"


def test_showing_again_keeps_the_place_and_the_open_row(build: Build) -> None:
    builder = build(RICH, height=420)
    bar = builder.panel.scroll.verticalScrollBar()
    bar.setValue(300)
    row = builder.row("clipping-limit")
    builder.show((replace(RICH, data=DataChoice(noise=20)),))
    assert bar.value() == 300
    assert builder.row("clipping-limit") is row


def test_controls_come_and_go_with_their_choice(build: Build) -> None:
    builder = build()
    assert "momentum" not in builder.panel.training.rows
    builder.press(builder.row("optimizer").box, DOWN)
    assert list(builder.panel.training.rows)[:3] == ["optimizer", "learning_rate", "momentum"]
    assert builder.row("optimizer").box.hasFocus()
    QTest.qWait(20)
    shown = [row.mapTo(builder.panel, QPoint(0, 0)).y() for row in builder.panel.training.rows.values()]
    assert shown == sorted(shown)
    builder.press(builder.row("optimizer").box, UP)
    assert "momentum" not in builder.panel.training.rows


def test_the_panel_goes_on_from_what_it_told_though_nobody_answers(build: Build) -> None:
    builder = build()
    builder.panel.recipes_changed.disconnect()
    told: list[tuple[Recipe, ...]] = []
    builder.panel.recipes_changed.connect(lambda recipes, _: told.append(recipes))
    builder.typed(builder.row("noise").box, "20")
    builder.press(builder.row("set").box, DOWN, DOWN, DOWN)
    builder.typed(builder.row("learning_rate").box, "0.1")
    assert (told[-1][0].data.set, told[-1][0].data.noise, told[-1][0].learning_rate) == ("spiral", 20, 0.1)
    assert builder.row("noise").box.currentText() == "20 %"  # type: ignore[union-attr]


def test_another_run_shows_its_own_and_forgets_what_was_refused(build: Build) -> None:
    builder = build(*COMPARED)
    builder.typed(builder.row("gain").box, "abc")
    assert builder.row("gain").refusal.isVisible()
    builder.click(builder.panel.compare.tabs[1])
    assert not builder.row("gain").refusal.isVisible()
    assert builder.row("gain").box.currentText() == "1"  # type: ignore[union-attr]
    assert builder.row("skips").box.currentText() == "every 2"  # type: ignore[union-attr]


def test_a_program_of_its_own_is_read_only_and_has_no_layers(build: Build) -> None:
    builder = build(Recipe(None))
    panel = builder.panel
    assert not panel.layers.isVisible()
    assert not panel.layers.all_hidden.isVisible()
    assert "a program of its own" in panel._own_program.text()
    assert panel._own_program.isVisible()
    assert panel.text.program.isReadOnly()
    assert panel.text.program.toPlainText() == "z = w * x\nloss = mse(z, t)"
    assert not panel.text.line.isVisible()
    assert not panel.text.apply.isVisible()
    panel.sections["network"].heading.click()
    panel.sections["network"].heading.click()
    assert not panel.layers.all_hidden.isVisible()
    builder.typed(builder.row("learning_rate").box, "0.2")
    assert builder.recipe.learning_rate == 0.2


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_file_is_asked_for(build: Build) -> None:
    builder = build()
    asked: list[bool] = []
    builder.panel.file_wanted.connect(lambda: asked.append(True))
    builder.click(builder.panel.data.file)
    builder.press(builder.panel.data.file, Qt.Key.Key_Space)
    assert asked == [True, True]


def test_a_file_is_used_by_all_runs(build: Build, csv_recipe: Recipe) -> None:
    builder = build(*COMPARED)
    builder.panel.use_file("wine.csv")
    recipes, _ = builder.told[-1]
    assert [recipe.data.file for recipe in recipes] == ["wine.csv", "wine.csv"]
    shown = builder.panel._recipes
    assert [recipe.network.inputs for recipe in shown if recipe.network] == [3, 3]
    assert builder.row("target").box.currentText() == "kind"  # type: ignore[union-attr]
    assert builder.panel.text.line.toPlainText().startswith("3-50x16-1")


def test_a_file_shows_its_columns_and_another_can_be_learnt(build: Build, csv_recipe: Recipe) -> None:
    builder = build(csv_recipe)
    assert builder.row("set").box.currentText() == "wine.csv"  # type: ignore[union-attr]
    builder.press(builder.row("target").box, UP)
    assert builder.recipe.data.target == "sugar"
    shown = builder.panel._recipes[0]
    assert shown.network is not None
    assert (shown.network.inputs, shown.network.layers[-1].activation) == (3, "linear")
    builder.press(builder.row("set").box, UP)
    assert builder.recipe.data.set == "digits"
    assert "target" not in builder.panel.data.controls.rows


# By keyboard alone, and at a glance -----------------------------------------------------------------------------------


def stops(builder: Builder) -> list[QWidget]:
    """What the Tab key stops at, from the first to the last."""
    panel = builder.panel
    panel.activateWindow()
    first = next(stop for stop in panel.compare.stops() if stop.isVisible())
    first.setFocus()
    found = [first]
    for _ in range(150):
        QTest.keyClick(QApplication.focusWidget(), TAB)
        focused = QApplication.focusWidget()
        if focused is None or focused is first:
            break
        found.append(focused)
    return found


@pytest.mark.parametrize("recipes", [(PLAYGROUND,), (RICH,), COMPARED], ids=["plain", "rich", "compared"])
def test_the_tab_key_goes_through_everything_from_top_to_bottom(build: Build, recipes: tuple[Recipe, ...]) -> None:
    builder = build(*recipes, height=2500)
    QTest.qWait(20)
    found = stops(builder)
    heights = [stop.mapTo(builder.panel, QPoint(0, stop.height() // 2)).y() for stop in found]
    assert all(below > above - 6 for above, below in pairwise(heights))
    wanted = [
        widget
        for kind in (Box, QAbstractButton, QSlider, QPlainTextEdit)
        for widget in builder.panel.findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    steppers = {stepper.edit for stepper in builder.panel.findChildren(Stepper) if stepper.isVisible()}
    # The tabs of the runs are one stop: the arrow keys go from one to the other.
    assert set(found) == {*wanted, *steppers} - {tab for tab in builder.panel.compare.tabs if not tab.isChecked()}


def test_every_field_has_a_name_that_can_be_read_aloud(build: Build) -> None:
    builder = build(*COMPARED)
    names = []
    for kind in (Box, QAbstractButton, QSlider, QLineEdit, QPlainTextEdit):
        for widget in builder.panel.findChildren(kind):
            if not widget.isVisible():
                continue
            name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert len(name) > 2, widget
            if not isinstance(widget, QLineEdit):
                names.append(name)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("width", [WIDTH, 250, 260])
@pytest.mark.parametrize("recipes", [(PLAYGROUND,), (RICH,), COMPARED], ids=["plain", "rich", "compared"])
def test_nothing_is_cut_off(build: Build, recipes: tuple[Recipe, ...], width: int) -> None:
    builder = build(*recipes, width=width, height=700)
    QTest.qWait(20)
    panel = builder.panel
    assert panel.scroll.horizontalScrollBar().maximum() == 0
    content = panel.scroll.widget()
    assert content.width() <= panel.scroll.viewport().width()
    for label in content.findChildren(ElidedLabel):
        if label.isVisible():
            assert label.shown() == label.text()
    for box in content.findChildren(NumberBox):
        if box.isVisible():
            assert box.fontMetrics().horizontalAdvance(box.currentText()) < box.lineEdit().width()
    for widget in content.findChildren(QWidget):
        if widget.isVisible():
            assert widget.mapTo(content, QPoint(widget.width(), 0)).x() <= content.width()


def test_it_is_as_narrow_as_it_may_be(build: Build) -> None:
    assert build(RICH, width=100).panel.width() == NARROWEST


def test_the_first_offers_are_those_of_the_controls(build: Build) -> None:
    builder = build()
    assert builder.facts is not None
    assert list(builder.panel.data.controls.rows) == [
        control.name for control in data_controls(PLAYGROUND, builder.facts)
    ]


# What is remembered ---------------------------------------------------------------------------------------------------


def test_folded_sections_are_remembered(build: Build) -> None:
    builder, other = build(), build()
    builder.click(builder.panel.sections["data"].heading)
    builder.press(builder.panel.sections["text"].heading, Qt.Key.Key_Space)
    assert not builder.panel.data.isVisible()
    assert builder.panel.state() == "data,text"
    other.panel.restore(builder.panel.state())
    assert not other.panel.data.isVisible()
    assert other.panel.stop.isVisible()
    other.panel.restore("nonsense,")
    assert other.panel.data.isVisible()


def test_a_folded_section_stays_folded_when_recipes_are_shown(build: Build) -> None:
    builder = build()
    builder.panel.restore("network,training")
    builder.show((RICH,))
    assert not builder.panel.training.isVisible()
    assert not builder.panel.layers.all_hidden.isVisible()


def test_colours_follow_the_theme(build: Build) -> None:
    builder = build(*COMPARED)
    builder.panel.set_theme(DARK)
    assert [tab.tone for tab in builder.panel.compare.tabs] == list(DARK.runs[:2])
    assert not builder.panel.grab().isNull()


def test_the_program_follows_every_control(build: Build) -> None:
    builder = build()
    builder.press(builder.row("loss").box, DOWN)
    network = builder.recipe.network
    assert network is not None
    assert builder.panel.text.program.toPlainText() == program_of(network)
