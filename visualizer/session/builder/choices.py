"""What a person changes about the runs and their data: pure edits, each from a recipe to another.

An edit of the data, the seeds, the batch or the stop rule is for all runs that are compared, any other for one of them:
``edited`` applies either. Every edit raises GradStepError where what is asked for cannot be. Edits of the network are
in ``network_choices``, those of the training in ``training_choices``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from engine.data import Dataset
from engine.errors import GradStepError
from engine.features import FEATURES
from engine.generated import GENERATED, generate
from engine.network import Layer, Network
from engine.training import target_of
from visualizer.session.dataset_file import SHIPPED, load_shipped
from visualizer.session.training.recipe import DataChoice, Recipe
from visualizer.session.training.samples import load_samples
from visualizer.session.training.tables import MAX_RUNS

# The features themselves, as made features.
RAW = ("x1", "x2")

Edit = Callable[[Recipe], Recipe]


# Runs -----------------------------------------------------------------------------------------------------------------


def edited(recipes: Sequence[Recipe], selected: int, edit: Edit, shared: bool) -> tuple[Recipe, ...]:
    """The runs with an edit that is for all of them, or for the selected one."""
    return tuple(edit(recipe) if shared or number == selected else recipe for number, recipe in enumerate(recipes))


def with_run_added(recipes: Sequence[Recipe], selected: int) -> tuple[tuple[Recipe, ...], int]:
    """One run more, a copy of the selected one, and its number. Its name is found anew once it differs."""
    if len(recipes) >= MAX_RUNS:
        raise GradStepError(f"at most {MAX_RUNS} runs can be compared")
    return (*recipes, replace(recipes[selected], label="")), len(recipes)


def with_run_removed(recipes: Sequence[Recipe], number: int, selected: int) -> tuple[tuple[Recipe, ...], int]:
    """Without the run of that number, and the number of the one that is selected then."""
    if len(recipes) < 2:
        raise GradStepError("one run stays: there is nothing to train without it")
    left = tuple(recipe for place, recipe in enumerate(recipes) if place != number)
    return left, selected - 1 if selected > number or selected == len(left) else selected


# What the data ask of a network --------------------------------------------------------------------------------------

Task = Literal["two classes", "classes", "numbers"]


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What the builder knows of the samples as they come, before features are made of them.

    ``classes`` is 0 for a regression; ``outputs`` is then the number of targets, else that of the classes. The targets
    of a regression lie from ``lowest`` to ``highest``.
    """

    name: str
    feature_names: tuple[str, ...]
    target_name: str = "y"
    classes: int = 0
    outputs: int = 1
    lowest: float = -1.0
    highest: float = 1.0

    @property
    def features(self) -> int:
        """The number of features."""
        return len(self.feature_names)

    @property
    def makes_inputs(self) -> bool:
        """Whether others can be made of the features: of two."""
        return self.features == len(RAW)

    @property
    def task(self) -> Task:
        """What is to be learnt."""
        if not self.classes:
            return "numbers"
        return "two classes" if self.classes == 2 else "classes"


def facts_of(dataset: Dataset) -> DataFacts:
    """What the builder needs to know of samples as they were loaded."""
    classes, names = len(dataset.class_names), dataset.feature_names
    if classes:
        return DataFacts(dataset.name, names, dataset.target_name, classes, classes)
    low, high = float(dataset.target.min()), float(dataset.target.max())
    return DataFacts(dataset.name, names, dataset.target_name, 0, dataset.target.shape[1], low, high)


def known_facts(data: DataChoice) -> DataFacts | None:
    """The facts of data that come with the program; None for a file and for an unknown set."""
    return None if data.file or data.set not in (*GENERATED, *SHIPPED) else _facts_named(data.set)


@lru_cache(maxsize=32)
def _facts_named(name: str) -> DataFacts:
    return facts_of(load_shipped(name) if name in SHIPPED else generate(name))


