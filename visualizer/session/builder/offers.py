"""What the builder offers for a choice: values and words, and what people call them.

Where TensorFlow Playground offers values, they are among these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.network import ACTIVATIONS
from engine.optimizers import OPTIMIZERS
from visualizer.session.builder.typed import shown

# Playground's four first.
ACTIVATION_ORDER = ("relu", "tanh", "sigmoid", "linear")
ACTIVATION_OFFERS: tuple[str, ...] = (
    *ACTIVATION_ORDER,
    *(name for name in ACTIVATIONS if name not in ACTIVATION_ORDER),
)

RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
PENALTY_RATES = (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
BATCHES = (1, 2, 3, 5, 10, 15, 20, 25, 30, 50, 100, 200)
SAMPLES = (50, 100, 200, 500, 1200, 2000, 5000)
GAINS = (0.1, 0.5, 0.8, 1, 1.2, 1.5, 2, 3, 5, 10)
BIASES = (-0.1, 0, 0.1, 0.5, 1)
LIMITS = (0.01, 0.1, 0.5, 1, 5, 10, 100)
ITERATIONS = (100, 1000, 10_000, 100_000)
LOSSES_BELOW = (0.1, 0.05, 0.01, 0.001, 0.0001)
SEEDS = tuple(range(10))
# By the name of a setting of an optimiser or a schedule; others are offered at their default.
SETTINGS: Mapping[str, tuple[float, ...]] = {
    "momentum": (0, 0.5, 0.9, 0.99),
    "decay": (0.9, 0.99, 0.999),
    "beta1": (0, 0.5, 0.9, 0.99),
    "beta2": (0.9, 0.99, 0.999, 0.9999),
    "epsilon": (1e-10, 1e-8, 1e-6, 1e-4),
    "weight_decay": (0, 0.001, 0.01, 0.1),
    "every": (100, 500, 1000, 5000),
    "factor": (0.1, 0.5, 0.9),
    "length": (1000, 5000, 10_000, 50_000),
    "final": (0, 0.01, 0.1),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A value to choose: ``text`` as it is read, ``title`` as people see it, ``brief`` where there is little room, and
    ``hint``, what it is in a sentence."""

    text: str
    title: str
    hint: str = ""
    brief: str = ""


# What people call what goes by another name in text, and what they call it where there is little room.
_TITLES: Mapping[str, str] = {
    "half_squared": "half squared",
    "cross_entropy": "cross-entropy",
    "binary_cross_entropy": "binary cross-entropy",
    "multi_gauss": "multi-gauss",
    "leaky_relu": "leaky relu",
    "log_softmax": "log softmax",
    "xavier": "Xavier",
    "he": "He",
    "l1": "L1",
    "l2": "L2",
    **{name: entry.title for name, entry in OPTIMIZERS.items()},
}
_BRIEF: Mapping[str, str] = {"binary_cross_entropy": "binary CE", "nesterov": "Nesterov"}


def title_of(word: str) -> str:
    """What people call it."""
    return _TITLES.get(word, word)


def words(words: Iterable[str], hint: Callable[[str], str]) -> tuple[Offer, ...]:
    """Words of a table, each with what it is."""
    return tuple(Offer(word, title_of(word), hint(word), _BRIEF.get(word, "")) for word in words)


def numbers(values: Iterable[float]) -> tuple[Offer, ...]:
    """Numbers as they are."""
    return tuple(Offer(shown(value), shown(value)) for value in values)


def wholes(values: Iterable[int]) -> tuple[Offer, ...]:
    """Whole numbers, thousands grouped."""
    return tuple(Offer(f"{value:,}", f"{value:,}") for value in values)


def percents(values: Iterable[float]) -> tuple[Offer, ...]:
    """Percentages."""
    return tuple(Offer(percent_text(value), percent_text(value)) for value in values)


def percent_text(value: float) -> str:
    """A percentage with its sign; rounded, as shares are kept as fractions."""
    return f"{shown(round(value, 10))} %"
