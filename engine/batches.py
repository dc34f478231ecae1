"""The batches of a run: an epoch is a permutation of the samples, a batch a slice of it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from engine.data import batch_order, batch_slice, batches_per_epoch
from engine.draws import Indices


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
