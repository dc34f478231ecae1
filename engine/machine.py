"""A model under training: a plan, the updates of its parameters and its batches, run iteration by iteration.

Stepping records from the same calls as training runs, so what is shown is what was trained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from engine.batches import Batches, dealer
from engine.errors import GradStepError
from engine.graph import Graph, Node
from engine.ops import Array
from engine.optimizers import CLIPPINGS, Updater, make_state, norm, settings_of, update
from engine.plan import Plan
from engine.trace import Trace, Update, UpdateRule, collect, with_updates
from engine.training import Model, Training


class Machine:
    """Stands before ``iteration`` (counted from 0) and goes forwards from there.

    ``state`` is all that training changes: the parameters and the optimiser's states, flat. ``fresh`` says whether the
    plan holds the numbers of the iteration before, which is the last one made.
    """

    def __init__(self, model: Model, columns: tuple[Array, Array], training: Training) -> None:
        self.training = training
        x, t = columns
        size = min(training.batch_size, x.shape[1])
        self.graph = model.graph(x[:, :size], t[:, :size])
        self.plan = plan = Plan(self.graph)
        if not plan.parameters:
            raise GradStepError("the loss depends on no parameter, so there is nothing to train")
        self.iteration = 0
        self.fresh = False
        self.batches = Batches(x.shape[1], training.batch_size, training.seed)
        self._deal = dealer(*self._tables_and_place(x, t))
        entry = training.optimizer_entry
        self._optimizer_state = make_state(entry, len(plan.parameter_vector))
        self.updater = Updater(
            entry, plan.parameter_vector, plan.gradient_vector, self._optimizer_state, training.settings,
            training.regularisation_entry, self._mask() if training.regularisation else None, training.clipping,
        )  # fmt: skip
        self._calls = [*plan.calls, *self.updater.calls, *plan.renewing_calls]

    @property
    def state(self) -> tuple[Array, Array]:
        """All that training changes, as it changes."""
        return self.plan.parameter_vector, self._optimizer_state.ravel()

    def restore(self, iteration: int, state: Array) -> None:
        """Goes to where ``state``, both parts in one row, was before ``iteration``."""
        count = len(self.plan.parameter_vector)
        self.plan.parameter_vector[...] = state[:count]
        self._optimizer_state[...] = state[count:].reshape(self._optimizer_state.shape)
        for call, arguments in self.plan.renewing_calls:
            call(*arguments)
        self.iteration = iteration
        self.fresh = False

    @np.errstate(all="ignore")
    def run(
        self, count: int, losses: Array | None = None, note: Callable[[int], None] | None = None, first: int = 0
    ) -> None:
        """``count`` iterations, numbered from ``first``.

        Their losses go to these places of ``losses``, and ``note`` is called after each with its number.
        """
        loss = self.plan.values[self.plan.value_slices[self.graph.output]].data
        places = np.empty(first + count).data if losses is None else losses.data
        calls, deal, counted = self._calls, self._deal, self.training.counts_updates
        done, stop = first, first + count
        while done < stop:
            for samples in self.batches.samples(self.iteration, stop - done):
                if counted:
                    self._begin()
                deal(samples)
                for call, arguments in calls:
                    call(*arguments)
                places[done] = loss[0]
                if note is not None:
                    note(done)
                self.iteration += 1
                done += 1
        self.fresh = self.fresh or count > 0

    def look_ahead(self) -> None:
        """The forward pass of the iteration to come, which changes nothing that training depends on."""
        self._deal(self.batches.samples(self.iteration, 1)[0])
        self.plan.run_forward()

    @np.errstate(all="ignore")
    def trace(self) -> Trace:
        """One iteration, with everything kept."""
        iteration, plan, entry = self.iteration, self.plan, self.training.optimizer_entry
        number, rate = iteration + 1, self.training.learning_rate(iteration + 1)
        self._begin()
        self._deal(self.batches.samples(iteration, 1)[0])
        for call, arguments in (*plan.calls, *plan.calls_for_data):
            call(*arguments)
        trace = collect(self._graph_now(), plan, rate)
        before, state = plan.parameter_vector.copy(), self._optimizer_state.copy()
        updater, first = self.updater, self.updater.calls_before_clipping
        for call, arguments in updater.calls[:first]:
            call(*arguments)
        applied, regularised, length = updater.applied, updater.applied.copy(), norm(updater.applied)
        for call, arguments in (*updater.calls[first:], *plan.renewing_calls):
            call(*arguments)
        settings = {**self.training.settings, "learning_rate": rate}
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
                _frozen(plan.shaped(regularised[part], node)),
            )
        self.iteration += 1
        return with_updates(trace, dict(sorted(updates.items())), self._update_rule(number, length))

    def _update_rule(self, number: int, length: float) -> UpdateRule:
        training, schedule = self.training, self.training.schedule_entry
        settings, clipping = settings_of(training.optimizer_entry, training.settings), training.clipping
        return UpdateRule(
            training.optimizer_entry,
            settings,
            number,
            schedule,
            {**settings_of(schedule, training.schedule_settings), "learning_rate": settings["learning_rate"]},
            training.regularisation_entry,
            frozenset(node.id for node in self.plan.parameters if _is_weight(node)),
            clipping and (CLIPPINGS[clipping[0]], float(clipping[1])),
            length,
        )

    def _begin(self) -> None:
        number = self.iteration + 1
        self.updater.begin(
            number, self.training.learning_rate(number) if self.training.schedule != "constant" else None
        )

    def _tables_and_place(self, x: Array, t: Array) -> tuple[list[Array], Array]:
        """All samples, a column each, and where the plan has the columns of a batch.

        x and t lie side by side, x perhaps with a row of ones, so that a batch is dealt in one go.
        """
        slices, columns = self.plan.value_slices, {self.graph.ids["x"]: x, self.graph.ids["t"]: t}
        first, last = sorted(columns, key=lambda identity: slices[identity].start)
        start, between, stop = slices[first].start, slices[last].start - slices[first].stop, slices[last].stop
        ones = np.ones((between // self.batches.size, x.shape[1]))
        place = self.plan.values[start:stop].reshape(-1, self.batches.size)
        return [columns[first], ones, columns[last]], place

    def _mask(self) -> Array:
        """1 for weights, 0 for biases, which are vectors."""
        return np.concatenate([np.full(node.size, float(_is_weight(node))) for node in self.plan.parameters])

    def _graph_now(self) -> Graph:
        leaves = {identity: _frozen(self.plan.value(self.graph.nodes[identity])) for identity in self.graph.leaves}
        return replace(self.graph, leaves=MappingProxyType(leaves))


def _is_weight(node: Node) -> bool:
    return len(node.shape) != 1


def _frozen(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array
