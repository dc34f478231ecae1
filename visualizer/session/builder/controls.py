"""The controls of the builder, section by section.

Each section is a function from a recipe to its controls, in their order; a new control is one entry here. Those that
TensorFlow Playground has offer its values, and every other lawful value can be typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.generated import GENERATED
from engine.network import INITIALISATIONS, LOSSES
from engine.optimizers import CLIPPINGS, OPTIMIZERS, REGULARISATIONS, SCHEDULES, Setting
from visualizer.session.builder.choices import (
    TASK_LOSSES,
    DataFacts,
    Edit,
    with_data_seed,
    with_noise,
    with_samples,
    with_set,
    with_share,
    with_standardise,
    with_target,
)
from visualizer.session.builder.network import skips_note, with_field, with_loss
from visualizer.session.builder.offers import (
    BATCHES,
    BIASES,
    GAINS,
    ITERATIONS,
    LIMITS,
    LOSSES_BELOW,
    PENALTY_RATES,
    RATES,
    SAMPLES,
    SEEDS,
    SETTINGS,
    Offer,
    numbers,
    percent_text,
    percents,
    title_of,
    wholes,
    words,
)
from visualizer.session.builder.training import (
    with_batch,
    with_clipping,
    with_clipping_limit,
    with_iterations,
    with_loss_below,
    with_optimizer,
    with_penalty,
    with_penalty_rate,
    with_schedule,
    with_schedule_setting,
    with_setting,
)
from visualizer.session.builder.typed import number, percent, shown, whole
from visualizer.session.dataset_file import SHIPPED
from visualizer.session.training.recipe import Recipe


@dataclass(frozen=True)
class Control:
    """One choice: its present ``value`` as text, what is ``offered``, and ``edit``, which a text leads to.

    ``label`` stands beside the field, ``spoken`` says the same where the section is not seen. Where it is ``typed``,
    other texts than those offered can be given; a ``switch`` is "on" or "off". ``shared`` choices are for all runs that
    are compared. A ``minor`` one belongs to the one before it. ``hint`` is a sentence about it, ``note`` one that
    stands under it: what became of the choice, where that is not what one would think.
    """

    name: str
    label: str
    spoken: str
    value: str
    offered: tuple[Offer, ...]
    edit: Callable[[str], Edit]
    typed: bool = False
    switch: bool = False
    shared: bool = False
    minor: bool = False
    hint: str = ""
    note: str = ""


def typed_control(
    name: str,
    label: str,
    value: str,
    offered: Iterable[Offer],
    edit: Callable[[str], Edit],
    *,
    spoken: str = "",
    shared: bool = False,
    minor: bool = False,
    hint: str = "",
    note: str = "",
) -> Control:
    """A control that takes other texts than those offered."""
    return Control(
        name, label, spoken or label, value, tuple(offered), edit,
        typed=True, shared=shared, minor=minor, hint=hint, note=note,
    )  # fmt: skip


# Sections -------------------------------------------------------------------------------------------------------------


def data_controls(recipe: Recipe, facts: DataFacts) -> tuple[Control, ...]:
    """DATA, but for the made inputs: set, noise, samples, train share, standardisation, batch, seed."""
    data = recipe.data
    generated = not data.file and data.set in GENERATED
    controls = [_set_control(recipe, facts)]
    if data.file:
        controls.append(_target_control(recipe, facts))
    if generated:
        controls.append(
            typed_control(
                "noise", "Noise", percent_text(data.noise), percents(range(0, 51, 5)),
                lambda text: lambda recipe: with_noise(recipe, percent("the noise", text)),
                shared=True, hint="How far samples stray, from 0 to 50 %",
            )
        )  # fmt: skip
        count = GENERATED[data.set].count if data.samples is None else data.samples
        controls.append(
            typed_control(
                "samples", "Samples", f"{count:,}", wholes(SAMPLES),
                lambda text: lambda recipe: with_samples(recipe, whole("the number of samples", text)),
                shared=True, hint="How many are drawn",
            )
        )  # fmt: skip
    return (
        *controls,
        typed_control(
            "share", "Train share", percent_text(data.train_share * 100),
            (*percents(range(10, 100, 10)), Offer("100 %", "100 %, no test")),
            lambda text: lambda recipe: with_share(recipe, percent("the train share", text)),
            shared=True, hint="The share of the samples to learn from; the others are to test with",
        ),
        Control(
            "standardise", "Standardise", "Standardise", "on" if data.standardise else "off", (),
            lambda text: lambda recipe: with_standardise(recipe, text == "on"),
            switch=True, shared=True, hint="Each feature brought to mean 0 and standard deviation 1",
        ),
        typed_control(
            "batch", "Batch", f"{recipe.training.batch_size:,}", wholes(BATCHES),
            lambda text: lambda recipe: with_batch(recipe, whole("the batch size", text)),
            shared=True, spoken="Batch size", hint="Samples for each update of the weights",
        ),
        _seed("data-seed", "Data seed", data.seed, with_data_seed, "Draws the samples and the split"),
    )  # fmt: skip


def network_controls(recipe: Recipe, facts: DataFacts) -> tuple[Control, ...]:
    """NETWORK, but for its layers: loss, skips, first weights, seed. Without a network the seed alone."""
    network = recipe.network
    seed = _seed(
        "seed", "Seed", recipe.training.seed if network is None else network.seed, Recipe.with_seed,
        "Draws the first weights and the order of the samples",
    )  # fmt: skip
    if network is None:
        return (seed,)
    losses = TASK_LOSSES[facts.task]
    return (
        Control(
            "loss", "Loss", "Loss", network.loss, words((*losses, *({network.loss} - set(losses))), _loss_hint),
            lambda text: lambda recipe: with_loss(recipe, text, facts),
            hint="What is made small",
        ),
        typed_control(
            "skips", "Skips", _skip_text(network.skip_every),
            (Offer("none", "none"), *(Offer(f"every {k}", f"every {k}") for k in range(1, 6))),
            lambda text: lambda recipe: with_field(recipe, "skip_every", _skip(text)),
            spoken="Skip connections", hint="The activation of the layer so many before is added, where widths agree",
            note=skips_note(network),
        ),
        Control(
            "initialisation", "Initialisation", "Initialisation", network.initialisation,
            words(INITIALISATIONS, lambda name: f"{INITIALISATIONS[name].formula}; {INITIALISATIONS[name].source}"),
            lambda text: lambda recipe: with_field(recipe, "initialisation", text),
            hint="What the weights start from",
        ),
        typed_control(
            "gain", "Gain", shown(network.gain), numbers(GAINS),
            lambda text: lambda recipe: with_field(recipe, "gain", number("the gain", text)),
            hint="Multiplies the first weights",
        ),
        typed_control(
            "bias", "Bias", shown(network.bias), numbers(BIASES),
            lambda text: lambda recipe: with_field(recipe, "bias", number("the bias", text)),
            hint="What every bias starts from",
        ),
        seed,
    )  # fmt: skip


def training_controls(recipe: Recipe) -> tuple[Control, ...]:
    """TRAINING: optimiser, schedule, penalty, clipping, each with its settings."""
    training = recipe.training
    rate, *settings = training.optimizer_entry.settings
    penalty, clipping = training.regularisation, training.clipping
    controls = [
        Control(
            "optimizer", "Optimiser", "Optimiser", training.optimizer,
            words(OPTIMIZERS, lambda name: f"{OPTIMIZERS[name].why} {OPTIMIZERS[name].source}"),
            lambda text: lambda recipe: with_optimizer(recipe, text),
        ),
        _setting(rate, training.settings, with_setting, "Rate η", RATES, minor=False),
        *(_setting(setting, training.settings, with_setting) for setting in settings),
        Control(
            "schedule", "Schedule", "Schedule of the learning rate", training.schedule,
            words(SCHEDULES, lambda name: SCHEDULES[name].why),
            lambda text: lambda recipe: with_schedule(recipe, text),
        ),
        *(_setting(setting, training.schedule_settings, with_schedule_setting)
          for setting in training.schedule_entry.settings),
        Control(
            "penalty", "Penalty", "Penalty on large weights", penalty[0] if penalty else "",
            (Offer("", "none"), *words(REGULARISATIONS, lambda name: REGULARISATIONS[name].why)),
            lambda text: lambda recipe: with_penalty(recipe, text),
        ),
    ]  # fmt: skip
    if penalty:
        controls.append(
            typed_control(
                "penalty-rate", "rate λ", shown(penalty[1]), numbers(PENALTY_RATES),
                lambda text: lambda recipe: with_penalty_rate(recipe, number("the regularisation rate", text)),
                spoken="Rate of the penalty", minor=True, hint="How strongly weights are pulled towards 0",
            )
        )  # fmt: skip
    controls.append(
        Control(
            "clipping", "Clip", "Clipping of gradients", clipping[0] if clipping else "",
            (Offer("", "off"), *words(CLIPPINGS, lambda name: _CLIPPING_HINTS.get(name, ""))),
            lambda text: lambda recipe: with_clipping(recipe, text),
            hint="Gradients that are too large are made smaller before the update",
        )
    )  # fmt: skip
    if clipping:
        controls.append(
            typed_control(
                "clipping-limit", "limit", shown(clipping[1]), numbers(LIMITS),
                lambda text: lambda recipe: with_clipping_limit(recipe, number("the clipping limit", text)),
                spoken="Limit of the clipping", minor=True, hint="The largest norm, or the largest number, that stays",
            )
        )  # fmt: skip
    return tuple(controls)


def stop_controls(recipe: Recipe) -> tuple[Control, ...]:
    """STOP WHEN: iterations, and a loss that is low enough."""
    iterations, loss = recipe.stop.iterations, recipe.stop.loss_below
    return (
        typed_control(
            "iterations", "Iterations", f"{iterations:,}" if iterations else _NEVER,
            (Offer(_NEVER, _NEVER), *wholes(ITERATIONS)),
            lambda text: lambda recipe: with_iterations(recipe, 0 if _is_never(text) else whole("iterations", text)),
            shared=True, spoken="Stop after iterations", hint="The run stops after so many",
        ),
        typed_control(
            "loss-below", "Loss below", _NEVER if loss is None else shown(loss),
            (Offer(_NEVER, _NEVER), *numbers(LOSSES_BELOW)),
            lambda text: lambda recipe: with_loss_below(recipe, None if _is_never(text) else number("the loss", text)),
            shared=True, spoken="Stop when the loss is below", hint="The run stops once the training loss falls below",
        ),
    )  # fmt: skip


# Entries --------------------------------------------------------------------------------------------------------------

_NEVER = "never"
_SHORT = {"weight decay": "decay"}
_CLIPPING_HINTS = {
    "norm": "All gradients together are shortened to this norm where they are longer",
    "value": "Every number is brought into the range from −limit to limit",
}


def _set_control(recipe: Recipe, facts: DataFacts) -> Control:
    data = recipe.data
    offered = [Offer(name, title_of(name), entry.description) for name, entry in GENERATED.items()]
    offered += [Offer(name, title_of(name), entry.description) for name, entry in SHIPPED.items()]
    value = data.set
    if data.file:
        value = data.file
        offered.append(Offer(value, value.replace("\\", "/").rpartition("/")[2], f"The file {value}"))
    return Control(
        "set", "Set", "Data set", value, tuple(offered),
        lambda text: lambda recipe: recipe if text == recipe.data.file else with_set(recipe, text, facts),
        shared=True,
    )  # fmt: skip


def _target_control(recipe: Recipe, facts: DataFacts) -> Control:
    columns, present = (*facts.feature_names, facts.target_name), recipe.data.target or facts.target_name
    return Control(
        "target", "Target", "Column to learn", present,
        tuple(Offer(name, name, "The column to learn; the others are features") for name in columns),
        lambda text: lambda recipe: recipe if text == present else with_target(recipe, text),
        shared=True, hint="The column to learn; the others are features",
    )  # fmt: skip


def _seed(name: str, spoken: str, value: int, edit: Callable[[Recipe, int], Recipe], hint: str) -> Control:
    return typed_control(
        name, "Seed", str(value), [Offer(str(seed), str(seed)) for seed in SEEDS],
        lambda text: lambda recipe: edit(recipe, whole("the seed", text)),
        spoken=spoken, shared=True, hint=hint,
    )  # fmt: skip


def _setting(
    setting: Setting,
    chosen: Mapping[str, float],
    edit: Callable[[Recipe, str, float], Recipe],
    label: str = "",
    offered: tuple[float, ...] = (),
    minor: bool = True,
) -> Control:
    """A setting of an optimiser or a schedule, by its symbol and its name."""
    word = setting.name.replace("_", " ")
    low, high = shown(setting.lowest), shown(setting.highest)
    return typed_control(
        setting.name, label or (setting.symbol if word[-1].isdigit() else f"{_SHORT.get(word, word)} {setting.symbol}"),
        shown(chosen.get(setting.name, setting.default)),
        numbers(offered or SETTINGS.get(setting.name, (setting.default,))),
        lambda text: lambda recipe: edit(recipe, setting.name, number(word, text)),
        spoken=word.capitalize(), minor=minor,
        hint=f"{setting.symbol}, the {word}: from {low} to {high}, customarily {shown(setting.default)}",
    )  # fmt: skip


# Texts ----------------------------------------------------------------------------------------------------------------


def _skip_text(every: int) -> str:
    return f"every {every}" if every else "none"


def _skip(text: str) -> int:
    word = text.strip().lower().removeprefix("every").strip()
    return 0 if word in ("none", "off", "") else whole("skip", word)


def _is_never(text: str) -> bool:
    return text.strip().lower() in (_NEVER, "", "off", "none")


def _loss_hint(name: str) -> str:
    return LOSSES[name].line.format(output="o")
