"""A run: a model trained iteration by iteration, with records of all and the way back to any past one.

    run = Run(parse_network("2-8-8-1 tanh"), generate("spiral"), Training(settings={"learning_rate": 0.1}))
    run.advance(1000)
    run.records[999].loss, run.trace(500).gradient("W1")

Everything follows from the model, the data and the settings: the same three give the same numbers, bit for bit, on one
machine and one version of numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from engine.checkpoints import Checkpoints
from engine.data import Dataset
from engine.graph import Graph
from engine.machine import Machine
from engine.measures import Evaluation, Layers, Measured, edges_by_name, first_not_finite
from engine.network import Network
from engine.norms import CAPACITY, Norms
from engine.ops import Array
from engine.records import Records
from engine.trace import Trace
from engine.training import Model, Training, check_whole, model_of

# Iterations between two looks at the numbers.
SLICE = CAPACITY
# Multiplications and additions between two checkpoints, at most, and how many of them take as long as a number that is
# worked on by itself, as by tanh.
REPLAYED, ELEMENT = 3e9, 80


@dataclass(frozen=True, slots=True)
class Recording:
    """What a run keeps, and how often (in iterations).

    In every iteration there is noted, 8 bytes each, the norm of each layer's gradient (``gradient_norms``) and that of
    each message (``edge_norms``): of those that training computes, to parameters and to all that depends on them, such
    as activations, not of those that only go on to the data. ``details_every`` is for weights, updates and units,
    ``test_every`` for the test set; 0 is never. ``checkpoint_every`` is the first spacing of checkpoints (None: by the
    work of an iteration), ``budget`` their memory in bytes. Raises GradStepError for numbers that cannot be used.
    """

    gradient_norms: bool = True
    details_every: int = 20
    test_every: int = 100
    checkpoint_every: int | None = None
    budget: int = 256_000_000
    stop_when_not_finite: bool = True
    edge_norms: bool = False

    def __post_init__(self) -> None:
        for name in ("details_every", "test_every"):
            check_whole(name, getattr(self, name), 0, 10**9)
        if self.checkpoint_every is not None:
            check_whole("checkpoint_every", self.checkpoint_every, 1, 10**9)
        check_whole("the budget", self.budget, 0, 10**15)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run stopped by itself: the first number that was NaN or infinite.

    ``phase`` is that of the step that brought it, ``node`` the name of what it belongs to, ``element`` its place there
    (() for a single number). ``str`` is a sentence.
    """

    iteration: int
    phase: str
    node: str
    element: tuple[int, ...]
    value: float

    def __str__(self) -> str:
        what = {"forward": "the value", "backward": "the gradient", "update": "the new value"}[self.phase]
        place = f" at [{', '.join(map(str, self.element))}]" if self.element else ""
        number = "NaN" if np.isnan(self.value) else "infinite"
        return f"iteration {self.iteration:,}: {what} of {self.node}{place} became {number}"


