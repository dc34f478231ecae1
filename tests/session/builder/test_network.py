"""Edits of a network: layers one by one and in stretches, the loss with its output, and the network as text."""

from dataclasses import replace

import pytest

from engine.errors import GradStepError
from engine.network import ACTIVATIONS, INITIALISATIONS, LOSSES, Layer, parse_network, program_of, text_of
from visualizer.session.builder.choices import check_fit, known_facts
from visualizer.session.builder.controls import network_controls
from visualizer.session.builder.network import (
    Stretch,
    runs_with_line,
    skips_note,
    stretches,
    with_activation,
    with_count,
    with_depth,
    with_field,
    with_hidden_activation,
    with_layer_added,
    with_layer_removed,
    with_line,
    with_loss,
    with_output_activation,
    with_program,
    with_width,
)
from visualizer.session.training.recipe import DataChoice, Recipe

CIRCLE = known_facts(DataChoice())
BLOBS = known_facts(DataChoice(set="blobs"))
PLANE = known_facts(DataChoice(set="plane"))
assert CIRCLE
assert BLOBS
assert PLANE


def run(text: str = "2-4-2-1 tanh, output tanh, loss half_squared, bias 0.1") -> Recipe:
    return Recipe(parse_network(text))


def line(recipe: Recipe) -> str:
    assert recipe.network is not None
    return text_of(recipe.network)


# Layers ---------------------------------------------------------------------------------------------------------------


def test_few_layers_stand_by_themselves_and_many_alike_together() -> None:
    few = parse_network("2-4-4-4-1 tanh")
    assert [part.count for part in stretches(few, 6)] == [1, 1, 1]
    many = parse_network("2-50x16-8-1 tanh")
    assert stretches(many, 6) == (Stretch(0, 16, Layer(50, "tanh")), Stretch(16, 1, Layer(8, "tanh")))
    assert stretches(parse_network("2-1"), 6) == ()


def test_a_stretch_is_layers_of_one_width_and_one_activation() -> None:
    network = parse_network("2-8x5-4x3-1 tanh")
    mixed = replace(network, layers=(*network.layers[:2], Layer(8, "relu"), *network.layers[3:]))
    assert [(part.start, part.count, part.layer.activation) for part in stretches(mixed, 6)] == [
        (0, 2, "tanh"), (2, 1, "relu"), (3, 2, "tanh"), (5, 3, "tanh"),
    ]  # fmt: skip
    assert sum(part.count for part in stretches(mixed, 6)) == len(mixed.layers) - 1


def test_layers_are_edited_one_by_one() -> None:
    assert line(with_width(run("2-4-2-1 tanh"), 1, 7)) == "2-4-7-1 tanh"
    assert line(with_activation(run("2-4-2-1 tanh"), 0, "relu")) == "2-4-2-1 relu tanh linear"
    assert line(with_layer_added(run("2-4-2-1 relu"))) == "2-4-2-2-1 relu"
    assert line(with_layer_added(run("2-1"))) == "2-2-1 tanh"
    assert line(with_layer_removed(run("2-4-2-1 relu"), 0)) == "2-2-1 relu"
    assert line(with_layer_removed(run("2-4-1 relu"), 0)) == "2-1"


def test_layers_are_edited_as_a_stretch() -> None:
    deep = run("2-50x16-1 tanh")
    assert line(with_width(deep, 0, 8, 16)) == "2-8x16-1 tanh"
    assert line(with_activation(deep, 0, "relu", 16)) == "2-50x16-1 relu"
    assert line(with_count(deep, 0, 16, 30)) == "2-50x30-1 tanh"
    assert line(with_layer_removed(deep, 0, 16)) == "2-1"
    assert line(with_hidden_activation(run("2-4-2-1 tanh relu linear"), "sigmoid")) == "2-4-2-1 sigmoid"


def test_the_depth_is_set_at_once() -> None:
    assert line(with_depth(run("2-4-2-1 relu"), 5)) == "2-4-2x4-1 relu"
    assert line(with_depth(run("2-4-2-1 relu"), 1)) == "2-4-1 relu"


@pytest.mark.parametrize("width", [0, -1, 10**9])
def test_a_width_that_cannot_be_is_refused(width: int) -> None:
    with pytest.raises(GradStepError, match="the width of layer 2 must be from 1 to 100,000"):
        with_width(run(), 1, width)


@pytest.mark.parametrize("count", [0, -1, 10**9])
def test_a_number_of_layers_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(GradStepError, match="the number of layers must be a whole number from 1 to 499"):
        with_count(run("2-8x9-1 tanh"), 0, 9, count)


def test_a_network_that_is_too_large_is_refused() -> None:
    with pytest.raises(GradStepError, match="weights, and at most"):
        with_width(with_width(run(), 0, 5000), 1, 5000)


def test_an_output_activation_that_the_loss_does_not_take_is_refused() -> None:
    with pytest.raises(GradStepError, match="takes probabilities"):
        with_output_activation(run("2-4-1 tanh, loss binary_cross_entropy"), "tanh")
    assert line(with_output_activation(run("2-4-1 tanh"), "relu")) == "2-4-1 tanh, output relu"


