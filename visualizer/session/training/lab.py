"""The runs of a document side by side: trained in lockstep, stopped by rule, and reached again at any iteration.

A lab belongs to one thread at a time; the records of its runs may be read by others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import GradStepError
from engine.run import Recording, Run
from engine.trace import Trace
from visualizer.session.document import Document
from visualizer.session.training.recipe import Recipe, labels_of

# Iterations between two looks at the stop rule and at the other runs.
SLICE = 64
# Iterations between two looks at the test set: for a small network about a twentieth of the time.
TEST_EVERY = 50
# Bytes of checkpoints for all runs together. The deepest networks need that much for any iteration within 0.1 s; most
# networks need a few million.
BUDGET = 900_000_000


@dataclass(frozen=True, slots=True)
class Halt:
    """Why the runs stand still: ``sentence``, after ``iteration`` iterations; ``run`` is the number of the run that
    brought it about, None for a rule that is for all. ``wrong`` says that a number was not finite."""

    iteration: int
    sentence: str
    run: int | None = None
    wrong: bool = False


class Lab:
    """Trains the runs of ``document``. ``halt`` says why they stand still, None where nobody but a person stopped them.

    ``runs`` are in the order of ``document.recipes``, ``labels`` what they are called. Raises GradStepError where a run
    cannot be made.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.samples = document.samples()
        self.recipes: tuple[Recipe, ...] = document.recipes
        self.labels = labels_of(self.recipes)
        recording = Recording(test_every=TEST_EVERY, budget=BUDGET // len(self.recipes))
        self.runs = tuple(
            Run(document.model(recipe), self.samples.train, recipe.training, self.samples.test, recording)
            for recipe in self.recipes
        )
        self.halt: Halt | None = None

    @property
    def iteration(self) -> int:
        """The number of iterations that lie behind, of the run that is furthest: one that met NaN stays behind."""
        return max(run.iteration for run in self.runs)

    @property
    def recorded(self) -> int:
        """The number of iterations recorded: more than lie behind after a move into the past."""
        return max(len(run.records) for run in self.runs)

    @property
    def iterations_per_epoch(self) -> int:
        """Iterations that make an epoch."""
        return self.runs[0].batches_per_epoch

    def advance(self, iterations: int) -> int:
        """Trains all runs for so many iterations, or until one of them stops; gives how many were made.

        What stopped them is in ``halt``. A run that has met NaN or infinity stays where it is; called again, the others
        go on.
        """
        self.halt = None
        start = self.iteration
        goal = start + iterations
        while self.iteration < goal and self.halt is None:
            at = self.iteration
            going = [run for run in self.runs if run.stopped is None]
            if not going:
                self.halt = self._not_finite(self.runs)
                break
            end = min(goal, at + SLICE, self._next_stop(at))
            for run in going:
                run.advance(end - at)
            self.halt = self._not_finite(going) or self._loss_reached(going, at) or self._iterations_reached()
        return self.iteration - start

    def seek(self, iteration: int) -> None:
        """Goes to where ``iteration`` iterations lie behind. Raises GradStepError beyond the records."""
        if not 0 <= iteration <= self.recorded:
            raise GradStepError(f"there are {self.recorded:,} iterations, so iteration {iteration:,} is not among them")
        for run in self.runs:
            run.seek(min(iteration, len(run.records)))
        self.halt = None

    def reachable(self, iteration: int, which: int) -> int:
        """That iteration of a run, or its last one where it met NaN or infinity before."""
        run = self.runs[which]
        return min(iteration, len(run.records) - 1) if run.stopped is not None else iteration

    def trace(self, iteration: int, which: int = 0) -> Trace:
        """The full trace of that iteration, from 0, of one of the runs, as it happened; nothing else changes.

        Raises GradStepError beyond the one after the last recorded.
        """
        return self.runs[which].trace(iteration)

    def document_of(self, which: int) -> Document:
        """The document with that run alone, as its steps are shown."""
        return self.document if which == 0 else replace(self.document, recipes=(self.recipes[which],))

    # Stopping -------------------------------------------------------------------------------------------------------

    def _next_stop(self, at: int) -> int:
        """The number of iterations that the rule stops at, where it lies ahead."""
        limit = self.recipes[0].stop.iterations
        return limit if limit > at else at + SLICE

    def _iterations_reached(self) -> Halt | None:
        limit = self.recipes[0].stop.iterations
        if limit and self.iteration == limit:
            return Halt(limit, f"Stopped after {limit:,} iterations, as chosen")
        return None

    def _loss_reached(self, going: Sequence[Run], at: int) -> Halt | None:
        """The first iteration since ``at`` whose loss is below the limit, where the one before it was not."""
        limit = self.recipes[0].stop.loss_below
        if limit is None:
            return None
        found: tuple[int, Run] | None = None
        for run in going:
            losses = run.records.losses.rows[at : run.iteration, 0]
            before = run.records.losses.rows[max(at - 1, 0) : run.iteration - 1, 0]
            # The very first loss has none before it that it could have fallen from.
            fallen = (losses < limit) & ~(np.concatenate([[np.inf], before])[-len(losses) :] < limit)
            if fallen.any() and (found is None or at + int(fallen.argmax()) < found[0]):
                found = at + int(fallen.argmax()), run
        if found is None:
            return None
        iteration, first = found
        loss = float(first.records.losses.rows[iteration, 0])
        for run in going:
            run.seek(iteration + 1)
            run.records.cut(iteration + 1)
        sentence = f"Stopped: {self._named(first)}the loss of iteration {iteration:,} is {loss:.4g}, below {limit:g}"
        return Halt(iteration + 1, sentence, self.runs.index(first))

    def _not_finite(self, runs: Sequence[Run]) -> Halt | None:
        for run in runs:
            if run.stopped is not None:
                sentence = f"Stopped: {self._named(run)}{run.stopped}"
                return Halt(run.stopped.iteration + 1, sentence, self.runs.index(run), wrong=True)
        return None

    def _named(self, run: Run) -> str:
        """What a sentence about one of several runs begins with."""
        return f"{self.labels[self.runs.index(run)]}: " if len(self.runs) > 1 else ""
