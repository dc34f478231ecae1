"""Runs that are compared: copies, tabs, what is shared among them, and the depth of all at once."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from engine.network import parse_network
from tests.ui.builder.hands import PLAYGROUND, Builder
from visualizer.session.training.recipe import Recipe, labels_of
from visualizer.ui.theme import LIGHT

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]

DEEP = Recipe(parse_network("2-50x16-1 tanh, output tanh, loss half_squared, init xavier"), label="plain")
PAIR = (DEEP, replace(DEEP, network=replace(DEEP.network, skip_every=2), label="skips"))


def depths(recipes: tuple[Recipe, ...]) -> list[int]:
    return [len(recipe.network.layers) - 1 for recipe in recipes if recipe.network]


def test_one_run_has_no_tabs(build: Build) -> None:
    builder = build()
    assert builder.panel.compare.tabs == []
    assert not builder.panel.compare.depth.isVisible()
    assert builder.panel.layers.depth.isVisible()


def test_a_copy_is_compared_and_selected_and_four_are_the_most(build: Build) -> None:
    builder = build()
    for count in (2, 3, 4):
        builder.click(builder.panel.compare.add)
        recipes, selected = builder.told[-1]
        assert recipes == (PLAYGROUND,) * count
        assert selected == count - 1
    assert not builder.panel.compare.add.isVisible()
    tabs = builder.panel.compare.tabs
    assert [tab.text() for tab in tabs] == list(labels_of((PLAYGROUND,) * 4))
    assert [tab.tone for tab in tabs] == list(LIGHT.runs)
    assert [tab.isChecked() for tab in tabs] == [False, False, False, True]


def test_a_tab_is_chosen_with_the_mouse_and_with_the_arrow_keys(build: Build) -> None:
    builder = build(*PAIR)
    builder.click(builder.panel.compare.tabs[1])
    assert builder.told == [(PAIR, 1)]
    builder.press(builder.panel.compare.tabs[1], Qt.Key.Key_Up)
    assert builder.told[-1] == (PAIR, 0)
    builder.click(builder.panel.compare.tabs[0])
    assert len(builder.told) == 2  # it is selected already


def test_what_is_edited_is_the_selected_run_or_all(build: Build) -> None:
    builder = build(*PAIR, selected=1)
    builder.typed(builder.row("gain").box, "1.5")
    builder.typed(builder.row("learning_rate").box, "0.1")
    recipes, _ = builder.told[-1]
    assert [recipe.network.gain for recipe in recipes if recipe.network] == [1.0, 1.5]
    assert [recipe.learning_rate for recipe in recipes] == [0.03, 0.1]
    builder.typed(builder.row("noise").box, "20")
    builder.typed(builder.row("batch").box, "25")
    builder.typed(builder.row("seed").box, "8")
    builder.typed(builder.row("iterations").box, "500")
    recipes, selected = builder.told[-1]
    assert selected == 1
    assert [recipe.data.noise for recipe in recipes] == [20, 20]
    assert [recipe.training.batch_size for recipe in recipes] == [25, 25]
    assert [recipe.network.seed for recipe in recipes if recipe.network] == [8, 8]
    assert [recipe.stop.iterations for recipe in recipes] == [500, 500]


def test_data_that_ask_for_another_network_change_all_runs(build: Build) -> None:
    builder = build(*PAIR)
    for _ in range(7):
        builder.press(builder.row("set").box, Qt.Key.Key_Down)
    recipes, _ = builder.told[-1]
    assert recipes[0].data.set == "blobs"
    assert [recipe.network.layers[-1].width for recipe in recipes if recipe.network] == [3, 3]


def test_a_run_is_removed_but_the_first(build: Build) -> None:
    builder = build(*PAIR, replace(PAIR[1], label="third"), selected=2)
    closers = builder.panel.compare.closers
    assert [closer.isVisible() for closer in closers] == [False, True, True]
    builder.click(closers[1])
    recipes, selected = builder.told[-1]
    assert [recipe.label for recipe in recipes] == ["plain", "third"]
    assert selected == 1
    builder.press(builder.panel.compare.closers[1], Qt.Key.Key_Space)
    assert builder.told[-1] == ((DEEP,), 0)
    assert builder.panel.compare.tabs == []


def test_the_depth_of_all_runs_is_set_at_once(build: Build) -> None:
    builder = build(*PAIR, selected=1)
    assert builder.panel.compare.depth.isVisible()
    assert not builder.panel.layers.depth.isVisible()
    slider = builder.panel.compare.depth.slider
    builder.press(slider, Qt.Key.Key_Right)
    assert depths(builder.told[-1][0]) == [17, 17]
    builder.press(slider, Qt.Key.Key_End)
    assert depths(builder.told[-1][0]) == [50, 50]
    builder.press(slider, Qt.Key.Key_Home)
    assert depths(builder.told[-1][0]) == [1, 1]
    assert builder.told[-1][1] == 1
    assert slider.hasFocus()


def test_a_long_label_is_shortened_and_said_in_full(build: Build) -> None:
    long = replace(DEEP, label="one with a very long name that has no room in this panel")
    builder = build(DEEP, long)
    tab = builder.panel.compare.tabs[1]
    assert tab.shown().endswith("…")
    assert long.label in tab.toolTip()
    assert tab.accessibleName() == f"Run 2: {long.label}"
