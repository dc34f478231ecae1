"""From a recipe and its samples to what the engine trains, and the graph of the first batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.batches import Batches
from engine.data import Dataset
from engine.graph import Graph
from engine.training import Model, model_of
from visualizer.session.training.recipe import Recipe
from visualizer.session.training.samples import Samples


def model_for(recipe: Recipe, samples: Samples, program: str, parameters: Mapping[str, Any], output: str) -> Model:
    """What the engine trains: the recipe's network, or a program over x, t and ``parameters``.

    Raises GradStepError where it does not fit the samples.
    """
    train = samples.train
    if recipe.network is not None:
        return model_of(recipe.network, train)
    target = recipe.data.targets or ("numbers" if train.kind == "regression" else "one_hot")
    return Model(program, parameters, target, output or None)


def first_graph(model: Model, recipe: Recipe, train: Dataset) -> Graph:
    """The program over the batch of the first iteration. Raises GradStepError where they do not fit together."""
    x, t = model.columns(train)
    batches = Batches(len(train), recipe.training.batch_size, recipe.training.seed)
    chosen = batches.samples(0, 1)[0]
    return model.graph(x[:, chosen], t[:, chosen])
