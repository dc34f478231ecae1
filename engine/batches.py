"""The batches of a run, one row of numbers each: an epoch is a permutation of the samples, a batch a slice of it."""

from __future__ import annotations

import numpy as np

from engine.data import batch_order, batch_slice, batches_per_epoch
from engine.draws import Indices
from engine.ops import Array

# Numbers gathered at once: enough that a batch costs one copy, little enough to stay near the processor.
BLOCK = 1 << 17


class Batches:
    """Rows to be copied to where a plan's data lie, a row for each iteration.

    ``columns`` are the data by where they go in a row: (slice, array of shape (n, samples)). What lies between keeps
    the numbers of ``template``. Where one batch has all samples they keep their order: there is nothing to deal out.
    """

    def __init__(self, template: Array, columns: list[tuple[slice, Array]], size: int, seed: int) -> None:
        self._template = template
        self._columns = columns
        self._seed = seed
        self._count = columns[0][1].shape[1]
        self.size = min(size, self._count)
        self.per_epoch = batches_per_epoch(self._count, size)
        self._per_block = min(self.per_epoch, max(1, BLOCK // len(template)))
        self._order: tuple[int, Indices] = (-1, np.arange(0))
        self._block: tuple[int, int, Array] = (-1, -1, np.zeros((0, 0)))

    def rows(self, iteration: int, limit: int) -> Array:
        """The rows of ``iteration`` and some that follow, at most ``limit``: shape (count, length of a row)."""
        epoch, index = divmod(iteration, self.per_epoch)
        number, first = divmod(index, self._per_block)
        if self._block[:2] != (epoch, number):
            self._block = (epoch, number, self._gather(epoch, number))
        return self._block[2][first : first + limit]

    def _gather(self, epoch: int, number: int) -> Array:
        if self.per_epoch == 1 and len(self._block[2]):
            return self._block[2]  # the same samples in the same order
        start = number * self._per_block
        count = min(self._per_block, self.per_epoch - start)
        chosen = self._order_of(epoch)[
            batch_slice(self._count, self.size, start).start : batch_slice(
                self._count, self.size, start + count - 1
            ).stop
        ]
        rows = np.empty((count, len(self._template)))
        rows[...] = self._template
        for part, array in self._columns:
            # (n, count · size) to a row for each batch, in which features come first
            picked = array.take(chosen, axis=1).reshape(len(array), count, self.size)
            rows[:, part] = picked.transpose(1, 0, 2).reshape(count, -1)
        return rows

    def _order_of(self, epoch: int) -> Indices:
        if self.per_epoch == 1:
            return np.arange(self._count)
        if self._order[0] != epoch:
            self._order = (epoch, batch_order(self._seed, epoch, self._count))
        return self._order[1]
