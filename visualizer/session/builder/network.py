"""Edits of a run's network: layers, activations, loss, first weights, and the same as text.

Every edit raises GradStepError, in the engine's words, where what is asked for cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import GradStepError
from engine.layers import MAX_LAYERS
from engine.network import LOSSES, Layer, Network, network_of, parse_network, skips_of, with_hidden_layers
from engine.training import check_whole
from visualizer.session.builder.choices import DataFacts, check_fit, customary_output, edited, with_output
from visualizer.session.training.recipe import Recipe

# The first layer to be hidden: Playground's.
FIRST_HIDDEN = Layer(2, "tanh")


@dataclass(frozen=True, slots=True)
class Stretch:
    """``count`` hidden layers alike, the first of them at ``start``, counted from 0."""

    start: int
    count: int
    layer: Layer


def stretches(network: Network, most: int) -> tuple[Stretch, ...]:
    """The hidden layers one by one, or where there are more than ``most``, those that are alike together."""
    found: list[Stretch] = []
    hidden = network.layers[:-1]
    for number, layer in enumerate(hidden):
        if len(hidden) > most and found and found[-1].layer == layer:
            found[-1] = replace(found[-1], count=found[-1].count + 1)
        else:
            found.append(Stretch(number, 1, layer))
    return tuple(found)


def with_network(recipe: Recipe, edit: Callable[[Network], Network]) -> Recipe:
    """The recipe with its network edited. Raises GradStepError where it has none."""
    if recipe.network is None:
        raise GradStepError("this document has a program of its own: change the program instead")
    return replace(recipe, network=edit(recipe.network))


def with_field(recipe: Recipe, name: str, value: Any) -> Recipe:
    """``skip_every``, ``initialisation``, ``gain`` or ``bias``: a field of the network by its name."""
    return with_network(recipe, lambda network: replace(network, **{name: value}))


def skips_note(network: Network) -> str:
    """Why skip connections were asked for and there are none; "" where there are some, or none were asked for."""
    if not network.skip_every or skips_of(network):
        return ""
    return f"Nothing is skipped: no {network.skip_every + 1:,} hidden layers in a row have equal widths"


# Layers ---------------------------------------------------------------------------------------------------------------


def _with_hidden(recipe: Recipe, edit: Callable[[tuple[Layer, ...]], Sequence[Layer]]) -> Recipe:
    return with_network(
        recipe, lambda network: replace(network, layers=(*edit(network.layers[:-1]), network.layers[-1]))
    )


def _with_some(recipe: Recipe, start: int, count: int, layers: Callable[[Layer], Sequence[Layer]]) -> Recipe:
    """``count`` hidden layers from ``start`` replaced by what is made of the first of them."""
    return _with_hidden(recipe, lambda old: (*old[:start], *layers(old[start]), *old[start + count :]))


def with_width(recipe: Recipe, layer: int, width: int, count: int = 1) -> Recipe:
    """Another width for ``count`` hidden layers alike from ``layer``, counted from 0."""
    return _with_some(recipe, layer, count, lambda old: [replace(old, width=width)] * count)


def with_activation(recipe: Recipe, layer: int, activation: str, count: int = 1) -> Recipe:
    """Another activation for ``count`` hidden layers alike from ``layer``, counted from 0."""
    return _with_some(recipe, layer, count, lambda old: [replace(old, activation=activation)] * count)


def with_hidden_activation(recipe: Recipe, activation: str) -> Recipe:
    """One activation for all hidden layers."""
    return _with_hidden(recipe, lambda hidden: [replace(layer, activation=activation) for layer in hidden])


def with_output_activation(recipe: Recipe, activation: str) -> Recipe:
    """Another activation for the output."""
    return with_network(
        recipe, lambda network: with_output(network, replace(network.layers[-1], activation=activation))
    )


def with_count(recipe: Recipe, layer: int, count: int, wanted: int) -> Recipe:
    """``wanted`` hidden layers instead of the ``count`` alike from ``layer``."""
    check_whole("the number of layers", wanted, 1, MAX_LAYERS - 1)
    return _with_some(recipe, layer, count, lambda old: [old] * wanted)


def with_layer_added(recipe: Recipe) -> Recipe:
    """One hidden layer more, like the last one."""
    return _with_hidden(recipe, lambda hidden: (*hidden, (hidden or (FIRST_HIDDEN,))[-1]))


def with_layer_removed(recipe: Recipe, layer: int, count: int = 1) -> Recipe:
    """Without ``count`` hidden layers from ``layer``, counted from 0."""
    return _with_some(recipe, layer, count, lambda old: ())


def with_depth(recipe: Recipe, count: int) -> Recipe:
    """So many hidden layers."""
    return with_network(recipe, lambda network: with_hidden_layers(network, count))


# Loss -----------------------------------------------------------------------------------------------------------------


def with_loss(recipe: Recipe, loss: str, facts: DataFacts) -> Recipe:
    """Another loss. The output stays where it was chosen and may stay; else it becomes the customary one."""

    def edit(network: Network) -> Network:
        output = network.layers[-1]
        if loss in LOSSES:
            customary = customary_output(loss, facts)
            lawful = output.activation in LOSSES[loss].outputs
            if not lawful or output == customary_output(network.loss, facts) or output.width != customary.width:
                output = customary
        return _fitting(with_output(network, output, loss=loss), recipe, facts)

    return with_network(recipe, edit)


# Text -----------------------------------------------------------------------------------------------------------------


def with_line(recipe: Recipe, text: str, facts: DataFacts) -> Recipe:
    """The network that a line of text describes."""
    return with_network(recipe, lambda _: _fitting(parse_network(text), recipe, facts))


def runs_with_line(recipes: Sequence[Recipe], selected: int, text: str, facts: DataFacts) -> tuple[Recipe, ...]:
    """The selected run with the network of a line of text; where the line has another seed, all runs take it."""
    before = recipes[selected].network
    changed = edited(recipes, selected, lambda recipe: with_line(recipe, text, facts), shared=False)
    network = changed[selected].network
    if network is None or before is None or network.seed == before.seed:
        return changed
    return edited(changed, selected, lambda recipe: recipe.with_seed(network.seed), shared=True)


def with_program(recipe: Recipe, text: str, facts: DataFacts) -> Recipe:
    """The network whose program this is; what a program does not say stays."""
    return with_network(recipe, lambda network: _fitting(network_of(text, network), recipe, facts))


def _fitting(network: Network, recipe: Recipe, facts: DataFacts) -> Network:
    check_fit(network, recipe.data, facts)
    return network
