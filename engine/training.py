"""What a run is told: the settings of training, and a model as program text with its first parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from engine.data import Dataset
from engine.draws import MAX_SEED
from engine.errors import GradStepError
from engine.expression import Symbol, walk
from engine.graph import Graph
from engine.network import MAX_ELEMENTS, Network, parameters_of, program_of
from engine.ops import Array
from engine.optimizers import (
    CLIPPINGS,
    LARGEST_RATE,
    OPTIMIZERS,
    REGULARISATIONS,
    SCHEDULES,
    Optimizer,
    Regularisation,
    Schedule,
    entry_named,
    learning_rate_at,
    settings_of,
)
from engine.program import parse_program

MAX_BATCH = 1_000_000

# How a dataset's targets become t, a column for each sample: numbers as they are, one-hot classes, −1 and +1 for two
# classes, 0 and 1 for two classes.
Target = Literal["numbers", "one_hot", "signs", "bits"]
TARGETS: tuple[Target, ...] = ("numbers", "one_hot", "signs", "bits")


@dataclass(frozen=True)
class Training:
    """How a model is trained.

    ``settings`` are the optimiser's, its ``learning_rate`` among them; ``regularisation`` is (name, rate), for weights
    and not for biases; ``clipping`` is (name, limit). ``seed`` draws the order of the samples. Raises GradStepError
    where a name or a number cannot be used.
    """

    optimizer: str = "sgd"
    settings: Mapping[str, float] = field(default_factory=dict)
    batch_size: int = 10
    schedule: str = "constant"
    schedule_settings: Mapping[str, float] = field(default_factory=dict)
    regularisation: tuple[str, float] | None = None
    clipping: tuple[str, float] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        settings_of(self.optimizer_entry, self.settings)
        self.learning_rate(1)
        check_whole("the batch size", self.batch_size, 1, MAX_BATCH)
        check_whole("the seed", self.seed, 0, MAX_SEED)
        if self.regularisation is not None:
            entry_named(REGULARISATIONS, "regularisation", self.regularisation[0])
            _check_number("the regularisation rate", self.regularisation[1], 0.0, LARGEST_RATE)
        if self.clipping is not None:
            entry_named(CLIPPINGS, "clipping", self.clipping[0])
            _check_number("the clipping limit", self.clipping[1], 1e-12, 1e12)

    @property
    def optimizer_entry(self) -> Optimizer:
        """The optimiser's entry in its table."""
        entry: Optimizer = entry_named(OPTIMIZERS, "optimiser", self.optimizer)
        return entry

    @property
    def schedule_entry(self) -> Schedule:
        """The schedule's entry in its table."""
        entry: Schedule = entry_named(SCHEDULES, "schedule", self.schedule)
        return entry

    @property
    def regularisation_entry(self) -> tuple[Regularisation, float] | None:
        """The regularisation's entry in its table, and the rate; None without."""
        if self.regularisation is None:
            return None
        return REGULARISATIONS[self.regularisation[0]], float(self.regularisation[1])

    @property
    def counts_updates(self) -> bool:
        """True where an update's number matters to it."""
        formulas = [expression for _, expression in self.optimizer_entry.expressions]
        if self.schedule != "constant":
            return True
        return any(part == Symbol("t") for expression in formulas for part in walk(expression))

    def learning_rate(self, number: int) -> float:
        """The learning rate of update ``number``, counted from 1."""
        rate = settings_of(self.optimizer_entry, self.settings)["learning_rate"]
        return learning_rate_at(self.schedule_entry, rate, number, self.schedule_settings)