class Run:
    """Trains ``model`` on ``train``. ``iteration`` is how many iterations lie behind.

    ``records`` grow with ``advance`` and stay. ``stopped`` is None, or why the run stopped by itself. A run belongs to
    one thread at a time; its records may be read by others. Raises GradStepError where the
    model, the data and the settings do not fit together.
    """

    def __init__(
        self,
        model: Network | Model,
        train: Dataset,
        training: Training | None = None,
        test: Dataset | None = None,
        recording: Recording | None = None,
    ) -> None:
        self.model = model_of(model, train) if isinstance(model, Network) else model
        self.training = training or Training()
        self.recording = recording or Recording()
        self.stopped: Stop | None = None
        self._columns = self.model.columns(train)
        self._machine = Machine(self.model, self._columns, self.training)
        self._replaying: Machine | None = None
        plan = self._machine.plan
        self._layers = Layers(plan)
        edges = edges_by_name(plan) if self.recording.edge_norms else {}
        messages = [[plan.message_slices[edge]] for edge in edges.values()]
        self._norms = Norms(plan.messages, [*self._layers.gradients, *messages]) if self._notes_gradients else None
        self._evaluation = Evaluation(self.model, self.graph, classes=train.kind == "classification")
        self._test = None if test is None else self.model.columns(test)
        self.records = Records(self._layers.names, edges)
        self.checkpoints = Checkpoints(self.recording.checkpoint_every or self._spacing(), self.recording.budget)
        self.checkpoints.keep(0, self._machine.state)
        self._losses = np.zeros(SLICE)
        self._known_finite = 0

    @property
    def iteration(self) -> int:
        """The number of iterations that lie behind: 0 at the start."""
        return self._machine.iteration

    @property
    def graph(self) -> Graph:
        """The program over one batch."""
        return self._machine.graph

    @property
    def batches_per_epoch(self) -> int:
        """Iterations that make an epoch."""
        return self._machine.batches.per_epoch

    def advance(self, iterations: int) -> int:
        """Trains for so many iterations, or until the run stops by itself; gives how many were made.

        From a point in the past the same iterations happen again; records begin where they ended.
        """
        check_whole("the number of iterations", iterations, 0, 10**12)
        start = self.iteration
        goal = start + iterations
        with one_thread():
            while self.iteration < goal and self.stopped is None:
                if self.iteration < len(self.records):
                    self._machine.run(min(goal, len(self.records)) - self.iteration)
                else:
                    self._slice(goal)
        return self.iteration - start

    def seek(self, iteration: int) -> None:
        """Goes to where ``iteration`` iterations lie behind; 0 is the start.

        The last of them is made again, so that its values and gradients are there. Raises GradStepError beyond the
        records.
        """
        self._check(iteration)
        with one_thread():
            self._arrive(iteration)
        if iteration < len(self.records):
            self.stopped = None

    def trace(self, iteration: int) -> Trace:
        """The full trace of that iteration (the first is 0), bit for bit as it happened; the run stays where it is.

        The one after the last recorded can be looked at before it is trained. Raises GradStepError beyond.
        """
        self._check(iteration)
        with one_thread():
            return self._replay(iteration)

    # What there is to see ---------------------------------------------------------------------------------------------

    def parameters(self) -> dict[str, Array]:
        """Copies of all parameters by name, as they are at the present point."""
        plan = self._machine.plan
        return {node.name: plan.value(node).copy() for node in self.graph.nodes if node.op == "parameter"}

    def gradients(self) -> dict[str, Array] | None:
        """Copies of the gradients of the last iteration made, by the names of the parameters that one reaches.

        None at the start, where none was made.
        """
        plan = self._machine.plan
        return {node.name: plan.gradient(node).copy() for node in plan.parameters} if self._machine.fresh else None

    def values(self, names: Sequence[str]) -> dict[str, Array]:
        """Copies of the values of these nodes in the last iteration made; at the start in the one to come.

        Parameters are as they are at the present point. Raises GradStepError for an unknown name.
        """
        nodes = [self.graph.node(name) for name in names]
        if not self._machine.fresh:
            with one_thread():
                self._machine.look_ahead()
        return {node.name: self._machine.plan.value(node).copy() for node in nodes}

    @property
    def prediction(self) -> str | None:
        """The name of what the loss compares with t; None where no operation of the program does."""
        return self._evaluation.prediction

    def evaluate(self, x: Array, names: Sequence[str]) -> dict[str, Array]:
        """The values that these nodes have for any samples, with the parameters at the present point.

        x has shape (features, samples), as the model takes them; each value has a column for each sample. Raises
        GradStepError where x does not fit, a name is unknown, or a node has no value for each sample, as a loss.
        """
        with one_thread():
            return self._evaluation.values(self._machine.plan.parameter_vector, x, names)

    def measure(self) -> Measured:
        """(loss, score, test loss, test score) over all samples, with the parameters at the present point."""
        parameters = self._machine.plan.parameter_vector
        with one_thread():
            found = [self._evaluation.of(parameters, *data) for data in (self._columns, self._test) if data is not None]
        return Measured(*(number for pair in found for number in pair))

    # Slices ---------------------------------------------------------------------------------------------------------

    def _slice(self, goal: int) -> None:
        """Trains on to the next point at which something else is due, and notes what happened."""
        machine, recording, start = self._machine, self.recording, self.iteration
        parameters = machine.plan.parameter_vector
        if self._test is not None and _due(start, recording.test_every):
            self.records.tests.append(start, np.array([self._evaluation.of(parameters, *self._test)]))
        before = parameters.copy() if _due(start, recording.details_every) else None
        count = 1 if before is not None else self._iterations_until_due(goal)
        losses, noting = self._losses[:count], self._norms
        done = 0
        while done < count:
            if self.checkpoints.is_due(self.iteration):
                self.checkpoints.keep(self.iteration, machine.state)
            portion = min(count - done, self.checkpoints.spacing - self.iteration % self.checkpoints.spacing)
            machine.run(portion, losses, noting.note if noting else None, done)
            done += portion
        self.records.losses.append(start, losses[:, None])
        norms = None
        if noting is not None:
            found, layers = noting.taken(count), len(self._layers.names)
            norms = found[:, :layers]
            if recording.gradient_norms:
                self.records.gradient_norms.append(start, norms)
            if recording.edge_norms:
                self.records.edge_norms.append(start, found[:, layers:])
        if before is not None:
            score = self._evaluation.score_of(machine.plan)
            row = [score, *self._layers.details(machine.plan, before).ravel()]
            self.records.details.append(start, np.array([row]))
        if recording.stop_when_not_finite:
            self._look(start, losses, norms)

    def _spacing(self) -> int:
        """Iterations that take less than a tenth of a second, by their work: a multiple of 4 from 16 to 256."""
        plan = self._machine.plan
        work = 6 * len(plan.parameter_vector) * self._machine.batches.size + ELEMENT * plan.values.size
        return max(16, min(256, int(REPLAYED / work) // 4 * 4))

    @property
    def _notes_gradients(self) -> bool:
        # What is clipped may be infinite and leave no trace in the parameters.
        recording = self.recording
        hidden = recording.stop_when_not_finite and self.training.clipping is not None
        return recording.gradient_norms or recording.edge_norms or hidden

    def _iterations_until_due(self, goal: int) -> int:
        start, recording = self.iteration, self.recording
        count = SLICE
        for every in (recording.details_every, recording.test_every):
            count = min(count, every - start % every) if every else count
        return min(count, goal - start)

    # NaN and infinity -----------------------------------------------------------------------------------------------

    def _look(self, start: int, losses: Array, norms: Array | None) -> None:
        """Stops the run where a number of the iterations from ``start`` on is not finite."""
        if not (_finite(losses) and (norms is None or _finite(norms))):
            bad = ~np.isfinite(losses) if norms is None else ~(np.isfinite(losses) & np.isfinite(norms).all(axis=1))
            # It may have come with the update before.
            self._stop(max(self._known_finite, start + int(bad.argmax()) - 1))
        elif norms is None or self.iteration - self._known_finite >= SLICE:
            # A gradient that is not finite leaves its parameters not finite for good.
            if _finite(self._machine.plan.parameter_vector):
                self._known_finite = self.iteration
            else:
                self._stop(self._known_finite)

    def _stop(self, start: int) -> None:
        """Finds the first iteration from ``start`` on with a number that is not finite, and ends the run after it."""
        for iteration in range(start, self.iteration):
            trace = self._replay(iteration)
            found = first_not_finite(trace)
            if found is not None:
                step, element, value = found
                node = trace.graph.nodes[trace.receiver(step)].name
                self.stopped = Stop(iteration, step.phase, node, element, value)
                self.records.cut(iteration + 1)
                self._arrive(iteration + 1)
                return

    # Replay ---------------------------------------------------------------------------------------------------------

    def _replay(self, iteration: int) -> Trace:
        if self._replaying is None:
            self._replaying = Machine(self.model, self._columns, self.training)
            self._replaying.restore(*self.checkpoints.nearest(0))
        self._go(self._replaying, iteration)
        return self._replaying.trace()

    def _arrive(self, iteration: int) -> None:
        if iteration != self.iteration:
            self._go(self._machine, max(iteration - 1, 0))
            self._machine.run(min(iteration, 1))

    def _go(self, machine: Machine, iteration: int) -> None:
        at, state = self.checkpoints.nearest(iteration)
        if not at <= machine.iteration <= iteration:
            machine.restore(at, state)
        machine.run(iteration - machine.iteration)

    def _check(self, iteration: int) -> None:
        check_whole("the iteration", iteration, 0, len(self.records))


def _due(iteration: int, every: int) -> bool:
    return every > 0 and iteration % every == 0


def _finite(array: Array) -> bool:
    flat = array.ravel()
    with np.errstate(all="ignore"):
        # The square of a finite number may overflow, so that only a finite answer is certain.
        return bool(np.isfinite(flat.dot(flat)) or np.isfinite(flat).all())


@cache
def _blas() -> Any:
    # Takes a while: only those who train wait for it.
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """BLAS on one thread: with several, sums are made in another order and their last bits drift."""
    limits: AbstractContextManager[Any] = _blas().limit(limits=1, user_api="blas")
    return limits
