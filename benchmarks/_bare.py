"""Training a fully-connected network in hand-written numpy: what the engine is held against.

Written as somebody would who writes for one network and for speed: nothing is allocated in a step, weights and biases
are one matrix ``[W b]`` that meets activations with a row of ones below, all parameters are one vector with one update,
and matrix products are bound ``ndarray.dot`` calls. It does what the engine does in training: the loss of every
iteration is noted, and every epoch the samples are dealt out anew.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from engine.network import Network, parameters_of, skips_of

Array = Any
# Batches of more numbers are taken sample by sample, which is kinder to the processor's cache.
WHOLE_SAMPLES = 8192


class Bare:
    """A network with relu or tanh hidden layers, a linear output, and mse or cross-entropy, under gradient descent."""

    def __init__(self, network: Network, x: Array, t: Array, batch: int, rate: float) -> None:
        self.x, self.t, self.batch, self.rate = x, t, batch, np.array(rate)
        self.rows, self.taken = np.ascontiguousarray(x.T), np.zeros((batch, len(x)))
        self.random = np.random.default_rng(0)
        self.cross_entropy = network.loss == "cross_entropy"
        self.activation = network.layers[0].activation
        self.skips = skips_of(network)
        widths = [network.inputs, *(layer.width for layer in network.layers)]
        self.count = len(widths) - 1
        sizes = [m * (n + 1) for n, m in itertools.pairwise(widths)]
        self.parameters, self.gradients = np.zeros(sum(sizes)), np.zeros(sum(sizes))
        self.scratch = np.zeros(sum(sizes))
        parts = [slice(stop - size, stop) for size, stop in zip(sizes, np.cumsum(sizes), strict=True)]
        # [W b] is kept transposed, so that W is a block of whole rows.
        shapes = [(n + 1, m) for n, m in itertools.pairwise(widths)]
        self.wb = [self.parameters[part].reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        self.dwb = [self.gradients[part].reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
        for k, wb in enumerate(self.wb, start=1):
            start = parameters_of(network)
            wb[:-1], wb[-1] = start[f"W{k}"].T, start[f"b{k}"]
        self.a1 = [np.ones((width + 1, batch)) for width in widths]  # with the row of ones
        self.a = [a1[:-1] for a1 in self.a1]
        self.f = {k: np.zeros((widths[k], batch)) for k in self.skips}  # before a skip connection is added
        self.z = [np.zeros((width, batch)) for width in widths]
        self.da = [np.zeros((width, batch)) for width in widths]
        self.dz = [np.zeros((width, batch)) for width in widths]
        self.mask = [np.zeros((width, batch), dtype=bool) for width in widths]
        self.zeros = [np.zeros((width, batch)) for width in widths]
        self.column, self.column2 = np.zeros((1, batch)), np.zeros((1, batch))
        self.targets = np.zeros((t.shape[0], batch))
        self.losses: list[float] = []

    def run(self, iterations: int) -> None:
        """So many iterations, from the first batch of an epoch on."""
        per_epoch = self.x.shape[1] // self.batch
        done = 0
        while done < iterations:
            order = self.random.permutation(self.x.shape[1])
            for index in range(min(per_epoch, iterations - done)):
                samples = order[index * self.batch : (index + 1) * self.batch]
                if self.a[0].size > WHOLE_SAMPLES:
                    self.rows.take(samples, 0, self.taken, "clip")
                    np.copyto(self.a[0], self.taken.T)
                else:
                    self.x.take(samples, 1, self.a[0], "clip")
                self.t.take(samples, 1, self.targets, "clip")
                self.losses.append(self.step())
                done += 1

    def step(self) -> float:
        """One iteration on the batch in place; gives its loss."""
        last = self.count
        for k in range(1, last):
            z = self.wb[k - 1].T.dot(self.a1[k - 1], self.z[k])
            out = self.f[k] if k in self.skips else self.a[k]
            if self.activation == "relu":
                np.maximum(z, self.zeros[k], out=out)
            else:
                np.tanh(z, out)
            if k in self.skips:
                np.add(out, self.a[self.skips[k]], self.a[k])
        y = self.wb[last - 1].T.dot(self.a1[last - 1], self.z[last])
        loss = self._cross_entropy(y) if self.cross_entropy else self._mse(y)
        later: dict[int, int] = {}  # layers whose activation also went around others
        for k in range(last, 0, -1):
            self.a1[k - 1].dot(self.dz[k].T, self.dwb[k - 1])
            if k == 1:
                break
            da = self.wb[k - 1][:-1].dot(self.dz[k], self.da[k - 1])
            if k - 1 in later:
                np.add(da, self.da[later[k - 1]], da)
            if k - 1 in self.skips:
                later[self.skips[k - 1]] = k - 1
            if self.activation == "relu":
                np.greater(self.z[k - 1], 0.0, self.mask[k - 1])
                np.multiply(da, self.mask[k - 1], self.dz[k - 1])
            else:
                f, slope = self.f.get(k - 1, self.a[k - 1]), self.dz[k - 1]
                np.multiply(f, f, slope)
                np.subtract(1.0, slope, slope)
                np.multiply(da, slope, slope)
        np.multiply(self.gradients, self.rate, self.scratch)
        np.subtract(self.parameters, self.scratch, self.parameters)
        return loss

    def _mse(self, y: Array) -> float:
        error = np.subtract(y, self.targets, self.dz[self.count])
        flat = error.ravel()
        loss = float(flat.dot(flat)) / flat.size
        np.multiply(error, 2.0 / flat.size, error)
        return loss

    def _cross_entropy(self, y: Array) -> float:
        p = self.dz[self.count]
        np.maximum.reduce(y, axis=0, keepdims=True, out=self.column)
        np.subtract(y, self.column, y)
        np.exp(y, p)
        np.add.reduce(p, axis=0, keepdims=True, out=self.column)
        np.divide(p, self.column, p)
        np.log(self.column, self.column2)
        loss = (float(self.column2.sum()) - float(y.ravel().dot(self.targets.ravel()))) / self.batch
        np.subtract(p, self.targets, p)
        np.multiply(p, 1.0 / self.batch, p)
        return loss
