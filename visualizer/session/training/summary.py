"""What training came to, as lines for a terminal: data, what was trained, losses, gradient norms, and warnings."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.measures import Measured
from engine.network import text_of
from engine.records import Records
from visualizer.session.formatting import number_text
from visualizer.session.text_grid import WIDTH
from visualizer.session.text_table import table_lines
from visualizer.session.training.lab import Halt, Lab

# Layers in a table, and in a sentence: of more not all are shown.
MOST_LAYERS, MOST_NAMED = 12, 4
# The norms of a layer's gradient beyond which it is said to vanish or to explode.
VANISHING, EXPLODING = 1e-4, 10.0


@dataclass(frozen=True)
class Outcome:
    """How the runs of ``lab`` were trained: up to ``planned`` iterations, in so many ``seconds``.

    ``before`` and ``after`` have what was measured over all samples, for each run. ``halts`` are what stopped runs.
    """

    lab: Lab
    before: Sequence[Measured]
    after: Sequence[Measured]
    planned: int
    seconds: float
    halts: Sequence[Halt] = ()
    interrupted: bool = False


def summary_lines(outcome: Outcome) -> Iterator[str]:
    """The summary of a training."""
    lab = outcome.lab
    title = lab.document.title
    yield from (title, "═" * min(len(title), WIDTH), "")
    yield "Data"
    yield from table_lines(lab.samples.steps)
    yield from ("", "Trained")
    several = len(lab.runs) > 1
    lines = [_recipe_text(lab, number) for number in range(len(lab.runs))]
    yield from table_lines(list(zip(lab.labels, lines, strict=True)) if several else [[lines[0]]])
    yield from ("", _time_text(outcome))
    for number in range(len(lab.runs)):
        yield ""
        yield from _run_lines(outcome, number)
    ends = [f"{halt.sentence}." for halt in outcome.halts]
    if outcome.interrupted:
        ends.append(f"Interrupted after {lab.iteration:,} of {outcome.planned:,} iterations.")
    yield from ("", *_wrapped(ends)) if ends else ()


def _wrapped(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from textwrap.wrap(sentence, WIDTH)


def _recipe_text(lab: Lab, number: int) -> str:
    """A run in a line: the network, and how it is trained."""
    recipe, graph = lab.recipes[number], lab.runs[number].graph
    training = recipe.training
    parameters = sum(node.size for node in graph.nodes if node.op == "parameter")
    what = f"the program, {parameters:,} parameters" if recipe.network is None else text_of(recipe.network)
    how = [training.optimizer_entry.title, f"learning rate {recipe.learning_rate:g}"]
    if training.schedule != "constant":
        how.append(f"{training.schedule} schedule")
    how.append(f"batches of {min(training.batch_size, len(lab.samples.train)):,}")
    if training.regularisation:
        how.append(f"{training.regularisation[0]} {training.regularisation[1]:g}")
    if training.clipping:
        how.append(f"clipped at {training.clipping[0]} {training.clipping[1]:g}")
    return f"{what}; {', '.join(how)}"


def _time_text(outcome: Outcome) -> str:
    count = outcome.lab.iteration
    epochs = count / outcome.lab.iterations_per_epoch
    each = " each" * (len(outcome.lab.runs) > 1)
    rate = f": {count / outcome.seconds:,.0f} a second" if count and outcome.seconds > 0 else ""
    return (
        f"{_counted(count, 'iteration')}{each}, {epochs:,.4g} epoch{'s' * (epochs != 1)}, "
        f"in {_seconds_text(outcome.seconds)}{rate}"
    )


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"


def _seconds_text(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.2g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


# One run ------------------------------------------------------------------------------------------------------------


def _run_lines(outcome: Outcome, number: int) -> Iterator[str]:
    lab, before, after = outcome.lab, outcome.before[number], outcome.after[number]
    records = lab.runs[number].records
    score, score_text = ("accuracy", _percent) if lab.samples.classes else ("R²", number_text)
    losses = records.losses.rows[[0, -1], 0].tolist() if len(records) else [None, None]
    rows = [
        _row("loss of the batch", number_text, *losses),
        _row("training loss", number_text, before.loss, after.loss),
        _row("test loss", number_text, before.test_loss, after.test_loss),
        _row(f"training {score}", score_text, before.score, after.score),
        _row(f"test {score}", score_text, before.test_score, after.test_score),
    ]
    yield from table_lines([_head(lab, number, "first", "last"), *filter(None, rows)])
    norms = records.gradient_norms.rows
    if len(norms):
        yield ""
        yield from table_lines([["gradient norm", "first", "last", "smallest", "largest"], *_norm_rows(records)])
        warnings = list(warnings_of(records))
        yield from ("", *_wrapped(warnings)) if warnings else ()


def _head(lab: Lab, number: int, *titles: str) -> list[str]:
    return [lab.labels[number] if len(lab.runs) > 1 else "", *titles]


def _row(name: str, text: Callable[[float], str], first: float | None, last: float | None) -> list[str] | None:
    """None where it was not measured, and where there is no such number."""
    if first is None or last is None or (math.isnan(first) and math.isnan(last)):
        return None
    return [name, text(first), text(last)]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if math.isfinite(share) else number_text(share)


def _norm_rows(records: Records) -> Iterator[list[str]]:
    norms = records.gradient_norms.rows
    # Of what is not a number there is no smallest: these two pass it over.
    columns = (norms[0], norms[-1], np.fmin.reduce(norms), np.fmax.reduce(norms))
    rows = [
        [name, *(number_text(float(column[place])) for column in columns)] for place, name in enumerate(records.layers)
    ]
    half = MOST_LAYERS // 2
    yield from rows if len(rows) <= MOST_LAYERS else [*rows[:half], ["…", "", "", "", ""], *rows[-half:]]


def warnings_of(records: Records) -> Iterator[str]:
    """What the norms tell of exploding and vanishing gradients, in sentences."""
    norms, layers = records.gradient_norms.rows, records.layers
    count = len(norms)
    with np.errstate(all="ignore"):
        above, below = norms > EXPLODING, norms < VANISHING
        largest = np.where(np.isnan(norms), -math.inf, norms)
    if above.any():
        iteration, place = np.unravel_index(largest.argmax(), largest.shape)
        often, number = _of(int(above.any(axis=1).sum()), count), number_text(float(norms[iteration, place]))
        yield (
            f"Exploding gradients: in {often} the gradient norm of a layer was above {EXPLODING:g}; "
            f"the largest was {number}, of {layers[place]} in iteration {iteration:,}."
        )
    elsewhere = below & ~below.all(axis=1, keepdims=True)
    vanished = np.flatnonzero(elsewhere.sum(axis=0) * 2 >= count)
    if len(vanished):
        names = _names([layers[place] for place in vanished])
        often = _of(int(elsewhere[:, vanished].any(axis=1).sum()), count)
        yield (
            f"Vanishing gradients: in {often} the gradient norm of {names} was below {VANISHING:g}, "
            "and that of other layers was not."
        )
    if below[-1].all():
        yield f"Hardly any gradient is left: in the last iteration the norms of all layers were below {VANISHING:g}."


def _of(count: int, all_of_them: int) -> str:
    if count == all_of_them:
        return f"all {count:,} iterations" if count > 1 else "the one iteration"
    return f"{count:,} of {all_of_them:,} iterations"


def _names(names: Sequence[str]) -> str:
    """All of a few names, of many the first."""
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 1], f"{len(names) - MOST_NAMED + 1} layers more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