@dataclass(frozen=True)
class Model:
    """What is trained: a program over ``x``, ``t`` and the parameters, and the values that these start from.

    x has shape (features, batch), t (outputs, batch); the program is the same for any batch. ``target`` says how a
    dataset's targets become t. ``output`` names the loss (None: the last line).
    """

    program: str
    parameters: Mapping[str, Any] = field(repr=False)
    target: Target
    output: str | None = None

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise GradStepError(f"the targets cannot be “{str(self.target)[:40]}”: choose from {', '.join(TARGETS)}")

    def graph(self, x: Array, t: Array) -> Graph:
        """The program over one batch. Raises GradStepError where it does not fit."""
        return parse_program(self.program, {"x": x, "t": t}, self.parameters, self.output, limit=MAX_ELEMENTS)

    def columns(self, dataset: Dataset) -> tuple[Array, Array]:
        """(x, t) of all samples, a column each: views of the dataset's numbers where they are as they should be.

        Raises GradStepError where the targets cannot be had that way.
        """
        if self.target == "numbers":
            if dataset.kind != "regression":
                raise GradStepError(f"“{dataset.name}” has classes, and this model learns numbers")
            t = dataset.target
        elif self.target == "one_hot":
            t = dataset.one_hot()
        else:
            t = dataset.signs() if self.target == "signs" else (dataset.signs() + 1.0) / 2.0
        return dataset.features.T, np.asarray(t, dtype=np.float64).T


def model_of(network: Network, dataset: Dataset) -> Model:
    """The network as a model for such data. Raises GradStepError where ``target_of`` does."""
    target = target_of(network, dataset)
    return Model(program_of(network), parameters_of(network), target)


def target_of(network: Network, dataset: Dataset) -> Target:
    """How such targets become the network's: a class for each output, or one output with −1 and +1 (0 and 1 where the
    loss takes probabilities).

    Raises GradStepError where the network does not fit the data.
    """
    features, outputs, loss = dataset.features.shape[1], network.layers[-1].width, network.loss
    if features != network.inputs:
        has = f"{features:,} feature{'s' * (features != 1)}"
        raise GradStepError(f"“{dataset.name}” has {has}, and the network takes {network.inputs:,}")
    wanted: tuple[int, ...]
    if dataset.kind == "regression":
        _check_numbers(dataset, loss)
        count, target = dataset.target.shape[1], TARGETS[0]
        wanted, has = (count,), f"{count:,} target{'s' * (count != 1)}"
    else:
        count, target = len(dataset.class_names), TARGETS[1]
        wanted, has = (count,), f"{count:,} classes"
        if count == 2 and loss != "cross_entropy":
            wanted = (1, 2)
            if outputs == 1:
                target = TARGETS[3] if loss == "binary_cross_entropy" else TARGETS[2]
    if outputs not in wanted:
        raise GradStepError(
            f"“{dataset.name}” has {has}, and the network {outputs:,} output{'s' * (outputs != 1)}: "
            f"with the loss {loss} it needs {' or '.join(f'{number:,}' for number in wanted)}"
        )
    return target


def _check_numbers(dataset: Dataset, loss: str) -> None:
    """Raises GradStepError where a regression's targets are not for that loss."""
    if loss == "cross_entropy":
        raise GradStepError(f"“{dataset.name}” has numbers to learn, and the loss cross_entropy takes classes")
    low, high = float(dataset.target.min()), float(dataset.target.max())
    if loss == "binary_cross_entropy" and not 0 <= low <= high <= 1:
        raise GradStepError(
            f"“{dataset.name}” has numbers from {low:.4g} to {high:.4g} to learn, "
            "and the loss binary_cross_entropy takes 0 to 1"
        )


def check_whole(part: str, value: object, lowest: int, highest: int) -> None:
    """Raises GradStepError where ``value`` is no whole number in that range."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        written = f"“{value[:40]}”" if isinstance(value, str) else str(value)[:40]
        if isinstance(value, int) and not isinstance(value, bool):
            written = f"{value:,}" if abs(value) < 10**20 else "a number of more than 20 digits"
        raise GradStepError(f"{part} must be a whole number from {lowest:,} to {highest:,}, not {written}")


def _check_number(part: str, value: object, lowest: float, highest: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise GradStepError(f"{part} must be a number from {lowest:g} to {highest:g}, not {str(value)[:40]}")