def check_fit(network: Network, data: DataChoice, facts: DataFacts) -> None:
    """Raises GradStepError, in the engine's words, where a network cannot learn these data."""
    inputs = data.inputs or facts.feature_names
    # Two samples like those that there are: whether a network fits does not depend on more.
    target = np.array([[facts.lowest], [facts.highest]]).repeat(facts.outputs, axis=1)
    stand_in = Dataset(
        facts.name, np.zeros((2, len(inputs))), np.arange(2) if facts.classes else target, inputs, facts.target_name,
        ("",) * facts.classes, "classification" if facts.classes else "regression",
    )  # fmt: skip
    target_of(network, stand_in)


def _fits(network: Network, data: DataChoice, facts: DataFacts) -> bool:
    try:
        check_fit(network, data, facts)
    except GradStepError:
        return False
    return True


# The activation of the output that a loss is customarily used with; linear for all others.
_OUTPUTS: Mapping[tuple[Task, str], str] = {
    ("two classes", "half_squared"): "tanh",
    ("two classes", "mse"): "tanh",
    ("two classes", "binary_cross_entropy"): "sigmoid",
    ("classes", "binary_cross_entropy"): "sigmoid",
    ("numbers", "binary_cross_entropy"): "sigmoid",
}
# The losses that make sense for a task, the one that is taken by itself first.
TASK_LOSSES: Mapping[Task, tuple[str, ...]] = {
    "two classes": ("half_squared", "mse", "binary_cross_entropy", "hinge", "cross_entropy"),
    "classes": ("cross_entropy", "half_squared", "mse", "binary_cross_entropy"),
    "numbers": ("half_squared", "mse"),
}


def customary_output(loss: str, facts: DataFacts) -> Layer:
    """The last layer that a loss is customarily used with: one output for two classes, else one for each."""
    one = facts.task == "two classes" and loss != "cross_entropy"
    return Layer(1 if one else facts.outputs, _OUTPUTS.get((facts.task, loss), "linear"))


def with_output(network: Network, layer: Layer, **fields: Any) -> Network:
    """The network with another last layer, and other fields."""
    return replace(network, layers=(*network.layers[:-1], layer), **fields)


def fitted(recipe: Recipe, facts: DataFacts, before: DataFacts | None = None) -> Recipe:
    """The recipe with inputs and outputs that fit the data, of which ``facts`` are known; what fits already stays.

    Where the task is another than ``before``, the output is the customary one: one tanh with half the squared error for
    two classes, as in TensorFlow Playground (sigmoid where binary cross-entropy was chosen), linear with cross-entropy
    for more, linear for numbers.
    """
    if not facts.makes_inputs and recipe.data.inputs:
        recipe = replace(recipe, data=replace(recipe.data, inputs=()))
    if recipe.network is None:
        return recipe
    network = replace(recipe.network, inputs=len(recipe.data.inputs or facts.feature_names))
    loss, losses = network.loss, TASK_LOSSES[facts.task]
    if before is not None and before.task != facts.task:
        # With more classes than two one loss is best; else what was chosen stays where it can.
        loss = losses[0] if loss == "cross_entropy" or facts.task == "classes" or loss not in losses else loss
        network = with_output(network, customary_output(loss, facts), loss=loss)
    elif not _fits(network, recipe.data, facts):
        loss = loss if loss in losses else losses[0]
        output = customary_output(loss, facts)
        if loss == network.loss:
            output = replace(output, activation=network.layers[-1].activation)
        network = with_output(network, output, loss=loss)
    return replace(recipe, network=network)


# Data -----------------------------------------------------------------------------------------------------------------


def with_data(recipe: Recipe, data: DataChoice, facts: DataFacts, before: DataFacts | None = None) -> Recipe:
    """Other data, of which ``facts`` are known; ``before`` are those of the present ones, where they are of a file."""
    return fitted(replace(recipe, data=data), facts, before or known_facts(recipe.data))


