"""What is known at a moment: the numbers of units, biases and edges. All are slices of what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from visualizer.session.neuron.scene import NeuronScene, Strand

Flags = np.ndarray[Any, np.dtype[np.bool_]]

# (step, unit) of a Position: so many array steps have been begun, and of the last the parts up to ``unit`` have been
# done; -1 where all of it has.
Moment = tuple[int, int]


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


@dataclass(frozen=True, eq=False)
class MatrixState:
    """All entries of a strand, (targets, sources), and which rows and columns of them are known."""

    numbers: Array
    known_rows: Flags
    known_columns: Flags


@dataclass(frozen=True, eq=False)
class NeuronState:
    """The numbers of a scene at a moment.

    ``units`` are those of each unit's present stage (n,): the value of the last stage computed, and the gradient of the
    earliest stage that any message has come to (of the last before any has). ``value_stage`` and ``gradient_stage``
    (n,) say which, counted from 0 (value_stage -1 where nothing is known). ``biases`` are those of the biases (b,).
    ``edges`` (m,) are what the drawn edges of all strands show, NaN where not known, ``edge_known`` which are, and
    ``edge_silent`` those that never show anything.
    """

    scene: NeuronScene
    moment: Moment
    sample: int | None
    units: Numbers
    value_stage: Indices
    gradient_stage: Indices
    biases: Numbers
    edges: Array
    edge_known: Flags
    edge_silent: Flags

    def stage(self, number: int) -> Numbers:
        """The numbers of stage ``number`` of all units (n,); units without that stage know nothing."""
        raise NotImplementedError

    def strand(self, strand: Strand) -> tuple[Array, Flags, Flags]:
        """Numbers, known and silent (k,) of a strand's drawn edges."""
        part = slice(strand.first, strand.first + len(strand.sources))
        return self.edges[part], self.edge_known[part], self.edge_silent[part]

    def matrix(self, strand: Strand) -> MatrixState:
        """All entries of a strand that has a matrix."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class NeuronChange:
    """What differs between two moments: units and biases of the scene, drawn edges of all strands, and the strands
    whose matrices differ."""

    units: Indices
    biases: Indices
    edges: Indices
    matrices: tuple[int, ...]


def state_at(scene: NeuronScene, moment: Moment, sample: int | None = None) -> NeuronState:
    """The numbers at a moment, for a sample (None: the mean over the batch)."""
    raise NotImplementedError


def change_between(scene: NeuronScene, before: Moment, after: Moment) -> NeuronChange:
    """All that looks different at two moments."""
    raise NotImplementedError
