"""What a run is made of, as a person chooses it: network, data, training, and when to stop.

A recipe is what the builder shows and what a document's ``network``, ``[data]`` and ``[training]`` say. It holds
choices only: samples come of it with ``samples.py``, and runs with ``lab.py``, both beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.data import MAX_SAMPLES, Kind
from engine.draws import MAX_SEED
from engine.errors import GradStepError
from engine.generated import MAX_NOISE
from engine.network import Network, skips_of
from engine.optimizers import OPTIMIZERS
from engine.training import Target, Training, check_whole

MAX_ITERATIONS = 10_000_000


@dataclass(frozen=True, slots=True)
class DataChoice:
    """Which samples, and what is done to them before training.

    ``set`` names generated or shipped data; with ``file``, "", it is a CSV file beside the document instead, of which
    ``target``, ``features``, ``header`` and ``kind`` choose columns as in ``parse_csv``. ``samples`` (None: as many as
    the set has by itself) and ``noise`` (percent) are for generated data. ``inputs`` are made features, as in
    TensorFlow Playground (empty: the features themselves). ``train_share`` is above 0 and at most 1; with 1 there is no
    test set. ``targets`` says how targets become t for a program of the document's own (None: numbers, or one-hot
    classes). ``seed`` draws the data and the split.
    """

    set: str = "circle"
    file: str = ""
    target: str = ""
    features: tuple[str, ...] = ()
    header: bool | None = None
    kind: Kind | None = None
    samples: int | None = None
    noise: float = 0.0
    train_share: float = 0.5
    standardise: bool = False
    inputs: tuple[str, ...] = ()
    targets: Target | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.file:
            object.__setattr__(self, "set", "")
        if not (math.isfinite(self.train_share) and 0 < self.train_share <= 1):
            raise GradStepError(f"train_share must be above 0 and at most 1, not {self.train_share:g}")
        if self.samples is not None:
            check_whole("the number of samples", self.samples, 2, MAX_SAMPLES)
        if not 0 <= self.noise <= MAX_NOISE:
            raise GradStepError(f"the noise must be from 0 to {MAX_NOISE:g} percent, not {self.noise:g}")
        check_whole("the seed", self.seed, 0, MAX_SEED)


@dataclass(frozen=True, slots=True)
class StopRule:
    """When a run stops by itself, besides at NaN and infinity: after so many iterations, or below a loss.

    Zero, and None, are never.
    """

    iterations: int = 0
    loss_below: float | None = None

    def __post_init__(self) -> None:
        check_whole("iterations", self.iterations, 0, MAX_ITERATIONS)
        if self.loss_below is not None and not math.isfinite(self.loss_below):
            raise GradStepError(f"loss_below must be a finite number, not {self.loss_below}")


@dataclass(frozen=True)
class Recipe:
    """All that a run is made of. ``network`` is None where the document has a program of its own.

    ``label`` is what its author calls it among runs that are compared; "" where ``labels_of`` is to find a name.
    """

    network: Network | None
    data: DataChoice = field(default_factory=DataChoice)
    training: Training = field(default_factory=Training)
    stop: StopRule = field(default_factory=StopRule)
    label: str = ""

    @property
    def learning_rate(self) -> float:
        """The learning rate that the schedule starts from: the optimiser's own where none is chosen."""
        default = next(s.default for s in OPTIMIZERS[self.training.optimizer].settings if s.name == "learning_rate")
        return float(self.training.settings.get("learning_rate", default))

    def with_seed(self, seed: int) -> Recipe:
        """The same with other initial weights and another order of the samples; the data stay."""
        network = replace(self.network, seed=seed) if self.network else None
        return replace(self, network=network, training=replace(self.training, seed=seed))


# Names for runs that are compared -----------------------------------------------------------------------------------

Feature = Literal["skips", "depth", "activation", "gain", "initialisation", "optimiser", "rate", "clipping", "penalty"]


def labels_of(recipes: Sequence[Recipe]) -> tuple[str, ...]:
    """A short name for each of several runs: what sets it apart from the others, else its number.

    One run alone is "run".
    """
    if len(recipes) == 1:
        return (recipes[0].label or "run",)
    described = [_features(recipe) for recipe in recipes]
    differing = [name for name in described[0] if len({words[name] for words in described}) > 1]
    names = [
        recipe.label or ", ".join(words[name] for name in differing) or f"run {number}"
        for number, (recipe, words) in enumerate(zip(recipes, described, strict=True), start=1)
    ]
    return tuple(f"{name} ({number})" if names.count(name) > 1 else name for number, name in enumerate(names, start=1))


def _features(recipe: Recipe) -> dict[Feature, str]:
    """What may set a run apart, in words."""
    network, training = recipe.network, recipe.training
    words: dict[Feature, str] = {}
    if network is not None:
        hidden = network.layers[:-1]
        words["depth"] = f"{len(hidden)} hidden layer{'s' * (len(hidden) != 1)}"
        words["activation"] = "/".join(dict.fromkeys(layer.activation for layer in hidden)) or "linear"
        words["skips"] = f"skips every {network.skip_every}" if skips_of(network) else "plain"
        words["initialisation"] = network.initialisation
        words["gain"] = f"gain {network.gain:g}"
    words["optimiser"] = training.optimizer
    words["rate"] = f"rate {recipe.learning_rate:g}"
    clipping, penalty = training.clipping, training.regularisation
    words["clipping"] = f"clipped at {clipping[0]} {clipping[1]:g}" if clipping else "unclipped"
    words["penalty"] = f"{penalty[0]} {penalty[1]:g}" if penalty else "no penalty"
    return words
