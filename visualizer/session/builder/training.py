"""Edits of how a run is trained, and when it stops.

Settings at their default are left out, so that another optimiser takes its own default, and keeps what was chosen.
Every edit raises GradStepError, in the engine's words, where what is asked for cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.optimizers import OPTIMIZERS, SCHEDULES, Optimizer, Schedule, entry_named
from visualizer.session.training.recipe import Recipe

# What is taken where a penalty or a clipping is switched on.
PENALTY_RATE = 0.001
CLIPPING_LIMIT = 1.0


def _with(recipe: Recipe, **fields: Any) -> Recipe:
    return replace(recipe, training=replace(recipe.training, **fields))


def _chosen(entry: Optimizer | Schedule, settings: Mapping[str, float]) -> dict[str, float]:
    """Of these settings those that the entry knows and that are not its defaults anyway."""
    defaults = {setting.name: setting.default for setting in entry.settings}
    return {name: value for name, value in settings.items() if name in defaults and value != defaults[name]}


def with_optimizer(recipe: Recipe, name: str) -> Recipe:
    """Another optimiser, with those of the settings that it shares."""
    entry = entry_named(OPTIMIZERS, "optimiser", name)
    present = _chosen(recipe.training.optimizer_entry, recipe.training.settings)
    return _with(recipe, optimizer=name, settings=_chosen(entry, present))


def with_setting(recipe: Recipe, name: str, value: float) -> Recipe:
    """A setting of the optimiser, its ``learning_rate`` among them."""
    settings = {**recipe.training.settings, name: float(value)}
    _with(recipe, settings=settings)  # refuses what the entry does not know
    return _with(recipe, settings=_chosen(recipe.training.optimizer_entry, settings))


def with_schedule(recipe: Recipe, name: str) -> Recipe:
    """Another schedule of the learning rate."""
    entry = entry_named(SCHEDULES, "schedule", name)
    return _with(recipe, schedule=name, schedule_settings=_chosen(entry, recipe.training.schedule_settings))


def with_schedule_setting(recipe: Recipe, name: str, value: float) -> Recipe:
    """A setting of the schedule."""
    settings = {**recipe.training.schedule_settings, name: float(value)}
    _with(recipe, schedule_settings=settings)
    return _with(recipe, schedule_settings=_chosen(recipe.training.schedule_entry, settings))


def with_penalty(recipe: Recipe, name: str) -> Recipe:
    """A penalty on large weights; "" is none."""
    _, rate = recipe.training.regularisation or ("", PENALTY_RATE)
    return _with(recipe, regularisation=(name, rate) if name else None)


def with_penalty_rate(recipe: Recipe, rate: float) -> Recipe:
    """How strongly the penalty pulls."""
    name, _ = recipe.training.regularisation or ("l2", 0.0)
    return _with(recipe, regularisation=(name, float(rate)))


def with_clipping(recipe: Recipe, name: str) -> Recipe:
    """Gradients made shorter where they are too long; "" is off."""
    _, limit = recipe.training.clipping or ("", CLIPPING_LIMIT)
    return _with(recipe, clipping=(name, limit) if name else None)


def with_clipping_limit(recipe: Recipe, limit: float) -> Recipe:
    """How long a gradient, or how large its numbers, may be."""
    name, _ = recipe.training.clipping or ("norm", 0.0)
    return _with(recipe, clipping=(name, float(limit)))


def with_batch(recipe: Recipe, size: int) -> Recipe:
    """So many samples for each update."""
    return _with(recipe, batch_size=size)


# When to stop ---------------------------------------------------------------------------------------------------------


def with_iterations(recipe: Recipe, iterations: int) -> Recipe:
    """Stop after so many iterations; 0 is never."""
    return replace(recipe, stop=replace(recipe.stop, iterations=iterations))


def with_loss_below(recipe: Recipe, loss: float | None) -> Recipe:
    """Stop once the loss is below this; None is never."""
    return replace(recipe, stop=replace(recipe.stop, loss_below=loss))
