"""A model under training: a plan, the updates of its parameters and its batches, run iteration by iteration.

Stepping records from the same calls as training runs, so what is shown is what was trained.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from engine.batches import Batches
from engine.graph import Graph
from engine.ops import Array
from engine.optimizers import Updater, make_state, update
from engine.plan import Plan
from engine.trace import Trace, Update, collect, with_updates
from engine.training import Model, Training


class Machine:
    """Stands before ``iteration`` (counted from 0) and goes forwards from there.

    ``state`` is all that training changes, in one vector: the parameters, then the optimiser's states.
    """

    def __init__(self, model: Model, columns: tuple[Array, Array], training: Training) -> None:
        self.training = training
        x, t = columns
        size = min(training.batch_size, x.shape[1])
        self.graph = model.graph(x[:, :size], t[:, :size])
        self.plan = plan = Plan(self.graph)
        self.iteration = 0
        parts = {name: plan.value_slices[self.graph.ids[name]] for name in ("x", "t")}
        start, stop = min(part.start for part in parts.values()), max(part.stop for part in parts.values())
        self._data = plan.values[start:stop]
        self._parts = {name: slice(part.start - start, part.stop - start) for name, part in parts.items()}
        self.batches = Batches(
            self._data.copy(), [(self._parts["x"], x), (self._parts["t"], t)], training.batch_size, training.seed
        )
        entry = training.optimizer_entry
        self._optimizer_state = make_state(entry, len(plan.parameter_vector))
        self.updater = Updater(
            entry, plan.parameter_vector, plan.gradient_vector, self._optimizer_state, training.settings,
            training.regularisation_entry, self._mask(), training.clipping,
        )  # fmt: skip
        self._calls = [*plan.calls, *self.updater.calls, *plan.renewing_calls]

    @property
    def state(self) -> Array:
        """A copy of all that training changes."""
        return np.concatenate([self.plan.parameter_vector, self._optimizer_state.ravel()])

    def restore(self, iteration: int, state: Array) -> None:
        """Goes to where ``state`` was before ``iteration``."""
        count = len(self.plan.parameter_vector)
        self.plan.parameter_vector[...] = state[:count]
        self._optimizer_state[...] = state[count:].reshape(self._optimizer_state.shape)
        for call, arguments in self.plan.renewing_calls:
            call(*arguments)
        self.iteration = iteration

    @np.errstate(all="ignore")
    def run(self, count: int, losses: Array | None = None, gradients: Array | None = None) -> None:
        """``count`` iterations; their losses and their gradients (rows of all parameters) go to where one says."""
        loss, gradient = self.plan.value(self.graph.nodes[self.graph.output]), self.plan.gradient_vector
        calls, data, copy = self._calls, self._data, np.copyto
        counted, done = self.training.counts_updates, 0
        while done < count:
            for row in self.batches.rows(self.iteration, count - done):
                if counted:
                    self._begin()
                copy(data, row)
                for call, arguments in calls:
                    call(*arguments)
                if losses is not None:
                    losses[done] = loss
                if gradients is not None:
                    copy(gradients[done], gradient)
                self.iteration += 1
                done += 1

    @np.errstate(all="ignore")
    def trace(self) -> Trace:
        """One iteration, with everything kept."""
        iteration, plan, entry = self.iteration, self.plan, self.training.optimizer_entry
        number, rate = iteration + 1, self.training.learning_rate(iteration + 1)
        self._begin()
        np.copyto(self._data, self.batches.rows(iteration, 1)[0])
        for call, arguments in plan.calls:
            call(*arguments)
        trace = collect(self._graph_now(), plan, rate)
        before, state = plan.parameter_vector.copy(), self._optimizer_state.copy()
        for call, arguments in (*self.updater.calls, *plan.renewing_calls):
            call(*arguments)
        applied, settings = self.updater.applied, {**self.training.settings, "learning_rate": rate}
        lines = update(entry, before, applied, state, number, settings)
        states = dict(zip(entry.states, state, strict=True))
        updates, start = {}, 0
        for node in plan.parameters:
            part = slice(start, start + node.size)
            start = part.stop
            updates[node.id] = Update(
                trace.values[node.id],
                trace.gradient(node.name),
                _frozen(plan.shaped(plan.parameter_vector[part], node)),
                _frozen(plan.shaped(applied[part], node)),
                MappingProxyType({name: _frozen(plan.shaped(row[part], node)) for name, row in states.items()}),
                MappingProxyType({name: _frozen(plan.shaped(row[part], node)) for name, row in lines.items()}),
            )
        self.iteration += 1
        return with_updates(trace, dict(sorted(updates.items())))

    def _begin(self) -> None:
        number = self.iteration + 1
        self.updater.begin(
            number, self.training.learning_rate(number) if self.training.schedule != "constant" else None
        )

    def _mask(self) -> Array:
        """1 for weights, 0 for biases, which are vectors."""
        return np.concatenate([np.full(node.size, float(len(node.shape) != 1)) for node in self.plan.parameters])

    def _graph_now(self) -> Graph:
        leaves = {identity: _frozen(self.plan.value(self.graph.nodes[identity])) for identity in self.graph.leaves}
        return replace(self.graph, leaves=MappingProxyType(leaves))


def _frozen(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array
