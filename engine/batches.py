"""The batches of a run: an epoch is a permutation of the samples, a batch a slice of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from engine.data import batch_order, batch_slice, batches_per_epoch
from engine.draws import Indices
from engine.ops import Array

# A batch of more numbers is taken in whole samples and then turned: taken number by number from all over the data it
# would drive everything else out of the processor's cache.
LARGE = 8192


def dealer(tables: Sequence[Array], place: Array) -> Callable[[Indices], None]:
    """What brings chosen samples to ``place``, a column each: the columns of all ``tables``, one under the other."""
    count, size = tables[0].shape[1], len(place)
    if place.size <= LARGE:
        columns = np.concatenate(tables, out=np.empty((size, count)))

        def deal_numbers(samples: Indices) -> None:
            columns.take(samples, 1, place, "clip")

        return deal_numbers
    rows = np.concatenate([table.T for table in tables], axis=1, out=np.empty((count, size)))
    taken = np.empty(place.shape[::-1])

    def deal_samples(samples: Indices) -> None:
        rows.take(samples, 0, taken, "clip")
        np.copyto(place, taken.T)

    return deal_samples


class Batches:
    """Which samples of ``count`` each iteration trains on. Where one batch has all samples they keep their order."""

    def __init__(self, count: int, size: int, seed: int) -> None:
        self._count = count
        self._seed = seed
        self.size = min(size, count)
        self.per_epoch = batches_per_epoch(count, size)
        self._epoch = -1
        self._order = self._whole

    def samples(self, iteration: int, limit: int) -> Indices:
        """The samples of ``iteration`` and of those that follow in its epoch, at most ``limit``: (count, size)."""
        epoch, index = divmod(iteration, self.per_epoch)
        if self.per_epoch == 1:
            return self._whole
        if epoch != self._epoch:
            order = batch_order(self._seed, epoch, self._count)
            dealt = slice(0, batch_slice(self._count, self.size, self.per_epoch - 1).stop)
            self._epoch, self._order = epoch, order[dealt].reshape(self.per_epoch, self.size)
        return self._order[index : index + limit]

    @cached_property
    def _whole(self) -> Indices:
        return np.arange(self.size).reshape(1, self.size)
