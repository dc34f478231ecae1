"""The controls as data: every value that is offered leads to a run that has it, and Playground's are among them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.errors import GradStepError
from engine.generated import GENERATED
from engine.network import parse_network
from engine.optimizers import OPTIMIZERS, SCHEDULES
from engine.training import Training
from visualizer.session.builder.choices import DataFacts, known_facts, with_file, with_set
from visualizer.session.builder.controls import (
    Control,
    data_controls,
    network_controls,
    stop_controls,
    training_controls,
)
from visualizer.session.builder.offers import ACTIVATION_OFFERS
from visualizer.session.training.recipe import DataChoice, Recipe

PLAYGROUND = Recipe(parse_network("2-4-2-1 tanh, output tanh, loss half_squared, bias 0.1"))
RICH = replace(
    PLAYGROUND, training=Training("adamw", schedule="cosine", regularisation=("l2", 0.001), clipping=("norm", 1.0))
)
WINE = DataFacts("wine", ("alcohol", "acid"), "quality")
FILE = with_file(PLAYGROUND, "data/wine.csv")


def facts(recipe: Recipe) -> DataFacts:
    return known_facts(recipe.data) or WINE


def controls(recipe: Recipe) -> dict[str, Control]:
    found = (
        *data_controls(recipe, facts(recipe)),
        *network_controls(recipe, facts(recipe)),
        *training_controls(recipe),
        *stop_controls(recipe),
    )
    assert len({control.name for control in found}) == len(found)
    return {control.name: control for control in found}


def choose(recipe: Recipe, name: str, text: str) -> Recipe:
    return controls(recipe)[name].edit(text)(recipe)


@pytest.mark.parametrize(
    "recipe", [PLAYGROUND, RICH, with_set(RICH, "iris"), FILE], ids=["plain", "rich", "iris", "file"]
)
def test_every_offer_can_be_chosen_and_is_then_shown(recipe: Recipe) -> None:
    for control in controls(recipe).values():
        offered = [offer.text for offer in control.offered] or ["on", "off"]
        assert len(set(offered)) == len(offered), control.name
        for text in offered:
            assert controls(choose(recipe, control.name, text))[control.name].value == text, control.name


@pytest.mark.parametrize(
    "recipe", [PLAYGROUND, RICH, with_set(RICH, "digits"), FILE], ids=["plain", "rich", "digits", "file"]
)
def test_what_is_shown_changes_nothing_when_it_is_chosen_again(recipe: Recipe) -> None:
    for control in controls(recipe).values():
        assert control.edit(control.value)(recipe) == recipe, control.name


@pytest.mark.parametrize("recipe", [PLAYGROUND, RICH, FILE], ids=["plain", "rich", "file"])
def test_every_choice_from_a_list_shows_one_of_its_offers_and_every_control_is_named(recipe: Recipe) -> None:
    for control in controls(recipe).values():
        assert control.label
        assert control.spoken
        if not control.typed and not control.switch:
            assert control.value in [offer.text for offer in control.offered]
            assert all(offer.title for offer in control.offered)


PLAYGROUNDS = {
    "learning_rate": ["0.00001", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"],
    "penalty": ["", "l1", "l2"],
    "penalty-rate": ["0", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"],
    "share": [f"{share} %" for share in range(10, 100, 10)],
    "noise": [f"{noise} %" for noise in range(0, 51, 5)],
    "set": ["circle", "xor", "gauss", "spiral", "plane", "multi_gauss"],
}


@pytest.mark.parametrize("name", PLAYGROUNDS)
def test_playgrounds_values_are_offered(name: str) -> None:
    offered = [offer.text for offer in controls(RICH)[name].offered]
    assert set(PLAYGROUNDS[name]) <= set(offered)
    assert [text for text in offered if text in PLAYGROUNDS[name]] == PLAYGROUNDS[name]


def test_playgrounds_activations_come_first_and_every_batch_can_be_typed() -> None:
    assert ACTIVATION_OFFERS[:4] == ("relu", "tanh", "sigmoid", "linear")
    for size in range(1, 31):
        assert choose(PLAYGROUND, "batch", str(size)).training.batch_size == size


def test_playgrounds_own_start_is_shown_as_playground_has_it() -> None:
    shown = {name: control.value for name, control in controls(PLAYGROUND).items()}
    expected = {
        "set": "circle", "noise": "0 %", "samples": "500", "share": "50 %", "batch": "10", "loss": "half_squared",
        "initialisation": "uniform", "bias": "0.1", "optimizer": "sgd", "learning_rate": "0.03", "penalty": "",
        "iterations": "never", "loss-below": "never",
    }  # fmt: skip
    assert expected.items() <= shown.items()


@pytest.mark.parametrize(
    ("name", "text", "has"),
    [
        ("noise", "12.5", lambda run: run.data.noise == 12.5),
        ("samples", "1,234", lambda run: run.data.samples == 1234),
        ("share", "75%", lambda run: run.data.train_share == 0.75),
        ("share", "100", lambda run: run.data.train_share == 1.0),
        ("standardise", "on", lambda run: run.data.standardise),
        ("batch", "64", lambda run: run.training.batch_size == 64),
        ("data-seed", "42", lambda run: run.data.seed == 42),
        ("seed", "42", lambda run: run.network.seed == run.training.seed == 42),
        ("loss", "hinge", lambda run: run.network.loss == "hinge"),
        ("skips", "2", lambda run: run.network.skip_every == 2),
        ("skips", "every 3", lambda run: run.network.skip_every == 3),
        ("skips", "none", lambda run: run.network.skip_every == 0),
        ("initialisation", "he", lambda run: run.network.initialisation == "he"),
        ("gain", "1,5", lambda run: run.network.gain == 1.5),
        ("bias", "−1", lambda run: run.network.bias == -1),
        ("learning_rate", "2e-4", lambda run: run.learning_rate == 0.0002),
        ("beta1", "0.8", lambda run: run.training.settings["beta1"] == 0.8),
        ("weight_decay", "0", lambda run: run.training.settings["weight_decay"] == 0),
        ("length", "2000", lambda run: run.training.schedule_settings["length"] == 2000),
        ("penalty-rate", "0.2", lambda run: run.training.regularisation == ("l2", 0.2)),
        ("clipping", "value", lambda run: run.training.clipping == ("value", 1.0)),
        ("clipping-limit", "0.25", lambda run: run.training.clipping == ("norm", 0.25)),
        ("iterations", "5,000", lambda run: run.stop.iterations == 5000),
        ("iterations", "", lambda run: run.stop.iterations == 0),
        ("loss-below", "0.02", lambda run: run.stop.loss_below == 0.02),
        ("loss-below", "never", lambda run: run.stop.loss_below is None),
    ],
)
def test_other_lawful_values_can_be_typed(name: str, text: str, has: Callable[[Recipe], bool]) -> None:
    assert has(choose(RICH, name, text))


HOSTILE = ("abc", "-1", "1e300", "nan", "10^9", "1000000000000000000000000000", "∞", "'; --", "９e９９", "x" * 10_000)
# Minus one is a bias; a loss below which to stop is any number.
LAWFUL = {("bias", "-1"), *(("loss-below", text) for text in ("-1", "1e300", HOSTILE[5], HOSTILE[8]))}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_in_one_short_sentence(text: str) -> None:
    for control in controls(RICH).values():
        if not control.typed or (control.name, text) in LAWFUL:
            continue
        with pytest.raises(GradStepError) as refusal:
            control.edit(text)(RICH)
        assert 10 < len(str(refusal.value)) < 160, control.name
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["learning_rate", "batch", "samples", "share", "clipping-limit", "length"])
def test_nought_is_refused_where_it_would_be_nothing(name: str) -> None:
    with pytest.raises(GradStepError, match="must be"):
        choose(RICH, name, "0")


@pytest.mark.parametrize("name", [*OPTIMIZERS])
def test_an_optimiser_shows_all_its_settings_with_symbol_and_range(name: str) -> None:
    shown = controls(replace(PLAYGROUND, training=Training(name)))
    for setting in OPTIMIZERS[name].settings:
        control = shown[setting.name]
        assert setting.symbol in control.label
        assert setting.symbol in control.hint
        assert "from" in control.hint
        assert float(control.value) == setting.default


@pytest.mark.parametrize("name", [*SCHEDULES])
def test_a_schedule_shows_all_its_settings(name: str) -> None:
    shown = controls(replace(PLAYGROUND, training=Training(schedule=name)))
    assert {setting.name for setting in SCHEDULES[name].settings} <= shown.keys()


def test_data_seeds_batch_and_stop_rule_are_shared_and_all_else_is_not() -> None:
    shared = {control.name for control in controls(RICH).values() if control.shared}
    assert shared == {
        "set", "noise", "samples", "share", "standardise", "batch", "data-seed", "seed", "iterations", "loss-below",
    }  # fmt: skip


def test_a_file_shows_its_name_and_its_columns() -> None:
    shown = controls(FILE)
    assert shown["set"].value == "data/wine.csv"
    assert shown["set"].offered[-1].title == "wine.csv"
    assert shown["set"].edit("data/wine.csv")(FILE) == FILE
    assert shown["set"].edit("circle")(FILE).data.set == "circle"
    assert [offer.text for offer in shown["target"].offered] == ["alcohol", "acid", "quality"]
    assert shown["target"].value == "quality"
    assert shown["target"].edit("acid")(FILE).data.target == "acid"
    assert "noise" not in shown
    assert "samples" not in shown


def test_numbers_are_not_offered_losses_for_classes() -> None:
    plane = controls(with_set(PLAYGROUND, "plane"))["loss"]
    assert [offer.text for offer in plane.offered] == ["half_squared", "mse"]
    odd = replace(with_set(PLAYGROUND, "plane"), network=parse_network("2-4-1, loss hinge"))
    assert "hinge" in [offer.text for offer in controls(odd)["loss"].offered]


def test_a_program_of_its_own_has_a_seed_and_no_other_choice_of_a_network() -> None:
    own = Recipe(None, DataChoice(seed=3), Training(seed=5))
    assert [control.name for control in network_controls(own, facts(own))] == ["seed"]
    assert choose(own, "seed", "9").training.seed == 9


def test_every_generated_set_is_described() -> None:
    offers = {offer.text: offer for offer in controls(PLAYGROUND)["set"].offered}
    assert all(offers[name].hint == entry.description for name, entry in GENERATED.items())