def with_set(recipe: Recipe, name: str, before: DataFacts | None = None) -> Recipe:
    """Generated or shipped data by name. Noise, samples and made inputs stay where the new data can have them."""
    data = recipe.data
    if name == data.set and not data.file:
        return recipe
    made = name in GENERATED
    # What was measured is standardised; what is generated has about one scale.
    standardise = data.standardise if made == (not data.file and data.set in GENERATED) else not made
    data = replace(
        data, set=name, file="", target="", features=(), header=None, kind=None, standardise=standardise,
        samples=data.samples if made else None, noise=data.noise if made else 0.0,
    )  # fmt: skip
    facts = known_facts(data)
    if facts is None:
        raise GradStepError(f"there is no dataset “{name[:40]}”: choose from {', '.join((*GENERATED, *SHIPPED))}")
    return with_data(recipe, data, facts, before)


def with_file(recipe: Recipe, file: str) -> Recipe:
    """A CSV file, as it is read by itself; ``file`` is its path as seen from the document.

    The network fits after ``refitted``, once the file has been read.
    """
    kept = recipe.data
    data = DataChoice(
        set="", file=file, train_share=kept.train_share, standardise=True, inputs=kept.inputs, targets=kept.targets,
        seed=kept.seed,
    )  # fmt: skip
    return replace(recipe, data=data)


def refitted(recipes: Sequence[Recipe], folder: Path | None, before: DataFacts | None = None) -> tuple[Recipe, ...]:
    """The runs with inputs and outputs that fit their data, which may be read from a file for that.

    A file's path is seen from ``folder``; ``before`` are the facts of the data that the networks come from. Raises
    GradStepError where the data cannot be had.
    """
    data = replace(recipes[0].data, inputs=())  # which can be made of two features only
    facts = known_facts(data) or facts_of(load_samples(data, folder).raw_train)
    return tuple(fitted(recipe, facts, before) for recipe in recipes)


def with_target(recipe: Recipe, target: str) -> Recipe:
    """Another column of the file to learn. The network fits after ``refitted``, once the file has been read."""
    features = tuple(name for name in recipe.data.features if name != target)
    return replace(recipe, data=replace(recipe.data, target=target, features=features, kind=None))


def with_input(recipe: Recipe, name: str, chosen: bool) -> Recipe:
    """A made input more or less, in the order of the table."""
    present = set(recipe.data.inputs or RAW)
    present = present | {name} if chosen else present - {name}
    inputs = tuple(feature for feature in FEATURES if feature in present)
    if not inputs:
        raise GradStepError("a network needs one input at least")
    network = recipe.network and replace(recipe.network, inputs=len(inputs))
    return replace(recipe, network=network, data=replace(recipe.data, inputs=() if inputs == RAW else inputs))


def with_noise(recipe: Recipe, noise: float) -> Recipe:
    """Noise of generated data, in percent."""
    return replace(recipe, data=replace(recipe.data, noise=float(noise)))


def with_samples(recipe: Recipe, count: int) -> Recipe:
    """So many samples of generated data; as many as the set has by itself is no choice."""
    data = replace(recipe.data, samples=count)
    return replace(recipe, data=replace(data, samples=None) if count == GENERATED[data.set].count else data)


def with_share(recipe: Recipe, percent: float) -> Recipe:
    """The share of the samples to train on, in percent; with 100 there is no test set."""
    if not 0 < percent <= 100:
        raise GradStepError(f"the train share must be above 0 and at most 100 %, not {percent:g}")
    return replace(recipe, data=replace(recipe.data, train_share=percent / 100))


def with_standardise(recipe: Recipe, chosen: bool) -> Recipe:
    """Features brought to mean 0 and standard deviation 1, or as they are."""
    return replace(recipe, data=replace(recipe.data, standardise=chosen))


def with_data_seed(recipe: Recipe, seed: int) -> Recipe:
    """Other samples of the same kind, or another split."""
    return replace(recipe, data=replace(recipe.data, seed=seed))
