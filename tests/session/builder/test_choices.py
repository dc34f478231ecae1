"""Edits of runs and data: what fits stays, what does not is adapted, and what cannot be is refused in one sentence."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from engine.errors import GradStepError
from engine.features import FEATURES
from engine.generated import GENERATED, generate
from engine.network import LOSSES, Layer, Network, parse_network
from engine.training import Training, model_of
from visualizer.session.builder.choices import (
    DataFacts,
    check_fit,
    edited,
    facts_of,
    fitted,
    known_facts,
    refitted,
    with_data_seed,
    with_file,
    with_input,
    with_noise,
    with_run_added,
    with_run_removed,
    with_samples,
    with_set,
    with_share,
    with_standardise,
    with_target,
)
from visualizer.session.dataset_file import SHIPPED, load_shipped
from visualizer.session.training.recipe import DataChoice, Recipe
from visualizer.session.training.samples import load_samples

PLAYGROUND = Recipe(parse_network("2-4-2-1 tanh, output tanh, loss half_squared, bias 0.1"))
WINE = DataFacts("wine", ("alcohol", "acid", "sugar"), "quality", 0, 1, 3.0, 9.0)
SETS = (*GENERATED, *SHIPPED)


def output_of(recipe: Recipe) -> tuple[int, str, str]:
    assert recipe.network is not None
    return recipe.network.layers[-1].width, recipe.network.layers[-1].activation, recipe.network.loss


def trains(recipe: Recipe) -> None:
    """Raises where the engine would not train it."""
    assert recipe.network is not None
    model_of(recipe.network, load_samples(recipe.data, None).train)


# Runs -----------------------------------------------------------------------------------------------------------------


def test_an_edit_is_for_all_runs_or_for_the_selected_one() -> None:
    runs = (PLAYGROUND, replace(PLAYGROUND, label="other"))
    assert [run.data.noise for run in edited(runs, 0, lambda run: with_noise(run, 20), shared=True)] == [20, 20]
    assert [run.data.noise for run in edited(runs, 1, lambda run: with_noise(run, 20), shared=False)] == [0, 20]


def test_a_run_is_added_as_a_copy_without_its_name() -> None:
    runs, selected = with_run_added((replace(PLAYGROUND, label="plain"),), 0)
    assert runs == (replace(PLAYGROUND, label="plain"), PLAYGROUND)
    assert selected == 1


def test_there_are_four_runs_at_most_and_one_at_least() -> None:
    with pytest.raises(GradStepError, match="at most 4 runs"):
        with_run_added((PLAYGROUND,) * 4, 0)
    with pytest.raises(GradStepError, match="one run stays"):
        with_run_removed((PLAYGROUND,), 0, 0)


@pytest.mark.parametrize(("number", "selected", "then"), [(1, 0, 0), (1, 1, 1), (1, 2, 1), (2, 2, 1), (2, 1, 1)])
def test_the_selected_run_stays_selected_when_another_goes(number: int, selected: int, then: int) -> None:
    runs = tuple(replace(PLAYGROUND, label=name) for name in "abc")
    left, after = with_run_removed(runs, number, selected)
    assert len(left) == 2
    assert after == then
    if number != selected:
        assert left[after] == runs[selected]


# Data sets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETS)
def test_facts_are_those_of_the_samples(name: str) -> None:
    dataset = load_shipped(name) if name in SHIPPED else generate(name)
    facts = known_facts(DataChoice(set=name))
    assert facts == facts_of(dataset)
    assert facts is not None
    assert facts.features == dataset.features.shape[1]
    assert facts.classes == len(dataset.class_names)
    assert facts.makes_inputs == (facts.features == 2)


def test_facts_of_a_file_are_not_known_beforehand() -> None:
    assert known_facts(DataChoice(set="", file="wine.csv")) is None
    assert known_facts(DataChoice(set="nonsense")) is None


@pytest.mark.parametrize(("before", "name"), list(product(SETS, SETS)))
def test_whatever_the_data_are_switched_to_can_be_trained(before: str, name: str) -> None:
    start = with_set(PLAYGROUND, before)
    for network in (start.network, replace(start.network, loss="mse") if start.network else None):
        assert network is not None
        trains(with_set(replace(start, network=network), name))


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("spiral", (1, "tanh", "half_squared")),
        ("blobs", (3, "linear", "cross_entropy")),
        ("iris", (3, "linear", "cross_entropy")),
        ("digits", (10, "linear", "cross_entropy")),
        ("plane", (1, "linear", "half_squared")),
        ("sine", (1, "linear", "half_squared")),
    ],
)
def test_the_output_is_the_one_that_is_customary(name: str, output: tuple[int, str, str]) -> None:
    switched = with_set(PLAYGROUND, name)
    assert output_of(switched) == output
    assert switched.network is not None
    assert switched.network.layers[:-1] == (Layer(4, "tanh"), Layer(2, "tanh"))
    assert switched.network.bias == 0.1
    assert output_of(with_set(switched, "circle")) == (1, "tanh", "half_squared")


def test_what_fits_stays() -> None:
    chosen = replace(PLAYGROUND, network=parse_network("2-4-1 relu, loss binary_cross_entropy"))
    assert with_set(chosen, "spiral").network == chosen.network
    back = with_set(with_set(chosen, "plane"), "xor")
    assert output_of(back)[0] == 1
    two_outputs = replace(PLAYGROUND, network=parse_network("2-4-2 relu, loss cross_entropy"))
    assert with_set(two_outputs, "moons").network == two_outputs.network


def test_a_loss_that_was_chosen_stays_among_data_of_one_kind() -> None:
    squared = replace(with_set(PLAYGROUND, "iris"), network=parse_network("4-8-3 relu, output sigmoid, loss mse"))
    assert output_of(with_set(squared, "digits")) == (10, "sigmoid", "mse")


def test_binary_cross_entropy_comes_back_with_its_sigmoid() -> None:
    chosen = replace(PLAYGROUND, network=parse_network("2-4-2 relu, output softmax, loss binary_cross_entropy"))
    assert output_of(with_set(with_set(chosen, "moons"), "moons")) == (2, "softmax", "binary_cross_entropy")
    facts = known_facts(DataChoice(set="moons"))
    assert facts is not None
    three = known_facts(DataChoice(set="blobs"))
    assert output_of(fitted(chosen, facts, three)) == (1, "sigmoid", "binary_cross_entropy")


def test_what_was_measured_is_standardised_and_what_is_generated_is_not() -> None:
    iris = with_set(PLAYGROUND, "iris")
    assert iris.data.standardise
    assert not with_set(iris, "circle").data.standardise
    assert not with_set(with_standardise(iris, False), "digits").data.standardise
    assert with_set(with_standardise(PLAYGROUND, True), "xor").data.standardise


def test_noise_and_samples_stay_with_generated_data() -> None:
    noisy = with_samples(with_noise(PLAYGROUND, 20), 300)
    assert (with_set(noisy, "spiral").data.noise, with_set(noisy, "spiral").data.samples) == (20, 300)
    assert (with_set(noisy, "iris").data.noise, with_set(noisy, "iris").data.samples) == (0, None)


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(GradStepError, match="there is no dataset “sprial”"):
        with_set(PLAYGROUND, "sprial")


def test_a_program_of_its_own_keeps_out_of_it() -> None:
    own = Recipe(None)
    assert with_set(own, "iris").network is None
    assert with_set(own, "iris").data.set == "iris"


def test_a_file_is_read_as_it_is_and_its_networks_fit(tmp_path: Path) -> None:
    rows = "".join(f"{number},{number % 5},{number % 3},{number / 7}\n" for number in range(20))
    (tmp_path / "wine.csv").write_text(f"alcohol,acid,sugar,quality\n{rows}", encoding="utf-8")
    chosen = with_file(with_noise(with_input(PLAYGROUND, "x1^2", True), 10), "wine.csv")
    assert chosen.data == DataChoice(set="", file="wine.csv", standardise=True, inputs=("x1", "x2", "x1^2"))
    first, second = refitted((chosen, replace(chosen, label="other")), tmp_path, known_facts(PLAYGROUND.data))
    assert first.data.inputs == ()
    assert first.network is not None
    assert first.network.inputs == 3
    assert output_of(first) == (1, "linear", "half_squared")
    assert second == replace(first, label="other")
    assert with_set(first, "circle", WINE).network == PLAYGROUND.network


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GradStepError, match=r"gone\.csv"):
        refitted((with_file(PLAYGROUND, "gone.csv"),), tmp_path)


def test_runs_that_fit_stay_as_they_are() -> None:
    runs = (PLAYGROUND, replace(PLAYGROUND, label="other"))
    assert refitted(runs, None) == runs


def test_another_column_is_learnt_and_the_network_fitted_once_the_file_is_read() -> None:
    iris = with_set(PLAYGROUND, "iris")
    classes = known_facts(iris.data)
    file = replace(iris, data=DataChoice(set="", file="iris.csv", target="species", features=("a", "b")))
    changed = with_target(file, "b")
    assert changed.data.target == "b"
    assert changed.data.features == ("a",)
    numbers = DataFacts("iris", ("a",), "b")
    assert output_of(fitted(changed, numbers, classes)) == (1, "linear", "half_squared")
    assert fitted(changed, numbers, classes).network.inputs == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_builder_and_the_engine_agree_on_what_fits(name: str, loss: str) -> None:
    dataset = load_shipped(name) if name in SHIPPED else generate(name)
    facts = facts_of(dataset)
    for inputs, width in product((facts.features, facts.features + 1), (1, 2, 3, 10)):
        network = Network(inputs, (Layer(2, "tanh"), Layer(width, "sigmoid")), loss=loss)
        said = []
        for check in (
            lambda n=network: check_fit(n, DataChoice(set=name), facts),
            lambda n=network: model_of(n, dataset),
        ):
            try:
                check()
                said.append("")
            except GradStepError as error:
                said.append(str(error))
        assert said[0] == said[1]


# Other choices of data ------------------------------------------------------------------------------------------------


def test_made_inputs_come_in_the_order_of_the_table_and_the_network_takes_them() -> None:
    chosen = with_input(with_input(PLAYGROUND, "sin(x1)", True), "x1^2", True)
    assert chosen.data.inputs == ("x1", "x2", "x1^2", "sin(x1)")
    assert chosen.network is not None
    assert chosen.network.inputs == 4
    trains(chosen)
    back = with_input(with_input(chosen, "sin(x1)", False), "x1^2", False)
    assert back == PLAYGROUND


def test_all_inputs_can_be_chosen_and_one_stays() -> None:
    chosen = PLAYGROUND
    for name in FEATURES:
        chosen = with_input(chosen, name, True)
    assert chosen.data.inputs == tuple(FEATURES)
    for name in list(FEATURES)[:-1]:
        chosen = with_input(chosen, name, False)
    assert chosen.data.inputs == ("sin(x2)",)
    with pytest.raises(GradStepError, match="one input at least"):
        with_input(chosen, "sin(x2)", False)


def test_made_inputs_go_where_there_are_not_two_features() -> None:
    chosen = with_input(PLAYGROUND, "x1^2", True)
    assert with_set(chosen, "spiral").data.inputs == ("x1", "x2", "x1^2")
    assert with_set(chosen, "sine").data.inputs == ()
    trains(with_set(chosen, "sine"))


def test_as_many_samples_as_the_set_has_is_no_choice() -> None:
    assert with_samples(PLAYGROUND, 500).data.samples is None
    assert with_samples(PLAYGROUND, 501).data.samples == 501


@pytest.mark.parametrize("noise", [-1, 51, float("nan"), 1e300])
def test_noise_out_of_range_is_refused(noise: float) -> None:
    with pytest.raises(GradStepError, match="the noise must be from 0 to 50"):
        with_noise(PLAYGROUND, noise)


@pytest.mark.parametrize("count", [-1, 0, 1, 10**9])
def test_a_number_of_samples_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(GradStepError, match="the number of samples must be"):
        with_samples(PLAYGROUND, count)


@pytest.mark.parametrize("share", [0, -1, 101, float("nan"), 1e300])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(GradStepError, match="the train share must be above 0 and at most 100 %"):
        with_share(PLAYGROUND, share)


def test_a_share_of_all_leaves_no_test_set() -> None:
    assert with_share(PLAYGROUND, 100).data.train_share == 1
    assert load_samples(with_share(PLAYGROUND, 100).data, None).test is None


def test_seeds_of_data_and_of_weights_are_apart() -> None:
    chosen = with_data_seed(PLAYGROUND, 7)
    assert (chosen.data.seed, chosen.training.seed) == (7, Training().seed)
    with pytest.raises(GradStepError, match="the seed"):
        with_data_seed(PLAYGROUND, -1)