def test_fields_go_by_their_names() -> None:
    for name in INITIALISATIONS:
        assert with_field(run(), "initialisation", name).network.initialisation == name  # type: ignore[union-attr]
    assert line(with_field(run("2-4-4-1 relu"), "skip_every", 2)) == "2-4-4-1 relu, skip 2"
    for name, value in (("gain", -1.0), ("gain", float("nan")), ("bias", 1e300), ("skip_every", -1)):
        with pytest.raises(GradStepError, match="must be"):
            with_field(run(), name, value)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("2-4-2-1 tanh", ""),
        ("2-4-2-1 tanh, skip 2", "Nothing is skipped: no 3 hidden layers in a row have equal widths"),
        ("2-4-2-4-1 tanh, skip 2", "Nothing is skipped: no 3 hidden layers in a row have equal widths"),
        ("2-4-4-1 tanh, skip 2", "Nothing is skipped: no 3 hidden layers in a row have equal widths"),
        ("2-4-4-4-1 tanh, skip 2", ""),
        ("2-4-2-2-1 tanh, skip 1", ""),
        ("2-4-2-1 tanh, skip 1", "Nothing is skipped: no 2 hidden layers in a row have equal widths"),
        ("2-1 tanh, skip 5", "Nothing is skipped: no 6 hidden layers in a row have equal widths"),
    ],
)
def test_skips_that_there_are_not_are_told_of(text: str, note: str) -> None:
    assert skips_note(parse_network(text)) == note
    assert [control.note for control in network_controls(run(text), CIRCLE) if control.name == "skips"] == [note]  # type: ignore[arg-type]


def test_a_document_with_its_own_program_has_no_layers_to_edit() -> None:
    with pytest.raises(GradStepError, match="a program of its own"):
        with_depth(Recipe(None), 3)


# Loss -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("before", LOSSES)
def test_every_loss_can_follow_every_other_on_two_classes(before: str, loss: str) -> None:
    changed = with_loss(with_loss(run(), before, CIRCLE), loss, CIRCLE)
    assert changed.network is not None
    check_fit(changed.network, changed.data, CIRCLE)
    assert with_loss(changed, "half_squared", CIRCLE) == run()


@pytest.mark.parametrize(
    ("loss", "width", "activation"),
    [
        ("mse", 1, "tanh"),
        ("binary_cross_entropy", 1, "sigmoid"),
        ("hinge", 1, "linear"),
        ("cross_entropy", 2, "linear"),
    ],
)
def test_a_loss_brings_its_customary_output(loss: str, width: int, activation: str) -> None:
    assert with_loss(run(), loss, CIRCLE).network.layers[-1] == Layer(width, activation)  # type: ignore[union-attr]


def test_an_output_that_was_chosen_stays_where_it_may() -> None:
    chosen = with_output_activation(run(), "relu")
    assert line(with_loss(chosen, "mse", CIRCLE)) == "2-4-2-1 tanh, output relu, bias 0.1"
    assert "sigmoid" in program_of(with_loss(chosen, "binary_cross_entropy", CIRCLE).network)  # type: ignore[arg-type]


def test_a_loss_for_classes_is_refused_for_numbers() -> None:
    plane = replace(run("2-4-1 tanh, loss half_squared"), data=DataChoice(set="plane"))
    with pytest.raises(GradStepError, match="the loss cross_entropy takes classes"):
        with_loss(plane, "cross_entropy", PLANE)
    with pytest.raises(GradStepError, match="the loss cannot be “nonsense”"):
        with_loss(plane, "nonsense", PLANE)


# Text -----------------------------------------------------------------------------------------------------------------


def test_a_line_and_a_program_become_the_network() -> None:
    assert line(with_line(run(), "2-8-8-1 relu, init he", CIRCLE)) == "2-8-8-1 relu, init he"
    program = program_of(parse_network("2-4-2-1 relu, output tanh, loss half_squared"))
    assert line(with_program(run(), program, CIRCLE)) == ("2-4-2-1 relu, output tanh, loss half_squared, bias 0.1")


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_text_and_network_follow_each_other(activation: str) -> None:
    recipe = with_hidden_activation(run(), activation)
    assert recipe.network is not None
    assert with_line(run(), text_of(recipe.network), CIRCLE) == recipe
    assert with_program(run(), program_of(recipe.network), CIRCLE) == recipe


def test_text_that_does_not_fit_the_data_is_refused() -> None:
    with pytest.raises(GradStepError, match="“circle” has 2 features, and the network takes 3"):
        with_line(run(), "3-4-1", CIRCLE)
    with pytest.raises(GradStepError, match="“blobs” has 3 classes, and the network 1 output"):
        with_line(replace(run(), data=DataChoice(set="blobs")), "2-4-1", BLOBS)
    with pytest.raises(GradStepError, match="line 2"):
        with_program(run(), program_of(run().network).replace("tanh(z1)", "tan(z1)"), CIRCLE)  # type: ignore[arg-type]


def test_a_seed_in_the_line_is_for_all_runs() -> None:
    runs = (run(), run("2-8-1 relu, loss half_squared"))
    changed = runs_with_line(runs, 1, "2-6-1 relu, loss half_squared, seed 5", CIRCLE)
    assert [line(recipe) for recipe in changed] == [
        "2-4-2-1 tanh, output tanh, loss half_squared, bias 0.1, seed 5", "2-6-1 relu, loss half_squared, seed 5",
    ]  # fmt: skip
    assert [recipe.training.seed for recipe in changed] == [5, 5]
    kept = runs_with_line(runs, 1, "2-6-1 relu, loss half_squared", CIRCLE)
    assert kept[0] == runs[0]
