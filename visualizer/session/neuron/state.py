"""What is known at a moment: the numbers of units, biases and edges. All are slices of what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene, Strand
from visualizer.session.neuron.timeline import Timeline, Versions, timeline_of
from visualizer.session.neuron.track import Flags, Moment

__all__ = ["Flags", "MatrixState", "Moment", "NeuronChange", "NeuronState", "Numbers", "change_between", "state_at"]


@dataclass(frozen=True, eq=False)
class Numbers:
    """The values and gradients of one stage of some units, or of biases, (k,) each; NaN where not known.

    ``arrived`` of ``total`` messages have come; a total of 0 where no gradient can reach.
    """

    value: Array
    value_known: Flags
    gradient: Array
    arrived: Indices
    total: Indices


@dataclass(frozen=True, slots=True, eq=False)
class MatrixState:
    """All entries of a strand, (targets, sources), and the first how many rows and columns of them are known.

    An entry is known where its row and its column are; what the others hold is not to be shown.
    """

    numbers: Array
    rows: int
    columns: int

    @property
    def whole(self) -> bool:
        """True where all entries are known."""
        targets, sources = self.numbers.shape
        return bool(self.rows == targets and self.columns == sources)

    @property
    def known_rows(self) -> Flags:
        """The rows that are known."""
        return np.arange(self.numbers.shape[0]) < self.rows

    @property
    def known_columns(self) -> Flags:
        """The columns that are known."""
        return np.arange(self.numbers.shape[1]) < self.columns


@dataclass(frozen=True, eq=False)
class NeuronState:
    """The numbers of a scene at a moment.

    ``units`` are those of each unit's present stage: the value of the last stage computed, and the gradient of the
    earliest stage that any message has come to (of the last before any has).
    """

    scene: NeuronScene
    moment: Moment
    sample: int | None
    timeline: Timeline

    def stage(self, number: int) -> Numbers:
        """The numbers of stage ``number`` of all units (n,); units without that stage know nothing."""
        return self._numbers(self.timeline.cells[number])

    @cached_property
    def units(self) -> Numbers:
        """The numbers of each unit's present stage (n,)."""
        value = self._numbers(self._picked(np.maximum(self.value_stage, 0)))
        gradient = self._numbers(self._picked(self.gradient_stage))
        return Numbers(value.value, value.value_known, gradient.gradient, gradient.arrived, gradient.total)

    @cached_property
    def value_stage(self) -> Indices:
        """The last stage of each unit that has been computed (n,), -1 for none."""
        known = self._value_known
        found = np.full(len(self.scene.x), -1, dtype=np.intp)
        for number, cells in enumerate(self.timeline.cells):
            found[(cells >= 0) & known[cells]] = number
        return found

    @cached_property
    def gradient_stage(self) -> Indices:
        """The earliest stage of each unit that any message has come to (n,), the last one before any has."""
        found = (self.timeline.cells >= 0).sum(axis=0) - 1
        for number, cells in reversed(list(enumerate(self.timeline.cells))):
            found[(cells >= 0) & (self._gradients[1][cells] > 0)] = number
        return np.asarray(found)

    @cached_property
    def biases(self) -> Numbers:
        """The numbers of the biases (b,)."""
        return self._numbers(self.timeline.bias_cells)

    @property
    def edges(self) -> Array:
        """What the drawn edges show (m,), NaN where that is not known."""
        return self._edges[0]

    @cached_property
    def edge_known(self) -> Flags:
        """The drawn edges (m,) that show something."""
        return np.asarray(self.timeline.edges.given | (self._edges[1] > 0))

    @cached_property
    def edge_silent(self) -> Flags:
        """The drawn edges (m,) that never show anything."""
        track = self.timeline.edges
        return np.asarray(~track.given & (track.totals == 0))

    def strand(self, strand: Strand) -> tuple[Array, Flags, Flags]:
        """Numbers, known and silent (k,) of a strand's drawn edges."""
        part = slice(strand.first, strand.first + len(strand.sources))
        return self.edges[part], self.edge_known[part], self.edge_silent[part]

    def matrix(self, strand: Strand) -> MatrixState:
        """All entries of a strand of the pattern "dense"."""
        return _matrix_at(self.timeline.versions[strand.number], strand, self.moment)

    # Cells ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _values(self) -> tuple[Array, Indices]:
        return self.timeline.values.at(self.moment)

    @cached_property
    def _gradients(self) -> tuple[Array, Indices]:
        return self.timeline.gradients.at(self.moment)

    @cached_property
    def _edges(self) -> tuple[Array, Indices]:
        return self.timeline.edges.at(self.moment)

    @cached_property
    def _value_known(self) -> Flags:
        return np.asarray(self.timeline.values.given | (self._values[1] > 0))

    def _picked(self, stages: Indices) -> Indices:
        return np.asarray(self.timeline.cells[stages, np.arange(len(stages))])

    def _numbers(self, cells: Indices) -> Numbers:
        """Of some cells; -1 is one that nothing is known of."""
        there = cells >= 0
        value, gradient = (np.where(there, numbers[cells], np.nan) for numbers in (self._values[0], self._gradients[0]))
        arrived, total = (np.where(there, counts[cells], 0) for counts in (self._gradients[1], self._gradient_totals))
        return Numbers(value, there & self._value_known[cells], gradient, arrived, total)

    @property
    def _gradient_totals(self) -> Indices:
        return self.timeline.gradients.totals


