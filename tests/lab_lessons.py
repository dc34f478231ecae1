"""Lessons that train, opened and trained once for all tests, and what can be asked of their runs."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from engine.layers import Network
from engine.measures import Measured
from engine.ops import Array
from engine.run import Run
from visualizer.session.document import Document
from visualizer.session.lessons import lesson_names, lesson_path, load_lesson
from visualizer.session.session import Session, prepare
from visualizer.session.specification import Chapter
from visualizer.session.training.lab import Lab
from visualizer.session.training.recipe import Recipe

NAMES = lesson_names(trains=True)
EXPLODING, VANISHING = "exploding-gradients", "vanishing-gradients"
# How far to train where neither a chapter nor its stop rule says.
USUAL = 2000

opened = cache(load_lesson)


def titles_of(name: str) -> list[str]:
    """The titles of a lesson's chapters, without making its runs."""
    return [chapter["title"] for chapter in tomllib.loads(lesson_path(name).read_text(encoding="utf-8"))["chapters"]]


def chapter_of(name: str, title: str) -> Chapter:
    """The chapter of that title."""
    return next(chapter for chapter in opened(name).specification.chapters if chapter.title == title)


def document_at(name: str, title: str) -> Document:
    """The document as the chapter of that title has it."""
    return opened(name).at_chapter(titles_of(name).index(title))


@cache
def session_at(name: str, title: str) -> Session:
    """The chapter as the window opens it: trained as far as it says."""
    session = Session(prepare(opened(name)))
    session.open_chapter(titles_of(name).index(title))
    assert session.lab is not None
    train(session.lab, chapter_of(name, title).iterations)
    return session


@cache
def trained(name: str, title: str) -> Lab:
    """The chapter's runs, trained as far as it or its stop rule says."""
    lab = session_at(name, title).lab
    assert lab is not None
    return train(lab, max(lab.iteration, lab.recipes[0].stop.iterations) or USUAL)


def told(name: str, title: str, *phrases: str) -> Lab:
    """The chapter's runs, trained, of whose text these are parts."""
    for phrase in phrases:
        assert phrase in chapter_of(name, title).text
    return trained(name, title)


def train(lab: Lab, iterations: int) -> Lab:
    """Train on, past runs that met NaN or infinity."""
    while lab.iteration < iterations and lab.advance(iterations - lab.iteration):
        pass
    return lab


def changed(name: str, title: str, change: Callable[[Recipe], Recipe], iterations: int) -> Lab:
    """The chapter's runs, trained, as they are when a reader changes all of them as its text proposes."""
    document = document_at(name, title)
    return train(Lab(document.with_recipes([change(recipe) for recipe in document.recipes])), iterations)


def with_network(change: Callable[[Network], Network]) -> Callable[[Recipe], Recipe]:
    """A change of the network alone."""

    def changed(recipe: Recipe) -> Recipe:
        assert recipe.network is not None
        return replace(recipe, network=change(recipe.network))

    return changed


def with_rate(rate: float) -> Callable[[Recipe], Recipe]:
    """A change of the learning rate."""

    def changed(recipe: Recipe) -> Recipe:
        settings = {**recipe.training.settings, "learning_rate": rate}
        return replace(recipe, training=replace(recipe.training, settings=settings))

    return changed


def with_relu(network: Network) -> Network:
    """The same with relu in all hidden layers."""
    *hidden, last = network.layers
    return replace(network, layers=(*(replace(layer, activation="relu") for layer in hidden), last))


# Of the first iteration -----------------------------------------------------------------------------------------------


def norms(lab: Lab, run: int = 0) -> Array:
    """The gradient norms of all layers."""
    return lab.runs[run].records.gradient_norms.rows[0]


def norm(lab: Lab, layer: int, run: int = 0) -> float:
    """The gradient norm of a layer, counted from 1."""
    return float(norms(lab, run)[layer - 1])


def factor(lab: Lab, run: int = 0) -> float:
    """What a layer multiplies the gradient norm by on the way back, from the last layer to the second."""
    found = norms(lab, run)
    return float((found[1] / found[-1]) ** (1 / (len(found) - 2)))


def value(lab: Lab, name: str) -> float:
    """The only number of a value."""
    return lab.trace(0).value(name).item()


def gradient(lab: Lab, name: str) -> float:
    """The only number of a gradient."""
    return lab.trace(0).gradient(name).item()


def slope(a: float | Array) -> float | Array:
    """The slope of a sigmoid where it gives ``a``."""
    return a * (1 - a)


# Of any iteration -----------------------------------------------------------------------------------------------------


def totals(run: Run) -> Array:
    """The norm of the whole gradient, iteration by iteration."""
    return np.asarray(np.linalg.norm(run.records.gradient_norms.rows, axis=1))


def losses(lab: Lab, run: int = 0) -> Array:
    """The losses of the batches."""
    return lab.runs[run].records.losses.rows[:, 0]


def saturated(lab: Lab, run: int = 0, iteration: int = 0) -> float:
    """The share of hidden outputs that are saturated."""
    details = lab.runs[run].records[iteration].details
    assert details is not None
    return float(np.mean([layer.saturated for layer in list(details.values())[:-1]]))


def stopped_at(lab: Lab, run: int) -> int | None:
    """The iteration in which a run met NaN or infinity."""
    stop = lab.runs[run].stopped
    return stop.iteration if stop else None


def measured(lab: Lab, run: int = 0, at: int | None = None) -> Measured:
    """Loss and score over all samples, at the end or after so many iterations."""
    chosen = lab.runs[run]
    end = chosen.iteration
    try:
        chosen.seek(end if at is None else at)
        return chosen.measure()
    finally:
        chosen.seek(end)
