"""Layers by hand: widths stepped and typed, activations one and all, layers more and fewer, and stretches of them."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSlider, QPushButton

from engine.network import parse_network, text_of
from tests.ui.builder.hands import Builder
from visualizer.session.builder.offers import ACTIVATION_OFFERS
from visualizer.session.training.recipe import Recipe
from visualizer.ui.builder.layer_rows import LayerRow

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]
UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


def run(text: str) -> Recipe:
    return Recipe(parse_network(text))


PLAIN = run("2-4-2-1 tanh, output tanh, loss half_squared")
DEEP = run("2-50x16-1 tanh, output tanh, loss half_squared")
MIXED = run("2-8-8-8-8-4-4-4-1 tanh, output tanh, loss half_squared")


def line(builder: Builder) -> str:
    assert builder.recipe.network is not None
    return text_of(builder.recipe.network).partition(",")[0]


def rows(builder: Builder) -> list[LayerRow]:
    return builder.panel.layers._rows


def named(builder: Builder, name: str) -> QPushButton:
    return next(button for button in builder.panel.findChildren(QPushButton) if button.accessibleName() == name)


def test_a_width_is_stepped_with_the_mouse_and_with_the_keys(build: Build) -> None:
    builder = build(PLAIN)
    builder.click(named(builder, "Increase width of layer 1"))
    assert line(builder) == "2-5-2-1 tanh"
    builder.click(named(builder, "Decrease width of layer 2"))
    assert line(builder) == "2-5-1-1 tanh"
    builder.click(named(builder, "Decrease width of layer 2"))
    assert len(builder.told) == 2  # one neuron stays
    builder.press(rows(builder)[1]._width.edit, UP, UP, UP, DOWN)
    assert line(builder) == "2-5-3-1 tanh"
    assert rows(builder)[1]._width.edit.hasFocus()


def test_a_width_is_typed(build: Build) -> None:
    builder = build(PLAIN)
    builder.typed(rows(builder)[0]._width, "1,024")
    assert line(builder) == "2-1024-2-1 tanh"
    assert rows(builder)[0]._width.edit.text() == "1024"
    builder.typed(rows(builder)[1]._width, "7", Qt.Key.Key_Tab)
    assert line(builder) == "2-1024-7-1 tanh"


@pytest.mark.parametrize("text", ["0", "-1", "1000000000", "abc", "1.5", "1e300", "nan", ""])
def test_a_width_that_cannot_be_is_said_under_its_row(build: Build, text: str) -> None:
    builder = build(PLAIN)
    row = rows(builder)[1]
    builder.typed(row._width, text)
    assert builder.told == []
    assert row.refusal.isVisible()
    assert row.refusal.text().startswith("The width of layer 2 must be")
    assert row._width.edit.text() == text
    builder.press(row._width.edit, Qt.Key.Key_Escape)
    assert row._width.edit.text() == "2"
    assert not row.refusal.isVisible()


def test_a_network_that_is_too_large_is_said_under_its_row(build: Build) -> None:
    builder = build(run("2-5000-2-1 tanh, output tanh, loss half_squared"))
    builder.typed(rows(builder)[1]._width, "5000")
    assert "weights, and at most" in rows(builder)[1].refusal.text()
    assert builder.told == []


def test_every_activation_can_be_chosen_for_a_layer_and_for_all(build: Build) -> None:
    builder = build(PLAIN)
    box = rows(builder)[0]._activation
    for _ in range(box.count()):
        builder.press(box, UP)
    found = [line(builder)]
    for _ in range(box.count() - 1):
        builder.press(box, DOWN)
        found.append(line(builder))
    assert found == ["2-4-2-1 tanh" if name == "tanh" else f"2-4-2-1 {name} tanh tanh" for name in ACTIVATION_OFFERS]
    assert builder.panel.layers.all_hidden.currentText() == "mixed"
    builder.press(builder.panel.layers.all_hidden, DOWN)
    assert line(builder) == "2-4-2-1 relu"
    assert builder.panel.layers.all_hidden.currentText() == "relu"


def test_the_output_offers_what_its_loss_takes(build: Build) -> None:
    builder = build(run("2-4-1 tanh, loss binary_cross_entropy"))
    box = builder.panel.layers._output.activation
    assert [box.itemData(number) for number in range(box.count())] == ["sigmoid", "softmax"]
    builder = build(PLAIN)
    box = builder.panel.layers._output.activation
    assert box.count() == len(ACTIVATION_OFFERS)
    builder.press(box, UP)
    assert builder.recipe.network is not None
    assert builder.recipe.network.layers[-1].activation == "relu"


def test_layers_are_added_and_removed(build: Build) -> None:
    builder = build(PLAIN)
    builder.click(named(builder, "Add a hidden layer"))
    assert line(builder) == "2-4-2-2-1 tanh"
    assert len(rows(builder)) == 3
    builder.press(named(builder, "Remove layer 1"), Qt.Key.Key_Space)
    assert line(builder) == "2-2-2-1 tanh"
    for number in (2, 1):
        builder.click(named(builder, f"Remove layer {number}"))
    assert line(builder) == "2-1 tanh"
    assert not builder.panel.layers.all_hidden.isEnabled()
    builder.click(named(builder, "Add a hidden layer"))
    assert line(builder) == "2-2-1 tanh"


def test_many_layers_alike_are_one_row(build: Build) -> None:
    builder = build(DEEP)
    assert len(rows(builder)) == 1
    row = rows(builder)[0]
    assert (row._count.edit.text(), row._width.edit.text()) == ("16", "50")
    builder.typed(row._count, "30")
    assert line(builder) == "2-50x30-1 tanh"
    builder.typed(row._width, "8")
    assert line(builder) == "2-8x30-1 tanh"
    builder.press(row._activation, UP)
    assert line(builder) == "2-8x30-1 relu"
    for text in ("0", "-5", "1000000000", "abc"):
        builder.typed(row._count, text)
        assert row.refusal.text().startswith("The number of layers must be a whole number")
        builder.press(row._count.edit, Qt.Key.Key_Escape)
    assert len(builder.told) == 3


def test_stretches_are_rows_and_fewer_layers_stand_alone_again(build: Build) -> None:
    builder = build(MIXED)
    assert [row._count.edit.text() for row in rows(builder)] == ["4", "3"]
    assert [row._first.text() for row in rows(builder)] == ["1", "5"]
    builder.press(rows(builder)[1]._count.edit, DOWN)
    assert line(builder) == "2-8x4-4-4-1 tanh"
    assert len(rows(builder)) == 6
    assert not rows(builder)[0]._above.isVisible()


def test_a_network_of_fifty_layers_is_a_short_panel(build: Build) -> None:
    short, deep = build(PLAIN), build(run("2-50x50-1 tanh, output tanh, loss half_squared"))
    assert deep.panel.layers.sizeHint().height() <= short.panel.layers.sizeHint().height()


def test_the_slider_sets_the_depth(build: Build) -> None:
    builder = build(PLAIN)
    slider = builder.panel.layers.depth.slider
    assert (slider.minimum(), slider.maximum(), slider.value()) == (1, 50, 2)
    builder.press(slider, Qt.Key.Key_Right)
    assert line(builder) == "2-4-2-2-1 tanh"
    builder.press(slider, Qt.Key.Key_End)
    assert line(builder) == "2-4-2x49-1 tanh"
    builder.press(slider, Qt.Key.Key_Home)
    assert line(builder) == "2-4-1 tanh"
    slider.triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
    assert line(builder) == "2-4x6-1 tanh"


def test_a_network_deeper_than_the_slider_or_without_hidden_layers_is_shown(build: Build) -> None:
    builder = build(run("2-4x80-1 tanh, output tanh, loss half_squared"))
    assert builder.panel.layers.depth.slider.value() == 80
    builder = build(run("2-1 tanh, loss half_squared"))
    assert builder.panel.layers.depth.slider.value() == 0
    assert builder.told == []


def test_a_depth_that_is_too_large_for_the_program_is_refused(build: Build) -> None:
    wide = run("2-1000x2-1 tanh, output tanh, loss half_squared")
    builder = build(wide)
    builder.press(builder.panel.layers.depth.slider, Qt.Key.Key_End)
    if not builder.told:
        assert builder.panel.layers.refusal.isVisible()
        assert builder.panel.layers.depth.slider.value() == 2


def test_hundreds_of_layers_that_differ_are_named_in_the_text(build: Build) -> None:
    builder = build(run(f"2-{'8-9-' * 100}1 tanh, output tanh, loss half_squared"))
    assert len(rows(builder)) == 24
    assert builder.panel.layers._more.text() == "and 176 more, in the text below"
    builder.show((PLAIN,))
    assert not builder.panel.layers._more.isVisible()


def test_skips_that_there_are_not_are_told_of_under_their_field(build: Build) -> None:
    builder = build()
    row = builder.row("skips")
    assert not row._note.isVisible()
    builder.typed(row.box, "2")
    assert row._note.isVisible()
    assert row._note.text() == "Nothing is skipped: no 3 hidden layers in a row have equal widths"
    for layer, width in ((1, "4"), (0, "4")):
        builder.typed(builder.panel.layers._rows[layer]._width, width)
    assert row._note.isVisible()
    builder.click(builder.panel.layers._add)
    assert not row._note.isVisible()