def state_at(scene: NeuronScene, moment: Moment, sample: int | None) -> NeuronState:
    """The numbers at a moment, for a sample (None: the mean over the batch)."""
    return NeuronState(scene, moment, sample, timeline_of(scene, sample))


def _matrix_at(version: Versions, strand: Strand, moment: Moment) -> MatrixState:
    rows, columns = strand.bundle.shape
    begun, part = version.reached(moment)
    before = version.arrays[begun - 2] if begun > 1 else version.initial
    if begun == 0:
        return MatrixState(_nothing(rows, columns), 0, 0) if before is None else MatrixState(before, rows, columns)
    numbers, by_row = version.arrays[begun - 1], version.rows[begun - 1]
    if part is None:
        return MatrixState(numbers, rows, columns)
    if before is not None:
        new = np.arange(rows if by_row else columns) <= part
        return MatrixState(np.where(new[:, None] if by_row else new, numbers, before), rows, columns)
    done = min(part + 1, rows if by_row else columns)
    return MatrixState(numbers, done, columns) if by_row else MatrixState(numbers, rows, done)


@lru_cache(maxsize=32)
def _nothing(rows: int, columns: int) -> Array:
    return np.broadcast_to(np.nan, (rows, columns))


# Changes --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class NeuronChange:
    """What differs between two moments: units and biases of the scene, drawn edges of all strands, and the strands
    whose heat maps differ."""

    units: Indices
    biases: Indices
    edges: Indices
    matrices: tuple[int, ...]


def change_between(scene: NeuronScene, before: Moment, after: Moment) -> NeuronChange:
    """All that looks different at two moments."""
    timeline = timeline_of(scene, scene.sample)
    cells = np.union1d(timeline.values.changed(before, after), timeline.gradients.changed(before, after))
    units, biases = np.split(cells, [np.searchsorted(cells, timeline.stage_cells)])
    return NeuronChange(
        np.unique(timeline.cell_units[units]),
        biases - timeline.stage_cells,
        timeline.edges.changed(before, after),
        tuple(
            number
            for number in timeline.brought(*sorted((before[0], after[0])))
            if scene.strands[number].matrix is not None and _differs(timeline.versions[number], before, after)
        ),
    )


def _differs(version: Versions, before: Moment, after: Moment) -> bool:
    return version.reached(before) != version.reached(after)
